"""The markup of one application: values of attributes as text, the ids that elements can have, what scripts mention."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from chirp_check.facts.templates import Attribute, Element, TemplateFacts
from chirp_check.facts.values import AnyTerm, Attr, Choice, Const, Join, Name
from chirp_check.grammar.selectors import Pieces, id_of, numbered, overlap, stripped
from chirp_check.model.applications import AppKey
from chirp_check.model.domain import joined
from chirp_check.model.entities import Pattern, Text
from chirp_check.model.inputs import files, template_facts, text
from chirp_check.model.memory import Queries, gate, query
from chirp_check.model.numbers import is_numbered, whole_numbers
from chirp_check.model.template_values import unescaped
from chirp_check.model.templates import names, paths
from chirp_check.model.ways import Reader
from chirp_check.source import Span

ALTERNATIVES = 16
PREFIX = "data-"


def texts(term: AnyTerm | None, path: str) -> tuple[Text | Pattern, ...]:
    """What an attribute's value can be as it is written, every name a hole: a text for each arm of its conditionals."""
    if term is None:
        return ()
    span = Span(path, term.start, term.end)
    match term:
        case Const(value=str() as value):
            return (Text(unescaped(value), span),)
        case Const(value=int() as value) if not isinstance(value, bool):
            return (Text(str(value), span),)
        case Choice(then=then, other=other):
            return (*texts(then, path), *texts(other, path))
        case Join(parts=(only,)):
            return texts(only, path)
        case Join(parts=parts):
            options = [texts(part, path) for part in parts]
            if sum(len(option) > 1 for option in options) > 1 or any(len(option) > ALTERNATIVES for option in options):
                options = [option if len(option) == 1 else (Pattern((None,), span),) for option in options]
            return tuple(joined([piece for text in way for piece in pieces(text)], span) for way in product(*options))
        case _:
            return (Pattern((None,), span),)


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


def literal(found: Attribute | None) -> str | None:
    """The value of an attribute that is there wherever its element is, where the text writes it; as it is written."""
    value = found.value if found is not None and not found.branches else None
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def spelled(term: AnyTerm | None) -> tuple[str, frozenset[str]]:
    """The value of an attribute with its names as they are written, and these; empty where there are other expressions.

    Of `task.id` the name is `task`.
    """
    parts = term.parts if isinstance(term, Join) else (term,)
    said = [(one.value, None) if isinstance(one, Const) else chain_of(one) for one in parts]
    if not all(isinstance(text, str) for text, _ in said):
        return "", frozenset()
    names = frozenset(root for _, root in said if root is not None)
    return "".join(str(text) if root is None else f"{{{{ {text} }}}}" for text, root in said), names


def chain_of(term: AnyTerm | None) -> tuple[str | None, str | None]:
    """A name with attributes as it is written, and the name; None for every other expression."""
    match term:
        case Name(id=name):
            return name, name
        case Attr(base=base, name=name):
            said, root = chain_of(base)
            return (f"{said}.{name}", root) if said is not None else (None, None)
        case _:
            return None, None


def word(element: Element, name: str) -> str | None:
    """The literal value of an attribute of an element, without blanks around it."""
    written = literal(attribute(element, name))
    return written.strip() if written is not None else None


def members(value: Text, separator: str) -> Iterator[Text]:
    """The parts of a text between separators, with their places; without a separator the whole."""
    at = value.span.start
    for member in value.value.split(separator) if separator else (value.value,):
        text = member.strip()
        if text:
            start = at + member.index(text)
            yield Text(text, Span(value.span.path, start, start + len(text)))
        at += len(member) + len(separator)


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


@gate
def ids(model: Queries, app: AppKey, path: str) -> Ids:
    """The ids of a file's elements, those that an out-of-band swap brings for another element left out."""
    return _read(model, app, path, aside=False)


@gate
def oob_ids(model: Queries, app: AppKey, path: str) -> Ids:
    """The ids of the elements that `ids` leaves out."""
    return _read(model, app, path, aside=True)


def _read(model: Queries, app: AppKey, path: str, *, aside: bool) -> Ids:
    facts = template_facts(model, path)
    exact: set[str] = set()
    patterns: set[Pieces] = set()
    counted: set[Pieces] = set()
    is_open = False
    reader: Reader | None = None
    for element in facts.elements if facts is not None else ():
        found = attribute(element, "id")
        is_open = is_open or (element.dynamic and found is None)
        if facts is None or found is None or is_oob(element) is not aside:
            continue
        reader = reader or Reader(model, app, facts)
        for value in reader.texts(found, element):
            if isinstance(value, Text):
                exact.add(value.value)
            elif isinstance(value, Pattern):
                (counted if counts(model, app, found.value, facts) else patterns).add(value.pieces)
            else:
                patterns.add((None,))
    return Ids(frozenset(exact), frozenset(patterns), frozenset(counted), is_open)


def counts(model: Queries, app: AppKey, term: AnyTerm | None, facts: TemplateFacts) -> bool:
    """Whether all expressions in the value of an attribute are whole numbers."""
    return isinstance(term, Join) and is_numbered(term, facts, whole_numbers(model, app, facts.path))


@gate
def _tags_in(model: Queries, path: str) -> frozenset[str]:
    facts = template_facts(model, path)
    return frozenset(element.tag for element in (facts.elements if facts is not None else ()))


def has_tag(model: Queries, app: AppKey, tag: str) -> bool:
    """Whether some element of an application has a tag."""
    return any(tag in _tags_in(model, path) for path in paths(model, app))


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


def in_scripts(model: Queries, app: AppKey, words: str) -> bool:
    """Whether a script of the application has these words in it."""
    return any(words in script for script in _scripts(model, app))


@gate
def scripts_in(model: Queries, path: str) -> tuple[str, ...]:
    """The texts of the scripts in a template."""
    facts = template_facts(model, path)
    written = text(model, path) if facts is not None and facts.scripts else None
    if facts is None or written is None:
        return ()
    return tuple(written[start:end] for start, end in facts.scripts)


@query
def _scripts(model: Queries, app: AppKey) -> tuple[str, ...]:
    found = [script for _, path in sorted(names(model, app).items()) for script in scripts_in(model, path)]
    scripts = (path for path in sorted(files(model)) if path.endswith((".js", ".mjs", ".ts")))
    found += [text(model, path) or "" for path in scripts if "htmx" not in path and ".min." not in path]
    return tuple(dict.fromkeys(found))


def is_oob(element: Element) -> bool:
    """Whether an element always comes for an out-of-band swap, so that it is no place on the page itself."""
    found = attribute(element, "hx-swap-oob")
    return found is not None and not found.branches and isinstance(found.value, Const)


def unplaced(value: Text | Pattern) -> Text | Pattern:
    """The value without its place, so that the same text at many places is one, wherever these move."""
    nowhere = Span("", 0, 0)
    return Text(value.value, nowhere) if isinstance(value, Text) else Pattern(value.pieces, nowhere)


def _mentions(script: str, word: str) -> bool:
    """Whether a script has a word that may be a name of the application; `document.body` is none."""
    at = script.find(word)
    while at >= 0:
        before, after = script[at - 1 : at], script[at + len(word) : at + len(word) + 1]
        is_part = before.isalnum() or before in {"_", "-"} or after.isalnum() or after in {"_", "-"}
        if not is_part and not script.startswith("document.body", max(at - len("document."), 0)):
            return True
        at = script.find(word, at + 1)
    return False
