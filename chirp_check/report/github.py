"""Workflow commands of GitHub Actions, which become annotations of the changed lines."""

from chirp_check.diagnostic import Diagnostic
from chirp_check.report.outcome import Report, spelled
from chirp_check.report.visible import plain


def render(report: Report, *, prefix: str = "") -> str:
    """A command for each diagnostic; `prefix` leads from the root of the repository to that of the project."""
    return "".join(_command(one, report, prefix) for one in report.diagnostics)


def _command(diagnostic: Diagnostic, report: Report, prefix: str) -> str:
    finding = diagnostic.finding
    start, end = report.range(finding.at)
    path = plain(prefix + finding.at.path)
    values: dict[str, object] = {"title": f"chirp-check ({diagnostic.rule})"}
    if finding.at.path in report.sources:
        values |= {"file": path, "line": start.line, "endLine": end.line}
        if start.line == end.line:  # GitHub takes columns within one line only
            values |= {"col": start.column, "endColumn": end.column}
    # The log shows the message alone, without its place.
    said = f"{path}:{start.line}:{start.column}: {diagnostic.rule} {plain(finding.message)}"
    if finding.help is not None:
        said += f"\nhelp: {plain(finding.help)}"
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in values.items())
    return f"::{spelled(diagnostic.level)} {listed}::{_data(said)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
