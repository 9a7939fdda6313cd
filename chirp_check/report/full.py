"""The format for people: each diagnostic with a code frame of its place and of the other side."""

from collections.abc import Iterator
from typing import NamedTuple

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.report.frame import Frame, frame
from chirp_check.report.outcome import Report, counted, spelled
from chirp_check.report.unknowns import ranking
from chirp_check.report.visible import plain
from chirp_check.source import Span

_RED, _YELLOW, _BLUE, _CYAN, _BOLD, _RESET = "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


class _Paint(NamedTuple):
    """Puts colour around text, or leaves it alone."""

    on: bool

    def __call__(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_RESET}" if self.on and text else text


def render(report: Report, *, color: bool = False, conclude: bool = True) -> str:
    """All diagnostics, and (`conclude`) the lines that say how much was looked at."""
    paint = _Paint(color)
    blocks = ["\n".join(_diagnostic(one, report, paint)) + "\n\n" for one in report.diagnostics]
    return "".join(blocks) + (conclusion(report) if conclude else "")


def conclusion(report: Report) -> str:
    """What was found, and in how much; ends with a line break."""
    summary = report.summary
    found = [counted(summary.errors, "error")] if summary.errors else []
    found += [counted(summary.warnings, "warning")] if summary.warnings else []
    files = f"{counted(summary.files, 'file')} ({counted(summary.routes, 'route')}, "
    files += f"{counted(summary.templates, 'template')})"
    references = f"verified {summary.resolved} of {counted(summary.references, 'reference')}"
    blocked = ranking(report)
    return f"{' and '.join(found) or 'no errors'} in {files}\n{references}{'; not:' if blocked else ''}\n{blocked}"


def _diagnostic(diagnostic: Diagnostic, report: Report, paint: _Paint) -> Iterator[str]:
    finding = diagnostic.finding
    colour = _YELLOW if diagnostic.level is Level.WARN else _RED
    places = [finding.at, *(label.span for label in finding.related)]
    frames = [frame(report.source(place.path), place) if place.path in report.sources else None for place in places]
    width = len(str(max((one.line for one in frames if one is not None), default=1)))
    title = paint(colour, f"{spelled(diagnostic.level)}[{diagnostic.rule}]")
    yield f"{title}: {paint(_BOLD, plain(finding.message))}"
    yield from _place(report, finding.at, width, paint, "-->")
    if frames[0] is not None:
        yield from _lines(frames[0], "^", "", width, (paint, colour))
    for label, shown in zip(finding.related, frames[1:], strict=True):
        yield from _place(report, label.span, width, paint, ":::")
        if shown is not None:
            yield from _lines(shown, "-", plain(label.message), width, (paint, _BLUE))
        else:
            yield f"{' ' * width} {paint(_BLUE, '=')} {plain(label.message)}"
    if finding.help is not None:
        yield f"{paint(_CYAN, 'help')}: {plain(finding.help)}"


def _place(report: Report, span: Span, width: int, paint: _Paint, arrow: str) -> Iterator[str]:
    start, _ = report.range(span)
    place = f"{plain(span.path)}:{start.line}:{start.column}" if span.path in report.sources else plain(span.path)
    yield f"{' ' * width}{paint(_BLUE, arrow)} {place}"


def _lines(shown: Frame, mark: str, message: str, width: int, ink: tuple[_Paint, str]) -> Iterator[str]:
    """The source line and its underline, with what is said of it."""
    paint, colour = ink
    yield f"{paint(_BLUE, f'{shown.line:>{width}} |')} {shown.text}".rstrip()
    more = f"to line {shown.line + shown.more}" if shown.more else ""
    said = ", ".join(part for part in (message, more) if part)
    line = paint(colour, mark * shown.length + (f" {said}" if said else ""))
    yield f"{paint(_BLUE, ' ' * width + ' |')} {' ' * shown.indent}{line}"
