"""`--add-ignore`: writes the suppressions of what is found. Each is tried on the engine before it is written."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from chirp_check.commands.mending import SYNTAX, Look, Mending, overlaid, write
from chirp_check.diagnostic import Diagnostic
from chirp_check.project import Project
from chirp_check.report.outcome import INTERNAL, Report, counted
from chirp_check.syntax.silence import Insertion, insertions

# A file that does not parse has no comments, and a suppression that is wrong is mended, not suppressed.
NEVER = SYNTAX | {INTERNAL, "bad-encoding", "unused-ignore", "bare-ignore", "unknown-rule"}
PLACES = 6  # at most that many places are tried for a finding


def run(options: Namespace, project: Project, look: Look, report: Report) -> Report:
    """Write suppressions for what a report has, and give the report of what is left."""
    mending = silence(project, report, look)
    write(project, mending)
    if mending.count and not options.quiet:
        said = f"silenced {counted(mending.count, 'finding')} in {counted(len(mending.after), 'file')}"
        print(said, file=sys.stderr)
    return mending.report


def silence(project: Project, report: Report, look: Look) -> Mending:
    """The texts with suppressions. Nothing is written."""
    trials = _Trials(project, report, look)
    pending = [one for one in report.diagnostics if one.rule not in NEVER and one.finding.at.path in report.sources]
    for number in range(PLACES):
        pending = trials.attempt(pending, number)
    after = trials.texts(trials.accepted)
    left = trials.look(after) if after else report
    before = {path: report.source(path).text for path in after}
    return Mending(left, before, after, len(trials.accepted))


type _Plan = Mapping[Diagnostic, Insertion]
type _Additions = Mapping[str, Sequence[tuple[Insertion, str]]]


@dataclass(slots=True)
class _Trials:
    """What has been tried: `accepted` are the findings with the place of the suppression that takes them."""

    project: Project
    report: Report
    see: Look
    accepted: dict[Diagnostic, Insertion] = field(default_factory=dict[Diagnostic, Insertion])

    def attempt(self, pending: list[Diagnostic], number: int) -> list[Diagnostic]:
        """Try the place of that number for all; those are left that it does not help, or where it does harm."""
        plan: dict[Diagnostic, Insertion] = {}
        for one in pending:
            places = insertions(self.report.source(one.finding.at.path), one.finding.at)
            if number < len(places):
                plan[one] = places[number]
        if not plan:
            return pending
        together = {**self.accepted, **plan}
        added = _additions(together)
        seen = self.look(self.texts(together))
        said = {_said(one, one.finding.at.start) for one in seen.diagnostics}
        known = {_said(one, _shifted(one, added)) for one in self.report.diagnostics}
        harmed = {path for _, path, _, _ in said - known}
        self.accepted |= {
            one: place
            for one, place in plan.items()
            if one.finding.at.path not in harmed and _said(one, _shifted(one, added)) not in said
        }
        suspects = [one for one in plan if one.finding.at.path in harmed]
        if len(plan) > 1:  # one of them does harm to all of its file: look for it
            half = len(suspects) // 2
            for part in (suspects[:half], suspects[half:]):
                self.attempt(part, number)
        return [one for one in pending if one not in self.accepted]

    def texts(self, plan: _Plan) -> dict[str, str]:
        """The texts of the files that a plan changes."""
        return {path: _written(self.report.source(path).text, added) for path, added in _additions(plan).items()}

    def look(self, texts: Mapping[str, str]) -> Report:
        """What is found in the project with these texts."""
        return self.see(overlaid(self.project, self.report, texts))


def _said(diagnostic: Diagnostic, start: int) -> tuple[str, str, int, str]:
    return diagnostic.rule, diagnostic.finding.at.path, start, diagnostic.finding.message


def _shifted(diagnostic: Diagnostic, additions: _Additions) -> int:
    """Where a finding begins after additions."""
    at = diagnostic.finding.at
    return at.start + sum(
        len(text)
        for place, text in additions.get(at.path, ())
        if place.offset < at.start or (place.above and place.offset == at.start)
    )


def _written(text: str, added: Iterable[tuple[Insertion, str]]) -> str:
    for place, new in sorted(added, reverse=True):
        text = text[: place.offset] + new + text[place.offset :]
    return text


def _additions(plan: _Plan) -> _Additions:
    """What a plan adds to its files, each place once with all of its rules."""
    found: dict[str, list[tuple[Insertion, str]]] = {}
    placed = sorted({(one.finding.at.path, place, one.rule) for one, place in plan.items()})
    for (path, place), rules in groupby(placed, key=lambda one: one[:2]):
        found.setdefault(path, []).append((place, place.text(tuple(rule for *_, rule in rules))))
    return found
