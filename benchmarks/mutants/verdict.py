"""What the checker says about a mutant, set against what was due."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from benchmarks.mutants.application import Application
from benchmarks.mutants.mutation import Mutant, Place
from chirp_check.engine import Project, check
from chirp_check.facts import extract, module
from chirp_check.host import MemoryHost

ROOT = "/site"
MEMORY = 4096


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found`: the rule spoke in the right file. `exact`: at the right range, everywhere where it is due.

    `others` are the findings that nobody asked for.
    """

    found: bool
    exact: bool
    missed: tuple[Place, ...]
    others: tuple[str, ...]


class Checker:
    """Checks variants of one example. What a file says is remembered by its text: most are unchanged."""

    def __init__(self, app: Application) -> None:
        self._app = app
        for reader, name in ((module, "read_module"), (extract, "read_template")):
            setattr(reader, name, lru_cache(MEMORY)(vars(reader)[name]))
        if said := self._findings(app.files):
            raise ValueError(f"the example itself has findings: {said}")

    def judge(self, mutant: Mutant) -> Verdict:
        """What the checker says about a mutant."""
        files: dict[str, str] = dict(self._app.files)
        for path, text in mutant.files.items():
            if text is None:
                del files[path]
            else:
                files[path] = text
        said = self._findings(files)
        due = set(mutant.places)
        met = due & set(said)
        rules = {(place.rule, place.path) for place in due}
        found = any((place.rule, place.path) in rules for place in said)
        exact = bool(met) if mutant.any_place else bool(due) and met == due
        missed = () if exact or mutant.any_place else tuple(sorted(due - met, key=_order))
        others = tuple(
            f"{message} ({place.path}:{place.start}-{place.end})" for place, message in said.items() if place not in due
        )
        return Verdict(found, exact, missed, others)

    def _findings(self, files: Mapping[str, str]) -> dict[Place, str]:
        name = self._app.root.name
        host = MemoryHost({f"{ROOT}/{name}/{path}": text for path, text in files.items()})
        report = check(Project(ROOT, host))
        return {
            Place(one.rule, at.path.removeprefix(f"{name}/"), at.start, at.end): f"{one.rule}: {one.finding.message}"
            for one in report.diagnostics
            if (at := one.finding.at)
        }


def _order(place: Place) -> tuple[str, int, int, str]:
    return (place.path, place.start, place.end, place.rule)
