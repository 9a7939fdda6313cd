"""What people see when something is not there or goes wrong."""

from chirp import App, Fragment, Page, Request, Template

from .rendering import TOAST, render
from .store import Missing

# A toast lands in its own corner, wherever the request wanted its answer.
TO_TOASTS = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}


def _error_page(status: int, heading: str, message: str) -> tuple[Template | Page, int]:
    return render("errors/error.html", status=status, heading=heading, message=message), status


def register(app: App) -> None:
    """Adds the error handlers."""

    @app.error(404)
    def not_found(request: Request) -> tuple[Template | Page, int]:
        return _error_page(404, "There is no such page", f"Nothing is at {request.path}. The address may be mistyped.")

    @app.error(Missing)
    def missing(request: Request, error: Missing) -> tuple[Template | Page, int] | tuple[Fragment, int, dict[str, str]]:
        if request.is_fragment:
            toast = Fragment(TOAST, "toast", message=f"{error} Somebody may have deleted it.")
            return toast, 404, TO_TOASTS
        return _error_page(404, "That is gone", f"{error} Somebody may have deleted it.")

    @app.error(405)
    def wrong_method() -> tuple[Template | Page, int]:
        return _error_page(405, "That does not work here", "The page exists, but it cannot be used in this way.")

    @app.error(500)
    def failed() -> tuple[Template | Page, int]:
        return _error_page(500, "Something went wrong", "It is not your fault. Try again in a moment.")
