"""A second Runtime of an application, whose handlers tell what they give; the application itself stays as it is."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Self

from chirp._internal.asgi import Receive, Scope, Send
from chirp.app import App
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Middleware, Next, Place
from chirp.pages.types import PageHandler
from chirp.routing.route import Route
from chirp.server.binding import is_async
from chirp.telemetry import ERROR

if TYPE_CHECKING:
    from chirp.server.handler import Runtime

KEY = "chirp.contract"
_watch: ContextVar[Watch | None] = ContextVar("chirp_contract", default=None)


@dataclass(slots=True)
class Watch:
    """What came to pass while one request was answered.

    `given` are the values of handlers that the text can be asked about, `error` is what was raised and answered.
    """

    given: list[object] = field(default_factory=list[object])
    error: Exception | None = None


class Watched:
    """The ASGI application of a watched Runtime: the Watch of a request is in its scope.

    `foreign`: a middleware of the application's own may answer in place of routes.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        layer = _Outermost()
        self.runtime: Runtime = app.watched(_telling_route, layer)
        self.foreign: bool = layer.foreign

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is no request goes to the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token = _watch.set(scope.get(KEY))
        try:
            await self.runtime.answer(scope, receive, send)
        finally:
            _watch.reset(token)

    def close(self) -> None:
        """End its worker threads."""
        self.runtime.services.workers.close()


class _Outermost:
    """The middleware around all others: it notes what was raised, and whether others than ours may answer."""

    def __init__(self) -> None:
        self.foreign = False

    def at_freeze(self, place: Place, /) -> Self:
        """Everywhere, and it looks around."""
        self.foreign = any(not _module_of(layer).startswith("chirp.") for layer in place.inner)
        return self

    async def __call__(self, request: Request, next: Next, /) -> Response:
        request.state.setdefault(ERROR, None)
        response = await next(request)
        watch = _watch.get()
        if watch is not None:
            watch.error = request.state.get(ERROR)
        return response


def _module_of(layer: Middleware) -> str:
    return layer.__module__ if isinstance(layer, FunctionType) else type(layer).__module__


def _telling_route(route: Route) -> Route:
    return replace(route, handler=_telling(route.handler))


def _telling(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, which also tells what it gives, as far as that is what the text of its function gives."""
    if isinstance(handler, PageHandler):
        return _telling_page(handler)
    plain = _is_plain(handler)

    def tell(value: object) -> None:
        watch = _watch.get()
        if watch is not None and (plain or not isinstance(value, Response)):
            watch.given.append(value)

    @wraps(handler)
    def now(*args: Any, **kwargs: Any) -> Any:
        value = handler(*args, **kwargs)
        tell(value)
        return value

    @wraps(handler)
    async def later(*args: Any, **kwargs: Any) -> Any:
        value = await handler(*args, **kwargs)
        tell(value)
        return value

    if plain is None:
        return handler
    return later if is_async(handler) else now


def _telling_page(page: PageHandler) -> PageHandler:
    actions = tuple((name, _telling(action)) for name, action in page.folder.actions)
    function = None if page.function is None else _telling(page.function)
    telling = PageHandler(function, replace(page.folder, actions=actions), page.__module__)
    marks = {name: value for name, value in vars(page).items() if name not in vars(telling)}
    vars(telling).update(marks)
    return telling


def _is_plain(handler: Callable[..., Any]) -> bool | None:
    """Whether it is the function of the text; None where something unknown is around that.

    What is around it may be ours: that gives a response in place of the function's value, or that value.
    """
    plain = True
    one: Any = handler
    while True:
        if isinstance(one, partial):
            one = one.func  # pyright: ignore[reportUnknownMemberType]
        if isinstance(one, MethodType):
            one = one.__func__
        if not isinstance(one, FunctionType):
            return None
        inner: Any = vars(one).get("__wrapped__")
        if inner is None:
            return plain
        if not str(one.__globals__.get("__name__")).startswith("chirp."):
            return None
        plain, one = False, inner
