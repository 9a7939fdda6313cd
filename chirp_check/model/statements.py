"""Statements on abstract states: every path through a function, told apart by the choices it makes."""

from collections.abc import Callable as Function

import msgspec

from chirp_check.facts.handlers import (
    AnyStatement,
    Assign,
    Augment,
    Case,
    Define,
    DefineClass,
    Do,
    Emit,
    If,
    Import,
    Leave,
    Loop,
    Match,
    Return,
    SetAttr,
    SetItem,
    Try,
    Unpack,
)
from chirp_check.facts.values import AnyTerm
from chirp_check.model import operators
from chirp_check.model.calls import apply
from chirp_check.model.changes import store_attribute, store_item
from chirp_check.model.domain import (
    Callable,
    ClassValue,
    Dict,
    External,
    Module,
    Scalar,
    Scope,
    Sequence,
    Value,
    Yields,
    joined,
    pieces_of,
)
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.expressions import evaluate, spread, test
from chirp_check.model.frame import LIMIT, Arguments, Frame, Machine, State, Undecided, collapse, merge
from chirp_check.source import Span

ROUNDS = 32  # items of a known list that a loop is run for, one by one
TRIED = 6  # of them after which the others are taken together, if nothing was noted
TYPE_CHECKING = frozenset({"TYPE_CHECKING", "typing.TYPE_CHECKING"})

type Block = tuple[AnyStatement, ...]


class Execution(msgspec.Struct):
    """One run of a function or module body: what it returns and yields; `finals`: its states there, where wanted.

    `again`: it is in a loop that yields, gone through once more.
    """

    machine: Machine
    returned: list[Value] = msgspec.field(default_factory=list[Value])
    emitted: list[Value] = msgspec.field(default_factory=list[Value])
    broken: list[State] = msgspec.field(default_factory=list[State])
    finals: list[State] | None = None
    again: bool = False

    def block(self, statements: Block, states: list[State]) -> list[State]:
        """The states that fall through a block."""
        for statement in statements:
            if not states:
                break
            run = _RUNNERS[type(statement)]
            states = merge([after for state in states for after in run(self, statement, state)])
        return states

    def values(self, term: AnyTerm, state: State) -> list[tuple[State, Value]]:
        """The value of a term on every path that its choices open."""
        pending = [state]
        found: list[tuple[State, Value]] = []
        while pending:
            current = pending.pop()
            frame = Frame(self.machine, current, saturated=len(pending) + len(found) >= LIMIT)
            try:
                found.append((current, evaluate(term, frame)))
            except Undecided as choice:
                pending += [current.choose(choice.key, arm) for arm in reversed(range(choice.arms))]
        return found


def _do(run: Execution, statement: Do, state: State) -> list[State]:
    return [after for after, _ in run.values(statement.value, state)]


def _assign(run: Execution, statement: Assign, state: State) -> list[State]:
    if statement.value is None:
        return [state]
    results = run.values(statement.value, state)
    for after, value in results:
        after.bind(statement.name, value)
    return [after for after, _ in results]


def _unpack(run: Execution, statement: Unpack, state: State) -> list[State]:
    results = run.values(statement.value, state)
    for after, value in results:
        parts: tuple[Value, ...] = ()
        if isinstance(value, Sequence) and not value.open and len(value.items) == len(statement.names):
            parts = value.items
        for at, name in enumerate(statement.names):
            if name is not None:
                after.bind(name, parts[at] if parts else Unknown("a part of something unknown", value.span))
    return [after for after, _ in results]


def _set_item(run: Execution, statement: SetItem, state: State) -> list[State]:
    results = run.values(statement.value, state)
    entered = [(deeper, key, value) for after, value in results for deeper, key in run.values(statement.key, after)]
    for after, key, value in entered:
        store_item(statement.base, key, value, Frame(run.machine, after, saturated=True))
    return [after for after, _, _ in entered]


def _set_attr(run: Execution, statement: SetAttr, state: State) -> list[State]:
    results = run.values(statement.value, state)
    for after, value in results:
        store_attribute(statement.base, statement.name, value, Frame(run.machine, after, saturated=True))
    return [after for after, _ in results]


def _augment(run: Execution, statement: Augment, state: State) -> list[State]:
    results = run.values(statement.value, state)
    for after, value in results:
        before = after.scope.lookup(statement.name)
        after.bind(statement.name, _augmented(before, statement.operator, value))
    return [after for after, _ in results]


def _augmented(before: Value | None, operator: str, value: Value) -> Value:
    match before, operator, value:
        case ((Text() | Pattern()), "+", _):
            return joined([*pieces_of(before), *pieces_of(value)], before.span)
        case Sequence(), "+", Sequence():
            return Sequence((*before.items, *value.items), before.is_tuple, before.open or value.open, before.span)
        case Dict(), "|", _:
            entries = dict(before.entries) | dict(value.entries if isinstance(value, Dict) else ())
            still_open = before.open or not isinstance(value, Dict) or value.open
            return Dict(tuple(entries.items()), still_open, before.span)
        case _:
            return Unknown("changed in place", value.span)


def _return(run: Execution, statement: Return, state: State) -> list[State]:
    if statement.value is None:
        results: list[tuple[State, Value]] = [(state, Scalar(None, _at(state, statement)))]
    else:
        results = run.values(statement.value, state)
    run.returned += [value for _, value in results]
    if run.finals is not None:
        run.finals += [after for after, _ in results]
    return []


def _at(state: State, statement: AnyStatement) -> Span:
    return Span(state.scope.module, statement.start, statement.end)


def _emit(run: Execution, statement: Emit, state: State) -> list[State]:
    if statement.value is None:
        return [state]
    results = run.values(statement.value, state)
    for _, value in results:
        if statement.all and isinstance(value, Sequence):
            run.emitted += value.items
            if value.open and not isinstance(value, Yields):
                run.emitted.append(Unknown("an item of a list that is not seen in full", value.span))
        else:
            run.emitted.append(value)
    return [after for after, _ in results]


def _leave(run: Execution, statement: Leave, state: State) -> list[State]:
    if statement.how != "raise":
        run.broken.append(state)
    return []


def _if(run: Execution, statement: If, state: State) -> list[State]:
    if statement.test in TYPE_CHECKING:
        return run.block(statement.other, run.block(statement.then, [state]))
    after: list[State] = []
    for current, holds in _decided(run, statement, state):
        after += run.block(statement.then if holds else statement.other, [current])
    return after


def _decided(run: Execution, statement: If, state: State) -> list[tuple[State, bool]]:
    """The states that enter each arm."""
    decided: list[tuple[State, bool]] = []
    pending = [state]
    while pending:
        current = pending.pop()
        try:
            holds = test(statement.condition, Frame(run.machine, current, saturated=len(pending) >= LIMIT))
        except Undecided as choice:
            pending += [current.choose(choice.key, arm) for arm in reversed(range(choice.arms))]
            continue
        taken = current.world.get(statement.test)
        if holds is None and taken is None:
            decided += [(current.choose(statement.test, 0), True), (current.choose(statement.test, 1), False)]
        else:
            decided.append((current, holds if holds is not None else taken == 0))
    return decided


def _loop(run: Execution, statement: Loop, state: State) -> list[State]:
    entered = [(state, None)] if statement.iterable is None else run.values(statement.iterable, state)
    outer, run.broken = run.broken, []
    after: list[State] = []
    for current, found in entered:
        iterable = operators.iterated(found, Frame(run.machine, current)) if found is not None else None
        rounds: tuple[Value | None, ...] = (None,)
        if isinstance(iterable, Sequence) and not iterable.open and 0 < len(iterable.items) <= ROUNDS:
            rounds = iterable.items
        emitted = len(run.emitted)
        reached = [current, *_rounds(run, statement, current, rounds)]
        if len(run.emitted) > emitted and not run.again:
            run.again = True  # what a round leaves may be what the next one yields
            reached += _rounds(run, statement, collapse([*reached, *run.broken], "changed in a loop"), rounds)
            run.again = False
        after.append(collapse([*reached, *run.broken], "changed in a loop"))
        run.broken = []
    run.broken = outer
    return run.block(statement.other, merge(after))


def _rounds(run: Execution, statement: Loop, state: State, items: tuple[Value | None, ...]) -> list[State]:
    """The states that fall through the body of a loop, each item taken alone."""
    reached: list[State] = []
    noted = run.machine.noted, len(run.returned), len(run.emitted)
    for at, item in enumerate(items):
        if at == TRIED and noted == (run.machine.noted, len(run.returned), len(run.emitted)):
            return [*reached, *_rounds(run, statement, state, (None,))]
        started = state.fork()
        if item is None:
            _hide(statement.names, started, _at(state, statement))
        else:
            spread(statement.names, item, Frame(run.machine, started))
        reached += run.block(statement.body, [started])
    return reached


def _hide(names: tuple[str, ...], state: State, span: Span) -> None:
    for name in names:
        state.bind(name, Unknown("a loop variable", span))


def _match(run: Execution, statement: Match, state: State) -> list[State]:
    after: list[State] = []
    key = f"\0match@{statement.start}"
    for current, subject in run.values(statement.subject, state):
        for at, case in enumerate(statement.cases):
            matches = _matches(case, subject, Frame(run.machine, current, saturated=True))
            if matches is False:
                continue
            entered = current.choose(key, at)
            _hide(case.names, entered, _at(state, statement))
            after += run.block(case.body, [entered])
            if matches:
                break
        else:
            after.append(current.choose(key, len(statement.cases)))
    return after


def _matches(case: Case, subject: Value, frame: Frame) -> bool | None:
    """Whether a case takes a value, where the text tells."""
    if case.catches_all:
        return True
    results = [operators.equal(subject, evaluate(one, frame)) for one in case.values]
    holds = test(case.guard, frame) if case.guard is not None and not case.names else case.guard is None or None
    if holds is False or (results and all(one is False for one in results)):
        return False
    return True if holds and True in results else None


def _try(run: Execution, statement: Try, state: State) -> list[State]:
    before = state.fork()
    tried = run.block(statement.body, [state])
    after = run.block(statement.other, tried)
    for name, body in statement.handlers:
        caught = collapse([before, *tried], "changed in a `try`") if tried else before.fork()
        if name is not None:
            _hide((name,), caught, _at(state, statement))
        after += run.block(body, [caught])
    return run.block(statement.final, merge(after))


def _define(run: Execution, statement: Define, state: State) -> list[State]:
    scope, written = state.scope, statement.function
    owner = scope.names.get("__class__") if scope.kind == "class" else None
    place = Span(scope.module, written.name_start, written.name_end)
    owner = owner if isinstance(owner, ClassValue) else None
    function = Callable(scope.module, written.qualname, place, scope.around, owner)
    run.machine.note_function(function)
    state.bind(written.name, function)
    states = [(state, function)]
    for decorator in reversed(statement.function.decorators):
        states = [
            (after, _decorated(run, wrapper, inner, after, decorator))
            for before, inner in states
            for after, wrapper in run.values(decorator, before)
        ]
    for after, value in states:
        after.bind(statement.function.name, value)
    return [after for after, _ in states]


def _decorated(run: Execution, wrapper: Value, inner: Callable, state: State, at: AnyTerm) -> Callable:
    """What a decorator makes of a function; one that the text does not show is taken to pass it through."""
    frame = Frame(run.machine, state, saturated=True)
    made = apply(wrapper, Arguments((inner,)), frame, Span(state.scope.module, at.start, at.end))
    return made if isinstance(made, Callable) else inner


def _define_class(run: Execution, statement: DefineClass, state: State) -> list[State]:
    definition, scope = statement.definition, state.scope
    bases = [run.values(base, state)[0][1] for base in definition.bases]
    place = Span(scope.module, definition.start, definition.end)
    names: dict[str, Value] = {}
    local = scope.around is not None
    value = ClassValue(scope.module, definition.qualname, place, tuple(bases), names if local else None)
    inner = State(Scope(scope.module, {"__class__": value}, scope.around, "class"))
    body = run.block(definition.body, [inner])
    names.update(collapse(body, "bound in several ways").scope.names if body else inner.scope.names)
    if not local:
        run.machine.note_class(value, names)
    state.bind(definition.name, value)
    return [state]


def _import(run: Execution, statement: Import, state: State) -> list[State]:
    importer, span = state.scope.module, _at(state, statement)
    module = run.machine.import_name(importer, statement.module, statement.level)
    if statement.attribute is None:
        state.bind(statement.name, module or Unknown(f"the module `{statement.module}`", span))
        return [state]
    if statement.attribute == "*":
        for name, public in run.machine.public_names(module.path) if isinstance(module, Module) else ():
            state.bind(name, public)
        return [state]
    value: Value
    if isinstance(module, Module):
        found = run.machine.global_name(module.path, statement.attribute)
        value = found or Unknown(f"`{statement.attribute}` of a module that does not bind it", span)
    elif isinstance(module, External):
        value = External(f"{module.name}.{statement.attribute}", span)
    else:
        value = Unknown(f"an import from `{statement.module}`", span)
    state.bind(statement.name, value)
    return [state]


# The runners take the statement class they are listed under; the table is the only place that pairs them.
_RUNNERS: dict[type[AnyStatement], Function[..., list[State]]] = {
    Do: _do,
    Assign: _assign,
    Unpack: _unpack,
    SetItem: _set_item,
    SetAttr: _set_attr,
    Augment: _augment,
    Return: _return,
    Emit: _emit,
    Leave: _leave,
    If: _if,
    Loop: _loop,
    Match: _match,
    Try: _try,
    Define: _define,
    DefineClass: _define_class,
    Import: _import,
}
