"""`chirp-check migrate`: a check by the rules of a migration alone."""

from collections.abc import Sequence

from chirp_check.config import ConfigError
from chirp_check.options import Parser

VERSION = "4"
READING = ("python-syntax", "template-syntax", "unreadable-file")  # what was not looked at


def words_of_check(words: Sequence[str]) -> list[str]:
    """The arguments of `check` that do what those of `migrate` ask for."""
    parser = Parser(
        prog="chirp-check migrate",
        allow_abbrev=False,
        description="List what changes without a message when an application moves to another version of htmx.",
        epilog="Whatever `chirp-check check` takes may follow: paths, `--fix`, `--diff`, `--output-format` and so on.",
    )
    parser.add_argument("--htmx", metavar="VERSION", help="the version to move to: 4")
    options, rest = parser.parse_known_args(words)
    if options.htmx != VERSION:
        told = "is needed" if options.htmx is None else f"`{options.htmx}` is no version that is known"
        raise ConfigError(told, "--htmx", f"write `--htmx {VERSION}`")
    from chirp_check.plugins import installed_plugins

    moving = (rule.name for rule in installed_plugins().every if rule.migration)
    return [*rest, "--select", ",".join((*READING, *moving))]
