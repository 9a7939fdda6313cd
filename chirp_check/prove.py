"""Findings put to the test: the requests of their witnesses, answered by the application in a process of its own.

Only that process, `python -m chirp.commands.replaying`, imports the application.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, Queue
from subprocess import PIPE
from tempfile import TemporaryFile
from threading import Thread
from types import TracebackType
from typing import Any, Self

import msgspec

from chirp_check.diagnostic import Diagnostic
from chirp_check.engine import Analysis
from chirp_check.grammar.fields import takes_away
from chirp_check.report.visible import plain
from chirp_check.source import Span
from chirp_check.witness import FAILS, Request, Witness, witnesses

REPLAYS = "chirp.commands.replaying"
MOST = 160  # characters of an error that are shown
START = 180  # seconds for starting, and for a look at the pages
PATIENCE = 60  # seconds for the answers to one request
UNSTARTED = "the application does not start"
SILENCES = 5  # times that the application is started again after it did not answer


class Verdict(StrEnum):
    """What replaying says of a finding."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "not replayable"


@dataclass(frozen=True, slots=True)
class Proof:
    """A finding and what its replay says: `why` in a few words, and the request that decided."""

    diagnostic: Diagnostic
    verdict: Verdict
    why: str
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: the status, the errors, and whether the place in question was come to."""

    status: int | None
    errors: tuple[str, ...]
    reached: bool


SILENT = Answer(None, (f"it did not answer within {PATIENCE} s, or ended",), reached=False)

type Made = tuple[Request, Answer]


@dataclass(frozen=True, slots=True)
class Replay:
    """Where requests are answered: `folder` is the one to be in, `app` as `chirp run` takes it.

    `writing`: also those that may change data.
    """

    folder: str
    python: str
    app: str | None = None
    writing: bool = False


class NoReplay(Exception):
    """The process that answers requests did not end well; the message says how."""


def prove(analysis: Analysis, replay: Replay) -> tuple[Proof, ...]:
    """What replaying says of every finding that claims a failure. `NoReplay` when nothing could be replayed."""
    cases = tuple(_cases(analysis))
    asked = sorted(
        (
            (witness, one)
            for _, witness in cases
            if witness is not None
            for one in witness.requests
            if replay.writing or not one.writes
        ),
        key=_harm,
    )
    if replay.writing:  # what has been written by then may lead there
        asked += [one for one in asked if not one[1].writes and any(other.writes for other in one[0].requests)]
    start, answers = _replayed(analysis, replay, asked) if asked else (None, ())
    told: dict[tuple[int, Request], list[Made]] = {}
    for (claim, one), made in zip(asked, answers, strict=False):
        told.setdefault((id(claim), one), []).extend(made)
    found: list[Proof] = []
    for diagnostic, witness in cases:
        if witness is None:
            found.append(Proof(diagnostic, Verdict.OPEN, "no request is known that comes there"))
        elif start is not None:
            found.append(_unstarted(diagnostic, witness, start))
        else:
            known = [made for one in witness.requests for made in told.get((id(witness), one), ())]
            found.append(judged(diagnostic, witness, known))
    return tuple(found)


def _harm(asked: tuple[Witness, Request]) -> tuple[bool, bool]:
    """Reading comes first, what takes something away last: nothing that others look for is gone then."""
    request = asked[1]
    return request.writes, request.writes and takes_away(request.method, request.path, dict(request.fields).values())


def _cases(analysis: Analysis) -> Iterable[tuple[Diagnostic, Witness | None]]:
    """The diagnostics of the report that claim a failure, with their witnesses."""
    made = {(name, one.at, plain(one.message)): witness for name, one, witness in witnesses(analysis.model)}
    for one in analysis.report.diagnostics:
        key = (one.rule, one.finding.at, one.finding.message)
        if key in made:
            yield one, made[key]


def _unstarted(diagnostic: Diagnostic, witness: Witness, start: str) -> Proof:
    if witness.status is None and _says(start, witness.says):
        return Proof(diagnostic, Verdict.PROVED, f"{UNSTARTED}: {start.splitlines()[0]}")
    return Proof(diagnostic, Verdict.OPEN, f"{UNSTARTED}: {start.splitlines()[-1]}")


def judged(diagnostic: Diagnostic, witness: Witness, told: Sequence[tuple[Request, Answer]]) -> Proof:
    """What the answers to the requests of a witness say: one that fails as expected proves it."""
    if not told:
        return Proof(diagnostic, Verdict.OPEN, "its request may change data")
    for request, answer in told:
        if _shows(witness, answer):
            return Proof(diagnostic, Verdict.PROVED, _said(answer, witness.says), request)
    for request, answer in told:
        if _contradicts(witness, answer):
            return Proof(diagnostic, Verdict.REFUTED, _said(answer), request)
    if witness.status is None:
        return Proof(diagnostic, Verdict.REFUTED, "the application starts, and answers")
    request, answer = max(told, key=lambda one: one[1].reached)
    short = f"{_said(answer)}, and says nothing of it" if answer.reached else f"{_said(answer)}, before it came there"
    return Proof(diagnostic, Verdict.OPEN, short, request)


def _shows(witness: Witness, answer: Answer) -> bool:
    if witness.status not in (FAILS, None):  # what could have kept it from starting may wait for a request
        return answer.status == witness.status
    if witness.says:
        return any(_says(error, witness.says) for error in answer.errors)
    return answer.status == FAILS and answer.reached


def _contradicts(witness: Witness, answer: Answer) -> bool:
    """Whether an answer cannot be had if the finding is right; another error may have come before."""
    if witness.status is None:
        return False
    if witness.status != FAILS:
        return answer.status is not None and (answer.status < 300 or answer.status in (404, 405))
    return witness.certain and answer.reached and not answer.errors


def _says(error: str, words: Iterable[str]) -> bool:
    """Whether an error has all of these words, none of them as a piece of a longer one."""
    return all(_has(error, word) for word in words)


def _has(error: str, word: str) -> bool:
    at = error.find(word)
    while at >= 0:
        around = error[max(at - 1, 0) : at] + word[:1], word[-1:] + error[at + len(word) : at + len(word) + 1]
        if not any(len(one) == 2 and f"_{one}".isidentifier() for one in around):
            return True
        at = error.find(word, at + 1)
    return False


def _said(answer: Answer, words: Sequence[str] = ()) -> str:
    """An answer in words, with the error that has the words."""
    telling = (one for one in answer.errors if _says(one, words))
    error = next((f": {one[:MOST]}{'…' if one[MOST:] else ''}" for one in telling), "")
    return f"answers {answer.status}{error}" if answer.status is not None else f"no answer{error}"


def _replayed(
    analysis: Analysis, replay: Replay, asked: Sequence[tuple[Witness, Request]]
) -> tuple[str | None, list[list[Made]]]:
    """Why the application does not start, if so, and for each request how it was made and what was answered."""
    requests: list[dict[str, object]] = [
        {
            "method": one.method,
            "path": one.path,
            "route": one.route,
            "headers": dict(one.headers),
            "fields": dict(one.fields),
            **_watched(analysis, witness.reaches),
        }
        for witness, one in asked
    ]
    answers: list[list[Made]] = []
    explores, silent = True, 0
    while True:
        with _Process(
            replay,
            {
                "app": replay.app,
                "explore": explores,
                "enter": explores and replay.writing,
                "requests": requests[len(answers) :],
            },
        ) as process:
            first = process.line(START)
            if first is None and not explores:
                raise NoReplay(process.reason())
            if first is None:  # it may be a page that never ends, or that ends the process
                explores = False
                continue
            if first["start"] is not None:
                return first["start"], answers
            answers += _told(process, [one for _, one in asked[len(answers) :]])
        silent += 1
        if len(answers) == len(asked) or silent > SILENCES:
            return None, answers + [[(one, SILENT)] for _, one in asked[len(answers) :]]


def _told(process: _Process, requests: Sequence[Request]) -> Iterator[list[Made]]:
    """The answers to requests, up to the first that does not come."""
    for request in requests:
        told = process.line(PATIENCE)
        if told is None:
            yield [(request, SILENT)]
            return
        yield [_made(request, one) for one in told]


def _made(request: Request, told: dict[str, Any]) -> Made:
    """A request as it was made, and its answer."""
    made = msgspec.structs.replace(request, path=told["path"], fields=tuple(told["fields"].items()))
    return made, Answer(told["status"], tuple(told["errors"]), told["reached"])


def _watched(analysis: Analysis, place: Span | None) -> dict[str, object]:
    if place is None:
        return {"file": None, "first": 0, "last": 0}
    first, last = analysis.report.range(place)
    file = os.path.realpath(f"{analysis.report.root}/{place.path}")
    return {"file": file, "first": first.line, "last": last.line}


class _Process:
    """The process that answers requests, while it does; its lines are read as they come."""

    def __init__(self, replay: Replay, asked: dict[str, object]) -> None:
        self._replay = replay
        self._asked = asked
        self._lines: Queue[str] = Queue()
        self._open = ExitStack()
        self._has_ended = False

    def __enter__(self) -> Self:
        self._errors = self._open.enter_context(TemporaryFile())
        python = self._replay.python
        command = [python, "-m", REPLAYS]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter that the user named
                command, cwd=self._replay.folder, stdin=PIPE, stdout=PIPE, stderr=self._errors, encoding="utf-8"
            )
        except OSError as error:
            self._open.close()
            raise NoReplay(f"`{python}` cannot be run: {(error.strerror or str(error)).lower()}") from error
        Thread(target=self._read, daemon=True).start()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as pipe:
            json.dump(self._asked, pipe)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        self._open.close()

    def line(self, patience: float) -> Any:
        """The next line; None when it does not come in so many seconds, or the process has ended."""
        try:
            line = self._lines.get(timeout=patience)
        except Empty:
            return None
        self._has_ended = not line
        return json.loads(line) if line else None

    def reason(self) -> str:
        """Why it says nothing, when it should."""
        if not self._has_ended:
            return f"the application did not start within {START} s"
        code = self._process.wait()
        self._errors.seek(0)
        last = self._errors.read().decode(errors="replace").strip().splitlines()[-1:]
        return f"the application cannot be replayed: {(last or [f'it ended with {code}'])[0]}"

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put("")
