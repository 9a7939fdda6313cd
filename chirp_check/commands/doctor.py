"""`chirp-check doctor`: what a run would work with, and what keeps it from working well."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from chirp_check.config import CACHE_FOLDER, read_config
from chirp_check.diagnostic import Level
from chirp_check.engine import Analysis, Project, analyze
from chirp_check.host import DiskHost
from chirp_check.locate import locate
from chirp_check.model.applications import IMPLICIT, application, application_keys
from chirp_check.options import Parser
from chirp_check.plugins import Plugins, installed_plugins
from chirp_check.report.outcome import counted
from chirp_check.report.visible import plain

HELPERS = {"watchfiles": "--watch at once", "libcst": "fixes of structure", "mypy": "the mypy plugin"}


class Line(NamedTuple):
    """One thing that was looked at; `wrong` says what to do about it."""

    name: str
    said: str
    wrong: str | None = None


def run(words: Sequence[str]) -> int:
    """Print what a check of the paths would work with; exit 1 if something is wrong with it."""
    parser = Parser(
        prog="chirp-check doctor", description="Say what a check would work with, and what keeps it from working well."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files (default: the current folder)")
    root, paths = locate(parser.parse(words).paths)
    host = DiskHost()
    config = read_config(root, host)
    plugins = installed_plugins()
    analysis = analyze(Project(root, host, paths), config, plugins=plugins)
    chosen = os.environ.get("CHIRP_CACHE_DIR") or config.cache_dir or CACHE_FOLDER
    lines = [
        *_installation(),
        Line("project", root),
        Line("configuration", config.source or "none"),
        _cache(os.path.join(root, chosen)),
        *_rules(plugins, plugins.levels(config)),
        *_found(analysis),
    ]
    width = max(len(line.name) for line in lines)
    for line in lines:
        print(f"{line.name:<{width}}  {plain(line.said)}")
    wrong = [line for line in lines if line.wrong is not None]
    sys.stdout.flush()
    for line in wrong:
        print(f"error: {line.name}: {plain(line.said)}\nhelp: {line.wrong}", file=sys.stderr)
    return 1 if wrong else 0


def _installation() -> Iterator[Line]:
    yield Line("chirp-check", version("chirp-check"))
    yield Line("python", f"{platform.python_version()}, {sys.executable}")
    yield Line("kida", version("kida-templates"))
    for name, use in HELPERS.items():
        try:
            yield Line(name, version(name))
        except PackageNotFoundError:
            yield Line(name, f"not installed; only needed for {use}")


def _cache(folder: str) -> Line:
    if not os.path.isdir(folder):
        above = os.path.dirname(folder)
        wrong = None if os.access(above, os.W_OK) else "choose a folder that can be written to: `cache-dir`"
        return Line("cache", f"{folder}, not there yet" if wrong is None else f"{above} cannot be written to", wrong)
    if not os.access(folder, os.W_OK):
        return Line("cache", f"{folder} cannot be written to", "choose another folder: `cache-dir`")
    with os.scandir(folder) as entries:
        size = sum(entry.stat().st_size for entry in entries if entry.is_file())
    return Line("cache", f"{folder}, {size / 1_000_000:.1f} MB")


def _rules(plugins: Plugins, levels: dict[str, Level]) -> Iterator[Line]:
    on = sum(level is not Level.OFF for level in levels.values())
    yield Line("rules", f"{on} of {len(levels)} run")
    for name in sorted(set(plugins.origins.values())):
        yield Line("plug-in", name)
    for one in plugins.broken:
        yield Line("plug-in", f"{one.plugin}: {one.error}", "mend the plug-in, or uninstall it")


def _found(analysis: Analysis) -> Iterator[Line]:
    report, summary = analysis.report, analysis.report.summary
    apps = [key for key in application_keys(analysis.model) if key != IMPLICIT]
    lost = "name the folder that the application is in" if not apps else None
    made = sorted(span for key in apps if (span := application(analysis.model, key).span) is not None)
    places = ", ".join(f"{one.path}:{report.range(one)[0].line}" for one in made)
    yield Line("applications", f"{len(apps)}: {places}" if apps else "none was found", lost)
    yield Line("found", f"{counted(summary.files, 'file')}, {counted(summary.routes, 'route')}")
    unseen = "name the folders of templates in the configuration: `templates = [...]`"
    nothing = bool(summary.references) and not summary.templates
    yield Line("templates", str(summary.templates), unseen if nothing else None)
    yield Line("verified", f"{summary.resolved} of {counted(summary.references, 'reference')}")
    yield Line("findings", f"{counted(summary.errors, 'error')}, {counted(summary.warnings, 'warning')}")
    for note in report.notes:
        yield Line("note", note)
    if report.failed:
        yield Line("failure", "a bug of ours kept a rule from running", "report what `chirp-check -v` prints")
