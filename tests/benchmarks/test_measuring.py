"""The benchmarks of the checker run, and what they are made of is right: generated projects, rewrites, counts."""

import asyncio
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.check.edits import EDITS, edited
from benchmarks.check.project import project
from benchmarks.check.table import Row
from benchmarks.metamorphic.rewriting import Edit, Place, Rewrite, Taken, applied
from benchmarks.references.scan import references
from chirp import App
from chirp.testing import TestClient
from chirp_check.engine import Project, check
from chirp_check.host import DiskHost, MemoryHost

ROOT = Path(__file__).resolve().parent.parent.parent


def run(module: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def test_generated_projects_have_no_finding_and_grow() -> None:
    small, large = project(20), project(60)
    assert small == project(20)
    assert [sum(path.endswith(".html") for path in one) for one in (small, large)] == [20, 60]
    report = check(Project("/site", MemoryHost({f"/site/{path}": text for path, text in large.items()})))
    assert str(report) == ""
    assert report.summary.routes > 60
    assert report.summary.resolved > 0.98 * report.summary.references


async def answers(app: App, paths: Sequence[str]) -> Counter[int]:
    found: Counter[int] = Counter()
    async with TestClient(app) as client:
        for path in paths:
            for headers in ({}, {"HX-Request": "true"}):
                found[(await client.get(path, headers=headers)).status] += 1
    return found


def test_a_generated_project_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = project(30)
    write(tmp_path, files)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    try:
        spec = importlib.util.spec_from_file_location("generated_app", tmp_path / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        routes = re.findall(r'route\("([^"]*)"\)', "".join(files.values()))
        found = asyncio.run(answers(module.app, [path.replace("{id:int}", "1") for path in routes]))
    finally:
        for name in [one for one in sys.modules if one.partition(".")[0] == "web"]:
            del sys.modules[name]
    assert set(found) == {200}
    assert found.total() > 50


def test_every_edit_finds_its_place(tmp_path: Path) -> None:
    files = project(60)
    write(tmp_path, files)
    for edit in EDITS:
        with edited(tmp_path, edit):
            report = check(Project(tmp_path, DiskHost()))
        assert bool(report.diagnostics) == ("mistake" in edit.kind), (edit.kind, str(report))
    assert all((tmp_path / path).read_text() == text for path, text in files.items())


def test_the_measurement_runs() -> None:
    done = run("check", "--sizes", "20", "--rounds", "1", "--only", "cold,engine")
    assert done.stderr == ""
    assert "cold, 20 templates: times one parse" in done.stdout
    assert all(edit.kind in done.stdout for edit in EDITS if edit.usual)


def test_rows_say_whether_the_goal_is_reached() -> None:
    assert not Row("a", 2, 1.5).ok
    assert Row("a", 2, 1.5, at_least=True).ok
    assert "falls short" in str(Row("a", 2, 1.5))


def test_places_move_with_the_text() -> None:
    files = {"a.py": "one = two(3)\n", "b.py": "other\n"}
    moved = Rewrite(
        (Edit("a.py", 0, 0, ("# new\n",)), Edit("a.py", 6, 12, ("(", Taken("a.py", 6, 12), ")"))),
        {"c.py": ("x = ", Taken("a.py", 10, 11))},
        {"b.py": "d.py"},
    )
    after, moves = applied(files, moved)
    assert after == {"a.py": "# new\none = (two(3))\n", "c.py": "x = 3", "d.py": "other\n"}
    assert moves.images(Place("a.py", 10, 11)) == {Place("a.py", 17, 18), Place("c.py", 4, 5)}
    assert Place("a.py", 12, 20) in moves.images(Place("a.py", 6, 12))
    assert moves.images(Place("b.py", 0, 5)) == {Place("d.py", 0, 5)}


def test_rewrites_keep_meaning_and_findings() -> None:
    done = run("metamorphic", "--app", "notes", "--kind", "literal to", "--count", "60", "--prove", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "literal to " in done.stdout


def test_references_are_counted_by_tokens() -> None:
    handler = 'def a():\n    return Fragment(NOTE, "row", target="x", when=f"/a/{1}")\n'
    python = f'NOTE = "note.html"\n\n@app.route("/a")\n{handler}'
    shown = '<a href="/a" hx-get="/b/{{ c }}" hx-target="#d">{{ link("/e") }}</a>{# <a href="/z"> #}'
    template = f'{{% include "a.html" %}}{shown}'
    found = Counter(one.kind for one in references({"a.py": python, "note.html": template}))
    assert found == {"template": 2, "route": 1, "context": 1, "block": 1, "target": 2, "URL": 3, "link": 1}


def test_the_references_of_the_small_example_are_resolved() -> None:
    done = run("references", "--app", "notes")
    assert done.stderr == ""
    assert re.search(r"^template +(\d+) of +\1 ", done.stdout, re.MULTILINE), done.stdout
