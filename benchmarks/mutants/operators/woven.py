"""Names in templates, misspelt in each way in which a template carries them to where they are used."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.mutants.application import Application, Attribute, Element, shape
from benchmarks.mutants.carriers import ALSO, BEGIN, END, ENDED, Files, unmarked
from benchmarks.mutants.mutation import Mutant, Operator, Proof, misspelt
from benchmarks.mutants.operators import tags, targets, urls

_PIECE = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_PLAIN = re.compile(r"[^{}'\"\\]*")
COMPONENT = "woven.html"


@dataclass(frozen=True, slots=True)
class Spot:
    """An attribute's value, or the literal of a tag (then without an element)."""

    path: str
    text: str
    start: int
    end: int
    value: str
    element: Element | None


@dataclass(frozen=True, slots=True)
class Way:
    """The name of a carrier, and how it carries: the files that differ, None where it cannot."""

    name: str
    carry: Callable[[Application, Spot, str], Files | None]


def _expression(value: str) -> str | None:
    """A value with holes as one expression with `~`; its words are marked, each by itself."""
    parts: list[str] = []
    at = 0
    for hole in _PIECE.finditer(value):
        parts += _words(value[at : hole.start()])
        parts.append(f"({hole[1]})")
        at = hole.end()
    parts += _words(value[at:])
    simple = all(_PLAIN.fullmatch(one) or one[0] in "('\x03" for one in parts)
    if "'" in _PIECE.sub("", value) or "{%" in value or "'" in value or '"' in value or not simple:
        return None
    return " ~ ".join(parts)


def _words(text: str) -> list[str]:
    return [f"{ALSO}'{text}'{ENDED}"] if text else []


def _put(spot: Spot, made: str, before: str = "") -> Files:
    """The value replaced, and text before its element."""
    text = spot.text[: spot.start] + made + spot.text[spot.end :]
    if before and spot.element is not None:
        text = text[: spot.element.start] + before + text[spot.element.start :]
    return {spot.path: text}


def _joined(app: Application, spot: Spot, value: str) -> Files | None:
    if spot.element is None:
        inner = value[1:-1]
        at = max(inner.rfind("/") + 1, len(inner) // 2)
        return _put(spot, f'{BEGIN}{ALSO}"{inner[:at]}"{ENDED} ~ {ALSO}"{inner[at:]}"{ENDED}{END}')
    made = _expression(value)
    if made is None:
        return None
    return _put(spot, f"{BEGIN}{{{{ {ALSO}{made}{ENDED} }}}}{END}")


def _variable(word: str) -> Callable[[Application, Spot, str], Files | None]:
    def carry(app: Application, spot: Spot, value: str) -> Files | None:
        made = _expression(value)
        if spot.element is None or made is None:
            return None
        before = f"{{% {word} woven = {ALSO}{made}{ENDED} %}}"
        return _put(spot, f"{BEGIN}{{{{ woven }}}}{END}", before)

    return carry


def _conditional(app: Application, spot: Spot, value: str) -> Files | None:
    """One of two branches has it."""
    if spot.element is None or _expression(value) is None:
        return None
    return _put(spot, f"{BEGIN}{{% if url_for %}}{ALSO}{value}{ENDED}{{% else %}}{spot.value}{{% end %}}{END}")


def _choice(app: Application, spot: Spot, value: str) -> Files | None:
    """A conditional expression chooses."""
    made, right = _expression(value), _expression(spot.value)
    if spot.element is None or made is None or right is None:
        return None
    plain = right.replace(ALSO, "").replace(ENDED, "")
    return _put(spot, f"{BEGIN}{{{{ ({ALSO}{made}{ENDED}) if url_for else ({plain}) }}}}{END}")


def _argument(app: Application, spot: Spot, value: str) -> Files | None:
    """A component makes the start tag, and is given the value."""
    made, element = _expression(value), spot.element
    if (
        element is None
        or made is None
        or any("{" in one.value for one in element.attributes if one.value != spot.value)
    ):
        return None
    raw = spot.text[element.start : element.end]
    inner = raw[: spot.start - element.start] + "{{ woven }}" + raw[spot.end - element.start :]
    if "{%" in raw or inner.count("{{") != 1:
        return None
    tag = f'{{% from "{COMPONENT}" import woven_tag %}}{{{{ woven_tag({BEGIN}{made}{END}) }}}}'
    text = spot.text[: element.start] + tag + spot.text[element.end :]
    return {spot.path: text, f"templates/{COMPONENT}": f"{{% def woven_tag(woven) %}}{inner}{{% end %}}\n"}


def _keyword(app: Application, spot: Spot, value: str) -> Files | None:
    """The same by keyword, through a component of a component."""
    files = _argument(app, spot, value)
    if files is None:
        return None
    page = files[spot.path].replace("{{ woven_tag(", "{{ outer_tag(given=")
    files[spot.path] = page.replace("import woven_tag", "import outer_tag")
    files[f"templates/{COMPONENT}"] += "{% def outer_tag(given) %}{{ woven_tag(given) }}{% end %}\n"
    return files


WAYS = (
    Way("~", _joined),
    Way("set", _variable("set")),
    Way("let", _variable("let")),
    Way("condition in an attribute", _conditional),
    Way("conditional expression", _choice),
    Way("macro argument", _argument),
    Way("argument of an argument", _keyword),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of name, with the rule, its places, and how one is misspelt."""

    title: str
    rule: str
    spots: Callable[[Application], Iterator[Spot]]
    misspell: Callable[[Application, str, Random], str | None]


def _spot(app: Application, element: Element, attribute: Attribute) -> Spot:
    text = app.files[element.path]
    return Spot(element.path, text, attribute.value_start, attribute.value_end, attribute.value, element)


def _requests(app: Application) -> Iterator[Spot]:
    for element, attribute in (*urls.hx_urls(app), *urls.actions(app)):
        yield _spot(app, element, attribute)


def _targets(app: Application) -> Iterator[Spot]:
    for element in targets.hx_targets(app):
        found = element.get("hx-target")
        if found is not None:
            yield _spot(app, element, found)


def _tags(app: Application) -> Iterator[Spot]:
    for name, found in tags.references(app, "include"):
        path = app.path(name)
        yield Spot(path, app.files[path], found.start(2), found.end(2), found[2], None)


def _url_typo(app: Application, value: str, random: Random) -> str | None:
    words = [one for one in re.finditer(r"(?<=/)[a-z]+", value) if "{{" not in value[: one.start()].rpartition("}}")[2]]
    if not words:
        return None
    word = random.choice(words)
    made = value[: word.start()] + misspelt(word[0], random) + value[word.end() :]
    taken = any(urls.matches(path, shape(made).partition("?")[0]) for path, _ in urls.addresses(app))
    return None if taken else made


def _target_typo(app: Application, value: str, random: Random) -> str | None:
    end = value.find("{{") if "{{" in value else len(value)
    return misspelt(value[:end], random) + value[end:]


def _file_typo(app: Application, value: str, random: Random) -> str | None:
    folder, slash, file = value[1:-1].removesuffix(".html").rpartition("/")
    return f'"{folder}{slash}{misspelt(file, random)}.html"'


KINDS = (
    Kind("URL", "unrouted-url", _requests, _url_typo),
    Kind("hx-target", "unknown-target", _targets, _target_typo),
    Kind("include", "unknown-template", _tags, _file_typo),
)


def _maker(kind: Kind, way: Way, name: str) -> Callable[[Application, Random], Iterator[Mutant]]:
    def make(app: Application, random: Random) -> Iterator[Mutant]:
        for spot in kind.spots(app):
            wrong = kind.misspell(app, spot.value, random)
            files = way.carry(app, spot, wrong) if wrong is not None else None
            clean, place = unmarked(files, kind.rule) if files is not None else ({}, None)
            if place is not None:
                yield Mutant(name, (spot.path, spot.start, spot.end), clean, (place,))

    return make


def _control(way: Way, name: str) -> Callable[[Application, Random], Iterator[Mutant]]:
    def make(app: Application, random: Random) -> Iterator[Mutant]:
        for kind in KINDS:
            for spot in kind.spots(app):
                files = way.carry(app, spot, spot.value)
                if files is not None:
                    clean, _ = unmarked(files, kind.rule)
                    yield Mutant(name, (spot.path, spot.start, spot.end), clean, ())

    return make


def _operators() -> Iterator[Operator]:
    for kind in KINDS:
        for way in WAYS:
            if kind.title != "include" or way.name == "~":
                name = f"{kind.title} misspelt, {way.name}"
                yield Operator(name, kind.rule, _maker(kind, way, name), carrier=way.name)
    for way in WAYS:
        name = f"nothing wrong, {way.name}"
        yield Operator(name, "none", _control(way, name), Proof.SAME, way.name)


OPERATORS = tuple(_operators())
