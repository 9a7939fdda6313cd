"""Mistakes in attributes of htmx, which only a browser trips over: they are mistakes by what htmx documents."""

from collections.abc import Callable, Iterator
from random import Random

from benchmarks.mutants.application import Application, Attribute, Element, all_elements
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt

NAME, VALUE = "unknown-hx-attribute", "bad-hx-value"
ASKS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
type Maker = Callable[[Application, Random], Iterator[Change]]


def attributes(app: Application, *names: str) -> Iterator[tuple[Element, Attribute]]:
    """The attributes with one of these names, with their elements."""
    for element in all_elements(app):
        for one in element.attributes:
            if one.name in names:
                yield element, one


def asking(app: Application) -> Iterator[tuple[Element, Attribute]]:
    """The elements that ask for something, each with the attribute that says what."""
    return attributes(app, *ASKS)


def _misspelt_name(app: Application, random: Random) -> Iterator[Change]:
    """The name of an attribute, but for those that ask: without these nothing is asked, which is seen otherwise."""
    names = (
        "hx-target",
        "hx-swap",
        "hx-trigger",
        "hx-push-url",
        "hx-include",
        "hx-indicator",
        "hx-confirm",
        "hx-boost",
    )
    for element, one in attributes(app, *names):
        made = "hx-" + misspelt(one.name[3:], random, frozenset({"hx-on"}))
        place = Place(NAME, element.path, one.start, one.start + len(made))
        yield Change(element.path, one.start, one.start + len(one.name), made, (place,))


def _joined_name(app: Application, random: Random) -> Iterator[Change]:
    """`hx-pushurl`."""
    for element, one in attributes(app, "hx-push-url"):
        made = "hx-pushurl"
        place = Place(NAME, element.path, one.start, one.start + len(made))
        yield Change(element.path, one.start, one.start + len(one.name), made, (place,))


def _in_value(element: Element, one: Attribute, at: int, old: str, new: str) -> Change:
    """A word of a value replaced; the new word is due."""
    start = one.value_start + at
    return Change(element.path, start, start + len(old), new, (Place(VALUE, element.path, start, start + len(new)),))


def _style(app: Application, random: Random) -> Iterator[Change]:
    for element, one in attributes(app, "hx-swap"):
        style = one.value.split()[0] if one.value else ""
        if style and "{" not in one.value:
            made = random.choice((style.lower() if style != style.lower() else style.upper(), misspelt(style, random)))
            yield _in_value(element, one, one.value.index(style), style, made)


def _added(name: str, wrong: tuple[str, ...], alone: bool = False) -> Maker:
    """A word behind the value of an attribute: a modifier that htmx does not have. The word is due, or its key."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, one in attributes(app, name):
            if "{" in one.value or not one.value or (alone and (" " in one.value or "," in one.value)):
                continue
            word = random.choice(wrong)
            start = one.value_end + 1
            key = len(word.partition(":")[0])
            place = Place(VALUE, element.path, start, start + len(word), ((start, start + key),))
            yield Change(element.path, one.value_end, one.value_end, f" {word}", (place,))

    return make


def _new(text: str, wrong: str, rule: str = VALUE, unless: tuple[str, ...] = ()) -> Maker:
    """An attribute put in front of the one that asks; `wrong` is the part of it that is due."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, one in asking(app):
            if any(element.get(name) is not None for name in unless):
                continue
            start = one.start + text.index(wrong)
            yield Change(
                element.path, one.start, one.start, text, (Place(rule, element.path, start, start + len(wrong)),)
            )

    return make


def _time(app: Application, random: Random) -> Iterator[Change]:
    """`delay:250ms` with a unit that nobody knows."""
    for element, one in attributes(app, "hx-trigger"):
        at = one.value.find("delay:")
        if at < 0 or "from:" in one.value[:at]:
            continue
        word = one.value[at:].replace(",", " ").split()[0]
        made = "delay:fast"
        yield _in_value(element, one, at, word, made)


def _right(text: str, *unless: str) -> Maker:
    """An attribute as it should be: nothing may be said."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, one in asking(app):
            if all(element.get(name) is None for name in unless):
                yield Change(element.path, one.start, one.start, text, ())

    return make


TEXT, SAME = Proof.TEXT, Proof.SAME
OPERATORS = (
    Operator("hx attribute misspelt", NAME, _misspelt_name, TEXT),
    Operator("hx attribute with words joined", NAME, _joined_name, TEXT),
    Operator("hx attribute of another name", NAME, _new('hx-tigger="click" ', "hx-tigger", NAME), TEXT),
    Operator("swap style misspelt", VALUE, _style, TEXT),
    Operator("swap modifier that is none", VALUE, _added("hx-swap", ("setle:1s", "scrol:top", "swp:1s")), TEXT),
    Operator("swap time that is none", VALUE, _added("hx-swap", ("settle:soon", "swap:1sx")), TEXT),
    Operator("trigger modifier that is none", VALUE, _added("hx-trigger", ("onec", "dely:1s"), alone=True), TEXT),
    Operator("trigger time that is none", VALUE, _time, TEXT),
    Operator("sync strategy that is none", VALUE, _new('hx-sync="this:replce" ', "replce", unless=("hx-sync",)), TEXT),
    Operator("sync queue that is none", VALUE, _new('hx-sync="this:queue lst" ', "lst", unless=("hx-sync",)), TEXT),
    Operator("values that are no JSON", VALUE, _new("hx-vals='{\"a\": 1,}' ", '{"a": 1,}'), TEXT),
    Operator("headers that are no JSON", VALUE, _new("hx-headers='{a: 1}' ", "{a: 1}"), TEXT),
    Operator("encoding that is none", VALUE, _new('hx-encoding="multipart" ', "multipart"), TEXT),
    Operator("values of JSON", VALUE, _right("hx-vals='{\"a\": 1}' "), SAME),
    Operator("sync as it should be", VALUE, _right('hx-sync="closest form:abort" ', "hx-sync"), SAME),
    Operator("attributes of scripts and of errors", NAME, _right('hx-on:click="1" hx-target-404="#none" '), SAME),
)
