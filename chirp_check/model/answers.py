"""What handlers answer: values of which no response can be made, and promises that are not kept."""

import builtins
from collections.abc import Iterator, Mapping

from chirp_check.facts.handlers import DefineClass, Function, Return
from chirp_check.facts.values import AnyTerm, Attr, Call, Choice, Const, Items, Name
from chirp_check.facts.walk import every_statement
from chirp_check.model.annotations import is_plain, promised
from chirp_check.model.applications import Handler, application, application_keys, handlers
from chirp_check.model.domain import Callable, ClassValue, External, Instance, Record, Scalar, Sequence, Value
from chirp_check.model.endings import reaches_end
from chirp_check.model.entities import ArgumentFault, HandlerRef, PromiseFault, ReturnFault, Site
from chirp_check.model.framework import RETURN_TYPES, is_a
from chirp_check.model.inputs import module_facts, module_functions, text
from chirp_check.model.listing import function, handler_ref
from chirp_check.model.memory import Queries, query, table
from chirp_check.model.pages import form_actions
from chirp_check.model.program import class_names, summary
from chirp_check.model.signatures import STATUSES, type_word
from chirp_check.source import Span

CLASSES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))
_HARMLESS_DECORATORS = frozenset({"dataclass", "final", "total_ordering"})


@query
def handler_faults(model: Queries, path: str) -> tuple[object, ...]:
    """What is wrong with the answers of the handlers that a Python file defines."""
    found = (fault for one in handlers_in(model, path) for fault in _faults(model, *one))
    return tuple(dict.fromkeys(found))


def handlers_in(model: Queries, path: str) -> tuple[tuple[HandlerRef, Handler], ...]:
    """The handlers of routes, form actions and errors that a file defines."""
    return _handlers.entry(model, path) or ()


@table
def _handlers(model: Queries) -> Mapping[str, tuple[tuple[HandlerRef, Handler], ...]]:
    """The handlers of routes, form actions and errors by the file that defines them."""
    found: dict[str, dict[Span, tuple[HandlerRef, Handler]]] = {}
    for app in application_keys(model):
        known = handlers(model, app)
        routed = zip((route.handler for route in application(model, app).routes), known.of_routes, strict=True)
        acting = ((handler_ref(model, one.asked), Handler.of(one)) for one in form_actions(model, app))
        for reference, handler in (*routed, *acting, *known.of_errors):
            if reference is not None and handler is not None:
                found.setdefault(reference.span.path, {})[reference.span] = (reference, handler)
    return {path: tuple(ones.values()) for path, ones in found.items()}


def _faults(model: Queries, reference: HandlerRef, handler: Handler) -> Iterator[object]:
    called = handler.function
    written = function(model, called.module, called.qualname)
    if written is None or written.is_generator:
        return
    made = handler.gives(model)
    types = promised(model, called.module, written.returns) if written.returns is not None else ()
    own = made if handler.around is None else summary(model, called)
    ending = Scalar(None, called.span)  # what a decorator around it gets for its end
    if not any(one.refused for one in types):
        is_given = handler.around is None or ending in made.returned
        if own.falls_off and is_given and reaches_end(model, called.module, written):
            yield ReturnFault(reference, "end", "", called.span)
        answers = _Answers(model, reference, written)
        for value in made.returned:
            yield from answers.faults(value) if value != ending else ()
    names = tuple(one.name for one in types)
    if names and all(one.refused is False for one in types) and written.returns is not None:
        annotation = Span(called.module, written.returns.start, written.returns.end)
        yield from _unkept(reference, annotation, names, own.returned)


class _Answers:
    """Judges what one handler returns."""

    def __init__(self, model: Queries, reference: HandlerRef, written: Function) -> None:
        self.model = model
        self.reference = reference
        self.written = written

    def faults(self, value: Value, *, inside: bool = False) -> Iterator[object]:
        """What is wrong with one value; `inside` a tuple, whose first part is what is answered."""
        if isinstance(value, Sequence) and value.is_tuple and not value.open:
            yield from self._tuple(value, inside=inside)
            return
        what = self._refused(value)
        if what is not None:
            at = value.span if isinstance(value, Scalar) else self._place(value.span)
            yield ReturnFault(self.reference, "value", what, at)

    def _place(self, at: Span) -> Span:
        """Where a value is returned, if it was made elsewhere and the handler returns in one place."""
        path = self.reference.function.path
        terms = tuple(_returned(self.written))
        inside = at.path == path and any(term.start <= at.start < term.end for term in terms)
        if inside or len(terms) != 1:
            return at if inside else self.reference.span
        return Span(path, terms[0].start, terms[0].end)

    def _tuple(self, value: Sequence, *, inside: bool) -> Iterator[object]:
        said = "it stands in another tuple" if inside else _shape(value)
        if said is not None:
            yield ArgumentFault(Site("tuple", value.span), "tuple", "", value.span, (), said)
        else:
            yield from self.faults(value.items[0], inside=True)

    def _refused(self, value: Value) -> str | None:
        """What a value is of which no response can be made, in words; None for all others."""
        match value:
            case Scalar(None):
                return "`None`" if self._is_certain(value.span) else None
            case Scalar(number):
                return _with_article(type(number).__name__)
            case Instance(of=definition):
                return _with_article(_short(definition)) if self._is_opaque(definition) else None
            case Callable() | ClassValue():
                kind = "function" if isinstance(value, Callable) else "class"
                return f"the {kind} `{value.qualname.rpartition('.')[2]}`"
            case External(name) if name.removeprefix("builtins.") in CLASSES:
                return f"the class `{name.removeprefix('builtins.')}`"
            case Sequence(is_tuple=False) if self._is_set(value.span):
                return "a `set`"
            case Record(kind=kind) if kind.isalpha() and not (kind in RETURN_TYPES and RETURN_TYPES[kind].answers):
                return _with_article(kind)
            case _:
                return None

    def _is_certain(self, at: Span) -> bool:
        """Whether a `None` was meant for the answer: written in a `return`, or given by the end of a function.

        Such a one of another function counts where the handler returns what that function gives; a name that is None
        on one way through the handler may never be so where it is returned.
        """
        own = at.path == self.reference.function.path and self._holds(self.written, at.start)
        others = (one for one in module_functions(self.model, at.path).values())
        if not own and not any(isinstance(one, Call) for term in _returned(self.written) for one in _arms(term)):
            return False
        for one in (self.written,) if own else others:
            if one.name_start == at.start:
                return reaches_end(self.model, at.path, one)
            if self._holds(one, at.start):
                return True
        return False

    def _is_set(self, at: Span) -> bool:
        """Whether a display that is returned as it stands is one of a set; elsewhere it may become something else."""
        arms = (arm for term in _returned(self.written) for arm in _arms(term))
        if at.path != self.reference.function.path or all(arm.start != at.start for arm in arms):
            return False
        source = text(self.model, at.path) or ""
        return source.startswith("{", at.start)

    def _holds(self, written: Function, start: int) -> bool:
        """Whether a `return` of a function is without a value, or has None for one, at a place."""
        statements = every_statement(written.body)
        bare = any(isinstance(one, Return) and one.value is None and one.start == start for one in statements)
        nones = (arm.start for term in _returned(written) for arm in _arms(term) if isinstance(arm, Const))
        return bare or start in nones

    def _is_opaque(self, definition: ClassValue) -> bool:
        """Whether an object of a class is surely nothing but that."""
        facts = module_facts(self.model, definition.module)
        statements = every_statement(facts.body) if facts is not None else ()
        defined = (one.definition for one in statements if isinstance(one, DefineClass))
        written = next((one for one in defined if one.qualname == definition.qualname), None)
        if written is None or not is_plain(definition):
            return False
        decorators = (_called_name(one) for one in written.decorators)
        names = (
            definition.names
            if definition.names is not None
            else class_names(self.model, definition.module, definition.qualname)
        )
        return "__new__" not in names and all(name in _HARMLESS_DECORATORS for name in decorators)


def _shape(value: Sequence) -> str | None:
    """Why a tuple is no `(value, status)` and no `(value, status, headers)`; None when it may be one."""
    count = len(value.items)
    if count not in (2, 3):
        return f"it has {count} part{'s' if count != 1 else ''}"
    status, headers = value.items[1], value.items[2] if count == 3 else None
    word = type_word(status)
    if word is not None and word != "int":
        return f"its second part is {_with_article(word)}, not a status"
    if isinstance(status, Scalar) and status.value not in STATUSES:
        return f"{status.value} is no status of a response"
    word = type_word(headers) if headers is not None else None
    if word is not None and word not in ("dict", "None"):
        return f"its third part is {_with_article(word)}, not a `dict` of headers"
    return None


def _unkept(
    reference: HandlerRef, annotation: Span, names: tuple[str, ...], returned: tuple[Value, ...]
) -> Iterator[PromiseFault]:
    """The kinds of values that an annotation whose types are all known does not name."""
    seen: set[str] = set()
    for value in returned:
        word = type_word(value)
        judged = word is not None and (word in RETURN_TYPES or word in ("str", "dict", "tuple"))
        if word is None or not judged or word in seen:
            continue
        seen.add(word)
        if not any(word == name or (name in RETURN_TYPES and is_a(word, name)) for name in names):
            yield PromiseFault(reference, annotation, names, word, value.span)


def _returned(written: Function) -> Iterator[AnyTerm]:
    """What the `return`s of a function give, those of inner functions included."""
    for one in every_statement(written.body):
        if isinstance(one, Return) and one.value is not None:
            yield one.value


def _arms(term: AnyTerm) -> Iterator[AnyTerm]:
    """The expressions that a conditional one chooses from; of a tuple its first part."""
    if isinstance(term, Choice):
        yield from _arms(term.then)
        yield from _arms(term.other)
    elif isinstance(term, Items) and term.is_tuple and term.elements:
        yield from _arms(term.elements[0])
    else:
        yield term


def _called_name(term: AnyTerm) -> str:
    while isinstance(term, Call):
        term = term.function
    return term.id if isinstance(term, Name) else term.name if isinstance(term, Attr) else ""


def _short(definition: ClassValue) -> str:
    return definition.qualname.rpartition(".")[2]


def _with_article(name: str) -> str:
    if name == "None":
        return "`None`"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} `{name}`"
