"""`--add-ignore`: every finding of every case can be silenced where it stands, and nothing else changes."""

from functools import partial
from pathlib import Path

import pytest

from chirp_check import cli
from chirp_check.commands.silencing import NEVER, silence
from chirp_check.config import read_config
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost
from tests.harness.cases import read_cases
from tests.test_cases import HERE, ROOT

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("gone.html")  # the first


@app.route("/two")
def two() -> Template:
    text = Template("gone.html") if home else Template("away.html")
    return text


@app.route("/third")
def long() -> Template:
    return Template(
        \"\"\"gone
.html\"\"\" \\
        ".txt",
    )
"""
PAGES = sorted([*(ROOT / "tests/cases").rglob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "templates/home.html").write_text(
        '<pre>\n  <a\n    href="/nowhere"\n    hx-get="/nor-here">x</a>\n{{ a\n  | uper }}\n</pre>\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_suppressions(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--output-format", "concise"]) == 1
    found = capsys.readouterr().out.splitlines()
    assert len(found) > 4
    assert cli.main(["--add-ignore", "--output-format", "concise"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"silenced {len(found)} findings in 2 files\n"
    text = (project / "app.py").read_text(encoding="utf-8")
    assert 'Template("gone.html")  # the first  # chirp: ignore[unknown-template]\n' in text
    assert text.count("chirp: ignore") < len(found)
    assert cli.main(["--add-ignore"]) == 0
    assert (project / "app.py").read_text(encoding="utf-8") == text


def test_rules_join_a_list_that_is_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(
        APP.replace("# the first", "# chirp: ignore[unknown-template]").replace(
            'def home() -> Template:\n    return Template("gone.html")',
            'def home() -> Template:\n    return Template("gone.html"), "no status"',
        )
    )
    cli.main(["--add-ignore"])
    assert "# chirp: ignore[unknown-template, bad-return-arguments]\n" in (project / "app.py").read_text()


def test_what_cannot_be_silenced_is_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "other.py").write_text("def f(:\n")
    assert cli.main(["--add-ignore", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out == "other.py:1:7: python-syntax invalid syntax\n"
    assert (project / "other.py").read_text() == "def f(:\n"
    assert cli.main(["--add-ignore", "--fix"]) == 2


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_finding_of_the_cases(page: Path) -> None:
    for case in read_cases(page):
        host = MemoryHost({f"{HERE}/{path}": text.encode() for path, text in case.files().items()})
        config = read_config(HERE, host)
        report = check(Project(HERE, host), config)
        if not report.diagnostics:
            continue
        done = silence(Project(HERE, host), report, partial(check, config=config))
        left = [one for one in done.report.diagnostics if one.rule not in NEVER]
        assert [f"{one.finding.at.path}: {one.rule}: {one.finding.message}" for one in left] == [], case.id
        assert sum(one.rule in NEVER for one in done.report.diagnostics) <= len(report.diagnostics) - done.count
