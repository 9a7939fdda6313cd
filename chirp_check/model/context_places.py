"""Where Python writes what a render site gives: calls, their keywords, and keys of mappings."""

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from chirp_check.facts.handlers import Assign, Define, Function, Statement, Unpack
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Mapping, Name, Term
from chirp_check.facts.walk import every_part, every_statement
from chirp_check.model.inputs import module_facts, module_functions, python_files, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.program import records
from chirp_check.source import Span


def keyword(model: Queries, call: Span, name: str) -> Span | None:
    """Where a call writes the name of a keyword argument."""
    written = call_at(model, call)
    given = next((one for one in written.arguments if one.name == name), None) if written is not None else None
    source = text(model, call.path)
    if given is None or source is None:
        return None
    before = source[: given.value.start].rstrip()
    end = len(before.removesuffix("=").rstrip())
    is_it = before.endswith("=") and source.endswith(name, 0, end)
    return Span(call.path, end - len(name), end) if is_it else None


def entry(model: Queries, call: Span, name: str) -> Span | None:
    """Where a mapping that a call forwards writes a key, quotes included."""
    values = (dict(one.kwargs).get(name) for one in records(model, call.path) if one.span == call)
    places = dict.fromkeys(one.span for one in values if one is not None)
    keys = (
        (span.path, one.key)
        for span in places
        for mapping in _terms_around(model, span, Mapping)
        for one in mapping.entries
        if one.value.start <= span.start < one.value.end
    )
    found = ((path, key) for path, key in keys if isinstance(key, Const) and key.value == name)
    return next((Span(path, key.start, key.end) for path, key in found), None)


def helper_calls(model: Queries, files: Iterable[str], span: Span) -> Iterator[tuple[Span, frozenset[str]]]:
    """The calls of the helper that a place is in, as far as they say themselves what they forward, and their keywords.

    Each is given by its first argument, or else its function.
    """
    facts = module_facts(model, span.path)
    around = (
        one.function
        for one in every_statement(facts.body if facts is not None else ())
        if isinstance(one, Define) and one.function.start <= span.start < one.function.end
    )
    helper = max((one for one in around if _forwards(one)), key=lambda one: one.start, default=None)
    for path in files if helper is not None else ():
        for call in _calls(model, path):
            if (
                helper is not None
                and _last_name(call.function) == helper.name
                and not any(one.stars for one in call.arguments)
            ):
                positional = (one.value for one in call.arguments if one.name is None)
                first = next(positional, call.function)
                keywords = frozenset(one.name for one in call.arguments if one.name is not None)
                yield Span(path, first.start, first.end), keywords


def takes_more(model: Queries, files: Iterable[str], place: Span) -> bool:
    """Whether the innermost call around a place takes any keyword and gives it to a template.

    That is the call of a return type, or of a function of the project that forwards what it is given.
    """
    call = max(_around(model, place), key=lambda one: one.start, default=None)
    if call is None:
        return False
    if any((one.span.start, one.span.end) == (call.start, call.end) for one in records(model, place.path)):
        return True
    name = _last_name(call.function)
    functions = (one for path in files for one in module_functions(model, path).values())
    defined = [one for one in functions if one.name == name]
    return bool(defined) and all(_forwards(one) for one in defined)


def in_scope(model: Queries, place: Span, name: str) -> bool:
    """Whether a name has a value for sure where a place runs: a parameter, or assigned before on every way."""
    around = _functions_around(model, place)
    if not around:
        return False
    inner = max(around, key=lambda one: one.start)
    before = (one for one in inner.body if one.end <= place.start)
    assigned = any(
        (isinstance(one, Assign) and one.name == name and one.value is not None)
        or (isinstance(one, Unpack) and name in one.names)
        for one in before
    )
    return assigned or any(param.name == name for one in around for param in one.params)


@query
def given_otherwise(model: Queries, site: Span, name: str) -> bool:
    """Whether a call that names the same template as a site gives a name another value than a variable called so."""
    template = _written(model, site)
    literal = template[-1:] in ("'", '"')
    paths = python_files(model) if literal else (site.path,)  # another file may call something else so
    naming = (path for path in paths if f"{name}=" in (text(model, path) or ""))
    return any(_gives_otherwise(model, path, call, (template, name)) for path in naming for call in _calls(model, path))


def _gives_otherwise(model: Queries, path: str, call: Call, wanted: tuple[str, str]) -> bool:
    template, name = wanted
    given = next((one.value for one in call.arguments if one.name == name), None)
    if given is None or _is_named(given, name):
        return False
    return any(_written(model, Span(path, one.value.start, one.value.end)) == template for one in call.arguments)


def _written(model: Queries, span: Span) -> str:
    return (text(model, span.path) or "")[span.start : span.end]


def _is_named(term: AnyTerm, name: str) -> bool:
    return isinstance(term, Name) and term.id == name


def is_typed_in(model: Queries, place: Span, name: str) -> bool:
    """Whether a name has what a form has sent, where a place runs that is no `ValidationError`.

    What was right is not put into the form again, as a rule.
    """
    if any(one.kind == "ValidationError" and _holds(one.span, place) for one in records(model, place.path)):
        return False
    around = _functions_around(model, place)
    body = max(around, key=lambda one: one.start).body if around else ()
    kept = [one.value for one in every_statement(body) if isinstance(one, Assign) and one.name == name]
    kept += [param.annotation for one in around for param in one.params if param.name == name]
    places = (Span(place.path, one.start, one.end) for one in kept if one is not None)
    return any("form" in _written(model, one).lower() for one in places)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def unread(model: Queries, place: Span) -> frozenset[str]:
    """The variables in which the function around a place keeps something that it never reads."""
    around = _functions_around(model, place)
    body = max(around, key=lambda one: one.start).body if around else ()
    kept = {one.name for one in every_statement(body) if isinstance(one, Assign)}
    return frozenset(kept - {one.id for one in every_part(body) if isinstance(one, Name)})


def _functions_around(model: Queries, place: Span) -> list[Function]:
    facts = module_facts(model, place.path)
    return [
        one.function
        for one in every_statement(facts.body if facts is not None else ())
        if isinstance(one, Define) and one.function.start <= place.start < one.function.end
    ]


def _forwards(function: Function) -> bool:
    return any(one.kind == "double-star" for one in function.params)


def _last_name(term: AnyTerm) -> str:
    return term.id if isinstance(term, Name) else term.name if isinstance(term, Attr) else ""


def _calls(model: Queries, path: str) -> Iterator[Call]:
    """All calls of a file."""
    return (one for one in every_part(module_facts(model, path)) if isinstance(one, Call))


def value_text(model: Queries, call: Span, name: str) -> str:
    """What a call writes as the value of a keyword; empty where it has none."""
    written = call_at(model, call)
    given = next((one for one in written.arguments if one.name == name), None) if written is not None else None
    source = text(model, call.path) or ""
    return source[given.value.start : given.value.end] if given is not None else ""


def call_at(model: Queries, span: Span) -> Call | None:
    """The call written at a place."""
    return next((one for one in _around(model, span) if (one.start, one.end) == (span.start, span.end)), None)


def is_argument(model: Queries, span: Span) -> bool:
    """Whether what stands at a place is an argument of a call."""
    calls = _around(model, span)
    return any((arg.value.start, arg.value.end) == (span.start, span.end) for one in calls for arg in one.arguments)


def _around(model: Queries, span: Span) -> Iterator[Call]:
    return _terms_around(model, span, Call)


def _terms_around[T: Term](model: Queries, span: Span, kind: type[T]) -> Iterator[T]:
    """The terms of a file that a place is in."""
    pending: list[object] = [module_facts(model, span.path)] if span.path else []
    while pending:
        current = pending.pop()
        if isinstance(current, (Term, Statement)) and not (current.start <= span.start and span.end <= current.end):
            continue
        if isinstance(current, kind):
            yield current
        if isinstance(current, msgspec.Struct):
            pending += msgspec.structs.astuple(current)
        elif _is_listed(current):
            pending += cast("tuple[object, ...]", current)


def _is_listed(value: object) -> bool:
    return isinstance(value, tuple)
