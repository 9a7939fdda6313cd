"""`--fix` and its kin: what is written, what is refused, and that applying everything leaves a better project."""

import errno
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from chirp_check import cli
from chirp_check.commands.mending import SYNTAX, mend
from chirp_check.config import read_config
from chirp_check.engine import Project, Session, check
from chirp_check.host import DiskHost, MemoryHost
from chirp_check.report.outcome import Report
from tests.harness.cases import read_cases
from tests.test_cases import HERE, ROOT

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("hoem.html", a=Template("hoem.html"))


@app.route("/é")
def other() -> Template:
    return Template("gone-for-good.html")
"""
PAGES = sorted([*(ROOT / "tests/cases").rglob("*.md"), *(ROOT / "chirp_check/rules").glob("*.md")])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CHIRP_OUTPUT_FORMAT", "GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--fix", "--output-format", "concise"]) == 1
    out, err = capsys.readouterr()
    assert "hoem" not in out
    assert "gone-for-good" in out
    assert err == "fixed 2 findings in 1 file\n"
    assert (project / "app.py").read_text(encoding="utf-8") == APP.replace("hoem", "home")
    assert cli.main(["--fix", "-q", "--output-format", "concise"]) == 1
    assert capsys.readouterr() == (out, "")


def test_fix_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--fix-only"]) == 0
    assert capsys.readouterr().out == ""
    assert (project / "app.py").read_text(encoding="utf-8") == APP.replace("hoem", "home")
    (project / "app.py").write_text(APP, encoding="utf-8")
    assert cli.main(["--fix-only", "--exit-non-zero-on-fix"]) == 1
    assert cli.main(["--fix-only", "--exit-non-zero-on-fix"]) == 0


def test_everything_fixed(project: Path) -> None:
    text = APP.replace("gone-for-good", "homme")
    (project / "app.py").write_text(text, encoding="utf-8")
    assert cli.main(["--fix", "--exit-non-zero-on-fix"]) == 1
    assert cli.main(["--fix", "--exit-non-zero-on-fix"]) == 0
    (project / "app.py").write_text(text, encoding="utf-8")
    assert cli.main(["--fix"]) == 0


def test_diff(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(APP.rstrip("\n"), encoding="utf-8")
    assert cli.main(["--diff"]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "--- a/app.py\n"
        "+++ b/app.py\n"
        "@@ -5,7 +5,7 @@\n \n"
        ' @app.route("/")\n'
        " def home() -> Template:\n"
        '-    return Template("hoem.html", a=Template("hoem.html"))\n'
        '+    return Template("home.html", a=Template("home.html"))\n \n \n'
        ' @app.route("/é")\n'
    )
    assert err == "would fix 2 findings in 1 file\n"
    assert (project / "app.py").read_text(encoding="utf-8") == APP.rstrip("\n")
    (project / "app.py").write_text(APP.replace("hoem", "home"), encoding="utf-8")
    assert cli.main(["--diff"]) == 0
    assert capsys.readouterr() == ("", "")


def test_diff_of_a_last_line_without_end(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text(APP.replace("gone-for-good", "hoem").rstrip("\n"), encoding="utf-8")
    assert cli.main(["--diff"]) == 1
    assert capsys.readouterr().out.endswith(
        '-    return Template("hoem.html")\n\\ No newline at end of file\n'
        '+    return Template("home.html")\n\\ No newline at end of file\n'
    )


@pytest.mark.parametrize(
    ("head", "encoding", "end"),
    [("", "utf-8", "\n"), ("\ufeff", "utf-8", "\r\n"), ("# -*- coding: latin-1 -*-\n", "latin-1", "\r\n")],
)
def test_a_file_stays_what_it_is(project: Path, head: str, encoding: str, end: str) -> None:
    """Encoding, byte order mark, line ends, a form feed and the mode."""
    text = (head + APP).replace("app = App()", "app = App()\n\x0c").replace("\n", end)
    file = project / "app.py"
    file.write_bytes(text.encode(encoding))
    file.chmod(0o751)
    cli.main(["--fix"])
    assert file.read_bytes() == text.replace("hoem", "home").encode(encoding)
    assert file.stat().st_mode & 0o777 == 0o751
    assert sorted(one.name for one in project.iterdir() if not one.name.startswith(".")) == [
        "app.py",
        "pyproject.toml",
        "templates",
    ]


def test_a_link_stays_a_link(project: Path) -> None:
    (project / "app.py").rename(project / "real.py")
    (project / "app.py").symlink_to("real.py")
    cli.main(["--fix"])
    assert (project / "app.py").is_symlink()
    assert "hoem" not in (project / "real.py").read_text(encoding="utf-8")


def test_a_file_that_changed_meanwhile(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "templates/home.html").write_text('<a href="/homme">x</a><form action="/"></form>{{ a | uper }}\n')
    look = Session.report

    def report(session: Session, of: Project) -> Report:
        found = look(session, of)
        (project / "app.py").write_text(APP + "# mine\n", encoding="utf-8")
        return found

    monkeypatch.setattr(Session, "report", report)
    before = (project / "templates/home.html").read_text()
    assert cli.main(["--fix"]) == 2
    assert capsys.readouterr().err == "error: app.py: was changed while it was checked; nothing was fixed\n"
    assert (project / "app.py").read_text(encoding="utf-8") == APP + "# mine\n"
    assert (project / "templates/home.html").read_text() == before


def parts(project: Path) -> list[Path]:
    """Files with something to fix: the module, and templates."""
    found = [project / f"templates/part{number}.html" for number in range(3)]
    for one in found:
        one.write_text('{% include "hoem.html" %}\n')
    return [project / "app.py", *found]


def test_a_file_that_cannot_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = parts(project)
    before = [one.read_bytes() for one in files]
    files[2].chmod(0o444)
    assert cli.main(["--fix"]) == 2
    assert capsys.readouterr().err == f"error: {files[2]}: cannot be written: permission denied; nothing was fixed\n"
    assert [one.read_bytes() for one in files] == before
    assert not list(project.rglob("*.tmp"))
    files[2].chmod(0o644)
    assert cli.main(["--fix"]) == 1
    assert not [one for one in files if "hoem" in one.read_text()]


@pytest.mark.parametrize("moves", range(4))
def test_a_file_that_cannot_be_moved_to_its_place(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], moves: int
) -> None:
    """The disk fails after some have been moved: those are put back."""
    files = parts(project)
    before = [one.read_bytes() for one in files]
    move, done = os.replace, list[str]()

    def replace(source: str, target: str) -> None:
        done.append(target)
        if len(done) == moves + 1:
            raise OSError(errno.EIO, "Input/output error")
        move(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert cli.main(["--fix", "--no-cache"]) == 2
    assert "cannot be written: input/output error; nothing was fixed" in capsys.readouterr().err
    assert [one.read_bytes() for one in files] == before
    assert not list(project.rglob("*.tmp"))
    assert len(done) == 2 * moves + 1


KILLED = """\
import os, signal, sys
from chirp_check import cli

move, left = os.replace, [int(sys.argv[1])]

def replace(source, target):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    move(source, target)

os.replace = replace
cli.main(["--fix", "--no-cache"])
"""


@pytest.mark.parametrize("moves", [0, 2])
def test_a_process_that_is_killed(project: Path, moves: int) -> None:
    """Every file is whole, as it was or as it is to be, and the next run does the rest."""
    files = parts(project)
    before = [one.read_text() for one in files]
    done = subprocess.run([sys.executable, "-c", KILLED, str(moves)], cwd=project, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    now = [one.read_text() for one in files]
    assert [old.replace("hoem", "home") if new != old else old for old, new in zip(before, now, strict=True)] == now
    assert sum(new != old for old, new in zip(before, now, strict=True)) == moves
    assert cli.main(["--fix"]) == 1
    assert not [one for one in files if "hoem" in one.read_text()]


def test_a_folder_is_no_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-o", "templates"]) == 2
    assert capsys.readouterr().err == "error: templates: cannot be written: is a directory\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--unsafe-fixes"], "error: --unsafe-fixes: needs `--fix`, `--fix-only` or `--diff`\n"),
        (["--exit-non-zero-on-fix"], "error: --exit-non-zero-on-fix: needs `--fix`, `--fix-only` or `--diff`\n"),
        (["--fix", "--stdin-filename", "app.py"], "error: --fix: what comes from standard input cannot be written\n"),
    ],
)
def test_usage(project: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str) -> None:
    assert cli.main(words) == 2
    assert capsys.readouterr().err.startswith(complaint)


def test_diff_of_standard_input(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    (project / "app.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(APP))
    assert cli.main(["--diff", "--stdin-filename", "app.py"]) == 1
    assert '+    return Template("home.html"' in capsys.readouterr().out


def test_unsafe_fixes_are_asked_for(project: Path) -> None:
    (project / "templates/home.html").write_text("{% block main %}{% end %}{% block mian %}{% end %}\n")
    text = "from chirp import App, Page\n\napp = App()\n\n\n@app.route('/')\ndef home() -> Page:\n"
    (project / "app.py").write_text(f"{text}    return Page('base.html', 'main')\n")
    base = project / "templates/base.html"
    base.write_text("{% block main %}{% end %}\n")
    child = project / "templates/home.html"
    child.write_text('{% extends "base.html" %}{% block mian %}{% end %}\n')
    (project / "app.py").write_text(f"{text}    return Page('home.html', 'main')\n")
    cli.main(["--fix"])
    assert "mian" in child.read_text()
    cli.main(["--fix", "--unsafe-fixes"])
    assert "mian" not in child.read_text()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_all_fixes_of_a_project_together(page: Path) -> None:
    """Safe ones leave fewer findings; with the unsafe ones too everything still parses."""
    for case in read_cases(page):
        host = MemoryHost({f"{HERE}/{path}": text.encode() for path, text in case.files().items()})
        config = read_config(HERE, host)
        project = Project(HERE, host)
        report = check(project, config)
        fixes = [one.finding.fix for one in report.diagnostics if one.finding.fix is not None]
        for unsafe in {any(not fix.safe for fix in fixes), False} if fixes else ():
            done = mend(project, report, partial(check, config=config), unsafe=unsafe)
            assert done.stopped is None, case.id
            assert {one.finding.at for one in done.report.diagnostics if one.rule in SYNTAX} <= {
                one.finding.at for one in report.diagnostics if one.rule in SYNTAX
            }, case.id
            if not unsafe and done.count:
                assert len(done.report.diagnostics) < len(report.diagnostics), case.id


def test_nothing_is_written_before_the_end(project: Path) -> None:
    """One round fixes what does not touch each other; the files are as they were."""
    report = check(Project(str(project), DiskHost()))
    looks: list[Report] = []

    def look(changed: Project) -> Report:
        looks.append(check(changed))
        return looks[-1]

    done = mend(Project(str(project), DiskHost()), report, look, unsafe=False)
    assert done.count == 2
    assert len(looks) == 1
    assert (project / "app.py").read_text(encoding="utf-8") == APP
