"""What `chirp run --reload` watches: the application's folders, and the files that only a new start reads."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from chirp.describe import AppDescription

MAX_FILES = 5000


def watched(app: AppDescription, *, debug: bool) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Folders, and patterns of the files in them that need a restart.

    With `debug` templates are read anew by themselves; what comments of layouts say is read when the folder of pages
    is mounted.
    """
    roots = [root for root in app.template_roots if root.is_dir()]
    folders = _outermost([Path.cwd(), app.folder, *roots])
    patterns = {"*.py", "_layout.html"} if debug else {"*.py", "*.html", *(f"*{end}" for end in _endings(roots))}
    return tuple(folders), tuple(sorted(patterns))


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """The folders without those inside others."""
    kept: list[Path] = []
    for folder in sorted({folder.resolve() for folder in folders}):
        if not any(folder.is_relative_to(other) for other in kept):
            kept.append(folder)
    return kept


def _endings(roots: Iterable[Path]) -> Iterator[str]:
    for root in roots:
        left = MAX_FILES
        for _, folders, files in root.walk():
            folders[:] = [folder for folder in folders if not folder.startswith((".", "__"))]
            yield from {Path(file).suffix for file in files[:left]} - {"", ".pyc"}
            left -= min(left, len(files))
