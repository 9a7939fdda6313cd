"""ASGI in types: the raw protocol callables, and the typed view of an HTTP scope."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

type Scope = Mapping[str, Any]
type Message = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Any], Awaitable[None]]
type Address = tuple[str, int | None]


def _address(value: Any) -> Address | None:
    """`(host, port)`; port is None for a unix socket. None when the server does not say."""
    return (str(value[0]), value[1] if len(value) > 1 else None) if value else None


@dataclass(frozen=True, slots=True)
class HTTPScope:
    """The rarely asked parts of an HTTP scope, typed and with the defaults of the ASGI specification."""

    http_version: str
    scheme: str
    raw_path: bytes
    root_path: str
    server: Address | None
    client: Address | None

    @classmethod
    def from_scope(cls, scope: Scope) -> Self:
        return cls(
            http_version=scope.get("http_version", "1.1"),
            scheme=scope.get("scheme", "http"),
            raw_path=scope.get("raw_path") or b"",
            root_path=scope.get("root_path") or "",
            server=_address(scope.get("server")),
            client=_address(scope.get("client")),
        )
