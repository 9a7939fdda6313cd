"""The markup of one application: values of attributes as text, the ids that elements can have, what scripts mention."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product

from chirp_check.facts.templates import Attribute, ComponentCall, ComponentDef, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Choice, Const, Join, Name, Opaque
from chirp_check.grammar.selectors import Pieces, id_of, numbered, overlap, stripped
from chirp_check.model.domain import joined
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.numbers import Key, is_numbered, whole_numbers
from chirp_check.model.routes import RouteTable
from chirp_check.model.sources import Sources
from chirp_check.model.templates import Templates
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
    wanted = (*names, *(PREFIX + name for name in names if name.startswith("hx-")))
    return next((one for one in element.attributes if one.name in wanted), None)


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


class Markup:
    """The elements of the templates of one application."""

    def __init__(self, sources: Sources, templates: Templates, routes: RouteTable) -> None:
        self._sources = sources
        self._templates = templates
        self._routes = routes
        self._ids: dict[tuple[str, bool], Ids] = {}
        self._numbers: dict[str, frozenset[Key]] = {}

    def ids(self, path: str) -> Ids:
        """The ids of a file's elements, those that an out-of-band swap brings for another element left out."""
        return self._known(path, aside=False)

    def oob_ids(self, path: str) -> Ids:
        """The ids of the elements that `ids` leaves out."""
        return self._known(path, aside=True)

    def _known(self, path: str, *, aside: bool) -> Ids:
        known = self._ids.get((path, aside))
        if known is None:
            facts = self._templates.facts(path)
            known = self._ids[path, aside] = self._read(facts, aside=aside) if facts is not None else NO_IDS
        return known

    def _read(self, facts: TemplateFacts, *, aside: bool) -> Ids:
        exact: set[str] = set()
        patterns: set[Pieces] = set()
        counted: set[Pieces] = set()
        is_open = False
        for element in facts.elements:
            found = attribute(element, "id")
            is_open = is_open or (element.dynamic and found is None)
            if found is None or is_oob(element) is not aside:
                continue
            for text in self._values(found.value, facts):
                if isinstance(text, Text):
                    exact.add(text.value)
                else:
                    (counted if self.is_numbered(found.value, facts) else patterns).add(text.pieces)
        return Ids(frozenset(exact), frozenset(patterns), frozenset(counted), is_open)

    def is_numbered(self, term: AnyTerm | None, facts: TemplateFacts) -> bool:
        """Whether all expressions in the value of an attribute are whole numbers."""
        known = self._numbers.get(facts.path)
        if known is None:
            known = self._numbers[facts.path] = whole_numbers(facts, self._routes)
        return is_numbered(term, facts, known)

    def _values(self, term: AnyTerm | None, facts: TemplateFacts) -> tuple[Text | Pattern, ...]:
        """The values of an attribute; a component's parameter has those that its calls pass."""
        return texts(term, facts.path, partial(self._parameter, facts, frozenset()))

    def _parameter(
        self, facts: TemplateFacts, seen: frozenset[tuple[str, int, str]], name: Name
    ) -> tuple[Text | Pattern, ...]:
        """What a name can be: what the calls of the component around it pass for it, or its default; else a hole."""
        hole = (Pattern((None,), Span(facts.path, name.start, name.end)),)
        owner = _component_at(facts, name.start)
        if owner is None or not _is_parameter(name.id, owner, facts):
            return hole
        key = (facts.path, owner.start, name.id)
        calls = self._calls.get(owner.name.name, ())
        if not calls or COMPUTED in self._calls:
            return hole
        if key in seen:
            return ()
        found: dict[Text | Pattern, None] = {}
        for caller, call in calls:
            given = _argument(call, owner, name.id)
            if given is None:
                values = texts(_default(owner, name.id), facts.path)
            else:
                values = texts(given, caller.path, partial(self._parameter, caller, seen | {key}))
            found.update(dict.fromkeys(_unplaced(value) for value in values))
        return tuple(found) if len(found) <= ALTERNATIVES else hole

    @cached_property
    def _calls(self) -> dict[str, list[tuple[TemplateFacts, ComponentCall]]]:
        """The calls of components, by the name each has where it is defined; `COMPUTED` for what is no name."""
        found: dict[str, list[tuple[TemplateFacts, ComponentCall]]] = {}
        for facts in self._templates.all():
            local = {one.name.name: one.value.id for one in facts.bindings if isinstance(one.value, Name)}
            local |= {here.name: there.name for one in facts.references for there, here in one.names}
            for call in facts.calls:
                if isinstance(call.function, Name):
                    found.setdefault(local.get(call.function.id, call.function.id), []).append((facts, call))
                elif isinstance(call.function, Attr):
                    found.setdefault(call.function.name, []).append((facts, call))
                else:
                    found.setdefault(COMPUTED, []).append((facts, call))
        return found

    def only_an_id(self, tag: Pieces) -> bool:
        """Whether what stands where a tag name is meant is the id of some element, and no element has such a tag."""
        first = tag[0] or ""
        elements = (element for facts in self._templates.all() for element in facts.elements)
        if self.scripted(first) or any(overlap(tag, (element.tag,)) for element in elements):
            return False
        ids = [self.ids(path) for path in self._templates.paths]
        return any(first in one.exact if tag == (first,) else tag in one.patterns | one.numbered for one in ids)

    def scripted(self, wanted: str) -> bool:
        """Whether a script of the application mentions this id as a word, and so may create the element."""
        return any(_mentions(text, wanted) for text in self._scripts)

    @cached_property
    def _scripts(self) -> tuple[str, ...]:
        found: list[str] = []
        for facts in self._templates.all():
            text = self._sources.text(facts.path) if facts.scripts else None
            found += [text[start:end] for start, end in facts.scripts] if text is not None else []
        for path in sorted(self._sources.files()):
            if path.endswith((".js", ".mjs", ".ts")) and "htmx" not in path and ".min." not in path:
                found.append(self._sources.text(path) or "")
        return tuple(found)


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


def _unplaced(value: Text | Pattern) -> Text | Pattern:
    """The value without its place, so that one id passed by many calls is one."""
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
