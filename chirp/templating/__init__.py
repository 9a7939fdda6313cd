"""Return types that render templates, and the engine that renders them."""

from chirp.templating.returns import (
    OOB,
    Action,
    FormAction,
    Fragment,
    InlineTemplate,
    LayoutPage,
    Page,
    PageComposition,
    Stream,
    Suspense,
    Template,
    TemplateStream,
    ValidationError,
)

__all__ = [
    "OOB",
    "Action",
    "FormAction",
    "Fragment",
    "InlineTemplate",
    "LayoutPage",
    "Page",
    "PageComposition",
    "Stream",
    "Suspense",
    "Template",
    "TemplateStream",
    "ValidationError",
]
