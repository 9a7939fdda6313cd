"""The measurements: each is a function that yields rows of the table."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE
from time import perf_counter

from benchmarks.check.edits import Edit, edited
from benchmarks.check.processes import (
    CHECKER,
    ENVIRONMENT,
    ROOT,
    Cost,
    check,
    cpu,
    has_cache,
    interleaved,
    run,
    usual_wall,
    wall,
    without_cache,
)
from benchmarks.check.table import Row

TRACKER = ROOT / "examples/tracker"
LOADED = "import sys, chirp_check; print(len({m.split('.')[0] for m in sys.modules} & {'kida', 'chirp'}))"
ENGINE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated project: templates asked for, its folder, files and bytes of its sources, handlers."""

    templates: int
    folder: Path
    files: int
    size: int
    handlers: int

    def __str__(self) -> str:
        return f"{self.templates:,} templates, {self.handlers:,} handlers ({self.files:,} files, {self.size:,} bytes)"


def generated(folder: Path, templates: int) -> Generated:
    """Write a project of that many templates."""
    facts = json.loads(_worker("generate", str(folder), str(templates)).said)
    return Generated(templates, folder, facts["files"], facts["bytes"], facts["handlers"])


def _worker(*words: str) -> Cost:
    return run([sys.executable, "-m", "benchmarks.check.worker", *words])


def _parse_seconds(folder: Path) -> Cost:
    """The cost of parsing every file once; start-up and reading are left out."""
    cost = _worker("parse", str(folder))
    taken = sum(json.loads(cost.said).values())
    return Cost(taken, taken, cost.peak, cost.code, cost.said)


def cold(projects: Sequence[Generated], empty: Path, rounds: int) -> Iterator[Row]:
    """Runs from nothing: time relative to parsing, growth with size, memory relative to the sources."""
    flags = without_cache()
    measures = {"empty": partial(check, empty, *flags)}
    for one in projects:
        measures[f"parse {one.templates}"] = partial(_parse_seconds, one.folder)
        measures[f"cold {one.templates}"] = partial(check, one.folder, *flags)
    measures["empty"]()  # it may have to write bytecode
    costs = interleaved(measures, rounds)
    for one in projects:
        _expect_clean(costs[f"cold {one.templates}"], one)
    start, least = cpu(costs["empty"]), min(cost.peak for cost in costs["empty"])
    own = {one.templates: cpu(costs[f"cold {one.templates}"]) - start for one in projects}
    for one in projects:
        parsing = cpu(costs[f"parse {one.templates}"])
        note = f"{own[one.templates]:.2f} s, parsing {parsing:.2f} s"
        yield Row(f"cold, {one.templates:,} templates: times one parse", own[one.templates] / parsing, 1.5, "", note)
    for small, large in pairwise(projects):
        growth = own[large.templates] / own[small.templates]
        factor = large.templates / small.templates
        name = f"cold, {small.templates:,} → {large.templates:,} templates: times"
        yield Row(name, growth, 1.1 * factor, "", f"{large.size / small.size:.2f} times the bytes")
    for one in projects:
        peak = max(cost.peak for cost in costs[f"cold {one.templates}"])
        note = f"{peak / 1e6:,.0f} MB at most, {least / 1e6:,.0f} MB for an empty project"
        goal = 20 if one is projects[-1] else None
        yield Row(f"memory, {one.templates:,} templates: times the sources", (peak - least) / one.size, goal, "", note)


def _expect_clean(costs: Sequence[Cost], one: Generated) -> None:
    if any(cost.code for cost in costs):
        raise RuntimeError(f"the generated project of {one.templates} templates has findings:\n{costs[0].said[:2000]}")


def cached(project: Generated, empty: Path, rounds: int, edits: Sequence[Edit]) -> Iterator[Row]:
    """Runs with a cache: nothing changed, and after one edit of each kind; relative to a run from nothing."""
    if not has_cache():
        yield Row("with a cache: this checker has none", 0)
        return
    flags = ("--cache-dir", str(project.folder.parent / "cache"))
    flags_of_empty = ("--cache-dir", str(project.folder.parent / "cache-of-the-empty"))
    measures = {
        "empty": partial(check, empty, *without_cache()),
        "empty, unchanged": partial(check, empty, *flags_of_empty),
        "cold": partial(check, project.folder, *without_cache()),
        "unchanged": partial(check, project.folder, *flags),
    }
    measures |= {edit.kind: partial(_edited_check, project.folder, edit, flags) for edit in edits}
    for name in ("empty", "empty, unchanged", "unchanged"):
        measures[name]()  # fills the caches
    costs = interleaved(measures, rounds)
    whole, start = cpu(costs["cold"]) - cpu(costs["empty"]), cpu(costs["empty, unchanged"])
    for name in ("unchanged", *(edit.kind for edit in edits)):
        share = 100 * (cpu(costs[name]) - start) / whole
        note = f"{1000 * (cpu(costs[name]) - start):.0f} ms of {1000 * whole:,.0f}"
        label = name if name == "unchanged" else f"after an edit of {name}"
        yield Row(f"{label}, {project.templates:,} templates", share, 3 if name == "unchanged" else 5, " %", note)


def _edited_check(folder: Path, edit: Edit, flags: Sequence[str]) -> Cost:
    """A check after an edit, where the one before the edit has left its cache; another one after taking it back."""
    with edited(folder, edit):
        cost = check(folder, *flags)
    check(folder, *flags)
    return cost


def engine(project: Generated, rounds: int, edits: Sequence[Edit]) -> Iterator[Row]:
    """A running engine after one edit of each kind."""
    times = json.loads(_worker("session", str(project.folder), str(rounds), str(len(edits))).said)
    for kind, (clock, processor) in times.items():
        name = f"running engine, {project.templates:,} templates: {kind}"
        yield Row(name, min(clock, processor), 50, " ms", f"{clock:.0f} ms on the clock")


def example(rounds: int, folder: Path) -> Iterator[Row]:
    """The tracker and what surrounds it, as whole processes."""
    flags = ("--cache-dir", str(folder / "cache-of-the-example"))
    commands: dict[str, Callable[[], Cost]] = {
        "start of Python alone": partial(run, [sys.executable, "-I", "-c", "pass"]),
        "chirp-check version": partial(run, [CHECKER, "version"]),
        "examples/notes, cold": partial(check, ROOT / "examples/notes", *without_cache()),
        "examples/tracker, cold": partial(check, TRACKER, *without_cache()),
        "language server: first answer": _first_answer,
    }
    if has_cache():
        commands["examples/tracker, unchanged"] = partial(check, TRACKER, *flags)
    goals = {"examples/tracker, cold": 0.35, "examples/tracker, unchanged": 0.15, "language server: first answer": 0.3}
    for command in commands.values():
        command()  # it may have to write bytecode, or its cache
    for name, costs in interleaved(commands, rounds).items():
        note = f"median {usual_wall(costs):.3f} s, processor {cpu(costs):.3f} s"
        yield Row(f"{name}: whole process", wall(costs), goals.get(name), " s", note)
    loaded = int(run([sys.executable, "-c", LOADED]).said)
    yield Row("packages of Kida and the runtime that `import chirp_check` loads", loaded, 0)


def _first_answer() -> Cost:
    """The time from the start of the language server to its answer to `initialize`."""
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
    start = perf_counter()
    with subprocess.Popen([CHECKER, "server"], stdin=PIPE, stdout=PIPE, env=ENVIRONMENT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        process.stdin.flush()
        process.stdout.readline()
        taken = perf_counter() - start
        process.stdin.close()
    return Cost(taken, taken, 0, 0, "")
