"""`--fix` and `--diff`: fixes are applied until none is left, then all files are written, or none."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass
from difflib import unified_diff
from itertools import chain
from typing import NamedTuple

from chirp_check.commands.disk import write_all
from chirp_check.commands.structure import resolved
from chirp_check.config import ConfigError
from chirp_check.fixes import changed, structures
from chirp_check.host import OverlayHost
from chirp_check.project import Project
from chirp_check.report.outcome import Report, counted
from chirp_check.syntax.decode import decode, encode

ROUNDS = 20  # fixes may give way to other fixes that often
SYNTAX = frozenset({"python-syntax", "template-syntax", "unreadable-file"})


class Mended(NamedTuple):
    """What `run` has done: the report of what is left, whether anything was fixed, and the exit code if that is all."""

    report: Report
    done: bool
    code: int | None


type Look = Callable[[Project], Report]


@dataclass(frozen=True, slots=True)
class Mending:
    """What fixes have done: the report of what is left, the texts before and after by path, and how many were applied.

    `stopped` tells why not all were.
    """

    report: Report
    before: Mapping[str, str]
    after: Mapping[str, str]
    count: int
    stopped: str | None = None


def run(options: Namespace, project: Project, look: Look, report: Report) -> Mended:
    """Fix what the command line asks for, and write it or show it."""
    mending = mend(project, report, look, unsafe=options.unsafe_fixes)
    done = bool(mending.count)
    if options.diff:
        sys.stdout.write(diff(mending))
        _remark(options, mending)
        return Mended(mending.report, done, int(done))
    write(project, mending)
    _remark(options, mending)
    if options.fix_only:
        return Mended(mending.report, done, int(done and options.exit_non_zero_on_fix))
    return Mended(mending.report, done, None)


def mend(project: Project, report: Report, look: Look, *, unsafe: bool) -> Mending:
    """Apply the fixes of a report, look again, and so on until none is left. Nothing is written."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    count = 0
    for _ in range(ROUNDS):
        made = resolved(report, structures(report, unsafe=unsafe))
        texts, applied = changed(report, made.fixes, unsafe=unsafe)
        if not applied:
            return Mending(report, before, after, count, made.lacking)
        seen = look(overlaid(project, report, {**after, **texts}))
        broken = sorted(_unreadable(seen) - _unreadable(report))
        if broken:
            return Mending(report, before, after, count, f"{broken[0]}: the next fix would break the file")
        for path, text in texts.items():
            before.setdefault(path, report.source(path).text)
            after[path] = text
        report = seen
        count += applied
    return Mending(report, before, after, count, "there were still fixes that bring others")


def overlaid(project: Project, report: Report, texts: Mapping[str, str]) -> Project:
    """The project of a report as it would be with other texts for some of its paths."""
    laid = {f"{report.root.rstrip('/')}/{path}": text for path, text in texts.items()}
    return replace(project, host=OverlayHost(project.host, laid))


def _unreadable(report: Report) -> set[str]:
    return {one.finding.at.path for one in report.diagnostics if one.rule in SYNTAX}


def write(project: Project, mending: Mending) -> None:
    """Write what has been fixed. `ConfigError`, and nothing is written, where a file cannot be or is not as checked."""
    ready: dict[str, bytes] = {}
    for path, text in mending.after.items():
        full = os.path.join(project.root, path)
        python = path.endswith(".py")
        try:
            data = project.host.read(full)
        except OSError as error:
            raise ConfigError("cannot be read any more; nothing was fixed", path) from error
        if not isinstance(data, bytes) or decode(data, python=python).text != mending.before[path]:
            raise ConfigError("was changed while it was checked; nothing was fixed", path)
        try:
            ready[full] = encode(text, data, python=python)
        except UnicodeEncodeError as error:
            raise ConfigError("its encoding lacks a character of the fix; nothing was fixed", path) from error
    try:
        write_all(ready)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot be written: {reason}; nothing was fixed", str(error.filename)) from error


def diff(mending: Mending) -> str:
    """The changes as `git apply` and `patch -p1` take them."""
    return "".join(chain.from_iterable(_changes(path, mending) for path in sorted(mending.after)))


def _changes(path: str, mending: Mending) -> Iterator[str]:
    old, new = _lines(mending.before[path]), _lines(mending.after[path])
    for line in unified_diff(old, new, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines with their ends; only LF ends one, as in a diff."""
    return [*(f"{line}\n" for line in text.split("\n")[:-1]), *filter(None, text.split("\n")[-1:])]


def _remark(options: Namespace, mending: Mending) -> None:
    """Say on standard error what was done."""
    sys.stdout.flush()
    if mending.stopped is not None:
        print(f"note: {mending.stopped}", file=sys.stderr)
    if mending.count and not options.quiet:
        did = "would fix" if options.diff else "fixed"
        print(f"{did} {counted(mending.count, 'finding')} in {counted(len(mending.after), 'file')}", file=sys.stderr)
