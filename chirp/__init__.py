"""Chirp: a web framework in which the return type is the response contract."""

from chirp.app import App
from chirp.config import AppConfig
from chirp.context import g, get_request
from chirp.errors import ConfigurationError, HTTPError, NotFound
from chirp.forms import Form, FormBindingError, form_from, form_or_errors, form_values
from chirp.http.files import FileResponse
from chirp.http.request import Request
from chirp.http.response import Redirect, Response
from chirp.http.shortcuts import JSONResponse, hx_redirect
from chirp.http.uploads import UploadFile
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
    "FileResponse",
    "Form",
    "FormAction",
    "FormBindingError",
    "Fragment",
    "HTTPError",
    "JSONResponse",
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
    "UploadFile",
    "ValidationError",
    "form_from",
    "form_or_errors",
    "form_values",
    "g",
    "get_render_plan",
    "get_request",
    "hx_redirect",
]
