"""Templates that nothing refers to."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.entities import TemplateAt
from chirp_check.model.model import Model
from chirp_check.model.unreferenced import is_dead
from chirp_check.rule import rule
from chirp_check.source import Span


@rule("dead-template", since="0.1.0", level=Level.OFF)
def dead_template(template: TemplateAt, model: Model) -> Iterator[Finding]:
    """No handler and no other template names a template."""
    if is_dead(model, template):
        yield Finding(f"nothing refers to `{template.name}`", at=Span(template.path, 0, 0), help="remove the file")
