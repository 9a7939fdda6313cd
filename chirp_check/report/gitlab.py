"""The Code Quality report of GitLab."""

import json

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.report.fingerprints import Fingerprint, fingerprints
from chirp_check.report.json import Json, encodable, path_text
from chirp_check.report.outcome import Report


def render(report: Report, *, prefix: str = "") -> str:
    """A JSON array in ASCII; `prefix` leads from the root of the repository to that of the project."""
    known = zip(report.diagnostics, fingerprints(report), strict=True)
    return json.dumps([_issue(one, key, report, prefix) for one, key in known], indent=2) + "\n"


def _issue(diagnostic: Diagnostic, key: Fingerprint, report: Report, prefix: str) -> Json:
    finding = diagnostic.finding
    start, end = report.range(finding.at)
    return {
        "description": encodable(finding.message),
        "check_name": diagnostic.rule,
        "fingerprint": key.digest,
        "severity": "minor" if diagnostic.level is Level.WARN else "major",
        "location": {
            "path": path_text(prefix + finding.at.path),
            "positions": {
                "begin": {"line": start.line, "column": start.column},
                "end": {"line": end.line, "column": end.column},
            },
        },
    }
