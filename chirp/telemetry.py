"""What an observer is, and what it is told: the one hook for metrics, traces and error reports."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

type Observer = Callable[[Any, str | None], Generator[None, Outcome]]
"""A generator function that follows one request: called with the Request and the path of its route as registered, None
when no route answers.

It runs to its first `yield` before the request is handled. That `yield` gives the Outcome as soon as there is a
response; a second one, if it has it, gives the Outcome again when the body is at its end. It runs in the context of the
request, so what it sets, handlers see. An exception of its own is logged and ends it, and nothing else.
"""

ERROR = "chirp.error"
"""Where the state of a request keeps the exception that was answered, if somebody follows the request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request so far."""

    status: int | None
    """None when the client left before there was a response."""
    seconds: float
    """Since the request came in."""
    error: Exception | None = None
    """What handler, middleware or body raised, also where an error handler answered it; an HTTPError is none."""
    streaming: bool = False
    """Whether the body is made while it is sent."""
