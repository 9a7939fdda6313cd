"""The findings a project has decided to live with for now, each known by its rule, its path and its text."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import replace
from dataclasses import dataclass
from typing import NamedTuple, cast

from chirp_check.config import ConfigError
from chirp_check.diagnostic import Level
from chirp_check.report.fingerprints import fingerprints
from chirp_check.report.json import encodable
from chirp_check.report.outcome import INTERNAL, Report

VERSION = 1


class Known(NamedTuple):
    """What findings are known by: rule, path, and their line with each run of white space as one space."""

    rule: str
    path: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of each kind are known."""

    counts: Mapping[Known, int]

    @property
    def total(self) -> int:
        """How many findings are known."""
        return sum(self.counts.values())

    def without(self, stale: Baseline) -> Baseline:
        """What is left of it."""
        return Baseline(Counter(self.counts) - Counter(stale.counts))

    def merged(self, other: Baseline, keep: Callable[[Known], bool]) -> Baseline:
        """Another one, with what is kept of this."""
        return Baseline({one: count for one, count in self.counts.items() if keep(one)} | dict(other.counts))

    def stale(self, report: Report, judged: Callable[[Known], bool]) -> Baseline:
        """What it knows and the report no longer has, of what has been judged."""
        gone = Counter(self.counts) - Counter(baseline_of(report).counts)
        return Baseline({one: count for one, count in gone.items() if judged(one)})

    def hide(self, report: Report) -> Report:
        """The report without what is known. Of more findings of a kind than are known, the last ones are new."""
        keys = fingerprints(report)
        new = tuple(
            one
            for one, key in zip(report.diagnostics, keys, strict=True)
            if key.ordinal >= self.counts.get(_known(*key[:3]), 0)
        )
        errors = sum(one.level is Level.ERROR for one in new)
        summary = replace(report.summary, errors=errors, warnings=len(new) - errors)
        return replace(report, diagnostics=new, summary=summary)


def baseline_of(report: Report) -> Baseline:
    """All findings of a report, but not that we failed."""
    return Baseline(Counter(_known(*key[:3]) for key in fingerprints(report) if key.rule != INTERNAL))


def _known(rule: str, path: str, snippet: str) -> Known:
    return Known(rule, encodable(path), encodable(snippet))


def render(baseline: Baseline) -> str:
    """The text of the file: sorted, one line for each kind of finding, so that changes of it merge."""
    lines = [
        json.dumps({"rule": one.rule, "path": one.path, "snippet": one.snippet, "count": count}, ensure_ascii=False)
        for one, count in sorted(baseline.counts.items())
    ]
    findings = ",\n".join(f"  {line}" for line in lines)
    return f'{{"version": {VERSION}, "findings": [\n{findings}\n]}}\n'


def parse(text: str, place: str) -> Baseline:
    """The baseline in the text of a file. `ConfigError` for anything else."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"is no JSON: {error}", place) from error
    table = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    found = table.get("findings")
    if table.get("version") != VERSION or not isinstance(found, list):
        raise ConfigError("is no baseline of this version", place, "`--update-baseline` writes it anew")
    return Baseline(Counter(dict(_entries(cast("list[object]", found), place))))


def _entries(found: Iterable[object], place: str) -> Iterable[tuple[Known, int]]:
    for number, one in enumerate(found, 1):
        entry = cast("dict[str, object]", one) if isinstance(one, dict) else {}
        rule, path, snippet, count = (entry.get(key) for key in ("rule", "path", "snippet", "count"))
        if (
            isinstance(rule, str)
            and isinstance(path, str)
            and isinstance(snippet, str)
            and isinstance(count, int)
            and count > 0
        ):
            yield Known(rule, path, snippet), count
        else:
            raise ConfigError(f"entry {number} is not a finding", place, "`--update-baseline` writes it anew")
