"""Runs functions and module bodies on abstract values, and notes what they construct, register and define.

One interpreter does one piece of work: the bodies of modules that import each other, the functions of a file on unknown
arguments, or one call. A call into another file whose arguments mean the same everywhere is a piece of work by itself,
which is remembered; every other call is followed on the spot.
"""

from collections.abc import Mapping
from copy import replace

import msgspec

from chirp_check.facts.handlers import Function, Param
from chirp_check.facts.values import AnyTerm
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
    Yields,
    is_portable,
)
from chirp_check.model.entities import Text, Unknown
from chirp_check.model.expressions import evaluate
from chirp_check.model.frame import (
    LIMIT,
    UNSEEN,
    Arguments,
    Call,
    Frame,
    Machine,
    Noted,
    Registration,
    Shape,
    State,
    Summary,
    Surroundings,
    collapse,
    seen,
    settled,
    unknown,
)
from chirp_check.model.objects import changed_later, construct, effects_of, is_shared
from chirp_check.model.statements import Execution
from chirp_check.source import Span

CALL_DEPTH = 12
CALLS = 20_000  # distinct calls that one piece of work follows; beyond, what a call returns is Unknown
NO_FUNCTIONS: Mapping[Callable, Summary] = {}


class Outcome(msgspec.Struct, frozen=True):
    """What one piece of work gave: a call's `summary`, what was noted, each once, and the remembered calls it made
    that noted something.

    `functions` are those of the file that were run on unknown arguments, with what each gives. `inner` are the
    functions defined in calls, by file and qualified name: run on unknown arguments, too, unless this is a first look.
    """

    summary: Summary | None
    records: tuple[Record, ...]
    registrations: tuple[Registration, ...]
    escapes: tuple[tuple[Span, Span], ...]
    calls: tuple[Call, ...]
    functions: Mapping[Callable, Summary]
    inner: frozenset[tuple[str, str]]

    @property
    def silent(self) -> bool:
        """Whether nothing was noted, so that nobody needs to know of the call."""
        return not (self.records or self.registrations or self.escapes or self.calls or self.inner)


class Interpreter(Machine):
    """The machine of one piece of work, at home in some files: calls inside of these are followed on the spot."""

    def __init__(self, around: Surroundings, home: frozenset[str]) -> None:
        self.names: dict[str, dict[str, Value]] = {}
        self.classes: dict[tuple[str, str], dict[str, Value]] = {}
        self.defined: list[Callable] = []
        self._around = around
        self._home = home
        self._log = Noted()
        self._calls: dict[tuple[Callable, int, Arguments], Summary] = {}
        self._telling: set[tuple[Callable, int, Arguments]] = set()  # those that noted something
        self._stack: list[tuple[str, str]] = []
        self._running: frozenset[str] = frozenset()
        self.noted = 0

    # Pieces of work.

    def run_modules(self, paths: tuple[str, ...]) -> Outcome:
        """Run the bodies of modules; one that is still running shows the names bound so far."""
        self._running = frozenset(paths)
        for path in paths:
            self._module(path)
        self._run_inner()
        return self._outcome(None)

    def run_functions(self, functions: tuple[Callable, ...], *, deep: bool) -> Outcome:
        """Run functions on unknown arguments; `deep`: also those that they define."""
        given = {function: self._alone(function) for function in functions}
        if deep:
            self._run_inner()
        return self._outcome(None, given, deep=deep)

    def run_call(self, function: Callable, arguments: Arguments) -> Outcome:
        """Run one call, then the functions it defines."""
        made = self._summary(function, arguments)
        self._run_inner()
        return self._outcome(made)

    def _run_inner(self) -> None:
        """Run the functions that were defined in calls, then those they define."""
        for one in self.defined:  # which grows while it is gone through
            if one.scope is not None:
                self._alone(one)

    def _outcome(
        self, summary: Summary | None, functions: Mapping[Callable, Summary] = NO_FUNCTIONS, *, deep: bool = True
    ) -> Outcome:
        log = self._log
        registrations = tuple(dict.fromkeys(self._settled(one, deep=deep) for one in log.registrations))
        inner = frozenset((one.module, one.qualname) for one in self.defined if one.scope is not None)
        notes = tuple(log.records), registrations, tuple(log.escapes), tuple(log.calls)
        return Outcome(summary, *notes, functions, inner)

    def _settled(self, one: Registration, *, deep: bool) -> Registration:
        """A registration that means the same outside of this piece of work."""
        handler = one.handler
        if not isinstance(handler, Callable) or (handler.scope is None and not handler.args and not handler.kwargs):
            return one
        summary = self._alone(handler) if deep else None
        return Registration(one.route, one.application, settled(handler), one.span, summary)

    def closures(self, path: str) -> Mapping[Callable, Summary]:
        """What the functions give on unknown arguments that a module has from a call, as that of a decorator."""
        made = (value for value in self.names[path].values() if isinstance(value, Callable))
        return {settled(one): self._alone(one) for one in made if one.scope is not None}

    def _module(self, path: str) -> dict[str, Value]:
        known = self.names.get(path)
        if known is not None:
            return known
        known = self.names[path] = {}
        facts = self._around.module(path)
        if facts is None:
            return known
        state = State(Scope(path, known, None, "module"))
        ended = Execution(self).block(facts.body, [state])
        if ended:
            known.update(collapse(ended, "bound in several ways").scope.names)
        return known

    # Calls.

    def _alone(self, function: Callable) -> Summary:
        """A function run on unknown arguments; a method gets an object of its class as `self`."""
        given: list[Value] = []
        written = self.function(function)
        owner = function.owner
        if owner is not None and written is not None and not function.args:
            decorators = library.decorator_names(written)
            if "staticmethod" not in decorators:
                given = [owner if "classmethod" in decorators else self._object(owner, written.name)]
        return self._summary(function, Arguments(tuple(given), (), open_args=True, open_kwargs=True))

    def _object(self, owner: ClassValue, method: str) -> Instance:
        """An object that was constructed on unknown arguments, as one of its methods finds it."""
        made = Instance(owner, owner.span)
        if method in ("__init__", "__post_init__", "__new__"):
            return made
        frame = Frame(self, State(Scope(owner.module, {}, None)), saturated=True)
        built = construct(owner, Arguments(open_args=True, open_kwargs=True), frame, owner.span)
        return changed_later(built if isinstance(built, Instance) else made, frame)

    def _summary(self, function: Callable, arguments: Arguments) -> Summary:
        """What a call gives. Recursion, depth and an excess of calls give one Unknown."""
        target = (function.module, function.qualname)
        named = arguments.kwargs
        if function.kwargs:
            named = tuple((dict(function.kwargs) | dict(named)).items())
        bound = Arguments(
            tuple([seen(value) for value in (*function.args, *arguments.args)]),
            tuple([(name, seen(value)) for name, value in named]),
            arguments.open_args,
            arguments.open_kwargs,
        )
        plain = replace(function, args=(), kwargs=()) if function.args or function.kwargs else function
        if self._is_remote(plain, bound):
            made, noted = self._around.call(plain, bound)
            if noted:
                self.noted += 1
                self._log.calls.setdefault((plain, bound))
            return made
        key = (plain, id(function.scope), bound)
        known = self._calls.get(key)
        if known is not None:
            self.noted += key in self._telling
            return known
        if target in self._stack:
            return unknown("recursion", function.span)
        if len(self._stack) >= CALL_DEPTH or len(self._calls) >= CALLS:
            return unknown("calls nested too deeply", function.span)
        self._stack.append(target)
        before = self.noted
        try:
            made = self._run(plain, bound)
        finally:
            self._stack.pop()
        self._calls[key] = made
        if self.noted != before:
            self._telling.add(key)
        return made

    def _is_remote(self, function: Callable, given: Arguments) -> bool:
        """Whether a call is a piece of work by itself."""
        if function.scope is not None or function.module in self._home or function.owner is not None:
            return False
        return all(is_portable(value) for value in given.args) and all(is_portable(one) for _, one in given.kwargs)

    def _run(self, function: Callable, arguments: Arguments) -> Summary:
        written = self.function(function)
        if written is None:
            return unknown("a function that is not there", function.span)
        state = State(Scope(function.module, {}, function.scope))
        self._bind(function, written, arguments, state)
        names = state.scope.names
        if function.owner is not None and written.params:
            first = written.params[0]
            names["__class__"] = function.owner
            names["__first__"] = Text(first.name, Span(function.module, first.start, first.end))
        shared = tuple((one.name, names[one.name]) for one in written.params if is_shared(one.kind, names[one.name]))
        run = Execution(self, finals=[] if shared else None)
        ended = run.block(written.body, [state])
        effects = tuple(effects_of(shared, [*run.finals, *ended])) if run.finals is not None else ()
        returned = tuple(dict.fromkeys(run.returned))
        if len(returned) > LIMIT:
            returned = (Unknown("depends on too many conditions", function.span),)
        return Summary(returned, bool(ended), tuple(dict.fromkeys(run.emitted)), effects)

    def _bind(self, function: Callable, written: Function, given: Arguments, state: State) -> None:
        """Bind the parameters as Python would; what a caller may pass unseen is Unknown."""
        names = dict(given.kwargs)
        rest = list(given.args)
        for param in written.params:
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
            state.bind(param.name, value if value is not UNSEEN else Unknown(f"the parameter `{param.name}`", span))

    def _unpassed(self, function: Callable, param: Param, given: Arguments, span: Span) -> Value:
        if given.open_kwargs or (given.open_args and param.kind != "keyword"):
            return Unknown(f"the parameter `{param.name}`", span)
        if param.default is None:
            return Unknown(f"the parameter `{param.name}`, which is not passed", span)
        scope = Scope(function.module, {}, function.scope)
        return evaluate(param.default, Frame(self, State(scope), saturated=True))

    # What expressions ask of the machine.

    def function(self, function: Callable) -> Function | None:
        """What the text of a function says; None when it is not there any more."""
        return self._around.function(function.module, function.qualname)

    def value(self, term: AnyTerm, frame: Frame) -> Value:
        """The value of a term."""
        return evaluate(term, frame)

    def class_names(self, definition: ClassValue) -> Mapping[str, Value]:
        """The names that the body of a class binds."""
        if definition.names is not None:
            return definition.names
        known = self.classes.get((definition.module, definition.qualname))
        if known is not None or definition.module in self._running:
            return known or {}
        return self._around.class_names(definition.module, definition.qualname)

    def shape(self, definition: ClassValue) -> Shape:
        """What the text of a class says about its objects."""
        return self._around.shape(definition.module, definition.qualname)

    def effects(self, function: Callable, arguments: Arguments) -> tuple[tuple[int | str, Value], ...]:
        """What a call changes of what it is given: the arguments by position (bound ones first) or name, changed."""
        made, written = self._summary(function, arguments), self.function(function)
        if not made.effects or written is None:
            return ()
        places = [one.name for one in written.params if one.kind in ("positional", "normal")]
        given = places[: len(function.args) + len(arguments.args)]
        return tuple((given.index(name) if name in given else name, value) for name, value in made.effects)

    def invoke(self, function: Callable, arguments: Arguments) -> tuple[Value, ...]:
        """All values a call can return; a generator is the sequence of what it yields."""
        made = self._summary(function, arguments)
        written = self.function(function)
        if written is not None and written.is_generator:
            kind = Sequence if written.decorators else Yields
            return (kind(made.emitted, False, True, function.span),)
        values = made.returned
        if made.falls_off and not any(isinstance(value, Scalar) and value.value is None for value in values):
            values = (*values, Scalar(None, function.span))
        return values or (Unknown("a call that does not return", function.span),)

    def global_name(self, module: str, name: str) -> Value | None:
        """A name of a module: what it binds, or a module inside its package."""
        running = module in self._running
        found = self._module(module).get(name) if running else self._around.exported(module, name)
        if found is not None:
            return found
        inner = self._around.modules.inside(module, name)
        return Module(inner, Span(inner, 0, 0)) if inner is not None else None

    def public_names(self, module: str) -> tuple[tuple[str, Value], ...]:
        """What `from module import *` binds: the names of `__all__`, or all that do not start with an underscore."""
        names = self._module(module) if module in self._running else self._around.all_exported(module)
        listed = names.get("__all__")
        wanted = {one.value for one in listed.items if isinstance(one, Text)} if isinstance(listed, Sequence) else None
        return tuple((k, v) for k, v in names.items() if (k in wanted if wanted is not None else k[:1] != "_"))

    def import_name(self, importer: str, dotted: str, level: int) -> Module | External | None:
        """The module that an import names: of the project, or outside it."""
        found = self._around.modules.find(importer, dotted, level)
        if found is not None:
            return Module(found, Span(found, 0, 0))
        return None if level else External(dotted, Span(importer, 0, 0))

    def note_function(self, function: Callable) -> None:
        """A function was defined."""
        self.noted += 1
        self.defined.append(function)

    def note_class(self, definition: ClassValue, names: dict[str, Value]) -> None:
        """A class was defined at the top of a module."""
        self.classes[definition.module, definition.qualname] = names

    def note_record(self, record: Record) -> None:
        """A framework class was constructed."""
        self.noted += 1
        self._log.records.setdefault(record)

    def note_registration(self, registration: Registration) -> None:
        """A handler was registered."""
        self.noted += 1
        self._log.registrations.setdefault(registration)

    def note_escape(self, application: Record, span: Span) -> None:
        """An application was handed to code that the text does not show."""
        self.noted += 1
        self._log.escapes.setdefault((application.span, span))
