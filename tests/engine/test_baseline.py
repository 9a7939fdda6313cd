"""Baselines: what was there stays quiet, what is new does not, and they only ever get smaller by themselves."""

import json
from pathlib import Path

import pytest

from chirp_check import cli

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("hoem.html")


@app.route("/other")
def other():
    return Template("hoem.html")


@app.route("/third")
def third():
    return Template("hoem.html", title="third")
"""
NEW = """

@app.route("/new")
def new():
    return Template("hoem.html")
"""


class Run:
    """Runs the check in process; `out` and `err` hold what the last one printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = cli.main(["--output-format", "concise", *words])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three errors that its configured baseline is to know."""
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "CI", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "pyproject.toml").write_text('[tool.chirp-check]\nbaseline = "known.json"\n')
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_known_is_not_reported(project: Path, run: Run) -> None:
    assert run() == 2
    assert run.err == "error: known.json: no such file\nhelp: `--update-baseline` writes it\n"
    assert run("--update-baseline") == 0
    assert (run.out, run.err) == ("", "known.json: 3 findings\n")
    assert (project / "known.json").read_text() == (
        '{"version": 1, "findings": [\n'
        '  {"rule": "unknown-template", "path": "app.py", '
        '"snippet": "return Template(\\"hoem.html\\")", "count": 2},\n'
        '  {"rule": "unknown-template", "path": "app.py", '
        '"snippet": "return Template(\\"hoem.html\\", title=\\"third\\")", "count": 1}\n'
        "]}\n"
    )
    assert run() == 0
    assert (run.out, run.err) == ("", "note: known.json: 3 known findings not reported\n")
    assert run("--isolated") == 1
    assert cli.main([]) == 0


def test_moving_and_formatting_make_nothing_new(project: Path, run: Run) -> None:
    run("--update-baseline")
    before = (project / "known.json").read_text()
    (project / "app.py").write_text("# a comment\n\n" + APP.replace("    return", "    if app:\n            return"))
    assert run() == 0
    assert (project / "known.json").read_text() == before


def test_one_more_of_a_kind_is_new(project: Path, run: Run) -> None:
    run("--update-baseline")
    (project / "app.py").write_text(APP + NEW)
    assert run() == 1
    assert run.out == "app.py:23:21: unknown-template there is no template `hoem.html`\n"
    assert run("app.py") == 1
    assert run("templates") == 0


def test_it_shrinks(project: Path, run: Run) -> None:
    run("--update-baseline")
    (project / "app.py").write_text(APP.replace("hoem", "home", 1))
    assert run() == 0
    assert run.err == (
        "note: known.json: 2 known findings not reported\nnote: known.json: took out 1 finding no longer there\n"
    )
    assert json.loads((project / "known.json").read_text())["findings"][0]["count"] == 1
    assert run() == 0
    assert run.err == "note: known.json: 2 known findings not reported\n"
    (project / "app.py").write_text(APP)
    assert run() == 1


def test_what_is_stale_fails_where_others_rely_on_it(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--update-baseline")
    before = (project / "known.json").read_text()
    monkeypatch.setenv("CI", "true")
    assert run() == 0
    (project / "app.py").write_text(APP.replace("hoem", "home", 1))
    assert run() == 1
    assert run.err.startswith(
        "note: known.json: 2 known findings not reported\n"
        "error: known.json: 1 finding of the baseline no longer exists, such as unknown-template in app.py\n"
    )
    assert (project / "known.json").read_text() == before
    assert run("app.py") == 0
    assert run("--ignore", "unknown-template") == 0
    monkeypatch.setenv("CI", "false")
    assert run() == 0


def test_a_part_of_the_project_or_of_the_rules_takes_nothing_out(project: Path, run: Run) -> None:
    run("--update-baseline")
    before = (project / "known.json").read_text()
    for words in (["templates/home.html"], ["--select", "unknown-block"], ["--ignore", "unknown-template"]):
        assert run(*words) == 0
        assert (project / "known.json").read_text() == before
    assert run("--update-baseline", "--select", "unknown-block") == 0
    assert (project / "known.json").read_text() == before
    assert run("--update-baseline", "app.py") == 2
    assert run.err == "error: --update-baseline: needs the whole project: name no paths\n"


def test_a_file_of_the_command_line(project: Path, run: Run) -> None:
    assert run("--isolated", "--baseline", "other.json", "--update-baseline", "-q") == 0
    assert (run.out, run.err) == ("", "")
    assert run("--baseline", "other.json") == 0
    assert run("--isolated", "--update-baseline") == 2
    assert run.err.startswith("error: --update-baseline: needs `--baseline FILE`")


def test_fixes_leave_alone_what_is_known(project: Path, run: Run) -> None:
    run("--update-baseline")
    (project / "app.py").write_text(APP + NEW.replace('hoem.html"', 'hme.html"'))
    assert run("--fix") == 0
    assert (project / "app.py").read_text() == APP + NEW.replace("hoem", "home")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}', '{"version": 1}', "[" * 5000],
)
def test_what_is_no_baseline(project: Path, run: Run, text: str) -> None:
    (project / "known.json").write_text(text)
    assert run() == 2
    assert run.err.startswith("error: known.json: ")


def test_odd_text_survives(project: Path, run: Run) -> None:
    (project / "app.py").write_text(APP.replace("hoem.html", "hoem😀é.html"), encoding="utf-8")
    assert run("--update-baseline") == 0
    assert run() == 0
    assert "😀é" in (project / "known.json").read_text(encoding="utf-8")


def test_the_key(project: Path, run: Run) -> None:
    (project / "pyproject.toml").write_text('[tool.chirp-check]\nbaseline = "../known.json"\n')
    assert run() == 2
    assert run.err == "error: pyproject.toml: `tool.chirp-check.baseline` has to name a file below the project\n"
