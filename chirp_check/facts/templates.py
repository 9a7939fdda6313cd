"""What one template says by itself: its references, blocks, components, elements and faults."""

import msgspec

from chirp_check.facts.reads import Step
from chirp_check.facts.values import AnyTerm, Arg


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something in the half-open range `[start, end)` of the template, in code points."""

    start: int
    end: int


class Fault(Fact, frozen=True, array_like=True, gc=False):
    """A place that Kida refuses: message in the house form, help, and Kida's code where it has one.

    `related` are other places that have to do with it, each with what it has.
    """

    message: str
    help: str | None = None
    code: str | None = None
    related: tuple[tuple[int, int, str], ...] = ()


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
    `names` are those imported (`from … import a as b`: the name in the other file, then the local one) or, for
    `import … as m`, the one local name twice.
    """

    kind: str
    target: AnyTerm
    tag_start: int
    tag_end: int
    ignore_missing: bool
    with_context: bool
    names: tuple[tuple[Ident, Ident], ...]


class BlockDef(Fact, frozen=True, array_like=True, gc=False):
    """A `block`, `fragment` or `region` (`kind`), open tag to end tag inclusive; `body_*` is what is between them."""

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
    """A call in any expression position, or `{% call f(…) %}…{% end %}` (`is_tag`), with the slots it fills."""

    function: AnyTerm
    arguments: tuple[Arg, ...]
    is_tag: bool
    slots: tuple[SlotContent, ...]


class Binding(Fact, frozen=True, array_like=True, gc=False):
    """A name that the template binds, in the range of the tag that does.

    `kind`: "set", "let", "export", "promote", "capture", "with", "for", "case", "fallback" (the caught error), "slot"
    (what `{% slot name let:x %}` in a call receives), "trans", or "global" for `set` and `let` inside `globals` or
    `imports`. `value` is None where it is no expression of the tag (loops, captures, unpacking). The name may be read
    in the range `[scope_start, scope_end)`. The name `it`, which `{% with a %}` binds without writing it, has an
    empty range.
    """

    kind: str
    name: Ident
    value: AnyTerm | None
    scope_start: int
    scope_end: int


class Branch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One arm of a conditional: `tag` is the offset of the `if`/`match`/`try` tag, `arm` counts its arms from 0.

    Two places that share a `tag` with different arms exclude each other. A loop body is a `tag` with arm 0.
    """

    tag: int
    arm: int


class ConditionalArm(Fact, frozen=True, array_like=True, gc=False):
    """One arm of a conditional or loop: the range of its body, and the condition written in the tag that begins it.

    The condition of an `unless` is as written, so it is false where the first arm runs. Loops, `match` and `try` have
    none.
    """

    condition: AnyTerm | None


class Conditional(Fact, frozen=True, array_like=True, gc=False):
    """An `if`, `unless`, `for`, `while`, `match`, `try` or `with` (`kind`). `Branch(start, i)` is its arm `arms[i]`."""

    kind: str
    arms: tuple[ConditionalArm, ...]


class Attribute(Fact, frozen=True, array_like=True, gc=False):
    """An attribute of an element. `name` is lower case; the range is from the name to behind the value and its quote.

    `value` is None for an attribute without `=`, a `Const` where no template tag stands in it, and otherwise a `Join`
    of literal pieces, expressions and, for an `if` inside the value, a `Choice`; a value that begins in one template
    branch and ends in another is `Opaque`. Its range excludes the quotes. Literals are as written, `&amp;` and all.
    `quote` is `'"'`, `"'"` or `""`. `branches` are those opened inside the start tag around the attribute.
    """

    name: str
    name_start: int
    name_end: int
    value: AnyTerm | None
    quote: str
    branches: tuple[Branch, ...]


class Element(Fact, frozen=True, array_like=True, gc=False):
    """A start tag (range: `<` to `>`); `close` is the offset after its end tag, or None where the text does not tell.

    `tag` is lower case, and empty where an expression is part of the name (`<h{{ level }}>`). `branches` are the Kida
    conditionals and loops around it, outermost first. `dynamic` is true when expressions stand where attribute names
    would (`<div {{ attrs }}>`), so that it may have attributes nobody can see.
    """

    tag: str
    attributes: tuple[Attribute, ...]
    close: int | None
    branches: tuple[Branch, ...]
    dynamic: bool


class TemplateFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts of one template file. Everything is in document order; nesting is told by the ranges.

    `scripts` are the ranges of the texts of `<script>` elements and of `on*`/`hx-on*` attributes, for what scripts
    visibly create. `expressions` are all output expressions `{{ … }}`. `comments` are Kida comments' inner texts.
    `unscripted` are the elements inside `<noscript>`, which are none of `elements`: without scripts they are there.
    `overrides` are the blocks inside an `embed`: they replace blocks of the embedded template and are no blocks of
    this one. `operands` are the expressions of statement tags that stand in no other fact: what loops run over,
    subjects and patterns of `match`, keys of `cache`, what slots offer, what `provide` provides. `program` tells what
    rendering reads and binds, `places` where its reads stand; both are empty where the nesting is broken.
    `filters` and `tests` are those that Kida does not have itself. `turning` are `(start, character)` of what turns the
    direction of the text.
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
    overrides: tuple[BlockDef, ...] = ()
    conditionals: tuple[Conditional, ...] = ()
    operands: tuple[AnyTerm, ...] = ()
    program: tuple[Step, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    filters: tuple[Ident, ...] = ()
    tests: tuple[Ident, ...] = ()
    turning: tuple[tuple[int, str], ...] = ()
    unscripted: tuple[Element, ...] = ()
