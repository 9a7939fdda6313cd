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


class Node:
    """One question: its answer, what it has read to get it, and who has read it."""

    __slots__ = ("asked", "key", "question", "reads", "running", "state", "users", "value")

    def __init__(self, question: Callable[..., Any], key: Key) -> None:
        self.question = question
        self.key = key
        self.value: Any = None
        self.reads: dict[Node, None] = {}
        self.users: dict[Node, None] = {}
        self.state = STALE
        self.running = False
        self.asked = False


class Cycle(Exception):
    """A query that needs its own answer."""


class Memory:
    """The questions asked so far."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, Key], Node] = {}
        self._active: list[Node] = []

    def ask(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        """The answer to a question, noted as read by the one that is being answered."""
        node = self._nodes.get((question, key))
        if node is None:
            node = self._nodes[question, key] = Node(question, key)
        if self._active:
            user = self._active[-1]
            user.reads[node] = None
            node.users[user] = None
        if node.state:
            self._refresh(model, node)
        return node.value

    def changed(self, question: Callable[..., Any], *key: object) -> None:
        """Note that the answer to a question that reads from outside may be another one now."""
        node = self._nodes.get((_inner(question), key))
        if node is not None:
            node.state = STALE
            _doubt(node.users)

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
        for read in tuple(node.reads):
            if read.state:
                if read.running:
                    node.state = STALE
                else:
                    self._refresh(model, read)
            if node.state == STALE:
                return

    def _answer(self, model: Queries, node: Node) -> None:
        before, asked = node.reads, node.asked
        node.reads = {}
        self._active.append(node)
        try:
            value = node.question(model, *node.key)
        finally:
            self._active.pop()
            for read in before:
                if read not in node.reads:
                    self._dropped(read, node)
        if not asked or value != node.value:
            node.asked = True
            node.value = value
            for user in node.users:
                user.state = STALE

    def _dropped(self, read: Node, user: Node) -> None:
        """One reader less; what nobody reads any more is forgotten."""
        pending = [(read, user)]
        while pending:
            one, by = pending.pop()
            one.users.pop(by, None)
            if not one.users and not one.running and self._nodes.get((one.question, one.key)) is one:
                del self._nodes[one.question, one.key]
                pending += ((inner, one) for inner in one.reads)


def _doubt(users: dict[Node, None]) -> None:
    pending = list(users)
    while pending:
        node = pending.pop()
        if node.state == KNOWN:
            node.state = DOUBTFUL
            pending += node.users


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


def _inner(question: Callable[..., Any]) -> Callable[..., Any]:
    return cast("Callable[..., Any]", question.__wrapped__)  # type: ignore[attr-defined]
