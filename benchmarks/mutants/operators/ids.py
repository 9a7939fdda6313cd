"""Mistakes in ids: two elements of one page with the same, in a template, across two of them, and in a loop."""

import re
from collections.abc import Iterator
from random import Random

from benchmarks.mutants.application import Application, Attribute, Element, all_elements, tags
from benchmarks.mutants.mutation import Change, Operator, Place, Proof

RULE = "duplicate-id"
# Where another element is no mistake of the page itself, or none that the text shows.
_INSIDE = frozenset({"def", "call", "capture", "fragment"})
_LITERAL = re.compile(r"[\w-]+")
_PARENT = re.compile(r'\{%\s*extends\s+"([^"]+)"')
_BLOCK = re.compile(r"\{%-?\s*block\s+(?:content|page|main)\s*-?%\}")


def _written(app: Application) -> Iterator[tuple[Element, Attribute]]:
    """The elements with an id that is written out, and is not swapped out of band."""
    for element in all_elements(app):
        own = element.get("id")
        if own is not None and _LITERAL.fullmatch(own.value) and element.get("hx-swap-oob") is None:
            yield element, own


def _around(app: Application, path: str, start: int) -> list[str]:
    """The words of the Kida tags around a place, outermost first."""
    text = app.files[path]
    found = tags(text)
    return [one.word for one in found if one.close is not None and one.end <= start < found[one.close].start]


def _given_twice(app: Application, random: Random) -> Iterator[Change]:
    """Another element with the same id, in front of it."""
    for element, own in _written(app):
        if element.name in ("option", "tr", "td", "body", "html", "source"):
            continue
        made = f'<i id="{own.value}"></i>'
        start = own.value_start + len(made)
        place = Place(RULE, element.path, start, start + len(own.value))
        yield Change(element.path, element.start, element.start, made, (place,))


def _of_parent(app: Application, random: Random) -> Iterator[Change]:
    """An id of the template that a page extends, in the page."""
    for name, text in app.templates.items():
        parent = _PARENT.search(text)
        block = _BLOCK.search(text)
        path = app.path(name)
        if parent is None or block is None or parent[1] not in app.templates:
            continue
        above = app.path(parent[1])
        known = [own for one, own in _written(app) if one.path == above and not _around(app, above, one.start)]
        for own in known[:2]:
            made = f'<i id="{own.value}"></i>'
            start = block.end() + made.index('"') + 1
            place = Place(RULE, path, start, start + len(own.value))
            yield Change(path, block.end(), block.end(), made, (place,))


def _of_rounds(app: Application, random: Random) -> Iterator[Change]:
    """What tells the rounds of a loop apart is left out of the id: `note-{{ note.id }}` made `note`."""
    for element in all_elements(app):
        own = element.get("id")
        found = re.fullmatch(r"([\w-]+?)-?\{\{[^{}]*\}\}", own.value) if own is not None else None
        around = _around(app, element.path, element.start)
        if own is None or found is None or around[-1:] != ["for"] or _INSIDE.intersection(around):
            continue
        place = Place(RULE, element.path, own.value_start, own.value_start + len(found[1]))
        yield Change(element.path, own.value_start, own.value_end, found[1], (place,))


def _in_branches(app: Application, random: Random) -> Iterator[Change]:
    """An id that one branch has, or the other."""
    for element, own in _written(app):
        if element.name in ("div", "section", "form", "ul", "ol", "main", "article"):
            made = f'{{% if true %}}<i id="{own.value}-new"></i>{{% else %}}<b id="{own.value}-new"></b>{{% end %}}'
            yield Change(element.path, element.start, element.start, made, ())


OPERATORS = (
    Operator("id given twice", RULE, _given_twice, Proof.PAGES),
    Operator("id of the template that is extended", RULE, _of_parent, Proof.PAGES),
    Operator("id without what tells rounds apart", RULE, _of_rounds, Proof.PAGES),
    Operator("id in branches", RULE, _in_branches, Proof.SAME),
)
