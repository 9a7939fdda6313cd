"""Dataclasses that stand for a form: their fields, and which of these a request has to bring."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from chirp_check.facts.handlers import Assign, Class, DefineClass
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Index, Items, Name
from chirp_check.facts.walk import every_statement
from chirp_check.model.domain import ClassValue, External, Value
from chirp_check.model.inputs import module_facts
from chirp_check.model.memory import Queries, gate
from chirp_check.model.objects import is_enumeration
from chirp_check.model.program import name_of
from chirp_check.source import Span

_PLAIN = frozenset({"str", "int", "float"})
_LIBRARY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "decimal": frozenset({"Decimal"}),
        "datetime": frozenset({"date", "datetime", "time"}),
        "uuid": frozenset({"UUID"}),
    }
)


class FormField(msgspec.Struct, frozen=True, gc=False):
    """A field of a dataclass, where its name is written; `required`: a form without it is refused."""

    name: str
    span: Span
    required: bool


def annotated_class(model: Queries, module: str, annotation: AnyTerm | None) -> ClassValue | None:
    """The dataclass of a parameter that takes a form: `TaskForm`, or `Form[TaskForm]`."""
    match annotation:
        case Index(base=base, key=inner) if _is_form(model, module, base):
            return annotated_class(model, module, inner)
        case Const(value=str() as name):
            found = name_of(model, module, name)
        case Name(id=name):
            found = name_of(model, module, name)
        case _:
            return None
    return found if isinstance(found, ClassValue) and form_fields(model, found.module, found.qualname) else None


def _is_form(model: Queries, module: str, term: AnyTerm) -> bool:
    value = _meant(model, module, term)
    return value is not None and value.startswith("chirp.") and value.rpartition(".")[2] == "Form"


def _meant(model: Queries, module: str, term: AnyTerm) -> str | None:
    """The dotted name that a term means, of something outside of the project."""
    match term:
        case Name(id=name):
            value: Value | None = name_of(model, module, name)
            return value.name if isinstance(value, External) else None if value is not None else f"builtins.{name}"
        case Attr(base=Name(id=base), name=name):
            value = name_of(model, module, base)
            return f"{value.name}.{name}" if isinstance(value, External) else None
        case _:
            return None


@gate
def form_fields(model: Queries, module: str, qualname: str) -> tuple[FormField, ...]:
    """The fields of a dataclass, those of its bases first; none where they are not all seen."""
    written = _class(model, module, qualname)
    if written is None or not any(_is_dataclass(one) for one in written.decorators):
        return ()
    found: dict[str, FormField] = {}
    for base in written.bases:
        above = name_of(model, module, base.id) if isinstance(base, Name) else None
        inherited = form_fields(model, above.module, above.qualname) if isinstance(above, ClassValue) else ()
        if not inherited:
            return ()
        found |= {one.name: one for one in inherited}
    for one in written.body:
        if isinstance(one, Assign) and one.annotation is not None and not _is_of_class(one.annotation):
            required = one.value is None and _is_needed(model, module, one.annotation)
            found[one.name] = FormField(one.name, Span(module, one.start, one.start + len(one.name)), required)
        elif isinstance(one, Assign) and one.name in found:
            found[one.name] = FormField(one.name, found[one.name].span, required=False)
    return tuple(found.values())


def _class(model: Queries, module: str, qualname: str) -> Class | None:
    facts = module_facts(model, module)
    found = (one.definition for one in every_statement(facts.body) if isinstance(one, DefineClass)) if facts else ()
    return next((one for one in found if one.qualname == qualname), None)


def _is_dataclass(decorator: AnyTerm) -> bool:
    called = decorator.function if isinstance(decorator, Call) else decorator
    name = called.id if isinstance(called, Name) else called.name if isinstance(called, Attr) else ""
    return name == "dataclass"


def _is_of_class(annotation: AnyTerm) -> bool:
    base = annotation.base if isinstance(annotation, Index) else annotation
    name = base.id if isinstance(base, Name) else base.name if isinstance(base, Attr) else ""
    return name in ("ClassVar", "InitVar")


def _is_needed(model: Queries, module: str, annotation: AnyTerm) -> bool:
    """Whether a field of this type is refused when nothing is sent; the kinds that are not known are not."""
    if isinstance(annotation, Index):
        outer = (_meant(model, module, annotation.base) or "").rpartition(".")[2]
        first = annotation.key.elements[:1] if isinstance(annotation.key, Items) else ()
        return outer == "Literal" or (outer == "Annotated" and bool(first) and _is_needed(model, module, first[0]))
    if isinstance(annotation, Name):
        value = name_of(model, module, annotation.id)
        if isinstance(value, ClassValue):
            return is_enumeration(value)
    dotted = _meant(model, module, annotation) or ""
    package, _, name = dotted.rpartition(".")
    return (
        (package == "builtins" and name in _PLAIN)
        or name in _LIBRARY.get(package, ())
        or (package.partition(".")[0] == "chirp" and name == "UploadFile")
    )
