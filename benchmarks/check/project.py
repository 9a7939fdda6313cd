"""Generated projects: as many templates as wished, with their handlers, helpers and data, like an application grown.

An area is a package with data, helpers and handlers, and a folder of about ten templates: a layout, a row that others
include, and screens. The same size and seed give the same files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.check.python_side import HELPERS, Screen, application, area_modules
from benchmarks.check.template_side import COMPONENTS, base, layout, row, screen
from benchmarks.check.words import ADJECTIVES, NOUNS, PROPERTIES

KINDS = ("list", "detail", "form", "board", "dashboard")
WEIGHTS = (4, 4, 3, 2, 2)
PER_AREA = 10
SEED = 11


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the application: its name (of a package), the properties of its items, its screens."""

    name: str
    properties: tuple[str, ...]
    screens: tuple[Screen, ...]


def project(templates: int, seed: int = SEED) -> dict[str, str]:
    """The files of a project with that many templates, and about one and a half times as many handlers."""
    random = Random(f"{templates}:{seed}")
    files = {"web/__init__.py": "", "web/helpers.py": HELPERS}
    files["templates/components.html"] = COMPONENTS
    areas = tuple(_areas(random, templates - 2))
    for area in areas:
        for path, text in area_modules(area.name, area.properties, area.screens, random).items():
            files[f"web/{area.name}/{path}"] = text
        folder = f"templates/{area.name}"
        files[f"{folder}/layout.html"] = layout(area.name, area.screens, random)
        files[f"{folder}/row.html"] = row(area.name, area.properties, area.screens, random)
        for one in area.screens:
            files[f"{folder}/{one.name}.html"] = screen(area.name, one, area.properties, random)
    files["templates/base.html"] = base([area.name for area in areas[:8]])
    files["app.py"] = application([area.name for area in areas])
    return files


def _areas(random: Random, templates: int) -> Iterator[Area]:
    names = [f"{adjective}_{noun}" for adjective in ADJECTIVES for noun in NOUNS]
    random.shuffle(names)
    while templates > 2:
        screens = min(templates, PER_AREA) - 2
        templates -= screens + 2
        yield _area(names.pop(), screens, random)


def _area(name: str, screens: int, random: Random) -> Area:
    nouns = random.sample(NOUNS, screens)
    kinds = ["list", "detail", *random.choices(KINDS, WEIGHTS, k=screens)][:screens]
    made = tuple(Screen(noun, kind) for noun, kind in zip(nouns, kinds, strict=True))
    return Area(name, tuple(random.sample(PROPERTIES, random.randint(3, 7))), made)
