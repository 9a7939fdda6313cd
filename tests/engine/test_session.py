"""An engine that stays says after every edit what a new one says."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from chirp_check.engine import Project, Report, Session, check
from chirp_check.host import DiskHost, MemoryHost
from chirp_check.report.full import render

ROOT = Path(__file__).resolve().parents[2]
EDITS = 36
APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")
"""


def tracker() -> dict[str, str]:
    folder = ROOT / "examples" / "tracker"
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".html"}]
    return {f"/p/{path.relative_to(folder)}": path.read_text(encoding="utf-8") for path in paths}


def edits(files: dict[str, str], seed: int) -> Iterator[dict[str, str]]:
    """The files after one edit after the other: lines deleted, doubled or swapped, files removed and put back."""
    chance = random.Random(seed)
    now = dict(files)
    while True:
        path = chance.choice(sorted(files))
        lines = now.get(path, files[path]).split("\n")
        at = chance.randrange(len(lines))
        match chance.choice(["delete", "double", "blank", "remove", "restore", "restore"]):
            case "delete":
                now[path] = "\n".join(lines[:at] + lines[at + 1 :])
            case "double":
                now[path] = "\n".join([*lines[:at], lines[at], *lines[at:]])
            case "blank":
                now[path] = "\n".join([*lines[:at], "", *lines[at:]])
            case "remove":
                now.pop(path, None)
            case _:
                now = dict(files)
        yield now


def said(report: Report) -> tuple[str, tuple[object, ...], object]:
    return render(report), report.unknowns, report.summary


@pytest.mark.parametrize("seed", range(3))
def test_edits(seed: int) -> None:
    files = tracker()
    session = Session(edited=True)
    steps = edits(files, seed)
    for _ in range(EDITS // 3):
        now = next(steps)
        project = Project("/p", MemoryHost(now))
        assert said(session.analyze(project).report) == said(check(project))


def test_a_file_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    session = Session(edited=True)
    project = Project(tmp_path, DiskHost())
    assert [one.rule for one in session.analyze(project).report.diagnostics] == ["unknown-template"]
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.html").write_text("{{ 1 }}")
    assert session.analyze(project).report.ok
    (tmp_path / "templates" / "home.html").write_text("{{ 1 ")
    assert [one.rule for one in session.analyze(project).report.diagnostics] == ["template-syntax"]


def test_places_move_with_the_text() -> None:
    app = 'from chirp import App\n\napp = App()\napp.mount_pages("pages")\n'
    page = "def other():\n    return 1\n\n\ndef get():\n    return 3\n"
    session = Session(edited=True)
    for above in ("", "\n\n\n", "import os\n"):
        project = Project("/p", MemoryHost({"/p/app.py": app, "/p/pages/page.py": above + page}))
        assert said(session.analyze(project).report) == said(check(project))


def test_a_template_that_is_none_any_more() -> None:
    """What was read of a file that an edit takes out of the project is not told, nor counted."""
    app = "from chirp import App, AppConfig\n\napp = App(AppConfig(template_dir='{}'))\n"
    spoilt = {"/p/templates/a.html": b"<p>\xff</p>", "/p/templates/b.html": b"<p></p>"}
    session = Session(edited=True)
    for folder, rules in (("templates", ["bad-encoding"]), ("elsewhere", []), ("templates", ["bad-encoding"])):
        project = Project("/p", MemoryHost({"/p/app.py": app.format(folder).encode(), **spoilt}))
        report = session.report(project)
        assert [one.rule for one in report.diagnostics] == rules
        assert (report.diagnostics, report.summary) == (check(project).diagnostics, check(project).summary)
