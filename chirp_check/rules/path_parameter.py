"""Parameters of handlers that do not go with the path."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.entities import ParameterFault, RouteNameUse
from chirp_check.model.model import Model
from chirp_check.rule import rule

_DELIVERED = {"int": "an `int`", "float": "a `float`", "str": "a `str`", "path": "a `str`"}


@rule("path-parameter", since="0.1.0")
def path_parameter(fault: ParameterFault, model: Model) -> Iterator[Finding]:
    """A handler's parameters disagree with those of its route's path, in name or in type."""
    path = fault.route.path.value if fault.route.path is not None else ""
    message, help_ = _saying(fault, path)
    yield Finding(message, at=fault.at, related=_related(fault, path), help=help_, fix=_renamed(fault, model))


def _saying(fault: ParameterFault, path: str) -> tuple[str, str | None]:
    handler, name = fault.handler.name, fault.name
    near = f"did you mean `{fault.near}`?" if fault.near is not None else None
    if fault.renamed is not None:
        near = f"take `{fault.near}`, or call it `{name}` in the path"
    match fault.fault:
        case "unfilled":
            if fault.is_page:
                help_ = near or "provide it in a `_context.py`, or give it a default"
                return f"`{handler}` takes `{name}`, which neither `{path}` nor a `_context.py` gives", help_
            help_ = near or f"name it in the path as `{{{name}}}`, or give it a default"
            return f"`{handler}` takes `{name}`, which `{path}` does not give", help_
        case "unread":
            return f"`{name}` of `{handler}` always has its default: `{path}` does not give it", near
        case "untaken":
            return f"`{handler}` reads `{name}` of `{path}` and does not take it", f"add `{name}` to its parameters"
        case "undefined":
            return (
                f"`{handler}` takes `{name}: {fault.annotation}`, and nothing there is called `{fault.annotation}`",
                near,
            )
        case "request":
            return f"`{handler}` reads `request` and does not take it", "add `request` to its parameters"
        case "position":
            return (
                f"`{name}` of `{handler}` is taken by position only, and handlers are called by name",
                "remove the `/`",
            )
        case _:
            given = _DELIVERED[fault.converter]
            return f"`{path}` gives {given} for `{name}`, which cannot be `{fault.annotation}`", None


def _related(fault: ParameterFault, path: str) -> tuple[Label, ...]:
    if fault.fault == "request":
        return (Label("this is the handler", fault.handler.span),)
    if fault.renamed is not None:
        return (Label("the path gives this", fault.renamed),)
    return (Label(f"the route `{path}`", fault.route.path.span),) if fault.route.path is not None else ()


def _renamed(fault: ParameterFault, model: Model) -> Fix | None:
    """Call the parameter in the path what the handler calls it; that is safe unless URLs are made with its name."""
    if fault.renamed is None or fault.near is None:
        return None
    safe = not any(fault.near in use.given for use in model.subjects(RouteNameUse))
    return Fix(f"call it `{fault.name}` in the path", (Edit(fault.renamed, fault.name),), safe)
