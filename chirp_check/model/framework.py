"""What the framework's classes take: the one table of spellings and argument positions of the return types.

It covers this runtime and the released framework of the same import name; where they differ, what either takes counts.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Signature(msgspec.Struct, frozen=True):
    """Where a class takes a template and blocks.

    `template` is the position and name of the template's argument; `blocks` of those that name one of its blocks.
    `full` tells whether it can render the whole template, `ids` which arguments name an element. `answers`: a handler
    can return it; the others are parts of what it returns.
    """

    template: tuple[int | None, str] | None = None
    blocks: tuple[tuple[int | None, str], ...] = ()
    full: bool = False
    ids: tuple[str, ...] = ()
    answers: bool = True


_PAGE = Signature((0, "template_name"), ((1, "block_name"), (None, "page_block_name")), full=True)

RETURN_TYPES: Mapping[str, Signature] = MappingProxyType(
    {
        "Template": Signature((0, "name"), full=True),
        "Fragment": Signature((0, "template_name"), ((1, "block_name"),), ids=("target",)),
        "Page": _PAGE,
        "Page.mounted": Signature((0, "template_name"), ((None, "block_name"), (None, "page_block_name")), full=True),
        "ValidationError": Signature((0, "template_name"), ((1, "block_name"),), ids=("retarget",)),
        "OOB": Signature(),
        "FormAction": Signature(),
        "MutationResult": Signature(),
        "Action": Signature(),
        "SignalEmit": Signature(),
        "Redirect": Signature(),
        "hx_redirect": Signature(),
        "Response": Signature(),
        "StreamingResponse": Signature(),
        "SSEResponse": Signature(),
        "InlineTemplate": Signature(),
        "Stream": Signature((0, "template_name"), full=True),
        "TemplateStream": Signature((0, "template_name"), full=True),
        "Suspense": Signature((0, "template_name"), ((None, "shell"),), full=True),
        "LayoutPage": _PAGE,
        "LayoutSuspense": Signature(),
        "PageComposition": Signature((0, "template"), ((1, "fragment_block"), (2, "page_block")), full=True),
        "ViewRef": Signature((0, "template"), ((1, "block"),), answers=False),
        "FormContract": Signature((1, "template"), ((2, "block"),), answers=False),
        "FragmentContract": Signature((0, "template"), ((1, "block"),), answers=False),
        "EventStream": Signature(),
        "SSEEvent": Signature(answers=False),
        "JSONResponse": Signature(),
        "FileResponse": Signature(),
    }
)
RENDERED = "@render"  # what `render` of an application gives: the text of its argument
# Constructed for their settings, not returned.
SETTINGS = frozenset({"App", "AppConfig", "StaticFiles", "RouteMeta"})

# Class methods that construct: what is constructed.
_CONSTRUCTORS: Mapping[str, str] = MappingProxyType(
    {
        "Page.mounted": "Page.mounted",
        "Template.inline": "InlineTemplate",
        "JSONResponse.from_value": "JSONResponse",
    }
)
# Two names of one class, and classes that derive from another.
_SAME: Mapping[str, str] = MappingProxyType(
    {"MutationResult": "FormAction", "Page.mounted": "Page", "hx_redirect": "Response"}
)
_BASES: Mapping[str, str] = MappingProxyType({"JSONResponse": "Response"})

# Types of the standard library that a negotiation case takes, and those that none does.
NEGOTIABLE = frozenset({"str", "bytes", "dict", "list", "tuple", "object"})
REFUSED = frozenset({"int", "float", "complex", "bool", "set", "frozenset", "range", "bytearray", "memoryview", "type"})


def kind_of(dotted: str) -> str | None:
    """The framework class that a dotted name of the package `chirp` means, or None."""
    if not dotted.startswith("chirp."):
        return None
    head, _, name = dotted.rpartition(".")
    if name in RETURN_TYPES or name in SETTINGS:
        return name
    return _CONSTRUCTORS.get(f"{head.rpartition('.')[2]}.{name}")


def type_of(kind: str) -> str:
    """The class of what a constructor gives: `FormAction` for `MutationResult`, which is another name of it."""
    return _SAME.get(kind, kind)


def is_a(kind: str, promised: str) -> bool:
    """Whether what a constructor gives is of a framework class."""
    known = type_of(kind)
    return type_of(promised) in (known, _BASES.get(known))
