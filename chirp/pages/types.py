"""What a folder of pages consists of, as values."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

type Provider = Callable[..., Any]
"""A plain or coroutine function that takes path parameters, the request and what is provided already."""

_ACTION = "__chirp_action__"


@dataclass(frozen=True, slots=True)
class Layout:
    """A `_layout.html`, with what its comments say of it; see `chirp_check.grammar.pages.LayoutNotes`."""

    template_name: str
    target: str = "body"
    outlet: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class LayoutChain:
    """The layouts around a page, outermost first."""

    layouts: tuple[Layout, ...] = ()

    def start(self, target: str | None) -> int | None:
        """The first layout of an answer that is put into the element `target`; None when no layout knows it."""
        for index, layout in enumerate(self.layouts):
            if target in {layout.target, layout.outlet}:
                return index + (layout.replace and target == layout.outlet)
        return None


@dataclass(frozen=True, slots=True)
class ContextProvider:
    """The `context` function of a `_context.py`; `origin` is its file, for messages."""

    function: Provider
    origin: str


@dataclass(frozen=True, slots=True)
class RouteMeta:
    """What a `_meta.py` says about the pages beside it, as `META` or as what `meta()` returns.

    Templates get `page_title`, and `breadcrumb_label` with `breadcrumb_items`, of what is not None.
    """

    title: str | None = None
    breadcrumb_label: str | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object, origin: str) -> RouteMeta:
        """The value itself, or a mapping with these keys; TypeError for anything else."""
        if isinstance(value, RouteMeta):
            return value
        if not isinstance(value, Mapping):
            raise TypeError(f"{origin}: expected RouteMeta or a dict, got {type(value).__name__}")
        fields: dict[str, Any] = {str(key): item for key, item in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        if unknown := sorted(fields.keys() - _META_FIELDS):
            raise TypeError(f"{origin}: `{unknown[0]}` is none of {', '.join(sorted(_META_FIELDS))}")
        return cls(fields.get("title"), fields.get("breadcrumb_label"), tuple(fields.get("tags", ())))

    def context(self, path: str) -> dict[str, object]:
        """What templates get."""
        given: dict[str, object] = {}
        if self.title is not None:
            given["page_title"] = self.title
        if self.breadcrumb_label is not None:
            given["breadcrumb_label"] = self.breadcrumb_label
            given["breadcrumb_items"] = [{"label": self.breadcrumb_label, "href": path}]
        return given


_META_FIELDS = frozenset({"title", "breadcrumb_label", "tags"})


@dataclass(frozen=True, slots=True)
class PageFolder:
    """What the pages of one folder share: providers from the outermost folder to this one, and what this one has.

    `meta` is a RouteMeta or the function that makes one. `actions` are by name, in order of definition.
    """

    layout_chain: LayoutChain = LayoutChain()
    context_providers: tuple[ContextProvider, ...] = ()
    meta: RouteMeta | Provider | None = None
    meta_origin: str = ""
    actions: tuple[tuple[str, Provider], ...] = ()


class PageHandler:
    """A handler of a page, with what its folder has. Called, it is the function alone.

    `function` is None where a page answers form actions and has no `post` of its own.
    """

    def __init__(self, function: Provider | None, folder: PageFolder, origin: str) -> None:
        functools.update_wrapper(self, function or folder.actions[0][1])
        self.function = function
        self.folder = folder
        self.__module__ = origin

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.function is None:
            raise TypeError("this page answers form actions only")
        return self.function(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A handler of a page and what it answers."""

    path: str
    method: str
    name: str
    handler: PageHandler


def action[F: Callable[..., object]](name: str) -> Callable[[F], F]:
    """Answer the forms of a page whose field `_action` is `name` with the decorated function of its `_actions.py`."""
    if not name:
        raise ValueError("an action has a name")

    def mark(function: F) -> F:
        function.__dict__[_ACTION] = name
        return function

    return mark


def action_name(value: object) -> str | None:
    """The name that `action` gave a function; None for anything else."""
    if not callable(value) or not hasattr(value, "__dict__"):
        return None
    name: str | None = value.__dict__.get(_ACTION)
    return name
