"""Findings put to the test: the requests of their witnesses, answered by the application in a process of its own.

Only that process, `python -m chirp.commands.replaying`, imports the application.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from chirp_check.diagnostic import Diagnostic
from chirp_check.engine import Analysis
from chirp_check.report.visible import plain
from chirp_check.source import Span
from chirp_check.witness import FAILS, Request, Witness, witnesses

REPLAYS = "chirp.commands.replaying"
MOST = 160  # characters of an error that are shown
LONGEST = 300  # seconds for all requests


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
        key=_writes,
    )
    start, answers = _replayed(analysis, replay, asked) if asked else (None, ())
    told = dict(zip(((id(witness), one) for witness, one in asked), answers, strict=False))
    found: list[Proof] = []
    for diagnostic, witness in cases:
        if witness is None:
            found.append(Proof(diagnostic, Verdict.OPEN, "no request is known that comes there"))
        elif start is not None:
            found.append(_unstarted(diagnostic, witness, start))
        else:
            known = [(one, told[id(witness), one]) for one in witness.requests if (id(witness), one) in told]
            found.append(judged(diagnostic, witness, known))
    return tuple(found)


def _writes(asked: tuple[Witness, Request]) -> bool:
    """Reading comes first: what others have written cannot stand in its way."""
    return asked[1].writes


def _cases(analysis: Analysis) -> Iterable[tuple[Diagnostic, Witness | None]]:
    """The diagnostics of the report that claim a failure, with their witnesses."""
    made = {(name, one.at, plain(one.message)): witness for name, one, witness in witnesses(analysis.model)}
    for one in analysis.report.diagnostics:
        key = (one.rule, one.finding.at, one.finding.message)
        if key in made:
            yield one, made[key]


def _unstarted(diagnostic: Diagnostic, witness: Witness, start: str) -> Proof:
    if witness.status is None and all(word in start for word in witness.says):
        return Proof(diagnostic, Verdict.PROVED, "the application does not start")
    return Proof(diagnostic, Verdict.OPEN, f"the application does not start: {start.splitlines()[-1]}")


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
        return any(all(word in error for word in witness.says) for error in answer.errors)
    return answer.status == FAILS and answer.reached


def _contradicts(witness: Witness, answer: Answer) -> bool:
    """Whether an answer cannot be had if the finding is right; another error may have come before."""
    if witness.status is None:
        return False
    if witness.status != FAILS:
        return answer.status is not None and (answer.status < 300 or answer.status in (404, 405))
    return witness.certain and answer.reached and not answer.errors


def _said(answer: Answer, words: Sequence[str] = ()) -> str:
    """An answer in words, with the error that has the words."""
    telling = (one for one in answer.errors if all(word in one for word in words))
    error = next((f": {one[:MOST]}{'…' if one[MOST:] else ''}" for one in telling), "")
    return f"answers {answer.status}{error}" if answer.status is not None else f"no answer{error}"


def _replayed(
    analysis: Analysis, replay: Replay, asked: Sequence[tuple[Witness, Request]]
) -> tuple[str | None, tuple[Answer, ...]]:
    """Why the application does not start, if so, and its answers."""
    requests = [
        {
            "method": one.method,
            "path": one.path,
            "headers": dict(one.headers),
            "fields": dict(one.fields),
            **_watched(analysis, witness.reaches),
        }
        for witness, one in asked
    ]
    told = _asked(replay, json.dumps({"app": replay.app, "requests": requests}))
    answers = (Answer(one["status"], tuple(one["errors"]), one["reached"]) for one in told["answers"])
    return told["start"], tuple(answers)


def _watched(analysis: Analysis, place: Span | None) -> dict[str, object]:
    if place is None:
        return {"file": None, "first": 0, "last": 0}
    first, last = analysis.report.range(place)
    file = os.path.realpath(f"{analysis.report.root}/{place.path}")
    return {"file": file, "first": first.line, "last": last.line}


def _asked(replay: Replay, text: str) -> dict[str, Any]:
    command = [replay.python, "-m", REPLAYS]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user named
            command, input=text, cwd=replay.folder, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoReplay(f"the application did not answer within {LONGEST} s") from None
    except OSError as error:
        raise NoReplay(f"`{replay.python}` cannot be run: {(error.strerror or str(error)).lower()}") from error
    try:
        return cast("dict[str, Any]", json.loads(done.stdout))
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
        raise NoReplay(f"the application cannot be replayed: {last[0]}") from None
