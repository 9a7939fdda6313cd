"""`python -m chirp.commands.replaying`: what `chirp-check prove` asks of an application, put to it by `TestClient`.

JSON comes from standard input: `{"app", "explore", "enter", "requests": [{"method", "path", "route", "headers",
"fields", "file", "first", "last"}]}`. Lines of JSON go to standard output, each as soon as it is known: first
`{"start"}`, null or why the application does not start, then for each request a list of `{"path", "fields", "status",
"errors", "reached"}`: one for each way in which it was made, with what the pages of the application name (`explore`),
and as somebody who has signed in (`enter`). `reached` tells whether one of the lines of the file ran. Only this process
imports the application.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from types import CodeType
from typing import TypedDict

from chirp.app import App
from chirp.commands.exploring import Variant, Visitor
from chirp.commands.loading import LoadError, find_app
from chirp.middleware.csrf import csrf_exempt
from chirp.testing import TestClient

PATIENCE = 2.0  # seconds for the end of an answer that is sent in pieces
TOOL = sys.monitoring.DEBUGGER_ID


class Wanted(TypedDict):
    """One request, the path of the route it is for, and the lines that are watched; without a file none are."""

    method: str
    path: str
    route: str | None
    headers: dict[str, str]
    fields: dict[str, str]
    file: str | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Visits:
    """What is done before: whether the pages are looked at, and whether what is at their entrances is sent."""

    explores: bool
    enters: bool


class Answer(TypedDict):
    """What came of it: the status, None when there was no answer, and what was raised or logged as an error."""

    path: str
    fields: dict[str, str]
    status: int | None
    errors: list[str]
    reached: bool


class Watch(logging.Handler):
    """Notes the errors that the application logs, and whether lines of a file run, whatever thread they run in."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self.reached: bool = False
        self._file: str | None = None
        self._lines = range(0)

    def begin(self, file: str | None, lines: range) -> None:
        """Forget what was, and watch these."""
        self.errors = []
        self.reached = False
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

        def tell(line: object) -> None:
            print(json.dumps(line), file=out, flush=True)

        visits = Visits(explores=wanted["explore"], enters=wanted["enter"])
        start = replay(wanted["app"], wanted["requests"], tell, visits)
        if start is not None:
            tell({"start": start})
    return 0


def replay(target: str | None, requests: list[Wanted], tell: Callable[[object], None], visits: Visits) -> str | None:
    """Tell what an application answers to requests; gives why it does not start."""
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
        asyncio.run(_answered(app, requests, watch, tell, visits))
    except LoadError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the boundary: starting runs the user's code, which may raise anything
        return "\n".join(told(error))
    finally:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)
        logging.getLogger("chirp").removeHandler(watch)
    return None


def _let_in(app: App) -> None:
    """Ask for no token: what is in question is what comes behind that."""
    for route in app.describe().routes:
        with suppress(AttributeError):  # an object that takes no mark, which keeps its guard
            csrf_exempt(route.handler)


async def _answered(
    app: App, requests: list[Wanted], watch: Watch, tell: Callable[[object], None], visits: Visits
) -> None:
    async with TestClient(app, patience=PATIENCE) as client:
        visitor = Visitor(client, app)
        if visits.explores:
            await visitor.look()
        jars = [dict(client.cookies)]
        if visits.enters and await visitor.enter():
            jars.insert(0, dict(client.cookies))
        explored = visitor.explored
        tell({"start": None})
        for one in requests:
            answers: list[Answer] = []
            variants = explored.variants(one["method"], one["path"], one["route"], one["fields"])
            pending = [(variant, jar) for jar in jars for variant in variants]
            while pending and not (answers and answers[-1]["reached"] and answers[-1]["errors"]):
                variant, jar = pending.pop(0)
                client.cookies.clear()  # what was looked for has not been seen yet
                client.cookies.update(jar)
                answers.append(await _answer(client, one, variant, watch))
            tell(answers)


async def _answer(client: TestClient, wanted: Wanted, variant: Variant, watch: Watch) -> Answer:
    watch.begin(wanted["file"], range(wanted["first"], wanted["last"] + 1))
    status: int | None = None
    try:
        data = variant.fields or None
        answer = await client.request(wanted["method"], variant.path, headers=wanted["headers"], data=data)
        status = answer.status
    except Exception as error:  # noqa: BLE001 - the boundary: the answer broke off, or never ended
        watch.errors += told(error)
    errors, reached = watch.errors, watch.reached
    return {"path": variant.path, "fields": variant.fields, "status": status, "errors": errors, "reached": reached}


if __name__ == "__main__":
    sys.exit(main())
