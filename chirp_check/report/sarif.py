"""SARIF 2.1.0, the format of code scanning services, with what GitHub asks for beyond it.

Its columns are 1-based units of UTF-16, which readers that never look at `columnKind` take them for.
"""

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
NAME = "chirp-check"


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
        start_line, start_column = self._position(span.path, span.start)
        end_line, end_column = self._position(span.path, span.end)
        return {
            "startLine": start_line,
            "startColumn": start_column,
            "endLine": end_line,
            "endColumn": end_column,
        }

    def _position(self, path: str, offset: int) -> tuple[int, int]:
        file = self.report.source(path)
        line, column = file.position(offset)
        before = file.line_text(line)[: column - 1]
        return line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1

    def _region(self, span: Span) -> dict[str, Json]:
        return {"region": self.region(span)} if span.path in self.report.sources else {}


def render(report: Report, rules: Mapping[str, RuleText], *, version: str, prefix: str = "") -> str:
    """The log in ASCII, with one run and the rules of its results. `rules` tells what each is."""
    writer = _Writer(report, prefix)
    names = sorted({one.rule for one in report.diagnostics})
    known = zip(report.diagnostics, fingerprints(report), strict=True)
    driver: Json = {
        "name": NAME,
        "fullName": f"{NAME} {version}",
        "version": version,
        "rules": [_rule(name, rules.get(name)) for name in names],
    }
    run: Json = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{NAME}/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": not report.failed}],
        "results": [_result(one, key, names.index(one.rule), writer) for one, key in known],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, text: RuleText | None) -> Json:
    rule: dict[str, Json] = {"id": name, "name": "".join(word.capitalize() for word in name.split("-"))}
    if text is None:
        return rule
    rule["shortDescription"] = {"text": text.summary}
    rule["fullDescription"] = {"text": _introduction(text)}
    rule["help"] = {"text": text.page, "markdown": text.page}
    rule["defaultConfiguration"] = {"enabled": text.level is not Level.OFF, "level": spelled(text.level)}
    return rule


def _introduction(text: RuleText) -> str:
    """What a page says before its first heading below the title; the summary where it says nothing."""
    title, _, rest = text.page.partition("\n")
    before = (rest if title.startswith("#") else text.page).partition("\n#")[0].partition("\n```")[0]
    return before.strip() or text.summary


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
