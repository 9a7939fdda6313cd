"""What rules judge in one template besides its markup: components, blocks, and the names of filters and tests."""

from collections.abc import Iterator

from chirp_check.model.blocks import orphans, twice
from chirp_check.model.component_uses import component_uses, import_uses
from chirp_check.model.entities import Deception, TemplateAt
from chirp_check.model.inputs import module_facts, template_facts
from chirp_check.model.memory import Queries, query
from chirp_check.model.templates import paths, showing
from chirp_check.model.vocabulary import vocabulary_uses
from chirp_check.source import Span


@query
def template_uses(model: Queries, path: str) -> tuple[object, ...]:
    """What one template takes from others, for every application that it belongs to, and what it says by itself."""
    return tuple(dict.fromkeys(_template_uses(model, path)))


def _template_uses(model: Queries, path: str) -> Iterator[object]:
    apps = showing(model, path)
    for app in apps:
        yield from component_uses(model, app, path)
        yield from import_uses(model, app, path)
    if apps:
        others = [frozenset(orphans(model, app, path)) for app in apps[1:]]
        yield from (one for one in orphans(model, apps[0], path) if all(one in found for found in others))
        yield from vocabulary_uses(model, path)
        yield from twice(model, path)
        yield TemplateAt(paths(model, apps[0])[path], path)


@query
def deceptions(model: Queries, path: str) -> tuple[Deception, ...]:
    """The letters in a file that deceive."""
    facts = module_facts(model, path) if path.endswith(".py") else template_facts(model, path)
    if facts is None:
        return ()
    turning = tuple(Deception(char, None, Span(path, at, at + 1)) for at, char in facts.turning)
    if not path.endswith(".py"):
        return turning
    module = module_facts(model, path)
    names = module.look_alikes if module is not None else ()
    return (*turning, *(Deception(name, plain, Span(path, at, at + len(name))) for at, name, plain in names))
