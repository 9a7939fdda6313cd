"""Home, entering and leaving, and what stands beside the pages: data for scripts, a line for whoever watches."""

from chirp import App, Form, Page, Redirect, Request, ValidationError
from chirp.flash import flash
from chirp.http.urls import safe_next
from chirp.middleware import login, logout

from ..forms import EntranceForm, read_filter
from ..rendering import me
from ..store import Store


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_entrance(app, store)

    @app.route("/", name="home")
    def home() -> Page:
        member = me()
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
    def entrance(request: Request) -> Page:
        form = Form(EntranceForm, {"next": request.query.get("next", "")})
        return Page("enter.html", "entrance", members=store.members(), form=form)

    @app.route("/enter", methods=["POST"])
    def enter(form: Form[EntranceForm]) -> Redirect | ValidationError:
        member = store.find_member(form.data.member) if form.ok else None
        if member is None:
            wrong = form.with_error("member", "Choose your name.")
            return ValidationError("enter.html", "entrance", full_page=True, members=store.members(), form=wrong)
        login(member.id)
        flash(f"Hello, {member.name}!")
        return Redirect(safe_next(form.data.next), status=303)

    @app.route("/leave", methods=["POST"])
    def leave() -> Redirect:
        logout()
        return Redirect("/", status=303)
