"""Template text to tags and errors. Never raises.

Each tag is read on its own, so an error costs its tag and not the file, and every position is exact. Kida is asked, and
imported, only about tags that our parser does not surely accept: it decides, and it has the messages.
"""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from chirp_check.syntax.kida_build import Build, Refused
from chirp_check.syntax.kida_light import defer_package
from chirp_check.syntax.kida_operands import CHAIN
from chirp_check.syntax.kida_saying import Saying
from chirp_check.syntax.kida_scan import (
    CLOSERS,
    OPENER,
    Close,
    find_close,
    find_end_raw,
    recovery,
    text_begins,
    value_ends,
)
from chirp_check.syntax.kida_statements import StatementParser
from chirp_check.syntax.kida_tokens import CONSTANTS, NAME, OPERATOR_WORDS, Tokens, tokenize

if TYPE_CHECKING:
    from chirp_check.syntax.kida_verdict import TagError

MAX_TOKENS = 100_000  # of one file, Kida's own limit; texts between tags count
MAX_ERRORS = 200  # in the tags of one file; what comes behind is not read


class KidaError(msgspec.Struct, frozen=True, gc=False):
    """A place that Kida refuses, in the house form; `code` is Kida's where it has one.

    `related` are other places that have to do with it, each with what it has.
    """

    start: int
    end: int
    message: str
    help: str | None = None
    code: str | None = None
    related: tuple[tuple[int, int, str], ...] = ()


class Tag[T](msgspec.Struct, gc=False, eq=False):
    """`{{ … }}` or `{% … %}` at `[start, end)`, with what it says unless it is broken.

    `word` is the word a `{% … %}` starts with; `keyword` the same, but empty where Kida could not read it. `size`
    counts Kida's tokens; `tokens` are there but for the simplest tags. `lone` is the name `{{ name }}` consists of.
    """

    start: int
    end: int
    is_output: bool
    keyword: str
    word: str
    size: int
    said: Saying[T] | None
    tokens: Tokens | None = None
    lone: str = ""
    broken: bool = False

    @property
    def name(self) -> str:
        """The name behind the keyword, also where the rest of the tag is broken; empty if there is none."""
        return "" if self.tokens is None else self.tokens.name


type AnyTag = Tag[Any]  # for those who do not look at what the expressions have become


class Scan[T](msgspec.Struct, eq=False):
    """The tags of a file in order, the ranges of its comments and raw blocks (tags included), and what is wrong.

    `complete` is false where reading stopped early, so that the nesting of what was read says nothing.
    """

    text: str
    build: Build[T]
    parser: StatementParser[T]
    tags: list[Tag[T]] = msgspec.field(default_factory=list[Tag[T]])
    comments: list[tuple[int, int]] = msgspec.field(default_factory=list[tuple[int, int]])
    raws: list[tuple[int, int]] = msgspec.field(default_factory=list[tuple[int, int]])
    errors: list[KidaError] = msgspec.field(default_factory=list[KidaError])
    tokens: int = 0
    complete: bool = True


# The commonest tags as a whole, or else the opener of any: `{{ a.b }}`, `{% end… %}`, `{% else %}`, `{% empty %}`.
_NEXT = re.compile(
    r"\{(?:\{-?[ \t\r\n]*+([A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+)[ \t\r\n]*+-?\}\}"
    r"|%-?[ \t\r\n]*+(end[a-z]*+|else|empty)[ \t\r\n]*+-?%\}"
    r"|[{%#])",
    re.ASCII,
)
_NOT_SIMPLE = OPERATOR_WORDS.union(CONSTANTS, ("await",))


def scan[T](text: str, build: Build[T]) -> Scan[T]:
    """Every tag, comment and raw block of a template, up to where too much is wrong for anything to be learnt."""
    found: Scan[T] = Scan(text, build, StatementParser(text, build))
    tags = found.tags
    at = 0
    while opener := _NEXT.search(text, at):
        if len(found.errors) >= MAX_ERRORS or found.tokens > MAX_TOKENS:
            found.complete = False
            break
        start = opener.start()
        if start > at:
            found.tokens += _is_data(text, at, start)
        group = opener.lastindex
        if group == 2:
            at = opener.end()
            word = opener[2]
            tags.append(Tag(start, at, False, word, word, 3, None))
            found.tokens += 3
            continue
        if text[start + 1] == "#":
            at = _comment(text, start, found)
            continue
        tag = _path(opener, build) if group else None
        if tag is None:
            tag = _tag(text, start, found)
        at = tag.end
        tags.append(tag)
        found.tokens += tag.size
        if tag.keyword == "raw":
            at = _raw(text, tag, found)
    found.tokens += at < len(text)
    if found.tokens > MAX_TOKENS:
        found.errors.append(KidaError(0, 0, f"the file has more than {MAX_TOKENS} tokens", "split the file"))
    return found


def _path[T](found: re.Match[str], build: Build[T]) -> Tag[T] | None:
    """`{{ a }}` or `{{ a.b.c }}`; None where the words in it are none of names."""
    path = found[1]
    start = at = found.start(1)
    names = path.split(".")
    if not _NOT_SIMPLE.isdisjoint(names) or len(names) > CHAIN:
        return None
    first = names[0]
    at += len(first)
    term = build.name(start, at, first)
    for name in names[1:]:
        at += 1 + len(name)
        term = build.attribute(start, at, term, name, False)
    lone = first if len(names) == 1 else ""
    return Tag(found.start(), found.end(), True, "", "", 2 * len(names) + 1, Saying(term), None, lone)


def _is_data(text: str, at: int, start: int) -> bool:
    """Whether Kida makes a token of the text between two tags: not where `-` trims it away."""
    trimmed = text.endswith(("-%}", "-}}"), 0, at) or text.startswith("-", start + 2)
    return not (trimmed and text[at:start].isspace())


def _comment[T](text: str, start: int, found: Scan[T]) -> int:
    end = text.find("#}", start + 2)
    found.tokens += 2
    if end >= 0:
        found.comments.append((start, end + 2))
        return end + 2
    found.errors.append(KidaError(start, start + 2, "the comment is never closed", "add `#}`"))
    line = text.find("\n", start)
    return len(text) if line < 0 else line


def _tag[T](text: str, start: int, found: Scan[T]) -> Tag[T]:
    """The tag at `start`, with its error noted. One that runs into what follows is cut where it should have ended."""
    tag = _read(text, start, found)
    if tag is not None:
        return tag
    close = find_close(text, start)
    if isinstance(close, Close):
        tag, error = _asked(text[start : close.end], (start, close.end), found)
        if error is None:
            return tag
        for cut in value_ends(text, start):
            if cut < close.end and _verdict(_completed(text, start, cut)) is None:
                return _unclosed(text, start, cut, found)
        cut, behind_closer = recovery(text, start)
        if close.nested and cut < close.end and _verdict(_completed(text, start, error.start)) is None:
            return _unclosed(text, start, cut, found)
        if cut >= close.end or not (behind_closer or close.nested) or error.start < cut:
            return _noted(tag, error, found)
    else:
        cut, behind_closer = recovery(text, start)
    if behind_closer:
        return _noted(*_asked(text[start:cut], (start, cut), found), found)
    return _unclosed(text, start, cut, found)


def _read[T](text: str, start: int, found: Scan[T]) -> Tag[T] | None:
    """The tag, when our parser surely accepts it."""
    tokens = tokenize(text, start)
    if not tokens.whole:
        return None
    is_output = text[start + 1] == "{"
    keyword = "" if is_output else tokens.keyword
    if keyword == "slot":
        said = _slot(tokens, found, in_call=False) or _slot(tokens, found, in_call=True)
    else:
        said = _parsed(tokens, found, is_output=is_output)
    if said is None or said.doubt:
        return None
    size = tokens.size
    lone = tokens.words[0] if is_output and size == 3 and tokens.kinds[0] == NAME else ""
    return Tag(start, tokens.spans[-1][1], is_output, keyword, keyword, size, said, tokens, lone)


def _parsed[T](tokens: Tokens, found: Scan[T], *, is_output: bool) -> Saying[T] | None:
    """What a tag but a `slot` says; None where our parser cannot tell."""
    parser = found.parser
    parser.begin(tokens)
    try:
        return parser.output() if is_output else parser.statement()
    except Refused, RecursionError:
        return None


def _asked[T](piece: str, place: tuple[int, int], found: Scan[T]) -> tuple[Tag[T], KidaError | None]:
    """A tag that our parser does not surely accept, or that does not end where it should: Kida's verdict."""
    start, end = place
    error = _verdict(piece)
    tokens = tokenize(piece, 0, start, longest=len(piece))
    keyword = "" if piece.startswith("{{") else tokens.keyword
    word = _WORD.match(piece)
    first = word[1] if word else ""
    tag: Tag[T] = Tag(start, end, piece.startswith("{{"), keyword, first, tokens.size, None, tokens)
    if error is not None:
        tag.broken = True
        return tag, _shifted(error, start)
    if tokens.whole and keyword != "slot":
        tag.said = _parsed(tokens, found, is_output=tag.is_output)
    return tag, None


def _verdict(text: str, *, in_call: bool = False) -> TagError | None:
    """Ask Kida, of which only the parser is imported."""
    defer_package("kida")
    from chirp_check.syntax.kida_verdict import verdict

    return verdict(text, in_call=in_call)


def _shifted(error: TagError, start: int) -> KidaError:
    return KidaError(start + error.start, start + error.end, error.message, error.help, error.code)


def _noted[T](tag: Tag[T], error: KidaError | None, found: Scan[T]) -> Tag[T]:
    if error is not None and tag.keyword != "slot":
        found.errors.append(error)
    return tag


def _unclosed[T](text: str, start: int, cut: int, found: Scan[T]) -> Tag[T]:
    """A tag that is never closed. What it says before the cut is read as if it were."""
    opener = text[start : start + 2]
    closer = CLOSERS[opener]
    end = _extent(text, start, cut)
    found.errors.append(KidaError(start, end, f"`{opener}` is never closed", f"add `{closer}`"))
    return _asked(_completed(text, start, end), (start, cut), found)[0]


def _extent(text: str, start: int, cut: int) -> int:
    """Where that part of an unclosed tag ends which Kida can read; where there is none, where it is cut."""
    ends = [*value_ends(text, start), *(text_begins(text, start, cut) if text[start + 1] == "{" else ()), cut]
    for end in sorted(end for end in ends if end <= cut):
        piece = _completed(text, start, end)
        error = _verdict(piece)
        if error is not None and end == cut and error.start > 2:
            piece = _completed(text, start, start + error.start)
            error = _verdict(piece)
        if error is None:
            return start + len(piece) - 3
    return start + len(_completed(text, start, cut)) - 3


def _completed(text: str, start: int, end: int) -> str:
    """The beginning of a tag with a closer put behind it."""
    opener = text[start : start + 2]
    inside = text[start + 2 : end].rstrip(" \t\r\n%}" if opener == "{%" else " \t\r\n}")
    return f"{opener}{inside} {CLOSERS[opener]}"


def _raw[T](text: str, tag: Tag[T], found: Scan[T]) -> int:
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
    tokens = tokenize(text, start)
    size = tokens.size
    is_end = text.startswith("{%", start) and tokens.keyword == "endraw"
    if tokens.whole and (size == 3 or not is_end):
        return "" if is_end else None, size
    defer_package("kida")
    from chirp_check.syntax.kida_verdict import lexical_error

    error = lexical_error(text[start:end])
    return error.message if error is not None else "" if is_end else None, size


def _broken_raw[T](text: str, tag: Tag[T], message: str, start: int, found: Scan[T]) -> int:
    found.errors.append(KidaError(start, start + 2, f"{message} inside `raw`"))
    end = find_end_raw(text, start)
    stop = end.end() if end else len(text)
    found.raws.append((tag.start, stop))
    return stop


_WORD = re.compile(r"\{%-?\s*+(\w+)")


def _slot[T](tokens: Tokens, found: Scan[T], *, in_call: bool) -> Saying[T] | None:
    """What a `{% slot … %}` says in one of the two places it may stand in."""
    parser = found.parser
    parser.begin(tokens)
    try:
        said = parser.slot(in_call=in_call)
    except Refused, RecursionError:
        return None
    return None if said.doubt else said


def read_slot[T](tag: Tag[T], found: Scan[T], *, in_call: bool) -> KidaError | None:
    """Read a `{% slot … %}`, whose grammar depends on whether it stands directly inside `{% call %}`."""
    tokens = tag.tokens
    tag.said = None if tokens is None or not tokens.whole else _slot(tokens, found, in_call=in_call)
    tag.broken = False
    if tag.said is not None:
        return None
    written = found.text[tag.start : tag.end]
    is_closed = written.endswith("%}")
    error = _verdict(written if is_closed else written.rstrip(" \t\r\n") + " %}", in_call=in_call)
    tag.broken = error is not None
    # That a tag is never closed has been said, and the place of another fault may be behind what is written.
    return _shifted(error, tag.start) if error is not None and is_closed else None
