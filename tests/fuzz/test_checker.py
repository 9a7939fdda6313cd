"""A short run of the fuzzers of the checker; `python -m benchmarks.fuzz.checker` goes on for longer."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.frontend.grammar import tag
from benchmarks.fuzz.checker import engine, files, growth, inputs, seeded
from benchmarks.fuzz.checker.pieces import CODE, TAGS, VALUES
from benchmarks.fuzz.checker.targets import TARGETS, Target
from benchmarks.fuzz.checker.texts import to_bytes, to_text

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = {"engine": 6, "growth": 4, "templates": 150, "python": 150}
always_the_same = settings(max_examples=60, deadline=None, derandomize=True, database=None)

pieces = st.one_of(st.sampled_from(TAGS), st.text(max_size=6))
tags = st.randoms(use_true_random=False).map(tag)
code = st.one_of(st.sampled_from(CODE), st.text(max_size=6))
edit = st.builds(
    engine.Edit, st.integers(0, 9), st.integers(0, 2_000), st.integers(0, 40), st.sampled_from((*TAGS, *CODE))
)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_texts(name: str) -> None:
    """Texts of each kind, changed at random, by a fixed seed."""
    tally = seeded.run(TARGETS[name], RUNS.get(name, 200), 20)
    assert {key: (one.what, one.text) for key, one in tally.defects.items() if key != "slow"} == {}


@always_the_same
@given(st.lists(st.one_of(pieces, tags), max_size=8).map("".join))
def test_templates(text: str) -> None:
    files.template(text)


@always_the_same
@given(st.lists(code, max_size=12).map("".join))
def test_python(text: str) -> None:
    files.module(text)


@always_the_same
@given(st.sampled_from(inputs.NAMES), st.lists(st.one_of(st.sampled_from(VALUES), st.text(max_size=4)), max_size=6))
def test_attributes(name: str, words: list[str]) -> None:
    inputs.attribute(f"{name}={''.join(words)}")


@settings(always_the_same, max_examples=8)
@given(st.integers(0, len(engine.projects()) - 1), st.lists(edit, min_size=1, max_size=2))
def test_a_project_while_it_is_edited(number: int, edits: list[engine.Edit]) -> None:
    engine.check_edits(engine.projects()[number], edits)


@always_the_same
@given(st.text(st.characters(codec=None), max_size=20))
def test_bytes_come_back(text: str) -> None:
    assert to_text(to_bytes(text)) == text


def test_a_written_project_is_read() -> None:
    edits = [engine.Edit(3, 17 * 9, 5, "{% end %}"), engine.Edit(0, 0, 0, "")]
    text = engine.written(12, [engine.Edit(3, 9, 5, "{% end %}"), engine.Edit(0, 0, 0, "")])
    assert engine.read(text) == (12, edits)


def test_what_does_not_hold_is_seen() -> None:
    """Each check can fail."""

    def breaks(text: str) -> None:
        assert "{%" not in text, "a tag"

    tally = seeded.run(Target(breaks, lambda: ["a{% b"], ("{%",), ()), 20, 1)
    (defect,) = tally.defects.values()
    assert defect.what.startswith("AssertionError: a tag")
    assert defect.times > 1
    assert tally.runs == 20


def test_steep_growth_is_seen() -> None:
    def steep(text: str) -> None:
        for _ in text:
            for _ in text:
                pass

    once, twice = growth.steps(steep, "a" * 50), growth.steps(steep, "a" * 100)
    assert twice > once * growth.STEEP


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="Atheris is not built for this machine")
def test_the_guided_fuzzer(tmp_path: Path) -> None:
    """It runs, follows branches, and leaves what came out."""
    command = [sys.executable, "-m", "benchmarks.fuzz.checker", "names", "--seconds", "3", "--seed", "1"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode in (0, 1), done.stderr  # what it finds depends on how far it comes
    assert "defects (seed 1)" in done.stdout
    tally = json.loads((tmp_path / "names/all.json").read_bytes())
    assert tally["runs"] > 0
    assert "cov: " in (tmp_path / "names/log").read_text()
