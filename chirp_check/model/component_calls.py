"""Who calls the components of an application, and which templates include which."""

from collections.abc import Mapping

from chirp_check.facts.templates import ComponentCall, Parameter
from chirp_check.facts.values import AnyTerm, Opaque
from chirp_check.model.applications import AppKey
from chirp_check.model.memory import Queries, table
from chirp_check.model.outlines import template_outline
from chirp_check.model.templates import names, references, target

type Calls = tuple[tuple[str, ComponentCall], ...]


@table
def _calls(model: Queries, app: AppKey) -> Mapping[str, Calls]:
    found: dict[str, list[tuple[str, ComponentCall]]] = {}
    for _, path in sorted(names(model, app).items()):
        for name, call in template_outline(model, path).calls:
            found.setdefault(name, []).append((path, call))
    return {name: tuple(calls) for name, calls in found.items()}


def calls_of(model: Queries, app: AppKey, name: str) -> Calls:
    """The calls of a component by the name it has where it is defined; of `COMPUTED`, those of what is no name."""
    return _calls.entry(model, name, app) or ()


def calls_in(model: Queries, path: str, name: str) -> tuple[ComponentCall, ...]:
    """The calls of a component by that name in one template."""
    return tuple(call for called, call in template_outline(model, path).calls if called == name)


def argument(call: ComponentCall, parameters: tuple[Parameter, ...], wanted: str) -> AnyTerm | None:
    """The argument for a parameter, None where there is none; what comes through a star is a hole."""
    starred = next((one for one in call.arguments if one.stars), None)
    if starred is not None:
        return Opaque(starred.value.start, starred.value.end, "passed through a star")
    named = next((one.value for one in call.arguments if one.name == wanted), None)
    positional = [one.value for one in call.arguments if one.name is None]
    at = next(at for at, one in enumerate(parameters) if one.name == wanted)
    return positional[at] if named is None and at < len(positional) else named


@table
def _included(model: Queries, app: AppKey) -> Mapping[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for _, path in sorted(names(model, app).items()):
        for one in references(model, path):
            at = target(model, app, one, path) if one.kind in ("include", "embed") and one.with_context else None
            if at is not None:
                found.setdefault(at, []).append((path, one.tag_start))
    return {path: tuple(places) for path, places in found.items()}


def including(model: Queries, app: AppKey, path: str) -> tuple[tuple[str, int], ...]:
    """The templates that include another with their own names in sight, and where."""
    return _included.entry(model, path, app) or ()
