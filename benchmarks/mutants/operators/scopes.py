"""Mistakes in blocks and in what they see: names bound outside of a block, overrides that nobody renders, guards."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from benchmarks.mutants.application import Application, Tag, outputs, tags, without_comments
from benchmarks.mutants.components import expressions, imports
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.names import blocks_named

SCOPE = "fragment-scope"
CAPTURE = "{{% capture outer %}}{{{{ {value} }}}}{{% end %}}"
BLOCKS = ("block", "fragment")


@cache
def rendered(app: Application) -> frozenset[tuple[str, str]]:
    """The blocks that Python names, by the template that defines them: the named one, or one that it extends."""
    found: set[tuple[str, str]] = set()
    for pair in blocks_named(app):
        name: str | None = pair.template
        while name is not None:
            if any(block == pair.block.value for _, block, _ in _blocks(app.templates[name])):
                found.add((name, pair.block.value))
            name = _parent(app.templates[name])
    return frozenset(found)


def _parent(text: str) -> str | None:
    above = re.search(r'\{% extends "([^"]+)" %\}', text)
    return above[1] if above else None


def _blocks(text: str) -> Iterator[tuple[Tag, str, int]]:
    """The blocks of a template: the tag, the name, where the name is."""
    for tag in tags(text):
        if tag.word in BLOCKS:
            name = tag.rest.split()[0]
            yield tag, name, tag.rest_start + tag.rest.index(name)


def _first_output(text: str, tag: Tag) -> re.Match[str] | None:
    """An output right in a block, in no tag inside it."""
    found = tags(text)
    at = found.index(tag)
    end = found[tag.close].start if tag.close is not None else tag.end
    inner = [(one.start, found[one.close].start) for one in found[at + 1 :] if one.close is not None]
    for one in outputs(text):
        inside = any(start < one.start() < close for start, close in inner if start > tag.start)
        if tag.end <= one.start() < end and not inside and re.match(r"\s*[\w.]+\s*$", one[1]):
            return one
    return None


def _bound_outside(before: str, after: str) -> Callable[[Application, Random], Iterator[Change]]:
    """A value of a block gets its name outside of the block, which is rendered alone as well."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for template, text in app.templates.items():
            for tag, name, _ in _blocks(text):
                value = _first_output(text, tag) if (template, name) in rendered(app) else None
                if value is None or tag.close is None or not tag.above:
                    continue
                opening = before.format(value=value[1].strip())
                close = tags(text)[tag.close].end
                made = opening + text[tag.start : value.start(1)] + " outer " + text[value.end(1) : close] + after
                start = value.start(1) + len(opening) + 1
                place = Place(SCOPE, app.path(template), start, start + 5)
                yield Change(app.path(template), tag.start, close, made, (place,))

    return make


def _import_moved_inside(app: Application, random: Random) -> Iterator[Change]:
    """The import stands in the outer block; the inner ones are rendered alone."""
    for template, text in app.templates.items():
        outer = next((tag for tag, _, _ in _blocks(text) if not tag.above and tag.close is not None), None)
        for tag in tags(text):
            if tag.word != "from" or tag.above or outer is None or outer.close is None or tag.start > outer.start:
                continue
            names = [one.alias for one in imports(app) if one.user == template and tag.start < one.start < tag.end]
            own = text[tag.start : tag.end]
            made = text[tag.end : outer.end] + own + text[outer.end : tags(text)[outer.close].end]
            places = tuple(
                Place(SCOPE, app.path(template), start, start + len(used))
                for inner, name, _ in _blocks(text)
                if inner.above and (template, name) in rendered(app)
                for used, start in _uses_in(text, inner, names)
            )
            if places:
                end = tags(text)[outer.close].end
                yield Change(app.path(template), tag.start, end, made, places, any_place=True)


def _uses_in(text: str, tag: Tag, names: list[str]) -> Iterator[tuple[str, int]]:
    end = tags(text)[tag.close].start if tag.close is not None else tag.end
    for place in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", without_comments(text)[:end], re.DOTALL):
        if place.start() < tag.end:
            continue
        for one in re.finditer(r"(?<![\w.\"'])[a-z_]\w*", place[0]):
            if one[0] in names:
                yield one[0], place.start() + one.start()


def _let_at_the_top(app: Application, random: Random) -> Iterator[Change]:
    """`{% let %}` at the top reads a name: Kida then cannot render any block of the template alone."""
    for template, text in app.templates.items():
        alone = [name for _, name, _ in _blocks(text) if (template, name) in rendered(app)]
        first = next((tag for tag, _, _ in _blocks(text)), None)
        if not alone or first is None:
            continue
        made = "{% let most = range(3) %}\n"
        at = 0 if not text.startswith("{% extends") else text.index("%}") + 2
        name, value = at + len("{% let "), at + len("{% let most = ")
        made = made if at == 0 else "\n" + made.rstrip()
        shift = 0 if at == 0 else 1
        instead = (
            (value + shift, value + shift + len("range(3)")),
            (value + shift, value + shift + len("range")),
            (at + shift, at + shift + len("{% let most = range(3) %}")),
        )
        place = Place(SCOPE, app.path(template), name + shift, name + shift + 4, instead)
        yield Change(app.path(template), at, at, made, (place,))


def _block_in_match(app: Application, random: Random) -> Iterator[Change]:
    """A block stands in a `case`, where Kida cannot render it alone."""
    for template, text in app.templates.items():
        for tag, name, start in _blocks(text):
            if (template, name) not in rendered(app) or tag.close is None or tag.word != "block":
                continue
            opening = "{% match url_for %}{% case _ %}"
            end = tags(text)[tag.close].end
            made = opening + text[tag.start : end] + "{% end %}"
            moved = start + len(opening)
            head = (tag.start + len(opening), tag.end + len(opening))
            place = Place(SCOPE, app.path(template), moved, moved + len(name), (head,))
            yield Change(app.path(template), tag.start, end, made, (place,))


# Two blocks, and blocks that nobody renders.


def _block_twice(app: Application, random: Random) -> Iterator[Change]:
    """A block once more, with other content."""
    for template, text in app.templates.items():
        for tag, name, start in _blocks(text):
            if tag.close is None or tag.word != "block":
                continue
            end = tags(text)[tag.close].end
            made = f"{{% block {name} %}}Once more.{{% end %}}"
            own = end + len("{% block ")
            place = Place("duplicate-block", app.path(template), own, own + len(name), ((start, start + len(name)),))
            yield Change(app.path(template), end, end, made, (place,))


def _block_named_like_another(app: Application, random: Random) -> Iterator[Change]:
    for template, text in app.templates.items():
        found = [(tag, name, start) for tag, name, start in _blocks(text) if tag.word == "block"]
        for tag, name, start in found[1:]:
            other = random.choice([one for one in found if one[1] != name])
            if len(found) < 2 or found.index(other) in tag.above:
                continue
            first, last = min(start, other[2]), max(start, other[2])
            moved = len(other[1]) - len(name) if last == other[2] else 0
            instead = ((first, first + len(other[1])),)
            place = Place("duplicate-block", app.path(template), last + moved, last + moved + len(other[1]), instead)
            yield Change(app.path(template), start, start + len(name), other[1], (place,))


def _chain(app: Application, template: str) -> list[str]:
    found = [template]
    while (above := _parent(app.templates[found[-1]])) is not None:
        found.append(above)
    return found


def _overrides(app: Application) -> Iterator[tuple[str, str, int]]:
    """The blocks that override one of an ancestor, and that no render names: template, name, offset."""
    for template, text in app.templates.items():
        above = _chain(app, template)[1:]
        for tag, name, start in _blocks(text):
            inherited = any(name == other for one in above for _, other, _ in _blocks(app.templates[one]))
            if inherited and not tag.above and (template, name) not in rendered(app):
                yield template, name, start


def _override_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for template, name, start in _overrides(app):
        made = misspelt(name, random)
        place = Place("orphan-block", app.path(template), start, start + len(made))
        yield Change(app.path(template), start, start + len(name), made, (place,))


def _block_of_layout_renamed(app: Application, random: Random) -> Iterator[Change]:
    for template, text in app.templates.items():
        for _, name, start in _blocks(text):
            if (template, name) in rendered(app):
                continue
            places = tuple(
                Place("orphan-block", app.path(other), at, at + len(name))
                for other, block, at in _overrides(app)
                if block == name and template in _chain(app, other)[1:]
            )
            if places:
                yield Change(app.path(template), start, start + len(name), misspelt(name, random), places)


# Guards.


def _guard_hoisted(app: Application, random: Random) -> Iterator[Change]:
    """A name is guarded twice in one body: Kida then looks it up at the start, and the guards come too late."""
    for template, text in app.templates.items():
        for tag, _, _ in _blocks(text):
            if tag.close is None:
                continue
            made = '{{ hint ?? "" }}{{ hint ?? "none" }}'
            first = tag.end + 3
            second = tag.end + made.rindex("hint")
            instead = ((second, second + 4), (first, first + len('hint ?? ""')), (tag.end, tag.end + 16))
            place = Place("hoisted-guard", app.path(template), first, first + 4, instead)
            yield Change(app.path(template), tag.end, tag.end, made, (place,))


def _guarded_by_condition(app: Application, random: Random) -> Iterator[Change]:
    """`{{ hint if hint is defined else "" }}`: the name is read twice in one body."""
    for template, text in app.templates.items():
        for tag, _, _ in _blocks(text):
            if tag.close is None:
                continue
            made = '{{ hint if hint is defined else "" }}'
            first, second = tag.end + 3, tag.end + made.rindex("hint")
            instead = ((second, second + 4), (first, tag.end + len(made) - 3))
            place = Place("hoisted-guard", app.path(template), first, first + 4, instead)
            yield Change(app.path(template), tag.end, tag.end, made, (place,))


def _never_none(test: str) -> Callable[[Application, Random], Iterator[Change]]:
    """A condition on an attribute becomes a comparison with none, which never holds."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for one in expressions(app):
            if one.tag is None or one.tag.word != "if" or not re.fullmatch(r"\w+(\.\w+)+", one.text):
                continue
            made = f"{one.text} {test}"
            path = app.path(one.template)
            ends = one.start + len(one.text)
            instead = ((one.start, ends), (ends + 1, one.start + len(made)))
            place = Place("never-none", path, one.start, one.start + len(made), instead)
            yield Change(path, one.start, ends, made, (place,))

    return make


OPERATORS = (
    Operator("set outside of a block", SCOPE, _bound_outside("{{% set outer = {value} %}}", "")),
    Operator("with around a block", SCOPE, _bound_outside("{{% with outer = {value} %}}", "{% end %}")),
    Operator(
        "capture outside of a block", SCOPE, _bound_outside("{{% capture outer %}}{{{{ {value} }}}}{{% end %}}", "")
    ),
    Operator("loop around a block", SCOPE, _bound_outside("{{% for outer in [{value}] %}}", "{% end %}")),
    Operator("import in the outer block", SCOPE, _import_moved_inside),
    Operator("let at the top that reads a name", SCOPE, _let_at_the_top),
    Operator("block in a case", SCOPE, _block_in_match),
    Operator("block once more", "duplicate-block", _block_twice, Proof.ANSWERS),
    Operator("block named like another", "duplicate-block", _block_named_like_another, Proof.ANSWERS),
    Operator("override misspelt", "orphan-block", _override_misspelt, Proof.ANSWERS),
    Operator("block of a layout renamed", "orphan-block", _block_of_layout_renamed, Proof.ANSWERS),
    Operator("name guarded twice", "hoisted-guard", _guard_hoisted),
    Operator("name guarded where it is read", "hoisted-guard", _guarded_by_condition),
    Operator("attribute that is not none", "never-none", _never_none("is not none"), Proof.ANSWERS),
    Operator("attribute that is none", "never-none", _never_none("is none"), Proof.ANSWERS),
)
