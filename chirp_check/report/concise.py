"""One line for each diagnostic: `path:line:col: rule message`."""

from chirp_check.report.outcome import Report
from chirp_check.report.visible import plain


def render(report: Report) -> str:
    """All diagnostics; nothing when there are none."""
    lines: list[str] = []
    for diagnostic in report.diagnostics:
        finding = diagnostic.finding
        start, _ = report.range(finding.at)
        place = f"{plain(finding.at.path)}:{start.line}:{start.column}"
        lines.append(f"{place}: {diagnostic.rule} {plain(finding.message)}\n")
    return "".join(lines)
