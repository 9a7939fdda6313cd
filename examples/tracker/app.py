"""Perch, a task tracker for a small team: the application factory."""

from datetime import date, datetime
from pathlib import Path
from typing import Final

from chirp import App, AppConfig, Next, Request, Response, g

from . import errors, words
from .domain import Hue, Person, Priority, Status, TaskFilter, TaskView
from .seed import demo_store
from .session import me, person_of, secure, theme
from .store import Store
from .views import api, comments, home, people, projects, tasks
from .views.labels import LabelViews

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"

type Options = tuple[tuple[str, str], ...]


def create_app(store: Store | None = None, *, debug: bool = False) -> App:
    """The tracker around a store; without one, around the demonstration data."""
    known = demo_store() if store is None else store
    app = App(AppConfig(template_dir=HERE / "templates", static_dir=STATIC, debug=debug))

    async def remember_person(request: Request, next: Next) -> Response:
        g.person = person_of(request, known)
        return await next(request)

    app.add_middleware(remember_person)
    app.add_middleware(secure)
    add_filters(app)
    add_globals(app, known)
    for part in (home, projects, tasks, comments, people, api):
        part.register(app, known)
    LabelViews(known).register(app)
    errors.register(app)
    return app


def add_filters(app: App) -> None:
    """The words that templates put values into."""
    app.template_filter("ago")(words.ago)
    app.template_filter("clock")(words.clock)
    app.template_filter("day")(words.day)
    app.template_filter("first_name")(words.first_name)
    app.template_filter("initials")(words.initials)
    app.template_filter("paragraphs")(words.paragraphs)
    app.template_filter("plural")(words.plural)


def add_globals(app: App, store: Store) -> None:
    """What every template can ask for."""
    app.template_global("me")(me)
    app.template_global("theme")(theme)

    @app.template_global()
    def now() -> datetime:
        return store.clock()

    @app.template_global()
    def today() -> date:
        return store.clock().date()

    @app.template_global()
    def asset(path: str) -> str:
        return f"/static/{path}?v={int((STATIC / path).stat().st_mtime)}"

    @app.template_global()
    def open_count() -> int:
        return sum(not task.done for task in store.tasks(TaskFilter(assignee=me().id)))

    @app.template_global()
    def everybody() -> tuple[Person, ...]:
        return store.people()

    @app.template_global()
    def due_class(task: TaskView) -> str:
        if task.due is None or task.done:
            return "due-later"
        left = (task.due - today()).days
        return "due-past" if left < 0 else "due-soon" if left < 3 else "due-later"

    add_choices(app, store)


def add_choices(app: App, store: Store) -> None:
    """The options of select boxes, as pairs of value and text."""

    @app.template_global()
    def hues() -> tuple[Hue, ...]:
        return tuple(Hue)

    @app.template_global()
    def statuses() -> tuple[Status, ...]:
        return tuple(Status)

    @app.template_global()
    def status_options() -> Options:
        return tuple((status.value, status.label) for status in Status)

    @app.template_global()
    def status_tabs() -> Options:
        return (("", "All"), *status_options())

    @app.template_global()
    def priority_options() -> Options:
        return tuple((priority.value, priority.label) for priority in Priority)

    @app.template_global()
    def people_options() -> Options:
        return tuple((str(person.id), person.name) for person in store.people())

    @app.template_global()
    def assignee_options() -> Options:
        return (("", "Nobody yet"), *people_options())
