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
from chirp.server.negotiation import negotiate
from chirp.server.pages import page_endpoint
from chirp.server.sending import WITHOUT_BODY, encode_head
from chirp.server.streaming import StreamSender
from chirp.server.threads import Pace, Workers
from chirp.templating.integration import Engine


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
    router: Router[Next]
    missing: Next
    """Answers, through the middleware, a request that no route answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        method: str = scope["method"]
        path: str = local_path(scope) if scope.get("root_path") else scope["path"]
        found = self.router.find(method, path)
        endpoint, params = found if found is not None else (self.missing, {})
        request = Request(scope, receive, params, self.services.config)
        token = request_var.set(request)
        try:
            try:
                response = await endpoint(request)
                body = response.body_bytes if type(response) is Response else _body(response)
            except ClientDisconnect:
                return
            except UnicodeEncodeError as error:
                response = await self.services.errors.respond(error, request)
                body = _body(response)
            if body is None:
                assert isinstance(response, StreamingResponse), "every other response has a body"
                # The chunks are made while they are sent: they still belong to the request.
                await self.services.streams.send(response, request, send)
                return
        finally:
            request_var.reset(token)
            if request.submitted is not None:
                request.submitted.files.close()
        lines = encode_head(response, len(body))
        if method == "HEAD" or response.status in WITHOUT_BODY:
            body = b""  # a HEAD request gets the header lines of the body it does not get
        try:
            await send({"type": "http.response.start", "status": response.status, "headers": lines})
            await send({"type": "http.response.body", "body": body})
        except OSError:  # the client left
            return


def _body(response: Response) -> bytes | None:
    """The body, unless it is made while it is sent."""
    return None if isinstance(response, StreamingResponse) else response.body_bytes


def build_runtime(services: Services, routes: Sequence[Route], middleware: Sequence[Middleware]) -> Runtime:
    """Compile routes and middleware; ConfigurationError for what cannot work."""
    router: Router[Next] = Router.compile(routes, lambda route: _answering(route, middleware, services))

    async def missing(request: Request) -> Response:
        error = router.miss(request.path)
        if request.method == "OPTIONS" and isinstance(error, MethodNotAllowed):
            return Response("", 204, headers=error.headers)
        return await services.errors.respond(error, request)

    return Runtime(services, router, _with_middleware(missing, middleware, services, None))


def _answering(route: Route, middleware: Sequence[Middleware], services: Services) -> Next:
    """What answers a route: its middleware too keeps to the body limit of the route."""
    config = services.config
    limit = config.max_content_length if route.max_content_length is None else route.max_content_length
    inner = _with_middleware(_endpoint(route, services, limit), middleware, services, route)
    if limit == config.max_content_length:
        return inner
    own = replace(config, max_content_length=limit)

    def limited(request: Request) -> Awaitable[Response]:
        request.limit_body(own)
        return inner(request)

    return limited


def _with_middleware(inner: Next, middleware: Sequence[Middleware], services: Services, route: Route | None) -> Next:
    """`inner` wrapped in the middleware that acts on the route; the first that was added is the outermost."""
    chain = placed(tuple(middleware), route, services.config, services.workers.run) if middleware else ()
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
        except Exception as error:  # noqa: BLE001 - the boundary: an error is a response
            return await errors.respond(error, request)
        except (asyncio.CancelledError, SystemExit) as error:
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
        except Exception as error:  # noqa: BLE001 - the boundary: an error is a response
            return await errors.respond(error, request)
        except (asyncio.CancelledError, SystemExit) as error:
            return await errors.respond(_failure(error), request)

    return answer


def _failure(error: asyncio.CancelledError | SystemExit) -> Exception:
    """What to answer: one request ends no server, and something else that was cancelled is a failure like others.

    When it is this request that is cancelled, that goes on.
    """
    if isinstance(error, SystemExit):
        failure = RuntimeError(f"exit({error.code!r}) was called while a request was answered")
    else:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise error
        failure = RuntimeError("what was awaited while a request was answered was cancelled")
    failure.__cause__ = error
    return failure


def _evaluation(route: Route, services: Services) -> Callable[[Request], Awaitable[Any]]:
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


def _inline(call: Call) -> Callable[[Request], Awaitable[Any]]:
    async def evaluate(request: Request) -> Any:
        value = call(request)
        return await value if inspect.iscoroutine(value) else value

    return evaluate


def _threaded(call: Call, engine: Engine, workers: Workers) -> Callable[[Request], Awaitable[Any]]:
    def work(request: Request) -> object:
        value = call(request)
        # Rendering may call back into code that blocks, so it happens here too.
        return value if inspect.iscoroutine(value) else negotiate(value, request, engine)

    pace = Pace()

    async def evaluate(request: Request) -> Any:
        value = await workers.hand_off(work, request, pace)
        return await value if inspect.iscoroutine(value) else value

    return evaluate
