"""The JSON of a diagnostic with a fix, to the letter."""

import json

from chirp_check.diagnostic import Diagnostic, Edit, Finding, Fix, Level
from chirp_check.model.entities import Unknown
from chirp_check.report.json import render
from chirp_check.report.outcome import Report, Summary
from chirp_check.source import SourceFile, Span


def test_a_fix() -> None:
    span = Span("app.py", 4, 10)
    fix = Fix("rename it", (Edit(span, '"main"'),), safe=False)
    finding = Finding("no block `mian`", at=span, help="did you mean `main`?", fix=fix)
    report = Report(
        root="/p",
        diagnostics=(Diagnostic("unknown-block", Level.WARN, finding),),
        sources={"app.py": SourceFile("app.py", 'x =\n"mian"\n')},
        unknowns=(Unknown("a", span, "url"), Unknown("b", span, "template"), Unknown("c", span, "url")),
        summary=Summary(12, 12, 8, 96, 93, 0, 1),
    )
    place = {
        "path": "app.py",
        "range": {"start": {"line": 2, "column": 1}, "end": {"line": 2, "column": 7}},
    }
    assert json.loads(render(report)) == {
        "version": 1,
        "diagnostics": [
            {
                "rule": "unknown-block",
                "level": "warning",
                "message": "no block `mian`",
                "help": "did you mean `main`?",
                **place,
                "related": [],
                "fix": {"title": "rename it", "safe": False, "edits": [{**place, "text": '"main"'}]},
                "url": None,
            }
        ],
        "unknowns": {"count": 3, "by_kind": {"template": 1, "url": 2}},
        "summary": {
            "files": 12,
            "routes": 12,
            "templates": 8,
            "references": 96,
            "resolved": 93,
            "errors": 0,
            "warnings": 1,
        },
    }
    keys = list(json.loads(render(report))["diagnostics"][0])
    assert keys == ["rule", "level", "message", "help", "path", "range", "related", "fix", "url"]
