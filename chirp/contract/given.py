"""What a handler gave, as the value that the analyzer compares with its model."""

from collections.abc import Mapping
from typing import Any, cast

from chirp.http.response import Redirect, Response
from chirp.templating.returns import (
    OOB,
    FormAction,
    Fragment,
    LayoutPage,
    Page,
    PageComposition,
    Stream,
    Suspense,
    Template,
    TemplateStream,
    ValidationError,
)
from chirp_check.observed import Seen, SeenValue


def seen(value: object) -> Seen:
    """The value with what of it the text can be asked about; bodies and what contexts hold are left out."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case tuple():
            parts = cast("tuple[object, ...]", value)
            return SeenValue("tuple", parts=tuple(seen(part) for part in parts))
        case _:
            return _of_class(value)


def _of_class(value: object) -> SeenValue:
    kind = _kind(value)
    match value:
        case Template():
            return _rendered(kind, value.context, name=value.name)
        case Stream() | TemplateStream():
            return _rendered(kind, value.context, template_name=value.template_name)
        case Suspense():
            return _rendered(kind, value.context, template_name=value.template_name, shell=value.shell)
        case Fragment():
            named: dict[str, Seen] = {"template_name": value.template_name, "block_name": value.block_name}
            return _rendered(kind, value.context, **named, target=value.target, swap=value.swap)
        case Page() | LayoutPage():
            named = {"template_name": value.template_name, "block_name": value.block_name}
            return _rendered(kind, value.context, **named, page_block_name=value.page_block_name)
        case ValidationError():
            named = {"template_name": value.template_name, "block_name": value.block_name}
            return _rendered(kind, value.context, **named, retarget=value.retarget, status=value.status)
        case PageComposition():
            named = {"template": value.template, "fragment_block": value.fragment_block, "page_block": value.page_block}
            return _rendered(kind, value.context, **named)
        case OOB():
            return SeenValue(kind, parts=tuple(seen(part) for part in (value.main, *value.fragments)))
        case FormAction():
            arguments: tuple[tuple[str, Seen], ...] = (("redirect", value.redirect), ("status", value.status))
            return SeenValue(kind, arguments, parts=tuple(seen(part) for part in value.fragments))
        case Redirect():
            return SeenValue(kind, (("url", value.url), ("status", value.status)))
        case _:
            return SeenValue("Response" if isinstance(value, Response) else kind)


def _rendered(kind: str, context: Mapping[str, object], **arguments: Seen) -> SeenValue:
    return SeenValue(kind, tuple(arguments.items()), frozenset(context))


def _kind(value: object) -> str:
    """The class of ours that it is of; else its own."""
    classes: tuple[type[Any], ...] = type(value).__mro__
    ours = next((one for one in classes if one.__module__.startswith("chirp.")), classes[0])
    return ours.__name__


def template_of(value: Seen) -> str | None:
    """The template of a value that renders one."""
    if isinstance(value, SeenValue) and value.kind in ("tuple", "OOB") and value.parts:
        return template_of(value.parts[0])
    names = ("name", "template_name", "template")
    found = (value.get(name) for name in names) if isinstance(value, SeenValue) else ()
    return next((one for one in found if isinstance(one, str)), None)
