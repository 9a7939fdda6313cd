"""The benchmark of planted mistakes runs, knows every rule and carrier, and finds what it is to find in an example."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.mutants.carriers import ALSO, BEGIN, END, ENDED, unmarked
from benchmarks.mutants.mutation import Place, Proof
from benchmarks.mutants.operators import ALL

ROOT = Path(__file__).resolve().parent.parent
MISTAKES = [operator for operator in ALL if operator.proof is not Proof.SAME]

TEMPLATES = (
    "unknown-template", "unknown-block", "template-syntax", "template-cycle", "unknown-import", "bad-call",
    "unknown-slot", "unknown-filter", "unknown-test", "duplicate-block", "fragment-scope", "hoisted-guard",
    "orphan-block",
)  # fmt: skip
CONTEXT = ("missing-context", "maybe-missing-context", "duplicate-context", "never-none", "unknown-attribute")
ROUTES = (
    "unrouted-url", "unrouted-link", "wrong-method", "bad-path-value", "path-parameter", "duplicate-route",
    "duplicate-route-name", "unknown-route-name", "shadowed-route", "bad-registration", "bad-route-path",
)  # fmt: skip
SWAPS = (
    "unknown-target", "nested-page", "nested-id", "lost-target", "unswapped-error", "not-a-stream",
    "unknown-hx-attribute", "bad-hx-value", "unknown-selector", "missing-enctype", "missing-csrf", "unknown-event",
    "unquoted-attribute", "unknown-field", "duplicate-id", "missing-file",
)  # fmt: skip
RETURNS = ("unnegotiable-annotation", "unnegotiable-return", "wrong-annotation", "bad-return-arguments")
CARRIERS = (
    "as it stands", "constant", "Final constant", "imported constant", "class attribute", "enum member",
    "helper that gives the name", "helper in another module", "helper around the call",
    "helper around the call in another module", "partial", "conditional", "conditional pair", "f-string",
    "concatenation", "macro argument", "argument of an argument", "conditional expression",
    "condition in an attribute", "set", "let", "~",
)  # fmt: skip


def test_planted_mistakes_are_found(tmp_path: Path) -> None:
    """So many as the goal says, at the exact place; and nothing where there is no mistake."""
    figures = tmp_path / "figures.json"
    command = ["-m", "benchmarks.mutants", "--app", "examples/notes", "--sample", "1", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, *command, "--misses", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = json.loads(figures.read_text())
    counted = [one for one in outcomes if one["difference"] is not None and not one["control"]]
    assert len({one["operator"] for one in counted}) >= 100
    assert len({one["carrier"] for one in counted}) >= 20
    assert all(one["exact"] <= one["found"] for one in counted)
    assert not [one for one in outcomes if one["fault"]]
    assert not [one for one in outcomes if one["control"] and (one["others"] or one["difference"])]


def test_what_cannot_be_run_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.mutants", "--app", "examples/none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_there_are_enough_operators() -> None:
    assert len(MISTAKES) >= 200
    assert len({operator.name for operator in ALL}) == len(ALL)


@pytest.mark.parametrize("rule", [*TEMPLATES, *CONTEXT, *ROUTES, *RETURNS, *SWAPS])
def test_every_rule_has_an_operator(rule: str) -> None:
    assert [operator for operator in MISTAKES if operator.rule == rule]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_is_used_with_and_without_a_mistake(carrier: str) -> None:
    assert [operator for operator in MISTAKES if operator.carrier == carrier]
    controls = [operator for operator in ALL if operator.proof is Proof.SAME and operator.carrier == carrier]
    assert controls or carrier == "as it stands"


def test_marks_become_places() -> None:
    files, place = unmarked({"a.py": f'x = {BEGIN}f"{ALSO}é{ENDED}b"{END}\n', "b.py": "y\n"}, "some-rule")
    assert files == {"a.py": 'x = f"éb"\n', "b.py": "y\n"}
    assert place is not None
    assert place == Place("some-rule", "a.py", 4, 9)
    assert Place("some-rule", "a.py", 6, 7) in place.accepted
