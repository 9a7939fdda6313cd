"""The markup of one application: values of attributes as text, the ids that elements can have, what scripts mention."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

from chirp_check.facts.templates import Attribute, ComponentCall, ComponentDef, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Choice, Const, Join, Name, Opaque
from chirp_check.grammar.selectors import Pieces, id_of, numbered, overlap, stripped
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import joined
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.inputs import files, template_facts, text
from chirp_check.model.memory import Queries, query
from chirp_check.model.numbers import is_numbered, whole_numbers
from chirp_check.model.templates import names, paths
from chirp_check.source import Span

ALTERNATIVES = 16
PREFIX = "data-"
COMPUTED = ""


type Known = Callable[[Name], tuple[Text | Pattern, ...]]


def texts(term: AnyTerm | None, path: str, known: Known | None = None) -> tuple[Text | Pattern, ...]:
    """What an attribute's value can be: a text for each arm of its conditionals; empty for an attribute without one.

    `known` tells what a name can be; without it every name is a hole.
    """
    if term is None:
        return ()
    span = Span(path, term.start, term.end)
    match term:
        case Name() if known is not None:
            return known(term)
        case Const(value=str() as value):
            return (Text(_unescaped(value), span),)
        case Const(value=int() as value) if not isinstance(value, bool):
            return (Text(str(value), span),)
        case Choice(then=then, other=other):
            return (*texts(then, path, known), *texts(other, path, known))
        case Join(parts=(only,)):
            return texts(only, path, known)
        case Join(parts=parts):
            options = [texts(part, path, known) for part in parts]
            if sum(len(option) > 1 for option in options) > 1 or any(len(option) > ALTERNATIVES for option in options):
                options = [option if len(option) == 1 else (Pattern((None,), span),) for option in options]
            return tuple(joined([piece for text in way for piece in pieces(text)], span) for way in product(*options))
        case _:
            return (Pattern((None,), span),)


def _unescaped(value: str) -> str:
    if "&" not in value:
        return value
    from html import unescape

    return unescape(value)


def pieces(text: Text | Pattern) -> Pieces:
    """A text as literal pieces and holes."""
    return (text.value,) if isinstance(text, Text) else text.pieces


def hashed(written: Pieces, span: Span) -> Text | Pattern:
    """The selector of an id that is given in pieces."""
    return joined(["#", *written], span)


def wanted_id(selector: Text | Pattern) -> Pieces | None:
    """The id that a selector names, or None when it names none."""
    return id_of(stripped(pieces(selector)))


def attribute(element: Element, *names: str) -> Attribute | None:
    """The first attribute of one of these names, with or without the `data-` prefix."""
    for one in element.attributes:
        if one.name in names or (one.name.startswith("data-hx-") and one.name[len(PREFIX) :] in names):
            return one
    return None


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of some files: `exact` ones, patterns, and whether an element may have an id that nobody can see.

    The holes of `numbered` patterns are whole numbers.
    """

    exact: frozenset[str]
    patterns: frozenset[Pieces]
    numbered: frozenset[Pieces]
    open: bool

    def __or__(self, other: Ids) -> Ids:
        return Ids(
            self.exact | other.exact,
            self.patterns | other.patterns,
            self.numbered | other.numbered,
            self.open or other.open,
        )

    def may_have(self, wanted: Pieces, *, is_numbered: bool = False) -> bool:
        """Whether an element may have the id, given in pieces; `is_numbered` when its holes are whole numbers."""
        if self.open:
            return True
        text = wanted[0] if len(wanted) == 1 else None
        if text is not None:
            return (
                text in self.exact
                or any(overlap(wanted, pattern) for pattern in self.patterns)
                or any(numbered(text, pattern) for pattern in self.numbered)
            )
        exact = (numbered(one, wanted) if is_numbered else overlap(wanted, (one,)) for one in self.exact)
        return any(exact) or any(overlap(wanted, pattern) for pattern in self.patterns | self.numbered)


NO_IDS = Ids(frozenset(), frozenset(), frozenset(), open=False)


@query
def ids(model: Queries, app: AppKey, path: str) -> Ids:
    """The ids of a file's elements, those that an out-of-band swap brings for another element left out."""
    return _read(model, app, path, aside=False)


@query
def oob_ids(model: Queries, app: AppKey, path: str) -> Ids:
    """The ids of the elements that `ids` leaves out."""
    return _read(model, app, path, aside=True)


def _read(model: Queries, app: AppKey, path: str, *, aside: bool) -> Ids:
    facts = template_facts(model, path)
    exact: set[str] = set()
    patterns: set[Pieces] = set()
    counted: set[Pieces] = set()
    is_open = False
    for element in facts.elements if facts is not None else ():
        found = attribute(element, "id")
        is_open = is_open or (element.dynamic and found is None)
        if facts is None or found is None or is_oob(element) is not aside:
            continue
        for value in texts(found.value, path, partial(_parameter, model, app, facts, frozenset())):
            if isinstance(value, Text):
                exact.add(value.value)
            else:
                (counted if counts(model, app, found.value, facts) else patterns).add(value.pieces)
    return Ids(frozenset(exact), frozenset(patterns), frozenset(counted), is_open)


def counts(model: Queries, app: AppKey, term: AnyTerm | None, facts: TemplateFacts) -> bool:
    """Whether all expressions in the value of an attribute are whole numbers."""
    return isinstance(term, Join) and is_numbered(term, facts, whole_numbers(model, app, facts.path))


def _parameter(
    model: Queries, app: AppKey, facts: TemplateFacts, seen: frozenset[tuple[str, int, str]], name: Name
) -> tuple[Text | Pattern, ...]:
    """What a name can be: what the calls of the component around it pass for it, or its default; else a hole."""
    hole = (Pattern((None,), Span(facts.path, name.start, name.end)),)
    owner = _component_at(facts, name.start)
    if owner is None or not _is_parameter(name.id, owner, facts):
        return hole
    key = (facts.path, owner.start, name.id)
    calls = calls_of(model, app, owner.name.name)
    if not calls or calls_of(model, app, COMPUTED):
        return hole
    if key in seen:
        return ()
    found: dict[Text | Pattern, None] = {}
    for path, call in calls:
        caller = template_facts(model, path)
        given = _argument(call, owner, name.id)
        if given is None or caller is None:
            values = texts(_default(owner, name.id), facts.path)
        else:
            values = texts(given, path, partial(_parameter, model, app, caller, seen | {key}))
        found.update(dict.fromkeys(unplaced(value) for value in values))
    return tuple(found) if len(found) <= ALTERNATIVES else hole


type Calls = tuple[tuple[str, ComponentCall], ...]


@query
def _calls_in(model: Queries, path: str) -> Mapping[str, Calls]:
    """The calls of components that a template makes, by the name each component has where it is defined."""
    facts = template_facts(model, path)
    if facts is None or not facts.calls:
        return {}
    local = {one.name.name: one.value.id for one in facts.bindings if isinstance(one.value, Name)}
    local |= {here.name: there.name for one in facts.references for there, here in one.names}
    found: dict[str, Calls] = {}
    for call in facts.calls:
        match call.function:
            case Name(id=name):
                called = local.get(name, name)
            case Attr(name=name):
                called = name
            case _:
                called = COMPUTED
        found[called] = (*found.get(called, ()), (path, call))
    return found


@query
def _calls(model: Queries, app: AppKey) -> Mapping[str, Calls]:
    found: dict[str, list[tuple[str, ComponentCall]]] = {}
    for _, path in sorted(names(model, app).items()):
        for name, calls in _calls_in(model, path).items():
            found.setdefault(name, []).extend(calls)
    return {name: tuple(calls) for name, calls in found.items()}


@query
def calls_of(model: Queries, app: AppKey, name: str) -> Calls:
    """The calls of a component by the name it has where it is defined; of `COMPUTED`, those of what is no name."""
    return _calls(model, app).get(name, ())


@query
def _tags_in(model: Queries, path: str) -> frozenset[str]:
    facts = template_facts(model, path)
    return frozenset(element.tag for element in (facts.elements if facts is not None else ()))


def only_an_id(model: Queries, app: AppKey, tag: Pieces) -> bool:
    """Whether what stands where a tag name is meant is the id of some element, and no element has such a tag."""
    first = tag[0] or ""
    known = paths(model, app)
    if any(overlap(tag, (one,)) for path in known for one in _tags_in(model, path)) or scripted(model, app, first):
        return False
    found = [ids(model, app, path) for path in known]
    return any(first in one.exact if tag == (first,) else tag in one.patterns | one.numbered for one in found)


def scripted(model: Queries, app: AppKey, wanted: str) -> bool:
    """Whether a script of the application mentions this id as a word, and so may create the element."""
    return any(_mentions(script, wanted) for script in _scripts(model, app))


@query
def _scripts_in(model: Queries, path: str) -> tuple[str, ...]:
    facts = template_facts(model, path)
    written = text(model, path) if facts is not None and facts.scripts else None
    if facts is None or written is None:
        return ()
    return tuple(written[start:end] for start, end in facts.scripts)


@query
def _scripts(model: Queries, app: AppKey) -> tuple[str, ...]:
    found = [script for _, path in sorted(names(model, app).items()) for script in _scripts_in(model, path)]
    scripts = (path for path in sorted(files(model)) if path.endswith((".js", ".mjs", ".ts")))
    found += [text(model, path) or "" for path in scripts if "htmx" not in path and ".min." not in path]
    return tuple(dict.fromkeys(found))


def is_oob(element: Element) -> bool:
    """Whether an element always comes for an out-of-band swap, so that it is no place on the page itself."""
    found = attribute(element, "hx-swap-oob")
    return found is not None and not found.branches and isinstance(found.value, Const)


def _component_at(facts: TemplateFacts, offset: int) -> ComponentDef | None:
    inside = [one for one in facts.components if one.body_start <= offset < one.body_end]
    return inside[-1] if inside else None


def _is_parameter(name: str, component: ComponentDef, facts: TemplateFacts) -> bool:
    """Whether a name is a plain parameter of a component whose body does not bind it again."""
    bound = (one for one in facts.bindings if component.body_start <= one.start < component.body_end)
    plain = any(one.name == name and one.kind == "normal" for one in component.parameters)
    return plain and all(one.name.name != name for one in bound)


def _argument(call: ComponentCall, component: ComponentDef, wanted: str) -> AnyTerm | None:
    """The argument for a parameter, None where there is none; what comes through a star is a hole."""
    starred = next((one for one in call.arguments if one.stars), None)
    if starred is not None:
        return Opaque(starred.value.start, starred.value.end, "passed through a star")
    named = next((one.value for one in call.arguments if one.name == wanted), None)
    positional = [one.value for one in call.arguments if one.name is None]
    at = next(at for at, one in enumerate(component.parameters) if one.name == wanted)
    return positional[at] if named is None and at < len(positional) else named


def _default(component: ComponentDef, parameter: str) -> AnyTerm | None:
    return next((one.default for one in component.parameters if one.name == parameter), None)


def unplaced(value: Text | Pattern) -> Text | Pattern:
    """The value without its place, so that the same text at many places is one, wherever these move."""
    nowhere = Span("", 0, 0)
    return Text(value.value, nowhere) if isinstance(value, Text) else Pattern(value.pieces, nowhere)


def _mentions(script: str, word: str) -> bool:
    at = script.find(word)
    while at >= 0:
        before, after = script[at - 1 : at], script[at + len(word) : at + len(word) + 1]
        if not (before.isalnum() or before in {"_", "-"} or after.isalnum() or after in {"_", "-"}):
            return True
        at = script.find(word, at + 1)
    return False
