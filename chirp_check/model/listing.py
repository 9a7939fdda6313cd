"""What Python files say without being run: their functions by name, and which files they import."""

from collections.abc import Mapping

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Class,
    Define,
    DefineClass,
    Do,
    Function,
    SetAttr,
    SetItem,
)
from chirp_check.facts.values import AnyTerm, Attr, Call, Index, Name
from chirp_check.facts.walk import every_statement
from chirp_check.model.circles import circles
from chirp_check.model.domain import Callable
from chirp_check.model.entities import HandlerRef
from chirp_check.model.frame import Shape
from chirp_check.model.inputs import module_facts, module_functions, modules, python_files
from chirp_check.model.memory import Queries, gate, outside_table, query
from chirp_check.model.outlines import module_outline
from chirp_check.source import Span

# Methods of mappings and lists that change them.
CHANGING = frozenset(
    {"update", "setdefault", "pop", "popitem", "clear", "append", "extend", "insert", "remove", "sort", "reverse"}
)


@outside_table
def _functions(model: Queries, path: str) -> Mapping[str, Function]:
    return module_functions(model, path)


def function(model: Queries, path: str, qualname: str) -> Function | None:
    """A function of a Python file by its qualified name; None when there is none of that name."""
    return _functions.entry(model, qualname, path)


@query
def _classes(model: Queries, path: str) -> Mapping[str, Class]:
    facts = module_facts(model, path)
    statements = every_statement(facts.body) if facts is not None else ()
    return {one.definition.qualname: one.definition for one in statements if isinstance(one, DefineClass)}


@query
def shape(model: Queries, path: str, qualname: str) -> Shape:
    """What the text of a class says about its objects."""
    written = _classes(model, path).get(qualname)
    if written is None:
        return Shape((), ())
    declared = (one.name for one in written.body if isinstance(one, Assign) and one.annotation is not None)
    times: dict[str, int] = {}
    for one in every_statement(written.body):
        for name in _set_by(one.function) if isinstance(one, Define) else ():
            times[name] = times.get(name, 0) + 1
    return Shape(tuple(name for name in declared if name != "_"), tuple(times.items()))


def _set_by(method: Function) -> frozenset[str]:
    """The attributes that a method sets or changes on the object which it is called on."""
    owner = method.params[0].name if method.params else ""
    found: set[str] = set()
    for one in every_statement(method.body):
        if isinstance(one, SetAttr) and _is_name(one.base, owner):
            found.add(one.name)
        changed = _changed(one)
        while isinstance(changed, (Attr, Index)):
            if isinstance(changed, Attr) and _is_name(changed.base, owner):
                found.add(changed.name)
            changed = changed.base
    return frozenset(found)


def _changed(statement: AnyStatement) -> AnyTerm | None:
    """The term of what a statement changes in place."""
    match statement:
        case SetItem(base=base) | SetAttr(base=base):
            return base
        case Do(value=Call(function=Attr(base=base, name=name))) if name in CHANGING:
            return base
        case _:
            return None


def _is_name(term: AnyTerm, name: str) -> bool:
    return isinstance(term, Name) and term.id == name


@gate
def imports(model: Queries, path: str) -> tuple[str, ...]:
    """The project's files that a Python file imports, anywhere in it, sorted."""
    known = modules(model)
    found: set[str] = set()
    for module, attribute, level in module_outline(model, path).imports:
        base = known.find(path, module, level)
        if base is not None:
            inner = known.inside(base, attribute) if attribute is not None else None
            found |= {base} if inner is None else {base, inner}
    return tuple(sorted(found))


@gate
def read_modules(model: Queries) -> tuple[str, ...]:
    """The Python files to check and all that these import, sorted."""
    found: set[str] = set()
    pending = list(python_files(model))
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += imports(model, path)
    return tuple(sorted(found))


@query
def _circles(model: Queries) -> Mapping[str, tuple[str, ...]]:
    ways = {path: imports(model, path) for path in read_modules(model)}
    return {path: circle for circle in circles(ways) for path in circle}


@gate
def together(model: Queries, path: str) -> tuple[str, ...]:
    """A file with those that it imports, and that import it, in a circle; sorted."""
    return _circles(model).get(path, (path,))


def handler_ref(model: Queries, handler: Callable) -> HandlerRef:
    """A handler as reports show it."""
    written = function(model, handler.module, handler.qualname)
    whole = Span(handler.module, written.start, written.end) if written is not None else handler.span
    return HandlerRef(handler.qualname.rpartition(".")[2], handler.span, whole)
