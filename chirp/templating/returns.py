"""The return types: frozen values in which a handler says what it wants rendered, and nothing about HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from chirp.pages.types import ContextProvider, LayoutChain

_set = object.__setattr__


def _merged(context: Mapping[str, object] | None, keywords: dict[str, object]) -> dict[str, object]:
    return keywords if context is None else {**context, **keywords}


def _chain(value: Any) -> LayoutChain | None:
    """A chain of layouts beside values of the context, of which a type checker knows no more than of those."""
    if value is None or isinstance(value, LayoutChain):
        return value
    raise TypeError(f"layout_chain must be a LayoutChain, not {type(value).__name__}")


@dataclass(frozen=True, slots=True, init=False)
class Template:
    """The whole template."""

    name: str
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(self, name: str, /, **context: object) -> None:
        _set_name(self, name)
        _set_context(self, context)


# Every page makes one of these: filling its slots directly is cheaper than by name.
_set_name, _set_context = (vars(Template)[one.name].__set__ for one in fields(Template))


@dataclass(frozen=True, slots=True, init=False)
class Fragment:
    """One block of a template, whatever the request.

    `target` (an element id, by default the block name) and `swap` (a swap style) say where it goes when it is sent out
    of band, that is in OOB or as a further fragment of a FormAction. Context keys called `target`, `swap` or `context`
    go through `context={…}`.
    """

    template_name: str
    block_name: str
    target: str | None = None
    swap: str | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(
        self,
        template_name: str,
        block_name: str,
        /,
        *,
        target: str | None = None,
        swap: str | None = None,
        context: Mapping[str, object] | None = None,
        **keywords: object,
    ) -> None:
        _set_template(self, template_name)
        _set_block(self, block_name)
        _set_target(self, target)
        _set_swap(self, swap)
        _set_values(self, keywords if context is None else {**context, **keywords})


_set_template, _set_block, _set_target, _set_swap, _set_values = (
    vars(Fragment)[one.name].__set__ for one in fields(Fragment)
)


@dataclass(frozen=True, slots=True, init=False)
class Page:
    """The whole template for a browser, the block for htmx.

    A history restore gets the whole template. So does a boosted navigation, unless its target is the element called
    `page_block_name` (by default the block's name): then it gets that block.
    """

    template_name: str
    block_name: str
    page_block_name: str | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(
        self,
        template_name: str,
        block_name: str,
        /,
        *,
        page_block_name: str | None = None,
        context: Mapping[str, object] | None = None,
        **keywords: object,
    ) -> None:
        _set(self, "template_name", template_name)
        _set(self, "block_name", block_name)
        _set(self, "page_block_name", page_block_name)
        _set(self, "context", _merged(context, keywords))


@dataclass(frozen=True, slots=True, init=False)
class LayoutPage:
    """A Page inside layouts: what a `Page` from a folder of pages becomes.

    Alone, it is a Page. Inside layouts a browser gets the page block within all of them, outermost first. A boosted
    navigation into an element that a layout names gets that layout and what it wraps; htmx gets the block, as ever.
    """

    template_name: str
    block_name: str
    page_block_name: str | None = None
    layout_chain: LayoutChain | None = None
    context_providers: tuple[ContextProvider, ...] = ()
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(
        self,
        template_name: str,
        block_name: str,
        /,
        *,
        page_block_name: str | None = None,
        layout_chain: LayoutChain | None = None,
        context_providers: tuple[ContextProvider, ...] = (),
        context: Mapping[str, object] | None = None,
        **keywords: object,
    ) -> None:
        _set(self, "template_name", template_name)
        _set(self, "block_name", block_name)
        _set(self, "page_block_name", page_block_name)
        _set(self, "layout_chain", layout_chain)
        _set(self, "context_providers", context_providers)
        _set(self, "context", _merged(context, keywords))


@dataclass(frozen=True, slots=True)
class PageComposition:
    """A page by its parts: a block for htmx, a wider one for navigation, and regions that go out of band with either.

    A block that is not given is the other one; without both, htmx too gets the whole template. A browser gets no
    regions: its page holds them. Layouts are those of LayoutPage.
    """

    template: str
    fragment_block: str | None = None
    page_block: str | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)
    regions: tuple[Fragment, ...] = ()
    layout_chain: LayoutChain | None = None
    context_providers: tuple[ContextProvider, ...] = ()


@dataclass(frozen=True, slots=True, init=False)
class ValidationError:
    """A form with its errors: the block, with status 422. `retarget` is a CSS selector for HX-Retarget.

    With `full_page` it answers as a Page does: a browser without htmx gets the whole template, for which the context
    must then do, within the layouts of a folder of pages; htmx gets the block.
    """

    template_name: str
    block_name: str
    retarget: str | None = None
    status: int = 422
    full_page: bool = False
    layout_chain: LayoutChain | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(
        self,
        template_name: str,
        block_name: str,
        /,
        *,
        retarget: str | None = None,
        status: int = 422,
        full_page: bool = False,
        layout_chain: LayoutChain | None = None,
        context: Mapping[str, object] | None = None,
        **keywords: object,
    ) -> None:
        _set(self, "template_name", template_name)
        _set(self, "block_name", block_name)
        _set(self, "retarget", retarget)
        _set(self, "status", status)
        _set(self, "full_page", full_page)
        _set(self, "layout_chain", layout_chain)
        _set(self, "context", _merged(context, keywords))


@dataclass(frozen=True, slots=True, init=False)
class OOB:
    """Several regions in one response: `main` answers the request, each fragment is swapped into its own target.

    A browser without htmx gets `main` alone.
    """

    main: object = field(hash=False)
    fragments: tuple[Fragment, ...] = ()

    def __init__(self, main: object, /, *fragments: Fragment) -> None:
        _set(self, "main", main)
        _set(self, "fragments", fragments)


type Trigger = str | Mapping[str, object]
"""An event name (or several, comma separated), or a mapping from event names to details."""


@dataclass(frozen=True, slots=True)
class Action:
    """No body, only instructions to htmx: events to trigger, or a full refresh."""

    status: int = 204
    trigger: Trigger | None = field(default=None, hash=False)
    refresh: bool = False


@dataclass(frozen=True, slots=True, init=False)
class FormAction:
    """What follows a successful form: fragments for htmx, a redirect to `redirect` for a browser.

    The first fragment answers the request, the others are swapped into their own targets. Without fragments htmx
    navigates to `redirect` too.
    """

    redirect: str
    fragments: tuple[Fragment, ...] = ()
    status: int = 303
    trigger: Trigger | None = field(default=None, hash=False)

    def __init__(
        self,
        redirect: str,
        *more: Fragment,
        fragments: Sequence[Fragment] = (),
        status: int = 303,
        trigger: Trigger | None = None,
    ) -> None:
        _set(self, "redirect", redirect)
        _set(self, "fragments", (*more, *fragments))
        _set(self, "status", status)
        _set(self, "trigger", trigger)


MutationResult = FormAction
"""Another name of it."""


@dataclass(frozen=True, slots=True, init=False)
class Stream:
    """The whole template, sent as far as its values are known.

    Context values that can be awaited are awaited, all at once. What stands before the first use of one that is not
    there yet is sent at once, the rest follows in order. Layouts go around it as around a Suspense.
    """

    template_name: str
    layout_chain: LayoutChain | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(self, template_name: str, /, *, layout_chain: Any = None, **context: object) -> None:
        _set(self, "template_name", template_name)
        _set(self, "layout_chain", _chain(layout_chain))
        _set(self, "context", context)


@dataclass(frozen=True, slots=True, init=False)
class TemplateStream:
    """A template that waits by itself, with `{% async for %}` or `{{ await … }}`, sent as it is rendered.

    Layouts go around it as around a Suspense.
    """

    template_name: str
    layout_chain: LayoutChain | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(self, template_name: str, /, *, layout_chain: Any = None, **context: object) -> None:
        _set(self, "template_name", template_name)
        _set(self, "layout_chain", _chain(layout_chain))
        _set(self, "context", context)


@dataclass(frozen=True, slots=True, init=False)
class InlineTemplate:
    """A template given as text, such as a prototype's or one from a database. Its author can do what templates can."""

    source: str
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(self, source: str, /, **context: object) -> None:
        _set(self, "source", source)
        _set(self, "context", context)


@dataclass(frozen=True, slots=True, init=False)
class Suspense:
    """A shell now, and each slow block as soon as its value is there; all values are awaited at once.

    `Suspense("page.html", stats=load())`: the shell is the whole template, and a block that reads `stats` follows when
    `load` is done. Until then it is rendered with a value that is empty, false, and `deferred`.
    `Suspense("page.html", shell="shell", blocks={"metrics": load()})`: the shell is one block. Each other block gets
    what its awaitable gives under the block's own name, and if that is a mapping, what it holds under its keys.

    A block lands in the element whose id is the block's name. In a folder of pages the shell is inside the layouts, as
    the page block of a Page is; `layout_chain` names others, and `LayoutChain()` none. Context keys called `shell`,
    `blocks`, `layout_chain` or `context` go through `context={…}`.
    """

    template_name: str
    shell: str | None = None
    blocks: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)
    layout_chain: LayoutChain | None = None
    context: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __init__(
        self,
        template_name: str,
        /,
        *,
        shell: str | None = None,
        blocks: Mapping[str, object] | None = None,
        layout_chain: LayoutChain | None = None,
        context: Mapping[str, object] | None = None,
        **keywords: object,
    ) -> None:
        _set(self, "template_name", template_name)
        _set(self, "shell", shell)
        _set(self, "blocks", {} if blocks is None else blocks)
        _set(self, "layout_chain", layout_chain)
        _set(self, "context", _merged(context, keywords))
