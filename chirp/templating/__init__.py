"""Return types that render templates, and the engine that renders them."""

from chirp.templating.returns import OOB, Action, FormAction, Fragment, Page, Template, ValidationError

__all__ = ["OOB", "Action", "FormAction", "Fragment", "Page", "Template", "ValidationError"]
