"""Return types that render templates, and the engine that renders them."""

from chirp.templating.returns import (
    OOB,
    Action,
    FormAction,
    Fragment,
    LayoutPage,
    Page,
    PageComposition,
    Template,
    ValidationError,
)

__all__ = [
    "OOB",
    "Action",
    "FormAction",
    "Fragment",
    "LayoutPage",
    "Page",
    "PageComposition",
    "Template",
    "ValidationError",
]
