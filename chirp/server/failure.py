"""What is known of an exception, as values for people: its causes, the lines it went through, the template that failed.

Nothing here runs code of the application: of its objects the type is told, and the value of plain data alone.
"""

import linecache
import sysconfig
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast

from chirp.server.masking import MASK, is_secret
from chirp_check.grammar.names import nearest

AROUND = 4
MAX_FRAMES = 60
MAX_CAUSES = 5
MAX_LOCALS = 30
MAX_FILES = 2000
MAX_TEXT = 160

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
class Frame:
    """A call that was under way: where it was, in which function, and its plain local values as text."""

    place: Place
    function: str
    is_library: bool
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Where a template failed, through which includes and components it got there, and which names it could use."""

    place: Place
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """One exception of the chain; the innermost call is the first frame."""

    kind: str
    message: str
    hints: tuple[str, ...]
    frames: tuple[Frame, ...]
    template: TemplateFault | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception that ended a request, before it what it came from, and the traceback as Python prints it."""

    causes: tuple[Cause, ...]
    traceback: str

    @property
    def first(self) -> Cause:
        return self.causes[0]


def failure_of(error: Exception, roots: Sequence[Path] = ()) -> Failure:
    """Everything about an exception; `roots` are the folders that templates come from."""
    causes: list[Cause] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(causes) < MAX_CAUSES:
        seen.add(id(current))
        cause = _cause(current, roots)
        wrapped = current.__cause__
        if cause.template is not None and wrapped is not None and not _is_kida(wrapped):
            # The engine wraps what a filter or a function raised: that is the error, and the template its place.
            inner = _cause(wrapped, roots)
            cause = Cause(inner.kind, inner.message, cause.hints + inner.hints, inner.frames, cause.template)
            seen.add(id(wrapped))
            current = wrapped
        causes.append(cause)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if current is not None and cause.template is not None and _is_kida(current):
            break  # the engine's own steps towards one error
    return Failure(tuple(causes), "".join(traceback.format_exception(error)))


def _cause(error: BaseException, roots: Sequence[Path]) -> Cause:
    kind = type(error).__qualname__
    notes = tuple(str(note) for note in _notes(error))
    frames = tuple(_frames(error.__traceback__, roots))
    if _is_kida(error):
        from chirp.server.template_faults import described

        told = described(error, roots)
        return Cause(kind, told.message, tuple(dict.fromkeys((*told.hints, *notes))), frames, told.fault)
    return Cause(kind, shortened(_text(error), 4000), notes, frames, None)


def _notes(error: BaseException) -> Sequence[object]:
    noted: object = vars(error).get("__notes__") if hasattr(error, "__dict__") else None
    return tuple(noted) if isinstance(noted, list) else ()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failed:  # noqa: BLE001 - the boundary: a `__str__` of the application may raise anything
        return f"its message cannot be shown: {type(failed).__name__}"


def _is_kida(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "kida"


# Frames


def _frames(trace: TracebackType | None, roots: Sequence[Path]) -> Iterator[Frame]:
    """The calls of a traceback, the innermost first; without those that every request goes through."""
    walked = list(traceback.walk_tb(trace))
    summaries = traceback.extract_tb(trace)
    pairs = list(zip(walked, summaries, strict=True))[-MAX_FRAMES:]
    for (frame, line), summary in reversed(pairs):
        code = frame.f_code
        if is_template(code.co_filename):
            continue  # compiled code has no lines of its own: the fault of the template says where it was
        library = is_library(code.co_filename)
        columns = (summary.colno, summary.end_colno) if summary.end_lineno == line else None
        place = Place(shown(code.co_filename, roots), line, _excerpt(code.co_filename, line, columns))
        yield Frame(place, code.co_qualname, library, () if library else _values(frame))


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


def _excerpt(file: str, line: int | None, columns: tuple[int | None, int | None] | None) -> tuple[Line, ...]:
    if line is None:
        return ()
    linecache.checkcache(file)
    return excerpt_of(linecache.getlines(file), line, _range(linecache.getline(file, line), columns))


def _range(text: str, columns: tuple[int | None, int | None] | None) -> tuple[int, int]:
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
        found.append(Line(number, shortened(text, 400), (mark or _range(text, None)) if number == line else None))
    return tuple(found)


def _values(frame: FrameType) -> tuple[tuple[str, str], ...]:
    if frame.f_code.co_name == "<module>":
        return ()
    names = [(name, value) for name, value in frame.f_locals.items() if not name.startswith("__")]
    return tuple((name, MASK if is_secret(name) else value_text(value)) for name, value in names[:MAX_LOCALS])


def value_text(value: object) -> str:
    """Plain data as Python writes it, what is under a secret name masked; of anything else its type."""
    try:
        return shortened(_written(value, 2), MAX_TEXT)
    except ValueError, RuntimeError:  # a number too long to write, a collection that another thread changes
        return f"<{type(value).__qualname__}>"


def _written(value: Any, depth: int) -> str:
    kind = cast("type[object]", type(value))
    if value is None or kind in {bool, int, float, complex}:
        return repr(value)
    if kind in {str, bytes}:
        return repr(value[: MAX_TEXT + 1])
    if kind is dict and depth:
        pairs = (
            f"{_written(key, 0)}: {MASK if isinstance(key, str) and is_secret(key) else _written(item, depth - 1)}"
            for key, item in list(value.items())[:12]
        )
        return "{" + ", ".join(pairs) + (", …" if len(value) > 12 else "") + "}"
    if kind in {list, tuple, set, frozenset} and depth:
        opening, closing = "[]" if kind is list else "()" if kind is tuple else "{}"
        items = [_written(item, depth - 1) for item in list(value)[:12]]
        return opening + ", ".join(items) + (", …" if len(value) > 12 else "") + closing
    if isinstance(value, type):
        return f"<class {value.__qualname__}>"
    return f"<{type(value).__qualname__}>"


def shortened(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


# Templates that are not there


def meant_template(name: str, roots: Iterable[Path]) -> str | None:
    """The template that a wrong name most likely meant."""
    return nearest(name, _template_names(roots))


def _template_names(roots: Iterable[Path]) -> Iterator[str]:
    left = MAX_FILES
    for root in roots:
        for folder, folders, files in root.walk():
            folders[:] = sorted(one for one in folders if not one.startswith((".", "__")))
            below = folder.relative_to(root)
            for file in files[:left]:
                if not file.startswith(".") and not file.endswith((".py", ".pyc")):
                    yield (below / file).as_posix()
            left -= min(left, len(files))
