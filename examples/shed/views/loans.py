"""Borrowing: taking out, bringing back, keeping longer, standing in line."""

from typing import Final

from chirp import OOB, App, FormAction, Fragment, Page, Redirect, Request
from chirp.middleware import login_required

from ..domain import Loan
from ..forms import BorrowForm
from ..rendering import changed, counters, gone_to, my_id, thing_parts, toast
from ..store import Store
from ..words import day

INDEX: Final = "loans.html"


def register(app: App, store: Store) -> None:
    """Adds the routes."""
    register_thing(app, store)
    register_loans(app, store)


def register_thing(app: App, store: Store) -> None:
    """Adds the routes of the buttons on the page of a thing."""

    def answer(id: int, message: str) -> FormAction:
        return changed(f"/things/{id}", *thing_parts(store, store.thing(id)), message=message)

    @app.route("/things/{id:int}/borrow", methods=["POST"])
    @login_required
    def borrow(id: int, form: BorrowForm) -> FormAction:
        loan = store.borrow(id, my_id(), form.days)
        return answer(id, f"{loan.thing} is yours until {day(loan.due)}.")

    @app.route("/things/{id:int}/wait", methods=["POST"])
    @login_required
    def wait(id: int) -> FormAction:
        store.wait(id, my_id())
        return answer(id, "You are in line.")

    @app.route("/things/{id:int}/unwait", methods=["POST"])
    @login_required
    def unwait(id: int) -> FormAction:
        store.stop_waiting(id, my_id())
        return answer(id, "You are out of the line.")

    @app.route("/things/{id:int}/return", methods=["POST"])
    @login_required
    def give_back(id: int) -> FormAction:
        thing = store.thing(id)
        if thing.loan_id is not None:
            store.give_back(thing.loan_id)
        return answer(id, f"{thing.name} is back. Thank you!")


def register_loans(app: App, store: Store) -> None:
    """Adds the list of what is out, and the routes of its buttons."""

    @app.route("/loans")
    def loans(request: Request) -> Page:
        return Page(INDEX, "results", listing=store.loans(request.query.get_int("page", 1)))

    @app.route("/loans/{id:int}/return", methods=["POST"])
    @login_required
    def bring_back(request: Request, id: int) -> OOB | Redirect:
        message = f"{store.give_back(id).thing} is back. Thank you!"
        if not request.is_fragment:
            return gone_to("/loans", message)
        return OOB("", *counters(), toast(message))

    @app.route("/loans/{id:int}/extend", methods=["POST"])
    @login_required
    def extend(id: int) -> FormAction:
        loan = store.extend(id, my_id())
        return changed("/loans", row(loan), message=f"{loan.thing} is yours until {day(loan.due)}.")

    def row(loan: Loan) -> Fragment:
        return Fragment("loan.html", "loan_row", loan=loan)
