"""The query string as an immutable mapping, and the one decoder of url-encoded text (forms use it too)."""

from urllib.parse import unquote_to_bytes

from chirp._internal.multimap import MultiDict

MAX_FIELDS = 1000


def decode_pairs(encoded: bytes, max_fields: int) -> list[tuple[str, str]]:
    """The `name=value` pairs of url-encoded bytes, blank values kept.

    Raises ValueError when there are more than `max_fields`, or when text is not UTF-8.
    """
    if not encoded:
        return []
    if encoded.count(b"&") >= max_fields:
        raise ValueError(f"more than {max_fields} fields")
    pairs: list[tuple[str, str]] = []
    for field in encoded.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            pairs.append((_decode(name), _decode(value)))
    return pairs


def _decode(encoded: bytes) -> str:
    if b"+" in encoded:
        encoded = encoded.replace(b"+", b" ")
    if b"%" in encoded:
        encoded = unquote_to_bytes(encoded)
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        raise ValueError("url-encoded text is not UTF-8") from None


class QueryParams(MultiDict):
    """The parameters of a query string; `[]` gives the first of several equal names.

    Raises ValueError for more than `max_fields` parameters and for text that is not UTF-8; a request turns that into
    the answer 400.
    """

    __slots__ = ("raw",)
    raw: bytes
    """The query string as received, without the `?`."""

    def __init__(self, query_string: bytes = b"", max_fields: int = MAX_FIELDS) -> None:
        super().__init__(decode_pairs(query_string, max_fields))
        object.__setattr__(self, "raw", query_string)
