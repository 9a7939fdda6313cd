"""Whether a function can surely reach the end of its text, where it gives None. In doubt it cannot."""

from collections.abc import Iterator

from chirp_check.facts.handlers import (
    AnyStatement,
    Do,
    Emit,
    Function,
    If,
    Leave,
    Loop,
    Match,
    Return,
    Try,
)
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Name
from chirp_check.facts.walk import every_statement
from chirp_check.model.domain import Callable, External, Module, Value
from chirp_check.model.listing import function
from chirp_check.model.memory import Queries
from chirp_check.model.program import name_of
from chirp_check.source import Span

DEPTH = 5  # functions that are followed to see whether one returns

# What never returns, and how people call functions that do not.
_NEVER = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})
_LEAVING = ("abort", "exit", "fail", "raise", "die", "quit", "panic", "assert_never", "unreachable", "not_found")

type _Block = tuple[AnyStatement, ...]


def reaches_end(model: Queries, module: str, written: Function, depth: int = DEPTH) -> bool:
    """Whether control surely can fall off the end of a function."""
    return _Reader(model, module, written, depth).passes(written.body, is_last=True)


class _Reader:
    """Reads one function; `depth` is how many functions deep calls are still followed."""

    def __init__(self, model: Queries, module: str, written: Function, depth: int) -> None:
        self.model = model
        self.module = module
        self.written = written
        self.depth = depth

    def passes(self, body: _Block, *, is_last: bool) -> bool:
        """Whether control can get behind a block; `is_last` when the function ends there."""
        behind = len(body) - 1
        return all(self._passes(one, is_last=is_last and at == behind) for at, one in enumerate(body))

    def _passes(self, statement: AnyStatement, *, is_last: bool) -> bool:
        match statement:
            case Return() | Leave():
                return False
            case Do(value=value):
                return not self._stops(value, is_last=is_last)
            case If(condition=Const(value=value), then=then, other=other):
                return self.passes(then if value else other, is_last=is_last)
            case If(then=then, other=other):
                return self.passes(then, is_last=is_last) or self.passes(other, is_last=is_last)
            case Match(cases=cases):
                complete = any(case.catches_all for case in cases)  # otherwise the cases may be all there are
                arms = [self.passes(case.body, is_last=is_last) for case in cases]
                return any(arms) and (complete or not is_last)
            case Loop():
                return self._loops(statement, is_last=is_last)
            case Try(body=body, handlers=handlers, other=other, final=final):
                ways = [(*body, *other), *(caught for _, caught in handlers)]
                return any(self.passes(way, is_last=is_last) for way in ways) and self.passes(final, is_last=False)
            case _:
                return True

    def _loops(self, loop: Loop, *, is_last: bool) -> bool:
        """A loop that gives answers from its inside may do so for every input there is."""
        test = loop.body[0] if loop.iterable is None and loop.body else None
        endless = isinstance(test, Do) and isinstance(test.value, Const) and bool(test.value.value)
        if endless and not any(one.how == "break" for one in _leaving(loop.body)):
            return False
        answers = any(isinstance(one, Return) for one in every_statement(loop.body))
        return not (is_last and answers)

    def _stops(self, term: AnyTerm, *, is_last: bool) -> bool:
        """Whether an expression never gives a value, or may not where nothing follows it."""
        if not isinstance(term, Call):
            return False
        called = self._called(term.function)
        if isinstance(called, External):
            return (
                called.name in _NEVER or called.name.endswith(".assert_never") or (is_last and _may_leave(called.name))
            )
        if isinstance(called, Callable) and self.depth:
            written = function(self.model, called.module, called.qualname)
            return written is not None and self._never_returns(called.module, written)
        return _sounds_final(term.function)

    def _never_returns(self, module: str, written: Function) -> bool:
        if written.is_generator:
            return False
        if any(isinstance(one, (Return, Emit)) for one in _own(written.body)):
            return False
        return not reaches_end(self.model, module, written, self.depth - 1)

    def _called(self, term: AnyTerm) -> Value | None:
        match term:
            case Name(id=name):
                return self._local(name) or name_of(self.model, self.module, name) or _builtin(term)
            case Attr(base=Name(id=base), name=name):
                owner = name_of(self.model, self.module, base)
                if isinstance(owner, Module):
                    return name_of(self.model, owner.path, name)
                return External(f"{owner.name}.{name}", owner.span) if isinstance(owner, External) else None
            case _:
                return None

    def _local(self, name: str) -> Callable | None:
        """A function that is defined beside this one or inside of it."""
        around = self.written.qualname.split(".<locals>.")
        for depth in range(len(around), 0, -1):
            qualname = ".<locals>.".join([*around[:depth], name])
            if function(self.model, self.module, qualname) is not None:
                return Callable(self.module, qualname, Span(self.module, 0, 0))
        return None


def _builtin(term: Name) -> External | None:
    return External(f"builtins.{term.id}", Span("", 0, 0)) if term.id in ("exit", "quit") else None


def _may_leave(dotted: str) -> bool:
    """Whether something outside the project may be a function that does not return: nothing says so."""
    last = dotted.rpartition(".")[2]
    return not (dotted.startswith("chirp.") and not last.lower().startswith(_LEAVING)) and not last[:1].isupper()


def _sounds_final(term: AnyTerm) -> bool:
    name = term.id if isinstance(term, Name) else term.name if isinstance(term, Attr) else ""
    return name.lower().lstrip("_").startswith(_LEAVING)


def _leaving(body: _Block) -> Iterator[Leave]:
    """The `break`s and the like that belong to a loop, those of inner loops left out."""
    for one in body:
        match one:
            case Leave():
                yield one
            case If(then=then, other=other):
                yield from _leaving((*then, *other))
            case Match(cases=cases):
                yield from (left for case in cases for left in _leaving(case.body))
            case Try(body=tried, handlers=handlers, other=other, final=final):
                yield from _leaving((*tried, *(step for _, caught in handlers for step in caught), *other, *final))
            case _:
                pass


def _own(body: _Block) -> Iterator[AnyStatement]:
    """The statements of a function without those of functions and classes inside of it."""
    for one in body:
        yield one
        match one:
            case If(then=then, other=other) | Loop(body=then, other=other):
                yield from _own((*then, *other))
            case Match(cases=cases):
                yield from (step for case in cases for step in _own(case.body))
            case Try(body=tried, handlers=handlers, other=other, final=final):
                yield from _own((*tried, *(step for _, caught in handlers for step in caught), *other, *final))
            case _:
                pass
