"""The mypy plugin: it says at the arguments of return types what `chirp-check` says about templates and blocks."""

from typing import TYPE_CHECKING

from chirp_mypy.project import PROJECTS

if TYPE_CHECKING:
    from mypy.plugin import Plugin

__all__ = ["plugin"]


def plugin(version: str) -> type[Plugin]:
    """Called by mypy, with its version, each time it reads its configuration."""
    from chirp_mypy.hooks import ChirpPlugin

    return ChirpPlugin


def __getattr__(name: str) -> str:
    """`__version__`, for a daemon, which starts anew when it changes: what the templates promise."""
    if name == "__version__" and PROJECTS.in_daemon():
        PROJECTS.refresh()
        return PROJECTS.contracts()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
