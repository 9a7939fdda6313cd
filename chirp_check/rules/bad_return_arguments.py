"""Return types that are called with what they do not take."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.grammar.names import is_clear, nearest
from chirp_check.model.entities import ArgumentFault
from chirp_check.model.model import Model
from chirp_check.rule import rule

_CONTEXT_HELP = "the template and its block are given first, without a name; what the template reads follows by name"


@rule("bad-return-arguments", since="0.1.0")
def bad_return_arguments(fault: ArgumentFault, _model: Model) -> Iterator[Finding]:
    """A return type is given an argument it does not take, or not one it needs; or a tuple is no answer."""
    message, help_ = _SAYINGS[fault.fault](fault)
    yield Finding(message, at=fault.at, related=_related(fault), help=help_, fix=_renamed(fault))


def _related(fault: ArgumentFault) -> tuple[Label, ...]:
    """The call, where the value was written elsewhere."""
    call, at = fault.site.span, fault.at
    inside = at.path == call.path and call.start <= at.start < call.end
    return () if inside else (Label(f"`{fault.site.kind}` is called here", call),)


def _renamed(fault: ArgumentFault) -> Fix | None:
    near = nearest(fault.name, fault.known) if fault.fault == "unknown" else None
    if near is None or fault.at == fault.site.span or fault.at.end - fault.at.start != len(fault.name):
        return None
    safe = is_clear(fault.name, near, fault.known)
    return Fix(f"rename the argument to `{near}`", (Edit(fault.at, near),), safe)


def _unknown(fault: ArgumentFault) -> tuple[str, str | None]:
    near = nearest(fault.name, fault.known)
    takes = f"it takes {_listed(fault.known, 'and')}" if fault.known else "it takes no names"
    return f"`{fault.site.kind}` takes no `{fault.name}`", f"did you mean `{near}`?" if near else takes


def _missing(fault: ArgumentFault) -> tuple[str, str | None]:
    return f"`{fault.site.kind}` is called without `{fault.name}`", None


def _twice(fault: ArgumentFault) -> tuple[str, str | None]:
    return f"`{fault.site.kind}` is given `{fault.name}` twice", "it is given by position already"


def _by_name(fault: ArgumentFault) -> tuple[str, str | None]:
    return f"`{fault.site.kind}` takes `{fault.name}` by position only", _CONTEXT_HELP


def _many(fault: ArgumentFault) -> tuple[str, str | None]:
    most = int(fault.name)
    count = "1 argument" if most == 1 else f"{most} arguments"
    help_ = _CONTEXT_HELP if fault.site.kind[:1].isupper() and most <= 2 else None
    return f"`{fault.site.kind}` takes {count} by position", help_


def _type(fault: ArgumentFault) -> tuple[str, str | None]:
    given = "`None`" if fault.given == "None" else f"{_article(fault.given)} `{fault.given}`"
    if fault.name == "headers" and fault.given == "dict":
        return f"`headers` of `{fault.site.kind}` cannot be {given}", "give pairs: `((name, value), …)`"
    if len(fault.known) > 5:
        return f"`{fault.name}` of `{fault.site.kind}` cannot be {given}", "give text, a template or a response"
    return f"`{fault.name}` of `{fault.site.kind}` cannot be {given}", f"it is {_listed(fault.known, 'or')}"


def _value(fault: ArgumentFault) -> tuple[str, str | None]:
    some = " to ".join(fault.known) if len(fault.known) == 2 else _listed(fault.known, "or")
    return f"`{fault.name}` of `{fault.site.kind}` cannot be {fault.given}", f"it is {some}"


def _tuple(fault: ArgumentFault) -> tuple[str, str | None]:
    return f"this tuple is no answer: {fault.given}", "a tuple is `(value, status)` or `(value, status, headers)`"


def _listed(names: tuple[str, ...], word: str) -> str:
    *first, last = (name if name.isdigit() else f"`{name}`" for name in names)
    return f"{', '.join(first)} {word} {last}" if first else last


_SAYINGS = {
    "unknown": _unknown,
    "missing": _missing,
    "twice": _twice,
    "by name": _by_name,
    "many": _many,
    "type": _type,
    "value": _value,
    "tuple": _tuple,
}


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiAEIO" else "a"
