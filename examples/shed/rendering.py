"""How the shed answers when something was done: fragments for htmx, a redirect for a browser."""

from typing import Final

from chirp import FormAction, Fragment

from .domain import Thing
from .store import Store

TOAST: Final = "partials/toast.html"
NAV: Final = "partials/nav.html"
WHO: Final = "partials/who.html"
SHOW: Final = "things/show.html"


def toast(message: str) -> Fragment:
    """A line in the corner, out of band."""
    return Fragment(TOAST, "toast", target="toasts", swap="beforeend", message=message)


def counters() -> tuple[Fragment, Fragment]:
    """The numbers in the navigation, out of band."""
    return Fragment(NAV, "out_count", target="out-count"), Fragment(WHO, "my_count", target="my-count")


def changed(url: str, *fragments: Fragment, message: str) -> FormAction:
    """Something was done: a browser goes to `url`, htmx gets the fragments, the numbers and a toast."""
    return FormAction(url, *fragments, *counters(), toast(message))


def thing_parts(store: Store, thing: Thing) -> tuple[Fragment, Fragment]:
    """The page of a thing as it is now: its card, and its history out of band."""
    detail = Fragment(SHOW, "detail", thing=thing, queue=store.queue(thing.id))
    return detail, Fragment(SHOW, "history", history=store.history(thing.id))
