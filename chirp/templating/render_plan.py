"""What to render for this request, decided before any HTML is produced."""

from dataclasses import dataclass
from typing import Literal

from chirp.http.request import Request
from chirp.pages.types import LayoutChain
from chirp.templating.returns import LayoutPage, Page, PageComposition

type Intent = Literal["full_page", "page_fragment", "local_fragment"]
type Composed = Page | LayoutPage | PageComposition

# The request headers every plan looks at. A cached answer that ignored one of them would reach the wrong client.
_VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
_NO_LAYOUTS = LayoutChain()


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """The scope of a render: `block` is None for the whole template, `layouts` are put around it, outermost first.

    `vary` names the request headers that decided.
    """

    intent: Intent
    template: str
    block: str | None
    vary: tuple[str, ...]
    layouts: tuple[str, ...] = ()


def plan_page(page: Composed, request: Request) -> RenderPlan:
    """A block for a narrow swap; for a boosted swap what its target holds; the full page for everything else."""
    if isinstance(page, PageComposition):
        template = page.template
        block, region = page.fragment_block or page.page_block, page.page_block or page.fragment_block
    else:
        template, block, region = page.template_name, page.block_name, page.page_block_name or page.block_name
    chain = (None if isinstance(page, Page) else page.layout_chain) or _NO_LAYOUTS
    if not request.is_htmx or request.is_history_restore:
        return _full_page(template, region, chain, _VARY)
    if not request.is_boosted:
        return RenderPlan("local_fragment", template, block, _VARY)
    vary, target = (*_VARY, "HX-Target"), request.htmx_target
    start = None if target is None else chain.start(target)
    if start:
        return RenderPlan("page_fragment", template, region, vary, _names(chain, start))
    if start is None and target is not None and target == region:
        return RenderPlan("page_fragment", template, region, vary)
    return _full_page(template, region, chain, vary)


def _full_page(template: str, region: str | None, chain: LayoutChain, vary: tuple[str, ...]) -> RenderPlan:
    """Layouts go around the page's block; without them the template is whole by itself."""
    return RenderPlan("full_page", template, region if chain.layouts else None, vary, _names(chain, 0))


def _names(chain: LayoutChain, start: int) -> tuple[str, ...]:
    return tuple(layout.template_name for layout in chain.layouts[start:])


def get_render_plan(request: Request) -> RenderPlan | None:
    """The plan a middleware may read after `await next(request)`; None before it, and when there was none to make."""
    plan = request.plan
    return plan if isinstance(plan, RenderPlan) else None
