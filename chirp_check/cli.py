"""`chirp-check`: arguments in, text and an exit code out. Everything heavy is imported where it is needed."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn

from chirp_check.config import CACHE_FOLDER, Config, ConfigError, parse_config, read_config
from chirp_check.grammar.names import did_you_mean
from chirp_check.host import DiskCache, DiskHost, Forks, Host, OverlayHost, adds_rules, installed
from chirp_check.locate import locate
from chirp_check.options import Parser, check_parser, merged, wants_fixes

if TYPE_CHECKING:
    from chirp_check.commands.adopting import Adoption
    from chirp_check.project import Project
    from chirp_check.report.outcome import Report

ELSEWHERE = "name the folder that the application is in; `chirp new NAME` makes one"
OK, ERRORS, USAGE, INTERNAL, PIPE, INTERRUPTED = 0, 1, 2, 3, 141, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0 (no errors), 1 (errors), 2 (usage, configuration) or 3 (a bug of ours)."""
    if arguments is None:
        _leave(main(sys.argv[1:]))
    words = list(arguments)
    command = _COMMANDS.get(words[0]) if words else None
    _escape_what_does_not_encode()
    try:
        code = command(words[1:]) if command is not None else _check(words)
        sys.stdout.flush()
    except ConfigError as error:
        return _complain(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is a bug of ours, said without a traceback
        return _confess(error, verbose="-v" in words or "--verbose" in words)
    return code


def _leave(code: int) -> NoReturn:
    """End the process without tidying up its memory, which would take a tenth of the whole run."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _escape_what_does_not_encode() -> None:
    import io

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _complain(error: ConfigError) -> int:
    place = f"{error.place}: " if error.place else ""
    print(f"error: {place}{error.message}", file=sys.stderr)
    near = did_you_mean(error.place, _COMMANDS) if error.message == "no such file or folder" else error.help
    if near is not None:
        print(f"help: {near}", file=sys.stderr)
    return USAGE


def _confess(error: Exception, *, verbose: bool) -> int:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    print(f"error: internal error: {text}\nhelp: this is a bug of chirp-check; please report it", file=sys.stderr)
    if verbose:
        import traceback

        traceback.print_exception(error)
    return INTERNAL


def _check(words: Sequence[str]) -> int:
    import gc
    import time

    start = time.perf_counter()
    gc.disable()  # one run, then the process ends: collecting cycles would cost a tenth of it
    options = check_parser().parse(words)
    if options.version:
        return _version(())
    fixing = wants_fixes(options)
    if options.watch:
        return _watch(options)
    project, config = _project(options)
    if options.show_settings:
        print(_settings(project, config), end="")
        return OK
    report, samples = _sampled(options, project, config)
    if options.show_files:
        print("".join(f"{path}\n" for path in report.sources), end="")
        return OK
    stale, fixed = OK, False
    adoption = _adoption(options, project, config)
    if adoption is not None:
        if options.update_baseline:
            adoption.update(report, quiet=options.quiet)
            return INTERNAL if report.failed else OK
        stale = adoption.settle(report, quiet=options.quiet)
        report = adoption.baseline.hide(report)
    if fixing:
        from chirp_check.commands import mending

        report, fixed, code = mending.run(options, project, _look(config, adoption), report)
        if code is not None:
            return INTERNAL if report.failed else code
    if options.add_ignore:
        from chirp_check.commands import silencing

        report = silencing.run(options, project, _look(config, adoption), report)
    from chirp_check.commands.output import remark, write

    write(options, report)
    remark(options, report, time.perf_counter() - start, samples)
    return (
        _exit_code(options, report, config)
        or (0 if options.exit_zero else stale)
        or int(fixed and options.exit_non_zero_on_fix)
    )


def _watch(options: Namespace) -> int:
    """Check again after each change. What is wrong with the configuration is said, and may be mended meanwhile."""
    import gc
    import time

    from chirp_check.commands.output import remark, write
    from chirp_check.commands.watching import changes

    gc.enable()
    project, config = _project(options)
    look = _look(config, None)
    for _ in changes(os.fspath(project.root)):
        start = time.perf_counter()
        try:
            project, found = _project(options)
            if found != config:
                config, look = found, _look(found, None)
            adoption = _adoption(options, project, config)
            report = look(project)
            report = report if adoption is None else adoption.baseline.hide(report)
        except ConfigError as error:
            _complain(error)
            continue
        write(options, report)
        remark(options, report, time.perf_counter() - start)
    return OK


def _adoption(options: Namespace, project: Project, config: Config) -> Adoption | None:
    if options.baseline is None and config.baseline is None and not options.update_baseline:
        return None
    from chirp_check.commands.adopting import adoption

    return adoption(options, project, config)


def _look(config: Config, adoption: Adoption | None) -> Callable[[Project], Report]:
    """What reports on a project again and again, without what the baseline knows."""
    from chirp_check.engine import Session
    from chirp_check.plugins import installed_plugins

    session = Session(config, edited=True, plugins=installed_plugins())
    if adoption is None:
        return session.report
    return lambda project: adoption.baseline.hide(session.report(project))


def _sampled(options: Namespace, project: Project, config: Config) -> tuple[Report, Mapping[str, int]]:
    """The report, and for statistics whose work it was."""
    if not options.statistics:
        return _checked(options, project, config), {}
    from chirp_check.commands.sampling import shares
    from chirp_check.plugins import installed_plugins

    with shares(installed_plugins().every) as samples:
        return _checked(options, project, config), samples


def _checked(options: Namespace, project: Project, config: Config) -> Report:
    """The report of the last run if nothing has changed since; else of a new one."""
    cache = _cache(options, project, config)
    if cache is not None and not adds_rules(sys.path):
        from chirp_check.recall import recall

        known = recall(project, config, cache)
        if known is not None:
            return known
    from chirp_check.engine import Session
    from chirp_check.plugins import installed_plugins

    processes = Forks(os.process_cpu_count() or 1) if isinstance(project.host, DiskHost) else None
    session = Session(config, lasting=cache is not None, cache=cache, processes=processes, plugins=installed_plugins())
    return session.report(project)


def _cache(options: Namespace, project: Project, config: Config) -> DiskCache | None:
    """Where runs leave what they know; nowhere for text that is no file's."""
    if options.no_cache or not isinstance(project.host, DiskHost):
        return None
    chosen = options.cache_dir or os.environ.get("CHIRP_CACHE_DIR") or config.cache_dir or CACHE_FOLDER
    return DiskCache(os.path.join(project.root, chosen), installed())


def _project(options: Namespace) -> tuple[Project, Config]:
    """The project that the arguments mean, and its configuration."""
    from chirp_check.project import Project

    if options.stdin_filename is not None and options.paths not in ([], ["-"]):
        raise ConfigError("takes no other paths", "--stdin-filename")
    name: str | None = options.stdin_filename
    if name is None:
        root, paths = locate(options.paths)
    else:
        root, _ = locate([os.path.dirname(name) or "."])
        paths = (os.path.relpath(os.path.realpath(name), root).replace(os.sep, "/"),)
    disk = DiskHost()
    config = _config(options, root, disk)
    host: Host = disk if name is None else OverlayHost(disk, {f"{root}/{paths[0]}": sys.stdin.read()})
    project = Project(root, host, paths)
    if config.apps and (options.app or paths == (".",)):
        from chirp_check.commands.choosing import chosen

        project = chosen(project, config, config.apps)
    return project, config


def _config(options: Namespace, root: str, host: Host) -> Config:
    if options.config is not None:
        try:
            with open(options.config, encoding="utf-8") as file:
                found = parse_config(file.read(), options.config)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConfigError(f"cannot be read: {(reason or str(error)).lower()}", options.config) from error
    else:
        found = Config() if options.isolated else read_config(root, host)
    config = merged(found, options)
    if config.rule_names():
        from chirp_check.plugins import installed_plugins

        installed_plugins().levels(found)
        from copy import replace

        installed_plugins().levels(replace(config, source=None))
    return config


def _settings(project: Project, config: Config) -> str:
    from dataclasses import fields

    lines = [f"root = {os.fspath(project.root)!r}", f"paths = {project.paths!r}"]
    for one in fields(config):
        value: object = attrgetter(one.name)(config)
        lines.append(f"{one.name.replace('_', '-')} = {value!r}")
    return "".join(f"{line}\n" for line in lines)


def _exit_code(options: Namespace, report: Report, config: Config) -> int:
    if report.failed:
        return INTERNAL
    if report.vacant:
        place = ", ".join(f"`{path}`" for path in report.folders)
        raise ConfigError(f"nothing to check: no route, template or rendering under {place}", "", ELSEWHERE)
    summary = report.summary
    if options.exit_zero:
        return OK
    if config.require_resolved is not None and summary.verified < config.require_resolved:
        # Rounded down, so that a share below what is required never reads as the same.
        share = f"{int(summary.verified * 10) / 10:g}"
        print(
            f"error: {share} % of the references are verified, and {config.require_resolved:g} % are required\n"
            "help: `--unknowns` lists those that are not, and why",
            file=sys.stderr,
        )
        return ERRORS
    return ERRORS if summary.errors or (options.error_on_warning and summary.warnings) else OK


def _doctor(words: Sequence[str]) -> int:
    from chirp_check.commands.doctor import run

    return run(words)


def _explain(words: Sequence[str]) -> int:
    from chirp_check.commands.pages import explain

    return explain(words)


def _rules(words: Sequence[str]) -> int:
    from chirp_check.commands.pages import rules

    return rules(words)


def _routes(words: Sequence[str]) -> int:
    from chirp_check.commands.routes import run

    return run(words)


def _map(words: Sequence[str]) -> int:
    from chirp_check.commands.map import draw

    return draw(words)


def _migrate(words: Sequence[str]) -> int:
    from chirp_check.commands.migrating import words_of_check

    return _check(words_of_check(words))


def _prove(words: Sequence[str]) -> int:
    from chirp_check.commands.prove import run

    return run(words)


def _clean(words: Sequence[str]) -> int:
    parser = Parser(prog="chirp-check clean", description="Remove the cache of a project.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files (default: the current folder)")
    parser.add_argument("--cache-dir", metavar="FOLDER", help="where the cache is (default: .chirp_cache)")
    options = parser.parse(words)
    root, _ = locate(options.paths)
    chosen = options.cache_dir or os.environ.get("CHIRP_CACHE_DIR") or read_config(root, DiskHost()).cache_dir
    DiskCache(os.path.join(root, chosen or CACHE_FOLDER), "").clean()
    return OK


def _server(words: Sequence[str]) -> int:
    from chirp_lsp.main import main as serve

    return serve(words)


def _version(words: Sequence[str]) -> int:
    Parser(prog="chirp-check version", description="Print the version.").parse(words)
    from importlib.metadata import version

    print(f"chirp-check {version('chirp-check')}")
    return OK


_COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "check": _check,
    "clean": _clean,
    "doctor": _doctor,
    "explain": _explain,
    "map": _map,
    "migrate": _migrate,
    "prove": _prove,
    "routes": _routes,
    "rules": _rules,
    "server": _server,
    "version": _version,
}


if __name__ == "__main__":
    main()
