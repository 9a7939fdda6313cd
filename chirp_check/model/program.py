"""The Python side of the project, run piece by piece: what modules bind, what functions give, what is noted."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.model.domain import Callable, Record, Value
from chirp_check.model.frame import Arguments, Call, Registration, Shape, Summary, unknown
from chirp_check.model.imports import Modules
from chirp_check.model.inputs import module_facts, modules
from chirp_check.model.interpreter import Interpreter, Outcome
from chirp_check.model.listing import function, read_modules, shape, together
from chirp_check.model.memory import Cycle, Queries, gate, query, table
from chirp_check.source import Span

DEEP = "deep"
DEEPEST = 40  # calls inside calls, across files

NOTHING: Mapping[str, Value] = {}


class _Surroundings(msgspec.Struct, frozen=True):
    """The rest of the project, as one piece of work sees it."""

    model: Queries

    @property
    def modules(self) -> Modules:
        return modules(self.model)

    def module(self, path: str) -> ModuleFacts | None:
        return module_facts(self.model, path)

    def function(self, module: str, qualname: str) -> Function | None:
        return function(self.model, module, qualname)

    def exported(self, module: str, name: str) -> Value | None:
        return name_of(self.model, module, name)

    def all_exported(self, module: str) -> Mapping[str, Value]:
        return names_of(self.model, module)

    def class_names(self, module: str, qualname: str) -> Mapping[str, Value]:
        return class_names(self.model, module, qualname)

    def shape(self, module: str, qualname: str) -> Shape:
        return shape(self.model, module, qualname)

    def call(self, function: Callable, arguments: Arguments) -> tuple[Summary, bool]:
        if self.model.memory.depth > DEEPEST:
            return unknown("calls nested too deeply", function.span), True
        try:
            made = _call(self.model, function, arguments)
        except Cycle:
            return unknown("recursion", function.span), True
        return made.summary or unknown("recursion", function.span), not made.silent


# Pieces of work.


class _Ran(msgspec.Struct, frozen=True):
    """Modules that have been run: the names of each, those of their classes, their functions, and what was noted."""

    names: Mapping[str, Mapping[str, Value]]
    classes: Mapping[tuple[str, str], Mapping[str, Value]]
    functions: Mapping[str, tuple[Callable, ...]]
    outcome: Outcome


@query
def _ran(model: Queries, paths: tuple[str, ...]) -> _Ran:
    interpreter = Interpreter(_Surroundings(model), frozenset(paths))
    outcome = interpreter.run_modules(paths)
    top = [one for one in interpreter.defined if one.scope is None]
    own = {path: tuple(dict.fromkeys(one for one in top if one.module == path)) for path in paths}
    return _Ran(interpreter.names, interpreter.classes, own, outcome)


@table
def names_of(model: Queries, path: str) -> Mapping[str, Value]:
    """The names that a module binds."""
    return _ran(model, together(model, path)).names.get(path, NOTHING)


def name_of(model: Queries, path: str, name: str) -> Value | None:
    """What a module binds a name to; None for nothing."""
    return names_of.entry(model, name, path)


@gate
def class_names(model: Queries, path: str, qualname: str) -> Mapping[str, Value]:
    """The names that the body of a class at the top of a module binds."""
    return _ran(model, together(model, path)).classes.get((path, qualname), NOTHING)


@query
def _unit(model: Queries, path: str, *depth: str) -> Outcome:
    """The functions of a file on unknown arguments; `DEEP`: with those that they define."""
    own = _ran(model, together(model, path)).functions.get(path, ())
    return Interpreter(_Surroundings(model), frozenset((path,))).run_functions(own, deep=DEEP in depth)


@query
def _call(model: Queries, called: Callable, arguments: Arguments) -> Outcome:
    home = frozenset(together(model, called.module))
    return Interpreter(_Surroundings(model), home).run_call(called, arguments)


# What all of it gives.


class Log(msgspec.Struct, frozen=True):
    """What running the project noted, each once, in an order that depends on the text alone."""

    records: Mapping[str, tuple[Record, ...]]
    kinds: Mapping[str, tuple[Record, ...]]
    registrations: tuple[Registration, ...]
    escapes: tuple[tuple[Span, Span], ...]

    def of_kind(self, *kinds: str) -> Iterator[Record]:
        """The records of some kinds."""
        return (record for kind in kinds for record in self.kinds.get(kind, ()))


@query
def log(model: Queries) -> Log:
    """What running every function of the project noted."""
    records: dict[str, dict[Record, None]] = {}
    registrations: dict[Registration, None] = {}
    escapes: dict[tuple[Span, Span], None] = {}
    for outcome in _outcomes(model):
        for record in outcome.records:
            records.setdefault(record.span.path, {})[record] = None
        registrations.update(dict.fromkeys(outcome.registrations))
        escapes.update(dict.fromkeys(outcome.escapes))
    by_file = {path: tuple(ones) for path, ones in sorted(records.items())}
    kinds: dict[str, list[Record]] = {}
    for ones in by_file.values():
        for record in ones:
            kinds.setdefault(record.kind, []).append(record)
    by_kind = {kind: tuple(ones) for kind, ones in kinds.items()}
    return Log(by_file, by_kind, tuple(registrations), tuple(escapes))


def _outcomes(model: Queries) -> Iterator[Outcome]:
    """Every piece of work, each once.

    A function that is defined in a function of a file is run for what is known of the call around it; only where no
    call is known, the call around it is taken to be on unknown arguments.
    """
    paths = read_modules(model)
    circles = dict.fromkeys(together(model, path) for path in paths)
    seen: set[Call] = set()
    done = list(_with_calls(model, (_ran(model, circle).outcome for circle in circles), seen))
    first = {path: _unit(model, path) for path in paths}
    called = list(_with_calls(model, (_call(model, *call) for unit in first.values() for call in unit.calls), seen))
    run = {one for outcome in (*done, *called) for one in outcome.inner}
    yield from done
    for path, unit in first.items():
        if unit.inner <= run:
            yield unit
        else:
            yield from _with_calls(model, (_unit(model, path, DEEP),), seen)
    yield from called


def _with_calls(model: Queries, outcomes: Iterable[Outcome], seen: set[Call]) -> Iterator[Outcome]:
    """Pieces of work with the calls that they make into other files, each once."""
    for start in outcomes:
        pending = [start]
        for outcome in pending:  # which grows while it is gone through
            yield outcome
            new = [call for call in outcome.calls if call not in seen]
            seen.update(new)
            pending += (_call(model, *call) for call in new)


@table
def _records(model: Queries) -> Mapping[str, tuple[Record, ...]]:
    return log(model).records


def records(model: Queries, path: str) -> tuple[Record, ...]:
    """The framework's classes that the code of a file constructs."""
    return _records.entry(model, path) or ()


@query
def _closures(model: Queries, path: str) -> Mapping[Callable, Summary]:
    """What the functions give that a module binds and that a decorator has made, on unknown arguments."""
    home = together(model, path)
    interpreter = Interpreter(_Surroundings(model), frozenset(home))
    interpreter.run_modules(home)
    return interpreter.closures(path)


@query
def summary(model: Queries, handler: Callable) -> Summary:
    """What a function that a module or class binds gives on unknown arguments."""
    known = _unit(model, handler.module).functions.get(handler)
    if known is None and handler.wrapped is not None:
        known = _closures(model, handler.wrapped.module).get(handler)
    return known if known is not None else unknown("a function that is not there", handler.span)
