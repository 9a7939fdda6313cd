"""What the model reads: a protocol that the engine fills from disk, editor buffers or memory."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.live import LiveFacts


class Sources(Protocol):
    """The files of a project. Paths are relative to the root, with `/`."""

    @property
    def root(self) -> str:
        """The absolute path of the project root; only to relate live facts to files."""
        ...

    def files(self) -> frozenset[str]:
        """Every regular file that is not excluded."""
        ...

    def python(self) -> tuple[str, ...]:
        """The Python files to check, sorted."""
        ...

    def module(self, path: str) -> ModuleFacts | None:
        """The facts of a Python file; None when it cannot be read (a problem is noted)."""
        ...

    def functions(self, path: str) -> Mapping[str, Function]:
        """The functions of a Python file by qualified name, inner ones included."""
        ...

    def template(self, path: str) -> TemplateFacts | None:
        """The facts of a template, read when first asked for; None when it cannot be read (a problem is noted)."""
        ...

    def text(self, path: str) -> str | None:
        """The text of any file; None when it cannot be read."""
        ...


class ModelSettings(msgspec.Struct, frozen=True):
    """What the configuration and the live application say about the project. `templates` are folders, relative.

    `htmx` is the version that pages load, where the configuration says so.
    """

    templates: tuple[str, ...] = ()
    htmx: int | None = None
    live: LiveFacts | None = None
