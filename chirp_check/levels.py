"""Which rules run, and how seriously each is taken: the configuration applied to the rules there are."""

from collections.abc import Iterable

from chirp_check.config import Config, ConfigError
from chirp_check.diagnostic import Level
from chirp_check.grammar.names import did_you_mean
from chirp_check.rule import Rule
from chirp_check.syntax.patterns import Patterns

EVERY = "all"
ALWAYS = frozenset({"internal-error"})  # that we have failed is said whatever is selected, unless it is turned off


def rule_levels(config: Config, rules: Iterable[Rule]) -> dict[str, Level]:
    """The level of each rule. `ConfigError` for a name that is no rule's; `all` stands for every rule
    but those of a migration.
    """
    every = tuple(rules)
    names = tuple(rule.name for rule in every)
    for name in config.rule_names():
        if name not in names and name != EVERY:
            raise ConfigError(f"unknown rule `{name}`", config.source or "", did_you_mean(name, (*names, EVERY)))
    levels = {rule.name: rule.level for rule in every}
    if config.select is not None:
        levels = {name: _chosen(level, name, config.select) for name, level in levels.items()}
    for rule in every:
        if _names(rule.name, config.extend_select):
            levels[rule.name] = Level.WARN if rule.level is Level.OFF else rule.level
    for name, level in config.levels:
        levels.update((one, level) for one in names if (name in (one, EVERY)) and _selected(one, config))
    levels.update((name, Level.OFF) for name in names if _names(name, config.ignore))
    named = {*(config.select or ()), *config.extend_select, *(name for name, _ in config.levels)}
    levels.update((rule.name, Level.OFF) for rule in every if rule.migration and rule.name not in named)
    return levels


def _selected(name: str, config: Config) -> bool:
    """Whether a level set for a rule counts: with `select`, only for what is selected."""
    return config.select is None or name in ALWAYS or _names(name, (*config.select, *config.extend_select))


def _chosen(level: Level, name: str, select: tuple[str, ...]) -> Level:
    if not _names(name, select):
        return level if name in ALWAYS else Level.OFF
    return Level.WARN if level is Level.OFF else level


def _names(name: str, chosen: tuple[str, ...]) -> bool:
    return name in chosen or EVERY in chosen


class PerFile:
    """The rules that are off in some files, all of them in files that are excluded."""

    def __init__(self, config: Config) -> None:
        self._table = tuple((Patterns((pattern,)), rules) for pattern, rules in config.per_file_ignores)
        self._excluded = Patterns((*config.exclude, *config.extend_exclude))

    def takes(self, rule: str, path: str) -> bool:
        """Whether the configuration turns a rule off in a file."""
        return self._excluded.covers(path) or any(
            _names(rule, rules) and patterns.covers(path) for patterns, rules in self._table
        )
