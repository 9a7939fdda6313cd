"""Every name of `names`, `urls` and `targets` that is a plain literal in a call, misspelt in each carrier."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.mutants.application import Application, Module, callee
from benchmarks.mutants.carriers import PYTHON, Carrier, Site, unmarked
from benchmarks.mutants.mutation import Mutant, Operator, Proof, misspelt
from benchmarks.mutants.operators import names, targets, urls


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of name: the rule, what is wrong with it, its literals, and how one is misspelt (None: not at all)."""

    title: str
    rule: str
    sites: Callable[[Application], Iterable[tuple[Site, frozenset[str]]]]
    misspell: Callable[[Application, str, frozenset[str], Random], str | None]


def _literals(module: Module) -> Iterator[tuple[ast.Constant, ast.Call]]:
    """The plain texts that are arguments of calls."""
    for call in module.calls():
        for value in (*call.args, *(word.value for word in call.keywords)):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value, call


def _at(module: Module, wanted: dict[int, frozenset[str]]) -> Iterator[tuple[Site, frozenset[str]]]:
    """The literals that begin at some offsets; with each the names that mean something else there."""
    for node, call in _literals(module):
        start, _ = module.range(node)
        if start in wanted and callee(call) != "route":
            yield Site(module, node, call, str(node.value)), wanted[start]


def _templates(app: Application) -> Iterator[tuple[Site, frozenset[str]]]:
    for module in app.modules:
        found = (one for one in names.templates_named(app) if one.module is module)
        yield from _at(module, {one.start: app.names for one in found})


def _blocks(app: Application) -> Iterator[tuple[Site, frozenset[str]]]:
    for module in app.modules:
        pairs = (pair for pair in names.blocks_named(app) if pair.block.module is module)
        yield from _at(module, {pair.block.start: names.block_names(app, pair.template) for pair in pairs})


def _redirects(app: Application) -> Iterator[tuple[Site, frozenset[str]]]:
    for module in app.modules:
        found = (one for one in urls.urls_in_python(app) if one.module is module)
        uses = ("redirect", "changed", "done", "FormAction", "location")
        yield from _at(module, {one.start: frozenset() for one in found if one.use in uses})


def _targets(app: Application) -> Iterator[tuple[Site, frozenset[str]]]:
    for module in app.modules:
        found = (one for one in targets.named_in_python(app) if one.module is module and one.keyword != "HX-Retarget")
        yield from _at(module, {one.start: frozenset() for one in found})


def _template_typo(app: Application, value: str, known: frozenset[str], random: Random) -> str | None:
    folder, slash, file = value.removesuffix(".html").rpartition("/")
    return f"{folder}{slash}{misspelt(file, random)}.html"


def _block_typo(app: Application, value: str, known: frozenset[str], random: Random) -> str | None:
    return misspelt(value, random, known)


def _url_typo(app: Application, value: str, known: frozenset[str], random: Random) -> str | None:
    if len(value) < 3:
        return None
    made = misspelt(value, random)
    taken = any(urls.matches(path, made.partition("?")[0]) for path, _ in urls.addresses(app))
    return None if taken else made


KINDS = (
    Kind("template name", "unknown-template", _templates, _template_typo),
    Kind("block", "unknown-block", _blocks, _block_typo),
    Kind("redirect URL", "unrouted-url", _redirects, _url_typo),
    Kind("target", "unknown-target", _targets, _block_typo),
)


def _maker(kind: Kind, carrier: Carrier, name: str) -> Callable[[Application, Random], Iterator[Mutant]]:
    def make(app: Application, random: Random) -> Iterator[Mutant]:
        for site, known in kind.sites(app):
            wrong = kind.misspell(app, site.value, known, random)
            files = carrier.carry(app, site, wrong) if wrong is not None else None
            if files is None:
                continue
            clean, place = unmarked(files, kind.rule)
            at = (site.module.path, *site.module.range(site.node))
            if place is not None:
                yield Mutant(name, at, clean, (place,))

    return make


def _control(carrier: Carrier, name: str) -> Callable[[Application, Random], Iterator[Mutant]]:
    """The carrier at every site, and no mistake."""

    def make(app: Application, random: Random) -> Iterator[Mutant]:
        for kind in KINDS:
            for site, _ in kind.sites(app):
                files = carrier.carry(app, site, site.value)
                if files is not None:
                    clean, _ = unmarked(files, kind.rule)
                    yield Mutant(name, (site.module.path, *site.module.range(site.node)), clean, ())

    return make


def _operators() -> Iterator[Operator]:
    for kind in KINDS:
        for carrier in PYTHON:
            name = f"{kind.title} misspelt, {carrier.name}"
            yield Operator(name, kind.rule, _maker(kind, carrier, name), carrier=carrier.name)
    for carrier in PYTHON:
        name = f"nothing wrong, {carrier.name}"
        yield Operator(name, "none", _control(carrier, name), Proof.SAME, carrier.name)


OPERATORS = tuple(_operators())
