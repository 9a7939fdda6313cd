"""Updates that htmx 4 leaves in their templates."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.migration_elements import InertUpdate
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("inert-update", since="0.1.0", migration=True)
def inert_update(found: InertUpdate, model: Model) -> Iterator[Finding]:
    """An element to be swapped out of band stands in a `<template>`, where htmx 4 does not look."""
    fix = None
    if found.partial is not None:
        start, attribute, end, name = found.partial
        opening = Edit(start, f'<hx-partial hx-target="#{name}" hx-swap="outerHTML">')
        fix = Fix("make it an `<hx-partial>`", (opening, Edit(attribute, ""), Edit(end, "</hx-partial>")))
    yield Finding(
        "htmx 4 does not look for `hx-swap-oob` in a `<template>`",
        at=found.span,
        help="write `<hx-partial hx-target=…>` instead of `<template>`",
        fix=fix,
    )
