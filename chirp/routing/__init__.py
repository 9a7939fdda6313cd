"""Routes: what they are, and how a request finds one."""

from chirp.routing.route import Route, RouteMatch
from chirp.routing.router import Router

__all__ = ["Route", "RouteMatch", "Router"]
