"""Template text to tags, blocks and errors. Never raises; Kida is imported only when there is a tag to parse.

Each tag is parsed by Kida on its own, so an error costs its tag and not the file, and every position is exact.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chirp_check.syntax.kida_scan import CLOSERS, OPENER, Close, find_close, find_end_raw, recovery

if TYPE_CHECKING:
    from chirp_check.syntax.kida_parser import ParsedTag

MAX_TOKENS = 100_000  # of one file, Kida's own limit; texts between tags count
MAX_ERRORS = 200  # in the tags of one file; what comes behind is not read


@dataclass(frozen=True, slots=True)
class KidaError:
    """A place that Kida refuses, in the house form; `code` is Kida's where it has one."""

    start: int
    end: int
    message: str
    help: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """`{{ … }}` or `{% … %}` at `[start, end)`. `parsed` holds Kida's tokens and node, relative to `start`."""

    start: int
    end: int
    parsed: ParsedTag

    @property
    def is_output(self) -> bool:
        """Whether this is `{{ … }}`."""
        return self.parsed.text.startswith("{{")

    @property
    def keyword(self) -> str:
        """The word a `{% … %}` starts with; empty for output tags and for tags that start with something else."""
        return self.parsed.keyword

    def token(self, index: int) -> tuple[int, int]:
        """The range of a token in the file."""
        return self.start + self.parsed.starts[index], self.start + self.parsed.ends[index]


@dataclass(slots=True)
class Scan:
    """The tags of a file in order, the ranges of its comments and raw blocks (tags included), and what is wrong.

    `complete` is false where reading stopped early, so that the nesting of what was read says nothing.
    """

    tags: list[Tag] = field(default_factory=list[Tag])
    comments: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    raws: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    errors: list[KidaError] = field(default_factory=list[KidaError])
    tokens: int = 0
    complete: bool = True


def scan(text: str) -> Scan:
    """Every tag, comment and raw block of a template, up to where too much is wrong for anything to be learnt."""
    found = Scan()
    at = 0
    while opener := OPENER.search(text, at):
        if len(found.errors) >= MAX_ERRORS or found.tokens > MAX_TOKENS:
            found.complete = False
            break
        start = opener.start()
        found.tokens += _is_data(text, at, start)
        if opener.group() == "{#":
            at = _comment(text, start, found)
            continue
        tag = _tag(text, start, found)
        at = tag.end
        found.tags.append(tag)
        found.tokens += len(tag.parsed.tokens)
        if tag.keyword == "raw":
            at = _raw(text, tag, found)
    found.tokens += at < len(text)
    if found.tokens > MAX_TOKENS:
        found.errors.append(KidaError(0, 0, f"the file has more than {MAX_TOKENS} tokens", "split the file"))
    return found


def _is_data(text: str, at: int, start: int) -> bool:
    """Whether Kida makes a token of the text between two tags: not where `-` trims it away."""
    trimmed = text.endswith(("-%}", "-}}"), 0, at) or text.startswith("-", start + 2)
    return start > at and not (trimmed and text[at:start].isspace())


def _comment(text: str, start: int, found: Scan) -> int:
    end = text.find("#}", start + 2)
    found.tokens += 2
    if end >= 0:
        found.comments.append((start, end + 2))
        return end + 2
    found.errors.append(KidaError(start, start + 2, "the comment is never closed", "add `#}`"))
    line = text.find("\n", start)
    return len(text) if line < 0 else line


def _tag(text: str, start: int, found: Scan) -> Tag:
    """The tag at `start`, with its error noted. One that runs into what follows is cut where it should have ended."""
    close = find_close(text, start)
    if isinstance(close, Close):
        parsed = _parse(text[start : close.end])
        if parsed.error is None:
            return Tag(start, close.end, parsed)
        cut, behind_closer = recovery(text, start)
        if cut >= close.end or not (behind_closer or close.nested) or parsed.error.start + start < cut:
            _note(found, start, parsed)
            return Tag(start, close.end, parsed)
    else:
        cut, behind_closer = recovery(text, start)
    if behind_closer:
        parsed = _parse(text[start:cut])
        _note(found, start, parsed)
        return Tag(start, cut, parsed)
    return _unclosed(text, start, cut, found)


def _note(found: Scan, start: int, parsed: ParsedTag) -> None:
    error = parsed.error
    if error is not None and parsed.keyword != "slot":
        found.errors.append(KidaError(start + error.start, start + error.end, error.message, error.help, error.code))


def _unclosed(text: str, start: int, cut: int, found: Scan) -> Tag:
    """A tag that is never closed. What it says before the cut is read as if it were."""
    opener = text[start : start + 2]
    closer = CLOSERS[opener]
    inside = text[start:cut].rstrip(" \t\r\n%}" if opener == "{%" else " \t\r\n}")
    found.errors.append(KidaError(start, start + len(inside), f"`{opener}` is never closed", f"add `{closer}`"))
    return Tag(start, cut, _parse(f"{inside} {closer}"))


def _parse(text: str) -> ParsedTag:
    from chirp_check.syntax.kida_parser import parse_tag

    return parse_tag(text)


def _raw(text: str, tag: Tag, found: Scan) -> int:
    """Pass over a raw block, whose tags Kida only cuts into tokens. Returns the offset behind its end tag."""
    at = tag.end
    while opener := OPENER.search(text, at):
        start = opener.start()
        found.tokens += start > at
        if opener.group() == "{#":
            found.tokens += 2
            end = text.find("#}", start + 2)
            if end < 0:
                return _broken_raw(text, tag, "the comment is never closed", start, found)
            at = end + 2
            continue
        close = find_close(text, start, raw=True)
        if not isinstance(close, Close):
            return _broken_raw(text, tag, f"`{opener.group()}` is never closed", start, found)
        at = close.end
        error, tokens = _raw_tag(text, start, close.end)
        found.tokens += tokens
        if error == "":
            found.raws.append((tag.start, close.end))
            return close.end
        if error is not None:
            return _broken_raw(text, tag, error, start, found)
    found.errors.append(KidaError(tag.start, tag.end, "`raw` is never closed", "add `{% endraw %}`"))
    found.raws.append((tag.start, len(text)))
    return len(text)


def _raw_tag(text: str, start: int, end: int) -> tuple[str | None, int]:
    """None for a tag that Kida can cut into tokens, "" for the end of the raw block, otherwise what is wrong.

    The second value is the number of tokens.
    """
    from chirp_check.syntax.kida_parser import lex_tag

    parsed = lex_tag(text[start:end])
    message = parsed.error.message if parsed.error else None
    return message or ("" if parsed.keyword == "endraw" else None), len(parsed.tokens)


def _broken_raw(text: str, tag: Tag, message: str, start: int, found: Scan) -> int:
    found.errors.append(KidaError(start, start + 2, f"{message} inside `raw`"))
    end = find_end_raw(text, start)
    stop = end.end() if end else len(text)
    found.raws.append((tag.start, stop))
    return stop


_WORD = re.compile(r"\{%-?\s*+(\w+)")


def slot_in_call(tag: Tag) -> Tag:
    """A `{% slot … %}` tag as Kida reads it directly inside `{% call %}`."""
    from chirp_check.syntax.kida_parser import parse_tag

    return Tag(tag.start, tag.end, parse_tag(tag.parsed.text, in_call=True))


def word_of(tag: Tag) -> str:
    """The first word of a `{% … %}`, also where Kida cannot read it."""
    word = _WORD.match(tag.parsed.text)
    return word[1] if word else ""
