"""The pages that belong to no one part: home, activity, search, switching between people."""

from chirp import App, Page, Redirect, Request, Response, Template

from ..domain import TaskFilter
from ..rendering import Context, render, with_counts
from ..session import PERSON_COOKIE, YEAR, me
from ..store import Store


def _search(store: Store, words: str) -> Context:
    if not words:
        return {"found": 0, "tasks": (), "projects": (), "people": ()}
    tasks = store.tasks(TaskFilter(text=words))
    projects = store.projects(text=words)
    people = [person for person in store.people() if words.casefold() in person.name.casefold()]
    return {
        "found": len(tasks) + len(projects) + len(people),
        "tasks": tasks,
        "projects": projects,
        "people": people,
    }


def register(app: App, store: Store) -> None:
    """Adds the routes."""

    def home_context() -> Context:
        mine = store.tasks(TaskFilter(assignee=me().id, sort="due"))
        return {
            "section": "home",
            "counts": store.counts(),
            "mine": [task for task in mine if not task.done],
            "projects": with_counts(store, store.projects()),
            "events": store.events()[:6],
        }

    @app.route("/", name="home")
    def home() -> Template | Page:
        return render("dashboard.html", "summary", **home_context())

    @app.route("/activity")
    def activity(request: Request) -> Template | Page:
        pages = store.event_pages()
        page = min(max(request.query.get_int("page", 1), 1), pages)
        context: Context = {"section": "activity", "page": page, "pages": pages}
        return render("activity.html", "entries", events=store.events(page), **context)

    @app.route("/search")
    def search(request: Request) -> Template | Page:
        words = request.query.get("q", "").strip()
        return render("search.html", "results", q=words, **_search(store, words))

    @app.route("/switch", methods=["POST"])
    async def switch(request: Request) -> Response:
        form = await request.form()
        person = store.person(form.get_int("person", 0))
        answer = Response("", 303).with_header("Location", "/")
        return answer.with_cookie(PERSON_COOKIE, str(person.id), max_age=YEAR)

    @app.route("/dashboard")
    def old_home() -> Redirect:
        return Redirect("/", status=308)
