"""The Diagnostic Format of reviewdog. Its columns are 1-based bytes of UTF-8."""

import json

from chirp_check.diagnostic import Diagnostic, Fix
from chirp_check.report.json import Json, encodable, path_text
from chirp_check.report.outcome import Report, spelled
from chirp_check.source import Span


def render(report: Report) -> str:
    """One JSON document in ASCII."""
    document: Json = {
        "source": {"name": "chirp-check"},
        "diagnostics": [_diagnostic(one, report) for one in report.diagnostics],
    }
    return json.dumps(document, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, report: Report) -> Json:
    finding = diagnostic.finding
    said: dict[str, Json] = {
        "message": encodable(finding.message if finding.help is None else f"{finding.message}\nhelp: {finding.help}"),
        "location": _location(finding.at, report),
        "severity": spelled(diagnostic.level).upper(),
        "code": {"value": diagnostic.rule},
    }
    if finding.related:
        said["related_locations"] = [
            {"message": encodable(label.message), "location": _location(label.span, report)}
            for label in finding.related
        ]
    suggestion = None if finding.fix is None else _suggestion(finding.fix, finding.at.path, report)
    if suggestion is not None:
        said["suggestions"] = [suggestion]
    return said


def _suggestion(fix: Fix, path: str, report: Report) -> Json:
    """The fix, if it is one edit of the same file: the format knows no other place, and no edits that go together."""
    if len(fix.edits) != 1 or fix.edits[0].span.path != path:
        return None
    edit = fix.edits[0]
    return {"range": _range(edit.span, report), "text": encodable(edit.text)}


def _location(span: Span, report: Report) -> Json:
    return {"path": path_text(span.path), "range": _range(span, report)}


def _range(span: Span, report: Report) -> Json:
    return {"start": _position(span.path, span.start, report), "end": _position(span.path, span.end, report)}


def _position(path: str, offset: int, report: Report) -> Json:
    file = report.source(path)
    line, column = file.position(offset)
    before = file.line_text(line)[: column - 1]
    return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
