"""The worker answers about the newest snapshot, and nobody waits for ever."""

from collections.abc import Callable, Iterator
from queue import Queue
from threading import Event

import pytest

from chirp_lsp import worker as module
from chirp_lsp.messages import Code, Id
from chirp_lsp.worker import Question, Stale, Worker

PATIENCE = 60


class Recorder:
    """Analyses strings: to themselves in upper case, or never when they are "hang", or not when they are "fail"."""

    def __init__(self) -> None:
        self.said: Queue[tuple[object, ...]] = Queue()
        self.begun = Event()
        self.release = Event()
        self.current = True

    def analyse(self, snapshot: str, check: Callable[[], None]) -> str:
        self.begun.set()
        if snapshot == "fail":
            raise LookupError(snapshot)
        if snapshot == "hang":
            while not self.release.wait(0.01):
                pass
        if snapshot == "ask":
            while not self.release.wait(0.01):
                try:
                    check()
                except Stale:
                    self.said.put(("stale", snapshot))
                    raise
        return snapshot.upper()

    def finished(self, result: str) -> None:
        self.said.put(("finished", result))

    def is_current(self, result: str) -> bool:
        return self.current

    def answered(self, question: Question[str], result: str) -> None:
        self.said.put(("answered", question.id, question.answer(result)))

    def refused(self, identity: Id, code: Code, reason: str) -> None:
        self.said.put(("refused", identity, code))

    def failed(self, error: Exception) -> None:
        self.said.put(("failed", type(error)))

    def next(self) -> tuple[object, ...]:
        return self.said.get(timeout=PATIENCE)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.release.set()


def started(recorder: Recorder, *, sweeps: bool = False) -> Worker[str, str]:
    worker = Worker(recorder, sweeps=sweeps)
    worker.start()
    return worker


def question(identity: Id, uri: str | None = None) -> Question[str]:
    return Question(identity, uri, lambda result: f"about {result}")


def test_a_question_is_answered_from_the_newest_snapshot(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("old", delay=60)
    worker.submit("new", delay=60)
    worker.ask(question(1))
    assert recorder.next() == ("finished", "NEW")
    assert recorder.next() == ("answered", 1, "about NEW")
    worker.ask(question(2))
    assert recorder.next() == ("answered", 2, "about NEW")


def test_what_is_no_longer_wanted_is_given_up(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("ask", delay=0)
    assert recorder.begun.wait(PATIENCE)
    worker.submit("b", delay=0)
    assert recorder.next() == ("stale", "ask")
    assert recorder.next() == ("finished", "B")


def test_a_result_that_came_too_late_is_not_told(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("hang", delay=0)
    assert recorder.begun.wait(PATIENCE)
    worker.submit("b", delay=0)
    recorder.release.set()
    assert recorder.next() == ("finished", "B")


def test_changes_are_collected(recorder: Recorder) -> None:
    worker = started(recorder)
    for text in "abc":
        worker.submit(text, delay=0.2)
    assert recorder.next() == ("finished", "C")
    assert recorder.said.empty()


def test_a_question_that_waits_too_long_is_refused(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    worker = started(recorder)
    worker.submit("hang", delay=0)
    worker.ask(question(1))
    assert recorder.next() == ("refused", 1, Code.REQUEST_FAILED)


def test_withdrawn_questions_are_not_answered(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("hang", delay=0)
    worker.ask(question(1))
    worker.ask(question(2, "file:///a"))
    worker.ask(question(3, "file:///b"))
    assert worker.withdraw(1)
    assert not worker.withdraw(1)
    assert [one.id for one in worker.withdraw_about("file:///a")] == [2]
    recorder.release.set()
    assert recorder.next() == ("finished", "HANG")
    assert recorder.next() == ("answered", 3, "about HANG")


def test_two_questions_of_one_id_do_not_replace_each_other(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("hang", delay=0)
    assert worker.ask(question(1))
    assert not worker.ask(question(1))
    recorder.release.set()
    assert recorder.next() == ("finished", "HANG")
    assert recorder.next() == ("answered", 1, "about HANG")
    assert worker.ask(question(1))


def test_a_failure_refuses_what_waits_and_the_next_snapshot_is_analysed(recorder: Recorder) -> None:
    worker = started(recorder)
    worker.submit("fail", delay=60)
    worker.ask(question(1))
    assert recorder.next() == ("failed", LookupError)
    assert recorder.next() == ("refused", 1, Code.INTERNAL_ERROR)
    worker.ask(question(2))
    assert recorder.next() == ("failed", LookupError)
    assert recorder.next() == ("refused", 2, Code.INTERNAL_ERROR)
    worker.submit("b", delay=0)
    assert recorder.next() == ("finished", "B")


def test_files_that_change_are_noticed_without_being_told(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP", 0.05)
    worker = started(recorder, sweeps=True)
    worker.submit("a", delay=0)
    assert recorder.next() == ("finished", "A")
    recorder.current = False
    assert recorder.next() == ("finished", "A")
