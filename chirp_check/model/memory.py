"""Remembered queries: pure functions of their keys and of what they read through other queries.

How long an answer is kept is the memory's affair: for one look at a project, or from one look to the next.
"""

from collections.abc import Callable, Mapping
from functools import update_wrapper, wraps
from typing import Any, Concatenate, Protocol, cast, override

from chirp_check.model.sources import ModelSettings, Sources

type Key = tuple[object, ...]

NOTHING = object()
RUNNING = object()


class Cycle(Exception):
    """A query that needs its own answer."""


class Memory(Protocol):
    """The questions asked so far."""

    @property
    def depth(self) -> int:
        """How many questions are being answered, each for the one before."""
        ...

    def ask(self, model: Queries, question: Callable[..., Any], key: Key, *, gate: bool = False) -> Any:
        """The answer to a question."""
        ...

    def entry(self, model: Queries, question: Callable[..., Any], key: Key, name: object, *, kept: bool = True) -> Any:
        """One entry of a table; None when it has none of the name. `kept`: the table itself may be kept here."""
        ...

    def part(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        """The answer to a part of another question."""
        ...

    def read(self, question: Callable[..., Any], key: Key) -> None:
        """Note that an input is read, whose answer is not kept here."""
        ...

    def changed(self, question: Callable[..., Any], *key: object) -> None:
        """Note that the answer to a question that reads from outside may be another one now."""
        ...

    def __len__(self) -> int: ...


class Answers(Memory):
    """A memory for one look at a project: answers alone, without what they depend on."""

    def __init__(self) -> None:
        self._depth = 0
        self._known: dict[Callable[..., Any], dict[Key, Any]] = {}

    @property
    def depth(self) -> int:
        """How many questions are being answered, each for the one before."""
        return self._depth

    def ask(self, model: Queries, question: Callable[..., Any], key: Key, *, gate: bool = False) -> Any:
        """The answer to a question."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = {}
        value = known.get(key, NOTHING)
        if value is NOTHING:
            known[key] = RUNNING
            self._depth += 1
            try:
                value = known[key] = question(model, *key)
            except BaseException:  # raised again; the question has no answer yet
                del known[key]
                raise
            finally:
                self._depth -= 1
        elif value is RUNNING:
            raise Cycle(f"{question.__qualname__}{key}")
        return value

    def entry(self, model: Queries, question: Callable[..., Any], key: Key, name: object, *, kept: bool = True) -> Any:
        """One entry of a table; None when it has none of the name."""
        return (self.ask(model, question, key) if kept else question(model, *key)).get(name)

    def part(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        """The answer to a part of another question, which keeps what it needs of it."""
        return question(model, *key)

    def read(self, question: Callable[..., Any], key: Key) -> None:
        """Nothing is noted."""

    def changed(self, question: Callable[..., Any], *key: object) -> None:
        """A memory for one look does not see changes."""
        raise NotImplementedError

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


class Queries:
    """What every query gets: the project's sources and settings, and the memory of answers."""

    def __init__(self, sources: Sources, settings: ModelSettings, memory: Memory | None = None) -> None:
        self.sources = sources
        self.settings = settings
        self.memory = Answers() if memory is None else memory


def query[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """Remember the answers of a function whose first parameter is the model; the others are its key, by position."""
    return _remembered(question, gate=False)


def gate[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """As `query`, for answers that much depends on and that seldom change."""
    return _remembered(question, gate=True)


def _remembered[**P, R](
    question: Callable[Concatenate[Queries, P], R], *, gate: bool
) -> Callable[Concatenate[Queries, P], R]:
    @wraps(question)
    def ask(model: Queries, *key: object) -> object:
        return model.memory.ask(model, question, key, gate=gate)

    return cast("Callable[Concatenate[Queries, P], R]", ask)


class Table[**P, K, V]:
    """A remembered query whose answer is a mapping; `entry` reads of it only what one name has."""

    def __init__(self, question: Callable[Concatenate[Queries, P], Mapping[K, V]], *, kept: bool = True) -> None:
        self._question = question
        self._kept = kept
        update_wrapper(self, question)

    def __call__(self, model: Queries, /, *key: P.args, **no: P.kwargs) -> Mapping[K, V]:
        """The whole mapping."""
        known: Mapping[K, V] = model.memory.ask(model, self._question, key, gate=True)
        return known

    def entry(self, model: Queries, name: K, /, *key: P.args, **no: P.kwargs) -> V | None:
        """What the mapping for a key has under a name; None for nothing."""
        found: V | None = model.memory.entry(model, self._question, key, name, kept=self._kept)
        return found


def table[**P, K, V](question: Callable[Concatenate[Queries, P], Mapping[K, V]]) -> Table[P, K, V]:
    """As `gate`, for a mapping that is asked for entry by entry."""
    return Table(question)


def outside_table[**P, K, V](question: Callable[Concatenate[Queries, P], Mapping[K, V]]) -> Table[P, K, V]:
    """As `table`, for a mapping that the sources keep themselves: only a memory that lasts keeps it, too."""
    return Table(question, kept=False)


class Same[T]:
    """A value in the key of a part: the very object, which is cheaper to tell from others than by all it holds."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it  # pyright: ignore[reportUnknownMemberType]

    @override
    def __hash__(self) -> int:
        return id(self.it)


def part[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """As `query`, for one of many parts of a larger answer: only a memory that lasts keeps it by itself."""

    @wraps(question)
    def ask(model: Queries, *key: object) -> object:
        return model.memory.part(model, question, key)

    return cast("Callable[Concatenate[Queries, P], R]", ask)


def outside[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """An input that the sources keep themselves: who reads it is noted, its answer is not."""

    @wraps(question)
    def ask(model: Queries, *key: object) -> object:
        model.memory.read(question, key)
        return cast("Callable[..., object]", question)(model, *key)

    return cast("Callable[Concatenate[Queries, P], R]", ask)
