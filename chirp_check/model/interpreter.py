"""Runs every function of the project once on unknown arguments, and again for what calls pass; notes what it sees.

Modules are run when first needed; a module that is still running (a cycle of imports) shows the names bound so far.
"""

from collections.abc import Callable as Reader
from collections.abc import Iterable
from dataclasses import dataclass, field

from chirp_check.facts.handlers import ModuleFacts, Param
from chirp_check.model import library
from chirp_check.model.domain import (
    Callable,
    ClassValue,
    Dict,
    External,
    Instance,
    Module,
    Record,
    Scalar,
    Scope,
    Sequence,
    Value,
)
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.expressions import evaluate
from chirp_check.model.frame import LIMIT, Arguments, Frame, Machine, Registration, State, collapse
from chirp_check.model.imports import Modules
from chirp_check.model.statements import Execution
from chirp_check.source import Span

CALL_DEPTH = 12
CALLS = 20_000  # distinct calls of one project that are followed; beyond, what a call returns is Unknown


@dataclass(slots=True)
class Log:
    """What evaluation noted, each once, in the order seen."""

    records: dict[Record, None] = field(default_factory=dict[Record, None])
    registrations: dict[Registration, None] = field(default_factory=dict[Registration, None])
    escapes: dict[tuple[Span, Span], None] = field(default_factory=dict[tuple[Span, Span], None])
    imports: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run of a function gave: its return values, whether it can fall off its end, and what it yields."""

    returned: tuple[Value, ...]
    falls_off: bool
    emitted: tuple[Value, ...]


class Interpreter(Machine):
    """The machine: modules, calls, and the log."""

    def __init__(self, modules: Modules, read: Reader[[str], ModuleFacts | None]) -> None:
        self.log = Log()
        self.defined: list[Callable] = []
        self.facts: dict[str, ModuleFacts] = {}
        self._modules = modules
        self._read = read
        self._scopes: dict[str, Scope] = {}
        self._calls: dict[tuple[str, int, int, Arguments], Summary] = {}
        self._absent: set[str] = set()
        self._stack: list[tuple[str, int]] = []

    def run(self, paths: Iterable[str]) -> None:
        """Run modules, then every function they define on unknown arguments, then those these define."""
        for path in paths:
            self.module(path)
        done = 0
        while done < len(self.defined):
            self.alone(self.defined[done])
            done += 1

    def module(self, path: str) -> Scope | None:
        """The names of a project module, run when first asked for."""
        known = self._scopes.get(path)
        if known is not None or path in self._absent:
            return known
        facts = self._read(path)
        if facts is None:
            self._absent.add(path)
            return None
        self.facts[path] = facts
        scope = self._scopes[path] = Scope(path, {}, None)
        run = Execution(self)
        state = State(scope)
        ended = run.block(facts.body, [state])
        self._finish(run, path)
        if ended:
            scope.names.update(collapse(ended, "bound in several ways").scope.names)
        return scope

    def _finish(self, run: Execution, module: str) -> None:
        self.defined += run.defined
        self.log.imports.setdefault(module, set()).update(run.imported)

    def alone(self, function: Callable) -> Summary:
        """A function run on unknown arguments; a method gets an object of its class as `self`."""
        given: list[Value] = []
        owner = function.scope.names.get("__class__") if function.scope.is_class else None
        if isinstance(owner, ClassValue) and "staticmethod" not in library.decorator_names(function.function):
            classmethod_ = "classmethod" in library.decorator_names(function.function)
            given = [owner if classmethod_ else Instance(owner, owner.span)]
        return self.summary(function, Arguments(tuple(given), (), open_args=True, open_kwargs=True))

    def summary(self, function: Callable, arguments: Arguments) -> Summary:
        """What a call gives. Recursion, depth and an excess of calls give one Unknown."""
        target = (function.module, function.function.start)
        bound = Arguments(
            (*function.args, *arguments.args),
            tuple((dict(function.kwargs) | dict(arguments.kwargs)).items()),
            arguments.open_args,
            arguments.open_kwargs,
        )
        key = (*target, id(function.scope), bound)
        known = self._calls.get(key)
        if known is not None:
            return known
        span = function.span
        if target in self._stack:
            return _unknown("recursion", span)
        if len(self._stack) >= CALL_DEPTH or len(self._calls) >= CALLS:
            return _unknown("calls nested too deeply", span)
        self._stack.append(target)
        try:
            made = self._run(function, bound)
        finally:
            self._stack.pop()
        self._calls[key] = made
        return made

    def _run(self, function: Callable, arguments: Arguments) -> Summary:
        scope = Scope(function.module, {}, function.scope)
        state = State(scope)
        self._bind(function, arguments, state)
        run = Execution(self)
        ended = run.block(function.function.body, [state])
        self._finish(run, function.module)
        returned = tuple(dict.fromkeys(run.returned))
        if len(returned) > LIMIT:
            returned = (Unknown("depends on too many conditions", function.span),)
        return Summary(returned, bool(ended), tuple(dict.fromkeys(run.emitted)))

    def _bind(self, function: Callable, given: Arguments, state: State) -> None:
        """Bind the parameters as Python would; what a caller may pass unseen is Unknown."""
        names = dict(given.kwargs)
        rest = list(given.args)
        for param in function.function.params:
            span = Span(function.module, param.start, param.end)
            value: Value
            if param.kind == "star":
                value = Sequence(tuple(rest), True, given.open_args, span)
            elif param.kind == "double-star":
                value = Dict(tuple(names.items()), given.open_kwargs, span)
            elif rest and param.kind in ("positional", "normal"):
                value = rest.pop(0)
            elif param.name in names and param.kind != "positional":
                value = names.pop(param.name)
            else:
                value = self._unpassed(function, param, given, span)
            state.bind(param.name, value)

    def _unpassed(self, function: Callable, param: Param, given: Arguments, span: Span) -> Value:
        if given.open_kwargs or (given.open_args and param.kind != "keyword"):
            return Unknown(f"the parameter `{param.name}`", span)
        if param.default is None:
            return Unknown(f"the parameter `{param.name}`, which is not passed", span)
        return evaluate(param.default, Frame(self, State(function.scope), saturated=True))

    # What expressions ask of the machine.

    def invoke(self, function: Callable, arguments: Arguments) -> tuple[Value, ...]:
        """All values a call can return; a generator is the sequence of what it yields."""
        made = self.summary(function, arguments)
        if function.function.is_generator:
            return (Sequence(made.emitted, False, True, function.span),)
        values = made.returned
        if made.falls_off and not any(isinstance(value, Scalar) and value.value is None for value in values):
            values = (*values, Scalar(None, function.span))
        return values or (Unknown("a call that does not return", function.span),)

    def global_name(self, module: str, name: str) -> Value | None:
        """A name of a module: what it binds, or a module inside its package."""
        scope = self.module(module)
        found = scope.names.get(name) if scope is not None else None
        if found is not None:
            return found
        inner = self._modules.inside(module, name)
        return Module(inner, Span(inner, 0, 0)) if inner is not None else None

    def public_names(self, module: str) -> tuple[tuple[str, Value], ...]:
        """What `from module import *` binds: the names of `__all__`, or all that do not start with an underscore."""
        scope = self.module(module)
        names = scope.names if scope is not None else {}
        listed = names.get("__all__")
        wanted = {one.value for one in listed.items if isinstance(one, Text)} if isinstance(listed, Sequence) else None
        return tuple((k, v) for k, v in names.items() if (k in wanted if wanted is not None else k[:1] != "_"))

    def import_name(self, importer: str, dotted: str, level: int) -> Module | External | None:
        """The module that an import names: of the project, or outside it."""
        found = self._modules.find(importer, dotted, level)
        if found is not None:
            return Module(found, Span(found, 0, 0))
        return None if level else External(dotted, Span(importer, 0, 0))

    def note_record(self, record: Record) -> None:
        """A framework class was constructed."""
        self.log.records.setdefault(record)

    def note_registration(self, registration: Registration) -> None:
        """A handler was registered."""
        self.log.registrations.setdefault(registration)

    def note_escape(self, application: Record, span: Span) -> None:
        """An application was handed to code that the text does not show."""
        self.log.escapes.setdefault((application.span, span))


def _unknown(reason: str, span: Span) -> Summary:
    return Summary((Unknown(reason, span),), falls_off=False, emitted=())
