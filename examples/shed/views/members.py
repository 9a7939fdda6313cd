"""Members: the list, one member, joining, editing, leaving."""

from typing import Final

from chirp import App, FormAction, Fragment, Page, Redirect, Request

from ..forms import MemberForm
from ..rendering import changed, toast
from ..store import Store, Taken

INDEX: Final = "members/index.html"
EDIT: Final = "members/edit.html"
ROW: Final = "members/row.html"

TAKEN: Final = "Somebody has this address already."


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_list(app, store)
    register_member(app, store)


def register_list(app: App, store: Store) -> None:
    """Adds the list and its form."""

    @app.route("/members")
    def members(request: Request) -> Page:
        words = request.query.get("q", "").strip()
        return Page(INDEX, "people", members=store.members(words), words=words, form=MemberForm())

    def invalid(form: MemberForm) -> tuple[Page, int]:
        return Page(INDEX, "form", members=store.members(), words="", form=form), 422

    @app.route("/members", methods=["POST"])
    def join(request: Request) -> FormAction | tuple[Page, int]:
        form = MemberForm.read(request.form)
        if form.errors:
            return invalid(form)
        try:
            added = store.add_member(form.draft())
        except Taken:
            return invalid(form.but(email=TAKEN))
        everybody = store.members()
        return changed(
            "/members",
            Fragment(INDEX, "form", form=MemberForm()),
            Fragment(INDEX, "people", members=everybody, words=""),
            Fragment(INDEX, "total", target="member-total", members=everybody),
            message=f"Welcome, {added.name}!",
        )


def register_member(app: App, store: Store) -> None:
    """Adds the routes of one member."""

    @app.route("/members/{id:int}")
    def member(id: int) -> Page:
        found = store.member(id)
        return Page("members/show.html", "profile", member=found, loans=store.loans(member_id=id).entries)

    @app.route("/members/{id:int}/row")
    def row(id: int) -> Fragment:
        return Fragment(ROW, "member_row", member=store.member(id))

    @app.route("/members/{id:int}/edit")
    def edit(id: int) -> Page:
        found = store.member(id)
        return Page(EDIT, "form", member=found, form=MemberForm.of(found))

    @app.route("/members/{id:int}", methods=["POST", "PUT"])
    def save(request: Request, id: int) -> FormAction | tuple[Page, int]:
        before = store.member(id)
        form = MemberForm.read(request.form)
        if not form.errors:
            try:
                saved = store.change_member(id, form.draft())
            except Taken:
                form = form.but(email=TAKEN)
            else:
                return FormAction("/members", Fragment(ROW, "member_row", member=saved), toast("Saved."))
        return Page(EDIT, "form", member=before, form=form), 422

    @app.route("/members/{id:int}/delete")
    def ask(id: int) -> Page:
        return Page("members/delete.html", "question", member=store.member(id))

    @app.route("/members/{id:int}/delete", methods=["POST"])
    def leave(id: int) -> Redirect:
        store.remove_member(id)
        return Redirect("/members", status=303)
