"""Who is there, and how the shed answers when something was done: fragments for htmx, a redirect for a browser."""

from typing import Any, Final

from chirp import FormAction, Fragment, Redirect, get_request
from chirp.flash import flash
from chirp.middleware import current_user

from .domain import Member, Thing
from .store import Store

TOAST: Final = "partials/toast.html"
NAV: Final = "partials/nav.html"
WHO: Final = "partials/who.html"
SHOW: Final = "things/show.html"


def me() -> Member | None:
    """The member this request comes from."""
    member: Member | None = current_user()
    return member


def my_id() -> int:
    """The id of the member this request comes from, where `login_required` has made sure that there is one."""
    user: Any = current_user()
    return int(user.id)


def toast(message: str) -> Fragment:
    """A line in the corner, out of band."""
    return Fragment(TOAST, "toast", target="toasts", swap="beforeend", message=message)


def counters() -> tuple[Fragment, Fragment]:
    """The numbers in the navigation, out of band."""
    return Fragment(NAV, "out_count", target="out-count"), Fragment(WHO, "my_count", target="my-count")


def changed(url: str, *fragments: Fragment, message: str) -> FormAction:
    """Something was done: a browser goes to `url`, htmx gets the fragments and the numbers; both get the message."""
    if not get_request().is_fragment:
        flash(message)
    return FormAction(url, *fragments, *counters(), toast(message))


def gone_to(url: str, message: str) -> Redirect:
    """Something was done on a page that is not needed any more."""
    flash(message)
    return Redirect(url, status=303)


def thing_parts(store: Store, thing: Thing) -> tuple[Fragment, Fragment]:
    """The page of a thing as it is now: its card, and its history out of band."""
    detail = Fragment(SHOW, "detail", thing=thing, queue=store.queue(thing.id))
    return detail, Fragment(SHOW, "history", history=store.history(thing.id))
