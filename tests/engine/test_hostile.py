"""Hostile projects on a real disk: a diagnostic or a clear error, never a traceback, and the rest is still checked."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from chirp_check.config import Config
from chirp_check.engine import Project, check
from chirp_check.host import DiskHost, Entry, Host, MemoryHost, OverlayHost, Stat
from chirp_check.report import json
from chirp_check.report.outcome import Report

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home():
    return Template("home.html")


@app.route("/gone")
def gone():
    return Template("gone.html")
"""
KNOWN = ("app.py", 13, 21, "unknown-template")


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one mistake, which every test expects to be found whatever else is there."""
    write(tmp_path, "app.py", APP)
    write(tmp_path, "templates/home.html", "<p></p>")
    return tmp_path


def report(folder: Path, host: Host | None = None) -> Report:
    found = check(Project(str(folder), host or DiskHost()))
    assert found.tracebacks == ()
    return found


def places(found: Report) -> list[tuple[str, int, int, str]]:
    """Path, line, column and rule of each diagnostic but the known one, which has to be there."""
    every: list[tuple[str, int, int, str]] = []
    for one in found.diagnostics:
        start, _ = found.range(one.finding.at)
        every.append((one.finding.at.path, start.line, start.column, one.rule))
    assert KNOWN in every
    return [place for place in every if place != KNOWN]


@pytest.mark.parametrize(
    ("content", "line", "column", "rule"),
    [
        (b"def f(:\n", 1, 7, "python-syntax"),
        (b"def f():\nx = 1\n", 2, 1, "python-syntax"),
        (b"if 1:\n    a = 1\n\tb = 2\n", 3, 0, "python-syntax"),
        (b"x = 'a\n", 1, 5, "python-syntax"),
        (b"a = 1\nb = '\0'\n", 2, 6, "bad-encoding"),
        (b"# coding: nonsense\n", 1, 3, "bad-encoding"),
        (b"#!/usr/bin/python\n# -*- coding: nonsense -*-\n", 2, 7, "bad-encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, 3, "bad-encoding"),
        (b"a = '\xc3\xa9'\nb = '\xe9'\n", 2, 6, "bad-encoding"),
        ("a = 1\n".encode("utf-16"), 1, 1, "bad-encoding"),
        ("a = 1\n".encode("utf-32"), 1, 1, "bad-encoding"),
        (b"\x7fELF\x02\x01\x01\0\0\0", 1, 8, "bad-encoding"),
        (b"x = " + b"(" * 5000 + b")" * 5000, 1, 0, "python-syntax"),
        (b"x = " + b"-" * 100_000 + b"1", 1, 0, "python-syntax"),
        (b"x = " + b"9" * 10_000, 1, 0, "python-syntax"),
    ],
)
def test_python_that_cannot_be_read(project: Path, content: bytes, line: int, column: int, rule: str) -> None:
    write(project, "bad.py", content)
    found = places(report(project))
    assert [(path, at, name) for path, at, _, name in found] == [("bad.py", line, rule)]
    assert not column or found[0][2] == column


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbfx = 1\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"# coding: cp1252\r\nx = '\x80'\r\n",
        b"x = 1\r\ny = 2\r\n",
        b"x = 1\ry = 2\r",
        b"\x0c\nx = 1\n\x0c\n",
        "x = '\u2028\u0085\x1c'\n".encode(),
        "ünï = '😀'\n".encode(),
        b"x = " + b"1 + " * 100 + b"1\n",
    ],
)
def test_python_that_is_fine(project: Path, content: bytes) -> None:
    write(project, "fine.py", content)
    assert places(report(project)) == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_places_count_lines_as_editors_do(tmp_path: Path, ending: str, mark: bytes) -> None:
    write(tmp_path, "app.py", mark + APP.replace("\n", ending).encode())
    template = "<p>é😀</p>\n<button hx-get='/é/none'></button>\n"
    write(tmp_path, "templates/home.html", mark + template.replace("\n", ending).encode())
    assert places(report(tmp_path)) == [("templates/home.html", 2, 17, "unrouted-url")]


@pytest.mark.parametrize(
    ("content", "line", "column", "rule"),
    [
        (b"<p>\xff</p>", 1, 4, "bad-encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, 1, "bad-encoding"),
        (b"<p>\n\0</p>", 2, 1, "bad-encoding"),
        ("<p></p>".encode("utf-16"), 1, 1, "bad-encoding"),
        (b"<p>{{ a b }}</p>", 1, 9, "template-syntax"),
        (b"<p>{% if x %}</p>", 1, 4, "template-syntax"),
        (b"<p>{{ " + b"(" * 3000 + b"1" + b")" * 3000 + b" }}</p>", 1, 0, "template-syntax"),
    ],
)
def test_templates_that_cannot_be_read(project: Path, content: bytes, line: int, column: int, rule: str) -> None:
    write(project, "templates/home.html", content)
    found = places(report(project))
    assert ("templates/home.html", line, rule) in [(path, at, name) for path, at, _, name in found]
    assert {path for path, _, _, _ in found} == {"templates/home.html"}
    assert not column or column in [at for _, _, at, _ in found]


@pytest.mark.parametrize("name", ["app.py", "templates/home.html"])
@pytest.mark.parametrize("text", ["<p>\ud800</p>", "<p>\0</p>"])
def test_texts_of_an_editor_that_no_file_could_hold(project: Path, name: str, text: str) -> None:
    host = OverlayHost(DiskHost(), {str(project / name): text})
    found = check(Project(str(project), host))
    assert found.tracebacks == ()
    expected = (name, "bad-encoding", (1, 4))
    assert expected in [(one.finding.at.path, one.rule, found.range(one.finding.at)[0]) for one in found.diagnostics]
    json.render(found).encode("ascii")


def test_large_files_are_left_out_with_a_warning(project: Path) -> None:
    write(project, "data.py", b"x = 1\n" * 400_000)
    found = report(project)
    assert places(found) == [("data.py", 1, 1, "too-large")]
    assert (found.summary.errors, found.summary.warnings) == (1, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_what_is_no_regular_file_is_passed_over(project: Path) -> None:
    os.mkfifo(project / "pipe.py")
    os.mkfifo(project / "templates/pipe.html")
    (project / "folder.py").mkdir()
    (project / "templates/folder.html").mkdir()
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(project)
    try:
        listening.bind("socket.py")
    finally:
        os.chdir(here)
        listening.close()
    (project / "device.py").symlink_to("/dev/zero")
    assert places(report(project)) == []


def test_links(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = write(tmp_path_factory.mktemp("outside"), "secret.py", "def f(:\n")
    (project / "loop").symlink_to(project)
    (project / "templates/self.html").symlink_to("self.html")
    (project / "a").mkdir()
    (project / "a/b").symlink_to("../c")
    (project / "c").mkdir()
    (project / "c/d").symlink_to("../a")
    (project / "escape").symlink_to(outside.parent)
    (project / "escape.py").symlink_to(outside)
    (project / "dangling.py").symlink_to("nowhere.py")
    (project / "alias.py").symlink_to("app.py")
    found = report(project)
    assert sorted(places(found)) == [
        ("dangling.py", 1, 1, "unreadable-file"),
        ("templates/self.html", 1, 1, "unreadable-file"),
    ]
    assert found.notes == (
        "escape: the link leads out of the project and was not followed",
        "escape.py: the link leads out of the project and was not followed",
        "loop: the link leads back to a folder above it and was not followed",
    )


def test_templates_behind_a_link_in_the_project_are_there(project: Path) -> None:
    write(project, "shared/gone.html", "<p></p>")
    (project / "templates/more").symlink_to("../shared")
    write(project, "app.py", APP.replace('"gone.html"', '"more/gone.html"').replace('"home.html"', '"more/none.html"'))
    found = report(project)
    assert [(one.rule, one.finding.message) for one in found.diagnostics] == [
        ("unknown-template", "there is no template `more/none.html`")
    ]


class Failing:
    """A host on which one operation on some paths fails."""

    def __init__(self, below: Host, operation: str, ending: str, error: OSError) -> None:
        self._below = below
        self._fails: Callable[[str, str], bool] = lambda name, path: name == operation and path.endswith(ending)
        self._error = error

    def _guard(self, name: str, path: str) -> None:
        if self._fails(name, path):
            raise self._error

    def entries(self, folder: str) -> tuple[Entry, ...]:
        self._guard("entries", folder)
        return self._below.entries(folder)

    def stat(self, path: str) -> Stat:
        self._guard("stat", path)
        return self._below.stat(path)

    def real(self, path: str) -> str:
        return self._below.real(path)

    def read(self, path: str) -> bytes | str:
        self._guard("read", path)
        return self._below.read(path)

    def stamp(self, path: str) -> object:
        return self._below.stamp(path)


@pytest.mark.parametrize("operation", ["stat", "read"])
@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file"), OSError("odd")]
)
@pytest.mark.parametrize("name", ["other.py", "templates/home.html"])
def test_what_the_system_refuses(project: Path, operation: str, error: OSError, name: str) -> None:
    write(project, "other.py", "x = 1\n")
    host = Failing(DiskHost(), operation, name, error)
    assert places(report(project, host)) == [(name, 1, 1, "unreadable-file")]


def test_a_folder_that_cannot_be_listed(project: Path) -> None:
    write(project, "closed/a.py", "x = 1\n")
    host = Failing(DiskHost(), "entries", "/closed", PermissionError(13, "Permission denied"))
    found = report(project, host)
    assert places(found) == [("closed", 1, 1, "unreadable-file")]
    assert found.diagnostics[-1].finding.message == "the folder cannot be listed: permission denied"


@pytest.mark.parametrize("name", [b"bad\xff.py", b"line\nbreak.py", b"esc\x1b[31m.py", b"sp ace.py"])
def test_odd_file_names(project: Path, name: bytes) -> None:
    try:
        write(project, os.fsdecode(name), "def f(:\n")
    except OSError:
        pytest.skip("the file system refuses the name")
    assert [rule for _, _, _, rule in places(report(project))] == ["python-syntax"]


def test_cycles_end(project: Path) -> None:
    for kind in ("extends", "include", "import"):
        name = " as x" if kind == "import" else ""
        write(project, f"templates/{kind}.html", f'{{% {kind} "{kind}2.html"{name} %}}')
        write(project, f"templates/{kind}2.html", f'{{% {kind} "{kind}.html"{name} %}}')
        write(project, f"templates/own_{kind}.html", f'{{% {kind} "own_{kind}.html"{name} %}}')
    rules = {rule for _, _, _, rule in places(report(project))}
    assert rules == {"template-cycle"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../app.py", "a\\b.html", "", "x" * 5000, "a//b.html", "./home.html"])
def test_hostile_template_names(project: Path, name: str) -> None:
    write(project, "app.py", APP.replace('"home.html"', repr(name)))
    report(project)


def test_hidden_folders_environments_and_caches_are_no_part(project: Path) -> None:
    for folder in (
        ".git",
        ".venv/lib",
        "node_modules/x",
        "__pycache__",
        "env/lib",
        ".tox/py",
        "x.egg-info",
        "build/lib",
    ):
        write(project, f"{folder}/bad.py", "def f(:\n")
    write(project, "env/pyvenv.cfg", "")
    assert places(report(project)) == []


def test_what_git_ignores_is_not_checked_but_there(project: Path) -> None:
    write(project, ".gitignore", "generated/\n/scratch.py\n!keep.py\n")
    write(project, "generated/bad.py", "def f(:\n")
    write(project, "scratch.py", "def f(:\n")
    write(project, "sub/.gitignore", "*.py\n!keep.py\n")
    write(project, "sub/bad.py", "def f(:\n")
    write(project, "sub/keep.py", "x = 1\n")
    write(project, "templates/.gitignore", "*.html\n")
    found = report(project)
    assert places(found) == []
    assert found.summary.templates == 1


def test_what_is_excluded_is_not_checked_but_there(project: Path) -> None:
    write(project, "templates/generated/gone.html", "{% if %}")
    write(project, "templates/generated/other.html", "\xff")
    write(project, "generated/bad.py", "def f(:\n")
    write(project, "app.py", APP.replace('"home.html"', '"generated/gone.html"'))
    config = Config(extend_exclude=("generated/",))
    found = check(Project(str(project), DiskHost()), config)
    assert str(found) == "app.py:13:21: unknown-template there is no template `gone.html`"


def test_folders_that_are_not_checked_may_be_closed(project: Path) -> None:
    write(project, "data/x.txt", "")
    write(project, ".gitignore", "data/\n")
    host = Failing(DiskHost(), "entries", "/data", PermissionError(13, "Permission denied"))
    assert places(report(project, host)) == []


def test_gitignore_files_above_the_project_count_inside_a_repository(tmp_path: Path) -> None:
    project = tmp_path / "one/two"
    write(project, "app.py", APP)
    write(project, "templates/home.html", "<p></p>")
    write(project, "skip/bad.py", "def f(:\n")
    write(tmp_path, ".gitignore", "/one/two/skip/\n")
    assert [place[0] for place in places(report(project))] == ["skip/bad.py"]
    (tmp_path / ".git").mkdir()
    assert places(report(project)) == []


def test_a_folder_asked_for_by_name_is_checked_though_hidden_or_ignored(project: Path) -> None:
    write(project, ".gitignore", "skip/\n.hidden/\n")
    write(project, "skip/bad.py", "def f(:\n")
    write(project, ".hidden/deep/bad.py", "def f(:\n")
    write(project, ".hidden/other/bad.py", "def f(:\n")
    assert places(report(project)) == []
    for folder in ("skip", ".hidden/deep"):
        found = check(Project(str(project), DiskHost(), (folder,)))
        assert [one.finding.at.path for one in found.diagnostics] == [f"{folder}/bad.py"]


def test_deeply_nested_folders(project: Path) -> None:
    write(project, "/".join(["d"] * 300 + ["bad.py"]).removeprefix("/"), "def f(:\n")
    assert [rule for _, _, _, rule in places(report(project))] == ["python-syntax"]


def test_a_project_that_is_not_there() -> None:
    found = check(Project("/nowhere", MemoryHost({})))
    assert [(one.rule, one.finding.at.path) for one in found.diagnostics] == [("unreadable-file", ".")]
