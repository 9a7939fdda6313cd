"""What the template engine's exceptions say, in one form: message, hints, and where in which template."""

import linecache
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kida import TemplateNotFoundError, TemplateRuntimeError, TemplateSyntaxError, UndefinedError
from kida.lexer import LexerError
from kida.parser import ParseError

from chirp.server.places import Line, Place, TemplateFault, excerpt_of, is_template, meant_template, shown
from chirp_check.grammar.names import did_you_mean
from chirp_check.grammar.vocabulary import KIDA_GLOBALS

MAX_NAMES = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What an exception of the engine says."""

    message: str
    hints: tuple[str, ...]
    fault: TemplateFault | None


def described(error: BaseException, roots: Sequence[Path]) -> Told:
    """The parts of an exception of the engine."""
    match error:
        case UndefinedError():
            return _undefined(error, roots)
        case TemplateRuntimeError():
            hints = (error.suggestion,) if error.suggestion else ()
            place = _place(error, error.template_name, error.lineno, roots)
            return Told(error.message, hints, _fault(place, error.template_stack))
        case TemplateSyntaxError():
            suggestion = error.suggestion if isinstance(error, ParseError) else None
            name = error.filename or error.name or _being_loaded(error)
            return _syntax(
                error.message, suggestion, _written(error.source, name, error.lineno, error.col_offset, roots)
            )
        case LexerError():
            name = _being_loaded(error)
            return _syntax(
                error.message, error.suggestion, _written(error.source, name, error.lineno, error.col_offset, roots)
            )
        case TemplateNotFoundError():
            return _not_found(error, roots)
        case _:
            return Told(str(error), (), None)


def _undefined(error: UndefinedError, roots: Sequence[Path]) -> Told:
    owner, dot, name = error.name.rpartition(".")
    place = _place(error, error.template, error.lineno, roots)
    if error.kind == "variable":
        names = tuple(sorted(_context_names(error)))
        hint = did_you_mean(error.name, names) or did_you_mean(error.name, error.available_names)
        hints = (hint or f"pass it to the template, or write `{error.name} ?? ''` where it may be missing",)
        return Told(f"`{error.name}` is undefined", hints, _fault(place, error.template_stack, names[:MAX_NAMES]))
    known = [one.rpartition(".")[2] for one in error.available_names]
    what = f"`{owner}` has no attribute or key `{name}`" if dot else f"there is no attribute or key `{name}`"
    hint = did_you_mean(name, known)
    return Told(what, (hint,) if hint else (), _fault(place, error.template_stack))


def _context_names(error: UndefinedError) -> Iterator[str]:
    """The names that the application gave the template: without those of the engine and the framework."""
    frame = _frame(error)
    context: Mapping[str, object] = {} if frame is None else frame.f_locals.get("ctx", {})
    for name in error.available_names - KIDA_GLOBALS:
        if name not in context or type(context[name]).__module__.partition(".")[0] not in {"chirp", "kida"}:
            yield name


def _syntax(message: str, suggestion: str | None, place: Place) -> Told:
    first, _, rest = message.partition("\n")
    opened = [line.strip(" -") for line in rest.splitlines() if line.startswith("  - ")]
    hints = [suggestion] if suggestion else []
    hints += [f"still open: {block}" for block in opened]
    return Told(first, tuple(hints), TemplateFault(place))


def notes_of(error: BaseException, roots: Sequence[Path]) -> tuple[str, ...]:
    """What the text of an exception does not say: the template that was meant, or the one that it was in."""
    match error:
        case TemplateNotFoundError():
            return template_hints(missing_template(error), roots)
        case UndefinedError(template=told, lineno=line) | TemplateRuntimeError(template_name=told, lineno=line):
            place = _place(error, told, line, roots)
            wrong = place is not None and line is not None and told != place.name
            return (f"the line is in the template {place.label}",) if wrong and place is not None else ()
        case _:
            return ()


def _not_found(error: TemplateNotFoundError, roots: Sequence[Path]) -> Told:
    name = missing_template(error)
    hints = template_hints(name, roots)
    message = f"there is no template `{name}`"
    place = None
    frame = _frame(error)
    if frame is not None and "referenced by" in str(error):
        line = str(error).rstrip(")").rpartition(":")[2]
        place = _place(error, None, int(line) if line.isascii() and line.isdigit() else None, roots)
    return Told(message, hints, TemplateFault(place) if place is not None else None)


def missing_template(error: TemplateNotFoundError) -> str:
    """The name of the template that was not found."""
    return str(error).partition("'")[2].partition("' not found")[0] or str(error)


def template_hints(name: str, roots: Sequence[Path]) -> tuple[str, ...]:
    """What a wrong template name may have meant, and where templates are looked for."""
    meant = meant_template(name, roots)
    missing = [f"the folder {root} does not exist" for root in roots if not root.is_dir()]
    looked = "looked in " + ", ".join(str(root) for root in roots)
    return (*((f"did you mean `{meant}`?",) if meant else ()), *(missing or [looked]))


def _fault(place: Place | None, stack: Sequence[tuple[str, int]], names: tuple[str, ...] = ()) -> TemplateFault | None:
    if place is None:
        return None
    return TemplateFault(place, tuple(f"{name}:{line}" for name, line in reversed(stack)), names)


def _place(error: BaseException, name: str | None, line: int | None, roots: Sequence[Path]) -> Place | None:
    """The line of the template whose code ran: for an inherited block the engine names the template at the top."""
    frame = _frame(error)
    file = frame.f_code.co_filename if frame is not None else None
    if file is None or not Path(file).is_file():
        return Place(name or "<template>", line, _kept(error)) if name or file else None
    linecache.checkcache(file)
    excerpt = excerpt_of(linecache.getlines(file), line) if line else ()
    return Place(shown(file, roots), line, excerpt)


def _kept(error: BaseException) -> tuple[Line, ...]:
    """The lines that the engine keeps with an error: those of a template that is in no file."""
    snippet = error.source_snippet if isinstance(error, UndefinedError | TemplateRuntimeError) else None
    if snippet is None:
        return ()
    return tuple(
        Line(number, text, (0, len(text)) if number == snippet.error_line else None) for number, text in snippet.lines
    )


def _written(source: str | None, name: str, line: int | None, column: int | None, roots: Sequence[Path]) -> Place:
    """A line of a template that does not compile."""
    if not line:
        return Place(shown(name, roots), line)
    if source is None:
        found = next((root / name for root in roots if (root / name).is_file()), None)
        source = found.read_text(encoding="utf-8", errors="replace") if found is not None else ""
    lines = source.split("\n")
    mark = None
    if column is not None and line <= len(lines):
        start = min(column, max(0, len(lines[line - 1]) - 1))
        mark = (start, start + 1)
    return Place(shown(name, roots), line, excerpt_of(lines, line, mark))


def _frame(error: BaseException) -> FrameType | None:
    """The innermost call of compiled template code, of the exception or of what it wraps."""
    for one in (error.__cause__, error):
        calls = traceback.walk_tb(one.__traceback__ if one is not None else None)
        found = [frame for frame, _ in calls if is_template(frame.f_code.co_filename)]
        if found:
            return found[-1]
    return None


def _being_loaded(error: BaseException) -> str:
    """The template that the engine was loading: some errors of its parser do not say."""
    name = "<template>"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "get_template":
            name = str(frame.f_locals.get("name", name))
    return name
