"""SARIF 2.1.0, the format of code scanning services."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from chirp_check.diagnostic import Diagnostic, Fix, Level
from chirp_check.report.fingerprints import Fingerprint, fingerprints
from chirp_check.report.json import Json, encodable
from chirp_check.report.outcome import Report, spelled
from chirp_check.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"


class RuleText(NamedTuple):
    """What a rule is, in words: one sentence, its page as Markdown, and its default level."""

    summary: str
    page: str
    level: Level


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the places of one report; `prefix` leads from the root of the repository to that of the project."""

    report: Report
    prefix: str

    def location(self, span: Span) -> dict[str, Json]:
        return {"physicalLocation": {"artifactLocation": self.artifact(span.path), **self._region(span)}}

    def artifact(self, path: str) -> dict[str, Json]:
        raw = (self.prefix + path).encode("utf-8", "surrogateescape")
        return {"uri": quote_from_bytes(raw, safe="/~"), "uriBaseId": BASE}

    def fix(self, fix: Fix) -> Json:
        changes: list[Json] = []
        for path in dict.fromkeys(edit.span.path for edit in fix.edits):
            replacements: list[Json] = [
                {"deletedRegion": self.region(edit.span), "insertedContent": {"text": encodable(edit.text)}}
                for edit in fix.edits
                if edit.span.path == path
            ]
            changes.append({"artifactLocation": self.artifact(path), "replacements": replacements})
        return {"description": {"text": encodable(fix.title)}, "artifactChanges": changes}

    def region(self, span: Span) -> dict[str, Json]:
        start, end = self.report.range(span)
        return {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        }

    def _region(self, span: Span) -> dict[str, Json]:
        return {"region": self.region(span)} if span.path in self.report.sources else {}


def render(report: Report, rules: Mapping[str, RuleText], *, version: str, prefix: str = "") -> str:
    """The log in ASCII, with one run and the rules of its results. `rules` tells what each is."""
    writer = _Writer(report, prefix)
    names = sorted({one.rule for one in report.diagnostics})
    known = zip(report.diagnostics, fingerprints(report), strict=True)
    driver: Json = {
        "name": "chirp-check",
        "version": version,
        "rules": [_rule(name, rules.get(name)) for name in names],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not report.failed}],
        "results": [_result(one, key, names.index(one.rule), writer) for one, key in known],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, text: RuleText | None) -> Json:
    if text is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": text.summary},
        "help": {"text": text.page, "markdown": text.page},
        "defaultConfiguration": {
            "enabled": text.level is not Level.OFF,
            "level": spelled(text.level),
        },
    }


def _result(diagnostic: Diagnostic, key: Fingerprint, index: int, writer: _Writer) -> Json:
    finding = diagnostic.finding
    said = finding.message if finding.help is None else f"{finding.message}\nhelp: {finding.help}"
    result: dict[str, Json] = {
        "ruleId": diagnostic.rule,
        "ruleIndex": index,
        "level": spelled(diagnostic.level),
        "message": {"text": encodable(said)},
        "locations": [writer.location(finding.at)],
        "partialFingerprints": {"chirpCheck/v1": key.digest},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **writer.location(label.span), "message": {"text": encodable(label.message)}}
            for number, label in enumerate(finding.related)
        ]
    if finding.fix is not None:
        result["fixes"] = [writer.fix(finding.fix)]
    return result
