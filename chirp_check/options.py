"""The flags of `chirp-check check`, and what they change in the configuration."""

import argparse
from collections.abc import Sequence
from copy import replace
from typing import Any, NoReturn

from chirp_check.config import Config, ConfigError, percentage
from chirp_check.grammar.names import did_you_mean
from chirp_check.level import Level

FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson")
COLORS = ("auto", "always", "never")


class Parser(argparse.ArgumentParser):
    """Reports what is wrong as every other error is reported, and knows what was meant."""

    def error(self, message: str) -> NoReturn:
        """Argparse's complaint as our error."""
        raise ConfigError(message, "")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuses what an option does not take."""
        choices = tuple(map(str, action.choices or (value,)))
        if value not in choices:
            name = action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest)
            near = did_you_mean(str(value), choices)
            raise ConfigError(f"takes no `{value}`", name, near or f"it takes {_or(choices)}")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The arguments; `ConfigError` for an option that does not exist."""
        found, unknown = self.parse_known_args(arguments)
        for option in unknown:
            name = option.partition("=")[0]
            raise ConfigError(f"unknown option `{name}`", "", did_you_mean(name, self._option_string_actions))
        return found


def _or(choices: Sequence[str]) -> str:
    *first, last = (f"`{one}`" for one in choices)
    return f"{', '.join(first)} or {last}" if first else last


def check_parser() -> Parser:
    """The parser of `check`."""
    parser = Parser(
        prog="chirp-check",
        allow_abbrev=False,
        add_help=False,
        description="Check that handlers, templates, routes and targets agree, without importing the application.",
        epilog="Other commands: clean, doctor, explain RULE, map, migrate, prove, rules, routes, server, version. "
        "Exit codes: 0 no errors, 1 errors, 2 usage or configuration, 3 a bug of ours.",
    )
    # Everything is added to a group: what is added to the parser itself is formatted at once, which takes 10 ms.
    add = parser.add_argument_group("what to check").add_argument
    add("paths", nargs="*", metavar="PATH", help="folders or files to check (default: the current folder)")
    add("--app", action="append", metavar="APP", default=[], help="report on this application only: its file or module")
    add("-h", "--help", action="help", help="show this help")
    add("-V", "--version", action="store_true", help="print the version")
    _add_rules(parser)
    _add_files(parser)
    _add_fixes(parser)
    _add_adoption(parser)
    _add_output(parser)
    return parser


def _add_rules(parser: Parser) -> None:
    rules = parser.add_argument_group("rules").add_argument
    for flag, says in (
        ("--select", "run these rules only (`all`: every rule)"),
        ("--extend-select", "run these rules too"),
        ("--ignore", "do not run these rules"),
        ("--error", "take these rules as errors"),
        ("--warn", "take these rules as warnings"),
    ):
        rules(flag, action="append", metavar="RULE,…", default=[], help=says)
    rules("--per-file-ignores", action="append", metavar="PATTERN:RULE,…", default=[], help="rules off in some files")


def _add_files(parser: Parser) -> None:
    files = parser.add_argument_group("files").add_argument
    files(
        "--exclude",
        action="append",
        metavar="PATTERN,…",
        default=[],
        help="do not check these, instead of the defaults",
    )
    files("--extend-exclude", action="append", metavar="PATTERN,…", default=[], help="do not check these either")
    files(
        "--respect-gitignore", action=argparse.BooleanOptionalAction, default=None, help="do not check ignored Python"
    )
    files("--stdin-filename", metavar="FILE", help="take the text of this file from standard input")
    files("--config", metavar="FILE", help="read this TOML file instead of the project's configuration")
    files("--no-cache", action="store_true", help="neither read nor write the cache")
    files("--cache-dir", metavar="FOLDER", help="where the cache is (default: .chirp_cache, or CHIRP_CACHE_DIR)")
    files("--isolated", action="store_true", help="read no configuration file")


def _add_fixes(parser: Parser) -> None:
    fixes = parser.add_argument_group("fixes").add_argument
    for flag, says in (
        ("--fix", "apply the safe fixes, and report what is left"),
        ("--fix-only", "apply the safe fixes, and report nothing"),
        ("--diff", "show what fixes would change, and change nothing; exit 1 if there is something"),
        ("--unsafe-fixes", "apply those too that may change what works"),
        ("--exit-non-zero-on-fix", "exit 1 also when everything found was fixed"),
    ):
        fixes(flag, action="store_true", help=says)


def _add_adoption(parser: Parser) -> None:
    adopting = parser.add_argument_group("adopting").add_argument
    adopting("--baseline", metavar="FILE", help="do not report the findings that this file knows")
    adopting("--update-baseline", action="store_true", help="write what is found now to the baseline")
    adopting("--add-ignore", action="store_true", help="write suppressions of what is found, and report what is left")


def _add_output(parser: Parser) -> None:
    output = parser.add_argument_group("output").add_argument
    output(
        "--output-format",
        choices=FORMATS,
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: CHIRP_OUTPUT_FORMAT; else github under GitHub Actions, or full)",
    )
    output("-o", "--output-file", metavar="FILE", help="write the report there")
    output("--color", choices=COLORS, default="auto", help="(default: auto)")
    output("--watch", action="store_true", help="check again after each change, until Ctrl+C")
    output("--unknowns", action="store_true", help="list what the text does not determine, and why")
    output("--statistics", action="store_true", help="tell how many findings and how much of the time each rule has")
    output("--show-files", action="store_true", help="list the files that are read, and stop")
    output("--show-settings", action="store_true", help="print the settings, and stop")
    output("-q", "--quiet", action="store_true", help="print diagnostics only")
    output("-v", "--verbose", action="store_true", help="say more about what was done")
    output("-e", "--exit-zero", action="store_true", help="exit 0 also when errors were found")
    output(
        "--require-resolved",
        metavar="PERCENT",
        help="exit 1 also when less of the references could be verified",
    )
    output("--error-on-warning", action="store_true", help="exit 1 also when only warnings were found")


def merged(config: Config, options: argparse.Namespace) -> Config:
    """The configuration with the flags put over it."""
    changes: dict[str, Any] = {
        "extend_select": (*config.extend_select, *_split(options.extend_select)),
        "ignore": (*config.ignore, *_split(options.ignore)),
        "extend_exclude": (*config.extend_exclude, *_split(options.extend_exclude)),
        "levels": (
            *config.levels,
            *((name, Level.ERROR) for name in _split(options.error)),
            *((name, Level.WARN) for name in _split(options.warn)),
        ),
    }
    if options.select:
        changes["select"] = _split(options.select)
    if options.app:
        changes["apps"] = tuple(options.app)
    if options.exclude:
        changes["exclude"] = _split(options.exclude)
    if options.per_file_ignores:
        changes["per_file_ignores"] = tuple(_per_file(one) for one in options.per_file_ignores)
    if options.respect_gitignore is not None:
        changes["respect_gitignore"] = options.respect_gitignore
    if options.require_resolved is not None:
        changes["require_resolved"] = _percentage(options.require_resolved)
    return replace(config, **changes)


def _percentage(written: str) -> float:
    try:
        return percentage(float(written))
    except ValueError:
        raise ConfigError("has to be a number from 0 to 100", "--require-resolved") from None


def _split(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _per_file(value: str) -> tuple[str, tuple[str, ...]]:
    pattern, colon, rules = value.rpartition(":")
    if not colon or not pattern:
        raise ConfigError(f"`{value}` is not of the form PATTERN:RULE", "--per-file-ignores")
    return pattern, _split([rules])


def wants_fixes(options: argparse.Namespace) -> bool:
    """Whether the command line asks for fixes; `ConfigError` where it asks for what does not go together."""
    asked = bool(options.fix or options.fix_only or options.diff)
    if options.add_ignore and (asked or options.stdin_filename is not None):
        raise ConfigError("goes with neither fixes nor standard input", "--add-ignore")
    writes = asked or options.add_ignore or options.update_baseline
    if options.watch and (writes or options.stdin_filename is not None):
        raise ConfigError("goes with neither standard input nor what writes to files", "--watch")
    for flag, given in (
        ("--unsafe-fixes", options.unsafe_fixes),
        ("--exit-non-zero-on-fix", options.exit_non_zero_on_fix),
    ):
        if given and not asked:
            raise ConfigError("needs `--fix`, `--fix-only` or `--diff`", flag)
    if asked and not options.diff and options.stdin_filename is not None:
        raise ConfigError("what comes from standard input cannot be written", "--fix", "use `--diff`")
    return asked
