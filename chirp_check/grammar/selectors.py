"""Selectors as htmx attributes write them, as far as they name one element by its id."""

type Pieces = tuple[str | None, ...]  # literal text and holes

_WORDS = frozenset(
    {"this", "next", "previous", "document", "window", "root", "host", "inherit", "html", "head", "body", "tbody"}
    | {"nextelementsibling", "previouselementsibling"}
)
_ENDS_AN_ID = frozenset(" \t\n\r\f.:[>+~,#<()/'\"=*")


def id_of(pieces: Pieces) -> Pieces | None:
    """The id that `#id` names, in pieces; None for every other selector."""
    first = pieces[0] if pieces else None
    if first is None or not first.startswith("#"):
        return None
    rest: Pieces = tuple(piece for piece in (first[1:], *pieces[1:]) if piece != "")
    if not rest or any(char in _ENDS_AN_ID for piece in rest if piece is not None for char in piece):
        return None
    return rest


def tag_of(pieces: Pieces) -> Pieces | None:
    """The tag name that a selector of nothing else names, in pieces; None for every other selector.

    Words that mean something of their own to htmx are none, nor are elements that every document has.
    """
    first = pieces[0] if pieces else None
    if first is None or not first[:1].isalpha() or (pieces == (first,) and first.lower() in _WORDS):
        return None
    letters = "".join(piece for piece in pieces if piece is not None)
    return pieces if letters.replace("-", "").replace("_", "").isalnum() else None


def stripped(pieces: Pieces) -> Pieces:
    """The pieces without white space at both ends."""
    if not pieces:
        return pieces
    trimmed = list(pieces)
    if trimmed[0] is not None:
        trimmed[0] = trimmed[0].lstrip()
    if trimmed[-1] is not None:
        trimmed[-1] = trimmed[-1].rstrip()
    return tuple(piece for piece in trimmed if piece != "")


def overlap(left: Pieces, right: Pieces) -> bool:
    """Whether some text fits both patterns; a hole fits any text, also none."""
    return left == right or (_ends_meet(left, right) and _overlap(_tokens(left), _tokens(right)))


def _ends_meet(left: Pieces, right: Pieces) -> bool:
    """Whether the literal text at both ends allows it, which most patterns are told apart by."""
    if not left or not right:
        return True
    first, other = left[0], right[0]
    if first is not None and other is not None and not (first.startswith(other) or other.startswith(first)):
        return False
    last, other = left[-1], right[-1]
    return last is None or other is None or last.endswith(other) or other.endswith(last)


def numbered(text: str, pattern: Pieces) -> bool:
    """Whether a text is the pattern with digits in its holes."""
    ends = {0}
    for piece in pattern:
        if piece is not None:
            ends = {start + len(piece) for start in ends if text.startswith(piece, start)}
        else:
            ends = {end for start in ends for end in _behind_digits(text, start)}
    return len(text) in ends


def _behind_digits(text: str, start: int) -> range:
    """Where one digit or more from an offset on may end."""
    end = start
    while end < len(text) and "0" <= text[end] <= "9":
        end += 1
    return range(start + 1, end + 1)


def _tokens(pieces: Pieces) -> tuple[str | None, ...]:
    return tuple(token for piece in pieces for token in ((None,) if piece is None else tuple(piece)))


def _overlap(left: tuple[str | None, ...], right: tuple[str | None, ...]) -> bool:
    """One row of reachable positions of `right` for each token of `left`."""
    row = _closed({0}, right)
    for token in left:
        after: set[int] = set()
        for at in row:
            if token is None:
                after.update(range(at, len(right) + 1))
            elif at < len(right) and right[at] is None:
                after.add(at)
            elif at < len(right) and right[at] == token:
                after.add(at + 1)
        row = _closed(after, right)
        if not row:
            return False
    return len(right) in row


def _closed(row: set[int], tokens: tuple[str | None, ...]) -> set[int]:
    """The positions with those behind holes that stay empty."""
    for at in range(len(tokens)):
        if at in row and tokens[at] is None:
            row.add(at + 1)
    return row
