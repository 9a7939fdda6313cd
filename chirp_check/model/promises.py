"""Functions that promise a value and never give one, of those that the code of an application calls for their value."""

from collections.abc import Iterator

from chirp_check.facts.handlers import AnyStatement, Do, Function, Leave, Return
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Name
from chirp_check.facts.walk import every_part, every_statement
from chirp_check.grammar.pages import CONTEXT, META
from chirp_check.model.answers import handlers_in
from chirp_check.model.applications import application_files
from chirp_check.model.domain import External
from chirp_check.model.endings import reaches_end
from chirp_check.model.entities import HandlerRef, PromiseFault
from chirp_check.model.framework import kind_of
from chirp_check.model.inputs import module_facts, module_functions, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import owners
from chirp_check.model.typing.annotations import annotated
from chirp_check.model.typing.bindings import own_statements
from chirp_check.model.typing.classes import resolved
from chirp_check.model.typing.kinds import NONE
from chirp_check.source import Span

# Decorators that leave what a function gives as it is.
_PLAIN = frozenset({"classmethod", "staticmethod", "property", "cached_property", "cache", "lru_cache", "final"})
_PROVIDED = {CONTEXT: "context", META: "meta"}  # functions that folders of pages ask
_NAMING = frozenset({"template_filter", "template_global", "template_test"})


@query
def promise_faults(model: Queries, path: str) -> tuple[PromiseFault, ...]:
    """The functions of a Python file that give None and promise something else."""
    apps = owners(model, path) if path.endswith(".py") else ()
    found = [one for one in module_functions(model, path).values() if _may_be_empty(one)] if apps else []
    if not found:
        return ()
    handlers = {one.span.start for one, _ in handlers_in(model, path)}
    files = frozenset[str]().union(*(application_files(model, app) for app in apps))
    judged = ((one, _judged(model, path, one)) for one in found if one.name_start not in handlers)
    return tuple(fault for one, fault in judged if fault is not None and _is_asked(model, files, path, one))


def _may_be_empty(one: Function) -> bool:
    """Whether a function promises something and returns nothing anywhere."""
    if one.returns is None or one.is_generator or _is_none(one.returns) or not one.body:
        return False
    return not any(isinstance(each, Return) and each.value is not None for each in own_statements(one.body))


def _is_none(term: AnyTerm) -> bool:
    return isinstance(term, Const) and term.value in (None, "None")


def _judged(model: Queries, path: str, one: Function) -> PromiseFault | None:
    promised, source = annotated(model, path, one.returns), text(model, path) or ""
    is_kept = promised is not None and bool(promised) and NONE not in promised
    if one.returns is None or not (is_kept or _is_ours(model, path, one.returns)) or _is_stub(one, source):
        return None
    if not reaches_end(model, path, one):
        return None
    written = " ".join(source[one.returns.start : one.returns.end].split())
    end = _end(one)
    reference = HandlerRef(one.name, Span(path, one.name_start, one.name_end), Span(path, one.start, one.end))
    annotation = Span(path, one.returns.start, one.returns.end)
    return PromiseFault(reference, annotation, (written,), "None", Span(path, end.start, end.end))


def _is_ours(model: Queries, path: str, term: AnyTerm) -> bool:
    """Whether an annotation is a class of the framework."""
    value = resolved(model, path, term) if isinstance(term, (Name, Attr)) else None
    return isinstance(value, External) and kind_of(value.name) is not None


def _is_stub(one: Function, source: str) -> bool:
    """Whether a function is written for its signature alone, or something around it may give the value."""
    known = all(_last(each) in _PLAIN | _NAMING for each in one.decorators)
    return not known or all(_is_nothing(each, source) for each in one.body)


def _last(term: AnyTerm) -> str:
    called = term.function if isinstance(term, Call) else term
    return called.id if isinstance(called, Name) else called.name if isinstance(called, Attr) else ""


def _is_nothing(statement: AnyStatement, source: str) -> bool:
    if not isinstance(statement, Do):
        return isinstance(statement, Leave)
    return isinstance(statement.value, Const) or source[statement.value.start : statement.value.end] == "..."


def _end(one: Function) -> AnyStatement:
    """The statement that most likely was to give the value: the last one that makes a value for nothing."""
    made = [each for each in own_statements(one.body) if isinstance(each, Do)]
    return made[-1] if made else one.body[-1]


def _is_asked(model: Queries, files: frozenset[str], path: str, one: Function) -> bool:
    """Whether some call of this name is made for its value, or templates or a folder of pages ask for it."""
    name = one.name
    if _PROVIDED.get(path.rpartition("/")[2]) == name:
        return True
    if any(_last(each) in _NAMING for each in one.decorators):
        return True
    return any(name in _asked(model, file) for file in sorted(files) if name in (text(model, file) or ""))


@query
def _asked(model: Queries, path: str) -> frozenset[str]:
    """The names of functions that a file calls for their value."""
    return frozenset(_calls(model, path))


def _calls(model: Queries, path: str) -> Iterator[str]:
    facts = module_facts(model, path)
    body = facts.body if facts is not None else ()
    dropped = {(one.value.start, one.value.end) for one in every_statement(body) if isinstance(one, Do)}
    for one in every_part(body):
        if isinstance(one, Call) and (one.start, one.end) not in dropped:
            yield _last(one)
