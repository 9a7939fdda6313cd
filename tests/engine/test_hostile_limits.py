"""Hostile sizes, failures of ours, runs at once: a warning or a diagnostic within a second; the rest is checked."""

import json as standard_json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chirp_check.engine import Project, check
from chirp_check.facts.handlers import ModuleFacts
from chirp_check.facts.module import read_module
from chirp_check.host import DiskHost, MemoryHost
from chirp_check.model.model import Model
from chirp_check.report import concise, full, json
from chirp_check.report.outcome import Report
from chirp_check.source import SourceFile

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("gone.html")
"""
KNOWN = ("app.py", "unknown-template")
FILES: dict[str, str | bytes] = {"/p/app.py": APP, "/p/templates/home.html": "<p></p>"}
SECOND = 1.0  # of processor time, for one file


def report(path: str, content: str) -> tuple[Report, list[tuple[str, str]]]:
    """The report on a project with one more file, and what it says but for the known mistake, which has to be there."""
    start = time.process_time()
    check(Project("/p", MemoryHost(FILES)))
    usual = time.process_time() - start
    start = time.process_time()
    found = check(Project("/p", MemoryHost({**FILES, f"/p/{path}": content})))
    assert time.process_time() - start - usual < 3 * SECOND  # the machine may be three times as slow as a usual one
    assert found.tracebacks == ()
    every = [(one.finding.at.path, one.rule) for one in found.diagnostics]
    assert KNOWN in every
    return found, [one for one in every if one != KNOWN]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = 1\n" * 340_000, "1,020,000 words and signs: not read, the limit is 200,000"),
        ("x = [" + "1," * 150_000 + "]\n", "300,004 words and signs: not read, the limit is 200,000"),
        ("def f(): return g(a, b)\n" * 20_000, "240,000 words and signs: not read, the limit is 200,000"),
    ],
    ids=["statements", "list", "functions"],
)
def test_python_files_that_hold_too_much(content: str, message: str) -> None:
    found, said = report("data.py", content)
    assert said == [("data.py", "too-large")]
    assert [one.finding.message for one in found.diagnostics if one.rule == "too-large"] == [message]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<p>" * 200_000, "200,000 tags: not read, the limit is 150,000"),
        ("<a " + "b " * 200_000 + ">", "200,000 attributes: not read, the limit is 150,000"),
    ],
    ids=["tags", "attributes"],
)
def test_templates_that_hold_too_much(content: str, message: str) -> None:
    found, said = report("templates/home.html", content)
    assert said == [("templates/home.html", "too-large")]
    assert [one.finding.message for one in found.diagnostics if one.rule == "too-large"] == [message]


@pytest.mark.parametrize(
    "content",
    [
        "x = " + "1 + " * 2000 + "1\n",
        "x = " + "-" * 300 + "1\n",
        "x = a" + ".b" * 300 + "\n",
        "x = a" + "()" * 300 + "\n",
        "x = " + "not " * 300 + "a\n",
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 300,
    ],
    ids=["sum", "signs", "attributes", "calls", "not", "elif"],
)
def test_python_that_is_nested_deeply(content: str) -> None:
    found, said = report("deep.py", f"{content}def f(:\n")
    assert said == [("deep.py", "python-syntax"), ("deep.py", "too-large")] or said == [
        ("deep.py", "too-large"),
        ("deep.py", "python-syntax"),
    ]
    assert all(one.level.value == "warn" for one in found.diagnostics if one.rule == "too-large")


@pytest.mark.parametrize(
    "content",
    [
        "x = " + "(" * 300 + ")" * 300,
        "x = " + "[" * 90_000,
        "".join(f"{' ' * depth}if a:\n" for depth in range(150)) + " " * 150 + "pass\n",
        "x = " + "lambda: " * 5_000 + "0\n",
    ],
    ids=["parentheses", "brackets", "indentation", "lambdas"],
)
def test_python_that_python_itself_does_not_parse(content: str) -> None:
    assert {rule for _, rule in report("deep.py", content)[1]} <= {"python-syntax", "too-large"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("{% if a %}" * 250 + "{% end %}" * 250, "template-syntax"),
        ("{{ " + "(" * 300 + "a" + ")" * 300 + " }}", "template-syntax"),
        ("{{ a" + " + a" * 5_000 + " }}", None),
        ("{{ a" + ".b" * 5_000 + " }}", None),
        ("{{ " + "not " * 5_000 + "a }}", "template-syntax"),
        ("{{ a }}" * 40_000, "template-syntax"),
        ("<div>" * 50_000 + "</div>" * 50_000, None),
    ],
    ids=["blocks", "parentheses", "sum", "attributes", "not", "tokens", "elements"],
)
def test_templates_that_are_nested_deeply(content: str, rule: str | None) -> None:
    expected: set[tuple[str, str]] = set() if rule is None else {("templates/home.html", rule)}
    assert set(report("templates/home.html", content)[1]) == expected


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError()])
def test_what_runs_out_in_a_rule(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*_: object) -> bool:
        raise error

    monkeypatch.setattr(Model, "template_missing", broken)
    found = check(Project("/p", MemoryHost({**FILES, "/p/bad.py": "def f(:\n"})))
    said = [(one.finding.at.path, one.rule) for one in found.diagnostics]
    assert sorted(said) == [("app.py", "internal-error"), ("bad.py", "python-syntax")]
    assert found.failed


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError()])
def test_what_runs_out_in_a_file(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(file: SourceFile) -> ModuleFacts:
        if file.path == "other.py":
            raise error
        return read_module(file)

    monkeypatch.setattr("chirp_check.facts.module.read_module", broken)
    found = check(Project("/p", MemoryHost({**FILES, "/p/other.py": "x = 1\n"})))
    said = [(one.finding.at.path, one.rule) for one in found.diagnostics]
    assert sorted(said) == [KNOWN, ("other.py", "internal-error")]


@pytest.mark.parametrize("name", [b"bad\xff.py", b"line\nbreak.py", b"esc\x1b[31m.py", "\u202eyp.py".encode()])
def test_odd_names_cannot_break_out_of_the_output(tmp_path: Path, name: bytes) -> None:
    try:
        (tmp_path / os.fsdecode(name)).write_bytes(b"def f(:\n")
    except OSError:
        pytest.skip("the file system refuses the name")
    found = check(Project(str(tmp_path), DiskHost()))
    text = full.render(found) + concise.render(found)
    assert "\x1b" not in text
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not any("break.py" in line and "line" not in line for line in text.split("\n"))
    data = json.render(found)
    data.encode("ascii")
    assert len(standard_json.loads(data)["diagnostics"]) == 1


def test_two_runs_at_once(tmp_path: Path) -> None:
    for path, content in FILES.items():
        place = tmp_path / path.removeprefix("/p/")
        place.parent.mkdir(exist_ok=True)
        place.write_text(str(content))
    command = [sys.executable, "-m", "chirp_check.cli", str(tmp_path), "--output-format", "json"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) for _ in range(4)]
    outputs = {run.communicate(timeout=60)[0] for run in runs}
    assert len(outputs) == 1
    assert b"unknown-template" in outputs.pop()
    assert [run.returncode for run in runs] == [1] * len(runs)
