"""What proxies in front of the application say of the client, believed of those the configuration trusts.

A proxy appends to X-Forwarded-For, and what was there before it may be anybody's: so the list is read from its end, and
as far as it was written by trusted addresses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, override

from chirp._internal.asgi import Receive, Scope, Send
from chirp.errors import ConfigurationError
from chirp.middleware.hosts import split_host
from chirp.server.handler import Runtime

UNIX = "unix"

_EXPECTED = "write `10.0.0.1`, `10.0.0.0/8` or `unix`"

type _Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxies:
    """The trusted addresses."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    unix: bool

    @classmethod
    def of(cls, names: Iterable[str]) -> Proxies:
        """From addresses, networks, and `unix`; ConfigurationError for anything else."""
        networks: list[IPv4Network | IPv6Network] = []
        for name in names:
            if name == UNIX:
                continue
            try:
                networks.append(ip_network(name))
            except ValueError as error:
                raise ConfigurationError(
                    f"trusted_proxies: {error}; write `10.0.0.1`, `10.0.0.0/8` or `unix`"
                ) from None
        return cls(tuple(networks), UNIX in names)

    def scope(self, scope: Scope) -> Scope:
        """The scope as the client's own connection would have given it; unchanged from who is not trusted."""
        client = scope.get("client")
        if not (self.trusts(client[0]) if client and client[0] else self.unix):
            return scope
        headers: list[tuple[bytes, bytes]] = [(bytes(name), bytes(value)) for name, value in scope.get("headers", ())]
        found, hops = self._client(_values(headers, b"x-forwarded-for"))
        changed: dict[str, Any] = dict(scope)
        if found is not None:
            changed["client"] = (found, 0)
        if (scheme := _nth(_values(headers, b"x-forwarded-proto"), hops).lower()) in {"http", "https"}:
            changed["scheme"] = scheme
        host = _nth(_values(headers, b"x-forwarded-host"), hops)
        if split_host(host) is not None:
            others = [pair for pair in headers if pair[0].lower() != b"host"]
            changed["headers"] = [(b"host", host.encode("ascii")), *others]
        return changed

    def trusts(self, text: str) -> bool:
        """Whether this address is a trusted proxy's."""
        address = _parsed(text)
        return address is not None and any(address in network for network in self.networks)

    def _client(self, entries: list[str]) -> tuple[str | None, int]:
        """The client's address, and how many proxies from the end of the lists stand what was said of it."""
        found: str | None = None
        for hops, entry in enumerate(reversed(entries), 1):
            address = _parsed(entry)
            if address is None:
                return found, max(1, hops - 1)
            found = str(address)
            if not self.trusts(found):
                return found, hops
        return found, max(1, len(entries))


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return [part.strip() for part in ",".join(lines).split(",") if part.strip()]


def _nth(values: list[str], hops: int) -> str:
    """The value that the outermost trusted proxy wrote; empty without one. A single value is for all."""
    if not values:
        return ""
    return values[0] if len(values) == 1 else values[-min(hops, len(values))]


def _parsed(text: str) -> _Address | None:
    """An address with or without a port, IPv6 with or without brackets; None for anything else."""
    host = text
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        host = text.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


@dataclass(frozen=True, slots=True)
class ProxiedRuntime(Runtime):
    """A Runtime behind proxies."""

    proxies: Proxies

    @override
    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Runtime.answer(self, self.proxies.scope(scope), receive, send)


def behind_proxies(runtime: Runtime, names: Iterable[str]) -> Runtime:
    """The same runtime, believing these proxies."""
    return ProxiedRuntime(runtime.services, runtime.router, runtime.missing, Proxies.of(tuple(names)))
