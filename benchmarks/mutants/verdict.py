"""What the checker says about a mutant, set against what was due."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.mutants.application import Application
from benchmarks.mutants.mutation import Mutant, Place
from benchmarks.mutants.site import folder_of, project
from chirp_check.engine import Session

AGAIN = 40  # of so many mutants one is also checked from scratch


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found`: the rule spoke in the right file. `exact`: at the right range, everywhere where it is due.

    `others` are the findings that nobody asked for. `fault` is what the engine that stays did wrong, if anything: it
    failed, or said something else than a new one.
    """

    found: bool
    exact: bool
    missed: tuple[Place, ...]
    others: tuple[str, ...]
    fault: str


class Checker:
    """Checks variants of one example, in one engine that stays: each variant is an edit of the one before.

    What the example's own text makes it say is no answer to a mutant.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._session = Session(edited=True)
        self._count = 0
        self.own = self._findings(app.files, self._session)

    def judge(self, mutant: Mutant) -> Verdict:
        """What the checker says about a mutant."""
        files = varied(self._app.files, mutant.files)
        said, fault = self._compared(files)
        said = {place: message for place, message in said.items() if place not in self.own}
        rules = {(place.rule, place.path) for place in mutant.accepted}
        found = any((place.rule, place.path) in rules for place in said)
        missed = tuple(one for one in mutant.places if not said.keys() & one.accepted)
        exact = len(missed) < len(mutant.places) if mutant.any_place else bool(mutant.places) and not missed
        shown = () if exact else missed[:3]
        others = tuple(
            f"{message} ({place.path}:{place.start}-{place.end})"
            for place, message in said.items()
            if place not in mutant.accepted
        )
        return Verdict(found, exact, shown, others, fault)

    def _compared(self, files: Mapping[str, str]) -> tuple[dict[Place, str], str]:
        """The findings, and what is wrong with the engine that stays; then a new one takes over."""
        self._count += 1
        fault = ""
        try:
            said = self._findings(files, self._session)
            if self._count % AGAIN or said == self._findings(files, Session()):
                return said, fault
            fault = "says something else than a new one"
        except Exception as error:  # noqa: BLE001 - any failure of the engine is a result
            fault = f"fails: {type(error).__name__}: {error}"
        self._session = Session(edited=True)
        return self._findings(files, self._session), fault

    def _findings(self, files: Mapping[str, str], session: Session) -> dict[Place, str]:
        name = self._app.root.name
        folder = folder_of(name)
        report = session.analyze(project(name, files)).report
        return {
            Place(one.rule, at.path.removeprefix(folder), at.start, at.end): f"{one.rule}: {one.finding.message}"
            for one in report.diagnostics
            if (at := one.finding.at)
        }


def varied(files: Mapping[str, str], changed: Mapping[str, str | None]) -> dict[str, str]:
    """The files with what has changed; None for one that is gone."""
    made = {path: changed.get(path, text) for path, text in (*files.items(), *changed.items())}
    return {path: text for path, text in made.items() if text is not None}
