"""Calls of components with arguments that they do not take."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Fix, Label, rename
from chirp_check.facts.values import Arg
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.component_uses import is_called, keyword_span, name_span
from chirp_check.model.components import literal_type
from chirp_check.model.entities import Component, ComponentUse, Taken
from chirp_check.model.model import Model
from chirp_check.rule import rule
from chirp_check.source import Span

type _Fault = tuple[str, Span, str | None, Fix | None]

_TAKES = {"int": {"int", "bool"}, "float": {"float", "int", "bool"}}
_KNOWN = frozenset({"str", "int", "float", "bool", "list", "dict", "tuple", "None"})


@rule("bad-call", since="0.1.0")
def bad_call(use: ComponentUse, model: Model) -> Iterator[Finding]:
    """A component is called with arguments that it does not take, or where it cannot be called."""
    faults = tuple(_misplaced(use, model)) or tuple(_arguments(use, model))
    defined = name_span(model, use.component) if faults else None
    related = (Label(f"`{use.component.name}` is defined here", defined),) if defined is not None else ()
    for message, at, help_, fix in faults:
        yield Finding(message, at=at, related=related, help=help_, fix=fix)


def _misplaced(use: ComponentUse, model: Model) -> Iterator[_Fault]:
    """Regions are called in their own file and without content; `call` needs a call."""
    component = use.component
    name, at = component.name, _function(use)
    if component.kind == "region" and component.path != use.path:
        yield f"`{name}` is a region, which only its own file can call", at, "make it a `{% def %}`", None
    elif component.kind == "region" and use.call.is_tag:
        yield f"`{name}` is a region, which takes no content", at, "make it a `{% def %}`", None
    elif not is_called(model, use):
        yield f"`{name}` is not called", at, f"write `{{% call {name}() %}}`", None


def _function(use: ComponentUse) -> Span:
    return Span(use.path, use.call.function.start, use.call.function.end)


def _arguments(use: ComponentUse, model: Model) -> Iterator[_Fault]:
    component = use.component
    plain = [one for one in component.parameters if one.kind == "normal"]
    positional = [one for one in use.call.arguments if one.name is None]
    named = {one.name: one for one in use.call.arguments if one.name is not None and not one.name.startswith("_")}
    if any(one.stars for one in use.call.arguments):
        return
    if len(positional) > len(plain) and not _has(component, "star"):
        yield _too_many(use, positional, len(plain))
    given = {one.name for one in plain[: len(positional)]}
    missing = [one.name for one in plain if one.required and one.name not in given and one.name not in named]
    for name, argument in named.items():
        if name in given:
            yield f"`{component.name}` gets `{name}` twice", keyword_span(model, use, argument), None, None
        elif all(one.name != name for one in plain) and not _has(component, "double-star"):
            free = [one.name for one in plain if one.name not in given and one.name not in named]
            at = keyword_span(model, use, argument)
            near = nearest(name, free)
            fix = rename(at, name, near, safe=is_clear(name, near, free)) if near is not None else None
            missing = [one for one in missing if one != near]
            yield f"`{component.name}` has no parameter `{name}`", at, _meant(near, free), fix
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        yield f"`{component.name}` needs {listed}", _function(use), None, None
    matched = [*zip(plain, positional, strict=False), *((one, named[one.name]) for one in plain if one.name in named)]
    for parameter, argument in matched:
        yield from _type(use, parameter, argument)


def _meant(near: str | None, free: list[str]) -> str | None:
    if near is not None:
        return f"did you mean `{near}`?"
    return f"what it takes besides is {', '.join(f'`{one}`' for one in free[:5])}" if free else None


def _has(component: Component, kind: str) -> bool:
    return any(one.kind == kind for one in component.parameters)


def _too_many(use: ComponentUse, given: list[Arg], most: int) -> _Fault:
    name, argument = use.component.name, given[most]
    takes = "no arguments" if most == 0 else "one argument" if most == 1 else f"{most} arguments"
    return (
        f"`{name}` takes {takes}, and is given {len(given)}",
        Span(use.path, argument.value.start, argument.value.end),
        None,
        None,
    )


def _type(use: ComponentUse, parameter: Taken, argument: Arg) -> Iterator[_Fault]:
    """A literal of a type that the parameter's annotation and default rule out."""
    found = literal_type(argument.value)
    accepted = _accepted(parameter)
    if found is None or accepted is None or found in accepted:
        return
    at = Span(use.path, argument.value.start, argument.value.end)
    name = parameter.name
    yield f"`{use.component.name}` takes `{name}` as `{parameter.annotation}`, not as `{found}`", at, None, None


def _accepted(parameter: Taken) -> set[str] | None:
    """The types of literals that a parameter takes; None where its annotation or default leave that open."""
    words = [word.strip() for word in (parameter.annotation or "").replace("none", "None").split("|")]
    names = {word.partition("[")[0].strip() for word in words}
    default: set[str] = {parameter.default} if parameter.default is not None else set()
    if not names | default <= _KNOWN or not names:
        return None
    return {one for name in names | default for one in _TAKES.get(name, {name})}
