"""HTTP values: requests, responses and their parts."""

from chirp.http.cookies import parse_cookies
from chirp.http.forms import FormData
from chirp.http.headers import Headers
from chirp.http.query import QueryParams
from chirp.http.request import Request
from chirp.http.response import Redirect, Response, SetCookie
from chirp.http.streaming import StreamingResponse

__all__ = [
    "FormData",
    "Headers",
    "QueryParams",
    "Redirect",
    "Request",
    "Response",
    "SetCookie",
    "StreamingResponse",
    "parse_cookies",
]
