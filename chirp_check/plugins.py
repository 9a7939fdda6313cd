"""Rules that other distributions bring, under the entry point group `chirp_check.rules`.

A distribution that cannot be loaded costs its own rules, and is reported; nothing of it is imported before it is asked
for, and without any nothing is looked for but the word in lists of entry points.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from inspect import cleandoc
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import msgspec

from chirp_check.api import SUBJECTS
from chirp_check.config import Config, ConfigError
from chirp_check.diagnostic import Level
from chirp_check.host import GROUP, adds_rules
from chirp_check.levels import rule_levels
from chirp_check.rule import Rule
from chirp_check.rules import ALL

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

RESERVED = frozenset({"all"})


class BadPlugin(Exception):
    """What a distribution brings is no rule that could be run."""


class Broken(msgspec.Struct, frozen=True):
    """A distribution of which something could not be loaded."""

    plugin: str
    error: Exception


class Plugins(msgspec.Struct, frozen=True):
    """The rules that distributions bring, `origins` their distributions by rule, and what could not be loaded."""

    rules: tuple[Rule, ...] = ()
    origins: Mapping[str, str] = msgspec.field(default_factory=lambda: MappingProxyType(dict[str, str]()))
    broken: tuple[Broken, ...] = ()

    @property
    def every(self) -> tuple[Rule, ...]:
        """All rules that there are: ours, then theirs."""
        return (*ALL, *self.rules)

    def levels(self, config: Config) -> dict[str, Level]:
        """The level of each rule. `ConfigError` for a name that is no rule's, as far as rules could be loaded."""
        try:
            return rule_levels(config, self.every)
        except ConfigError as error:
            if not self.broken:
                raise
            first = self.broken[0]
            help_ = f"the rules of plug-in `{first.plugin}` could not be loaded: {first.error}"
            raise ConfigError(error.message, error.place, help_) from error

    def page(self, rule: Rule) -> str:
        """The page of a rule: the Markdown of its name beside the module it is in, or else what its docstring says."""
        from pathlib import Path

        module = sys.modules.get(rule.check.__module__)
        folder = Path(module.__file__ or "").parent if module is not None else Path()
        with suppress(OSError):
            return (folder / f"{rule.name}.md").read_text(encoding="utf-8")
        return f"# {rule.name}\n\n{cleandoc(rule.check.__doc__ or '')}\n"


NO_PLUGINS = Plugins()


@cache
def installed_plugins() -> Plugins:
    """The rules that are installed beside the checker. They are imported, once in a process."""
    if not adds_rules(sys.path):
        return NO_PLUGINS
    from importlib.metadata import entry_points

    return gathered(entry_points(group=GROUP))


def gathered(points: Iterable[EntryPoint]) -> Plugins:
    """The rules of entry points: each names a rule, or several."""
    rules: dict[str, Rule] = {}
    origins: dict[str, str] = {}
    broken: list[Broken] = []
    for point in sorted(points, key=lambda one: (_distribution(one), one.name, one.value)):
        plugin = _distribution(point)
        try:
            found = tuple(_rules(point))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary: it is reported, the rest goes on
            broken.append(Broken(plugin, error if isinstance(error, Exception) else BadPlugin(f"it exits: {error}")))
            continue
        for rule in found:
            refusal = _refusal(rule, origins)
            if refusal is not None:
                broken.append(Broken(plugin, BadPlugin(refusal)))
                continue
            rules[rule.name], origins[rule.name] = rule, plugin
    return Plugins(tuple(rules.values()), MappingProxyType(origins), tuple(broken))


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _rules(point: EntryPoint) -> Iterator[Rule]:
    loaded: object = point.load()
    several = isinstance(loaded, (tuple, list))
    for one in cast("Iterable[object]", loaded) if several else (loaded,):
        if not isinstance(one, Rule) or one.subject not in SUBJECTS:
            raise BadPlugin(f"`{point.value}` is neither a rule of `chirp_check.api.rule` nor a tuple of such")
        yield one


def _refusal(rule: Rule, known: Mapping[str, str]) -> str | None:
    """Why a rule cannot have its name."""
    words = rule.name.split("-")
    letters = all(word.isascii() and word.isalnum() and word == word.lower() for word in words)
    if not letters or not rule.name[:1].isalpha() or rule.name in RESERVED:
        return f"`{rule.name}` is no name for a rule: lower-case words with `-` between them, not `all`"
    if rule.name in known:
        return f"there is a rule `{rule.name}` already, of `{known[rule.name]}`"
    if any(one.name == rule.name for one in ALL):
        return f"there is a rule `{rule.name}` already, of the checker itself"
    return None
