"""Templates that are sent while they are rendered: a Stream waits for its values, a TemplateStream waits by itself."""

from asyncio import Task, wait
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping

from chirp.http.request import Request
from chirp.http.response import HTML, Response
from chirp.http.streaming import FirstChunk, StreamingResponse
from chirp.server.awaitables import Awaitables, outcome
from chirp.server.closing import aclose
from chirp.server.layouts import Around
from chirp.templating.integration import Engine
from chirp.templating.progressive import END, ProgressiveRender
from chirp.templating.returns import Stream, TemplateStream

_HEADERS = (("X-Accel-Buffering", "no"),)
_PORTION = 16_384


def respond_stream(value: Stream, request: Request, engine: Engine) -> Response:
    """The template as far as its values are known, and the rest as they come. A missing template is raised here."""
    awaited = Awaitables(value.context)
    try:
        around = Around(value, request, engine)
        template = engine.stepwise(value.template_name)
        context = {name: one for name, one in value.context.items() if name not in awaited.names}
        render = ProgressiveRender(template, context, frozenset(awaited.names))
    except BaseException:  # whatever is wrong, nothing that was to be awaited is left behind
        awaited.close()
        raise
    return _streaming(around, _in_turns(render, awaited), context, awaited)


def _streaming(
    around: Around, chunks: AsyncGenerator[str], context: Mapping[str, object], awaited: Awaitables
) -> Response:
    if not around.vary:
        return StreamingResponse(FirstChunk(chunks), 200, HTML, _HEADERS)
    chunks = around.around(chunks, context, awaited.names)
    return StreamingResponse(FirstChunk(chunks), 200, HTML, (("Vary", ", ".join(around.vary)), *_HEADERS))


async def _in_turns(render: ProgressiveRender, awaited: Awaitables) -> AsyncGenerator[str]:
    try:
        tasks = awaited.start()
        waits = ""
        while waits != END:
            if waits:
                await wait([tasks[waits]])
            for name in [name for name, task in tasks.items() if task.done() and not render.knows(name)]:
                render.give(name, _outcome(tasks[name]))
            text, waits = await render.turn()
            for at in range(0, len(text), _PORTION):
                yield text[at : at + _PORTION]
    finally:
        render.stop()
        await awaited.stop()


def _outcome(task: Task[object]) -> Callable[[], object]:
    def result() -> object:
        value, error = outcome(task)
        if error is not None:
            raise error
        return value

    return result


def respond_template_stream(value: TemplateStream, request: Request, engine: Engine) -> Response:
    """The template as it is rendered in the event loop. A missing template is raised here."""
    awaited = Awaitables(value.context)
    try:
        around = Around(value, request, engine)
        chunks = engine.template(value.template_name).render_stream_async(dict(value.context))
    except BaseException:  # as above
        awaited.close()
        raise
    return _streaming(around, _as_rendered(chunks, value, awaited), value.context, awaited)


async def _as_rendered(
    chunks: AsyncIterator[object], value: TemplateStream, awaited: Awaitables
) -> AsyncGenerator[str]:
    try:
        async for text in _flat(chunks):
            yield text
    finally:
        await aclose(chunks)
        for one in value.context.values():
            if isinstance(one, AsyncGenerator):
                await one.aclose()
        awaited.close()


async def _flat(chunks: AsyncIterator[object]) -> AsyncGenerator[str]:
    """The texts; a block inside of another block comes as a generator of its own."""
    async for chunk in chunks:
        if isinstance(chunk, str):
            yield chunk
        elif isinstance(chunk, AsyncIterator):
            async for text in _flat(chunk):  # pyright: ignore[reportUnknownArgumentType]
                yield text
        elif isinstance(chunk, Iterator):
            for text in chunk:  # pyright: ignore[reportUnknownVariableType]
                yield str(text)  # pyright: ignore[reportUnknownArgumentType]
