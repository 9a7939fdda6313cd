"""The frozen application: one request from its ASGI scope to its last message."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chirp._internal.asgi import Receive, Scope, Send
from chirp.config import AppConfig
from chirp.context import request_var
from chirp.errors import ClientDisconnect, MethodNotAllowed
from chirp.http.body import check_length
from chirp.http.request import Request, local_path
from chirp.http.response import Response
from chirp.http.streaming import StreamingResponse
from chirp.middleware.protocol import Middleware, Next, placed
from chirp.pages.types import PageHandler
from chirp.routing.route import Route
from chirp.routing.router import Router
from chirp.server.binding import WITHOUT_BODY as BODILESS
from chirp.server.binding import Call, bind, is_async, takes_form
from chirp.server.errors import ErrorResponder
from chirp.server.negotiation import negotiate, text_of
from chirp.server.pages import page_endpoint
from chirp.server.sending import HTML_LINE, WITHOUT_BODY, encode_head
from chirp.server.streaming import StreamSender
from chirp.server.threads import Pace, Workers
from chirp.templating.integration import Engine

type Evaluate = Callable[[Request], Awaitable[Any]]
"""Gives what is to be answered, a Response or what `negotiate` takes; it may raise."""

FAILURES = (Exception, asyncio.CancelledError, SystemExit)
"""What user code may raise, and a response says."""


@dataclass(frozen=True, slots=True)
class Services:
    """What endpoints and middleware share."""

    config: AppConfig
    engine: Engine
    workers: Workers
    errors: ErrorResponder

    @property
    def streams(self) -> StreamSender:
        return StreamSender(self.workers, self.config.sse_heartbeat_interval)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a request needs, decided when the application froze; immutable, shared by all threads."""

    services: Services
    router: Router[Evaluate]
    missing: Evaluate
    """Answers, through the middleware, a request that no route answers."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        method: str = scope["method"]
        path: str = local_path(scope) if scope.get("root_path") else scope["path"]
        found = self.router.find(method, path)
        evaluate, params = found if found is not None else (self.missing, {})
        services = self.services
        request = Request(scope, receive, params, services.config)
        token = request_var.set(request)
        response: Response | None = None
        body: bytes | None
        try:
            try:
                value = await evaluate(request)
                if type(value) is Response:
                    response, body = value, value.body_bytes
                elif (text := text_of(value, services.engine)) is not None:
                    body = text.encode()  # of most pages: they need no Response in between
                else:
                    response, body = await _negotiated(value, request, services)
            except ClientDisconnect:
                return
            except FAILURES as error:
                response, body = await _failed(_failure(error), request, services.errors)
            if body is None:
                assert isinstance(response, StreamingResponse), "every other response has a body"
                # The chunks are made while they are sent: they still belong to the request.
                await services.streams.send(response, request, send)
                return
        finally:
            request_var.reset(token)
            if request.submitted is not None:
                request.submitted.files.close()
        if response is None:
            status, lines = 200, [HTML_LINE, (b"content-length", b"%d" % len(body))]
        else:
            status, lines = response.status, encode_head(response, len(body))
        if method == "HEAD" or status in WITHOUT_BODY:
            body = b""  # a HEAD request gets the header lines of the body it does not get
        try:
            await send({"type": "http.response.start", "status": status, "headers": lines})
            await send({"type": "http.response.body", "body": body})
        except OSError:  # the client left
            return


def _body(response: Response) -> bytes | None:
    """The body, unless it is made while it is sent."""
    return None if isinstance(response, StreamingResponse) else response.body_bytes


async def _negotiated(value: object, request: Request, services: Services) -> tuple[Response, bytes | None]:
    """The response that a value stands for, and its body."""
    response = negotiate(value, request, services.engine)
    if type(response) is not Response:
        await services.streams.prepare(response, request)
    return response, _body(response)


async def _failed(error: Exception, request: Request, errors: ErrorResponder) -> tuple[Response, bytes | None]:
    """The response to an exception, and its body."""
    response = await errors.respond(error, request)
    try:
        return response, _body(response)
    except UnicodeEncodeError as failure:  # UTF-8 cannot hold what it says
        response = await errors.respond(failure, request)
        return response, _body(response)


def build_runtime(services: Services, routes: Sequence[Route], middleware: Sequence[Middleware]) -> Runtime:
    """Compile routes and middleware; ConfigurationError for what cannot work."""
    router: Router[Evaluate] = Router.compile(routes, lambda route: _answering(route, middleware, services))

    async def missing(request: Request) -> Response:
        error = router.miss(request.path)
        if request.method == "OPTIONS" and isinstance(error, MethodNotAllowed):
            return Response("", 204, headers=error.headers)
        return await services.errors.respond(error, request)

    return Runtime(services, router, _wrapped(missing, _chain(middleware, services, None), services))


def _answering(route: Route, middleware: Sequence[Middleware], services: Services) -> Evaluate:
    """What answers a route: its middleware too keeps to the body limit of the route."""
    config = services.config
    limit = config.max_content_length if route.max_content_length is None else route.max_content_length
    chain = _chain(middleware, services, route)
    inner: Evaluate
    if chain or not route.methods <= BODILESS:
        inner = _wrapped(_endpoint(route, services, limit), chain, services)
    else:
        inner = _evaluation(route, services)  # the Runtime is the boundary, and takes any value
    if limit == config.max_content_length:
        return inner
    own = replace(config, max_content_length=limit)

    def limited(request: Request) -> Awaitable[Any]:
        request.limit_body(own)
        return inner(request)

    return limited


def _chain(middleware: Sequence[Middleware], services: Services, route: Route | None) -> Sequence[Middleware]:
    """The middleware that acts on the route; the first that was added is the outermost."""
    return placed(tuple(middleware), route, services.config, services.workers.run) if middleware else ()


def _wrapped(inner: Next, chain: Sequence[Middleware], services: Services) -> Next:
    for layer in reversed(chain):
        inner = _layer(layer, inner, services)
    return inner


# From here on each coroutine is a boundary around user code: what that raises becomes a response, so that middleware
# sees responses only. A client that left is the exception, since nobody is there to answer.


def _layer(layer: Middleware, inner: Next, services: Services) -> Next:
    engine, errors = services.engine, services.errors

    async def call(request: Request) -> Response:
        try:
            response: Any = await layer(request, inner)
            return response if type(response) is Response else negotiate(response, request, engine)
        except ClientDisconnect:
            raise
        except FAILURES as error:
            return await errors.respond(_failure(error), request)

    return call


def _endpoint(route: Route, services: Services, limit: int) -> Next:
    """The handler with its arguments bound and its value negotiated; `limit` is that of the body, in bytes."""
    evaluate = _evaluation(route, services)
    engine, errors = services.engine, services.errors
    load = isinstance(route.handler, PageHandler) or not is_async(route.handler) or takes_form(route)
    takes_body = not route.methods <= BODILESS

    async def answer(request: Request) -> Response:
        try:
            if takes_body and request.method not in BODILESS:
                check_length(request.headers.first(b"content-length"), limit)
                if load:
                    await request.load()
            value = await evaluate(request)
            if type(value) is Response:
                return value
            response = negotiate(value, request, engine)
            if type(response) is not Response:
                await services.streams.prepare(response, request)
            return response
        except ClientDisconnect:
            raise
        except FAILURES as error:
            return await errors.respond(_failure(error), request)

    return answer


def _failure(error: BaseException) -> Exception:
    """What to answer: one request ends no server, and something else that was cancelled is a failure like others.

    When it is this request that is cancelled, that goes on.
    """
    if isinstance(error, Exception):
        return error
    if isinstance(error, SystemExit):
        failure = RuntimeError(f"exit({error.code!r}) was called while a request was answered")
    else:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise error
        failure = RuntimeError("what was awaited while a request was answered was cancelled")
    failure.__cause__ = error
    return failure


def _evaluation(route: Route, services: Services) -> Evaluate:
    """Call it: in the event loop for coroutines and `inline`, in a worker thread, which negotiates too, otherwise."""
    if isinstance(route.handler, PageHandler):
        return page_endpoint(route, route.handler, services.engine, services.workers)
    call = bind(route)
    if "GET" in route.methods and "HEAD" not in route.methods and not route.methods <= BODILESS:
        call = _head_as_get(call, waits=is_async(route.handler))
    if is_async(route.handler):
        return call
    return _inline(call) if route.inline else _threaded(call, services.engine, services.workers)


def _head_as_get(call: Call, *, waits: bool) -> Call:
    """For a handler that asks for the method: HEAD is GET without the body.

    Whoever tells GET from the rest would otherwise take HEAD for a POST, and one that no middleware has asked for a
    token.
    """

    async def wait(request: Request) -> Any:
        request.act_as("GET")
        try:
            return await call(request)
        finally:
            request.act_as("HEAD")

    def at_once(request: Request) -> Any:
        if request.method != "HEAD":
            return call(request)
        if waits:
            return wait(request)
        request.act_as("GET")
        try:
            return call(request)
        finally:
            request.act_as("HEAD")

    return at_once


def _inline(call: Call) -> Evaluate:
    async def evaluate(request: Request) -> Any:
        value = call(request)
        return await value if inspect.iscoroutine(value) else value

    return evaluate


def _threaded(call: Call, engine: Engine, workers: Workers) -> Evaluate:
    def work(request: Request) -> object:
        value = call(request)
        # Rendering may call back into code that blocks, so it happens here too.
        return value if inspect.iscoroutine(value) else negotiate(value, request, engine)

    pace = Pace()

    async def evaluate(request: Request) -> Any:
        value = await workers.hand_off(work, request, pace)
        return await value if inspect.iscoroutine(value) else value

    return evaluate
