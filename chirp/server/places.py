"""Places in source, as a developer reads them: a line with those around it, and the shortest clear path."""

import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chirp_check.grammar.names import nearest

AROUND = 4
MAX_FILES = 2000

_FRAMEWORK = Path(__file__).resolve().parent.parent
_LIBRARIES = (
    *{Path(sysconfig.get_path(key)) for key in ("purelib", "platlib", "stdlib", "platstdlib")},
    _FRAMEWORK,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source; `mark` is the half-open range of characters that failed, None in the lines around."""

    number: int
    text: str
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, with the lines around it; `name` is the path as a developer writes it."""

    name: str
    line: int | None
    excerpt: tuple[Line, ...] = ()

    @property
    def label(self) -> str:
        """`name:line`, or the name alone."""
        return self.name if self.line is None else f"{self.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Where a template failed, through which includes and components it got there, and which names it could use."""

    place: Place
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def is_library(file: str) -> bool:
    """The file belongs to Python, an installed package or the framework."""
    if file.startswith("<"):
        return True
    path = Path(file)
    return any(path.is_relative_to(library) for library in _LIBRARIES)


def is_template(file: str) -> bool:
    """The file of a code object is a compiled template."""
    return file == "<template>" or not file.endswith((".py", ".pyc", ">"))


def shown(file: str, roots: Sequence[Path] = ()) -> str:
    """A path as short as it is clear: below a template folder, else below the current directory."""
    path = Path(file)
    for root in (*roots, *_LIBRARIES[:-1], _FRAMEWORK.parent, Path.cwd()):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return file


def range_of(text: str, columns: tuple[int | None, int | None] | None) -> tuple[int, int]:
    """Byte columns of a line as a range of characters: the whole line where there are none."""
    start, end = columns or (None, None)
    bare = text.rstrip()
    if start is None or end is None:
        return len(bare) - len(bare.lstrip()), len(bare)
    encoded = text.encode(errors="replace")
    return len(encoded[:start].decode(errors="replace")), len(encoded[:end].decode(errors="replace"))


def excerpt_of(lines: Sequence[str], line: int, mark: tuple[int, int] | None = None) -> tuple[Line, ...]:
    """The lines around one, that one marked."""
    numbered = range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1)
    found: list[Line] = []
    for number in numbered:
        text = lines[number - 1].rstrip("\r\n")
        found.append(Line(number, shortened(text, 400), (mark or range_of(text, None)) if number == line else None))
    return tuple(found)


def shortened(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def meant_template(name: str, roots: Iterable[Path]) -> str | None:
    """The template that a wrong name most likely meant."""
    return nearest(name, _template_names(roots))


def _template_names(roots: Iterable[Path]) -> Iterator[str]:
    found = (name for root in roots for name in _names_below(root))
    return islice(found, MAX_FILES)


def _names_below(root: Path) -> Iterator[str]:
    for folder, folders, files in root.walk():
        folders[:] = sorted(one for one in folders if not one.startswith((".", "__")))
        below = folder.relative_to(root)
        names = (name for name in files if not name.startswith(".") and not name.endswith((".py", ".pyc")))
        yield from ((below / name).as_posix() for name in names)
