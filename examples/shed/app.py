"""Shed, a street's library of things: the application factory."""

import os
from collections.abc import AsyncGenerator
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Final

from chirp import App, AppConfig
from chirp.middleware import AuthMiddleware, CSRFMiddleware, SecurityHeaders, SessionMiddleware

from . import errors, seed, words
from .domain import Kind, State
from .forms import DAYS
from .rendering import me
from .store import Store
from .views import home, loans, members, things

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
DATA: Final = HERE / "shed.sqlite"

type Options = tuple[tuple[str, str], ...]


def create_app(store: Store | None = None, *, debug: bool = False) -> App:
    """The shed around a store; without one, around the file that SHED_DATA names, or `shed.sqlite` beside this one.

    Nothing is opened before the application starts, so that what only looks at it needs no file.
    """
    known = Store(Path(os.environ.get("SHED_DATA", DATA))) if store is None else store
    app = App(AppConfig(template_dir=HERE / "templates", static_dir=STATIC, secret_key=secret_key(), debug=debug))
    # What refuses a request comes after what the page that says so needs: sessions, and who is there.
    for layer in (
        SecurityHeaders(),
        SessionMiddleware(),
        AuthMiddleware(known.find_member, login_url="/enter"),
        CSRFMiddleware(),
    ):
        app.add_middleware(layer)

    @app.lifespan
    async def data() -> AsyncGenerator[None]:
        if known.open():
            seed.fill(known)
        yield
        known.close()

    add_filters(app)
    add_globals(app, known)
    for part in (home, things, loans, members):
        part.register(app, known)
    errors.register(app)
    return app


def secret_key() -> str:
    """What sessions are signed with. Without SHED_SECRET it is made up, and a restart asks everybody who they are."""
    return os.environ.get("SHED_SECRET") or token_hex(32)


def add_filters(app: App) -> None:
    """The words that templates put values into."""
    app.template_filter("day")(words.day)
    app.template_filter("initials")(words.initials)
    app.template_filter("plural")(words.plural)


def add_globals(app: App, store: Store) -> None:
    """What every template can ask for."""

    app.template_global("me")(me)

    @app.template_global()
    def until(due: date) -> str:
        return words.until(due, store.today())

    @app.template_global()
    def late(due: date) -> bool:
        return due < store.today()

    @app.template_global()
    def out_total() -> int:
        return store.counts().out

    @app.template_global()
    def my_total() -> int:
        found = me()
        return store.member(found.id).out if found else 0

    @app.template_global()
    def asset(path: str) -> str:
        return f"/static/{path}?v={int((STATIC / path).stat().st_mtime)}"

    add_choices(app)


def add_choices(app: App) -> None:
    """The options of select boxes, as pairs of value and text."""

    @app.template_global()
    def kind_options() -> Options:
        return tuple((kind.value, kind.label) for kind in Kind)

    @app.template_global()
    def state_options() -> Options:
        return ((State.HERE.value, "In the shed"), (State.OUT.value, "Out"), (State.LATE.value, "Late"))

    @app.template_global()
    def day_options() -> Options:
        return tuple((str(days), f"for {days // 7} weeks" if days > 7 else "for a week") for days in DAYS)
