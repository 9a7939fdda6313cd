"""Variants in a real browser with the htmx that the framework brings: every gesture of a page, and what goes wrong."""

import logging
import os
import shutil
import signal
import socket
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

import uvicorn
from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.confirmed.edits import Edited
from benchmarks.confirmed.probe import Failure, alike, numberless
from benchmarks.confirmed.running import Runner
from benchmarks.mutants.copies import quiet
from benchmarks.mutants.scripts import Step

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 20_000  # milliseconds, for what should happen
NOTHING = 8  # seconds after which a gesture is without a request
GESTURES, PAGES = 5, 2  # at most so many on a page, and so many pages of a variant
WATCHING = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
SUBMIT = """([path, fields]) => {
  const form = [...document.forms].find((one) => new URL(one.action).pathname === path);
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


class Chromium:
    """One browser for many variants of an example. A context manager; `normal` are the faults of the original."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._normal: frozenset[str] = frozenset()
        self._shapes: dict[str, frozenset[str]] = {}
        self._browser: Browser
        self._page: Page
        self._origin = ""
        self._faults: dict[str, Failure] = {}

    def __enter__(self) -> Self:
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        context = self._browser.new_context()
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCHING)
        self._page = context.new_page()
        self._page.on("pageerror", lambda error: self._note("script", f"an exception in a script: {error}"))
        faults: set[str] = set()
        for _ in range(2):  # what comes and goes is normal too
            faults |= {one.text for one in self._visited({}, self._runner.script.pages, None)}
        self._normal = frozenset(faults)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._browser.close()
        self._playwright.stop()

    def judge(self, edit: Edited, asked: Iterable[str]) -> tuple[Failure, ...]:
        """What goes wrong with a variant and not with the original, on the pages that have to do with some answers."""
        pages = self._pages(asked)
        found = self._visited(edit.files, pages, self._shapes) if pages else []
        return tuple(one for one in found if one.text not in self._normal)

    def _pages(self, asked: Iterable[str]) -> tuple[str, ...]:
        """The pages with elements that ask, then those whose own answer differs."""
        known = set(self._runner.script.pages)
        asking = [name.rpartition(" from ")[2] for name in asked if " from " in name]
        own = [name.split(" ")[1] for name in asked if name.startswith("GET ") and name.endswith(" browser")]
        pages = [page for page in dict.fromkeys((*asking, *own)) if page in known and page in self._shapes]
        return tuple(pages[:PAGES])

    def _visited(
        self, files: Mapping[str, str | None], pages: tuple[str, ...], known: Mapping[str, frozenset[str]] | None
    ) -> list[Failure]:
        self._page.context.clear_cookies()
        self._faults.clear()
        with served(self._runner, files) as origin:
            self._origin = origin
            for step in self._runner.script.before:
                self._submit(step)
            for path in pages:
                self._visit(path, known)
                if known is not None and self._has_failed():
                    break
            self._page.goto("about:blank")
        return list(self._faults.values())

    def _has_failed(self) -> bool:
        return any(text not in self._normal for text in self._faults)

    def _visit(self, path: str, known: Mapping[str, frozenset[str]] | None) -> None:
        """A page, and each gesture on a fresh copy of it."""
        page = self._page
        if not self._opened(path):
            return
        self._look(path)
        listed: list[dict[str, Any]] = page.evaluate("watching.listed()")
        once = list({one["key"]: one for one in reversed(listed)}.values())[::-1]
        if known is None:
            self._shapes[path] = frozenset(one["shape"] for one in listed)
        else:
            once.sort(key=lambda one: one["shape"] in known[path])  # what is not in the original comes first
            once = once[:GESTURES]
        for one in once:
            if known is not None and self._has_failed():
                return
            if self._opened(path):
                self._use(path, one)

    def _note(self, kind: str, text: str) -> None:
        text = numberless(" ".join(text.split()))[:200]
        self._faults.setdefault(text, Failure(f"browser: {kind}", text))

    def _opened(self, path: str) -> bool:
        """Whether there is a page with htmx at work."""
        with suppress(Error):
            self._page.goto(self._origin + path, wait_until="load")
            return bool(self._page.evaluate("typeof htmx !== 'undefined' && document.readyState === 'complete'"))
        return False

    def _look(self, path: str) -> None:
        self._page.evaluate("watching.holds()")
        for fault in self._page.evaluate("watching.faults()"):
            self._note(_kind(fault), f"{alike(path)}: {fault}")

    def _use(self, path: str, one: Mapping[str, Any]) -> None:
        """A gesture, and what came of it."""
        try:
            self._page.evaluate("(at) => watching.use(at)", one["at"])
            if not self._over() and self._page.evaluate("watching.asked()") == 0:
                tag = str(one["shape"]).partition(" ")[0].lower()
                self._note("no request", f"{alike(path)}: {tag} [{one['trigger']}] requests nothing")
            self._look(path)
        except Error:
            with suppress(Error):  # it went to another page
                self._page.wait_for_load_state("load")

    def _over(self) -> bool:
        """Waits for the answers; whether there were any."""
        end = monotonic() + NOTHING
        while monotonic() < end:
            if self._page.evaluate("watching.over()"):
                return True
            self._page.wait_for_timeout(20)
        return False

    def _submit(self, step: Step) -> None:
        self._page.goto(self._origin + step.form)
        with self._page.expect_navigation():
            self._page.evaluate(SUBMIT, [step.path, dict(step.fields)])


def _kind(fault: str) -> str:
    """What a fault is about, in a word or two."""
    if fault.startswith("htmx:"):
        return fault.partition(" ")[0]
    return "a whole document" if "whole" in fault else "an id twice" if "twice" in fault else "a reference"


@contextmanager
def served(runner: Runner, files: Mapping[str, str | None]) -> Generator[str]:
    """The origin of a variant, which a child serves until the block is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    with runner.copy.holding(files):
        child = os.fork()
        if child == 0:
            signal.alarm(1200)
            quiet()
            logging.getLogger("asyncio").disabled = True
            thread = threading.Thread(target=_serve, args=(runner, listener))
            thread.start()
            thread.join()
            os._exit(0)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            listener.close()
            runner.copy.tidy(child)


def _serve(runner: Runner, listener: socket.socket) -> None:
    try:
        config = uvicorn.Config(runner.copy.started(), log_config=None, ws="none", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run([listener])
    except BaseException:  # noqa: BLE001 - the browser sees that nobody answers
        os._exit(1)
