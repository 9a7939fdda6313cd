"""Build hook: an editable install exposes exactly the four import packages.

Listing the checkout itself would make `tests`, `docs`, `lsp` and every other folder of it importable wherever the
project is installed. An import hook would keep them out too, but type checkers read only paths. So the installed path
is a folder of links to the packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("chirp", "chirp_check", "mypy_plugin/chirp_mypy", "lsp/chirp_lsp")
LINKS = ".build/import"


class EditableHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the folder of links that `dev-mode-dirs` names."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build; `version` is `editable` or `standard`."""
        if version != "editable":
            return
        root = Path(self.root)
        folder = root / LINKS
        folder.mkdir(parents=True, exist_ok=True)
        for package in PACKAGES:
            link = folder / Path(package).name
            if link.is_symlink():
                link.unlink()
            link.symlink_to(root / package, target_is_directory=True)
