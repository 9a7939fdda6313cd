"""Mistakes in the names of templates and blocks on the Python side."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, Module, callee, tags
from benchmarks.mutants.mutation import Change, Operator, Place, misspelt

RETURN_TYPES = frozenset({"Template", "Fragment", "Page", "ValidationError"})


@dataclass(frozen=True, slots=True)
class Literal:
    """A plain text in a Python file: what it says, the range of its literal, and how it is used.

    `role`: "call" (argument of a return type), "helper" (argument of any other call), "constant", "arm" (in a
    conditional or a pair).
    """

    module: Module
    value: str
    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A block's literal together with the template name beside it, and the literal of that name where it is one."""

    block: Literal
    template: str
    literal: Literal | None


def text_of(node: ast.expr | None) -> str | None:
    """The value of a plain text literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@cache
def templates_named(app: Application) -> tuple[Literal, ...]:
    """Every text in Python that is the name of a template."""
    return tuple(_templates_named(app))


def _templates_named(app: Application) -> Iterator[Literal]:
    for module in app.modules:
        roles = dict(_roles(module))
        for node in module.nodes:
            value = text_of(node) if isinstance(node, ast.Constant) else None
            if isinstance(node, ast.Constant) and value is not None and value in app.names:
                start, end = module.range(node)
                yield Literal(module, value, start, end, roles.get(node, "arm"))


def _roles(module: Module) -> Iterator[tuple[ast.AST, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Call):
            for argument in node.args:
                yield argument, "call" if callee(node) in RETURN_TYPES else "helper"
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield node.value, "constant"


@cache
def blocks_named(app: Application) -> tuple[Pair, ...]:
    """Every text in Python that stands right after a template's name in a call or in a tuple."""
    return tuple(_blocks_named(app))


def _blocks_named(app: Application) -> Iterator[Pair]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.Call):
                items, role = node.args, "call" if callee(node) in RETURN_TYPES else "helper"
            elif isinstance(node, ast.Tuple):
                items, role = node.elts, "arm"
            else:
                continue
            pair = _pair(app, module, items, role)
            if pair is not None:
                yield pair


def _pair(app: Application, module: Module, items: list[ast.expr], role: str) -> Pair | None:
    if len(items) < 2:
        return None
    first, second = items[0], items[1]
    named = module.constants.get(first.id) if isinstance(first, ast.Name) else text_of(first)
    block = text_of(second)
    if named is None or named not in app.names or block is None:
        return None
    start, end = module.range(second)
    literal = None
    if not isinstance(first, ast.Name):
        literal = Literal(module, named, *module.range(first), role)
    return Pair(Literal(module, block, start, end, role), named, literal)


@cache
def block_names(app: Application, template: str) -> frozenset[str]:
    """The blocks of a template and of what it extends."""
    found: set[str] = set()
    name: str | None = template
    while name is not None:
        text = app.templates[name]
        for tag in tags(text):
            if tag.word in ("block", "fragment"):
                found.add(tag.rest.split()[0])
        above = re.search(r'\{% extends "([^"]+)" %\}', text)
        name = above[1] if above else None
    return frozenset(found)


def replaced(literal: Literal, value: str, rule: str) -> Change:
    """The change that makes a literal say something else; the finding is due at the literal."""
    text = literal.module.text[literal.start : literal.end]
    made = text.replace(literal.value, value)
    place = Place(rule, literal.module.path, literal.start, literal.start + len(made))
    return Change(literal.module.path, literal.start, literal.end, made, (place,))


# Templates.

type Maker = Callable[[Application, Random], Iterator[Change]]


def _template_typo(role: str) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for literal in templates_named(app):
            if literal.role == role:
                stem = literal.value.removesuffix(".html")
                folder, slash, name = stem.rpartition("/")
                made = f"{folder}{slash}{misspelt(name, random)}.html"
                if made not in app.names:
                    yield replaced(literal, made, "unknown-template")

    return make


def _template_folder(app: Application, random: Random) -> Iterator[Change]:
    for literal in templates_named(app):
        folder, slash, name = literal.value.partition("/")
        if slash:
            yield replaced(literal, f"{misspelt(folder, random)}/{name}", "unknown-template")


def _template_suffix(app: Application, random: Random) -> Iterator[Change]:
    for literal in templates_named(app):
        made = literal.value.removesuffix(".html") + random.choice((".htm", ".htlm", ""))
        yield replaced(literal, made, "unknown-template")


# Blocks.


def _block_typo(role: str) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for pair in blocks_named(app):
            if pair.block.role == role:
                known = block_names(app, pair.template)
                yield replaced(pair.block, misspelt(pair.block.value, random, known), "unknown-block")

    return make


def _block_dashed(app: Application, random: Random) -> Iterator[Change]:
    for pair in blocks_named(app):
        if "_" in pair.block.value:
            yield replaced(pair.block, pair.block.value.replace("_", "-"), "unknown-block")


def _other_template(app: Application, random: Random) -> Iterator[Change]:
    """Another template beside the block's name, one that has no such block."""
    for pair in blocks_named(app):
        if pair.literal is None:
            continue
        others = [name for name in sorted(app.names) if pair.block.value not in block_names(app, name)]
        other = random.choice(others)
        change = replaced(pair.literal, other, "unknown-block")
        moved = len(other) - len(pair.literal.value)
        block = pair.block
        place = Place("unknown-block", block.module.path, block.start + moved, block.end + moved)
        yield Change(change.path, change.start, change.end, change.text, (place,))


def _other_constant(app: Application, random: Random) -> Iterator[Change]:
    """Another template in a constant; the blocks beside its name that the template does not have are missing."""
    for literal in templates_named(app):
        if literal.role != "constant":
            continue
        names = [name for name, value in literal.module.constants.items() if value == literal.value]
        pairs = [
            pair
            for pair in blocks_named(app)
            if pair.literal is None and pair.template == literal.value and pair.block.module == literal.module and names
        ]
        others = [
            name
            for name in sorted(app.names)
            if pairs and not any(pair.block.value in block_names(app, name) for pair in pairs)
        ]
        if not others:
            continue
        other = random.choice(others)
        moved = len(other) - len(literal.value)
        places = tuple(
            Place("unknown-block", pair.block.module.path, pair.block.start + moved, pair.block.end + moved)
            for pair in pairs
            if pair.block.start > literal.start
        )
        change = replaced(literal, other, "unknown-block")
        yield Change(change.path, change.start, change.end, change.text, places)


# The other end: what templates define.


def _uses_of(app: Application, template: str, block: str) -> tuple[Place, ...]:
    """The places in Python that name a block of a template which has it only from `template`."""
    return tuple(
        Place("unknown-block", pair.block.module.path, pair.block.start, pair.block.end)
        for pair in blocks_named(app)
        if pair.block.value == block and _defines(app, pair.template, block) == [template]
    )


@cache
def _defines(app: Application, template: str, block: str) -> list[str]:
    """The templates of an extends chain that define a block."""
    found: list[str] = []
    name: str | None = template
    while name is not None:
        text = app.templates[name]
        if any(tag.word in ("block", "fragment") and tag.rest.split()[0] == block for tag in tags(text)):
            found.append(name)
        above = re.search(r'\{% extends "([^"]+)" %\}', text)
        name = above[1] if above else None
    return found


def _block_renamed(app: Application, random: Random) -> Iterator[Change]:
    for name, text in app.templates.items():
        for tag in tags(text):
            if tag.word not in ("block", "fragment"):
                continue
            block = tag.rest.split()[0]
            places = _uses_of(app, name, block)
            start = tag.rest_start + tag.rest.index(block)
            if places:
                yield Change(app.path(name), start, start + len(block), misspelt(block, random), places)


def _block_removed(app: Application, random: Random) -> Iterator[Change]:
    """The two tags of a block go, its content stays."""
    for name, text in app.templates.items():
        found = tags(text)
        for tag in found:
            if tag.word not in ("block", "fragment") or tag.close is None:
                continue
            close = found[tag.close]
            places = _uses_of(app, name, tag.rest.split()[0])
            if places:
                yield Change(app.path(name), tag.start, close.end, text[tag.end : close.start], places)


def _extends_changed(app: Application, random: Random) -> Iterator[Change]:
    """The template extends the parent of its parent: inherited blocks are gone."""
    for name, text in app.templates.items():
        found = re.search(r'\{% extends "([^"]+)" %\}', text)
        above = re.search(r'\{% extends "([^"]+)" %\}', app.templates[found[1]]) if found else None
        if found is None or above is None:
            continue
        places = tuple(
            Place("unknown-block", pair.block.module.path, pair.block.start, pair.block.end)
            for pair in blocks_named(app)
            if pair.template == name and _defines(app, name, pair.block.value) == [found[1]]
        )
        if places:
            yield Change(app.path(name), found.start(1), found.end(1), above[1], places)


OPERATORS = (
    Operator("template name misspelt in a return type", "unknown-template", _template_typo("call")),
    Operator("template name misspelt in a constant", "unknown-template", _template_typo("constant")),
    Operator("template name misspelt at a helper's call", "unknown-template", _template_typo("helper")),
    Operator("template name misspelt in a pair or conditional", "unknown-template", _template_typo("arm")),
    Operator("template folder misspelt", "unknown-template", _template_folder),
    Operator("template suffix wrong", "unknown-template", _template_suffix),
    Operator("block misspelt in a return type", "unknown-block", _block_typo("call")),
    Operator("block misspelt at a helper's call", "unknown-block", _block_typo("helper")),
    Operator("block misspelt in a pair or conditional", "unknown-block", _block_typo("arm")),
    Operator("block written with dashes", "unknown-block", _block_dashed),
    Operator("another template, without the block", "unknown-block", _other_template),
    Operator("another template in a constant, without the blocks", "unknown-block", _other_constant),
    Operator("block renamed in the template", "unknown-block", _block_renamed),
    Operator("block tags removed from the template", "unknown-block", _block_removed),
    Operator("parent skipped in extends", "unknown-block", _extends_changed),
)
