"""Mistakes in what elements refer to without swapping it: labels, descriptions, indicators, files, tokens, events."""

from collections.abc import Callable, Iterator
from random import Random

from benchmarks.mutants.application import Application, Element, all_elements, outputs
from benchmarks.mutants.mutation import Change, Operator, Place, Proof, misspelt
from benchmarks.mutants.operators.htmx import asking, attributes

SELECTOR, FILES, TOKEN = "unknown-selector", "missing-enctype", "missing-csrf"
EVENT, QUOTES = "unknown-event", "unquoted-attribute"
FIELD = "{{ csrf_field() }}"
FILE = '<input type="file" name="enclosed">'
type Maker = Callable[[Application, Random], Iterator[Change]]


def _near(*names: str) -> Maker:
    """An id that an attribute refers to, misspelt."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, one in attributes(app, *names):
            bare = one.value.removeprefix("#")
            if "{" in bare or len(bare) < 4 or not bare.replace("-", "").isalnum():
                continue
            made = one.value[: len(one.value) - len(bare)] + misspelt(bare, random)
            place = Place(SELECTOR, element.path, one.value_start, one.value_start + len(made))
            yield Change(element.path, one.value_start, one.value_end, made, (place,))

    return make


def _added(name: str) -> Maker:
    """An attribute that refers to nothing: an indicator that was never written."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, one in asking(app):
            if element.get(name) is None:
                text = f'{name}="#never-written" '
                start = one.start + text.index("#")
                place = Place(SELECTOR, element.path, start, start + len("#never-written"))
                yield Change(element.path, one.start, one.start, text, (place,))

    return make


def _id_lost(app: Application, random: Random) -> Iterator[Change]:
    """The id of an input misspelt: its label, if one names it, is due."""
    labels = [(owner, one) for owner, one in attributes(app, "for") if "{" not in one.value]
    for element in all_elements(app):
        own = element.get("id")
        if own is None or element.name not in ("input", "textarea", "select") or len(own.value) < 4:
            continue
        naming = [(owner, one) for owner, one in labels if owner.path == element.path and one.value == own.value]
        if len(naming) != 1 or own.value.startswith("{"):
            continue
        made = misspelt(own.value, random)
        owner, one = naming[0]
        moved = len(made) - len(own.value) if one.start > own.start else 0
        place = Place(SELECTOR, owner.path, one.value_start + moved, one.value_end + moved)
        yield Change(element.path, own.value_start, own.value_end, made, (place,))


def _forms(app: Application) -> Iterator[Element]:
    for element in all_elements(app):
        method = element.get("method")
        if element.name == "form" and method is not None and method.value == "post":
            yield element


def _file(app: Application, random: Random) -> Iterator[Change]:
    """An input for files in a form that has none."""
    for form in _forms(app):
        place = Place(FILES, form.path, form.start, form.end)
        yield Change(form.path, form.end, form.end, FILE, (place,))


def _file_by_htmx(app: Application, random: Random) -> Iterator[Change]:
    """The same, where htmx alone sends the form: `method` and `action` are gone."""
    for form in _forms(app):
        method, action = form.get("method"), form.get("action")
        if method is None or action is None or method.start < action.start or form.get("hx-post") is None:
            continue
        text = app.files[form.path]
        made = text[form.start : action.start] + text[method.end : form.end]
        place = Place(FILES, form.path, form.start, form.start + len(made))
        yield Change(form.path, form.start, form.end, made + FILE, (place,))


def _file_sent(app: Application, random: Random) -> Iterator[Change]:
    for form in _forms(app):
        text = app.files[form.path]
        head = text[form.start : form.end - 1] + ' enctype="multipart/form-data">'
        yield Change(form.path, form.start, form.end, head + FILE, ())


def _token_lost(app: Application, random: Random) -> Iterator[Change]:
    """`{{ csrf_field() }}` of a form is gone."""
    for form in _forms(app):
        text = app.files[form.path]
        at = text.find(FIELD, form.end)
        if 0 <= at < text.find("</form>", form.end):
            yield Change(form.path, at, at + len(FIELD), "", (Place(TOKEN, form.path, form.start, form.end),))


def _event_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for element, one in attributes(app, "sse-swap", "sse-close"):
        made = misspelt(one.value, random)
        place = Place(EVENT, element.path, one.value_start, one.value_start + len(made))
        yield Change(element.path, one.value_start, one.value_end, made, (place,))


def _trigger_misspelt(app: Application, random: Random) -> Iterator[Change]:
    for element, one in attributes(app, "hx-trigger"):
        if one.value.startswith("sse:") and one.value[4:].isalnum():
            start, made = one.value_start + 4, misspelt(one.value[4:], random)
            place = Place(EVENT, element.path, start, start + len(made), ((one.value_start, start + len(made)),))
            yield Change(element.path, start, one.value_end, made, (place,))


def _event_renamed(app: Application, random: Random) -> Iterator[Change]:
    """The name of an event in Python: who waits for it is due."""
    waits = [(element, one) for element, one in attributes(app, "sse-swap")]
    for element, one in waits:
        for module in app.modules:
            for call in module.calls():
                named = [arg for arg in call.args if module.text[slice(*module.range(arg))] == f'"{one.value}"']
                if named and "SSEEvent" in module.text[slice(*module.range(call.func))]:
                    start, end = module.range(named[0])
                    place = Place(EVENT, element.path, one.value_start, one.value_end)
                    yield Change(module.path, start, end, f'"{misspelt(one.value, random)}"', (place,))


def _unquoted(app: Application, random: Random) -> Iterator[Change]:
    """The quotes around a single expression that puts out a text are gone."""
    for element, one in attributes(app, "value", "placeholder", "title", "aria-label"):
        whole = next(iter(outputs(one.value)), None)
        if whole is None or whole[0] != one.value or '"' in one.value or ".id" in one.value or "[" in one.value:
            continue
        made = f"{one.name}={one.value}"
        start = one.start + len(one.name) + 1
        inner = (start, start + len(one.value))
        texts = ((one.start, one.start + len(made)), (start + 3, start + len(one.value) - 3), (start + 2, inner[1] - 2))
        place = Place(QUOTES, element.path, *inner, texts)
        yield Change(element.path, one.start, one.end, made, (place,))


def _asked(app: Application) -> Iterator[tuple[Element, str]]:
    """The inputs for words to look for, that show what was asked, and the expression that does."""
    for element in all_elements(app):
        name, value = element.get("name"), element.get("value")
        found = next(iter(outputs(value.value)), None) if value is not None else None
        if element.name == "input" and name is not None and name.value == "q" and found is not None:
            yield element, found[1].strip()


def _asked_in(before: str, after: str) -> Maker:
    """What was asked for, put into markup of its own."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for element, expression in _asked(app):
            made = f"{before}{{{{ {expression} }}}}{after}"
            start = element.end + len(before)
            at = element.end + made.index(expression)
            other = (start, start + len(made) - len(before) - len(after))
            place = Place(QUOTES, element.path, at, at + len(expression), (other,))
            yield Change(element.path, element.end, element.end, made, (place,))

    return make


def _quoted_again(app: Application, random: Random) -> Iterator[Change]:
    for element, expression in _asked(app):
        made = f'<a href="/?q={{{{ {expression} | urlencode }}}}" title="{{{{ {expression} }}}}">again</a>'
        yield Change(element.path, element.end, element.end, made, ())


def _described(app: Application, random: Random) -> Iterator[Change]:
    """A label and what it names, both new."""
    for element, _ in asking(app):
        if element.name == "form":
            made = '<label for="given-new">New</label><input id="given-new">'
            yield Change(element.path, element.end, element.end, made, ())


PAGES, TEXT, SAME = Proof.PAGES, Proof.TEXT, Proof.SAME
OPERATORS = (
    Operator("label misspelt", SELECTOR, _near("for", "list", "form"), PAGES),
    Operator("aria reference misspelt", SELECTOR, _near("aria-describedby", "aria-labelledby", "aria-controls"), PAGES),
    Operator("hx-include or hx-indicator misspelt", SELECTOR, _near("hx-include", "hx-indicator"), PAGES),
    Operator("indicator that is not there", SELECTOR, _added("hx-indicator"), PAGES),
    Operator("disabled element that is not there", SELECTOR, _added("hx-disabled-elt"), PAGES),
    Operator("id of a labelled input misspelt", SELECTOR, _id_lost, PAGES),
    Operator("label with its input", SELECTOR, _described, SAME),
    Operator("input for files in a plain form", FILES, _file, PAGES),
    Operator("input for files in a form of htmx", FILES, _file_by_htmx, PAGES),
    Operator("input for files in a multipart form", FILES, _file_sent, SAME),
    Operator("token of a form forgotten", TOKEN, _token_lost),
    Operator("event misspelt", EVENT, _event_misspelt, PAGES),
    Operator("event of a trigger misspelt", EVENT, _trigger_misspelt, TEXT),
    Operator("event renamed in Python", EVENT, _event_renamed, PAGES),
    Operator("quotes forgotten", QUOTES, _unquoted, PAGES),
    Operator("what was asked as an address", QUOTES, _asked_in('<a href="', '">again</a>'), TEXT),
    Operator("what was asked in a script", QUOTES, _asked_in('<script>const asked = "', '";</script>'), TEXT),
    Operator("what was asked in quotes", QUOTES, _quoted_again, SAME),
)
