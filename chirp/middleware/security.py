"""Security headers on every answer, and a nonce for the scripts that a page brings itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chirp.context import get_request
from chirp.errors import ConfigurationError
from chirp.http.headers import check_header_value
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Next
from chirp.middleware.sessions import renders_later

_NONCE = "chirp.nonce"
_PLACE = "{nonce}"

DEFAULT_POLICY = (
    "default-src 'self'; script-src 'self' {nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class SecurityConfig:
    """The headers; an empty value leaves one out, and what a response has itself stays.

    In `content_security_policy`, `{nonce}` stands for the nonce of the request, where a template used `csp_nonce()`.
    `hsts` is the number of seconds browsers shall come by https only; it is sent over https, and kept by browsers.
    """

    content_security_policy: str = DEFAULT_POLICY
    report_only: bool = False
    frame_options: str = "DENY"
    referrer_policy: str = "strict-origin-when-cross-origin"
    opener_policy: str = "same-origin"
    permissions_policy: str = ""
    hsts: int = 0
    hsts_subdomains: bool = False

    def __post_init__(self) -> None:
        for name, value in self.headers():
            try:
                check_header_value(value)
            except ValueError as error:
                raise ConfigurationError(f"SecurityConfig: {name}: {error}") from None
        if self.hsts < 0:
            raise ConfigurationError(f"SecurityConfig: hsts is {self.hsts}; it is a number of seconds")

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers, the policy with its place for the nonce as the first."""
        policy = "Content-Security-Policy" + ("-Report-Only" if self.report_only else "")
        named = (
            (policy, self.content_security_policy),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", self.frame_options),
            ("Referrer-Policy", self.referrer_policy),
            ("Cross-Origin-Opener-Policy", self.opener_policy),
            ("Permissions-Policy", self.permissions_policy),
        )
        return tuple(pair for pair in named if pair[1])


class SecurityHeaders:
    """Adds the headers of its configuration, and `csp_nonce()` to templates."""

    __slots__ = ("_fixed", "_hsts", "_policy", "_template", "config")

    def __init__(self, config: SecurityConfig | None = None) -> None:
        config = config or SecurityConfig()
        self.config: SecurityConfig = config
        headers = config.headers()
        self._template = config.content_security_policy
        self._policy = headers[0][0].lower() if self._template else ""
        self._fixed = tuple((name.lower(), value) for name, value in headers[1 if self._template else 0 :])
        subdomains = "; includeSubDomains" if config.hsts_subdomains else ""
        self._hsts = f"max-age={config.hsts}{subdomains}" if config.hsts else ""

    @property
    def template_globals(self) -> Mapping[str, Callable[..., Any]]:
        """What templates can call."""
        return {"csp_nonce": csp_nonce}

    async def __call__(self, request: Request, next: Next, /) -> Response:
        state = request.state
        state[_NONCE] = None
        response = await next(request)
        nonce: str | None = state[_NONCE]
        if nonce is None and renders_later(response):
            nonce = state[_NONCE] = _new_nonce()
        given = {name.lower() for name, _ in response.headers}
        added = [pair for pair in self._fixed if pair[0] not in given]
        if self._policy and self._policy not in given:
            added.append((self._policy, self._policy_with(nonce)))
        if self._hsts and request.scheme == "https" and "strict-transport-security" not in given:
            added.append(("strict-transport-security", self._hsts))
        return response.with_lines((*response.headers, *added), response.cookies)

    def _policy_with(self, nonce: str | None) -> str:
        if nonce is None:
            return self._template.replace(f" {_PLACE}", "").replace(_PLACE, "")
        return self._template.replace(_PLACE, f"'nonce-{nonce}'")


def csp_nonce() -> str:
    """The nonce of the current request, for `<script nonce="…">`; empty without SecurityHeaders."""
    state = get_request().state
    if _NONCE not in state:
        return ""
    nonce: str | None = state[_NONCE]
    if nonce is None:
        nonce = state[_NONCE] = _new_nonce()
    return nonce


def _new_nonce() -> str:
    import secrets

    return secrets.token_urlsafe(16)
