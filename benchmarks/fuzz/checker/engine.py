"""What has to hold of the engine while a project is edited: nothing fails, and what it keeps is as good as new."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from copy import replace
from dataclasses import dataclass
from functools import cache
from unicodedata import category

from benchmarks.fuzz.checker.texts import cases
from chirp_check.config import Config
from chirp_check.diagnostic import Diagnostic
from chirp_check.engine import Project, Session, check
from chirp_check.fixes import changed
from chirp_check.host import MemoryHost
from chirp_check.report import concise, full, github, gitlab, json, junit, rdjson, sarif, unknowns
from chirp_check.report.outcome import Report

STEP = "\x1e"  # begins another edit
MOST_STEPS = 4
MOST_FIXES = 2
LONGEST = 6_000  # characters of a project
BROKEN = frozenset({"python-syntax", "template-syntax"})
EVERY_RULE = Config()


@dataclass(frozen=True, slots=True)
class Edit:
    """Other text in the place of some characters of a file; the numbers count modulo what there is."""

    file: int
    at: int
    length: int
    text: str


@cache
def projects() -> tuple[Mapping[str, str], ...]:
    """The short projects of the tests."""
    found = (case.files() for case in cases())
    return tuple(files for files in found if len(files) > 1 and sum(map(len, files.values())) < LONGEST)


def written(project: int, edits: list[Edit]) -> str:
    """A project and edits as a text."""
    parts = [f"{chr(one.file)}{chr(one.at)}{chr(one.length)}{one.text}" for one in edits]
    return STEP.join([chr(32 + project), *parts])


def read(text: str) -> tuple[int, list[Edit]]:
    """The project and the edits that any text stands for."""
    head, *parts = text.split(STEP)
    edits = [Edit(ord(one[0]), ord(one[1]) * 17, ord(one[2]) % 60, one[3:]) for one in parts if len(one) >= 3]
    return (ord(head[0]) - 32) if head else 0, edits[:MOST_STEPS]


def project(text: str) -> None:
    """A project while it is edited, as `read` finds it in a text."""
    number, edits = read(text)
    check_edits(projects()[number % len(projects())], edits)


def check_edits(files: Mapping[str, str], edits: list[Edit]) -> None:
    """What an engine that stays says after each edit is what a new one says; it is sound, and its fixes mend it."""
    session = Session(EVERY_RULE, edited=True)
    report = session.report(_project(files))
    for edit in edits:
        files = _edited(files, edit)
        report = session.report(_project(files))
        sound(files, report)
        cold = check(_project(files), EVERY_RULE)
        assert _said(report) == _said(cold), "another answer than that of a new engine"
    assert _said(check(_project(dict(sorted(files.items(), reverse=True))), EVERY_RULE)) == _said(report), (
        "the order matters"
    )
    for one in list(_fixable(report))[:MOST_FIXES]:
        _mended(files, report, one)


def _project(files: Mapping[str, str]) -> Project:
    return Project("/p", MemoryHost({f"/p/{path}": text for path, text in files.items()}))


def _edited(files: Mapping[str, str], edit: Edit) -> Mapping[str, str]:
    path = sorted(files)[edit.file % len(files)]
    text = files[path]
    at = edit.at % (len(text) + 1)
    return {**files, path: text[:at] + edit.text + text[at + edit.length :]}


def _said(report: Report) -> str:
    return json.render(report) + unknowns.render(report)


def sound(files: Mapping[str, str], report: Report) -> None:
    """No failure of ours; every place lies in its file; every format shows it."""
    assert report.tracebacks == (), report.tracebacks[0]
    for diagnostic in report.diagnostics:
        finding = diagnostic.finding
        fix = finding.fix.edits if finding.fix is not None else ()
        for span in (finding.at, *(label.span for label in finding.related), *(edit.span for edit in fix)):
            assert 0 <= span.start <= span.end <= len(files.get(span.path, "")), (diagnostic.rule, span)
        assert finding.message, diagnostic.rule
        assert "\n" not in finding.message, finding.message
    for one in report.unknowns:
        assert 0 <= one.span.start <= one.span.end <= len(files[one.span.path]), one
    for text in (full.render(report), concise.render(report), unknowns.render(report), github.render(report)):
        assert not {category(char) for char in text.replace("\n", "")} & {"Cc", "Cs"}, "a control character is shown"
    for text in (
        json.render(report),
        sarif.render(report, {}, version="0"),
        gitlab.render(report),
        rdjson.render(report),
    ):
        text.encode()
    ET.fromstring(junit.render(report).encode())


def _fixable(report: Report) -> Iterator[Diagnostic]:
    return (one for one in report.diagnostics if one.finding.fix is not None)


def _mended(files: Mapping[str, str], report: Report, one: Diagnostic) -> None:
    """The fix of a finding applies; the finding is gone then, and what could be read still can."""
    new = changed(replace(report, diagnostics=(one,)), {}, unsafe=True)
    assert new.applied == 1, f"the fix of {one.rule} does not apply"
    now = check(_project({**files, **new.texts}), EVERY_RULE)
    assert now.tracebacks == (), now.tracebacks[0]
    assert _count(now, one) < _count(report, one), f"the fix of {one.rule} leaves it: {one.finding.message}"
    broken = [{found.finding.at.path for found in each.diagnostics if found.rule in BROKEN} for each in (report, now)]
    assert broken[1] <= broken[0], f"the fix of {one.rule} breaks a file"


def _count(report: Report, like: Diagnostic) -> int:
    return sum(
        (one.rule, one.finding.message, one.finding.at.path) == (like.rule, like.finding.message, like.finding.at.path)
        for one in report.diagnostics
    )
