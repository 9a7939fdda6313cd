"""`chirp-check doctor`: it says what a check works with, and names what is wrong with what to do about it."""

from pathlib import Path

import pytest

from chirp_check import cli

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("home.html")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CHIRP_CACHE_DIR", raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "pyproject.toml").write_text("[tool.chirp-check]\nrespect-gitignore = true\n")
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], str]:
    out, err = capsys.readouterr()
    return {name: value.strip() for name, _, value in (line.partition(" ") for line in out.splitlines())}, err


def test_all_is_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    found, err = said(capsys)
    assert err == ""
    assert found["project"] == str(project)
    assert found["configuration"] == "pyproject.toml"
    assert found["cache"] == f"{project}/.chirp_cache, not there yet"
    assert (found["applications"], found["templates"], found["verified"]) == ("1: app.py:3", "1", "2 of 2 references")
    cli.main([])
    capsys.readouterr()
    assert cli.main(["doctor", "app.py"]) == 0
    assert said(capsys)[0]["cache"].endswith(" MB")


def test_what_is_wrong_comes_with_help(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").unlink()
    assert cli.main(["doctor"]) == 1
    assert said(capsys)[1] == (
        "error: applications: none was found\nhelp: name the folder that the application is in\n"
    )
    (project / "app.py").write_text(APP)
    (project / "templates/home.html").unlink()
    assert cli.main(["doctor"]) == 1
    assert said(capsys)[1].startswith("error: templates: 0\nhelp: name the folders of templates in the configuration")


def test_usage(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "nowhere"]) == 2
    assert said(capsys)[1] == "error: nowhere: no such file or folder\n"
