"""`python -m benchmarks.references [--app NAME,…]`: how many references of the examples the checker resolves.

What there is to resolve is counted from tokens, without the checker. A reference is resolved when a subject of the
checker's rules has its value at that place; a render site, when all that it gives to its template is known. Those that
are not are listed, with the checker's reason where it has one.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from operator import attrgetter
from pathlib import Path

import msgspec

from benchmarks.mutants.application import load
from benchmarks.mutants.site import folder_of, project
from benchmarks.references.scan import Reference, references
from chirp_check.engine import Session
from chirp_check.model.applications import application_keys
from chirp_check.model.context import renderings
from chirp_check.model.entities import (
    BlockUse,
    LinkUse,
    Pattern,
    Route,
    RouteNameUse,
    SelectorUse,
    TargetUse,
    TemplateUse,
    Text,
    Unknown,
    UrlUse,
)
from chirp_check.model.model import Model
from chirp_check.model.subjects import subjects_of

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
GOAL = 0.98
SUBJECTS: Mapping[str, tuple[type, ...]] = {
    "template": (TemplateUse,),
    "block": (BlockUse,),
    "route": (Route,),
    "route name": (RouteNameUse,),
    "URL": (UrlUse, LinkUse),
    "link": (LinkUse, UrlUse),
    "target": (TargetUse,),
    "selector": (SelectorUse,),
    "id": (SelectorUse,),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the checker says at its places: ranges that have values, ranges that have none and why."""

    values: Mapping[str, tuple[tuple[int, int, type], ...]]
    unknowns: Mapping[str, tuple[tuple[int, int, str], ...]]
    sites: Mapping[tuple[str, int], bool]
    counted: tuple[int, int]


def look(name: str, files: Mapping[str, str]) -> Known:
    """Check an example, and take down what its rules look at."""
    analysis = Session().analyze(project(name, files))
    model = analysis.model
    values: dict[str, set[tuple[int, int, type]]] = {}
    unknowns: dict[str, set[tuple[int, int, str]]] = {}
    for path in model.files():
        for subjects in subjects_of(model, path).values():
            for subject in subjects:
                if isinstance(subject, Unknown):
                    at = subject.span
                    unknowns.setdefault(at.path, set()).add((at.start, at.end, f"{subject.kind}: {subject.reason}"))
                    continue
                for one in _values(subject, 3):
                    values.setdefault(one.span.path, set()).add((one.span.start, one.span.end, type(subject)))
    summary = analysis.report.summary
    return Known(
        {path: tuple(found) for path, found in values.items()},
        {path: tuple(sorted(found)) for path, found in unknowns.items()},
        _sites(model),
        (summary.resolved, summary.references),
    )


def _values(subject: object, depth: int) -> Iterator[Text | Pattern]:
    """The texts and patterns that a subject holds."""
    if isinstance(subject, Text | Pattern):
        yield subject
    elif depth and isinstance(subject, msgspec.Struct):
        for value in msgspec.structs.astuple(subject):
            yield from _values(value, depth - 1)
    elif depth and is_dataclass(subject):
        for one in fields(subject):
            yield from _values(attrgetter(one.name)(subject), depth - 1)


def _sites(model: Model) -> dict[tuple[str, int], bool]:
    """Where templates are rendered, and whether all that is given there is known."""
    found: dict[tuple[str, int], bool] = {}
    for app in application_keys(model):
        for path in model.files():
            for one in renderings(model, app, path) if path.endswith(".py") else ():
                key = one.span.path, one.span.start
                found[key] = found.get(key, True) and not one.open
    return found


def resolved(one: Reference, known: Known, name: str) -> bool:
    """Whether the checker has a value at the place of a reference."""
    path = f"{folder_of(name)}{one.path}"
    if one.kind == "context":
        return known.sites.get((path, one.start), False)
    near = known.values.get(path, ())
    return any(start < one.end and one.start < end and kind in SUBJECTS[one.kind] for start, end, kind in near)


def reason(one: Reference, known: Known, name: str) -> str:
    """Why a reference is not resolved, as the checker says it."""
    found = known.unknowns.get(f"{folder_of(name)}{one.path}", ())
    near = [said for start, end, said in found if start < one.end and one.start < end]
    if one.kind == "context" and (f"{folder_of(name)}{one.path}", one.start) in known.sites:
        return "something that is given is not known"
    return near[0] if near else "no rule looks there"


def main(arguments: Sequence[str]) -> int:
    """0 when at least 98 % are resolved."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.references", description=__doc__)
    parser.add_argument("--app", default="")
    wanted: str = parser.parse_args(arguments).app
    total, good = Counter[str](), Counter[str]()
    rest: list[str] = []
    for folder in sorted(file.parent for file in EXAMPLES.glob("*/app.py")):
        if wanted and folder.name not in wanted.split(","):
            continue
        files = load(folder).files
        known = look(folder.name, files)
        found = references(files)
        counts = f"{known.counted[0]} of {known.counted[1]}"
        print(f"{folder.name}: {len(found)} references by tokens; the checker says {counts}")
        for one in found:
            total[one.kind] += 1
            if resolved(one, known, folder.name):
                good[one.kind] += 1
            else:
                line = files[one.path].count("\n", 0, one.start) + 1
                rest.append(
                    f"{folder.name}/{one.path}:{line}: {one.kind} {one.text[:60]}: {reason(one, known, folder.name)}"
                )
    for kind, count in (*sorted(total.items()), ("all", total.total())):
        share = good.total() if kind == "all" else good[kind]
        print(f"{kind:12} {share:5} of {count:5}  {share / count:.1%}")
    print("\nnot resolved:", *rest, sep="\n")
    return 0 if good.total() >= GOAL * total.total() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
