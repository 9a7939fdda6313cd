"""The subjects of rules: what the model knows about one place of the project. All frozen, all with their spans."""

import msgspec

from chirp_check.facts.templates import BlockDef, Element
from chirp_check.source import Span


class Text(msgspec.Struct, frozen=True, gc=False):
    """A known string and the literal it was written as (quotes included in Python and in Kida tags)."""

    value: str
    span: Span

    def __str__(self) -> str:
        return self.value


class Pattern(msgspec.Struct, frozen=True, gc=False):
    """A string known in parts: literal pieces and holes (None). A hole may be empty and may span `/`."""

    pieces: tuple[str | None, ...]
    span: Span

    def __str__(self) -> str:
        return "".join("{*}" if piece is None else piece for piece in self.pieces)


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """A value the text does not determine: why (a short noun phrase), and where.

    `kind`: "template", "block", "url", "target", …
    """

    reason: str
    span: Span
    kind: str = "value"


class FileProblem(msgspec.Struct, frozen=True, gc=False):
    """A file that could not be read or was left out. `rule` is the name to report under."""

    rule: str
    message: str
    span: Span
    help: str | None = None


class SyntaxProblem(msgspec.Struct, frozen=True, gc=False):
    """A place Python or Kida refuses. `language`: "python" or "kida"."""

    language: str
    message: str
    span: Span
    help: str | None = None


class Site(msgspec.Struct, frozen=True, gc=False):
    """A place in Python where a return type is constructed: `kind` is its name, `span` the call."""

    kind: str
    span: Span


class TemplateUse(msgspec.Struct, frozen=True, gc=False):
    """A template named by `site` (Python) or a tag, `via` ("extends", "include", …); `optional`: it may be absent."""

    name: Text
    via: str
    site: Site | None
    optional: bool = False


class BlockUse(msgspec.Struct, frozen=True, gc=False):
    """A block of a known, existing template that a site renders.

    `parameter`: the argument's name in the return type.
    """

    template: Text
    block: Text
    path: str
    site: Site
    parameter: str


class BlockAt(msgspec.Struct, frozen=True, gc=False):
    """A block and the template file that defines it."""

    path: str
    block: BlockDef

    @property
    def span(self) -> Span:
        """Where the block's name is written."""
        return Span(self.path, self.block.name.start, self.block.name.end)


class ElementAt(msgspec.Struct, frozen=True, gc=False):
    """An element and its template file."""

    path: str
    element: Element


class HandlerRef(msgspec.Struct, frozen=True, gc=False):
    """A handler function: its name, where the name is written, and its file's range."""

    name: str
    span: Span
    function: Span


class Route(msgspec.Struct, frozen=True, gc=False):
    """A registered route. `path` is None when the text does not determine it; `methods` None likewise."""

    path: Text | None
    methods: frozenset[str] | None
    name: str | None
    handler: HandlerRef | None
    span: Span


class UrlUse(msgspec.Struct, frozen=True, gc=False):
    """A URL of the application that something requests or navigates to.

    `method` is None when any method may be used. `via` is the attribute ("hx-get", "action", "formaction", …) or
    "redirect".
    """

    url: Text | Pattern
    method: str | None
    via: str
    element: ElementAt | None
    site: Site | None = None


class TargetUse(msgspec.Struct, frozen=True, gc=False):
    """A selector or id that must meet an element.

    `via`: "hx-target", "hx-swap-oob", "Fragment(target=)", …; `element` its owner.
    """

    selector: Text | Pattern
    via: str
    element: ElementAt | None
    site: Site | None


class AnnotationUse(msgspec.Struct, frozen=True, gc=False):
    """A handler's return annotation, as resolved: the names of the types in it that no negotiation case takes."""

    handler: HandlerRef
    span: Span
    refused: tuple[str, ...]
