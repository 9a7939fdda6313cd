"""The same input gives the same bytes, whatever the order of files, of hashing, or the current folder."""

import os
import random
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from chirp_check.engine import Project, check
from chirp_check.host import DiskHost, Entry, MemoryHost, OverlayHost
from chirp_check.report import full, json

ROOT = Path(__file__).resolve().parent.parent.parent
APP = """\
from chirp import App, Fragment, Template
from {other} import render

app = App()


@app.route("/")
def home():
    return Fragment("home.html", "mian")


@app.route("/{{x}}")
def page(x):
    return render("gone.html") if x else Template("home.html")
"""
OTHER = """\
from chirp import Template


def render(name):
    return Template(name)  # chirp: ignore[unknown-block]


render("away.html")
"""
PAGE = """\
{% extends "base.html" %}
{% block main %}<a hx-get="/none/at/all" hx-target="#nowhere">x</a>{% end %}
{{ a b }} {% if %}
"""
FILES = {
    "app.py": APP.format(other="other"),
    "other.py": OTHER,
    "broken.py": "def f(:\n",
    "templates/home.html": PAGE,
    "templates/base.html": '<i id="here">{% block main %}{% end %}{% include "none.html" %}</i>',
    "templates/bad.html": "{% if x %}{# chirp: ignore #}",
}


class Shuffled(MemoryHost):
    """A host that lists folders in another order each time."""

    def entries(self, folder: str) -> tuple[Entry, ...]:
        found = list(super().entries(folder))
        random.shuffle(found)
        return tuple(found)


def output(host: MemoryHost | OverlayHost, root: str = "/p") -> str:
    found = check(Project(root, host))
    return full.render(found) + json.render(found)


def test_the_project_says_something() -> None:
    rules = {one.rule for one in check(Project("/p", MemoryHost({f"/p/{k}": v for k, v in FILES.items()}))).diagnostics}
    assert {"python-syntax", "template-syntax", "unknown-template", "bare-ignore", "unused-ignore"} <= rules


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(list(FILES)))
def test_order_of_files(order: list[str]) -> None:
    expected = output(MemoryHost({f"/p/{path}": text for path, text in FILES.items()}))
    assert output(Shuffled({f"/p/{path}": FILES[path] for path in order})) == expected


def test_the_root_does_not_show() -> None:
    one = output(MemoryHost({f"/p/{path}": text for path, text in FILES.items()}))
    assert (
        output(MemoryHost({f"/some/where/else/{path}": text for path, text in FILES.items()}), "/some/where/else")
        == one
    )


def test_an_overlay_is_as_good_as_the_disk(tmp_path: Path) -> None:
    expected = output(MemoryHost({f"/p/{path}": text for path, text in FILES.items()}))
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x y z" if path.endswith(".py") else text, encoding="utf-8")
    (tmp_path / "broken.py").unlink()
    texts = {str(tmp_path / path): text for path, text in FILES.items() if path.endswith(".py")}
    assert output(OverlayHost(DiskHost(), texts), str(tmp_path)) == expected


def test_hashing_and_the_current_folder(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    outputs = {run(tmp_path, cwd, seed) for cwd, seed in ((tmp_path, "0"), (tmp_path / "templates", "1"), (ROOT, "2"))}
    assert len(outputs) == 1
    assert b"unknown-template" in outputs.pop()


def run(project: Path, cwd: Path, seed: str) -> bytes:
    command = [sys.executable, "-m", "chirp_check.cli", str(project), "--output-format", "json"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr
    return done.stdout
