"""The query string as an immutable mapping, and the one decoder of url-encoded text (forms use it too)."""

from urllib.parse import unquote_to_bytes

from chirp._internal.multimap import MultiDict

MAX_FIELDS = 1000


def decode_pairs(encoded: bytes, max_fields: int) -> list[tuple[str, str]]:
    """The `name=value` pairs of url-encoded bytes, blank values kept.

    Raises ValueError when there are more than `max_fields`, or when text is not UTF-8.
    """
    if encoded.count(b"&") >= max_fields:
        raise ValueError(f"more than {max_fields} fields")
    pairs: list[tuple[str, str]] = []
    try:
        for field in encoded.replace(b"+", b" ").decode().split("&"):
            name, _, value = field.partition("=")
            if "%" in field:
                pairs.append((unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()))
            elif field:
                pairs.append((name, value))
    except UnicodeDecodeError:
        raise ValueError("url-encoded text is not UTF-8") from None
    return pairs


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
