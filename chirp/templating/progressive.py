"""A render that stops where it needs a value that is not there yet.

Kida renders without a pause, so the render has a thread of its own, and that thread and the event loop take turns: one
of the two always waits for the other. Kida looks a name up when it is used, or, when a text uses it twice, at the
start of that text; there it gets a stand-in that looks the value up when it is used. What was rendered so far stands in
the lists that Kida's functions fill, from the document down to the block that waits.
"""

import sys
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, override

from chirp.templating.late import LateValue

if TYPE_CHECKING:
    from kida.template import Template as KidaTemplate

type Turn = tuple[str, str]
"""The text that was rendered, and the name that the render waits for, which is END when it is over."""

END = "\0"

_HELPERS = "kida.template.render_helpers"


class _Stopped(BaseException):
    """Nobody wants the rest of the render."""


class ProgressiveRender:
    """One render. `give` it values, `turn` lets it go on; `stop` it when it is not to be finished."""

    def __init__(self, template: KidaTemplate, context: Mapping[str, object], late: frozenset[str]) -> None:
        self._template = template
        self._context = context
        self._late = late
        self._known: dict[str, Callable[[], object]] = {}
        self._sent = ""
        self._orders: SimpleQueue[bool] = SimpleQueue()
        self._answer: tuple[AbstractEventLoop, Future[Turn]] | None = None
        self._thread: Thread | None = None

    def give(self, name: str, outcome: Callable[[], object]) -> None:
        """What a name stands for: called in the thread, at each use; it returns the value, or raises."""
        self._known[name] = outcome

    def knows(self, name: str) -> bool:
        return name in self._known

    async def turn(self) -> Turn:
        """Let the render go on until it waits or ends; what it raises is raised here."""
        loop = get_running_loop()
        future: Future[Turn] = loop.create_future()
        self._answer = (loop, future)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="chirp-stream", daemon=True, context=copy_context())
            self._thread.start()
        else:
            self._orders.put(True)
        return await future

    def stop(self) -> None:
        """End the thread, if it waits."""
        self._orders.put(False)

    # in the thread

    def _work(self) -> None:
        try:
            text = self._rendered()
            if not text.startswith(self._sent):
                raise RuntimeError(f"{self._template.name} is not what was sent of it")
            self._tell(_finish, (text[len(self._sent) :], END))
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - the boundary: every exception belongs to the answer
            self._tell(_fail, error)

    def _rendered(self) -> str:
        template = self._template
        scaffold = template._render_scaffold  # pyright: ignore[reportPrivateUsage]
        render: Any = template._render_func  # pyright: ignore[reportPrivateUsage]
        with scaffold((dict(self._context),), {}, "render") as built:
            stand_ins = {name: LateValue(self._reader(name)) for name in self._late}
            return str(render(_LateContext({**built[0], **stand_ins}, self), None))

    def _reader(self, name: str) -> Callable[[], object]:
        return lambda: self.value(name)

    def value(self, name: str) -> object:
        """The value, waited for."""
        while name not in self._known:
            self._pass_on(name)
        return self._known[name]()

    def has_to_wait(self, name: str) -> bool:
        return name in self._late and name not in self._known

    def is_late(self, name: str) -> bool:
        return name in self._late

    def _pass_on(self, name: str) -> None:
        text = _text_so_far(self._rendered.__code__)
        self._tell(_finish, (text[len(self._sent) :], name))
        self._sent = text
        if not self._orders.get():
            raise _Stopped

    def _tell[T](self, settle: Callable[[Future[Turn], T], None], outcome: T) -> None:
        assert self._answer is not None, "the thread runs while it is waited for"
        loop, future = self._answer
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, future, outcome)


def _finish(future: Future[Turn], turn: Turn) -> None:
    if not future.done():
        future.set_result(turn)


def _fail(future: Future[Turn], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _text_so_far(start: CodeType) -> str:
    """What stands before the place where the render of this thread is: what templates and blocks added to the text.

    Not what they capture for later, nor what components make that they call.
    """
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_code is not start:
        frames.append(frame)
        frame = frame.f_back
    text = ""
    for inner in reversed(frames):
        if inner.f_globals.get("__name__") == _HELPERS:  # what fetches another template to include or extend it
            continue
        if "_lookup_scope" not in inner.f_globals or not inner.f_code.co_name.startswith(("render", "_block_")):
            break
        names = inner.f_locals
        if "buf" in names:
            text += "".join(names["buf"])
            if names["_append"].__self__ is not names["buf"]:
                break
    return text


class _LateContext(dict[str, Any]):
    """A context that waits for a late value when its name is looked up, unless Kida does so ahead of its use."""

    __slots__ = ("_render",)

    def __init__(self, context: Mapping[str, Any], render: ProgressiveRender) -> None:
        super().__init__(context)
        self._render = render

    @override
    def __getitem__(self, name: str) -> Any:
        render = self._render
        if not render.is_late(name) or (render.has_to_wait(name) and _is_ahead(name)):
            return super().__getitem__(name)
        # A name that the template has set itself is no longer the one of the context.
        kept = super().__getitem__(name)
        return render.value(name) if type(kept) is LateValue else kept

    @override
    def get(self, name: str, default: Any = None, /) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - this is that method


def _is_ahead(name: str) -> bool:
    """Whether the code that looks the name up keeps it for several uses."""
    kept = f"_cv_{name}"
    code = sys._getframe(3).f_code  # pyright: ignore[reportPrivateUsage]
    return kept in code.co_varnames or kept in code.co_cellvars
