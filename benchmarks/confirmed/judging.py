"""Edits of an example are drawn, run, looked at in a browser, and checked; what comes out are plain values."""

import multiprocessing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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
class Shown:
    """What running an edit showed. `asked` are the answers with other tags, `browsed` that a browser has looked."""

    state: str
    failure: str = ""
    text: str = ""
    asked: tuple[str, ...] = ()
    browsed: bool = False

    @property
    def wants_browser(self) -> bool:
        """Whether a browser may see what the answers do not tell."""
        return self.state == DIFFERS and bool(self.asked) and not self.browsed


@dataclass(frozen=True, slots=True)
class Task:
    """A part of the edits of an example: each `of`-th, from `at` on. At most `browse` of them go to a browser."""

    root: Path
    sample: int
    seed: int
    at: int
    of: int
    browse: int
    known: Mapping[str, Shown]


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
    asked: tuple[str, ...]
    browsed: bool
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
    shown = {edit.key: task.known[edit.key] for edit in edits if edit.key in task.known}
    _run(app, edits, shown, task.browse)
    checker = Checker(app)
    return [_outcome(checker, edit, shown[edit.key]) for edit in edits]


def _run(app: Application, edits: list[Edited], shown: dict[str, Shown], browse: int) -> None:
    """Fills in what running each edit shows, by its key."""
    left = [edit for edit in edits if edit.key not in shown]
    if not left and not (browse and any(one.wants_browser for one in shown.values())):
        return
    with Runner(app, SCRIPTS[app.root.name]) as runner:
        for edit in left:
            shown[edit.key] = _shown(runner.ran(edit))
        looks = [edit for edit in edits if shown[edit.key].wants_browser][:browse]
        if looks:
            with Chromium(runner) as chromium:
                for edit in looks:
                    shown[edit.key] = _looked(chromium, edit, shown[edit.key])


def _looked(chromium: Chromium, edit: Edited, shown: Shown) -> Shown:
    failures = chromium.judge(edit, shown.asked)
    if not failures:
        return replace(shown, browsed=True)
    return Shown(CONFIRMED, failures[0].kind, failures[0].text, browsed=True)


def _shown(ran: Ran) -> Shown:
    failure: Failure | None = ran.contract
    if failure is not None:
        return Shown(CONFIRMED, failure.kind, failure.text)
    if ran.failures:
        return Shown(PLAIN, ran.failures[0].kind, ran.failures[0].text)
    if not ran.differing:
        return Shown(SAME if ran.reached else UNREACHED)
    asked = tuple(name for name, how in ran.differing.items() if how == "tags")
    return Shown(DIFFERS, "tags" if asked else "texts", next(iter(ran.differing)), asked)


def _outcome(checker: Checker, edit: Edited, shown: Shown) -> Outcome:
    verdict = checker.judge(edit) if shown.state in (CONFIRMED, SAME, DIFFERS) else NOT_ASKED
    was, now = (" ".join(one.split())[:160] for one in (edit.was, edit.now))
    return Outcome(
        edit.key,
        edit.app,
        edit.kind,
        edit.line,
        was,
        now,
        shown.state,
        shown.failure,
        shown.text,
        shown.asked,
        shown.browsed,
        verdict.where,
        verdict.said,
        verdict.rules,
    )


def stored(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """As JSON keeps them."""
    return [asdict(one) for one in outcomes]


def known_from(rows: list[dict[str, Any]]) -> dict[str, Shown]:
    """What an earlier run showed, by the keys of its edits."""
    return {
        row["key"]: Shown(
            row["state"], row["failure"], row["text"], tuple(row.get("asked", ())), row.get("browsed", True)
        )
        for row in rows
    }
