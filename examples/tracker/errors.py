"""What people see when something is not there or goes wrong."""

from typing import Final

from chirp import App, Page, Request, Template

from .rendering import TOAST, render
from .store import Missing

PAGE: Final = "errors/error.html"

# A toast lands in its own corner, wherever the request wanted its answer.
TO_TOASTS: Final = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}


def _not_there(request: Request, heading: str, message: str) -> tuple[Template | Page, int, dict[str, str]]:
    """A page for somebody who came here, a toast for somebody who pressed a button on another page."""
    template, block = (TOAST, "toast") if request.is_fragment else (PAGE, "content")
    headers = TO_TOASTS if request.is_fragment else {}
    return render(template, block, status=404, heading=heading, message=message), 404, headers


def register(app: App) -> None:
    """Adds the error handlers."""

    @app.error(404)
    def not_found(request: Request) -> tuple[Template | Page, int, dict[str, str]]:
        return _not_there(request, "There is no such page", f"Nothing is at {request.path}.")

    @app.error(Missing)
    def missing(request: Request, error: Missing) -> tuple[Template | Page, int, dict[str, str]]:
        return _not_there(request, "That is gone", f"{error} Somebody may have deleted it.")

    @app.error(405)
    def wrong_method() -> tuple[Template | Page, int]:
        message = "The page exists, but it cannot be used in this way."
        return render(PAGE, status=405, heading="That does not work here", message=message), 405

    @app.error(500)
    def failed() -> tuple[Template | Page, int]:
        message = "It is not your fault. Try again in a moment."
        return render(PAGE, status=500, heading="Something went wrong", message=message), 500
