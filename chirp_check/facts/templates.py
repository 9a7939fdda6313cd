"""What one template says by itself: its references, blocks, components, elements and faults."""

import msgspec

from chirp_check.facts.values import AnyTerm, Arg


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something in the half-open range `[start, end)` of the template, in code points."""

    start: int
    end: int


class Fault(Fact, frozen=True, array_like=True, gc=False):
    """A place that Kida refuses: message in the house form (lower case, no full stop), help, Kida's code where it has one."""

    message: str
    help: str | None = None
    code: str | None = None


class Ident(Fact, frozen=True, array_like=True, gc=False):
    """A name where it is written."""

    name: str


class Parameter(Fact, frozen=True, array_like=True, gc=False):
    """A parameter of a `def` or `region`. `kind` is "normal", "star" or "double-star"."""

    name: str
    kind: str
    annotation: str | None
    default: AnyTerm | None


class TemplateRef(Fact, frozen=True, array_like=True, gc=False):
    """A tag that names another template. `kind`: "extends", "include", "embed", "import", "from".

    The range is that of the name's expression (quotes included); `tag_start` and `tag_end` are the tag's.
    `names` are those imported (`from … import a as b`: the name in the other file, then the local one) or, for `import … as m`,
    the one local name twice.
    """

    kind: str
    target: AnyTerm
    tag_start: int
    tag_end: int
    ignore_missing: bool
    with_context: bool
    names: tuple[tuple[Ident, Ident], ...]


class BlockDef(Fact, frozen=True, array_like=True, gc=False):
    """A `block`, `fragment` or `region` (`kind`), from its open tag to its end tag; `body_*` is what stands between."""

    kind: str
    name: Ident
    body_start: int
    body_end: int
    parameters: tuple[Parameter, ...]
    inside_match: bool
    inside_try: bool


class ComponentDef(Fact, frozen=True, array_like=True, gc=False):
    """A `def`, with the slots it yields."""

    name: Ident
    parameters: tuple[Parameter, ...]
    slots: tuple[Ident, ...]
    body_start: int
    body_end: int


class SlotContent(Fact, frozen=True, array_like=True, gc=False):
    """`{% slot name %}…{% end %}` inside a `call`."""

    name: Ident
    body_start: int
    body_end: int


class ComponentCall(Fact, frozen=True, array_like=True, gc=False):
    """A call in any expression position, or `{% call f(…) %}…{% end %}` (`is_tag`), with the slot contents it brings."""

    function: AnyTerm
    arguments: tuple[Arg, ...]
    is_tag: bool
    slots: tuple[SlotContent, ...]


class Binding(Fact, frozen=True, array_like=True, gc=False):
    """A name that the template binds. `kind`: "set", "let", "export", "promote", "capture", "with", "for", "global"."""

    kind: str
    name: Ident
    value: AnyTerm | None


class Branch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One arm of a conditional: `tag` is the offset of the `if`/`match`/`try` tag, `arm` counts its arms from 0.

    Two places that share a `tag` with different arms exclude each other. A loop body is a `tag` with arm 0.
    """

    tag: int
    arm: int


class Attribute(Fact, frozen=True, array_like=True, gc=False):
    """An attribute of an element. `name` is lower case; the range is name to end of value.

    `value` is a `Const`, a `Join` of literal pieces and expressions, or None for an attribute without `=`; its range excludes
    the quotes. `quote` is `'"'`, `"'"` or `""`. `branches` are those opened inside the start tag around the attribute.
    """

    name: str
    name_start: int
    name_end: int
    value: AnyTerm | None
    quote: str
    branches: tuple[Branch, ...]


class Element(Fact, frozen=True, array_like=True, gc=False):
    """A start tag (range: `<` to `>`); `close` is the offset after its end tag, or None where the text does not tell.

    `branches` are the Kida conditionals and loops around it, outermost first. `dynamic` is true when expressions stand where
    attribute names would (`<div {{ attrs }}>`), so that it may have attributes nobody can see.
    """

    tag: str
    attributes: tuple[Attribute, ...]
    close: int | None
    branches: tuple[Branch, ...]
    dynamic: bool


class TemplateFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts of one template file. Everything is in document order; nesting is told by the ranges.

    `scripts` are the raw texts of `<script>` elements and of `on*`/`hx-on*` attributes (ranges), for what scripts visibly create.
    `expressions` are all output expressions `{{ … }}` with what they are made of. `comments` are Kida comments' inner texts.
    """

    path: str
    references: tuple[TemplateRef, ...]
    blocks: tuple[BlockDef, ...]
    components: tuple[ComponentDef, ...]
    calls: tuple[ComponentCall, ...]
    bindings: tuple[Binding, ...]
    elements: tuple[Element, ...]
    expressions: tuple[AnyTerm, ...]
    scripts: tuple[tuple[int, int], ...]
    comments: tuple[Ident, ...]
    faults: tuple[Fault, ...]
