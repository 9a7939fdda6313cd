"""The error page of debug mode: what failed and where, everything escaped, nothing the client sent as secret."""

import traceback
from html import escape
from ipaddress import ip_address

from chirp.http.request import Request
from chirp.http.response import Response

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{kind}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}
pre{{background:#f4f4f4;overflow:auto;padding:1rem}}@media(prefers-color-scheme:dark)
{{body{{background:#181818;color:#eee}}pre{{background:#262626}}}}</style></head>
<body><h1>{kind}</h1><p>{method} {path}</p>{place}<pre>{message}</pre><h2>Traceback</h2><pre>{trace}</pre>
<p>This page is shown because <code>debug</code> is on.</p></body></html>
"""


def is_local(request: Request) -> bool:
    """The client is on this machine, or there is no network between (a test client, a unix socket)."""
    if request.client is None:
        return True
    try:
        return ip_address(request.client[0]).is_loopback
    except ValueError:
        return False


def debug_page(error: Exception, request: Request) -> Response:
    """A self-contained page for an exception, naming the template and line when a template failed."""
    place = template_place(error)
    body = _PAGE.format(
        kind=escape(type(error).__name__),
        method=escape(request.method),
        path=escape(request.path),
        place=f"<p>In the template <strong>{escape(place)}</strong></p>" if place else "",
        message=escape(str(error)),
        trace=escape("".join(traceback.format_exception(error))),
    )
    policy = ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
    return Response(body, 500, headers=(policy, ("Cache-Control", "no-store")))


def template_place(error: Exception) -> str:
    """`name.html:line` for an error of the template engine, else an empty string."""
    if not type(error).__module__.startswith("kida"):
        return ""
    described = vars(error)
    name = described.get("template_name") or described.get("template") or _being_loaded(error)
    line = described.get("lineno")
    return f"{name}:{line}" if name and line else name


def _being_loaded(error: Exception) -> str:
    """The template that the engine was loading: errors of its parser do not say."""
    name = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "get_template":
            name = str(frame.f_locals.get("name", name))
    return name
