"""The rules in words: their pages and their list."""

from collections.abc import Sequence

from chirp_check.config import ConfigError
from chirp_check.grammar.names import did_you_mean
from chirp_check.options import Parser

LISTED = "`chirp-check rules` lists them"


def explain(words: Sequence[str]) -> int:
    """Print the page of a rule."""
    parser = Parser(prog="chirp-check explain", description="Print the page of a rule.")
    parser.add_argument("rule", nargs="?", metavar="RULE", help="the name of a rule; `chirp-check rules` lists them")
    name: str | None = parser.parse(words).rule
    if name is None:
        raise ConfigError("name a rule", "explain", LISTED)
    from chirp_check.plugins import installed_plugins

    plugins = installed_plugins()
    found = {rule.name: rule for rule in plugins.every}
    if name not in found:
        raise ConfigError(f"unknown rule `{name}`", "", did_you_mean(name, found) or LISTED)
    print(plugins.page(found[name]), end="")
    return 0


def rules(words: Sequence[str]) -> int:
    """List the rules."""
    Parser(prog="chirp-check rules", description="List the rules with their default levels.").parse(words)
    from chirp_check.plugins import installed_plugins

    plugins = installed_plugins()
    width = max(len(rule.name) for rule in plugins.every)
    for rule in sorted(plugins.every, key=lambda one: one.name):
        origin = plugins.origins.get(rule.name)
        print(f"{rule.name:<{width}}  {rule.level:<5}  {rule.summary}{f' ({origin})' if origin else ''}")
    return 0
