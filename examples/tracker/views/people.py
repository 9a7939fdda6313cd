"""The team: everybody, one person, and a person's own settings."""

from typing import Final

from chirp import App, FormAction, Fragment, Page, Redirect, Request, Response, Template

from ..domain import Person, TaskFilter
from ..forms import Fields, PersonForm
from ..rendering import Context, changed, invalid, render
from ..seed import demo_store
from ..session import THEME_COOKIE, THEMES, YEAR, me
from ..store import Store

PEOPLE: Final = "people/index.html"
SETTINGS: Final = "settings.html"


def register(app: App, store: Store) -> None:
    """Adds the routes."""

    def team_context() -> Context:
        team = [(person, len(open_tasks(person))) for person in store.people()]
        return {"section": "people", "team": team}

    def open_tasks(person: Person, *, done: bool = False) -> list[object]:
        return [task for task in store.tasks(TaskFilter(assignee=person.id, sort="due")) if done or not task.done]

    @app.route("/people")
    def people() -> Template | Page:
        return render(PEOPLE, "people_list", form=PersonForm(), **team_context())

    @app.route("/people", methods=["POST"])
    async def add_person(request: Request) -> FormAction | tuple[Page, int]:
        form = PersonForm.read(await request.form(), store)
        if not form.ok:
            return invalid(PEOPLE, "invite", form=form, **team_context())
        person = store.add_person(form.name, form.email, form.role)
        context = team_context()
        empty_form = Fragment(PEOPLE, "invite", form=PersonForm(), **context)
        team = Fragment(PEOPLE, "people_list", target="people", **context)
        return changed("/people", empty_form, team, message=f"{person.name} is on the team.")

    @app.route("/people/{id:int}", name="person")
    def person(request: Request, id: int) -> Template | Page:
        found = store.person(id)
        done = request.query.get_bool("done", False)
        context: Context = {"person": found, "tasks": open_tasks(found, done=done), "show_done": done}
        context.setdefault("section", "people")
        return render("people/show.html", "person_tasks", **context)

    @app.route("/settings")
    def settings() -> Template | Page:
        return render(SETTINGS, form=PersonForm.of(me()), theme_options=THEMES)

    @app.route("/settings", methods=["POST"])
    async def change_settings(request: Request) -> FormAction | Redirect | Response | tuple[Page, int]:
        fields = await request.form()
        match fields.get("intent", ""):
            case "profile":
                return save_profile(fields)
            case "appearance":
                chosen = fields.get("theme", "auto")
                answer = Response("", 303).with_header("Location", "/settings")
                return answer.with_cookie(THEME_COOKIE, chosen if chosen in dict(THEMES) else "auto", max_age=YEAR)
            case "start-over":
                store.become(demo_store(store.clock))
                return Redirect("/", status=303)
            case _:
                return Redirect("/settings", status=303)

    def save_profile(fields: Fields) -> FormAction | tuple[Page, int]:
        form = PersonForm.read(fields, store, me())
        if not form.ok:
            return invalid(SETTINGS, "profile", form=form, theme_options=THEMES)
        store.change_person(me().id, name=form.name, email=form.email, role=form.role)
        return changed("/settings", Fragment(SETTINGS, "profile", form=form))
