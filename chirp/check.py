"""`App.check()`: hands what only the running application knows to the analyzer, which reads the text.

The analyzer is imported when a check is asked for; nothing else of the runtime knows it.
"""

import os
import sys
from collections.abc import Iterable
from copy import replace

from chirp.contracts import Breach, ContractCheck
from chirp.describe import AppDescription, RouteDescription, code_of
from chirp.errors import ConfigurationError
from chirp.registration import function_name
from chirp_check.config import Config, ConfigError, read_config
from chirp_check.contract import Contract
from chirp_check.diagnostic import Diagnostic, Finding, Level
from chirp_check.engine import Project, Report, check
from chirp_check.host import DiskHost
from chirp_check.live import LiveFacts, LiveRoute
from chirp_check.plugins import installed_plugins
from chirp_check.report.full import render
from chirp_check.source import SourceFile, Span

MARKER = "pyproject.toml"
NOT_YOURS = "internal-error"
KEPT = 8
_contracts: dict[object, Contract] = {}  # of the applications that were watched last: each test may ask again


def check_app(
    description: AppDescription, checks: Iterable[ContractCheck] = (), *, warnings_as_errors: bool = False
) -> Report:
    """Check the project that an application belongs to, with its live routes, loader, filters, globals and checks.

    The project is the nearest folder with a `pyproject.toml` above the first handler's file, or else the folder of the
    file that constructs the App. ConfigurationError when its `[tool.chirp-check]` cannot be followed.
    """
    live = live_facts(description)
    project, config = _project(description, live)
    try:
        report = check(project, config, live=live, plugins=installed_plugins())
    except ConfigError as error:
        raise _refused(error) from error
    report = _with_breaches(report, description, checks)
    return _stricter(report) if warnings_as_errors else report


def contract_of(description: AppDescription) -> Contract:
    """What the analyzer says of the answers of an application, for whoever watches it run. Errors as `check_app`."""
    live = live_facts(description)
    project, config = _project(description, live)
    key = (project.root, project.paths, config, live)
    known = _contracts.get(key)
    if known is None:
        known = _contracts[key] = Contract(project, config, live)
        if len(_contracts) > KEPT:
            del _contracts[next(iter(_contracts))]
    else:
        known.renew()
    return known


def _project(description: AppDescription, live: LiveFacts) -> tuple[Project, Config]:
    folder = os.path.realpath(description.folder)
    files = [route.handler_file for route in live.routes if route.handler_file is not None]
    root = _nearest(os.path.dirname(files[0]) if files else folder) or folder
    host = DiskHost()
    try:
        return Project(root, host, _paths(root, [folder, *files])), read_config(root, host)
    except ConfigError as error:
        raise _refused(error) from error


def _refused(error: ConfigError) -> ConfigurationError:
    return ConfigurationError(f"{error.place}: {error.message}")


def check_at_startup(description: AppDescription, checks: Iterable[ContractCheck] = ()) -> None:
    """Print what a check finds, and refuse to start (ConfigurationError) when it finds errors.

    A bug of the checker itself is printed, and stops nobody.
    """
    report = check_app(description, checks)
    if report.diagnostics:
        sys.stderr.write(render(report, color=sys.stderr.isatty()))
    errors = sum(one.level is Level.ERROR and one.rule != NOT_YOURS for one in report.diagnostics)
    if errors:
        found = "1 error" if errors == 1 else f"{errors} errors"
        raise ConfigurationError(f"the contract checks found {found}; AppConfig(skip_contract_checks=True) skips them")


def live_facts(description: AppDescription) -> LiveFacts:
    """The description of an application as the analyzer takes it."""
    return LiveFacts(
        routes=tuple(live_route(route) for route in description.routes),
        template_roots=tuple(os.path.realpath(root) for root in description.template_roots),
        filters=description.filters,
        tests=description.tests,
        globals=description.globals,
        open_prefixes=description.prefixes,
    )


def live_route(route: RouteDescription) -> LiveRoute:
    """A route as the analyzer takes it."""
    code = code_of(route.handler)
    if code is None:
        return LiveRoute(route.path, route.methods, route.name, None, None)
    return LiveRoute(route.path, route.methods, route.name, os.path.realpath(code.co_filename), code.co_firstlineno)


def _nearest(folder: str) -> str | None:
    """The nearest folder at or above one that has a `pyproject.toml`; else None."""
    while not os.path.isfile(os.path.join(folder, MARKER)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _paths(root: str, places: list[str]) -> tuple[str, ...]:
    """The folder below the root that holds all of the application: what is beside it is another application's."""
    inside = [place for place in places if (place + os.sep).startswith(root.rstrip(os.sep) + os.sep)]
    if not inside:
        return ()
    common = os.path.commonpath([place if os.path.isdir(place) else os.path.dirname(place) for place in inside])
    return (os.path.relpath(common, root).replace(os.sep, "/"),)


def _stricter(report: Report) -> Report:
    """The report with every warning an error."""
    diagnostics = tuple(replace(one, level=Level.ERROR) for one in report.diagnostics)
    return replace(
        report, diagnostics=diagnostics, summary=replace(report.summary, errors=len(diagnostics), warnings=0)
    )


def _with_breaches(report: Report, description: AppDescription, checks: Iterable[ContractCheck]) -> Report:
    """The report with what these checks say. A check is called like its function, and what it raises goes on."""
    sources = dict(report.sources)
    found: list[Diagnostic] = []
    for own in checks:
        rule = function_name(own).strip("_").replace("_", "-")
        for said in own(description):
            breach = Breach(said) if isinstance(said, str) else said
            at = _place(report.root, breach, description, sources)
            level = Level.ERROR if breach.error else Level.WARN
            found.append(Diagnostic(rule, level, Finding(breach.message, at, help=breach.help)))
    if not found:
        return report
    errors = sum(one.level is Level.ERROR for one in found)
    counted = replace(
        report.summary,
        errors=report.summary.errors + errors,
        warnings=report.summary.warnings + len(found) - errors,
    )
    diagnostics = tuple(sorted((*report.diagnostics, *found), key=lambda one: one.sort_key))
    return replace(report, diagnostics=diagnostics, sources=sources, summary=counted)


def _place(root: str, breach: Breach, description: AppDescription, sources: dict[str, SourceFile]) -> Span:
    """The line that defines the function; without one in a file, the folder of the application."""
    code = None if breach.at is None else code_of(breach.at)
    if code is None:
        return Span(os.path.relpath(description.folder, root).replace(os.sep, "/"), 0, 0)
    path = os.path.relpath(os.path.realpath(code.co_filename), root).replace(os.sep, "/")
    if path not in sources:
        sources[path] = SourceFile(path, _text_of(code.co_filename))
    lines = sources[path].lines
    line = min(code.co_firstlineno, len(lines))
    start = lines[line - 1]
    return Span(path, start, start + len(sources[path].line_text(line)))


def _text_of(file: str) -> str:
    with open(file, encoding="utf-8", errors="replace") as opened:
        return opened.read()
