"""Route paths: the one parser and reference matcher that runtime and checker share.

A path is `/` followed by segments separated by `/`. A segment is text, or one parameter that fills it:
`{name}` or `{name:converter}`. The law of this module:

* **Trailing slash.** `/a` and `/a/` are different paths; nothing redirects from one to the other.
  An empty segment is legal at the end only, so `//a` and `/a//b` match no route without a `path` parameter.
* **Percent-encoding.** A route path is written decoded (`/café`, never `/caf%C3%A9`). A request path is decoded once,
  as a whole, before it is split: an encoded `%2F` separates segments exactly as `/` does. `match` takes the encoded
  form that stands in a URL, `match_decoded` the decoded form that an ASGI server hands over; bytes that are not UTF-8
  decode to U+FFFD.
* **Precedence.** Of several patterns that match one path, the one with the least `rank` wins: at the first segment in
  which they differ, text beats `int` beats `float` beats `str` beats `path`. The order of registration is irrelevant.
* **Duplicates.** Two patterns of equal `shape` match the same paths, whatever their parameters are called.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, unquote

MAX_INT_DIGITS = 18
MAX_FLOAT_LENGTH = 40

# Characters that cannot stand in the text of a route, with what to say about each.
_FORBIDDEN_TEXT = {
    "}": "`}` without `{`",
    "%": "`%` in a route path: write the decoded character",
    "?": "`?` in a route path: a query is not part of the path",
    "#": "`#` in a route path: a fragment is not sent to the server",
    "\\": "`\\` in a route path: browsers turn it into `/`",
}
# What `quote` may leave alone inside a segment (RFC 3986 pchar without the characters HTML would need escaped).
_SAFE = "/:@!$()*+,;=~"


class PathError(ValueError):
    """A route path that does not parse; `offset` is the index of the offending character."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def _has_control(text: str) -> bool:
    return not text.isprintable() and any(char < " " or char == "\x7f" for char in text)


def _to_str(text: str) -> str:
    if not text or text in {".", ".."} or "/" in text or _has_control(text):
        raise ValueError("not a path segment")
    return text


def _to_int(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_INT_DIGITS):
        raise ValueError("not a whole number")
    return int(text)


def _to_float(text: str) -> float:
    whole, dot, fraction = text.partition(".")
    digits = whole.isdigit() and (fraction.isdigit() if dot else True)
    if not (digits and text.isascii() and len(text) <= MAX_FLOAT_LENGTH):
        raise ValueError("not a decimal number")
    return float(text)


def _to_path(text: str) -> str:
    if not text or text[0] == "/" or _has_control(text) or not {".", ".."}.isdisjoint(text.split("/")):
        raise ValueError("not a relative path")
    return text


class Converter(NamedTuple):
    """What a parameter accepts: `convert` takes the decoded text and raises ValueError for what does not fit.

    `rank` orders converters from most to least specific; 0 is kept for text.
    """

    name: str
    type: type[str | int | float]
    rank: int
    convert: Callable[[str], str | int | float]


CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {
        "int": Converter("int", int, 1, _to_int),
        "float": Converter("float", float, 2, _to_float),
        "str": Converter("str", str, 3, _to_str),
        "path": Converter("path", str, 4, _to_path),
    }
)


class PathSegment(NamedTuple):
    """One segment: its source text, and for a parameter its name and converter name."""

    value: str
    is_param: bool = False
    param_name: str | None = None
    param_type: str = "str"


@dataclass(frozen=True)
class PathPattern:
    """A parsed route path. `/` has one segment with empty text; `/a/` has two, the second empty."""

    text: str
    segments: tuple[PathSegment, ...]

    @cached_property
    def params(self) -> Mapping[str, str]:
        """Parameter names, in order, with the name of their converter."""
        return MappingProxyType({s.param_name: s.param_type for s in self.segments if s.param_name is not None})

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """The segments without parameter names (`("tasks", "{int}")`): equal shapes match equal paths."""
        return tuple(f"{{{s.param_type}}}" if s.is_param else s.value for s in self.segments)

    @cached_property
    def rank(self) -> tuple[int, ...]:
        """Precedence: of several patterns that match one path, the least rank wins."""
        return tuple(CONVERTERS[s.param_type].rank if s.is_param else 0 for s in self.segments)

    def match(self, path: str) -> dict[str, str | int | float] | None:
        """The converted parameters if this pattern matches `path` as it is written in a URL, else None."""
        return self.match_decoded(unquote(path))

    def match_decoded(self, path: str) -> dict[str, str | int | float] | None:
        """The same for a path that is percent-decoded already, such as the `path` of an ASGI scope."""
        if not path.startswith("/"):
            return None
        parts = path[1:].split("/")
        if self.segments[-1].param_type == "path":
            last = len(self.segments) - 1
            parts[last:] = ["/".join(parts[last:])] if len(parts) > last else []
        if len(parts) != len(self.segments):
            return None
        values: dict[str, str | int | float] = {}
        for segment, part in zip(self.segments, parts, strict=True):
            if segment.param_name is None:
                if segment.value != part:
                    return None
                continue
            try:
                values[segment.param_name] = CONVERTERS[segment.param_type].convert(part)
            except ValueError:
                return None
        return values

    def fill(self, /, **values: object) -> str:
        """The percent-encoded path with these parameters, such that `match(fill(**values)) == values`.

        A value that is not a `str` is written as `str(value)`. Raises ValueError for a missing or unknown parameter
        and for a value that its converter would not give back.
        """
        if unknown := values.keys() - self.params.keys():
            raise ValueError(f"`{self.text}` has no parameter `{min(unknown)}`")
        parts: list[str] = []
        for segment in self.segments:
            if segment.param_name is None:
                parts.append(segment.value)
            elif segment.param_name in values:
                parts.append(_written(self.text, segment, values[segment.param_name]))
            else:
                raise ValueError(f"`{self.text}` needs the parameter `{segment.param_name}`")
        return quote("/" + "/".join(parts), safe=_SAFE)


def _written(pattern: str, segment: PathSegment, value: object) -> str:
    """The text of one parameter value, proved to convert back to the value."""
    text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
    try:
        if value is None or isinstance(value, bool | bytes):
            raise ValueError("not a value for a path")
        text.encode("utf-8")
        converted = CONVERTERS[segment.param_type].convert(text)
        if isinstance(value, int | float) and isinstance(converted, int | float) and converted != value:
            raise ValueError("not the same number")
    except ValueError:
        raise ValueError(f"{value!r} does not fit `{segment.value}` of `{pattern}`") from None
    return text


@lru_cache(maxsize=32_768)
def parse_path(text: str) -> PathPattern:
    """Parse a route path; PathError names the fault and its offset in `text`."""
    if not text.startswith("/"):
        raise PathError("a route path starts with `/`", 0)
    segments: list[PathSegment] = []
    names: set[str] = set()
    offset = 1
    parts = text[1:].split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if not part and not last:
            raise PathError("empty segment in a route path", offset)
        segment = _parse_segment(part, offset)
        if segment.param_name in names:
            raise PathError(f"parameter `{segment.param_name}` appears twice", offset)
        if segment.param_name is not None:
            names.add(segment.param_name)
        if segment.param_type == "path" and not last:
            raise PathError("a `path` parameter takes the rest of the path, so it comes last", offset)
        segments.append(segment)
        offset += len(part) + 1
    return PathPattern(text, tuple(segments))


def _parse_segment(part: str, offset: int) -> PathSegment:
    opening = part.find("{")
    if opening < 0:
        return _parse_text(part, offset)
    closing = part.find("}", opening)
    if closing < 0:
        raise PathError("`{` without `}`", offset + opening)
    if opening > 0 or closing < len(part) - 1:
        raise PathError("a parameter fills its whole segment", offset + (opening or closing + 1))
    name, colon, converter = part[1:closing].partition(":")
    if not (name.isascii() and name.isidentifier()):
        raise PathError(f"`{name}` is not a parameter name", offset + 1)
    if colon and converter not in CONVERTERS:
        raise PathError(f"no converter `{converter}`; there are {', '.join(CONVERTERS)}", offset + len(name) + 2)
    return PathSegment(part, is_param=True, param_name=name, param_type=converter or "str")


def _parse_text(part: str, offset: int) -> PathSegment:
    for index, char in enumerate(part):
        if char in _FORBIDDEN_TEXT:
            raise PathError(_FORBIDDEN_TEXT[char], offset + index)
        if char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff":
            raise PathError(f"the character {char!r} in a route path", offset + index)
    if part in {".", ".."}:
        raise PathError(f"`{part}` in a route path: clients remove it from URLs", offset)
    return PathSegment(part)
