"""The cache: says what a run without it says, whatever happened to it, and is only ever written in whole."""

import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path

import pytest

from chirp_check.config import Config
from chirp_check.engine import Project, Report, Session, check
from chirp_check.host import DiskCache, DiskHost, Forks
from chirp_check.recall import recall
from chirp_check.report.full import render

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "chirp_check.cli"]
MANY = 320  # files enough for a second process


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "notes", folder)
    (folder / "app.py").write_text((folder / "app.py").read_text().replace('"list"', '"lits"', 1))
    settle(folder)
    return folder


def settle(folder: Path) -> None:
    """Make every file older than what may change again without being seen to."""
    for path in folder.rglob("*"):
        before = time.time() - 60
        os.utime(path, (before, before))


def run(folder: Path, *, processes: Forks | None = None) -> Report:
    cache = DiskCache(str(folder / ".chirp_cache"), "test")
    return Session(Config(), cache=cache, processes=processes).report(Project(folder, DiskHost()))


def recalled(folder: Path) -> Report | None:
    return recall(Project(folder, DiskHost()), Config(), DiskCache(str(folder / ".chirp_cache"), "test"))


def said(report: Report) -> tuple[str, object, object]:
    return render(report), report.unknowns, report.summary


def plain(folder: Path) -> tuple[str, object, object]:
    return said(check(Project(folder, DiskHost())))


def test_an_unchanged_project_is_recalled(project: Path) -> None:
    assert recalled(project) is None
    first = run(project)
    known = recalled(project)
    assert known is not None
    assert said(known) == said(first) == plain(project)
    assert (project / ".chirp_cache" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("change", ["edit", "add", "remove", "touch", "same size"])
def test_a_change_is_seen(project: Path, change: str) -> None:
    run(project)
    template = next(project.rglob("*.html"))
    text = template.read_text()
    match change:
        case "edit":
            template.write_text(text + "{{ 1 ")
        case "add":
            (project / "templates" / "more.html").write_text("{% include 'gone.html' %}")
        case "remove":
            template.unlink()
        case "touch":
            template.touch()
        case _:
            template.write_text(text.replace("{%", "{{", 1))
    assert recalled(project) is None
    assert said(run(project)) == plain(project)


def test_a_file_changed_just_now_is_not_trusted(project: Path) -> None:
    template = next(project.rglob("*.html"))
    template.write_text(template.read_text())
    stamp = time.time_ns()
    os.utime(template, ns=(stamp, stamp))
    run(project)
    template.write_text(template.read_text().replace("{%", "{{", 1))
    os.utime(template, ns=(stamp, stamp))  # the same size, the same time
    assert recalled(project) is None
    assert said(run(project)) == plain(project)


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_cache_is_made_anew(project: Path, seed: int) -> None:
    expected = said(run(project))
    chance = random.Random(seed)
    for path in (project / ".chirp_cache").iterdir():
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice([1, 3, 20])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.choice([len(data), len(data) // 2, 0])])
    with_damage = run(project)
    assert said(with_damage) == expected
    assert not with_damage.failed


def test_a_cache_that_cannot_be_written(project: Path) -> None:
    (project / ".chirp_cache").write_text("a file in its place")
    assert said(run(project)) == plain(project)


def test_many_processes_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from chirp import App\n\napp = App()\n")
    (tmp_path / "templates").mkdir()
    for number in range(MANY):
        (tmp_path / "templates" / f"t{number}.html").write_text(f"<p id='x{number}'>{{% if a %}}{{{{ a }}}}\n")
    settle(tmp_path)
    for count in (1, 2, 3):
        assert said(run(tmp_path, processes=Forks(count))) == plain(tmp_path)
        DiskCache(str(tmp_path / ".chirp_cache"), "test").clean()
        assert not (tmp_path / ".chirp_cache").exists()


def test_kills_and_runs_at_once(project: Path) -> None:
    expected = subprocess.run([*COMMAND, "--no-cache"], cwd=project, capture_output=True, check=False).stdout
    for delay in (0.05, 0.15, 0.25, 0.35):
        killed = subprocess.Popen(COMMAND, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(delay)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    runs = [subprocess.Popen(COMMAND, cwd=project, stdout=subprocess.PIPE) for _ in range(4)]
    assert [one.communicate()[0] for one in runs] == [expected] * 4
    assert not [path for path in (project / ".chirp_cache").iterdir() if path.suffix.isdigit()]


class Reads(DiskHost):
    """The disk, with a list of the files that are read."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def read(self, path: str) -> bytes:
        self.paths.append(Path(path).name)
        return super().read(path)


def test_what_has_not_changed_is_neither_read_nor_asked_again(project: Path) -> None:
    run(project)
    template = project / "templates" / "note.html"
    template.write_text(template.read_text().replace("<span>", "<span hx-swop='none'>", 1))
    host, cache = Reads(), DiskCache(str(project / ".chirp_cache"), "test")
    session = Session(Config(), cache=cache)
    report = session.report(Project(project, host))
    assert set(host.paths) - {".gitignore"} == {"note.html"}
    assert said(report) == plain(project)


@pytest.mark.parametrize("seed", range(4))
def test_each_run_goes_on_from_the_one_before(tmp_path: Path, seed: int) -> None:
    """The files after one edit after the other, each seen by an engine of its own."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "tracker", folder)
    chance = random.Random(seed)
    files = {path: path.read_text() for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".html"}}
    run(folder)
    for _ in range(8):
        path = chance.choice(list(files))
        lines = files[path].split("\n")
        at = chance.randrange(len(lines))
        match chance.choice(["delete", "double", "remove", "restore"]):
            case "delete":
                path.write_text("\n".join(lines[:at] + lines[at + 1 :]))
            case "double":
                path.write_text("\n".join([*lines[:at], lines[at], *lines[at:]]))
            case "remove":
                path.unlink(missing_ok=True)
            case _:
                path.write_text(files[path])
        assert said(run(folder)) == plain(folder)


def test_an_answer_that_somebody_else_has_written_runs_nothing(project: Path) -> None:
    """Whoever can write into the cache can make it lie, and no more."""
    run(project)
    cache = DiskCache(str(project / ".chirp_cache"), "test")
    (found,) = (path for path in (project / ".chirp_cache").iterdir() if path.name.startswith("answers-"))
    name = found.name.removesuffix("-test")
    mark = project / "mark"
    words = (one.encode() for one in ("chirp_check.model.annotations", "builtins.open.__self__.FileIO"))
    through = b"\x80\x04" + b"".join(b"\x8c" + bytes([len(one)]) + one for one in words) + b"\x93"
    through += pickle.dumps((str(mark), "w"), 4)[2:-1] + b"R."
    for forged in (pickle.dumps(Runs(open, str(mark), "w")), pickle.dumps(Runs(FileIO, str(mark), "w")), through):
        pickle.loads(forged).close()  # which runs it
        mark.unlink()
        cache.write(name, forged)
        (project / "app.py").touch()
        assert said(run(project)) == plain(project)
        assert not mark.exists()


class Runs:
    """Something that runs when it is read back as any pickle is."""

    def __init__(self, what: Callable[..., object], *given: object) -> None:
        self._what = what, given

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._what
