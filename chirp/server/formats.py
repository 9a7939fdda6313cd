"""The form of an answer to a failed request: what the client can show, and what strangers are told.

Handlers' values are never negotiated by `Accept`; errors are, since no handler has said what they are.
"""

from dataclasses import dataclass
from enum import Enum
from html import escape
from pathlib import Path
from typing import Final

from chirp.errors import reason
from chirp.htmx.errors import keep_page
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.routing.route import Route

VARY: Final = ("Accept", "HX-Request", "HX-Boosted", "HX-History-Restore-Request")
TEXT: Final = "text/plain; charset=utf-8"
_SENTENCES: Final = {
    400: "The request could not be understood.",
    401: "You need to sign in for this.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not answer that kind of request.",
    413: "What was sent is too large.",
    422: "What was sent cannot be taken like this.",
    429: "There were too many requests. Try again later.",
    500: "Something went wrong on our side. Try again in a moment.",
    503: "This does not work at the moment. Try again later.",
}
_CSS: Final = """body{font:1.05rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.25rem}
h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:0;overflow-wrap:anywhere}small{color:#777}
@media(prefers-color-scheme:dark){body{background:#171717;color:#e8e8e8}small{color:#999}}"""
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{css}</style></head>
<body><main><h1>{title}</h1><p>{text}</p><p><small>{status}</small></p></main></body></html>
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the application knows that helps to explain a failure: folders of templates, and routes."""

    roots: tuple[Path, ...] = ()
    routes: tuple[Route, ...] = ()

    def route_of(self, request: Request) -> Route | None:
        """The route that answers a request."""
        method = "GET" if request.method == "HEAD" else request.method
        taking = [
            route
            for route in self.routes
            if method in route.methods and route.pattern.match_decoded(request.path) is not None
        ]
        return min(taking, key=lambda route: route.pattern.rank, default=None)


class Format(Enum):
    """What can be shown: a document, a part of one (htmx), JSON for programs, text for terminals."""

    PAGE = "page"
    PART = "part"
    JSON = "json"
    TEXT = "text"


def format_for(request: Request) -> Format:
    """Browsers name `text/html` when they ask for a document, and programs JSON; whoever takes anything gets text."""
    if request.is_fragment:
        return Format.PART
    accepted = request.headers.get("accept", "").lower()
    if "text/html" in accepted or request.is_htmx:
        return Format.PAGE
    return Format.JSON if "json" in accepted else Format.TEXT


def plain_answer(status: int, detail: str, request: Request) -> Response:
    """The answer of an application that has none of its own: a small page for browsers, text for others.

    `detail` is what the HTTPError says, and the rest is the same for everybody.
    """
    title = reason(status)
    shape = format_for(request)
    if shape is Format.PAGE:
        text = escape(detail or _SENTENCES.get(status, ""))
        response = Response(_PAGE.format(title=escape(title), css=_CSS, text=text, status=status), status)
        return response.with_vary(*VARY)
    # A page may be told to show the answer to a failed request of htmx, and that is read as HTML whatever its type.
    text = detail or title
    response = Response(escape(text) if shape is Format.PART else text, status, TEXT)
    return keep_page(response.with_vary(*VARY), request)
