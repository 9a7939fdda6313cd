"""The subjects of rules: what the model knows about one place of the project. All frozen, all with their spans."""

import msgspec

from chirp_check.facts.templates import BlockDef, ComponentCall, Element
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
    """A place Python or Kida refuses. `language`: "python" or "kida"; `related`: other places."""

    language: str
    message: str
    span: Span
    help: str | None = None
    related: tuple[tuple[Span, str], ...] = ()


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


class ContextUse(msgspec.Struct, frozen=True, gc=False):
    """A render site of which all names that it gives to its template are known."""

    site: Site


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
    """A registered route. `path` is None when the text does not determine it; `methods` None likewise.

    `name` is the one it was given: None without one, Unknown when the text does not determine it, a plain string when
    it goes without saying.
    """

    path: Text | None
    methods: frozenset[str] | None
    name: Text | Unknown | str | None
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


class SelectorUse(msgspec.Struct, frozen=True, gc=False):
    """An id that an attribute refers to, as a selector: `via` is the attribute, `element` its owner.

    `loose`: it may be that of an element whose markup an expression puts out.
    """

    selector: Text | Pattern
    via: str
    element: ElementAt
    loose: bool


class AnnotationUse(msgspec.Struct, frozen=True, gc=False):
    """A handler's return annotation, as resolved: the names of the types in it that no negotiation case takes."""

    handler: HandlerRef
    span: Span
    refused: tuple[str, ...]


class ArgumentFault(msgspec.Struct, frozen=True, gc=False):
    """An argument that a return type does not take as it is given.

    `fault`: "unknown" (no argument of that name; `known` are those there are), "missing", "twice", "by name" (it is
    taken by position only), "many" (`name` is how many are taken by position), "type" (`given` is none of `known`),
    "value" (likewise).
    """

    site: Site
    fault: str
    name: str
    at: Span
    known: tuple[str, ...] = ()
    given: str = ""


class ReturnFault(msgspec.Struct, frozen=True, gc=False):
    """A handler that gives what no response can be made of: `what` at `at`, or nothing where its end is reached."""

    handler: HandlerRef
    fault: str
    what: str
    at: Span


class PromiseFault(msgspec.Struct, frozen=True, gc=False):
    """A handler whose annotation names other types than the one of a value it returns."""

    handler: HandlerRef
    annotation: Span
    promised: tuple[str, ...]
    returned: str
    at: Span


class RouteConflict(msgspec.Struct, frozen=True, gc=False):
    """A route that answers methods which a route registered before it answers already, for the same paths."""

    route: Route
    other: Route
    methods: tuple[str, ...]


class NameConflict(msgspec.Struct, frozen=True, gc=False):
    """A route whose given name leads to another route, registered before it, with the same parameters."""

    name: Text
    route: Route
    other: Route


class PathFault(msgspec.Struct, frozen=True, gc=False):
    """A route's path that does not parse: what is wrong, and where."""

    message: str
    at: Span
    near: str | None = None


class ShadowedRoute(msgspec.Struct, frozen=True, gc=False):
    """A route below a prefix that a middleware answers for all that is below it."""

    route: Route
    prefix: str
    middleware: Span


class ParameterFault(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a handler that does not go with the path of its route.

    `fault`: "unfilled" (nothing gives it a value), "unread" (its default hides a parameter of the path), "untaken"
    (the body reads a parameter of the path that the handler does not take), "type" (`annotation` is not what
    `converter` delivers), "position" (it is taken by position only), "request" (the body reads the request and the
    handler does not take it), "undefined" (nothing has the name that is its `annotation`). `renamed` is where the path
    names `near`, for the one that is probably meant.
    """

    fault: str
    name: str
    at: Span
    route: Route
    handler: HandlerRef
    annotation: str = ""
    converter: str = ""
    near: str | None = None
    renamed: Span | None = None
    is_page: bool = False


class PageFault(msgspec.Struct, frozen=True, gc=False):
    """What a file of a folder of pages lacks.

    `fault`: "handler", "context", "meta", "actions" or "layout" for a file without such; "path" for folders whose names
    are none, with the reason as `name`. `near` is what a function's name was probably meant to be.
    """

    fault: str
    name: str
    at: Span
    near: str | None = None


class RouteNameUse(msgspec.Struct, frozen=True, gc=False):
    """A route asked for by name: `given` are the parameters, `open` when there may be others; `at` is the call."""

    name: Text
    given: tuple[str, ...]
    open: bool
    at: Span


class LinkUse(msgspec.Struct, frozen=True, gc=False):
    """A link to an absolute path that may be one of this application. `taken`: htmx takes the click, where it runs."""

    url: Text | Pattern
    element: ElementAt
    taken: bool


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a component; `kind` as in its facts.

    `default` is the type of a literal default ("str", "None", "list", …), "?" for any other and None without one.
    """

    name: str
    kind: str
    annotation: str | None
    default: str | None

    @property
    def required(self) -> bool:
        """Whether every call has to give it."""
        return self.kind == "normal" and self.default is None


class Component(msgspec.Struct, frozen=True, gc=False):
    """A `def` or `region` (`kind`) and the file that defines it: what it takes, and the slots it yields.

    `open`: it may yield others.
    """

    path: str
    name: str
    kind: str
    parameters: tuple[Taken, ...]
    slots: frozenset[str]
    open: bool


class ComponentUse(msgspec.Struct, frozen=True, gc=False):
    """A call of a known component in the template at `path`."""

    path: str
    call: ComponentCall
    component: Component


class ImportUse(msgspec.Struct, frozen=True, gc=False):
    """A name that a template takes from the one called `template`, at `path`.

    `local` is what it is called here; None for a member of what is imported whole.
    """

    name: Text
    template: str
    path: str
    local: str | None


class VocabularyUse(msgspec.Struct, frozen=True, gc=False):
    """A filter or test (`kind`) that Kida does not have itself."""

    name: Text
    kind: str


class BlockTwice(msgspec.Struct, frozen=True, gc=False):
    """Two blocks of one name in one file; Kida renders the second in the place of both."""

    first: BlockAt
    second: BlockAt


class Orphan(msgspec.Struct, frozen=True, gc=False):
    """A block that nothing renders: no template above has one of its name, and no handler asks for it.

    `above` is the file of the template that it would have to be in; `known` are the names of the blocks there.
    """

    block: BlockAt
    above: str
    known: tuple[str, ...]


class TemplateAt(msgspec.Struct, frozen=True, gc=False):
    """A template of an application: its name there, and its file."""

    name: str
    path: str


class Deception(msgspec.Struct, frozen=True, gc=False):
    """A name that looks like the ASCII name `plain`, or a character that turns the text around it (`plain` None)."""

    written: str
    plain: str | None
    span: Span
