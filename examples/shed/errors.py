"""What people see when something is not there, is against the rules, or goes wrong."""

from typing import Final

from chirp import App, Page, Request

from .store import Missing, Refused

PAGE: Final = "error.html"

# Behind a button the message is a toast, wherever the request wanted its answer.
TO_TOASTS: Final = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}

type Shown = tuple[Page, int, dict[str, str]]


def _shown(request: Request, status: int, heading: str, message: str) -> Shown:
    """A page for somebody who came here, a toast for somebody who pressed a button on another page."""
    headers = TO_TOASTS if request.is_fragment else {}
    return Page(PAGE, "toast", heading=heading, message=message), status, headers


def register(app: App) -> None:
    """Adds the error handlers."""

    @app.error(404)
    def not_found(request: Request) -> Shown:
        return _shown(request, 404, "There is no such page", f"Nothing is at {request.path}.")

    @app.error(Missing)
    def missing(request: Request, error: Missing) -> Shown:
        return _shown(request, 404, "That is gone", f"{error} Somebody may have taken it out.")

    @app.error(Refused)
    def refused(request: Request, error: Refused) -> Shown:
        return _shown(request, 409, "That does not work", str(error))

    @app.error(403)
    def forbidden(request: Request) -> Shown:
        return _shown(request, 403, "That came from elsewhere", "Open the page anew, and send it again from there.")

    @app.error(500)
    def failed(request: Request) -> Shown:
        return _shown(request, 500, "Something went wrong", "It is not your fault. Try again in a moment.")
