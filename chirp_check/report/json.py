"""The format for programs. Its shape is a promise: keys are never taken away or renamed while `version` is 1."""

import json
from collections import Counter

from chirp_check.diagnostic import Diagnostic, Fix
from chirp_check.report.outcome import Report, spelled
from chirp_check.source import Span

type Json = dict[str, "Json"] | list["Json"] | str | int | bool | None


def render(report: Report) -> str:
    """The report as one JSON document in ASCII, ending with a line break."""
    kinds = Counter(unknown.kind for unknown in report.unknowns)
    by_kind: dict[str, Json] = {kind: kinds[kind] for kind in sorted(kinds)}
    summary = report.summary
    document: Json = {
        "version": 1,
        "diagnostics": [diagnostic(one, report) for one in report.diagnostics],
        "unknowns": {"count": len(report.unknowns), "by_kind": by_kind},
        "summary": {
            "files": summary.files,
            "routes": summary.routes,
            "templates": summary.templates,
            "references": summary.references,
            "resolved": summary.resolved,
            "errors": summary.errors,
            "warnings": summary.warnings,
        },
    }
    return json.dumps(document, indent=2) + "\n"


def render_lines(report: Report) -> str:
    """Each diagnostic as the JSON document has it, on a line of its own."""
    return "".join(json.dumps(diagnostic(one, report), separators=(",", ":")) + "\n" for one in report.diagnostics)


def diagnostic(one: Diagnostic, report: Report) -> Json:
    """A diagnostic as an object."""
    finding = one.finding
    return {
        "rule": one.rule,
        "level": spelled(one.level),
        "message": encodable(finding.message),
        "help": None if finding.help is None else encodable(finding.help),
        **_place(finding.at, report),
        "related": [{"message": encodable(label.message), **_place(label.span, report)} for label in finding.related],
        "fix": None if finding.fix is None else _fix(finding.fix, report),
        "url": None,
    }


def _fix(fix: Fix, report: Report) -> Json:
    edits: list[Json] = [{**_place(edit.span, report), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _place(span: Span, report: Report) -> dict[str, Json]:
    start, end = report.range(span)
    return {
        "path": path_text(span.path),
        "range": {
            "start": {"line": start.line, "column": start.column},
            "end": {"line": end.line, "column": end.column},
        },
    }


def path_text(path: str) -> str:
    """A path as it is; one with line breaks, controls or undecodable bytes percent-encoded, as in a URI."""
    if path.isprintable():
        return path
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(path.encode("utf-8", "surrogateescape"), safe="/~")


def encodable(text: str) -> str:
    """The text with lone surrogates escaped: no JSON parser has to take them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
