"""How the return types are called, and what is wrong with a call of one: arguments by position, by name and by type."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from chirp_check.model.domain import Callable, ClassValue, Dict, Instance, Record, Scalar, Sequence, Value
from chirp_check.model.entities import ArgumentFault, Pattern, Site, Text, Unknown
from chirp_check.model.framework import RETURN_TYPES, type_of

ANY: frozenset[str] = frozenset()
TEXT = frozenset({"str"})
OPTIONAL_TEXT = frozenset({"str", "None"})
NUMBER = frozenset({"int"})
FLAG = frozenset({"bool"})
MAPPING = frozenset({"dict", "None"})
SEVERAL = frozenset({"tuple", "list"})
BODY = frozenset({"str", "bytes"})
FRAGMENT = frozenset({"Fragment"})
ANSWER = frozenset(
    {"str", "bytes", "dict", "list", "tuple"} | {type_of(kind) for kind, one in RETURN_TYPES.items() if one.answers}
)

REDIRECTS = (301, 302, 303, 307, 308)
STATUSES = range(200, 600)


class Argument(msgspec.Struct, frozen=True):
    """One argument: what it may be (empty: anything), and whether it has to be given."""

    name: str
    types: frozenset[str] = ANY
    required: bool = False


class Call(msgspec.Struct, frozen=True):
    """How a class is called: `positional` in order (by name too if `named`), then any number of `more`, then keywords.

    `context`: it takes every other keyword as well.
    """

    positional: tuple[Argument, ...] = ()
    keywords: tuple[Argument, ...] = ()
    more: frozenset[str] | None = None
    named: bool = True
    context: bool = False

    def argument(self, name: str) -> Argument | None:
        """The argument that can be given by this name."""
        known = (*self.positional, *self.keywords) if self.named else self.keywords
        return next((one for one in known if one.name == name), None)


def _rendered(*names: str, keywords: tuple[Argument, ...] = ()) -> Call:
    """Names of a template and its blocks by position, and the context."""
    positional = tuple(Argument(name, TEXT, required=True) for name in names)
    return Call(positional, keywords, named=False, context=True)


_CONTEXT = Argument("context", MAPPING)
_PAGE = (Argument("page_block_name", OPTIONAL_TEXT), _CONTEXT)
_FORM_ACTION = Call(
    (Argument("redirect", TEXT, required=True),),
    (Argument("fragments", SEVERAL), Argument("status", NUMBER), Argument("trigger")),
    more=FRAGMENT,
)
_STATUS_AND_HEADERS = (Argument("status", NUMBER), Argument("headers", SEVERAL))

CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "Template": _rendered("name"),
        "Fragment": _rendered(
            "template_name",
            "block_name",
            keywords=(Argument("target", OPTIONAL_TEXT), Argument("swap", OPTIONAL_TEXT), _CONTEXT),
        ),
        "Page": _rendered("template_name", "block_name", keywords=_PAGE),
        "Page.mounted": _rendered("template_name", keywords=_PAGE),
        "LayoutPage": _rendered("template_name", "block_name", keywords=_PAGE),
        "ValidationError": _rendered(
            "template_name",
            "block_name",
            keywords=(
                Argument("retarget", OPTIONAL_TEXT),
                Argument("full_page", FLAG),
                Argument("layout_chain"),
                _CONTEXT,
            ),
        ),
        "InlineTemplate": _rendered("source"),
        "Stream": _rendered("template_name", keywords=(Argument("layout_chain"),)),
        "TemplateStream": _rendered("template_name", keywords=(Argument("layout_chain"),)),
        "Suspense": _rendered(
            "template_name",
            keywords=(
                Argument("shell", OPTIONAL_TEXT),
                Argument("blocks", MAPPING),
                Argument("layout_chain"),
                _CONTEXT,
            ),
        ),
        "StreamingResponse": Call(
            (
                Argument("chunks", required=True),
                Argument("status", NUMBER),
                Argument("content_type", TEXT),
                Argument("headers", SEVERAL),
                Argument("cookies", SEVERAL),
            ),
            (Argument("length"), Argument("render_intent"), Argument("request_context"), Argument("csp_nonce")),
        ),
        "EventStream": Call(
            (
                Argument("generator", required=True),
                Argument("event_type", OPTIONAL_TEXT),
                Argument("heartbeat_interval"),
            )
        ),
        "SSEEvent": Call(
            (
                Argument("data", TEXT, required=True),
                Argument("event", OPTIONAL_TEXT),
                Argument("id", OPTIONAL_TEXT),
                Argument("retry"),
            )
        ),
        "OOB": Call((Argument("main", ANSWER, required=True),), more=FRAGMENT, named=False),
        "FormAction": _FORM_ACTION,
        "MutationResult": _FORM_ACTION,
        "Action": Call((Argument("status", NUMBER), Argument("trigger"), Argument("refresh"))),
        "Redirect": Call((Argument("url", TEXT, required=True), *_STATUS_AND_HEADERS)),
        "hx_redirect": Call(
            (Argument("url", TEXT, required=True),),
            (Argument("status", NUMBER), Argument("body", BODY), Argument("headers", MAPPING)),
        ),
        "Response": Call(
            (
                Argument("body", BODY),
                Argument("status", NUMBER),
                Argument("content_type", TEXT),
                Argument("headers", SEVERAL),
                Argument("cookies", SEVERAL),
            ),
            (Argument("render_intent"),),
        ),
        "PageComposition": Call(
            (
                Argument("template", TEXT, required=True),
                Argument("fragment_block", OPTIONAL_TEXT),
                Argument("page_block", OPTIONAL_TEXT),
                Argument("context", frozenset({"dict"})),
                Argument("regions", SEVERAL),
                Argument("layout_chain"),
                Argument("context_providers"),
            )
        ),
    }
)
_VALUES: Mapping[tuple[str, str], tuple[int, ...] | range] = MappingProxyType(
    {
        ("Redirect", "status"): REDIRECTS,
        ("hx_redirect", "status"): REDIRECTS,
        ("FormAction", "status"): REDIRECTS,
        ("MutationResult", "status"): REDIRECTS,
        ("Response", "status"): STATUSES,
        ("Action", "status"): STATUSES,
    }
)


def renders_whole(record: Record) -> bool:
    """Whether a call may render its template as a whole, besides the blocks it names."""
    if record.kind == "ValidationError":
        wanted = record.argument(None, "full_page")
        return isinstance(wanted, Scalar) and wanted.value is True
    by_blocks = record.kind == "Suspense" and record.argument(None, "shell") is not None
    return record.kind in RETURN_TYPES and RETURN_TYPES[record.kind].full and not by_blocks


def type_word(value: Value) -> str | None:
    """The type of a value as people call it; None where the text does not tell."""
    match value:
        case Text() | Pattern():
            return "str"
        case Scalar(None):
            return "None"
        case Scalar(known):
            return type(known).__name__
        case Dict():
            return "dict"
        case Sequence(is_tuple=is_tuple):
            return "tuple" if is_tuple else "list"
        case Record(kind=kind):
            return None if kind.startswith("@") else type_of(kind)
        case Callable():
            return "function"
        case ClassValue():
            return "class"
        case _:
            return None


def faults(record: Record) -> Iterator[ArgumentFault]:
    """What is wrong with a call of a return type, as far as the text tells what is passed."""
    call = CALLS.get(record.kind)
    if call is None:
        return
    site = Site(record.kind, record.span)
    yield from _missing(record, call, site)
    yield from _surplus(record, call, site)
    for argument, value in _paired(record, call):
        yield from _judged(site, argument, value)


def _missing(record: Record, call: Call, site: Site) -> Iterator[ArgumentFault]:
    given = dict(record.kwargs)
    for at, argument in enumerate(call.positional):
        value = given.get(argument.name)
        if at < len(record.args):
            if value is not None and call.named:
                yield ArgumentFault(site, "twice", argument.name, value.span)
        elif argument.required and not record.open:
            if value is None:
                yield ArgumentFault(site, "missing", argument.name, record.span)
            elif not call.named:
                yield ArgumentFault(site, "by name", argument.name, value.span)


def _surplus(record: Record, call: Call, site: Site) -> Iterator[ArgumentFault]:
    most = len(call.positional)
    if call.more is None and len(record.args) > most:
        yield ArgumentFault(site, "many", str(most), record.args[most].span)
    known = tuple(one.name for one in (*call.positional, *call.keywords))
    for name, value in record.kwargs:
        if not call.context and call.argument(name) is None:
            yield ArgumentFault(site, "unknown", name, value.span, known)


def _paired(record: Record, call: Call) -> Iterator[tuple[Argument, Value]]:
    """The arguments that have a place in the call, each with its value."""
    yield from zip(call.positional, record.args, strict=False)
    if call.more is not None:
        more = Argument("fragments", call.more)
        yield from ((more, value) for value in record.args[len(call.positional) :])
    for name, value in record.kwargs:
        argument = call.argument(name)
        if argument is not None:
            yield argument, value


def unjudged(record: Record) -> Iterator[tuple[Argument, Unknown | Instance]]:
    """The arguments that have to be of some types, with values of which running the code does not tell the type."""
    call = CALLS.get(record.kind)
    for argument, value in _paired(record, call) if call is not None else ():
        if argument.types and isinstance(value, (Unknown, Instance)):
            yield argument, value


def _judged(site: Site, argument: Argument, value: Value) -> Iterator[ArgumentFault]:
    word = type_word(value)
    if word is None or not argument.types:
        return
    if word not in argument.types:
        yield ArgumentFault(site, "type", argument.name, value.span, tuple(sorted(argument.types)), word)
        return
    allowed = _VALUES.get((site.kind, argument.name))
    if allowed is not None and isinstance(value, Scalar) and value.value not in allowed:
        shown = ("200", "599") if isinstance(allowed, range) else tuple(map(str, allowed))
        yield ArgumentFault(site, "value", argument.name, value.span, shown, str(value.value))
