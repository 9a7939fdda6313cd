"""Mistakes in what is swapped in: whole documents, ids twice, targets that go, answers nobody sees, no streams."""

import ast
import re
from collections.abc import Iterator
from random import Random

from benchmarks.mutants.application import Application, Element, callee
from benchmarks.mutants.carriers import edited
from benchmarks.mutants.mutation import Change, Mutant, Operator, Place, Proof
from benchmarks.mutants.operators.htmx import asking, attributes
from benchmarks.mutants.operators.names import text_of
from benchmarks.mutants.operators.urls import hx_urls, matches, routes

NESTED, TWICE, LOST = "nested-page", "nested-id", "lost-target"
UNSEEN, STREAM = "unswapped-error", "not-a-stream"
HTMX_2 = '<script src="https://unpkg.com/htmx.org@2.0.4/dist/htmx.min.js"></script>'


def _whole(app: Application, random: Random) -> Iterator[Mutant]:
    """`Page(…, "block", …)` made `Template(…, …)` in a handler that htmx asks."""
    for route in routes(app):
        module = route.module
        handler = module.parents[route.call]
        if not isinstance(handler, ast.FunctionDef | ast.AsyncFunctionDef) or route.methods != ("GET",):
            continue
        pages = [one for one in ast.walk(handler) if isinstance(one, ast.Call) and callee(one) == "Page"]
        if len(pages) != 1 or len(pages[0].args) < 2 or text_of(pages[0].args[1]) is None:
            continue
        asked = [
            Place(NESTED, element.path, one.value_start, one.value_end)
            for element, one in hx_urls(app)
            if one.name == "hx-get" and matches(route.path, re.sub(r"\{\{.*?\}\}", "\0", one.value).partition("?")[0])
            if element.get("hx-target") is not None
        ]
        brought = module.text.find(" Page,")
        (start, named), last = module.range(pages[0].func), module.range(pages[0].args[1])[1]
        if asked and brought >= 0:
            since = module.range(pages[0].args[0])[1]
            text = edited(
                module.text, (brought, brought, " Template,"), (start, last, f"Template{module.text[named:since]}")
            )
            yield Mutant(
                OPERATORS[0].name, (module.path, start, last), {module.path: text}, tuple(asked), any_place=True
            )


def _targets(app: Application) -> Iterator[tuple[Element, Place]]:
    """The elements that ask and name one id as their target, with its place."""
    for element, _ in asking(app):
        target = element.get("hx-target")
        if target is not None and re.fullmatch(r"#[\w-]+", target.value):
            yield element, Place("", element.path, target.value_start, target.value_end)


def _moved(place: Place, rule: str, at: int, by: int) -> Place:
    return Place(
        rule, place.path, place.start + (by if place.start > at else 0), place.end + (by if place.end > at else 0)
    )


def _filled(app: Application, random: Random) -> Iterator[Change]:
    """`hx-swap="outerHTML"` is forgotten."""
    for element, place in _targets(app):
        swap = element.get("hx-swap")
        if swap is not None and swap.value == "outerHTML":
            due = _moved(place, TWICE, swap.start, swap.start - 1 - swap.end)
            yield Change(element.path, swap.start - 1, swap.end, "", (due,))


def _filled_in_words(app: Application, random: Random) -> Iterator[Change]:
    """`outerHTML` where `innerHTML` stands."""
    for element, place in _targets(app):
        swap = element.get("hx-swap")
        if swap is not None and swap.value == "outerHTML":
            yield Change(element.path, swap.value_start, swap.value_end, "innerHTML", (_moved(place, TWICE, 0, 0),))


def _replaced(app: Application, random: Random) -> Iterator[Change]:
    """The target is replaced where its inside should be."""
    for element, place in _targets(app):
        swap, ask = element.get("hx-swap"), next(one for owner, one in asking(app) if owner is element)
        if swap is None:
            due = _moved(place, LOST, ask.start, len('hx-swap="outerHTML" '))
            yield Change(element.path, ask.start, ask.start, 'hx-swap="outerHTML" ', (due,))
        elif swap.value == "innerHTML":
            yield Change(element.path, swap.value_start, swap.value_end, "outerHTML", (_moved(place, LOST, 0, 0),))


def _plain_htmx(app: Application, random: Random) -> Iterator[Change]:
    """htmx 2 is loaded as it comes, without the settings of the framework."""
    if any(True for _ in attributes(app, "hx-ext")):
        return
    sends = [
        Place(UNSEEN, element.path, one.value_start, one.value_end)
        for element, one in hx_urls(app)
        if one.name != "hx-get"
    ]
    for path in app.paths.values():
        for found in re.finditer(r"\{\{\s*htmx\(.*?\}\}", app.files[path]):
            yield Change(path, found.start(), found.end(), HTMX_2, tuple(sends), any_place=True)


def _no_stream(app: Application, random: Random) -> Iterator[Change]:
    """An element that connects for events to what another one fetches."""
    for element, one in hx_urls(app):
        if one.name == "hx-get" and element.name not in ("option", "tr", "td", "body"):
            head = '<div hx-ext="sse" sse-connect="'
            made = f'{head}{one.value}" sse-swap="news"></div>'
            start = element.start + len(head)
            place = Place(STREAM, element.path, start, start + len(one.value))
            yield Change(element.path, element.start, element.start, made, (place,))


def _other_stream(app: Application, random: Random) -> Iterator[Change]:
    """The stream's address without its last part."""
    for element, one in attributes(app, "sse-connect"):
        made = one.value.partition("?")[0].rpartition("/")[0]
        place = Place(STREAM, element.path, one.value_start, one.value_start + len(made))
        yield Change(element.path, one.value_start, one.value_end, made, (place,))


def _selected(app: Application, random: Random) -> Iterator[Change]:
    """A part of a whole page, which is right, and is not the page in itself."""
    for element, one in asking(app):
        if one.name == "hx-get" and element.get("hx-select") is None:
            yield Change(element.path, one.start, one.start, 'hx-select="main" ', ())


PAGES, TEXT, SAME = Proof.PAGES, Proof.TEXT, Proof.SAME
OPERATORS = (
    Operator("page made whole for htmx", NESTED, _whole, PAGES),
    Operator("part of a page selected", NESTED, _selected, SAME),
    Operator("outerHTML forgotten", TWICE, _filled, PAGES),
    Operator("innerHTML for outerHTML", TWICE, _filled_in_words, PAGES),
    Operator("outerHTML for innerHTML", LOST, _replaced, PAGES),
    Operator("htmx 2 without settings", UNSEEN, _plain_htmx, TEXT),
    Operator("stream of what is none", STREAM, _no_stream, PAGES),
    Operator("stream by another address", STREAM, _other_stream, PAGES),
)
