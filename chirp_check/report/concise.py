"""One line for each diagnostic: `path:line:col: rule message`."""

from chirp_check.report.outcome import Report


def render(report: Report) -> str:
    """All diagnostics; nothing when there are none."""
    return f"{report}\n" if report.diagnostics else ""
