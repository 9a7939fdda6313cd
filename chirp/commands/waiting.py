"""What a browser is told while an application does not start: why, on a page that loads again by itself."""

from html import escape
from typing import IO, Final

from chirp.app import App
from chirp.config import AppConfig
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Next
from chirp.server.debug import is_local
from chirp.server.debug_html import document
from chirp.server.formats import TEXT, Format, format_for

TITLE: Final = "The application does not start"
_UNKNOWN: Final = "The terminal in which it runs says why."
_SECONDS: Final = "2"
_MOST: Final = 20_000


class Overheard:
    """A stream that is written to, and the beginning of what was written."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._kept = ""

    def write(self, text: str) -> int:
        """Write, and keep it while there is not much."""
        if len(self._kept) < _MOST:
            self._kept += text
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def text(self) -> str:
        """What was written, without colours."""
        first, *others = self._kept.split("\x1b[")
        return (first + "".join(one.partition("m")[2] for one in others)).strip()


def waiting(why: str) -> App:
    """An application that answers every request with the reason; only this machine gets to read it."""
    app = App(AppConfig(static_dir=None))

    async def tell(request: Request, next: Next) -> Response:
        text = why if why and is_local(request) else _UNKNOWN
        shape = format_for(request)
        if shape in {Format.TEXT, Format.JSON}:
            return Response(f"{TITLE}.\n{text}\n", 503, TEXT, headers=(("Cache-Control", "no-store"),))
        body = (
            f'<header><p class="asked">chirp run --reload</p><h1>{TITLE}</h1></header>'
            f'<pre class="trace">{escape(text)}</pre><footer>This page loads again by itself.</footer>'
        )
        return document(TITLE, body, shape, 503).with_header("Refresh", _SECONDS)

    app.add_middleware(tell)
    return app
