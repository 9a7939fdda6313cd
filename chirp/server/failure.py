"""What is known of an exception, as values for people: its causes, the lines it went through, the template that failed.

Nothing here runs code of the application: of its objects the type is told, and the value of plain data alone.
"""

import linecache
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast

from chirp.server.masking import MASK, is_secret
from chirp.server.places import (
    Line,
    Place,
    TemplateFault,
    excerpt_of,
    is_library,
    is_template,
    range_of,
    shortened,
    shown,
)

MAX_FRAMES = 60
MAX_CAUSES = 5
MAX_LOCALS = 30
MAX_TEXT = 160


@dataclass(frozen=True, slots=True)
class Frame:
    """A call that was under way: where it was, in which function, and its plain local values as text."""

    place: Place
    function: str
    is_library: bool
    values: tuple[tuple[str, str], ...] = ()


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
        # What the engine was doing when it found an error of a template says nothing about it.
        hidden = current.__suppress_context__ or _is_kida(current)
        current = current.__cause__ or (None if hidden else current.__context__)
    return Failure(tuple(causes), "".join(traceback.format_exception(error)))


def _cause(error: BaseException, roots: Sequence[Path]) -> Cause:
    kind = type(error).__qualname__
    notes = tuple(str(note) for note in _notes(error))
    frames = tuple(_frames(error.__traceback__, roots))
    if _is_kida(error):
        from chirp.server.template_faults import described

        told = described(error, roots)
        return Cause(kind, told.message, tuple(dict.fromkeys((*told.hints, *notes))), frames, told.fault)
    message = _text(error)
    if isinstance(error, SyntaxError) and error.filename is not None:
        place = Place(shown(error.filename, roots), error.lineno, _excerpt(error.filename, error.lineno, None))
        frames = (Frame(place, "<module>", is_library=False), *frames)
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        members = (f"{type(one).__qualname__}: {shortened(_text(one), 400)}" for one in group.exceptions[:MAX_CAUSES])
        notes = (*members, *notes)
    return Cause(kind, shortened(message, 4000), notes, frames, None)


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


def _excerpt(file: str, line: int | None, columns: tuple[int | None, int | None] | None) -> tuple[Line, ...]:
    if line is None:
        return ()
    linecache.checkcache(file)
    return excerpt_of(linecache.getlines(file), line, range_of(linecache.getline(file, line), columns))


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
