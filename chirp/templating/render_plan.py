"""What to render for this request, decided before any HTML is produced."""

from dataclasses import dataclass
from typing import Literal

from chirp.http.request import Request
from chirp.templating.returns import Page

type Intent = Literal["full_page", "page_fragment", "local_fragment"]

# The request headers every plan looks at. A cached answer that ignored one of them would reach the wrong client.
_VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """The scope of a render: `block` is None for the full page. `vary` names the request headers that decided."""

    intent: Intent
    template: str
    block: str | None
    vary: tuple[str, ...]


def plan_page(page: Page, request: Request) -> RenderPlan:
    """A block for a narrow swap, the page region for a boosted swap into it, the full page for everything else."""
    template = page.template_name
    if not request.is_htmx or request.is_history_restore:
        return RenderPlan("full_page", template, None, _VARY)
    if not request.is_boosted:
        return RenderPlan("local_fragment", template, page.block_name, _VARY)
    region = page.page_block_name or page.block_name
    if request.htmx_target == region:
        return RenderPlan("page_fragment", template, region, (*_VARY, "HX-Target"))
    return RenderPlan("full_page", template, None, (*_VARY, "HX-Target"))


def get_render_plan(request: Request) -> RenderPlan | None:
    """The plan a middleware may read after `await next(request)`; None before it, and when there was none to make."""
    plan = request.plan
    return plan if isinstance(plan, RenderPlan) else None
