"""The rules in words: their pages and their list."""

import os
from collections.abc import Sequence

from chirp_check.config import ConfigError
from chirp_check.grammar.names import did_you_mean
from chirp_check.options import Parser


def page(name: str) -> str:
    """The page of a rule, as Markdown."""
    from chirp_check import rules
    from chirp_check.plugins import installed_plugins

    plugins = installed_plugins()
    theirs = next((rule for rule in plugins.rules if rule.name == name), None)
    if theirs is not None:
        return plugins.page(theirs)
    with open(os.path.join(os.path.dirname(rules.__file__), f"{name}.md"), encoding="utf-8") as file:
        return file.read()


def explain(words: Sequence[str]) -> int:
    """Print the page of a rule."""
    parser = Parser(prog="chirp-check explain", description="Print the page of a rule.")
    parser.add_argument("rule", metavar="RULE", help="the name of a rule; `chirp-check rules` lists them")
    name = parser.parse(words).rule
    from chirp_check.plugins import installed_plugins

    names = [rule.name for rule in installed_plugins().every]
    if name not in names:
        raise ConfigError(f"unknown rule `{name}`", "", did_you_mean(name, names))
    print(page(name), end="")
    return 0


def rules(words: Sequence[str]) -> int:
    """List the rules."""
    Parser(prog="chirp-check rules", description="List the rules with their default levels.").parse(words)
    from chirp_check.plugins import installed_plugins

    every = installed_plugins().every
    width = max(len(rule.name) for rule in every)
    for rule in sorted(every, key=lambda one: one.name):
        print(f"{rule.name:<{width}}  {rule.level:<5}  {rule.summary}")
    return 0
