"""Notes for exceptions: what the framework knows and the exception does not say. They are printed with a traceback."""

import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from chirp.describe import place_of
from chirp.http.request import Request
from chirp.server.formats import Known
from chirp.server.refusals import CannotConvert


def explain(error: Exception, request: Request, known: Known) -> None:
    """Add to an exception who returned a wrong value, which template was meant, or where in which template it was."""
    with suppress(OSError):  # a folder that cannot be read, or is gone
        for note in _notes(error, request, known):
            if note:
                error.add_note(note)


def _notes(error: Exception, request: Request, known: Known) -> Iterable[str]:
    if isinstance(error, CannotConvert):
        return (_returned_by(error, request, known),)
    if type(error).__module__.startswith("kida"):
        from chirp.server.template_faults import notes_of

        return notes_of(error, known.roots)
    return ()


def _returned_by(error: Exception, request: Request, known: Known) -> str:
    """The middleware whose answer was refused, else the handler of the request."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        layer = frame.f_locals.get("layer")
        if frame.f_code.co_name == "call" and callable(layer):
            return f"the middleware `{_name(layer)}` returned it; is it `return await next(request)`?"
    route = known.route_of(request)
    if route is None:
        return ""
    place = place_of(route.handler)
    return f"`{route.origin}` returned it" + (f" ({place})" if place else "")


def _name(layer: Any) -> str:
    return str(layer.__qualname__) if hasattr(layer, "__qualname__") else type(layer).__qualname__
