"""What a middleware is: anything callable as `async (request, next) -> Response`.

Two things more are asked of it, if it has them, when the application freezes: `at_freeze`, which decides for each route
what stands in its chain, and `template_globals`, the functions it adds to every template.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from chirp.config import AppConfig
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.routing.route import Route

type Next = Callable[[Request], Awaitable[Response]]
type InThread = Callable[[Callable[[Any], Any], Any], Awaitable[Any]]


class Middleware(Protocol):
    """A function or an object. `await next(request)` always gives a response: errors are answered further inside."""

    async def __call__(self, request: Request, next: Next, /) -> Response: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a middleware is about to stand: the chain of one route, or that of the requests no route answers (None).

    `outer` are the middleware around it, outermost first, `inner` those within. `in_thread(function, argument)` calls a
    function that may block, as `def` handlers are called.
    """

    route: Route | None
    config: AppConfig
    outer: tuple[Middleware, ...]
    inner: tuple[Middleware, ...]
    in_thread: InThread


@runtime_checkable
class Placed(Protocol):
    """A middleware that decides at freeze, so that nothing has to be decided for each request."""

    def at_freeze(self, place: Place, /) -> Middleware | None:
        """What to put there: itself, another middleware, or None where it cannot act. ConfigurationError stops the
        application from starting.
        """
        ...


@runtime_checkable
class Globals(Protocol):
    """A middleware that adds functions to templates; one without arguments also stands for its value."""

    @property
    def template_globals(self) -> Mapping[str, Callable[..., Any]]: ...


def placed(
    middleware: tuple[Middleware, ...], route: Route | None, config: AppConfig, run: InThread
) -> list[Middleware]:
    """What stands in the chain of a route, outermost first."""
    chain: list[Middleware] = []
    for index, layer in enumerate(middleware):
        if not isinstance(layer, Placed):
            chain.append(layer)
            continue
        place = Place(route, config, middleware[:index], middleware[index + 1 :], run)
        if (chosen := layer.at_freeze(place)) is not None:
            chain.append(chosen)
    return chain
