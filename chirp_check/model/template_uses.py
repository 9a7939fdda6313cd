"""What rules judge in one template besides its markup: components, blocks, and the names of filters and tests."""

from collections.abc import Iterator

from chirp_check.model.applications import application_keys
from chirp_check.model.component_uses import component_uses, import_uses
from chirp_check.model.memory import Queries
from chirp_check.model.templates import paths
from chirp_check.model.vocabulary import vocabulary_uses


def template_uses(model: Queries, path: str) -> Iterator[object]:
    """What one template takes from others, for every application that it belongs to, and what it says by itself."""
    apps = [app for app in application_keys(model) if path in paths(model, app)]
    for app in apps:
        yield from component_uses(model, app, path)
        yield from import_uses(model, app, path)
    if apps:
        yield from vocabulary_uses(model, path)
