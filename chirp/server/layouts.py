"""The layouts around what is sent while it is made: rendered before its first part is sent, they cannot wait."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from secrets import token_hex

from chirp.http.request import Request
from chirp.templating.integration import Engine
from chirp.templating.markup import skip_blank
from chirp.templating.render_plan import RenderPlan, plan_page
from chirp.templating.returns import PageComposition, Stream, Suspense, TemplateStream
from chirp.templating.tracking import Deferred, Tracker


class Around:
    """The layouts that go around an answer to one request, outermost first."""

    __slots__ = ("_chain", "_engine", "_layouts", "_page", "vary")

    def __init__(self, value: Stream | TemplateStream | Suspense, request: Request, engine: Engine) -> None:
        chain, plan = value.layout_chain, _plan(value, request)
        self._page = value.template_name
        self._engine = engine
        self._chain = () if chain is None else tuple(one.template_name for one in chain.layouts)
        self._layouts = () if plan is None else plan.layouts
        self.vary: tuple[str, ...] = () if plan is None else plan.vary
        """The request headers that decided."""

    def wrap(self, html: str, context: Mapping[str, object], missing: Iterable[str] = ()) -> str:
        """The layouts with `html` in them. TypeError when that is a whole page, or a layout reads what is missing."""
        self._check_part(html)
        tracker = Tracker()
        stand_ins = {name: Deferred(name, tracker) for name in missing}
        for layout in reversed(self._layouts):
            try:
                html = self._engine.wrap(layout, html, {**context, **stand_ins})
            except Exception as error:  # a stand-in is not all that its value will be
                if tracker.outside is None:
                    raise
                raise self._too_early(tracker.outside, layout) from error
            if tracker.outside is not None:
                raise self._too_early(tracker.outside, layout)
        return html

    async def around(
        self, chunks: AsyncGenerator[str], context: Mapping[str, object], missing: Iterable[str] = ()
    ) -> AsyncGenerator[str]:
        """The chunks, with what stands before and after them in the layouts."""
        try:
            first = await anext(chunks, "")
            self._check_part(first)
            place = token_hex(16)
            before, found, after = self.wrap(place, context, missing).partition(place)
            if not found or place in after:
                raise TypeError(f"a layout of {self._page} does not show its block `content` once")
            yield before + first
            async for chunk in chunks:
                yield chunk
            if after:
                yield after
        finally:
            await chunks.aclose()

    def _check_part(self, html: str) -> None:
        at = skip_blank(html, 0)
        if self._chain and html[at : at + 9].lower().startswith(("<!doctype", "<html")):
            raise TypeError(
                f"{self._page} is a whole page, and {self._chain[-1]} goes around it: leave to the layouts what they "
                "have, or say `layout_chain=LayoutChain()`"
            )

    def _too_early(self, name: str, layout: str) -> TypeError:
        return TypeError(
            f"`{name}` is read in the layout {layout}, and is not there when that is sent: put what reads it into a "
            f"block of {self._page}"
        )


def _plan(value: Stream | TemplateStream | Suspense, request: Request) -> RenderPlan | None:
    """What a PageComposition of the same would get; None without layouts, where every request gets the same."""
    if value.layout_chain is None or not value.layout_chain.layouts:
        return None
    block = value.shell if isinstance(value, Suspense) else None
    plan = plan_page(PageComposition(value.template_name, block, layout_chain=value.layout_chain), request)
    request.set_plan(plan)
    return plan
