"""The report of a check: in which format, where to, and what is said beside it."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chirp_check.config import ConfigError
from chirp_check.grammar.names import did_you_mean
from chirp_check.options import FORMATS
from chirp_check.report.outcome import counted

if TYPE_CHECKING:
    from chirp_check.report.outcome import Report
    from chirp_check.report.sarif import RuleText

LINES = ("full", "concise", "github")  # formats for people, which may say more below the diagnostics


def write(options: Namespace, report: Report) -> None:
    """The report, where it was asked for."""
    chosen = _format(options)
    text = _render(chosen, options, report)
    if options.unknowns and chosen in LINES:
        from chirp_check.report import unknowns

        text += unknowns.render(report)
    if options.output_file is None:
        sys.stdout.write(text)
        return
    from chirp_check.commands.disk import write_whole

    write_whole(options.output_file, text.encode("utf-8", "backslashreplace"))


def _format(options: Namespace) -> str:
    if options.output_format is not None:
        return str(options.output_format)
    chosen = os.environ.get("CHIRP_OUTPUT_FORMAT")
    if not chosen:
        actions = os.environ.get("GITHUB_ACTIONS") == "true" and options.output_file is None
        return "github" if actions else "full"
    if chosen not in FORMATS:
        raise ConfigError(f"unknown format `{chosen}`", "CHIRP_OUTPUT_FORMAT", did_you_mean(chosen, FORMATS))
    return chosen


def _render(chosen: str, options: Namespace, report: Report) -> str:
    if chosen in ("json", "json-lines"):
        from chirp_check.report import json

        return json.render(report) if chosen == "json" else json.render_lines(report)
    if chosen == "concise":
        from chirp_check.report import concise

        return concise.render(report)
    if chosen == "full":
        from chirp_check.report import full

        return full.render(report, color=_colored(options), conclude=not options.quiet and not report.vacant)
    return _render_for_a_service(chosen, options, report)


def _render_for_a_service(chosen: str, options: Namespace, report: Report) -> str:
    if chosen == "github":
        from chirp_check.report import full, github

        text = github.render(report, prefix=_prefix(report, "GITHUB_WORKSPACE"))
        said_all = options.quiet or options.output_file is not None or report.vacant
        return text if said_all else text + full.conclusion(report)
    if chosen == "gitlab":
        from chirp_check.report import gitlab

        return gitlab.render(report, prefix=_prefix(report, "CI_PROJECT_DIR"))
    if chosen == "junit":
        from chirp_check.report import junit

        return junit.render(report)
    if chosen == "rdjson":
        from chirp_check.report import rdjson

        return rdjson.render(report)
    from importlib.metadata import version

    from chirp_check.report import sarif

    prefix = _prefix(report, "GITHUB_WORKSPACE")
    return sarif.render(report, _texts(report), version=version("chirp-check"), prefix=prefix)


def _prefix(report: Report, variable: str) -> str:
    """Where the project lies in the checked-out repository that a service names, with a final slash; else nothing."""
    workspace = os.environ.get(variable)
    if not workspace:
        return ""
    below = os.path.relpath(report.root, os.path.realpath(workspace)).replace(os.sep, "/")
    return "" if below == "." or below.split("/", 1)[0] == ".." else f"{below}/"


def _texts(report: Report) -> Mapping[str, RuleText]:
    """What the rules of a report are."""
    from chirp_check.plugins import installed_plugins
    from chirp_check.report.sarif import RuleText

    plugins = installed_plugins()
    found = {one.rule for one in report.diagnostics}
    rules = (rule for rule in plugins.every if rule.name in found)
    return {rule.name: RuleText(rule.summary, plugins.page(rule), rule.level) for rule in rules}


def _colored(options: Namespace) -> bool:
    """Whether the report goes to a terminal that wants colour; the environment is asked as others ask it."""
    if options.color != "auto" or options.output_file is not None:
        return bool(options.color == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def remark(options: Namespace, report: Report, seconds: float, samples: Mapping[str, int] | None = None) -> None:
    """What is no part of the report: notes, statistics, times, tracebacks of our own failures."""
    lines: list[str] = []
    if not options.quiet:
        lines += [f"note: {note}" for note in report.notes]
        lines += _fixable(options, report)
    if report.tracebacks and not report.failed:
        failed = counted(len(report.tracebacks), "failure")
        lines.append(f"error: {failed} of the checker: `internal-error` is off, `-v` shows more")
    if options.statistics:
        lines += _statistics(report, samples)
    if options.statistics or options.verbose:
        lines.append(f"checked {report.summary.files} files in {seconds:.2f} s")
    if options.verbose:
        lines += report.tracebacks
    if lines:
        from chirp_check.report.visible import plain

        sys.stdout.flush()
        print("\n".join(plain(line) if line.startswith("note:") else line for line in lines), file=sys.stderr)


def _fixable(options: Namespace, report: Report) -> list[str]:
    """How many of what a person reads here could be mended by itself."""
    if options.output_file is not None or _format(options) != "full":
        return []
    found = [one.finding.fix or one.finding.structure for one in report.diagnostics]
    fixes = [one.safe for one in found if one is not None]
    said = [f"`--fix` mends {sum(fixes)} of them"] if any(fixes) else []
    if not all(fixes):
        more = fixes.count(False)
        said.append(f"`--fix --unsafe-fixes` {f'{more} more' if said else f'mends {more} of them'}")
    return [f"note: {', '.join(said)}"] if said else []


def _statistics(report: Report, samples: Mapping[str, int] | None) -> list[str]:
    """How often each rule found something, and its share of the time if rules have run."""
    from collections import Counter

    counts = Counter(one.rule for one in report.diagnostics)
    if samples:
        from chirp_check.commands.sampling import REST, table

        if set(samples) != {REST}:  # else the report is that of the last run
            return table(counts, samples)
    return [f"{count:5} {rule}" for rule, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
