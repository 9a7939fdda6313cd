"""Responses with a name of their own, for what is made by hand more often than the return types suggest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chirp.context import get_request
from chirp.http.response import Redirect, Response, SetCookie, check_location

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, init=False)
class JSONResponse(Response):
    """A value as JSON, for what a returned dict or list cannot say: another top-level value, or a header.

    TypeError names a type without an encoding, ValueError a NaN, an infinity or a cycle.
    """

    def __init__(
        self,
        value: object = None,
        status: int = 200,
        content_type: str = JSON,
        headers: Iterable[tuple[str, str]] = (),
        cookies: tuple[SetCookie, ...] = (),
        *,
        body: str | bytes | None = None,
    ) -> None:
        from chirp.server.jsonify import to_json

        Response.__init__(self, to_json(value) if body is None else body, status, content_type, headers, cookies)

    @classmethod
    def from_value(cls, value: object, status: int = 200) -> JSONResponse:
        """`JSONResponse(value, status)`."""
        return cls(value, status)


def hx_redirect(
    url: str, *, status: int = 303, body: str | bytes = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Lead the client to `url`: htmx by HX-Redirect, since it would swap the page that a redirect leads to.

    A browser, and a boosted navigation, get the redirect. RuntimeError outside of a request.
    """
    request = get_request()
    if request.is_htmx and not request.is_boosted:
        response = Response(body, headers=(("HX-Redirect", check_location(url)),))
    else:
        response = Response(body, status, headers=(("Location", Redirect(url, status).location),))
    return response.with_headers(headers or {}).with_vary("HX-Request", "HX-Boosted")
