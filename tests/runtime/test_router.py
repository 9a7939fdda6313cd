"""The trie against the naive oracle: of all patterns that match and answer the method, the one of least rank."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chirp.errors import ConfigurationError, MethodNotAllowed, NotFound
from chirp.routing import Route, Router

SEGMENTS = st.sampled_from(["a", "b", "1", "{}", "{:int}", "{:float}", "{:str}"])
METHODS = st.sampled_from(["GET", "POST", "DELETE"])
PARTS = st.sampled_from(["a", "b", "1", "22", "1.5", "x", "", "..", "٣", "é", "a\n"])


@st.composite
def route_texts(draw: st.DrawFn) -> str:
    parts = draw(st.lists(SEGMENTS, max_size=3)) + draw(st.sampled_from([[], [], [""], ["{:path}"]]))
    numbers = count()
    return "/" + "/".join(part.replace("{", f"{{p{next(numbers)}") for part in parts)


def handler() -> None:
    """The routes of these tests answer nothing."""


def route(text: str, *methods: str) -> Route:
    return Route(text, handler, frozenset(methods or {"GET"}))


def distinct(texts: list[tuple[str, str]]) -> list[Route]:
    seen: dict[tuple[tuple[str, ...], str], Route] = {}
    for text, method in texts:
        made = route(text, method)
        seen.setdefault((made.pattern.shape, method), made)
    return list(seen.values())


def oracle(routes: list[Route], method: str, path: str) -> tuple[Route, dict[str, object]] | None:
    answers = {"HEAD": {"HEAD", "GET"}}.get(method, {method})
    matching = [
        (one.pattern.rank, one, found)
        for one in routes
        if one.methods & answers and (found := one.pattern.match_decoded(path)) is not None
    ]
    if not matching:
        return None
    _, best, values = min(matching, key=lambda candidate: candidate[0])
    return best, dict(values)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(route_texts(), METHODS), max_size=12).map(distinct),
    st.lists(PARTS, max_size=5).map(lambda parts: "/" + "/".join(parts)),
    st.sampled_from(["GET", "HEAD", "POST", "DELETE", "get"]),
)
def test_the_router_agrees_with_the_patterns(routes: list[Route], path: str, method: str) -> None:
    router = Router.compile(routes, lambda one: one)
    expected = oracle(routes, method, path)
    assert router.find(method, path) == expected
    matching = [one for one in routes if one.pattern.match_decoded(path) is not None]
    methods = {name for one in matching for name in one.methods}
    automatic = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
    assert set(router.allowed(path)) == (methods | automatic if methods else set())
    if expected is None:
        with pytest.raises(MethodNotAllowed if methods else NotFound):
            router.match(method, path)
    else:
        matched = router.match(method, path)
        assert (matched.route, matched.path_params) == expected


def test_duplicates_are_refused_and_both_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"GET /a/\{x\} .*handler.* registered already as /a/\{y\}"):
        Router.compile([route("/a/{y}"), route("/a/{x}", "POST", "GET")], lambda one: one)


def test_equal_shapes_may_share_a_path_for_different_methods() -> None:
    router = Router.compile([route("/a/{y}"), route("/a/{x}", "POST")], lambda one: one.path)
    assert router.find("GET", "/a/1") == ("/a/{y}", {"y": "1"})
    assert router.find("POST", "/a/1") == ("/a/{x}", {"x": "1"})


def test_a_path_without_slash_matches_nothing() -> None:
    router = Router.compile([route("/{p:path}")], lambda one: one)
    assert router.find("GET", "a") is None
    assert router.allowed("*") == ()
