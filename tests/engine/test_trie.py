"""Routes found through the trie are those that fit one by one, for every path and every reference with holes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chirp_check.grammar.path import CONVERTERS, PathPattern, PathSegment
from chirp_check.model.trie import RouteTrie, Segment

LITERALS = ("", "a", "ab", "b", "12", "1.5", "aé", "x\U0010ffff")
PARTS = st.sampled_from(LITERALS)


@st.composite
def patterns(draw: st.DrawFn) -> PathPattern:
    segments: list[PathSegment] = []
    for at in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("text", "text", "int", "float", "str", "path")))
        if kind == "text":
            text = draw(st.sampled_from(LITERALS[1:]))
            segments.append(PathSegment(text))
        else:
            segments.append(PathSegment(f"{{p{at}:{kind}}}", is_param=True, param_name=f"p{at}", param_type=kind))
        if kind == "path":
            break
    return PathPattern("/" + "/".join(one.value for one in segments), tuple(segments))


REFERENCES = st.lists(st.one_of(PARTS, st.tuples(PARTS, PARTS)), min_size=1, max_size=4).map(tuple)


@given(st.lists(patterns(), max_size=8), REFERENCES)
@settings(max_examples=1500, deadline=None)
def test_it_finds_what_fits(routes: list[PathPattern], reference: tuple[Segment, ...]) -> None:
    expected = tuple(at for at, route in enumerate(routes) if meets(reference, route.segments))
    assert RouteTrie(routes).meeting(reference) == expected


@given(st.lists(patterns(), max_size=8), REFERENCES)
@settings(max_examples=500, deadline=None)
def test_without_converting_it_finds_more(routes: list[PathPattern], reference: tuple[Segment, ...]) -> None:
    trie = RouteTrie(routes)
    texts = [PathPattern(one.text, tuple(map(as_text, one.segments))) for one in routes]
    wider = tuple(at for at, route in enumerate(texts) if meets(reference, route.segments))
    assert trie.meeting(reference, converting=False) == wider
    assert set(trie.meeting(reference)) <= set(wider)


def test_a_path_of_many_segments_is_walked_without_recursion() -> None:
    route = PathPattern("", tuple(PathSegment("a") for _ in range(5_000)))
    trie = RouteTrie([route])
    assert trie.meeting(("a",) * 5_000) == (0,)
    assert trie.meeting((("", ""), "a")) == (0,)


def as_text(segment: PathSegment) -> PathSegment:
    """A number's parameter as one that takes any text."""
    if segment.param_type not in ("int", "float"):
        return segment
    return PathSegment(segment.value, is_param=True, param_name=segment.param_name)


def meets(reference: tuple[Segment, ...], route: tuple[PathSegment, ...]) -> bool:
    """Whether some text fits both, by trying every number of segments for each hole."""
    if not reference or not route:
        return not reference and not route
    first, rest = reference[0], reference[1:]
    takes_rest = [segment.is_param and segment.param_type == "path" for segment in route]
    if isinstance(first, str):
        if takes_rest[0]:
            return first != ""
        return accepts(route[0], first) and meets(rest, route[1:])
    before, after = first
    for taken in range(1, len(route) + 1):
        opening, end = route[0], route[taken - 1]
        fit = fits(end, before, after) if taken == 1 else fits(opening, before, "") and fits(end, "", after)
        if takes_rest[taken - 1] and (taken == 1 or fits(opening, before, "")):
            return True
        if fit and meets(rest, route[taken:]):
            return True
    return False


def accepts(segment: PathSegment, text: str) -> bool:
    if not segment.is_param:
        return segment.value == text
    try:
        CONVERTERS[segment.param_type].convert(text)
    except ValueError:
        return False
    return True


def fits(segment: PathSegment, before: str, after: str) -> bool:
    if not segment.is_param:
        value = segment.value
        return value.startswith(before) and value.endswith(after) and len(value) >= len(before) + len(after)
    if segment.param_type == "int":
        return all(part == "" or (part.isascii() and part.isdigit()) for part in (before, after))
    return True
