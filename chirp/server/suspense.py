"""A Suspense on its way: the shell, then every block that waited as soon as the values it reads are there.

A browser that loads a page shows what it has so far, so each block is sent as an out-of-band element in a `<template>`
with a script that puts it into its place: htmx is not at work before the document is complete. htmx for its part looks
for the targets of out-of-band elements before it swaps the answer they come with, and looks when the answer is
complete. So it gets blocks of the shell in their place, and out of band only what belongs elsewhere on the page.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from html import escape

from chirp.http.request import Request
from chirp.http.response import HTML, Response
from chirp.http.streaming import FirstChunk, StreamingResponse
from chirp.server.awaitables import Awaitables, outcome
from chirp.server.debug import is_local
from chirp.server.layouts import Around
from chirp.templating.integration import Engine
from chirp.templating.markup import Tag, end_of, find_id, tags
from chirp.templating.oob import carries_id, out_of_band
from chirp.templating.returns import Suspense
from chirp.templating.tracking import Deferred, Tracker, settle

log: logging.Logger = logging.getLogger("chirp")

_HEADERS = (("Vary", "HX-Request, HX-History-Restore-Request"), ("X-Accel-Buffering", "no"))
# `e` is the element in the template before the script, `t` its target; htmx learns of what comes in late.
_SCRIPT = (
    "(s=>{let p=s.previousElementSibling,e=p.content.firstElementChild;"
    'if(e.localName=="template")e=e.content.firstElementChild;'
    'let t=document.getElementById(e.id),h=e.getAttribute("hx-swap-oob");e.removeAttribute("hx-swap-oob");'
    'if(!t)p.before(t=e);else if(h=="true"){t.replaceWith(e);t=e}else t.replaceChildren(...e.childNodes);'
    "p.remove();s.remove();window.htmx&&htmx.process(t)})(document.currentScript)"
)


def respond_suspense(value: Suspense, request: Request, engine: Engine) -> Response:
    """The shell and what follows; what is wrong with either is raised here, as long as it can be known."""
    awaited = Awaitables(value.context, value.blocks)
    try:
        suspended = _Suspended(value, awaited, request, engine)
        if request.is_htmx or request.is_history_restore:
            chunks = suspended.whole()
        else:
            chunks = suspended.stream(suspended.shell())
    except BaseException:  # whatever is wrong, nothing that was to be awaited is left behind
        awaited.close()
        raise
    return StreamingResponse(FirstChunk(chunks), 200, HTML, _HEADERS).with_vary(*suspended.around.vary)


class _Suspended:
    """The values that are there, those that are not, and the blocks that wait for them."""

    def __init__(self, value: Suspense, awaited: Awaitables, request: Request, engine: Engine) -> None:
        for block in (*value.blocks, *([] if value.shell is None else [value.shell])):
            engine.check_block(value.template_name, block)
        twice = sorted(value.context.keys() & value.blocks.keys())
        if twice:
            raise TypeError(f"`{twice[0]}` is both a value and a block of the Suspense of {value.template_name}")
        self.around = Around(value, request, engine)
        self._awaited = awaited
        self._request = request
        self._template = engine.template(value.template_name)
        self._debug = engine.debug and is_local(request)
        self._threaded = not _in_event_loop()
        self._shell = value.shell
        self._missing = set(awaited.names)
        self._failed: dict[str, Exception] = {}
        self._values = {name: one for name, one in value.context.items() if name not in self._missing}
        self._more: dict[str, Mapping[str, object] | None] = dict.fromkeys(value.blocks)
        for block, one in value.blocks.items():
            if block not in self._missing:
                self._fill(block, one)
        self._waiting: dict[str, set[str]] = {block: {block} for block in value.blocks}
        self._depth: dict[str, int] = dict.fromkeys(value.blocks, 1)

    def _fill(self, name: str, value: object) -> None:
        self._values[name] = value
        self._missing.discard(name)
        if name in self._more:
            self._more[name] = {**value, name: value} if isinstance(value, Mapping) else {}

    def _render(self, block: str | None) -> tuple[str, Tracker]:
        """The marked text of the template or a block, and what it read that is missing."""
        lost = {name: self._excuse(error) for name, error in self._failed.items()}
        tracker = Tracker(more=self._more, lost=lost)
        stand_ins = {name: Deferred(name, tracker) for name in self._missing}
        return tracker.render(self._template, block, {**self._values, **stand_ins}), tracker

    def _excuse(self, error: Exception) -> str:
        """What stands in the place of a block that cannot be shown."""
        shown = f"{type(error).__name__}: {error}" if self._debug else "This part could not be loaded."
        return f'<p role="alert">{escape(shown)}</p>'

    def shell(self) -> str:
        """The first text. The blocks that have to follow are known from then on."""
        html, tracker = self._render_page()
        self._note(tracker)
        return settle(html, tracker)

    def _render_page(self) -> tuple[str, Tracker]:
        """The marked text of the shell inside its layouts, and what its blocks read that is missing."""
        html, tracker = self._render(self._shell)
        self._check_outside(tracker)
        return self.around.wrap(html, self._values, self._missing), tracker

    def _check_outside(self, tracker: Tracker) -> None:
        name = tracker.outside
        if name in self._failed:
            raise self._failed[name]
        if name is not None:
            raise TypeError(
                f"`{name}` is read outside of the blocks of {self._template.name}, and is not there when that is sent: "
                "put what reads it into a block"
            )

    def _note(self, tracker: Tracker) -> None:
        """The blocks that were rendered and have to be rendered again; not those that say already what failed."""
        for block, reads in tracker.reads.items():
            if reads and not reads & self._failed.keys():
                self._waiting.setdefault(block, set()).update(reads)
                self._depth.setdefault(block, tracker.depth[block])

    async def stream(self, shell: str) -> AsyncGenerator[str]:
        """The shell, the blocks in the order in which they are ready, and the end of the document."""
        try:
            tasks = self._awaited.start()
            head, tail = _split(shell)
            yield head
            while True:
                async for block, html, swap in self._ready():
                    yield self._scripted(out_of_band(html, block, swap, htmx4=False))
                if not self._waiting or not await self._next(tasks):
                    break
            yield tail
        finally:
            await self._awaited.stop()

    async def whole(self) -> AsyncGenerator[str]:
        """For htmx: everything, with the blocks of the shell in their place."""
        try:
            tasks = self._awaited.start()
            while await self._next(tasks):
                pass
            html, tracker = await self._where_it_may_block(self._render_page)
            html = settle(html, tracker)
            self._waiting = {block: needs for block, needs in self._waiting.items() if block not in tracker.depth}
            async for block, text, swap in self._ready():
                html = self._placed(html, block, text, swap)
            yield html
        finally:
            await self._awaited.stop()

    async def _next(self, tasks: Mapping[str, asyncio.Task[object]]) -> bool:
        """Wait for at least one value that is missing; False when none is."""
        names = [name for name in tasks if name in self._missing and name not in self._failed]
        if not names:
            return False
        await asyncio.wait({tasks[name] for name in names}, return_when=asyncio.FIRST_COMPLETED)
        for name in names:
            if not tasks[name].done():
                continue
            value, error = outcome(tasks[name])
            if error is None:
                self._fill(name, value)
            else:
                self._failed[name] = error
                self._report(f"`{name}`", error)
        return True

    async def _ready(self) -> AsyncGenerator[tuple[str, str, str | None]]:
        """Block, text and swap style of each block that waits for nothing any more; outer blocks before inner ones."""
        for block in sorted(self._waiting, key=lambda one: self._depth[one]):
            needs = self._waiting.get(block, {""})
            error = next((self._failed[name] for name in sorted(needs) if name in self._failed), None)
            if error is None and (needs & self._missing or "" in needs):
                continue
            text = None
            if error is None:
                text, error = await self._finished(block)
            if error is not None:
                del self._waiting[block]
                yield block, self._excuse(error), "innerHTML"
            elif text is not None:
                yield block, text, None

    async def _finished(self, block: str) -> tuple[str | None, Exception | None]:
        """The text of a block; None when it turns out to read something else that is missing; or what went wrong."""
        try:
            html, tracker = await self._where_it_may_block(lambda: self._render(block))
            reads = tracker.reads[block]
            failed = next((self._failed[name] for name in sorted(reads) if name in self._failed), None)
            if failed is not None:
                return None, failed
            self._note(tracker)
            if reads:
                return None, None
            for name in tracker.depth:
                if not tracker.reads[name]:
                    self._waiting.pop(name, None)
            return settle(html, tracker), None
        except Exception as error:  # noqa: BLE001 - the boundary: the other blocks are not to blame
            self._report(f"the block `{block}`", error)
            return None, error

    async def _where_it_may_block(self, render: Callable[[], tuple[str, Tracker]]) -> tuple[str, Tracker]:
        """Rendered where the handler ran: what a template calls may block."""
        return await asyncio.to_thread(render) if self._threaded else render()

    def _report(self, what: str, error: Exception) -> None:
        request = self._request
        log.error("%s %s: %s of its Suspense failed", request.method, request.path, what, exc_info=error)

    def _scripted(self, element: str) -> str:
        from chirp.middleware.security import csp_nonce

        nonce = csp_nonce()
        attribute = f' nonce="{escape(nonce)}"' if nonce else ""
        return f"<template>{element}</template><script{attribute}>{_SCRIPT}</script>"

    def _placed(self, html: str, block: str, text: str, swap: str | None) -> str:
        """The answer to htmx with the block in its element, or out of band when that is elsewhere on the page."""
        tag = find_id(html, block)
        if tag is None:
            return html + out_of_band(text, block, swap, htmx4=self._request.is_htmx4)
        end = end_of(html, tag)
        if carries_id(text, block):
            return html[: tag.start] + text + html[end.end :]
        return html[: tag.end] + text + html[end.content :]


def _split(shell: str) -> tuple[str, str]:
    """Where the rest can be sent: before the end of the body."""
    at = max(shell.rfind("</body"), shell.rfind("</BODY"))
    if at < 0 or any(isinstance(tag, Tag) for _, tag in tags(shell, at)):
        return shell, ""
    return shell[:at], shell[at:]


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
