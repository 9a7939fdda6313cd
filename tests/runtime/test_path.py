"""The path grammar: errors at their offset, matching, filling, and the law `match(fill(x)) == x`."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirp_check.grammar.path import CONVERTERS, PathError, PathSegment, parse_path


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "starts with `/`"),
        ("users", 0, "starts with `/`"),
        ("//users", 1, "empty segment"),
        ("/a//b", 3, "empty segment"),
        ("/a/{id", 3, "`{` without `}`"),
        ("/a/id}", 5, "`}` without `{`"),
        ("/a/{id}x", 7, "fills its whole segment"),
        ("/a/x{id}", 4, "fills its whole segment"),
        ("/a/{}", 4, "is not a parameter name"),
        ("/a/{1d}", 4, "is not a parameter name"),
        ("/a/{idé}", 4, "is not a parameter name"),
        ("/a/{id:integer}", 7, "no converter `integer`"),
        ("/a/{id:}", 7, "no converter"),
        ("/{id}/b/{id}", 8, "appears twice"),
        ("/{rest:path}/b", 1, "comes last"),
        ("/a%20b", 2, "decoded character"),
        ("/a?b", 2, "a query is not part"),
        ("/a#b", 2, "not sent to the server"),
        ("/a\\b", 2, "browsers turn it"),
        ("/a/..", 3, "clients remove it"),
        ("/./a", 1, "clients remove it"),
        ("/a\nb", 2, "'\\n'"),
        ("/a\x7f", 2, "'\\x7f'"),
        ("/a\ud800", 2, "'\\ud800'"),
    ],
)
def test_what_is_wrong_with_a_path_and_where(text: str, offset: int, words: str) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(text)
    assert caught.value.offset == offset
    assert words in caught.value.message
    assert str(caught.value) == caught.value.message


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/", {}),
        ("/", "", None),
        ("/a", "/a", {}),
        ("/a", "/a/", None),
        ("/a/", "/a/", {}),
        ("/a/", "/a", None),
        ("/a", "//a", None),
        ("/a", "/./a", None),
        ("/café", "/caf%C3%A9", {}),
        ("/café", "/café", {}),
        ("/{name}", "/a%20b", {"name": "a b"}),
        ("/{name}", "/a%2Fb", None),
        ("/{name}", "/", None),
        ("/{name}", "/.", None),
        ("/{name}", "/%2e%2e", None),
        ("/{name}", "/a%0Ab", None),
        ("/{name}", "/a%00", None),
        ("/{name}", "/%F0%9F%98%80", {"name": "😀"}),
        ("/{name}", "/%ff", {"name": "\ufffd"}),
        ("/{n:int}", "/42", {"n": 42}),
        ("/{n:int}", "/007", {"n": 7}),
        ("/{n:int}", "/-1", None),
        ("/{n:int}", "/4.2", None),
        ("/{n:int}", "/%D9%A3", None),
        ("/{n:int}", "/4%0A", None),
        ("/{n:int}", "/" + "9" * 18, {"n": 10**18 - 1}),
        ("/{n:int}", "/" + "9" * 19, None),
        ("/{x:float}", "/4.25", {"x": 4.25}),
        ("/{x:float}", "/4", {"x": 4.0}),
        ("/{x:float}", "/4.", None),
        ("/{x:float}", "/.5", None),
        ("/{x:float}", "/1e5", None),
        ("/{x:float}", "/" + "9" * 400, None),
        ("/{x:float}", "/nan", None),
        ("/f/{p:path}", "/f/a/b.txt", {"p": "a/b.txt"}),
        ("/f/{p:path}", "/f/a/", {"p": "a/"}),
        ("/f/{p:path}", "/f/", None),
        ("/f/{p:path}", "/f", None),
        ("/f/{p:path}", "/f//etc/passwd", None),
        ("/f/{p:path}", "/f/a/../b", None),
        ("/f/{p:path}", "/f/%2e%2e/b", None),
        ("/f/{p:path}", "/f/a%00", None),
        ("/{a}/x/{n:int}", "/q/x/3", {"a": "q", "n": 3}),
        ("/{a}/x/{n:int}", "/q/y/3", None),
    ],
)
def test_matching_a_path_as_it_stands_in_a_url(pattern: str, path: str, expected: dict[str, Any] | None) -> None:
    assert parse_path(pattern).match(path) == expected


def test_a_decoded_path_is_not_decoded_again() -> None:
    assert parse_path("/{name}").match_decoded("/100%25") == {"name": "100%25"}


def test_the_parts_of_a_pattern() -> None:
    pattern = parse_path("/tasks/{id:int}/{rest:path}")
    assert pattern.segments == (
        PathSegment("tasks"),
        PathSegment("{id:int}", is_param=True, param_name="id", param_type="int"),
        PathSegment("{rest:path}", is_param=True, param_name="rest", param_type="path"),
    )
    assert dict(pattern.params) == {"id": "int", "rest": "path"}
    assert pattern.shape == ("tasks", "{int}", "{path}")
    assert pattern.shape == parse_path("/tasks/{n:int}/{p:path}").shape
    assert pattern.rank == (0, 1, 4)


@pytest.mark.parametrize(
    ("pattern", "values", "expected"),
    [
        ("/a/", {}, "/a/"),
        ("/café x", {}, "/caf%C3%A9%20x"),
        ("/{n:int}", {"n": 7}, "/7"),
        ("/{n:int}", {"n": "7"}, "/7"),
        ("/{id}", {"id": 7}, "/7"),
        ("/{id}", {"id": UUID(int=1)}, "/00000000-0000-0000-0000-000000000001"),
        ("/{id}", {"id": "a&b'c<d?e#f"}, "/a%26b%27c%3Cd%3Fe%23f"),
        ("/{x:float}", {"x": 1e-7}, "/0.0000001"),
        ("/{x:float}", {"x": 3}, "/3"),
        ("/f/{p:path}", {"p": "a b/c"}, "/f/a%20b/c"),
    ],
)
def test_filling_a_pattern(pattern: str, values: dict[str, object], expected: str) -> None:
    assert parse_path(pattern).fill(**values) == expected


@pytest.mark.parametrize(
    ("pattern", "values", "words"),
    [
        ("/{id}", {}, "needs the parameter `id`"),
        ("/{id}", {"id": 1, "other": 2}, "no parameter `other`"),
        ("/{id}", {"id": None}, "does not fit"),
        ("/{id}", {"id": True}, "does not fit"),
        ("/{id}", {"id": b"x"}, "does not fit"),
        ("/{id}", {"id": ""}, "does not fit"),
        ("/{id}", {"id": "a/b"}, "does not fit"),
        ("/{id}", {"id": ".."}, "does not fit"),
        ("/{id}", {"id": "\ud800"}, "does not fit"),
        ("/{n:int}", {"n": -1}, "does not fit"),
        ("/{n:int}", {"n": 10**18}, "does not fit"),
        ("/{n:int}", {"n": 3.0}, "does not fit"),
        ("/{x:float}", {"x": float("inf")}, "does not fit"),
        ("/{x:float}", {"x": float("nan")}, "does not fit"),
        ("/{x:float}", {"x": 10**17 + 1}, "does not fit"),
        ("/f/{p:path}", {"p": "/etc/passwd"}, "does not fit"),
        ("/f/{p:path}", {"p": "a/../b"}, "does not fit"),
    ],
)
def test_what_cannot_be_filled(pattern: str, values: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_path(pattern).fill(**values)


TEXT = st.text(max_size=12)
VALUES = {
    "str": TEXT.filter(lambda text: fits("str", text)),
    "int": st.integers(0, 10**18 - 1),
    "float": st.floats(0, 1e15, allow_nan=False).filter(lambda x: len(f"{x:.25f}") < 40 or x == int(x)),
    "path": st.lists(TEXT, min_size=1, max_size=4).map("/".join).filter(lambda text: fits("path", text)),
}
PLAIN = st.text("abcé -_", min_size=1, max_size=5)


def fits(converter: str, text: str) -> bool:
    try:
        CONVERTERS[converter].convert(text)
    except ValueError:
        return False
    return True


@st.composite
def filled_patterns(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    text, values = "", dict[str, object]()
    for index in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["text", "str", "int", "float"]))
        if kind == "text":
            text += "/" + draw(PLAIN)
        else:
            text += f"/{{p{index}:{kind}}}"
            values[f"p{index}"] = draw(VALUES[kind])
    ending = draw(st.sampled_from(["", "/", "path"]))
    if ending == "path":
        text += "/{rest:path}"
        values["rest"] = draw(VALUES["path"])
    else:
        text += ending
    return text or "/", values


@settings(suppress_health_check=[HealthCheck.too_slow])  # hypothesis may build its table of characters first
@given(filled_patterns())
def test_match_undoes_fill(case: tuple[str, dict[str, object]]) -> None:
    text, values = case
    pattern = parse_path(text)
    try:
        url = pattern.fill(**values)
    except ValueError:
        assert any(isinstance(value, float) for value in values.values())  # more digits than a path may hold
        return
    assert url.isascii()
    assert pattern.match(url) == values


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_parses_or_is_refused_and_matches_or_not(text: str, path: str) -> None:
    try:
        pattern = parse_path(text)
    except PathError as error:
        offset = error.offset
    else:
        offset = 0
        assert pattern.text == text
        pattern.match_decoded(path)
        pattern.match_decoded(text)
    assert 0 <= offset <= len(text)
