"""The settings of an application."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chirp.errors import ConfigurationError

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

    secret_key: str = ""

    template_dir: str | Path = "templates"
    autoescape: bool = True

    static_dir: str | Path | None = "static"
    static_url: str = "/static"

    htmx: HtmxVersion = 2
    """The version of htmx that `htmx()` puts into templates: 2 or 4."""

    sse_heartbeat_interval: float = 15.0

    max_content_length: int = 16 * 1024 * 1024
    max_fields: int = 1000
    """How many query parameters, and how many form fields, a request may have; more answer 400."""
    worker_threads: int = 40
    """How many `def` handlers may run at the same time."""

    skip_contract_checks: bool = False
    """With `debug`, the contract checks run at startup; this turns them off."""

    def __post_init__(self) -> None:
        limits = {
            "port": (self.port, 0),
            "max_content_length": (self.max_content_length, 0),
            "max_fields": (self.max_fields, 1),
            "worker_threads": (self.worker_threads, 1),
        }
        for name, (value, least) in limits.items():
            if value < least:
                raise ConfigurationError(f"{name} is {value}; the least is {least}")
        if self.htmx not in (2, 4):
            raise ConfigurationError(f"htmx is {self.htmx!r}; the versions that come with chirp are 2 and 4")
        if not self.static_url.startswith("/"):
            raise ConfigurationError(f"static_url {self.static_url!r} does not start with /")
