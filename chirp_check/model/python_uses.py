"""What the Python side of an application refers to, where it is written: templates, blocks, URLs and ids."""

from collections.abc import Iterator, Mapping

from chirp_check.facts.values import AnyTerm, Attr, Const, Index, Items, Merge, Name
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import Callable, ClassValue, External, Record, Sequence, Value
from chirp_check.model.entities import (
    AnnotationUse,
    BlockUse,
    HandlerRef,
    Pattern,
    Site,
    TargetUse,
    TemplateUse,
    Text,
    Unknown,
    UrlUse,
)
from chirp_check.model.framework import NEGOTIABLE, REFUSED, RETURN_TYPES
from chirp_check.model.listing import function
from chirp_check.model.markup import hashed, pieces
from chirp_check.model.memory import Queries
from chirp_check.model.program import names_of
from chirp_check.model.templates import template_path
from chirp_check.source import Span

type Use = TemplateUse | BlockUse | UrlUse | TargetUse | Unknown


def uses(model: Queries, app: AppKey, record: Record) -> Iterator[Use]:
    """What one constructed return type refers to, in the application."""
    signature = RETURN_TYPES.get(record.kind)
    if signature is None:
        return
    site = Site(record.kind, record.span)
    if signature.template is not None:
        yield from _rendered(model, app, record, site)
    for name in signature.ids:
        yield from _target(record.argument(None, name), f"{record.kind}({name}=)", site)
    if record.kind in ("Redirect", "hx_redirect"):
        yield from _url(record.argument(0, "url"), site)
    if record.kind in ("FormAction", "MutationResult"):
        yield from _url(record.argument(0, "redirect"), site)
    if record.kind in ("OOB", "FormAction", "MutationResult"):
        yield from _default_targets(record)


def _rendered(model: Queries, app: AppKey, record: Record, site: Site) -> Iterator[Use]:
    signature = RETURN_TYPES[record.kind]
    assert signature.template is not None
    name = record.argument(*signature.template)
    if not isinstance(name, Text):
        if name is not None:
            yield Unknown(_reason(name), record.span, "template")
        return
    if not (name.value or signature.answers):
        return  # an empty part, which stands for none
    yield TemplateUse(name, record.kind, site)
    path = template_path(model, app, name.value)
    for position, parameter in signature.blocks:
        block = record.argument(position, parameter)
        if isinstance(block, Text) and path is not None:
            yield BlockUse(name, block, path, site, parameter)
        elif isinstance(block, (Pattern, Unknown)):
            yield Unknown(_reason(block), record.span, "block")


def _reason(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else "a computed name"


def _url(value: Value | None, site: Site) -> Iterator[Use]:
    if isinstance(value, (Text, Pattern)):
        yield UrlUse(value, "GET", "redirect", None, site)
    elif isinstance(value, Unknown):
        yield Unknown(value.reason, site.span, "url")


def _target(value: Value | None, via: str, site: Site) -> Iterator[Use]:
    if not isinstance(value, (Text, Pattern)):
        return
    if via.endswith("(target=)"):
        written = pieces(value)
        selector: Text | Pattern = value
        if written[0] is not None and not written[0].startswith("#"):
            selector = hashed(written, value.span)
        yield TargetUse(selector, via, None, site)
    else:
        yield TargetUse(value, via, None, site)


def _default_targets(record: Record) -> Iterator[Use]:
    """A fragment after the first goes to the element named like its block, unless it names a target."""
    for fragment in _others(record):
        block = fragment.argument(1, "block_name")
        if fragment.argument(None, "target") is None and not fragment.open and isinstance(block, Text):
            yield TargetUse(
                hashed(pieces(block), block.span),
                "the default target of a fragment",
                None,
                Site("Fragment", fragment.span),
            )


def _others(record: Record) -> list[Record]:
    """The fragments that are swapped out of band: all but the first."""
    given: tuple[Value, ...] = record.args[1:] if record.kind == "OOB" else record.args[2:]
    listed = record.argument(None, "fragments")
    if record.kind != "OOB" and isinstance(listed, Sequence):
        given = (*given, *listed.items[1:])
    return [value for value in given if isinstance(value, Record) and value.kind == "Fragment"]


def annotation(model: Queries, handler: Callable, reference: HandlerRef) -> AnnotationUse | None:
    """A handler's return annotation with the types in it that no negotiation case takes."""
    written = function(model, handler.module, handler.qualname)
    if written is None or written.returns is None:
        return None
    refused = tuple(dict.fromkeys(_refused(written.returns, names_of(model, handler.module))))
    return AnnotationUse(reference, Span(handler.module, written.returns.start, written.returns.end), refused)


def _refused(term: AnyTerm, names: Mapping[str, Value]) -> Iterator[str]:
    match term:
        case Const(value=None):
            yield "None"
        case Merge(left=left, right=right):
            yield from _refused(left, names)
            yield from _refused(right, names)
        case Index(base=base, key=key) if (special := _special(base, names)) is not None:
            yield from ("None",) if special == "Optional" else ()
            inside = key.elements if isinstance(key, Items) else (key,)
            for one in inside[:1] if special == "Annotated" else inside:
                yield from _refused(one, names)
        case Index(base=base) if not _is_generic(base):
            yield from _refused(base, names)
        case Name(id=name):
            value = names.get(name)
            if (value is None and name in REFUSED) or (isinstance(value, ClassValue) and _plain(value)):
                yield name
        case _:
            pass


def _special(base: AnyTerm, names: Mapping[str, Value]) -> str | None:
    """`Optional`, `Union` or `Annotated` of `typing`: what is returned stands inside the brackets."""
    match base:
        case Name(id=name):
            value = names.get(name)
        case Attr(base=Name(id=module), name=name):
            value = names.get(module)
            value = External(f"{value.name}.{name}", value.span) if isinstance(value, External) else None
        case _:
            value = None
    dotted = value.name if isinstance(value, External) else ""
    package, _, last = dotted.rpartition(".")
    return last if package in ("typing", "typing_extensions") and last in _TRANSPARENT else None


_TRANSPARENT = frozenset({"Optional", "Union", "Annotated"})


def _is_generic(base: AnyTerm) -> bool:
    """Whether a subscripted name may be any generic type, whose items do not say whether it is a response."""
    name = base.id if isinstance(base, Name) else base.name if isinstance(base, Attr) else ""
    return name not in NEGOTIABLE | REFUSED


def _plain(definition: ClassValue) -> bool:
    """Whether a class of the project derives from nothing that could be a response."""
    return all(
        (isinstance(base, ClassValue) and _plain(base))
        or (isinstance(base, External) and base.name == "builtins.object")
        for base in definition.bases
    )
