"""`python -m chirp.commands.replaying`: what `chirp-check prove` asks of an application, put to it by `TestClient`.

JSON comes from standard input and goes to standard output: `{"app", "requests": [{"method", "path", "headers",
"fields", "file", "first", "last"}]}` gives `{"start", "answers": [{"status", "errors", "reached"}]}`. `start` is null,
or why the application does not start; `reached` tells whether one of the lines of the file ran. Only this process
imports the application.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from types import CodeType
from typing import TypedDict

from chirp.app import App
from chirp.commands.loading import LoadError, find_app
from chirp.middleware.csrf import csrf_exempt
from chirp.testing import TestClient

PATIENCE = 2.0  # seconds for the end of an answer that is sent in pieces
TOOL = sys.monitoring.DEBUGGER_ID


class Wanted(TypedDict):
    """One request, and the lines that are watched while it is answered; without a file none are."""

    method: str
    path: str
    headers: dict[str, str]
    fields: dict[str, str]
    file: str | None
    first: int
    last: int


class Answer(TypedDict):
    """What came of it: the status, None when there was no answer, and what was raised or logged as an error."""

    status: int | None
    errors: list[str]
    reached: bool


class Watch(logging.Handler):
    """Notes the errors that the application logs, and whether lines of a file run, whatever thread they run in."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self.reached = False
        self._file: str | None = None
        self._lines = range(0)

    def begin(self, file: str | None, lines: range) -> None:
        """Forget what was, and watch these."""
        self.errors, self.reached = [], False
        self._file, self._lines = file, lines
        sys.monitoring.restart_events()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.errors += [] if error is None else list(told(error))

    def line(self, code: CodeType, line: int) -> object:
        """A line is about to run."""
        if line in self._lines and self._file is not None and os.path.realpath(code.co_filename) == self._file:
            self.reached = True
        return sys.monitoring.DISABLE


def told(error: BaseException) -> Iterator[str]:
    """An exception and what it came from, each as a line."""
    current: BaseException | None = error
    while current is not None:
        yield " ".join(f"{type(current).__name__}: {current}".split())
        current = current.__cause__ or current.__context__


def main() -> int:
    """Answer what standard input asks. What the application prints goes to standard error."""
    wanted = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        json.dump(replayed(wanted["app"], wanted["requests"]), out)
    return 0


def replayed(target: str | None, requests: list[Wanted]) -> dict[str, object]:
    """What an application answers to requests, or why it does not start."""
    watch = Watch()
    logging.getLogger("chirp").addHandler(watch)
    sys.monitoring.use_tool_id(TOOL, "chirp")
    try:
        app = find_app(target).app
        if app.config.debug:
            app.config = replace(app.config, skip_contract_checks=True)  # what they find is what is replayed
        _let_in(app)
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, watch.line)
        sys.monitoring.set_events(TOOL, sys.monitoring.events.LINE)
        return {"start": None, "answers": asyncio.run(_answers(app, requests, watch))}
    except LoadError as error:
        return {"start": str(error), "answers": []}
    except Exception as error:  # noqa: BLE001 - the boundary: starting runs the user's code, which may raise anything
        return {"start": "\n".join(told(error)), "answers": []}
    finally:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)
        logging.getLogger("chirp").removeHandler(watch)


def _let_in(app: App) -> None:
    """Ask for no token: what is in question is what comes behind that."""
    for route in app.describe().routes:
        with suppress(AttributeError):  # an object that takes no mark, which keeps its guard
            csrf_exempt(route.handler)


async def _answers(app: App, requests: list[Wanted], watch: Watch) -> list[Answer]:
    answers: list[Answer] = []
    async with TestClient(app, patience=PATIENCE) as client:
        for one in requests:
            watch.begin(one["file"], range(one["first"], one["last"] + 1))
            status: int | None = None
            try:
                data = one["fields"] or None
                answer = await client.request(one["method"], one["path"], headers=one["headers"], data=data)
                status = answer.status
            except Exception as error:  # noqa: BLE001 - the boundary: the answer broke off, or never ended
                watch.errors += told(error)
            answers.append({"status": status, "errors": watch.errors, "reached": watch.reached})
            client.cookies.clear()
    return answers


if __name__ == "__main__":
    sys.exit(main())
