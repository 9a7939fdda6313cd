"""Home, entering and leaving, and what stands beside the pages: data for scripts, a line for whoever watches."""

from chirp import App, Page, Redirect, Request

from .. import session
from ..forms import number, read_filter
from ..store import Missing, Store


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_entrance(app, store)

    @app.route("/", name="home")
    def home() -> Page:
        member = session.me(store)
        loans = store.loans(member_id=member.id).entries if member else ()
        return Page("home.html", "overview", counts=store.counts(), newest=store.newest(6), loans=loans)

    @app.route("/api/things")
    def things(request: Request) -> dict[str, object]:
        found = store.things(read_filter(request))
        entries = [
            {"code": thing.code, "name": thing.name, "kind": thing.kind, "here": thing.here, "due": thing.due}
            for thing in found.entries
        ]
        return {"total": found.total, "page": found.page, "pages": found.pages, "things": entries}

    @app.route("/health")
    def health() -> dict[str, int]:
        return {"things": store.counts().things}


def register_entrance(app: App, store: Store) -> None:
    """Adds the routes with which somebody says who they are."""

    @app.route("/enter")
    def entrance() -> Page:
        return Page("enter.html", "entrance", members=store.members(), error="")

    @app.route("/enter", methods=["POST"])
    def enter(request: Request) -> Redirect | tuple[Page, int]:
        try:
            member = store.member(number(request.form.get("member", "")))
        except Missing:
            return Page("enter.html", "entrance", members=store.members(), error="Choose your name."), 422
        session.enter(member)
        return Redirect("/", status=303)

    @app.route("/leave", methods=["POST"])
    def leave() -> Redirect:
        session.leave()
        return Redirect("/", status=303)
