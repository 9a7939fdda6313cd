"""Fixes of structure become edits: libcst makes them, in a process of its own, which may end badly without harm."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from chirp_check.diagnostic import Edit, Fix, Structure
from chirp_check.report.outcome import Report
from chirp_check.source import Span

PATIENCE = 60  # seconds for all files


@dataclass(frozen=True, slots=True)
class Resolved:
    """The fixes that structures come to; those that cannot be made are not among them. `lacking`: why none could be."""

    fixes: Mapping[Structure, Fix]
    lacking: str | None = None


NOTHING = Resolved({})


def resolved(report: Report, structures: Iterable[Structure]) -> Resolved:
    """The structures of a report's findings as edits of its texts."""
    wanted = tuple(one for one in dict.fromkeys(structures) if one.rewrite.at.path in report.sources)
    if not wanted:
        return NOTHING
    texts = {one.rewrite.at.path: report.source(one.rewrite.at.path).text for one in wanted}
    asked = {"texts": texts, "wanted": [_place(report, one) for one in wanted]}
    command = [sys.executable, "-P", "-m", "chirp_check.commands.restructuring"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=json.dumps(asked), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        answers: list[Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired, ValueError:  # it has ended without an answer
        return Resolved({}, _lacking(len(wanted)))
    fixes = {
        one: Fix(one.title, tuple(_edits(one.rewrite.at.path, texts[one.rewrite.at.path], text)), one.safe)
        for one, text in zip(wanted, answers, strict=True)
        if isinstance(text, str)
    }
    return Resolved({one: fix for one, fix in fixes.items() if fix.edits})


def _lacking(count: int) -> str:
    from importlib.util import find_spec

    fixes = "1 fix needs" if count == 1 else f"{count} fixes need"
    if find_spec("libcst") is None:
        return f"{fixes} libcst: install `chirp-check[fix]`"
    return f"{fixes} libcst, which failed"


def _place(report: Report, structure: Structure) -> dict[str, object]:
    rewrite = structure.rewrite
    start, _ = report.range(rewrite.at)
    return {
        "path": rewrite.at.path,
        "kind": rewrite.kind,
        "line": start.line,
        "column": start.column - 1,
        "name": rewrite.name,
        "value": rewrite.value,
        "module": rewrite.module,
    }


def _edits(path: str, old: str, new: str) -> Iterator[Edit]:
    """What turns one text into another, line by line, without what stays at both ends of a place."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    for kind, first, last, first_new, last_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _narrowed(path, starts[first], before[first:last], after[first_new:last_new])


def _narrowed(path: str, start: int, before: Sequence[str], after: Sequence[str]) -> Edit:
    old, new = "".join(before), "".join(after)
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return Edit(Span(path, start + head, start + len(old) - tail), new[head : len(new) - tail])
