"""Blind edits are drawn, run and checked; what counts as a failure of the contract is told from plain mistakes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.confirmed.edits import Edit, Edited, Piece, carried_out, chosen
from benchmarks.confirmed.htmx_words import unread
from benchmarks.confirmed.python_edits import PYTHON
from benchmarks.confirmed.template_edits import TEMPLATES
from benchmarks.confirmed.verdict import Checker, Where
from benchmarks.mutants.application import load

ROOT = Path(__file__).resolve().parent.parent.parent
NOTES = load(ROOT / "examples/notes")


@pytest.mark.timeout(600)  # eight seconds of processor time
def test_blind_edits_that_fail_are_found(tmp_path: Path) -> None:
    """Those of one seed in the smallest example, without a browser."""
    figures = tmp_path / "figures.json"
    command = ["-m", "benchmarks.confirmed", "--app", "notes", "--sample", "1", "--workers", "1", "--browse", "0"]
    done = subprocess.run(
        [sys.executable, *command, "--misses", "--alarms", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    outcomes = json.loads(figures.read_text(encoding="utf-8"))
    confirmed = [one for one in outcomes if one["state"] == "confirmed"]
    found = [one for one in confirmed if one["where"] not in (Where.ELSEWHERE, Where.NONE)]
    assert len({one["kind"] for one in confirmed}) >= 12, done.stdout
    assert len(found) >= 0.8 * len(confirmed), done.stdout
    assert {one["state"] for one in outcomes} >= {"confirmed", "plain", "differs", "same"}


def test_edits_are_the_same_for_the_same_seed() -> None:
    first, again, other = ([edit.key for edit in chosen(NOTES, {**PYTHON, **TEMPLATES}, 2, seed)] for seed in (1, 1, 2))
    assert first == again
    assert len(set(first)) == len(first) > 60
    assert first != other


def test_an_edit_knows_where_it_is() -> None:
    path = "templates/note.html"
    text = NOTES.files[path]
    one, other = text.index("outerHTML"), text.rindex("outerHTML")
    edited = carried_out(NOTES, Edit("", (Piece(path, one, one + 9, "x"), Piece(path, other, other + 9, "yy"))))
    new = edited.files[path]
    assert new is not None
    assert [new[start:end] for _, start, end in edited.ranges] == ["x", "yy"]
    assert (edited.was, edited.now) == ("outerHTML | outerHTML", "x | yy")


def test_what_is_said_is_set_against_the_edit() -> None:
    """At its range, or at the other end when it names what was edited; and nothing where nothing is wrong."""
    checker = Checker(NOTES)
    verdicts = [checker.judge(_edit(*words)) for words in WORDS]
    assert [verdict.where for verdict in verdicts] == [Where.RANGE, Where.OTHER, Where.NONE]
    assert [verdict.found for verdict in verdicts] == [True, True, False]
    assert verdicts[0].rules == ("unknown-block",)


WORDS = (
    ("app.py", 'Page("edit.html", "form"', 'Page("edit.html", "from"'),
    ("app.py", '@app.route("/notes/{id:int}/edit")\n', ""),
    ("templates/layout.html", "<title>Notes</title>", "<title>All notes</title>"),
)


def _edit(path: str, old: str, new: str) -> Edited:
    start = NOTES.files[path].index(old)
    return carried_out(NOTES, Edit("", (Piece(path, start, start + len(old), new),)))


def test_attributes_that_htmx_never_asks_for() -> None:
    read = ["hx-get", "hx-swap", "hx-swap-oob", "sse-connect", "hx-on:click", "hx-history", "class", "data-hx"]
    assert list(unread(read)) == []
    assert list(unread(["hx-gte", "sse-conect", "hx-swap-ob"])) == ["hx-gte", "sse-conect", "hx-swap-ob"]
