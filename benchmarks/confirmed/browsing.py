"""Variants in a real browser with the htmx that the framework brings: every gesture of a page, and what goes wrong."""

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
from benchmarks.confirmed.running import Runner, quiet
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
NOTHING = 4  # seconds after which a gesture is without a request
GESTURES, PAGES = 6, 2  # at most so many on a page, and so many pages of a variant
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

    def __enter__(self) -> Self:
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
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
        faults: dict[str, Failure] = {}
        with served(self._runner, files) as origin:
            context = self._browser.new_context(base_url=origin)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(WATCHING)
            page = context.new_page()
            page.on("pageerror", lambda error: _note(faults, "script", f"an exception in a script: {error}"))
            try:
                for step in self._runner.script.before:
                    _submit(page, step)
                for path in pages:
                    self._visit(page, path, faults, known)
                    if known is not None and any(text not in self._normal for text in faults):
                        break
            finally:
                context.close()
        return list(faults.values())

    def _visit(
        self, page: Page, path: str, faults: dict[str, Failure], known: Mapping[str, frozenset[str]] | None
    ) -> None:
        """A page, and each gesture on a fresh copy of it."""
        if not _opened(page, path):
            return
        _look(page, path, faults)
        listed: list[dict[str, Any]] = page.evaluate("watching.listed()")
        once = list({one["key"]: one for one in reversed(listed)}.values())[::-1]
        if known is None:
            self._shapes[path] = frozenset(one["shape"] for one in listed)
        else:
            once.sort(key=lambda one: one["shape"] in known[path])  # what is not in the original comes first
            once = once[:GESTURES]
        for one in once:
            if known is not None and any(text not in self._normal for text in faults):
                return
            if _opened(page, path):
                _use(page, path, one, faults)


def _note(faults: dict[str, Failure], kind: str, text: str) -> None:
    text = numberless(" ".join(text.split()))[:200]
    faults.setdefault(text, Failure(f"browser: {kind}", text))


def _opened(page: Page, path: str) -> bool:
    """Whether there is a page with htmx at work."""
    with suppress(Error):
        page.goto(path, wait_until="load")
        return bool(page.evaluate("typeof htmx !== 'undefined' && document.readyState === 'complete'"))
    return False


def _look(page: Page, path: str, faults: dict[str, Failure]) -> None:
    page.evaluate("watching.holds()")
    for fault in page.evaluate("watching.faults()"):
        _note(faults, _kind(fault), f"{alike(path)}: {fault}")


def _kind(fault: str) -> str:
    """What a fault is about, in a word or two."""
    if fault.startswith("htmx:"):
        return fault.partition(" ")[0]
    return "a whole document" if "whole" in fault else "an id twice" if "twice" in fault else "a reference"


def _use(page: Page, path: str, one: Mapping[str, Any], faults: dict[str, Failure]) -> None:
    """A gesture, and what came of it."""
    try:
        page.evaluate("(at) => watching.use(at)", one["at"])
        if not _over(page) and page.evaluate("watching.asked()") == 0:
            tag = str(one["shape"]).partition(" ")[0].lower()
            _note(faults, "no request", f"{alike(path)}: {tag} [{one['trigger']}] requests nothing")
        _look(page, path, faults)
    except Error:
        with suppress(Error):  # it went to another page
            page.wait_for_load_state("load")


def _over(page: Page) -> bool:
    """Waits for the answers; whether there were any."""
    end = monotonic() + NOTHING
    while monotonic() < end:
        if page.evaluate("watching.over()"):
            return True
        page.wait_for_timeout(20)
    return False


def _submit(page: Page, step: Step) -> None:
    page.goto(step.form)
    with page.expect_navigation():
        page.evaluate(SUBMIT, [step.path, dict(step.fields)])


@contextmanager
def served(runner: Runner, files: Mapping[str, str | None]) -> Generator[str]:
    """The origin of a variant, which a child serves until the block is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    runner.write(files)
    child = os.fork()
    if child == 0:
        signal.alarm(300)
        quiet()
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
        runner.restore(files)
        runner.tidy(child)


def _serve(runner: Runner, listener: socket.socket) -> None:
    try:
        config = uvicorn.Config(runner.started(), log_config=None, ws="none", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run([listener])
    except BaseException:  # noqa: BLE001 - the browser sees that nobody answers
        os._exit(1)
