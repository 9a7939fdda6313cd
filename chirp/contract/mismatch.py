"""A mismatch between an answer and the contract, as tests raise it and pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is wrong with an answer: the name of the rule that it breaks, one sentence, and help.

    `places` are `path:line:column` with what is said of each, relative to the root of the project; `shown` is all of it
    with the lines of the source.
    """

    rule: str
    message: str
    places: tuple[tuple[str, str], ...]
    help: str | None
    shown: str


class ContractMismatch(AssertionError):
    """An answer is not as the contract says. `request` is method and path, `mismatches` say how."""

    def __init__(self, request: str, mismatches: Iterable[Mismatch]) -> None:
        self.request = request
        self.mismatches: tuple[Mismatch, ...] = tuple(mismatches)
        shown = "\n\n".join(one.shown for one in self.mismatches)
        super().__init__(f"{request} does not keep to the contract\n\n{shown}")
