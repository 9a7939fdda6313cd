"""Templates that nothing refers to."""

from chirp_check.facts.values import Const
from chirp_check.model import python_uses
from chirp_check.model.applications import AppKey, application, roots
from chirp_check.model.entities import TemplateAt, TemplateUse, Unknown
from chirp_check.model.listing import read_modules
from chirp_check.model.memory import Queries, query
from chirp_check.model.mentions import mentioned
from chirp_check.model.mounts import mounted
from chirp_check.model.program import records
from chirp_check.model.templates import owners, parses, paths, references, target, template_path


def is_dead(model: Queries, template: TemplateAt) -> bool:
    """Whether no application that a template belongs to names it, in a handler or another template."""
    path = template.path
    apps = [app for app in owners(model, path) if path in paths(model, app)]
    known = {app: named(model, app) for app in apps}
    return bool(apps) and all(
        found is not None and path not in found and not mentioned(model, paths(model, app)[path])
        for app, found in known.items()
    )


@query
def named(model: Queries, app: AppKey) -> frozenset[str] | None:
    """The templates that something names, by path; None where some names cannot be told."""
    span = application(model, app).span
    if span is None or mounted(model, span) or not roots(model, app).complete:
        return None
    found: set[str | None] = set()
    for path in paths(model, app):
        if not parses(model, path) or not all(isinstance(one.target, Const) for one in references(model, path)):
            return None
        found |= {target(model, app, one, path) for one in references(model, path)} - {path}
    made = (record for path in read_modules(model) for record in records(model, path))
    uses = dict.fromkeys(use for record in made for use in python_uses.uses(model, app, record))
    sites = {use.site.span for use in uses if isinstance(use, TemplateUse) and use.site is not None}
    if any(isinstance(use, Unknown) and use.kind == "template" and use.span not in sites for use in uses):
        return None
    found |= {template_path(model, app, use.name.value) for use in uses if isinstance(use, TemplateUse)}
    return frozenset(path for path in found if path is not None)
