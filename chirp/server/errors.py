"""Exceptions to responses: the application's own handlers first, plain text otherwise."""

import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Any

from chirp.errors import HTTPError
from chirp.htmx.errors import keep_page
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.server.binding import is_async
from chirp.server.formats import Known, plain_answer
from chirp.server.hints import explain
from chirp.server.negotiation import negotiate
from chirp.server.threads import Workers
from chirp.telemetry import ERROR
from chirp.templating.integration import Engine
from chirp.templating.returns import OOB, Fragment, InlineTemplate, Page, Stream, Suspense, Template, TemplateStream

log: logging.Logger = logging.getLogger("chirp")

# Values that say nothing of a status: the answer to an error keeps the error's.
_WITHOUT_STATUS = (
    str,
    bytes,
    dict,
    list,
    Template,
    Fragment,
    Page,
    OOB,
    InlineTemplate,
    Stream,
    TemplateStream,
    Suspense,
)

# Values that are a whole page.
_WHOLE = (Template, Stream, TemplateStream, Suspense)

type ErrorHandler = Callable[..., Any]


class ErrorResponder:
    """Answers exceptions. Handlers are found by status, then by the nearest class of the exception."""

    __slots__ = ("_debug", "_engine", "_handlers", "_known", "_workers")

    def __init__(
        self,
        handlers: Mapping[int | type[Exception], ErrorHandler],
        engine: Engine,
        workers: Workers,
        known: Known,
        *,
        debug: bool,
    ) -> None:
        self._handlers = {key: (handler, _arity(handler)) for key, handler in handlers.items()}
        self._engine = engine
        self._workers = workers
        self._known = known
        self._debug = debug

    async def respond(self, error: Exception, request: Request) -> Response:
        """The response to an exception, logged when it is a server error; it never raises an Exception itself."""
        error = original = self._cause(error)
        status = error.status if isinstance(error, HTTPError) else 500
        if ERROR in request.state and not isinstance(error, HTTPError):
            request.state[ERROR] = error
        if not isinstance(error, HTTPError):
            explain(error, request, self._known)
        response: Response | None = None
        if (found := self._find(error, status)) is not None:
            try:
                response = await self._handled(*found, error, status, request)
            except Exception as failure:  # the boundary: a failing error handler is an error page
                log.exception("the error handler for %s failed", type(error).__name__)
                error, status = failure, 500
        if response is None:
            response = self._default(error, status, request)
        if response.status >= 500:
            log.error("%s %s failed", request.method, request.path, exc_info=original)
        try:
            return _with_headers(response, error)
        except ValueError as failure:
            log.exception("the headers of %s cannot be sent", type(error).__name__)
            return self._default(failure, 500, request)

    def _cause(self, error: Exception) -> Exception:
        """What a template raised, if it has an answer of its own: Kida wraps what comes out of filters and globals."""
        cause = error.__cause__
        if isinstance(cause, Exception) and type(error).__module__.startswith("kida"):
            return cause if isinstance(cause, HTTPError) or self._find(cause, 0) else error
        return error

    def _find(self, error: Exception, status: int) -> tuple[ErrorHandler, int] | None:
        if isinstance(error, HTTPError) and status in self._handlers:
            return self._handlers[status]
        for kind in type(error).__mro__:
            if kind in self._handlers and issubclass(kind, Exception):
                return self._handlers[kind]
        return self._handlers.get(status)

    async def _handled(
        self, handler: ErrorHandler, arity: int, error: Exception, status: int, request: Request
    ) -> Response:
        arguments = (request, error)[:arity]
        if is_async(handler):
            value = await handler(*arguments)
        else:
            value = await self._workers.run(lambda given: handler(*given), arguments)
        response = negotiate(value, request, self._engine)
        if not isinstance(value, _WITHOUT_STATUS):
            return response
        return keep_page(
            response.with_status(status),
            request,
            whole=isinstance(value, _WHOLE),
        )

    def _default(self, error: Exception, status: int, request: Request) -> Response:
        if self._debug:
            try:
                from chirp.server.debug import answer, is_local

                if is_local(request) and (response := answer(error, request, self._known)) is not None:
                    return response
            except Exception:  # the boundary: what is told to help must not stand in the way
                log.exception("the debug page of %s failed", type(error).__name__)
        detail = error.detail if isinstance(error, HTTPError) else ""
        return plain_answer(status, detail, request)


def _with_headers(response: Response, error: Exception) -> Response:
    if isinstance(error, HTTPError):
        for name, value in error.headers:
            response = response.with_header(name, value)
    return response


def _arity(handler: ErrorHandler) -> int:
    """How many of (request, error) the handler takes."""
    parameters = inspect.signature(handler).parameters.values()
    positional = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return 2 if variadic else min(len(positional), 2)
