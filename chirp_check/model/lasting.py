"""A memory that lasts: each answer is kept with what it has read, so that an edit computes again only what it changed.

When an input changes, whatever has read it becomes doubtful along the reverse edges; a doubtful answer is looked at
again when it is next asked for, and computed again only if something that it read has really changed. An answer equal
to the old one stops there.

Doubt does not go beyond a *gate*, a query that much depends on and whose answer seldom changes: gates are looked at
before anything else is asked, and let doubt through only when they have another answer. A *table* is a gate whose
answer is a mapping that is asked for entry by entry: it lets doubt through to the readers of those that have changed.
"""

from array import array
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count as counted
from typing import Any, NamedTuple, cast

from chirp_check.model.memory import NOTHING, Cycle, Key, Memory, Queries

KNOWN, DOUBTFUL, STALE = range(3)


class Notes(NamedTuple):
    """What a memory knows, as another one takes it: of each node the number of its question, its key and so on.

    `reads` are the numbers of the nodes that were read, those of one node after those of another, as many as `counts`
    says. `kinds`: whether it has a value (an input has none), whether it is a gate, an entry of a table.
    """

    questions: array[int]
    keys: list[Key]
    values: list[Any]
    reads: array[int]
    counts: array[int]
    states: bytes
    heights: array[int]
    kinds: bytes


class Node:
    """One question: its answer, what it has read to get it, and who has read it."""

    __slots__ = ("entry", "gate", "height", "key", "question", "reads", "running", "state", "users", "value")

    def __init__(self, question: Callable[..., Any], key: Key, *, gate: bool = False) -> None:
        self.question = question
        self.gate = gate
        self.entry = False  # one of a table, which is all that it reads and which tells when it changes
        self.height = 0  # above whatever was read
        self.key = key
        self.value: Any = NOTHING
        self.reads: tuple[Node, ...] = ()
        self.users: dict[Node, None] = {}  # many, of some: one that leaves must not be searched for
        self.state = STALE
        self.running = False


class LastingMemory(Memory):
    """A memory that lasts from one look at a project to the next."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, Key], Node] = {}
        self._active: list[dict[Node, None]] = []  # what each question that is being answered has read so far
        self._gates: list[tuple[int, int, Node]] = []  # those to look at before anything else is asked, lowest first
        self._waiting: set[Node] = set()
        self._count = counted()
        self.answered = 0  # questions, since what is known here was taken from elsewhere

    def ask(self, model: Queries, question: Callable[..., Any], key: Key, *, gate: bool = False) -> Any:
        """The answer to a question, noted as read by the one that is being answered."""
        node = self._nodes.get((question, key))
        if node is None:
            node = self._nodes[question, key] = Node(question, key, gate=gate)
        if self._active:
            self._active[-1][node] = None
        elif self._gates:
            self._look_at_gates(model)
        if node.state:
            self._refresh(model, node)
        return node.value

    def entry(self, model: Queries, question: Callable[..., Any], key: Key, name: object, *, kept: bool = True) -> Any:
        """One entry of a table, noted as read; None when it has none of the name."""
        table = self._nodes.get((question, key))
        if table is None:
            table = self._nodes[question, key] = Node(question, key, gate=True)
        if self._gates and not self._active:
            self._look_at_gates(model)
        if table.state:
            self._refresh(model, table)
        of = (*key, name)  # as long as the key of no table
        node = self._nodes.get((question, of))
        if node is None:
            node = self._nodes[question, of] = _entry(table, of)
        if self._active:
            self._active[-1][node] = None
        return node.value

    def part(self, model: Queries, question: Callable[..., Any], key: Key) -> Any:
        """The answer to a part of another question, kept as any other."""
        return self.ask(model, question, key)

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
            if node.gate:
                self._wait(node)
            else:
                self._doubt(node)

    @property
    def depth(self) -> int:
        """How many questions are being answered, each for the one before."""
        return len(self._active)

    def __len__(self) -> int:
        return len(self._nodes)

    def notes(self) -> tuple[list[Callable[..., Any]], Notes]:
        """The questions, and all that is known of them, for a memory that goes on from here."""
        questions: dict[Callable[..., Any], int] = {}
        nodes = list(self._nodes.values())
        numbers = {node: at for at, node in enumerate(nodes)}
        asked = array("I", [questions.setdefault(node.question, len(questions)) for node in nodes])
        notes = Notes(
            asked,
            [node.key for node in nodes],
            [None if node.value is NOTHING else node.value for node in nodes],
            array("I", [numbers[read] for node in nodes for read in node.reads]),
            array("I", [len(node.reads) for node in nodes]),
            bytes([node.state for node in nodes]),
            array("I", [node.height for node in nodes]),
            bytes([(node.value is not NOTHING) | node.gate << 1 | node.entry << 2 for node in nodes]),
        )
        return list(questions), notes

    def take(self, questions: Sequence[Callable[..., Any]], notes: Notes) -> None:
        """Go on from what another memory knew, in place of what is known here."""
        nodes: list[Node] = []
        asked = zip(notes.questions, notes.keys, notes.values, strict=True)
        kinds = zip(notes.states, notes.heights, notes.kinds, strict=True)
        for (question, key, value), (state, height, kind) in zip(asked, kinds, strict=True):
            node = Node(questions[question], key, gate=bool(kind & 2))
            if kind & 1:
                node.value = value
            if kind & 4:
                node.entry = True
            node.state = state
            node.height = height
            nodes.append(node)
        read = [nodes[number] for number in notes.reads]
        begin = 0
        for node, count in zip(nodes, notes.counts, strict=True):
            if count:
                node.reads = tuple(read[begin : begin + count])
                begin += count
                for one in node.reads:
                    one.users[node] = None
        self._nodes = {(node.question, node.key): node for node in nodes}
        self.answered = 0

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

    def _look_at_gates(self, model: Queries) -> None:
        """Look at the gates that doubt has come to, each after those that it depends on."""
        while self._gates:
            height, _, node = heappop(self._gates)
            if node.height > height:
                heappush(self._gates, (node.height, next(self._count), node))
                continue
            self._waiting.discard(node)
            if node.state and (node.question, node.key) in self._nodes:
                self._look_at(model, node)

    def _look_at(self, model: Queries, node: Node) -> None:
        """Look at a gate. One that cannot be answered may not be asked any more; who asks for it will see why."""
        try:
            self._refresh(model, node)
        except Exception:  # noqa: BLE001 - raised again where it is asked
            node.state = STALE
            _outdate(node)
            self._doubt(node)
            for entry in _entries(node):
                node.value = NOTHING  # whatever it will be, its entries are other ones
                self._enter(entry, NOTHING)

    def _wait(self, node: Node) -> None:
        """Have a gate looked at before anything else is asked."""
        if node not in self._waiting:
            self._waiting.add(node)
            heappush(self._gates, (node.height, next(self._count), node))

    def _doubt(self, node: Node) -> None:
        """Whatever has read a node, up to the next gates, has to be looked at before it is believed again."""
        pending = [node]
        while pending:
            for user in pending.pop().users:
                if user.entry:
                    continue
                known = user.state == KNOWN
                if known:
                    user.state = DOUBTFUL
                if user.gate and not user.running:
                    self._wait(user)
                elif known or (user.state == STALE and any(one.state == KNOWN for one in user.users)):
                    pending.append(user)

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
        self.answered += 1
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
                if node.gate:
                    self._doubt(node)
            node.value = value
            for entry in _entries(node) if node.gate else ():
                self._enter(entry, value.get(entry.key[-1]))

    def _enter(self, entry: Node, value: object) -> None:
        """Tell those who have read an entry of a table when it is another one."""
        if value != entry.value:
            entry.value = value
            _outdate(entry)
            self._doubt(entry)

    def _link(self, node: Node, reads: dict[Node, None]) -> None:
        """Keep what a question has read, and forget what it read before and nobody else reads."""
        before = node.reads
        known = frozenset(before)
        node.reads = tuple(reads)
        for read in node.reads:
            if read not in known:
                read.users[node] = None
            if read.height >= node.height:
                _raise(node, read.height + 1)
        dropped = [(read, node) for read in before if read not in reads]
        while dropped:
            one, by = dropped.pop()
            del one.users[by]
            if not one.users and not one.running:
                self._nodes.pop((one.question, one.key), None)
                dropped += [(inner, one) for inner in one.reads]


def _entry(table: Node, key: Key) -> Node:
    """An entry of a table whose answer is known, asked for the first time."""
    node = Node(table.question, key)
    node.entry = True
    node.state = KNOWN
    node.height = table.height + 1
    node.value = table.value.get(key[-1])
    node.reads = (table,)
    table.users[node] = None
    return node


def _entries(node: Node) -> list[Node]:
    """The entries of a table that somebody has asked for; none of what is no table."""
    return [user for user in node.users if user.entry]


def _outdate(node: Node) -> None:
    """What has read a node has to be answered again; an entry is told by its table."""
    for user in node.users:
        if not user.entry:
            user.state = STALE


def _raise(node: Node, height: int) -> None:
    """Keep a node above what it has read, and its readers above it."""
    node.height = height
    pending = [node]
    while pending:
        one = pending.pop()
        for user in one.users:
            if user.height <= one.height:
                user.height = one.height + 1
                pending.append(user)


def _inner(question: Callable[..., Any]) -> Callable[..., Any]:
    return cast("Callable[..., Any]", question.__wrapped__)  # type: ignore[attr-defined]
