"""One thread beside the reading loop: it analyses the newest snapshot and answers what was asked about it.

A snapshot that is no longer the newest is not waited for. A question waits for the newest; it can be withdrawn, and is
given up when its time is over, so that the reading loop never depends on an analysis.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Condition, Thread, Timer
from time import monotonic
from typing import Protocol

from chirp_lsp.messages import Code, Id

PATIENCE = 20.0
QUIET = 0.1
SWEEP = 2.0


class Stale(BaseException):
    """There is a newer snapshot than the one that is being analysed. No failure: guards against those let it pass."""


@dataclass(frozen=True, slots=True)
class Question[Result]:
    """A request that an analysis answers; `uri` is the document it is about, None for all of them."""

    id: Id
    uri: str | None
    answer: Callable[[Result], object]


class Outcome[Snapshot, Result](Protocol):
    """What the worker tells, from its own threads."""

    def analyse(self, snapshot: Snapshot, check: Callable[[], None]) -> Result:
        """Analyse; `check` raises `Stale` when it is no longer worth going on."""
        ...

    def finished(self, result: Result) -> None:
        """The newest snapshot has been analysed."""
        ...

    def is_current(self, result: Result) -> bool:
        """Whether a new analysis of the same snapshot would read the same files."""
        ...

    def answered(self, question: Question[Result], result: Result) -> None:
        """A question can be answered."""
        ...

    def refused(self, identity: Id, code: Code, reason: str) -> None:
        """A question will not be answered."""
        ...

    def failed(self, error: Exception) -> None:
        """An analysis has failed: a bug of ours."""
        ...


@dataclass(slots=True)
class _Waiting[Result]:
    question: Question[Result]
    timer: Timer


@dataclass(slots=True)
class _State[Snapshot, Result]:
    """`wanted` is analysed at `due`, or as soon as somebody asks; without it `result` is of the newest snapshot."""

    newest: Snapshot | None = None
    wanted: Snapshot | None = None
    due: float = 0.0
    result: Result | None = None
    waiting: dict[Id, _Waiting[Result]] = field(default_factory=dict[Id, _Waiting[Result]])


class Worker[Snapshot, Result]:
    """Runs analyses one after the other. All methods return at once and may be called from any thread."""

    def __init__(self, outcome: Outcome[Snapshot, Result], *, sweeps: bool) -> None:
        self._outcome = outcome
        self._sweeps = sweeps
        self._changed = Condition()
        self._state = _State[Snapshot, Result]()
        self._thread = Thread(target=self._run, name="analysis", daemon=True)

    def start(self) -> None:
        """Begin to work, unless that has been done."""
        if self._thread.ident is None:
            self._thread.start()

    def submit(self, snapshot: Snapshot, delay: float = QUIET) -> None:
        """Make this the newest snapshot; it is analysed after `delay` seconds without another."""
        with self._changed:
            self._state.newest = self._state.wanted = snapshot
            self._state.due = monotonic() + delay
            self._changed.notify()

    def ask(self, question: Question[Result]) -> bool:
        """Have a question answered by the newest snapshot's analysis; False when one of its id is waiting already."""
        timer = Timer(PATIENCE, self._give_up, (question.id,))
        timer.daemon = True
        with self._changed:
            if question.id in self._state.waiting:
                return False
            self._state.waiting[question.id] = _Waiting(question, timer)
            self._changed.notify()
        timer.start()
        return True

    def withdraw(self, identity: Id) -> bool:
        """Forget a question; False when it is not waiting."""
        return bool(self._take((identity,)))

    def withdraw_about(self, uri: str) -> tuple[Question[Result], ...]:
        """Forget the questions about a document."""
        with self._changed:
            concerned = tuple(key for key, one in self._state.waiting.items() if one.question.uri == uri)
        return self._take(concerned)

    def _take(self, identities: Iterable[Id]) -> tuple[Question[Result], ...]:
        with self._changed:
            found = [one for key in identities if (one := self._state.waiting.pop(key, None)) is not None]
        for one in found:
            one.timer.cancel()
        return tuple(one.question for one in found)

    def _give_up(self, identity: Id) -> None:
        if self._take((identity,)):
            self._outcome.refused(identity, Code.REQUEST_FAILED, "the analysis takes too long")

    def _run(self) -> None:
        while True:
            snapshot = self._next()
            if snapshot is not None:
                self._analyse(snapshot)
            elif self._state.result is not None:
                self._attend(self._state.result)

    def _attend(self, result: Result) -> None:
        """Answer what waits; with nobody waiting, see whether files have changed."""
        questions = self._take(tuple(self._state.waiting))
        for question in questions:
            self._outcome.answered(question, result)
        if not questions and not self._outcome.is_current(result):
            self._again()

    def _next(self) -> Snapshot | None:
        """Wait for a snapshot to analyse; None when questions can be answered or files may have changed."""
        state = self._state
        with self._changed:
            while (delay := self._delay()) is None or delay > 0:
                if delay is None and state.waiting and state.result is not None:
                    return None
                notified = self._changed.wait(self._idle() if delay is None else delay)
                if not notified and state.wanted is None:
                    return None
            snapshot, state.wanted = state.wanted, None
            return snapshot

    def _delay(self) -> float | None:
        """How long until an analysis is due; None when none is wanted."""
        state = self._state
        if state.wanted is None and state.waiting and state.result is None:
            state.wanted = state.newest
        if state.wanted is None:
            return None
        return 0.0 if state.waiting else state.due - monotonic()

    def _idle(self) -> float | None:
        return SWEEP if self._sweeps and self._state.result is not None else None

    def _again(self) -> None:
        with self._changed:
            if self._state.wanted is None:
                self._state.wanted = self._state.newest
                self._state.due = monotonic()

    def _analyse(self, snapshot: Snapshot) -> None:
        try:
            result = self._outcome.analyse(snapshot, self._check)
            with self._changed:
                if self._state.wanted is not None:
                    return
                self._state.result = result
            self._outcome.finished(result)
        except Stale:
            return
        except Exception as error:  # noqa: BLE001 - the boundary: the server outlives a bug in an analysis
            self._state.result = None
            self._outcome.failed(error)
            for question in self._take(tuple(self._state.waiting)):
                self._outcome.refused(question.id, Code.INTERNAL_ERROR, "the analysis failed")

    def _check(self) -> None:
        if self._state.wanted is not None:
            raise Stale
