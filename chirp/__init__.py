"""Chirp: a web framework in which the return type is the response contract."""

from chirp.app import App
from chirp.config import AppConfig
from chirp.context import g, get_request
from chirp.errors import ConfigurationError, HTTPError, NotFound
from chirp.http.request import Request
from chirp.http.response import Redirect, Response
from chirp.middleware.protocol import Middleware, Next
from chirp.templating.render_plan import RenderPlan, get_render_plan
from chirp.templating.returns import (
    OOB,
    Action,
    FormAction,
    Fragment,
    LayoutPage,
    Page,
    PageComposition,
    Template,
    ValidationError,
)

__all__ = [
    "OOB",
    "Action",
    "App",
    "AppConfig",
    "ConfigurationError",
    "FormAction",
    "Fragment",
    "HTTPError",
    "LayoutPage",
    "Middleware",
    "Next",
    "NotFound",
    "Page",
    "PageComposition",
    "Redirect",
    "RenderPlan",
    "Request",
    "Response",
    "Template",
    "ValidationError",
    "g",
    "get_render_plan",
    "get_request",
]
