"""What the framework's classes take: the one table of spellings and argument positions of the return types."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Signature:
    """Where a class takes a template and blocks.

    `template` is the position and name of the template's argument; `blocks` of those that name one of its blocks.
    `full`
    tells whether it can render the whole template, `ids` which arguments name an element.
    """

    template: tuple[int | None, str] | None = None
    blocks: tuple[tuple[int | None, str], ...] = ()
    full: bool = False
    ids: tuple[str, ...] = ()


RETURN_TYPES: Mapping[str, Signature] = MappingProxyType(
    {
        "Template": Signature((0, "name"), full=True),
        "Fragment": Signature((0, "template_name"), ((1, "block_name"),), ids=("target",)),
        "Page": Signature((0, "template_name"), ((1, "block_name"), (None, "page_block_name")), full=True),
        "ValidationError": Signature((0, "template_name"), ((1, "block_name"),), ids=("retarget",)),
        "OOB": Signature(),
        "FormAction": Signature(),
        "MutationResult": Signature(),
        "Action": Signature(),
        "Redirect": Signature(),
        "Response": Signature(),
        "InlineTemplate": Signature(),
        "Stream": Signature((0, "template_name"), full=True),
        "TemplateStream": Signature((0, "template_name"), full=True),
        "Suspense": Signature((0, "template_name"), ((None, "shell"),), full=True),
        "LayoutPage": Signature((0, "template_name"), ((1, "block_name"), (None, "page_block_name")), full=True),
        "PageComposition": Signature((0, "template"), ((None, "fragment_block"), (None, "page_block")), full=True),
        "EventStream": Signature(),
        "SSEEvent": Signature(),
        "JSONResponse": Signature(),
        "FileResponse": Signature(),
    }
)
# Constructed for their settings, not returned.
SETTINGS = frozenset({"App", "AppConfig", "StaticFiles"})

# Annotations of the standard library that a negotiation case takes, and those that none does.
NEGOTIABLE = frozenset({"str", "bytes", "dict", "list", "tuple", "object"})
REFUSED = frozenset({"int", "float", "complex", "bool", "set", "frozenset", "range", "bytearray", "memoryview", "type"})


def kind_of(dotted: str) -> str | None:
    """The framework class that a dotted name of the package `chirp` means, or None."""
    if not dotted.startswith("chirp."):
        return None
    name = dotted.rpartition(".")[2]
    return name if name in RETURN_TYPES or name in SETTINGS else None
