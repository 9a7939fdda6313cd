"""Mistakes in ids, where they are named and where they are."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, Element, Module, all_elements, callee, shape
from benchmarks.mutants.mutation import Change, Operator, Place, misspelt
from benchmarks.mutants.operators.names import text_of

RULE = "unknown-target"


@dataclass(frozen=True, slots=True)
class Named:
    """An id in Python: its literal's range, the id, and the keyword (or header, or the block it is the default of)."""

    module: Module
    start: int
    end: int
    id: str
    keyword: str


@cache
def named_in_python(app: Application) -> tuple[Named, ...]:
    """`target=`, `retarget=`, the header HX-Retarget, and blocks of fragments after the first without a target."""
    return tuple(_named_in_python(app))


def _named_in_python(app: Application) -> Iterator[Named]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.Call):
                for word in node.keywords:
                    value = text_of(word.value)
                    if word.arg in ("target", "retarget") and value:
                        yield Named(module, *module.range(word.value), value.removeprefix("#"), word.arg)
            elif isinstance(node, ast.Dict):
                for key, item in zip(node.keys, node.values, strict=True):
                    value = text_of(item)
                    if text_of(key) == "HX-Retarget" and value:
                        yield Named(module, *module.range(item), value.removeprefix("#"), "HX-Retarget")


@cache
def hx_targets(app: Application) -> tuple[Element, ...]:
    return tuple(_hx_targets(app))


def _hx_targets(app: Application) -> Iterator[Element]:
    for element in all_elements(app):
        found = element.get("hx-target")
        if found is not None and found.value.startswith("#"):
            yield element


def _uses(app: Application, id: str) -> tuple[Place, ...]:
    """Where an id, given by its shape, is named."""
    found: list[Place] = []
    for element in hx_targets(app):
        target = element.get("hx-target")
        if target is not None and shape(target.value) == f"#{id}":
            found.append(Place(RULE, element.path, target.value_start, target.value_end))
    found += [Place(RULE, one.module.path, one.start, one.end) for one in named_in_python(app) if one.id == id]
    return tuple(found)


def _target_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for element in hx_targets(app):
        target = element.get("hx-target")
        assert target is not None
        made = _literal_misspelt(target.value, random)
        place = Place(RULE, element.path, target.value_start, target.value_start + len(made))
        yield Change(element.path, target.value_start, target.value_end, made, (place,))


def _literal_misspelt(value: str, random: Random) -> str:
    """The text before the first expression, misspelt."""
    end = value.find("{{") if "{{" in value else len(value)
    return misspelt(value[:end], random) + value[end:]


def _target_moved(app: Application, random: Random) -> Iterator[Change]:
    """The id with a suffix that people add: `-list`, `-form`, `s`."""
    for element in hx_targets(app):
        target = element.get("hx-target")
        if target is None or "{{" in target.value:
            continue
        made = target.value + random.choice(("-list", "-form", "-box"))
        place = Place(RULE, element.path, target.value_start, target.value_start + len(made))
        yield Change(element.path, target.value_start, target.value_end, made, (place,))


def _hash_forgotten(app: Application, random: Random) -> Iterator[Change]:
    for element in hx_targets(app):
        target = element.get("hx-target")
        assert target is not None
        place = Place(RULE, element.path, target.value_start, target.value_end - 1)
        yield Change(element.path, target.value_start, target.value_start + 1, "", (place,))


def _id_changed(app: Application, random: Random) -> Iterator[Change]:
    for element in all_elements(app):
        own = element.get("id")
        if own is None or own.value.startswith("{"):
            continue
        made = _literal_misspelt(own.value, random)
        moved = len(made) - len(own.value)
        places = shifted(_uses(app, shape(own.value)), element.path, own.value_end, moved)
        if places:
            yield Change(element.path, own.value_start, own.value_end, made, places)


def _id_removed(app: Application, random: Random) -> Iterator[Change]:
    for element in all_elements(app):
        own = element.get("id")
        if own is None or own.value.startswith("{"):
            continue
        places = shifted(_uses(app, shape(own.value)), element.path, own.end, own.start - own.end)
        if places:
            yield Change(element.path, own.start, own.end, "", places)


def shifted(places: tuple[Place, ...], path: str, end: int, moved: int) -> tuple[Place, ...]:
    """The places after a change in `path` that ended at `end`."""

    def after(start: int, stop: int) -> tuple[int, int]:
        return (start + moved, stop + moved) if start >= end else (start, stop)

    return tuple(
        Place(one.rule, path, *after(one.start, one.end), tuple(after(*other) for other in one.instead))
        if one.path == path
        else one
        for one in places
    )


def _python_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for one in named_in_python(app):
        text = one.module.text[one.start : one.end]
        made = text.replace(one.id, misspelt(one.id, random))
        place = Place(RULE, one.module.path, one.start, one.start + len(made))
        yield Change(one.module.path, one.start, one.end, made, (place,))


def _default_target(app: Application, random: Random) -> Iterator[Change]:
    """`target=` is left out, so that the fragment goes to the element named like its block."""
    for module in app.modules:
        for call in module.calls():
            word = next((one for one in call.keywords if one.arg == "target"), None)
            if callee(call) != "Fragment" or word is None or len(call.args) < 2:
                continue
            start, end = module.range(word.value)
            start = module.text.rindex(", target=", 0, start + 1)
            place = Place(RULE, module.path, *module.range(call.args[1]))
            yield Change(module.path, start, end, "", (place,))


OPERATORS = (
    Operator("hx-target misspelt", RULE, _target_misspelt),
    Operator("hx-target with another ending", RULE, _target_moved),
    Operator("hx-target without #", RULE, _hash_forgotten),
    Operator("id of an element changed", RULE, _id_changed),
    Operator("id of an element removed", RULE, _id_removed),
    Operator("target misspelt in Python", RULE, _python_misspelt),
    Operator("target of a fragment forgotten", RULE, _default_target),
)
