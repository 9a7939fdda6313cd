"""The head of a response, as ASGI takes it."""

from chirp.http.response import HTML, Response
from chirp.server.negotiation import BINARY, JSON

_CONTENT_TYPES = {text: (b"content-type", text.encode()) for text in (HTML, JSON, BINARY)}
HTML_LINE = _CONTENT_TYPES[HTML]
WITHOUT_BODY = frozenset({204, 304})


def encode_head(response: Response, length: int | None) -> list[tuple[bytes, bytes]]:
    """The header lines; names and values were checked when the response was made. `length` is None when unknown."""
    lines: list[tuple[bytes, bytes]] = []
    if response.status == 200 or response.status not in WITHOUT_BODY:
        kind = response.content_type
        content_type = _CONTENT_TYPES.get(kind) or (b"content-type", kind.encode("latin-1"))
        lines = [content_type] if length is None else [content_type, (b"content-length", b"%d" % length)]
    if response.headers:
        lines.extend((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers)
    if response.cookies:
        lines.extend((b"set-cookie", cookie.to_header_value().encode("latin-1")) for cookie in response.cookies)
    return lines
