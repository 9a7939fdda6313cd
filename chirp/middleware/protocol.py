"""What a middleware is: anything callable as `async (request, next) -> Response`."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from chirp.http.request import Request
from chirp.http.response import Response

type Next = Callable[[Request], Awaitable[Response]]


class Middleware(Protocol):
    """A function or an object. `await next(request)` always gives a response: errors are answered further inside."""

    async def __call__(self, request: Request, next: Next, /) -> Response: ...
