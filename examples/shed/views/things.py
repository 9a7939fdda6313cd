"""Things: the list, one thing, putting in, editing, taking out for good."""

import csv
import io
from typing import Final

from chirp import App, Form, FormAction, Fragment, Page, Redirect, Request, ValidationError
from chirp.flash import flash
from chirp.middleware import login_required

from ..domain import Thing, ThingFilter
from ..forms import PlaceForm, ThingForm, label_code, read_filter
from ..rendering import changed, gone_to, thing_parts
from ..store import Outdated, Store, Taken

INDEX: Final = "things/index.html"
SHOW: Final = "things/show.html"
FORM: Final = "things/form.html"
PLACE: Final = "things/place.html"

TAKEN: Final = "Another thing has this code already."
OUTDATED: Final = "Somebody changed this thing while you were writing. Save again to put yours in its place."


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_lists(app, store)
    register_adding(app, store)
    register_editing(app, store)
    register_place(app, store)
    register_removal(app, store)


def register_lists(app: App, store: Store) -> None:
    """Adds the routes that show many things."""

    @app.route("/things")
    def things(request: Request) -> Page:
        wanted = read_filter(request)
        return Page(INDEX, "results", wanted=wanted, listing=store.things(wanted))

    @app.route("/things.csv")
    def export() -> tuple[str, int, dict[str, str]]:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["code", "name", "kind", "place", "with", "due"])
        for thing in store.things(ThingFilter(), size=10_000).entries:
            writer.writerow([thing.code, thing.name, thing.kind, thing.place, thing.holder or "", thing.due or ""])
        headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="shed.csv"'}
        return out.getvalue(), 200, headers

    @app.route("/things/{id:int}", name="thing")
    def thing(id: int) -> Page:
        found = store.thing(id)
        return Page(SHOW, "detail", thing=found, queue=store.queue(id), history=store.history(id))


def register_adding(app: App, store: Store) -> None:
    """Adds the routes with which something new comes in."""

    def invalid(form: Form[ThingForm]) -> ValidationError:
        return ValidationError(FORM, "form", full_page=True, thing=None, form=form)

    @app.route("/things/new")
    @login_required
    def new() -> Page:
        return Page(FORM, "form", thing=None, form=Form(ThingForm))

    @app.route("/things", methods=["POST"])
    @login_required
    def add(form: Form[ThingForm]) -> FormAction | ValidationError:
        if not form.ok:
            return invalid(form)
        try:
            added = store.add_thing(form.data)
        except Taken as error:
            return invalid(form.with_error(error.field, TAKEN))
        flash(f"{added.name} is in the shed.")
        return FormAction(f"/things/{added.id}")

    @app.route("/things/code")
    def check(request: Request) -> Fragment:
        code = request.query.get("code", "").strip()
        besides = request.query.get_int("besides", 0)
        message = label_code(code) or (TAKEN if store.code_is_taken(code, besides) else "")
        return Fragment(FORM, "code_hint", message=message)


def register_editing(app: App, store: Store) -> None:
    """Adds the routes that change everything about a thing."""

    def invalid(thing: Thing, form: Form[ThingForm]) -> ValidationError:
        return ValidationError(FORM, "form", full_page=True, thing=thing, form=form)

    @app.route("/things/{id:int}/edit")
    @login_required
    def edit(id: int) -> Page:
        found = store.thing(id)
        return Page(FORM, "form", thing=found, form=Form(ThingForm, found))

    @app.route("/things/{id:int}", methods=["POST", "PUT"])
    @login_required
    def save(id: int, form: Form[ThingForm]) -> FormAction | ValidationError:
        before = store.thing(id)
        if not form.ok:
            return invalid(before, form)
        try:
            saved = store.change_thing(id, form.data)
        except Taken as error:
            return invalid(before, form.with_error(error.field, TAKEN))
        except Outdated as error:
            return invalid(error.thing, form.with_error("revision", OUTDATED))
        return changed(f"/things/{id}", *thing_parts(store, saved), message=f"{saved.name} is saved.")


def register_place(app: App, store: Store) -> None:
    """Adds the routes with which the place is edited where it stands."""

    @app.route("/things/{id:int}/place")
    def show_place(id: int) -> Fragment:
        return Fragment(SHOW, "place", thing=store.thing(id))

    @app.route("/things/{id:int}/place/edit")
    @login_required
    def edit_place(id: int) -> Page:
        found = store.thing(id)
        return Page(PLACE, "form", thing=found, form=Form(PlaceForm, found))

    @app.route("/things/{id:int}/place", methods=["POST"])
    @login_required
    def save_place(id: int, form: Form[PlaceForm]) -> FormAction | ValidationError:
        if not form.ok:
            return ValidationError(PLACE, "form", full_page=True, thing=store.thing(id), form=form)
        moved = store.move_thing(id, form.data.place)
        place = Fragment(SHOW, "place", thing=moved)
        return changed(f"/things/{id}", place, message=f"{moved.name} has its place.")


def register_removal(app: App, store: Store) -> None:
    """Adds the routes with which a thing goes for good."""

    @app.route("/things/{id:int}/delete")
    @login_required
    def ask(id: int) -> Page:
        return Page("things/delete.html", "question", thing=store.thing(id))

    @app.route("/things/{id:int}/delete", methods=["POST"])
    @login_required
    def confirmed(id: int) -> Redirect:
        gone = store.remove_thing(id)
        return gone_to("/things", f"{gone.name} is gone.")
