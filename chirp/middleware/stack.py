"""The middleware that an application with forms and logins wants, in the order in which it works."""

from typing import TYPE_CHECKING, Protocol

from chirp.middleware.csrf import CSRFConfig, CSRFMiddleware
from chirp.middleware.hosts import AllowedHosts
from chirp.middleware.security import SecurityConfig, SecurityHeaders
from chirp.middleware.sessions import SessionConfig, SessionMiddleware

if TYPE_CHECKING:
    from chirp.middleware.auth import AuthMiddleware
    from chirp.middleware.protocol import Middleware


class _Registry(Protocol):
    """An application."""

    def add_middleware(self, middleware: Middleware) -> None: ...


def secure_stack(
    app: _Registry,
    *,
    headers: SecurityConfig | None = None,
    sessions: SessionConfig | None = None,
    auth: AuthMiddleware | None = None,
    csrf: CSRFConfig | None = None,
) -> None:
    """Add security headers, the check of the host, sessions, who is logged in, and the check of where forms come from.

    Call it before other middleware is added, CORS excepted. It needs `AppConfig.secret_key`, and `allowed_hosts` for
    the check of the host. `auth` stands before the check of forms, so that the page that refuses one may say who is
    logged in.
    """
    app.add_middleware(SecurityHeaders(headers))
    app.add_middleware(AllowedHosts())
    app.add_middleware(SessionMiddleware(sessions))
    if auth is not None:
        app.add_middleware(auth)
    app.add_middleware(CSRFMiddleware(csrf))
