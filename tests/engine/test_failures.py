"""Failures of ours: each costs what it happens in, is named, and leaves the rest of the report as it is."""

from collections.abc import Mapping

import pytest

from chirp_check import judge
from chirp_check.diagnostic import Label
from chirp_check.engine import Project, check
from chirp_check.facts.handlers import ModuleFacts
from chirp_check.facts.module import read_module
from chirp_check.host import MemoryHost
from chirp_check.model.memory import Queries
from chirp_check.model.model import Model
from chirp_check.model.subjects import subjects_of
from chirp_check.report.full import render
from chirp_check.report.outcome import Report
from chirp_check.source import SourceFile, Span

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("gone.html")
"""
FILES = {
    "/p/app.py": APP,
    "/p/other.py": "x = 1\n",
    "/p/broken.py": "def f(:\n",
    "/p/templates/home.html": "{% if %}",
}


def report() -> Report:
    return check(Project("/p", MemoryHost(FILES)))


def said(found: Report) -> list[tuple[str, str, str]]:
    return [(one.finding.at.path, one.rule, one.finding.message) for one in found.diagnostics]


SYNTAX = ("broken.py", "python-syntax", "invalid syntax")


def test_reading_a_python_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: SourceFile) -> ModuleFacts:
        if file.path == "other.py":
            raise RecursionError("too\ndeep")
        return read_module(file)

    whole = report()
    monkeypatch.setattr("chirp_check.facts.module.read_module", broken)
    found = report()
    failure = ("other.py", "internal-error", "reading the file failed: RecursionError: too deep")
    assert said(found) == sorted([*said(whole), failure])
    assert found.failed
    assert "RecursionError" in found.tracebacks[0]


def test_reading_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: SourceFile) -> None:
        raise MemoryError

    monkeypatch.setattr("chirp_check.facts.extract.read_template", broken)
    found = said(report())
    assert ("templates/home.html", "internal-error", "reading the file failed: MemoryError:") in found
    assert SYNTAX in found


def test_resolving(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(model: Queries, path: str) -> Mapping[type, tuple[object, ...]]:
        if path == "app.py":
            raise KeyError("x")
        return subjects_of(model, path)

    monkeypatch.setattr(judge, "subjects_of", broken)
    found = said(report())
    assert ("app.py", "internal-error", "resolving the project failed: KeyError: 'x'") in found
    assert SYNTAX in found


def test_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise ValueError("no")

    monkeypatch.setattr(Model, "template_missing", broken)
    found = report()
    assert ("app.py", "internal-error", "rule `unknown-template` failed: ValueError: no") in said(found)
    assert SYNTAX in said(found)
    place = next(one.finding.at for one in found.diagnostics if one.rule == "internal-error")
    assert place == Span("app.py", APP.index('"gone.html"'), APP.index('"gone.html"') + len('"gone.html"'))


def test_it_cannot_be_suppressed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise ValueError("no")

    monkeypatch.setattr(Model, "template_missing", broken)
    text = APP.replace('"gone.html")', '"gone.html")  # chirp: ignore[internal-error]')
    found = check(Project("/p", MemoryHost({**FILES, "/p/app.py": text})))
    assert found.failed


def test_a_label_in_a_file_that_was_not_read() -> None:
    from copy import replace

    found = report()
    first = found.diagnostics[0]
    label = Label("this one", Span("elsewhere.py", 3, 4))
    changed = replace(first, finding=replace(first.finding, related=(label,)))
    text = render(replace(found, diagnostics=(changed,)))
    assert " ::: elsewhere.py\n  = this one\n" in text


def test_paths_that_do_not_exist_limit_nothing() -> None:
    assert check(Project("/p", MemoryHost(FILES), ("nowhere",))).diagnostics == ()
    assert said(check(Project("/p", MemoryHost(FILES), ("broken.py",)))) == [SYNTAX]
