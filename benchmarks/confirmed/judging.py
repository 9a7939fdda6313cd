"""Edits of an example are drawn, run, looked at in a browser, and checked; what comes out are plain values."""

import multiprocessing
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.confirmed.browsing import Chromium
from benchmarks.confirmed.edits import Edited, chosen
from benchmarks.confirmed.probe import Failure
from benchmarks.confirmed.python_edits import PYTHON
from benchmarks.confirmed.running import Ran, Runner
from benchmarks.confirmed.template_edits import TEMPLATES
from benchmarks.confirmed.verdict import NOT_ASKED, Checker, Where
from benchmarks.mutants.application import Application, load
from benchmarks.mutants.scripts import SCRIPTS

CONFIRMED, PLAIN, DIFFERS, SAME, UNREACHED = "confirmed", "plain", "differs", "same", "unreached"


@dataclass(frozen=True, slots=True)
class Task:
    """A part of the edits of an example: each `of`-th, from `at` on."""

    root: Path
    sample: int
    seed: int
    at: int
    of: int
    browser: bool
    known: Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One edit: what it is, what running it showed, and what the checker said.

    `state`: CONFIRMED is a failure of the contract, PLAIN another failure, DIFFERS another answer without one, SAME no
    difference at all, UNREACHED that nothing comes to what was edited.
    """

    key: str
    app: str
    kind: str
    line: str
    was: str
    now: str
    state: str
    failure: str
    text: str
    where: str
    said: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether a finding points at the edit."""
        return self.where in (Where.RANGE, Where.LINE, Where.OTHER)


def parses(edit: Edited) -> bool:
    """Whether the edited Python is Python: what is none, every tool reports."""
    for path, text in edit.files.items():
        if path.endswith(".py") and text is not None:
            try:
                compile(text, path, "exec")
            except SyntaxError, ValueError:
                return False
    return True


def run(tasks: list[Task], workers: int) -> list[Outcome]:
    """The outcomes of all tasks, spread over processes."""
    if workers <= 1:
        return [one for task in tasks for one in work(task)]
    with multiprocessing.get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
        return [one for part in pool.imap(work, tasks) for one in part]


def work(task: Task) -> list[Outcome]:
    """The outcomes of one task."""
    app = load(task.root)
    drawn = [one for one in chosen(app, {**PYTHON, **TEMPLATES}, task.sample, task.seed) if parses(one)]
    edits = drawn[task.at :: task.of]
    states = {key: state for key, state in task.known.items() if key in {edit.key for edit in edits}}
    left = [edit for edit in edits if edit.key not in states]
    if left:
        states |= _run(app, left, browser=task.browser)
    checker = Checker(app)
    return [_outcome(checker, edit, *states[edit.key]) for edit in edits]


def _run(app: Application, edits: list[Edited], *, browser: bool) -> dict[str, tuple[str, str, str]]:
    """State, kind and text of the failure of each edit, by key."""
    with Runner(app, SCRIPTS[app.root.name]) as runner:
        ran = {edit.key: runner.ran(edit) for edit in edits}
        looks = {edit.key: edit for edit in edits if _wants_browser(ran[edit.key])}
        if browser and looks:
            with Chromium(runner) as chromium:
                for key, edit in looks.items():
                    ran[key] = _looked(chromium, edit, ran[key])
    return {key: _state(one) for key, one in ran.items()}


def _wants_browser(ran: Ran) -> bool:
    return not ran.failures and "tags" in ran.differing.values()


def _looked(chromium: Chromium, edit: Edited, ran: Ran) -> Ran:
    asked = [name for name, how in ran.differing.items() if how == "tags"]
    return Ran(chromium.judge(edit, asked), ran.differing, ran.reached)


def _state(ran: Ran) -> tuple[str, str, str]:
    failure: Failure | None = ran.contract
    if failure is not None:
        return CONFIRMED, failure.kind, failure.text
    if ran.failures:
        return PLAIN, ran.failures[0].kind, ran.failures[0].text
    if ran.differing:
        most = max(ran.differing.values(), key=("numbers", "texts", "tags").index)
        return DIFFERS, most, next(iter(ran.differing))
    return (SAME if ran.reached else UNREACHED), "", ""


def _outcome(checker: Checker, edit: Edited, state: str, failure: str, text: str) -> Outcome:
    verdict = checker.judge(edit) if state in (CONFIRMED, SAME, DIFFERS) else NOT_ASKED
    was, now = (" ".join(one.split())[:160] for one in (edit.was, edit.now))
    return Outcome(
        edit.key,
        edit.app,
        edit.kind,
        edit.line,
        was,
        now,
        state,
        failure,
        text,
        verdict.where,
        verdict.said,
        verdict.rules,
    )


def stored(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """As JSON keeps them."""
    return [asdict(one) for one in outcomes]
