"""Chirp: a web framework in which the return type is the response contract."""

from typing import TYPE_CHECKING

from chirp.app import App
from chirp.config import AppConfig
from chirp.context import g, get_request
from chirp.errors import ConfigurationError, HTTPError, NotFound
from chirp.http.request import Request
from chirp.http.response import Redirect, Response
from chirp.http.streaming import StreamingResponse
from chirp.middleware.protocol import Middleware, Next
from chirp.realtime.events import EventStream, SSEEvent
from chirp.templating.render_plan import RenderPlan, get_render_plan
from chirp.templating.returns import (
    OOB,
    Action,
    FormAction,
    Fragment,
    InlineTemplate,
    LayoutPage,
    MutationResult,
    Page,
    PageComposition,
    Stream,
    Suspense,
    Template,
    TemplateStream,
    ValidationError,
)

if TYPE_CHECKING:
    from chirp.forms import Form, FormBindingError, form_from, form_or_errors, form_values
    from chirp.http.files import FileResponse
    from chirp.http.uploads import UploadFile
    from chirp.shortcuts import JSONResponse, hx_redirect

__all__ = [
    "OOB",
    "Action",
    "App",
    "AppConfig",
    "ConfigurationError",
    "EventStream",
    "FileResponse",
    "Form",
    "FormAction",
    "FormBindingError",
    "Fragment",
    "HTTPError",
    "InlineTemplate",
    "JSONResponse",
    "LayoutPage",
    "Middleware",
    "MutationResult",
    "Next",
    "NotFound",
    "Page",
    "PageComposition",
    "Redirect",
    "RenderPlan",
    "Request",
    "Response",
    "SSEEvent",
    "Stream",
    "StreamingResponse",
    "Suspense",
    "Template",
    "TemplateStream",
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

# Names that many applications never use are imported at their first use.
_LATER = {
    "FileResponse": "chirp.http.files",
    "Form": "chirp.forms",
    "FormBindingError": "chirp.forms",
    "JSONResponse": "chirp.shortcuts",
    "UploadFile": "chirp.http.uploads",
    "form_from": "chirp.forms",
    "form_or_errors": "chirp.forms",
    "form_values": "chirp.forms",
    "hx_redirect": "chirp.shortcuts",
}


def __getattr__(name: str) -> object:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = vars(import_module(module))[name]
    globals()[name] = value
    return value
