"""Remembered queries: each keeps its answer and what it has read, so that an edit computes again only what it changed.

A query is a pure function of its keys and of what it reads through other queries. When an input changes, whatever has
read it becomes doubtful along the reverse edges; a doubtful answer is looked at again when it is next asked for, and
computed again only if something that it read has really changed. An answer equal to the old one stops there.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from chirp_check.model.sources import ModelSettings, Sources

type Key = tuple[object, ...]

KNOWN, DOUBTFUL, STALE = range(3)
NOTHING = object()


class Node:
    """One question: its answer, what it has read to get it, and who has read it."""

    __slots__ = ("key", "question", "reads", "running", "state", "users", "value")

    def __init__(self, question: Callable[..., Any], key: Key) -> None:
        self.question = question
        self.key = key
        self.value: Any = NOTHING
        self.reads: tuple[Node, ...] = ()
        self.users: list[Node] = []
        self.state = STALE
        self.running = False


class Cycle(Exception):
    """A query that needs its own answer."""


class Memory:
    """The questions asked so far."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, Key], Node] = {}
        self._active: list[dict[Node, None]] = []  # what each question that is being answered has read so far

    def ask(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        """The answer to a question, noted as read by the one that is being answered."""
        node = self._nodes.get((question, key))
        if node is None:
            node = self._nodes[question, key] = Node(question, key)
        if self._active:
            self._active[-1][node] = None
        if node.state:
            self._refresh(model, node)
        return node.value

    def read(self, question: Callable[..., Any], key: Key) -> None:
        """Note that an input is read, whose answer is not kept here."""
        node = self._nodes.get((question, key))
        if node is None:
            node = self._nodes[question, key] = Node(question, key)
        node.state = KNOWN
        if self._active:
            self._active[-1][node] = None

    def changed(self, question: Callable[..., Any], *key: object) -> None:
        """Note that the answer to a question that reads from outside may be another one now."""
        node = self._nodes.get((_inner(question), key))
        if node is not None:
            if node.value is not NOTHING:
                node.state = STALE
            else:
                _outdate(node)
            _doubt(node)

    @property
    def depth(self) -> int:
        """How many questions are being answered, each for the one before."""
        return len(self._active)

    def __len__(self) -> int:
        return len(self._nodes)

    def _refresh(self, model: Queries, node: Node) -> None:
        if node.running:
            raise Cycle(f"{node.question.__qualname__}{node.key}")
        node.running = True
        try:
            if node.state == DOUBTFUL:
                self._verify(model, node)
            if node.state == STALE:
                self._answer(model, node)
        finally:
            node.running = False
        node.state = KNOWN

    def _verify(self, model: Queries, node: Node) -> None:
        """Look at what was read, in the order it was read; the first real change makes the answer stale."""
        for read in node.reads:
            if read.state:
                if read.running:
                    node.state = STALE
                else:
                    self._refresh(model, read)
            if node.state == STALE:
                return

    def _answer(self, model: Queries, node: Node) -> None:
        reads: dict[Node, None] = {}
        self._active.append(reads)
        try:
            value = node.question(model, *node.key)
        finally:
            self._active.pop()
            self._link(node, reads)
        if value != node.value:
            if node.value is not NOTHING:
                _outdate(node)
            node.value = value

    def _link(self, node: Node, reads: dict[Node, None]) -> None:
        """Keep what a question has read, and forget what it read before and nobody else reads."""
        before = node.reads
        known = frozenset(before)
        node.reads = tuple(reads)
        for read in node.reads:
            if read not in known:
                read.users.append(node)
        dropped = [(read, node) for read in before if read not in reads]
        while dropped:
            one, by = dropped.pop()
            one.users.remove(by)
            if not one.users and not one.running:
                self._nodes.pop((one.question, one.key), None)
                dropped += [(inner, one) for inner in one.reads]


def _outdate(node: Node) -> None:
    """What has read a node has to be answered again."""
    for user in node.users:
        user.state = STALE


def _doubt(node: Node) -> None:
    pending = [node]
    while pending:
        for user in pending.pop().users:
            if user.state == KNOWN:
                user.state = DOUBTFUL
                pending.append(user)
            elif user.state == STALE and not user.running:
                pending += _spread(user)


def _spread(node: Node) -> list[Node]:
    """The readers of a stale node that do not know it yet."""
    return [node] if any(user.state == KNOWN for user in node.users) else []


class Queries:
    """What every query gets: the project's sources and settings, and the memory of answers."""

    def __init__(self, sources: Sources, settings: ModelSettings) -> None:
        self.sources = sources
        self.settings = settings
        self.memory = Memory()


def query[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """Remember the answers of a function whose first parameter is the model; the others are its key, by position."""

    @wraps(question)
    def ask(model: Queries, *key: object) -> object:
        return model.memory.ask(model, question, key)

    return cast("Callable[Concatenate[Queries, P], R]", ask)


def outside[**P, R](question: Callable[Concatenate[Queries, P], R]) -> Callable[Concatenate[Queries, P], R]:
    """An input that the sources keep themselves: who reads it is noted, its answer is not."""

    @wraps(question)
    def ask(model: Queries, *key: object) -> object:
        model.memory.read(question, key)
        return cast("Callable[..., object]", question)(model, *key)

    return cast("Callable[Concatenate[Queries, P], R]", ask)


def _inner(question: Callable[..., Any]) -> Callable[..., Any]:
    return cast("Callable[..., Any]", question.__wrapped__)  # type: ignore[attr-defined]
