"""Middleware: the protocol, and what the framework brings. What an application does not use is not imported."""

from importlib import import_module
from typing import TYPE_CHECKING

from chirp.middleware.protocol import Middleware, Next
from chirp.middleware.static import StaticFiles

if TYPE_CHECKING:
    from chirp.middleware.auth import AuthMiddleware, current_user, login, login_required, logout
    from chirp.middleware.cors import CORSConfig, CORSMiddleware
    from chirp.middleware.csrf import CSRFConfig, CSRFMiddleware, csrf_exempt
    from chirp.middleware.hosts import AllowedHosts
    from chirp.middleware.lockout import LockoutConfig, LoginLockout, TooManyAttempts
    from chirp.middleware.security import SecurityConfig, SecurityHeaders, csp_nonce
    from chirp.middleware.sessions import Session, SessionConfig, SessionMiddleware, flash, get_session
    from chirp.middleware.stack import secure_stack

__all__ = [
    "AllowedHosts",
    "AuthMiddleware",
    "CORSConfig",
    "CORSMiddleware",
    "CSRFConfig",
    "CSRFMiddleware",
    "LockoutConfig",
    "LoginLockout",
    "Middleware",
    "Next",
    "SecurityConfig",
    "SecurityHeaders",
    "Session",
    "SessionConfig",
    "SessionMiddleware",
    "StaticFiles",
    "TooManyAttempts",
    "csp_nonce",
    "csrf_exempt",
    "current_user",
    "flash",
    "get_session",
    "login",
    "login_required",
    "logout",
    "secure_stack",
]

_MODULES = {
    "auth": ("AuthMiddleware", "current_user", "login", "login_required", "logout"),
    "cors": ("CORSConfig", "CORSMiddleware"),
    "csrf": ("CSRFConfig", "CSRFMiddleware", "csrf_exempt"),
    "hosts": ("AllowedHosts",),
    "lockout": ("LockoutConfig", "LoginLockout", "TooManyAttempts"),
    "security": ("SecurityConfig", "SecurityHeaders", "csp_nonce"),
    "sessions": ("Session", "SessionConfig", "SessionMiddleware", "flash", "get_session"),
    "stack": ("secure_stack",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # type checkers see the imports above, and that there is nothing else

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = vars(import_module(f"{__name__}.{_HOME[name]}"))[name]
        globals()[name] = value
        return value
