"""Members: the list, one member, joining, editing, leaving."""

from typing import Final

from chirp import App, Form, FormAction, Fragment, Page, Redirect, Request, ValidationError
from chirp.middleware import login_required

from ..domain import Member
from ..forms import MemberForm
from ..rendering import changed, gone_to
from ..store import Store, Taken

INDEX: Final = "members/index.html"
EDIT: Final = "members/edit.html"
ROW: Final = "members/row.html"

TAKEN: Final = "Somebody has this address already."


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_list(app, store)
    register_member(app, store)
    register_editing(app, store)


def register_list(app: App, store: Store) -> None:
    """Adds the list and its form, which everybody may fill in."""

    @app.route("/members")
    def members(request: Request) -> Page:
        words = request.query.get("q", "").strip()
        return Page(INDEX, "people", members=store.members(words), words=words, form=Form(MemberForm))

    def invalid(form: Form[MemberForm]) -> ValidationError:
        return ValidationError(INDEX, "form", full_page=True, members=store.members(), words="", form=form)

    @app.route("/members", methods=["POST"])
    def join(form: Form[MemberForm]) -> FormAction | ValidationError:
        if not form.ok:
            return invalid(form)
        try:
            added = store.add_member(form.data)
        except Taken as error:
            return invalid(form.with_error(error.field, TAKEN))
        everybody = store.members()
        return changed(
            "/members",
            Fragment(INDEX, "form", form=Form(MemberForm)),
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

    @app.route("/members/{id:int}/delete")
    @login_required
    def ask(id: int) -> Page:
        return Page("members/delete.html", "question", member=store.member(id))

    @app.route("/members/{id:int}/delete", methods=["POST"])
    @login_required
    def leave(id: int) -> Redirect:
        gone = store.remove_member(id)
        return gone_to("/members", f"{gone.name} has moved away.")


def register_editing(app: App, store: Store) -> None:
    """Adds the routes with which a row becomes a form and a row again."""

    def invalid(member: Member, form: Form[MemberForm]) -> ValidationError:
        return ValidationError(EDIT, "form", full_page=True, member=member, form=form)

    @app.route("/members/{id:int}/edit")
    @login_required
    def edit(id: int) -> Page:
        found = store.member(id)
        return Page(EDIT, "form", member=found, form=Form(MemberForm, found))

    @app.route("/members/{id:int}", methods=["POST", "PUT"])
    @login_required
    def save(id: int, form: Form[MemberForm]) -> FormAction | ValidationError:
        before = store.member(id)
        if not form.ok:
            return invalid(before, form)
        try:
            saved = store.change_member(id, form.data)
        except Taken as error:
            return invalid(before, form.with_error(error.field, TAKEN))
        return changed("/members", Fragment(ROW, "member_row", member=saved), message=f"{saved.name} is saved.")
