"""What the text does not determine, and so no rule judges: one line each."""

from chirp_check.report.outcome import Report
from chirp_check.report.visible import plain


def render(report: Report) -> str:
    """`path:line:col: unknown kind: reason` for each."""
    lines: list[str] = []
    for unknown in report.unknowns:
        start, _ = report.range(unknown.span)
        place = f"{plain(unknown.span.path)}:{start.line}:{start.column}"
        lines.append(f"{place}: unknown {unknown.kind}: {plain(unknown.reason)}\n")
    return "".join(lines)
