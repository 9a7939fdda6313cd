"""Middleware: the protocol, and what the framework brings."""

from chirp.middleware.protocol import Middleware, Next
from chirp.middleware.static import StaticFiles

__all__ = ["Middleware", "Next", "StaticFiles"]
