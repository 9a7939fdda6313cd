"""What a mutant is: the texts that differ, where a finding is due, and by which rule. Inert values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from benchmarks.mutants.application import Application


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is due: the rule, and a half-open range of code points in the mutated text of a file.

    `instead` are ranges in the same file that say it as well: of a text made of parts, the part and the whole. `like`
    is another rule that says the same of it.
    """

    rule: str
    path: str
    start: int
    end: int
    instead: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    like: str = field(default="", compare=False)

    @property
    def accepted(self) -> frozenset[Place]:
        """The place, and those that do as well."""
        ranges = ((self.start, self.end), *self.instead)
        rules = (self.rule, self.like or self.rule)
        return frozenset(Place(rule, self.path, start, end) for rule in rules for start, end in ranges)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake at one site.

    `at` is the site in the original, `files` the texts that differ (None: the file is gone). A finding is due at each
    of `places`, or with `any_place` at one of them. `witness` replaces `files` for the runtime where the mistake is a
    promise that only code can keep: a handler that does what its annotation says.
    """

    operator: str
    at: tuple[str, int, int]
    files: Mapping[str, str | None]
    places: tuple[Place, ...]
    any_place: bool = False
    witness: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    @property
    def accepted(self) -> frozenset[Place]:
        """Everywhere where a finding is an answer."""
        return frozenset(one for place in self.places for one in place.accepted)


@dataclass(frozen=True, slots=True)
class Change:
    """Replace `[start, end)` of a file by `text`; `places` are where findings are due in the mutated text."""

    path: str
    start: int
    end: int
    text: str
    places: tuple[Place, ...]
    any_place: bool = False
    witness: str | None = None  # the mutated file with code that keeps the promise


class Proof(Enum):
    """What shows that a mutant is a mistake."""

    FACTS = "a status, a request that nothing answers, a target that is not there"
    ANSWERS = "the same, or a body that says something else"
    PAGES = "the same as FACTS, or a page that does not hold together: an id twice, a reference to none, a target gone"
    TEXT = "the text itself: the mistake need not show at run time"
    SAME = "there is no mistake: nothing may differ, and nothing may be reported"


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of mistake: its name, the rule that is to find it, and the changes it makes, one for each site.

    `carrier` says how the name that is wrong gets to where it is used.
    """

    name: str
    rule: str
    make: Callable[[Application, Random], Iterator[Change | Mutant]]
    proof: Proof = Proof.FACTS
    carrier: str = "as it stands"


def mutants(operator: Operator, app: Application, seed: int) -> Iterator[Mutant]:
    """The mutants of an operator, in the order of their sites; the same for the same seed."""
    for made in operator.make(app, Random(f"{seed}:{operator.name}")):
        if isinstance(made, Mutant):
            yield made
            continue
        text = app.files[made.path]
        mutated = text[: made.start] + made.text + text[made.end :]
        if mutated == text:
            continue
        witness: dict[str, str | None] = {} if made.witness is None else {made.path: made.witness}
        yield Mutant(
            operator.name,
            (made.path, made.start, made.end),
            {made.path: mutated},
            made.places,
            made.any_place,
            witness,
        )


def misspelt(word: str, random: Random, known: frozenset[str] = frozenset()) -> str:
    """A word as people mistype it: a letter lost, doubled, or swapped with its neighbour. Never one of `known`."""
    letters = [at for at, char in enumerate(word) if char.isalpha()]
    for _ in range(100):
        at = random.choice(letters)
        kind = random.randrange(4)
        if kind == 0 and len(letters) > 2:
            made = word[:at] + word[at + 1 :]
        elif kind == 1:
            made = word[: at + 1] + word[at] + word[at + 1 :]
        elif kind == 2 and at + 1 in letters:
            made = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        else:
            made = word[:at] + random.choice("aeiourst") + word[at + 1 :]
        if made != word and made not in known:
            return made
    raise ValueError(f"no misspelling of {word!r} was found")
