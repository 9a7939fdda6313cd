"""The table of figures: what was measured, the goal, and whether it is reached."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure; `goal` None: for information. `at_least`: the figure has to reach the goal, not to stay below it."""

    name: str
    figure: float
    goal: float | None = None
    unit: str = ""
    note: str = ""
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Whether the goal is reached; without one it is."""
        if self.goal is None:
            return True
        return self.figure >= self.goal if self.at_least else self.figure <= self.goal

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        goal = "" if self.goal is None else f"{sign} {_number(self.goal)}{self.unit}"
        verdict = "" if self.goal is None else "ok" if self.ok else "falls short"
        return f"{self.name:62} {goal:>10} {_number(self.figure) + self.unit:>11}  {verdict:11}  {self.note}".rstrip()


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


HEAD = f"{'':62} {'goal':>10} {'measured':>11}"
