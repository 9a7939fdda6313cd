"""What a developer sees of a failed request: a page, a part of a page for htmx, JSON, or text.

What the client sent as secret is masked wherever it turns up; only this machine gets to see it.
"""

from ipaddress import ip_address

from chirp.errors import HTTPError, NotFound
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.server.debug_html import FOOTER, Pairs, Writer, document
from chirp.server.failure import Failure, failure_of
from chirp.server.formats import VARY, Format, Known, format_for
from chirp.server.jsonify import to_json
from chirp.server.masking import Scrubber, scrubber_of
from chirp_check.grammar.names import nearest

_LOCAL_NAMES = (".localhost", ".test")


def is_local(request: Request) -> bool:
    """The request was made on this machine: no address but its own, and no name that a stranger's site can have.

    There is no address behind a test client or a unix socket. A page that was let in by its address alone could be
    read by any site whose name is made to point here.
    """
    return (request.client is None or _is_loopback(request.client[0])) and _is_own(request.headers.get("host", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_own(host: str) -> bool:
    """A `Host` header that names this machine: an address of it, or a name that no public site has."""
    name = host.rpartition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0].lower()
    return _is_loopback(name) or "." not in name or name.endswith(_LOCAL_NAMES)


def answer(error: Exception, request: Request, known: Known) -> Response | None:
    """The answer to a failed request, in the form that the client can show; None where there is nothing to add."""
    shape = format_for(request)
    fields = _fields(request)
    scrub = scrubber_of(request, fields)
    if isinstance(error, HTTPError):
        wanted = isinstance(error, NotFound) and shape in {Format.PAGE, Format.PART}
        return _missing(request, known, scrub, shape) if wanted else None
    failure = failure_of(error, known.roots)
    if shape is Format.JSON:
        return _plain(_json(failure, scrub), "application/json; charset=utf-8")
    if shape is Format.TEXT:
        return _plain(scrub(_text(failure)), "text/plain; charset=utf-8")
    writer = Writer(scrub)
    body = "\n".join((*writer.failure(failure, _asked(request, known)), *writer.request(request, fields), FOOTER))
    return document(failure.first.kind, body, shape)


def _asked(request: Request, known: Known) -> str:
    """What was asked for, and the handler that answers it."""
    route = known.route_of(request)
    return f"{request.method} {request.path}" + (f" → {route.origin}" if route is not None else "")


def _missing(request: Request, known: Known, scrub: Scrubber, shape: Format) -> Response | None:
    """The routes there are, the nearest named; None when a route took the path and its handler found nothing."""
    if any(route.pattern.match_decoded(request.path) is not None for route in known.routes):
        return None
    meant = nearest(request.path, (route.path for route in known.routes))
    near = (f"did you mean `{meant}`?",) if meant is not None else ()
    rows: Pairs = [(f"{' '.join(sorted(route.methods))} {route.path}", route.origin) for route in known.routes]
    body = "\n".join((*Writer(scrub).missing(_asked(request, known), near, rows), FOOTER))
    return document("No route answers this path", body, shape, 404)


def _plain(text: str, content_type: str) -> Response:
    return Response(text, 500, content_type, headers=(("Cache-Control", "no-store"),)).with_vary(*VARY)


def _fields(request: Request) -> Pairs:
    """The query, and the form if it was read; what cannot be read is the error itself, or not worth a second one."""
    found: list[tuple[str, str]] = []
    try:
        found += [(name, value) for name in request.query for value in request.query.get_list(name)]
        found += [(name, value) for name in request.form for value in request.form.get_list(name)]
    except HTTPError, RuntimeError:
        pass
    return found


def _json(failure: Failure, scrub: Scrubber) -> str:
    first = failure.first
    told = {
        "error": first.kind,
        "message": scrub(first.message),
        "hints": [scrub(hint) for hint in first.hints],
        "template": None if first.template is None else first.template.place.label,
        "traceback": scrub(failure.traceback).splitlines(),
    }
    return to_json(told)


def _text(failure: Failure) -> str:
    first = failure.first
    lines = [f"{first.kind}: {first.message}", *(f"hint: {hint}" for hint in first.hints)]
    if first.template is not None:
        lines.append(f"in the template {first.template.place.label}")
        lines += [
            f"  {'>' if line.mark else ' '} {line.number:>4} {line.text}" for line in first.template.place.excerpt
        ]
    return "\n".join((*lines, "", failure.traceback))
