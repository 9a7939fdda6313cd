"""Which project file an import names.

Python's search path is not known, so names are tried as people lay projects out.
"""

from collections.abc import Iterable

from chirp_check.model.paths import folder

# The runtime, whose own source may lie in the project: never read as part of the application.
FRAMEWORK = "chirp"


class Modules:
    """The importable files of a project."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(".py"))
        self._folders = frozenset(above for path in self._paths for above in _folders(path))

    def find(self, importer: str, dotted: str, level: int) -> str | None:
        """The file of `dotted` as imported by `importer` with `level` leading dots, or None outside the project."""
        if level:
            base = importer
            for _ in range(level):
                base = folder(base)
            return self._file(f"{base}/{dotted.replace('.', '/')}".strip("/"))
        if dotted.partition(".")[0] == FRAMEWORK:
            return None
        relative = dotted.replace(".", "/")
        for root in self._roots(importer):
            found = self._file(f"{root}/{relative}".strip("/"))
            if found is not None:
                return found
        return None

    def inside(self, package: str, name: str) -> str | None:
        """The module `name` in the package whose `__init__.py` this is."""
        if not package.endswith("__init__.py"):
            return None
        return self._file(f"{folder(package)}/{name}".strip("/"))

    def _roots(self, importer: str) -> list[str]:
        """Where absolute names may start: the root, `src`, and the importer's folders from the inside out."""
        above = list(_folders(importer))
        return ["", "src", *above] if "src" in self._folders else ["", *above]

    def _file(self, stem: str) -> str | None:
        package = f"{stem}/__init__.py" if stem else "__init__.py"
        if package in self._paths:
            return package
        if f"{stem}.py" in self._paths:
            return f"{stem}.py"
        # A folder without `__init__.py` is a package, too; its module has no names of its own.
        return package if stem in self._folders or not stem else None


def _folders(path: str) -> Iterable[str]:
    at = folder(path)
    while at:
        yield at
        at = folder(at)
