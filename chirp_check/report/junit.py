"""JUnit XML: a suite for each file with findings. An error is a failed test, a warning one that was skipped."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.report.outcome import Report, counted
from chirp_check.report.visible import plain


def render(report: Report) -> str:
    """The document; with no finding it is one test that passed."""
    errors = report.summary.errors
    total = len(report.diagnostics) or 1
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines.append(f'<testsuites name="chirp-check" tests="{total}" failures="{errors}" errors="0">')
    if not report.diagnostics:
        lines.append('  <testsuite name="chirp-check" tests="1" failures="0" errors="0" skipped="0">')
        lines.append(f'    <testcase name="no errors in {counted(report.summary.files, "file")}"/>')
        lines.append("  </testsuite>")
    for path, found in groupby(report.diagnostics, key=lambda one: one.finding.at.path):
        lines += _suite(path, tuple(found), report)
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(path: str, found: tuple[Diagnostic, ...], report: Report) -> Iterator[str]:
    skipped = sum(one.level is Level.WARN for one in found)
    counts = f'tests="{len(found)}" failures="{len(found) - skipped}" errors="0" skipped="{skipped}"'
    yield f'  <testsuite name="{_text(path)}" {counts}>'
    for one in found:
        yield from _case(one, report)
    yield "  </testsuite>"


def _case(diagnostic: Diagnostic, report: Report) -> Iterator[str]:
    finding = diagnostic.finding
    start, _ = report.range(finding.at)
    place = _text(f"{finding.at.path}:{start.line}:{start.column}")
    tag = "skipped" if diagnostic.level is Level.WARN else "failure"
    yield f'    <testcase name="{diagnostic.rule} at {start.line}:{start.column}" classname="{_text(finding.at.path)}">'
    said = "" if finding.help is None else f"\nhelp: {_text(finding.help)}"
    told = f'message="{_text(finding.message)}" type="{diagnostic.rule}"'
    yield f"      <{tag} {told}>{place}: {_text(finding.message)}{said}</{tag}>"
    yield "    </testcase>"


def _text(text: str) -> str:
    return escape(plain(text), quote=True)
