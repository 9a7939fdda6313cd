"""Forms that are refused, because nothing shows that they come from a page of the application."""

from collections.abc import Iterator

import msgspec

from chirp_check.facts.templates import Attribute
from chirp_check.facts.values import AnyTerm, Attr, Call, Const, Mapping, Name
from chirp_check.facts.walk import every_part
from chirp_check.grammar.hx import REQUESTS
from chirp_check.model.applications import AppKey, application_files, route_at
from chirp_check.model.domain import External
from chirp_check.model.form_contents import contents
from chirp_check.model.form_faults import reached_by
from chirp_check.model.form_fields import Fields
from chirp_check.model.form_senders import Sender, senders_in
from chirp_check.model.inputs import has_any, module_facts, template_facts
from chirp_check.model.listing import function
from chirp_check.model.markup import attribute, in_scripts
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.outlines import module_outline
from chirp_check.model.pages import answering
from chirp_check.model.program import name_of
from chirp_check.model.templates import everywhere, owners, paths
from chirp_check.source import Span

_GUARDS = frozenset({"secure_stack", "CSRFMiddleware"})
_EXEMPT = "csrf_exempt"
_SPELLINGS = ("csrf", "CSRF", "Csrf")
_HEADERS, _BOOST, _META = "hx-headers", "hx-boost", "csrf_meta"


class MissingToken(msgspec.Struct, frozen=True, gc=False):
    """A form, or another element that sends something, without a token; `guard` is what refuses it.

    `insert` is where the field can go; None for what is no form.
    """

    tag: Span
    route: str
    guard: Span
    insert: Span | None


@query
def token_faults(model: Queries, path: str) -> tuple[MissingToken, ...]:
    """What a template sends without a token, in every application that has it."""
    return everywhere(model, path, lambda app: _faults(model, app, path))


def _faults(model: Queries, app: AppKey, path: str) -> Iterator[MissingToken]:
    guard = _guard(model, app)
    ways = _ways(model, app) if guard is not None else frozenset[str]()
    if guard is None or _META in ways or any(in_scripts(model, app, one) for one in _SPELLINGS):
        return
    seen: set[Span] = set()
    facts = template_facts(model, path)
    elements = facts.elements if facts is not None else ()
    asking = {one.start for one in elements if attribute(one, *REQUESTS) is not None}
    for sender in senders_in(model, app, path):
        by_htmx = not sender.plain or sender.tag.start in asking or _BOOST in ways
        if sender.tag in seen or not sender.sure or (by_htmx and _HEADERS in ways):
            continue
        route = _guarded(model, app, path, sender)
        if route is not None and _is_bare(contents(model, app, sender)):
            seen.add(sender.tag)
            yield MissingToken(sender.tag, route, guard, _inside(model, path, sender.tag))


def _is_bare(fields: Fields) -> bool:
    """Whether none of the fields can be the token."""
    named = any("csrf" in name.lower() for name in fields.names) or any(None in one for one in fields.patterns)
    return not fields.open and not fields.token and not named


def _guarded(model: Queries, app: AppKey, path: str, sender: Sender) -> str | None:
    """The path of a route that a sender surely reaches, where all that it reaches ask for a token."""
    found = {index for index, sure in reached_by(model, app, path, sender) if sure}
    routes = [route_at(model, app, index).path for index in sorted(found)]
    asking = all(_asks(model, app, index) for index in found)
    return next((one.value for one in routes if one is not None), None) if asking else None


@gate
def _asks(model: Queries, app: AppKey, index: int) -> bool:
    """Whether a route is seen to have no exemption."""
    functions = answering(model, app, index)
    if not functions:
        return False
    written = [function(model, one.function.module, one.function.qualname) for one in functions]
    return not any(one is None or any(_last(each) == _EXEMPT for each in one.decorators) for one in written)


def _inside(model: Queries, path: str, tag: Span) -> Span | None:
    facts = template_facts(model, path)
    found = (one for one in facts.elements if one.start == tag.start) if facts is not None else ()
    return next((Span(path, tag.end, tag.end) for one in found if one.tag == "form"), None)


@gate
def _ways(model: Queries, app: AppKey) -> frozenset[str]:
    """In which ways an application may send tokens otherwise than in fields."""
    return frozenset(way for path in paths(model, app) for way in _ways_in(model, path))


@gate
def _ways_in(model: Queries, path: str) -> frozenset[str]:
    facts = template_facts(model, path)
    found: set[str] = set()
    for element in facts.elements if facts is not None else ():
        for one in element.attributes:
            name = one.name.removeprefix("data-").partition(":")[0]
            if name in (_HEADERS, _BOOST) and not _is_plainly_else(one):
                found.add(name)
    for call in facts.calls if facts is not None else ():
        if _last(call.function) == _META:
            found.add(_META)
        if any("headers" in str(part) for one in call.arguments for part in (one.name, *_keys_of(one.value))):
            found.add(_HEADERS)
    return frozenset(found)


def _is_plainly_else(found: Attribute) -> bool:
    """Whether the headers that are written here have no token."""
    written = found.value.value if isinstance(found.value, Const) else None
    return found.name.endswith(_HEADERS) and isinstance(written, str) and "csrf" not in written.lower()


def _keys_of(term: AnyTerm) -> Iterator[object]:
    for one in term.entries if isinstance(term, Mapping) else ():
        yield one.key.value if isinstance(one.key, Const) else None


@gate
def _guard(model: Queries, app: AppKey) -> Span | None:
    """Where an application is given the check of where forms come from."""
    for path in sorted(application_files(model, app)):
        if not _may_guard(model, path) or owners(model, path) != (app,):
            continue
        facts = module_facts(model, path)
        for part in every_part(facts.body) if facts is not None else ():
            if isinstance(part, Call) and _is_guard(model, path, part.function):
                return Span(path, part.start, part.end)
    return None


def _may_guard(model: Queries, path: str) -> bool:
    return has_any(model, path, *(f"{one}(" for one in sorted(_GUARDS)))


def _is_guard(model: Queries, path: str, called: AnyTerm) -> bool:
    root = called.base if isinstance(called, Attr) else called
    value = name_of(model, path, root.id) if isinstance(root, Name) else None
    if isinstance(root, Name) and value is None:
        return _last(called) in _GUARDS and _imports_from(model, path, root.id)
    return _last(called) in _GUARDS and isinstance(value, External) and f"{value.name}.".startswith("chirp.")


def _imports_from(model: Queries, path: str, name: str) -> bool:
    """Whether a file imports a name from the framework, inside of a function perhaps."""
    return any(
        one == name and f"{module}.".startswith("chirp.") for module, one, _ in module_outline(model, path).imports
    )


def _last(term: AnyTerm) -> str:
    """The last name of a dotted one, that of what is called included."""
    called = term.function if isinstance(term, Call) else term
    return called.id if isinstance(called, Name) else called.name if isinstance(called, Attr) else ""
