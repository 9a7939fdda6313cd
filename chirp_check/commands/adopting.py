"""`--baseline`: what was there when a project began to be checked is not reported, and only ever gets less."""

import os
import sys
from argparse import Namespace
from dataclasses import dataclass

from chirp_check.baseline import Baseline, Known, baseline_of, parse, render
from chirp_check.commands.disk import write_whole
from chirp_check.config import Config, ConfigError
from chirp_check.diagnostic import Level
from chirp_check.project import Project
from chirp_check.report.outcome import Report, counted


@dataclass(frozen=True, slots=True)
class Adoption:
    """The baseline of a run: where it is, and what it knows."""

    place: str
    path: str
    baseline: Baseline
    whole: bool
    config: Config

    def settle(self, report: Report, *, quiet: bool) -> int:
        """Take what is gone out of the baseline; where others rely on it (`CI`), that is an error: exit code 1."""
        known = len(report.diagnostics) - len(self.baseline.hide(report).diagnostics)
        if known and not quiet:
            print(f"note: {self.place}: {counted(known, 'known finding')} not reported", file=sys.stderr)
        if not self.whole or report.failed:
            return 0
        stale = self.baseline.stale(report, self._judged)
        if not stale.total:
            return 0
        gone = counted(stale.total, "finding")
        if os.environ.get("CI", "false").lower() not in ("", "0", "false"):
            first = min(stale.counts)
            print(
                f"error: {self.place}: {gone} of the baseline no longer exist"
                f"{'s' if stale.total == 1 else ''}, such as {first.rule} in {first.path}\n"
                "help: run `chirp-check` outside of CI, which takes them out, and commit the file",
                file=sys.stderr,
            )
            return 1
        write_whole(self.path, render(self.baseline.without(stale)).encode(), self.place)
        if not quiet:
            print(f"note: {self.place}: took out {gone} no longer there", file=sys.stderr)
        return 0

    def update(self, report: Report, *, quiet: bool) -> None:
        """Make what is found now the baseline; what rules know that did not run stays."""
        if not self.whole:
            raise ConfigError("needs the whole project: name no paths", "--update-baseline")
        new = self.baseline.merged(baseline_of(report), keep=lambda one: not self._judged(one))
        write_whole(self.path, render(new).encode(), self.place)
        if not quiet:
            print(f"{self.place}: {counted(new.total, 'finding')}", file=sys.stderr)

    def _judged(self, known: Known) -> bool:
        from chirp_check.plugins import installed_plugins

        return installed_plugins().levels(self.config).get(known.rule, Level.ERROR) is not Level.OFF


def adoption(options: Namespace, project: Project, config: Config) -> Adoption | None:
    """The baseline that the command line or the configuration names, if any."""
    place = options.baseline or config.baseline
    if place is None:
        if options.update_baseline:
            raise ConfigError("needs `--baseline FILE`, or `baseline` in the configuration", "--update-baseline")
        return None
    path = place if options.baseline else os.path.join(project.root, place)
    whole = project.paths in ((), (".",)) and options.stdin_filename is None and not options.diff
    return Adoption(place, path, _read(path, place, missing=options.update_baseline), whole, config)


def _read(path: str, place: str, *, missing: bool) -> Baseline:
    try:
        with open(path, encoding="utf-8") as file:
            return parse(file.read(), place)
    except FileNotFoundError:
        if missing:
            return Baseline({})
        raise ConfigError("no such file", place, "`--update-baseline` writes it") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"cannot be read: {(reason or str(error)).lower()}", place) from error
