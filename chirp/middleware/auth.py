"""Who is logged in: the session keeps an id, the application says which user that is.

Passwords and permissions are the application's: this module knows neither.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction, unwrap
from types import MethodType
from typing import Any, cast
from urllib.parse import quote

from chirp.context import get_request
from chirp.errors import ConfigurationError
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.http.urls import is_safe_url
from chirp.middleware.protocol import InThread, Middleware, Next, Place
from chirp.middleware.sessions import get_session, session_of, sessions_around
from chirp.middleware.static import StaticFiles

type UserId = str | int
type LoadUser = Callable[[Any], Any]

_STATE = "chirp.auth"
_KEY = "user"
_REQUIRED = "__chirp_login_required__"


class AuthMiddleware:
    """Makes the logged-in user known: `current_user()`, in templates too.

    `load_user` gets the id that `login` was given, and returns the user, or None when there is none any more; it may
    be `async`, and runs in a worker thread otherwise. `login_url` is where `login_required` sends others.
    """

    __slots__ = ("load_user", "login_url")

    def __init__(self, load_user: LoadUser, *, login_url: str = "/login") -> None:
        if not callable(load_user):
            raise TypeError("load_user is a function from an id to a user")
        if not is_safe_url(login_url):
            raise ConfigurationError(f"login_url is a path of this application, not {login_url!r}")
        self.load_user: LoadUser = load_user
        self.login_url: str = login_url

    @property
    def template_globals(self) -> Mapping[str, Callable[..., Any]]:
        """What templates can call."""
        return {"current_user": current_user}

    def at_freeze(self, place: Place, /) -> Middleware | None:
        """Static files have no use for a user."""
        if not sessions_around(place, "AuthMiddleware"):
            raise ConfigurationError("AuthMiddleware works on sessions: add SessionMiddleware before it")
        handler: Any = None if place.route is None else place.route.handler
        if isinstance(handler, MethodType) and isinstance(handler.__self__, StaticFiles):
            return None
        required = hasattr(handler, "__dict__") and bool(handler.__dict__.get(_REQUIRED))
        return _Users(self, place.in_thread, required=required)

    async def __call__(self, request: Request, next: Next, /) -> Response:
        raise RuntimeError("AuthMiddleware works in the chain of an application: app.add_middleware(AuthMiddleware(…))")


class _Users:
    """The middleware in its place."""

    __slots__ = ("_in_thread", "_load", "_login_url", "_required", "_waits")

    def __init__(self, auth: AuthMiddleware, in_thread: InThread, *, required: bool) -> None:
        self._required = required
        self._load = auth.load_user
        self._login_url = auth.login_url
        self._in_thread = in_thread
        self._waits = iscoroutinefunction(unwrap(auth.load_user))

    async def __call__(self, request: Request, next: Next, /) -> Response:
        user_id = session_of(request).peek(_KEY)
        user: object = None
        if user_id is not None:
            user = await self._load(user_id) if self._waits else await self._in_thread(self._load, user_id)
        request.state[_STATE] = _Known(user, self._login_url)
        if self._required and (refusal := _refusal()) is not None:
            return refusal
        return await next(request)


class _Known:
    """What is known in one request."""

    __slots__ = ("login_url", "user")

    def __init__(self, user: object, login_url: str) -> None:
        self.user = user
        self.login_url: str = login_url


def current_user() -> Any:
    """The user of the current request, None for a visitor.

    RuntimeError without an AuthMiddleware, and in the handler of an error that was raised before it was its turn.
    """
    request = get_request()
    known = _known(request)
    session_of(request).accessed = True
    return known.user


def login(user_id: UserId) -> None:
    """Remember the user from the next request on. The session begins anew, and is emptied if it was another user's."""
    if type(user_id) not in {str, int}:
        raise TypeError(f"the id of a user is str or int, not {type(user_id).__name__}")
    session = get_session()
    if session.peek(_KEY) not in {None, user_id}:
        session.clear()
    session.rotate()
    session.keep(_KEY, user_id)


def logout() -> None:
    """Forget the user, and everything else in the session."""
    session = get_session()
    session.clear()
    session.rotate()
    known = get_request().state.get(_STATE)
    if isinstance(known, _Known):
        known.user = None


def login_required[F: Callable[..., Any]](handler: F) -> F:
    """Call the handler for logged-in users; send others to the login page, which finds the way back in `next`.

    AuthMiddleware refuses before the body is read. The handler refuses too: without that middleware it stays shut.
    """
    if hasattr(handler, "__dict__"):
        handler.__dict__[_REQUIRED] = True  # where `@app.route` was applied first, it has this function

    @wraps(handler)
    def plain(*args: Any, **kwargs: Any) -> Any:
        refusal = _refusal()
        return handler(*args, **kwargs) if refusal is None else refusal

    @wraps(handler)
    async def waiting(*args: Any, **kwargs: Any) -> Any:
        refusal = _refusal()
        return await handler(*args, **kwargs) if refusal is None else refusal

    return cast("F", waiting if iscoroutinefunction(unwrap(handler)) else plain)


def _refusal() -> Response | None:
    """What a visitor gets instead of the page. htmx is told to load the login page as a whole."""
    if current_user() is not None:
        return None
    request = get_request()
    htmx = request.is_htmx and not request.is_history_restore
    url = request.root_path + _known(request).login_url
    back = _page_of(request) if htmx else request.url if request.method in {"GET", "HEAD"} else None
    if back is not None and is_safe_url(back):
        url += f"{'&' if '?' in url else '?'}next={quote(back, safe='/')}"
    response = Response("", 401 if htmx else 303).with_header("HX-Redirect" if htmx else "Location", url)
    return response.with_vary("HX-Request", "HX-History-Restore-Request", "Cookie").with_header(
        "Cache-Control", "no-store"
    )


def _page_of(request: Request) -> str | None:
    """The path and query of the page that htmx was on; a hint, so whoever uses it checks it."""
    _, separator, rest = (request.htmx_current_url or "").partition("://")
    _, slash, path = rest.partition("#")[0].partition("/")
    return slash + path if separator and slash else None


def _known(request: Request) -> _Known:
    known = request.state.get(_STATE)
    if not isinstance(known, _Known):
        raise RuntimeError(
            "it is not known who is logged in: there is no AuthMiddleware, or the request was refused before it came "
            "to it; secure_stack(app, auth=AuthMiddleware(load_user)) puts it before the check of forms"
        )
    return known
