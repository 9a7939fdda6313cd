"""Which version of htmx an application uses: by the scripts of its templates, and by its configuration."""

from collections.abc import Iterator

from chirp_check.facts.templates import TemplateFacts
from chirp_check.facts.values import Call, Const, Join, Name
from chirp_check.grammar.htmx import EITHER, HTMX_2, HTMX_4, is_htmx, version_of
from chirp_check.model.applications import AppKey, application
from chirp_check.model.domain import Record, Scalar
from chirp_check.model.inputs import files, template_facts, text
from chirp_check.model.markup import attribute
from chirp_check.model.memory import Queries, gate
from chirp_check.model.program import log
from chirp_check.model.templates import paths

HELPER = "htmx"  # the template global that loads the framework's own copy
_WRITTEN = {HTMX_2: 'version:"2.', HTMX_4: 'version="4.'}  # in a copy of the script, as it is published


@gate
def versions(model: Queries, app: AppKey) -> frozenset[int]:
    """The versions that pages of an application may load; both where neither text nor configuration tells."""
    if model.settings.htmx is not None:
        return frozenset({model.settings.htmx})
    found = {one for path in paths(model, app) for one in loaded_in(model, path)}
    known = {_number(model, app, one) for one in found}
    if not known or None in known:
        return EITHER
    return frozenset(one for one in known if one is not None)


@gate
def loaded_in(model: Queries, path: str) -> frozenset[str]:
    """The scripts of htmx that a template loads: their URLs, and the name of the helper."""
    facts = template_facts(model, path)
    return frozenset(_loaded(facts)) if facts is not None else frozenset()


def _loaded(facts: TemplateFacts) -> Iterator[str]:
    for one in facts.expressions:
        function = one.function if isinstance(one, Call) else one
        if isinstance(function, Name) and function.id == HELPER:
            yield HELPER
    for element in facts.elements:
        source = attribute(element, "src") if element.tag == "script" else None
        if source is None:
            continue
        parts = source.value.parts if isinstance(source.value, Join) else (source.value,)
        written = "".join(str(part.value) for part in parts if isinstance(part, Const))
        if is_htmx(written):
            yield written


def _number(model: Queries, app: AppKey, loaded: str) -> int | None:
    """The version behind one script; None where it cannot be told."""
    if loaded == HELPER:
        return _configured(model, app)
    version = version_of(loaded)
    if version is not None:
        return version
    name = loaded.rpartition("/")[2].partition("?")[0]
    copies = (path for path in files(model) if name and path.rpartition("/")[2] == name)
    told = {_told(text(model, path) or "") for path in copies}
    return told.pop() if len(told) == 1 else None


def _told(script: str) -> int | None:
    return next((version for version, mark in _WRITTEN.items() if mark in script), None)


def _configured(model: Queries, app: AppKey) -> int | None:
    """The version that the configuration of an application names; without one it is 2."""
    span = application(model, app).span
    configs = (one.argument(0, "config") for one in log(model).of_kind("App") if one.span == span)
    found: set[int | None] = set()
    for config in configs:
        given = config.argument(None, HELPER) if isinstance(config, Record) else config
        known = given is None or (isinstance(given, Scalar) and given.value in (None, HTMX_2, HTMX_4))
        is_open = isinstance(config, Record) and config.open and given is None
        number = given.value if isinstance(given, Scalar) and given.value is not None else HTMX_2
        found.add(int(number) if known and not is_open else None)
    return found.pop() if len(found) == 1 else None
