"""Which filters and tests the templates of an application can name, and whether these are all."""

from collections.abc import Iterator

from chirp_check.grammar.vocabulary import CHIRP_FILTERS, CHIRP_TESTS, KIDA_FILTERS, KIDA_TESTS
from chirp_check.model.applications import IMPLICIT, AppKey, application, application_files
from chirp_check.model.domain import Record
from chirp_check.model.entities import Text, VocabularyUse
from chirp_check.model.inputs import template_facts
from chirp_check.model.memory import Queries, query
from chirp_check.model.outlines import module_outline
from chirp_check.model.program import log
from chirp_check.model.templates import owners, paths
from chirp_check.source import Span

BUILT_IN = {"filter": KIDA_FILTERS, "test": KIDA_TESTS | CHIRP_TESTS}
# Whoever imports one of these may add filters or make an environment of its own.
ADDING = ("kida", "chirp_ui", "chirp.ext", "chirp.markdown", "chirp.plugin", "jinja2")


def vocabulary_uses(model: Queries, path: str) -> Iterator[VocabularyUse]:
    """The filters and tests of a template that Kida does not have itself."""
    facts = template_facts(model, path)
    if facts is not None:
        for kind, found in (("filter", facts.filters), ("test", facts.tests)):
            for one in found:
                yield VocabularyUse(Text(one.name, Span(path, one.start, one.end)), kind)


@query
def registered(model: Queries, app: AppKey, kind: str) -> frozenset[str] | None:
    """The filters or tests that an application adds; None when they are not all known."""
    live = model.settings.live
    if live is not None:
        return live.filters if kind == "filter" else live.tests
    known = application(model, app)
    escaped = any(span == known.span for span, _ in log(model).escapes)
    if app == IMPLICIT or escaped or not _plain(model, app):
        return None
    own = [one for one in log(model).of_kind(f"@template_{kind}") if one.args[0].span == known.span]
    names = [one.args[1] for one in own]
    texts = frozenset(name.value for name in names if isinstance(name, Text))
    known_by_name = all(isinstance(name, Text) for name in names)
    framework: frozenset[str] = CHIRP_FILTERS if kind == "filter" else frozenset()
    return texts | framework if known_by_name else None


def _plain(model: Queries, app: AppKey) -> bool:
    """Whether an application takes the environment that the framework makes, and only its own code adds to it."""
    span = application(model, app).span
    made = [one for one in log(model).of_kind("App") if one.span == span]
    return not any(_has_environment(one) for one in made) and not any(
        adds_vocabulary(model, path) for path in application_files(model, app)
    )


def _has_environment(app: Record) -> bool:
    config = app.argument(0, "config")
    given = [*app.kwargs, *(config.kwargs if isinstance(config, Record) else ())]
    return app.open or any("env" in name or "loader" in name for name, _ in given)


@query
def adds_vocabulary(model: Queries, path: str) -> bool:
    """Whether a Python file imports what can add to the environment, or is not read."""
    outline = module_outline(model, path)
    if not outline.parses:
        return True
    names = (f"{one}.{attribute}" if attribute else one for one, attribute, level in outline.imports if not level)
    return any(f"{name}.".startswith(tuple(f"{known}." for known in ADDING)) for name in names)


def vocabulary_missing(model: Queries, use: VocabularyUse) -> bool:
    """Whether no application of the template has the filter or test, all of them being known."""
    path, name = use.name.span.path, use.name.value
    apps = [app for app in owners(model, path) if path in paths(model, app)]
    if name in BUILT_IN[use.kind]:
        return False
    added = [registered(model, app, use.kind) for app in apps]
    return bool(apps) and all(known is not None and name not in known for known in added)


def vocabulary(model: Queries, use: VocabularyUse) -> frozenset[str]:
    """The filters or tests that can be named where one is."""
    added = (registered(model, app, use.kind) for app in owners(model, use.name.span.path))
    return BUILT_IN[use.kind].union(*(known or () for known in added))
