"""Host names as clients send them, and the middleware that answers for some of them only."""

import logging
from collections.abc import Iterable

from chirp.errors import BadRequest, ConfigurationError
from chirp.http.request import Request
from chirp.http.response import Response
from chirp.middleware.protocol import Middleware, Next, Place

log: logging.Logger = logging.getLogger("chirp")

LOCAL = ("localhost", "*.localhost", "127.0.0.1", "[::1]", "testserver")

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
_IPV6 = frozenset("0123456789abcdef:.")


def split_host(text: str) -> tuple[str, str] | None:
    """The lower-case host (an IPv6 address in its brackets) and the port, empty without one; None for what is no host.

    A dot at the end is taken off: `example.com.` is the same host.
    """
    lower = text.lower()
    if len(lower) > 260 or not lower.isascii():
        return None
    if lower.startswith("["):
        host, bracket, rest = lower.partition("]")
        valid = bool(bracket) and ":" in host and _IPV6.issuperset(host[1:])
        host += bracket
    else:
        host, colon, port = lower.partition(":")
        rest = colon + port
        host = host.removesuffix(".")
        valid = _NAME.issuperset(host) and all(host.split("."))
    port = rest[1:]
    if rest and not (rest[0] == ":" and port.isdigit() and len(port) <= 5):
        return None
    return (host, port) if valid else None


def check_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """The patterns in lower case; ConfigurationError for one that no host can match."""
    checked: list[str] = []
    for pattern in hosts:
        split = split_host(pattern.removeprefix("*."))
        if pattern != "*" and (split is None or split[1]):
            raise ConfigurationError(f"allowed_hosts: {pattern!r} is no host; write `example.com` or `*.example.com`")
        checked.append(pattern.lower().removesuffix("."))
    return tuple(checked)


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of these; `*.example.com` is every host below example.com, not that itself."""
    return any(
        pattern in {"*", host} or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in patterns
    )


class AllowedHosts:
    """Answers 400 to requests for other hosts than these, or than `AppConfig.allowed_hosts`; any port will do.

    In debug mode the names of this machine are allowed too. Without any hosts it does nothing.
    """

    __slots__ = ("_hosts",)

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        if isinstance(hosts, str):
            raise TypeError("hosts is a list of names, as in AllowedHosts(['example.com'])")
        self._hosts = check_hosts(hosts)

    def at_freeze(self, place: Place, /) -> Middleware | None:
        """With the hosts of the configuration; nothing where every host is welcome."""
        hosts = self._hosts or check_hosts(place.config.allowed_hosts)
        if not hosts or "*" in hosts:
            return None
        return AllowedHosts((*hosts, *LOCAL)) if place.config.debug else AllowedHosts(hosts)

    async def __call__(self, request: Request, next: Next, /) -> Response:
        sent = request.headers.get_list("host")
        split = split_host(sent[0]) if len(sent) == 1 else None
        if split is None or not host_matches(split[0], self._hosts):
            log.warning("refused a request for the host %r: it is not in allowed_hosts", ", ".join(sent)[:200])
            raise BadRequest("this host is not served here")
        return await next(request)
