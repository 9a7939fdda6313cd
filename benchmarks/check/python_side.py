"""The Python of generated projects: an application factory, helpers that call helpers, and handlers as closures."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.check.words import NOUNS, TEMPER, sentence, title

HELPERS = '''"""How every part of the application answers."""

from typing import Any

from chirp import Fragment, Page, Request, ValidationError

MAIN = "content"
BRAND = "The works"


def shared(request: Request, **more: Any) -> dict[str, Any]:
    """What the base template needs, and more."""
    context: dict[str, Any] = {"brand": BRAND, "here": request.path, "heading": BRAND, "errors": {}}
    context.update(more)
    return context


def page(request: Request, template: str, block: str = MAIN, /, **values: Any) -> Page:
    """A page for a browser, its block for htmx."""
    return Page(template, block, **shared(request, **values))


def main_page(request: Request, template: str, /, **values: Any) -> Page:
    """The usual page."""
    values.setdefault("note", "")
    return page(request, template, **values)


def refused(request: Request, template: str, block: str, errors: dict[str, str], /, **values: Any) -> ValidationError:
    """The form again, with what is wrong."""
    return ValidationError(template, block, **shared(request, errors=errors, **values))


def piece(template: str, block: str, /, **values: Any) -> Fragment:
    """A part of a page."""
    return Fragment(template, block, **values)


def said(message: str) -> Fragment:
    """A word of thanks in the corner of the page."""
    return Fragment("base.html", "toast", target="toast", message=message)


def checked(fields: Any, *names: str) -> dict[str, str]:
    """What is missing of some fields."""
    return {name: "This is needed." for name in names if not str(fields.get(name) or "").strip()}
'''


@dataclass(frozen=True, slots=True)
class Screen:
    """A template of an area with its handlers: its name, which is also a segment of its URL, and its kind."""

    name: str
    kind: str


def application(areas: Sequence[str]) -> str:
    """The module with the application."""
    lines = [
        '"""The application."""',
        "",
        "from pathlib import Path",
        "",
        "from chirp import App, AppConfig, Page, Request",
    ]
    lines += ["", "from web.helpers import page"]
    lines += [f"from web.{name} import register as register_{name}" for name in areas]
    lines += ["", "HERE = Path(__file__).parent", "", "", "def create_app() -> App:", '    """All of it."""']
    lines += ['    app = App(AppConfig(template_dir=HERE / "templates"))', "", '    @app.route("/")']
    lines += ["    def home(request: Request) -> Page:", '        return page(request, "base.html")', ""]
    lines += [f"    register_{name}(app)" for name in areas]
    return "\n".join([*lines, "    return app", "", "", "app = create_app()", ""])


def area_modules(area: str, properties: Sequence[str], screens: Sequence[Screen], random: Random) -> dict[str, str]:
    """The modules of an area, by their names in its package."""
    half = max(1, len(screens) * random.randint(4, 7) // 10)
    return {
        "__init__.py": _package(area),
        "store.py": _store(area, properties, random),
        "answers.py": _answers(area, random),
        "views.py": _views(area, properties, screens[:half], random),
        "more.py": _views(area, properties, screens[half:], random),
    }


def _package(area: str) -> str:
    return f'''"""{title(area)}."""

from chirp import App

from web.{area} import more, views


def register(app: App) -> None:
    """Adds the routes."""
    for part in (views, more):
        part.register(app)
'''


def _store(area: str, properties: Sequence[str], random: Random) -> str:
    count, every = random.randint(3, 9), random.randint(2, 5)
    fields = "\n".join(f'    {name}: str = "{random.choice(NOUNS)}"' for name in properties)
    sort = random.choice(properties)
    return f'''"""The items of {title(area).lower()}: {sentence(random).lower()}"""

from dataclasses import dataclass, replace
from typing import Any

SIZE = {random.randint(5, 40)}


@dataclass(frozen=True, slots=True)
class Item:
    """One of the items."""

    id: int
    name: str
    done: bool = False
{fields}


_items = {{
    number: Item(number, f"{random.choice(NOUNS)} {{number}}", number % {every} == 0) for number in range(1, {count})
}}


def find(number: int) -> Item:
    """An item; the first one where there is none of that number."""
    return _items.get(number) or _items[1]


def matching(words: str = "", *, page: int = 1) -> list[Item]:
    """The items with these words, by {sort}."""
    kept = [item for item in _items.values() if words.casefold() in item.name.casefold()]
    kept.sort(key=lambda item: (item.{sort}, item.id))
    return kept[(page - 1) * SIZE : page * SIZE]


def save(item: Item, values: Any) -> Item:
    """Keep what a form says."""
    changed = replace(item, name=str(values.get("name") or item.name))
    _items[item.id] = changed
    return changed


def remove(number: int) -> None:
    """Forget an item, but for the last."""
    if len(_items) > 1 and number != 1:
        _items.pop(number, None)
'''


def _answers(area: str, random: Random) -> str:
    keep = ["request, template, **context(**values)", 'request, template, "content", **context(**values)']
    helper = random.choice(("main_page", "page"))
    given = keep[0] if helper == "main_page" else keep[1]
    return f'''"""How {title(area).lower()} answers."""

from functools import partial
from typing import Any

from chirp import Page, Request

from web.helpers import {helper}, refused

SECTION = "{area}"
again = partial(refused)


def context(**more: Any) -> dict[str, Any]:
    """What the layout of this part needs."""
    known = {{"section": SECTION, "lead": "{sentence(random)}", **more}}
    known.setdefault("note", "")
    return known


def show(request: Request, template: str, /, **values: Any) -> Page:
    """A page of this part."""
    return {helper}({given})
'''


def _views(area: str, properties: Sequence[str], screens: Sequence[Screen], random: Random) -> str:
    handlers = "\n".join(_HANDLERS[one.kind](area, one.name, properties, random) for one in screens)
    templates = "\n".join(f'{one.name.upper()} = "{area}/{one.name}.html"' for one in screens)
    used = {"list": 0, "detail": 1, "form": 2, "board": 3, "dashboard": 4}
    kinds = sorted({one.kind for one in screens}, key=used.__getitem__)
    return f'''"""Handlers of {title(area).lower()}: {", ".join(kinds)}."""

import logging

from chirp import OOB, App, Fragment, Page, Redirect, Request, Template, ValidationError

from web.{area} import store
from web.{area}.answers import SECTION, again, context, show
from web.helpers import checked, piece, said, shared

log = logging.getLogger(__name__)
ROW = "{area}/row.html"
{templates}


def register(app: App) -> None:
    """Adds the routes."""
{handlers or "    log.debug(SECTION)"}
'''


def _url(area: str, name: str) -> str:
    return f"/{area.replace('_', '-')}/{name}"


def _list(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url, extra = _url(area, name), random.choice(properties)
    narrow = random.choice(
        (f"[item for item in found if item.{extra}]", "[item for item in found if item.id]", "found[:]")
    )
    return f'''
    @app.route("{url}")
    def {name}_list(request: Request):
        words = request.query.get("q", "").strip()
        found = store.matching(words)
        kept = {narrow}
        if len(kept) < len(found):
            log.info("%s of %s shown", len(kept), len(found))
        return show(request, {name.upper()}, items=kept, words=words, title="{title(name)}", total=len(found))

    @app.route("{url}/rows")
    def {name}_rows(request: Request) -> Fragment:
        """{sentence(random)}"""
        return piece({name.upper()}, "rows", items=store.matching(request.query.get("q", "")), words="")
'''


def _detail(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url, needed = _url(area, name), ", ".join(f'"{one}"' for one in ("name", *random.sample(list(properties), 2)))
    block = '"editor"' if random.random() < 0.6 else "block"
    local = "" if block != "block" else '\n        block = "editor"'
    return f'''
    @app.route("{url}/{{id:int}}")
    def {name}(request: Request, id: int):
        """{sentence(random)}"""
        item = store.find(id)
        others = [other for other in store.matching() if other.id != item.id]
        return show(request, {name.upper()}, item=item, others=others, title=f"{title(name)} {{id}}")

    @app.route("{url}/{{id:int}}", methods=["POST"])
    async def save_{name}(request: Request, id: int):
        fields = await request.form()
        item = store.find(id){local}
        wrong = checked(fields, {needed})
        if wrong:
            return again(request, {name.upper()}, {block}, wrong, item=item)
        saved = store.save(item, fields)
        return OOB(piece({name.upper()}, {block}, item=saved, errors={{}}), said("{sentence(random)}"))

    @app.route("{url}/{{id:int}}/remove", methods=["POST"])
    def remove_{name}(id: int) -> Redirect:
        store.remove(id)
        return Redirect("{url}/1")
'''


def _form(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url = _url(area, name)
    return f'''
    @app.route("{url}/new")
    def new_{name}(request: Request) -> Page:
        return show(request, {name.upper()}, item=store.find(1), title="{random.choice(TEMPER)} a {title(name)}")

    @app.route("{url}/new", methods=["POST"])
    async def add_{name}(request: Request) -> Redirect | ValidationError:
        fields = await request.form()
        errors = checked(fields, "name", "{random.choice(properties)}")
        if errors:
            log.warning("refused: %s", sorted(errors))
            return ValidationError({name.upper()}, "fields", errors=errors, item=store.find(1))
        store.save(store.find(1), fields)
        return Redirect("{url}/new")
'''


def _board(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url, group = _url(area, name), random.choice(properties)
    return f'''
    def {name}_columns() -> dict[str, list[store.Item]]:
        columns: dict[str, list[store.Item]] = {{}}
        for item in store.matching():
            columns.setdefault(item.{group}, []).append(item)
        return columns

    @app.route("{url}/board")
    def {name}_board(request: Request):
        values = {{"columns": {name}_columns(), "title": "{title(name)}"}}
        return show(request, {name.upper()}, **values)

    @app.route("{url}/board/{{id:int}}/move", methods=["POST"])
    def move_{name}(request: Request, id: int):
        """{sentence(random)}"""
        item = store.find(id)
        log.debug("moved %s", item.name)
        return Fragment({name.upper()}, "columns", columns={name}_columns())
'''


def _dashboard(area: str, name: str, properties: Sequence[str], random: Random) -> str:
    url, first = _url(area, name), random.choice(properties)
    return f'''
    @app.route("{url}/overview")
    def {name}_overview(request: Request) -> Template:
        items = store.matching()
        done = sum(item.done for item in items)
        state = "finished" if done == len(items) else "{random.choice(TEMPER)}"
        values = context(title="{title(name)}", items=items[:{random.randint(3, 8)}], done=done)
        return Template({name.upper()}, state=state, **shared(request, **values))

    @app.route("{url}/overview/figures")
    def {name}_figures() -> Fragment:
        figures = {{item.{first}: item.id for item in store.matching()}}
        return Fragment({name.upper()}, "figures", done=len(figures), state="{random.choice(NOUNS)}")
'''


_HANDLERS = {"list": _list, "detail": _detail, "form": _form, "board": _board, "dashboard": _dashboard}
