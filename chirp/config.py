"""The settings of an application."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from chirp.errors import ConfigurationError

if TYPE_CHECKING:
    from chirp.telemetry import Observer

type HtmxVersion = Literal[2, 4]


@dataclass(frozen=True, slots=True)
class AppConfig:
    """Immutable settings; every field has a default.

    `template_dir` and `static_dir`, when relative, are taken from the folder of the file that constructs the App if
    they exist there, else from the current directory. Sizes are in bytes, times in seconds.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    debug: bool = False

    secret_key: str = field(default="", repr=False)
    """What sessions and tokens are signed with: at least 32 bytes, random, and not in the source."""
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    """Earlier keys: what they signed is still read, so that a new key does not end every session."""
    allowed_hosts: tuple[str, ...] = ()
    """The hosts this application answers for, `*.example.com` for all below one; others get 400. Empty: any host."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks (`10.0.0.0/8`), or `unix` for a socket, whose X-Forwarded-* headers are believed."""
    observers: tuple[Observer, ...] = ()
    """What follows each request, for metrics and traces; see `chirp.telemetry`."""

    template_dir: str | Path = "templates"
    autoescape: bool = True

    static_dir: str | Path | None = "static"
    static_url: str = "/static"
    static_immutable: bool = False
    """Whether browsers keep a static file for a year without asking when its name carries a hash of its content."""

    htmx: HtmxVersion = 2
    """The version of htmx that `htmx()` puts into templates: 2 or 4."""

    sse_heartbeat_interval: float = 15.0
    """After so many seconds without an event, an EventStream sends a comment that keeps the connection open."""

    max_content_length: int = 16 * 1024 * 1024
    max_fields: int = 1000
    """How many query parameters, and how many form fields, a request may have; more answer 400."""
    max_files: int = 100
    """How many files a form may have; more answer 400."""
    max_file_size: int | None = None
    """How large one uploaded file may be, besides `max_content_length`; larger answers 413."""
    max_form_memory: int = 2 * 1024 * 1024
    """How large the text fields of a multipart form may be together; larger answers 413."""
    upload_memory: int = 1024 * 1024
    """How much of the files of one request stays in memory; what goes beyond is in temporary files."""
    worker_threads: int = 40
    """How many `def` handlers may run at the same time."""

    skip_contract_checks: bool = False
    """With `debug`, the contract checks run at startup; this turns them off."""

    def __post_init__(self) -> None:
        limits = {
            "port": (self.port, 0),
            "max_content_length": (self.max_content_length, 0),
            "max_fields": (self.max_fields, 1),
            "max_files": (self.max_files, 0),
            "max_file_size": (self.max_file_size or 0, 0),
            "max_form_memory": (self.max_form_memory, 0),
            "upload_memory": (self.upload_memory, 0),
            "worker_threads": (self.worker_threads, 1),
        }
        for name, (value, least) in limits.items():
            if value < least:
                raise ConfigurationError(f"{name} is {value}; the least is {least}")
        for name in ("secret_key_fallbacks", "allowed_hosts", "trusted_proxies", "observers"):
            values: Any = object.__getattribute__(self, name)
            if isinstance(values, str) or callable(values):
                raise ConfigurationError(f"{name} is a tuple: write {name}=(…,)")
            object.__setattr__(self, name, tuple(values))
        if self.htmx not in (2, 4):
            raise ConfigurationError(f"htmx is {self.htmx!r}; the versions that come with chirp are 2 and 4")
        if not self.sse_heartbeat_interval > 0:
            raise ConfigurationError(f"sse_heartbeat_interval is {self.sse_heartbeat_interval}; it is above 0")
        if not self.static_url.startswith("/"):
            raise ConfigurationError(f"static_url {self.static_url!r} does not start with /")
