"""Ladle, a household's kitchen: what surrounds the folder of pages."""

from pathlib import Path

from chirp import App, AppConfig, Fragment, Next, Request, Response, Template, g

from . import words
from .kitchen import THEMES, theme_of, unticked
from .seed import demo_store
from .store import Missing, Store

HERE = Path(__file__).parent
STATIC = HERE / "static"

# A toast lands in its own corner, wherever the request wanted its answer.
TO_TOASTS = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}

type Answer = tuple[Template | Fragment, int, dict[str, str]]


def create_app(store: Store | None = None, *, debug: bool = False) -> App:
    """The application around a store; without one, around the demonstration data."""
    known = demo_store() if store is None else store
    app = App(AppConfig(template_dir=HERE / "templates", static_dir=STATIC, debug=debug))

    async def open_kitchen(request: Request, next: Next) -> Response:
        g.store = known
        return await next(request)

    app.add_middleware(open_kitchen)
    app.template_filter("amount")(words.amount)
    app.template_filter("day")(words.day)
    app.template_filter("weekday")(words.weekday)
    app.template_filter("minutes")(words.minutes)
    app.template_filter("plural")(words.plural)

    @app.template_global()
    def asset(path: str) -> str:
        return f"/static/{path}?v={int((STATIC / path).stat().st_mtime)}"

    @app.template_global()
    def themes() -> tuple[tuple[str, str], ...]:
        return THEMES

    app.mount_pages(HERE / "pages")
    add_errors(app)
    return app


def add_errors(app: App) -> None:
    """What people see when something is not there or goes wrong."""

    def page(request: Request, heading: str, message: str) -> Template:
        frame = {"current_path": request.path, "unticked": unticked(), "theme": theme_of(request)}
        return Template("error.html", page_title=heading, message=message, **frame)

    def not_there(request: Request, heading: str, message: str) -> Answer:
        if request.is_fragment:
            return Fragment("partials/toast.html", "toast", message=message), 404, TO_TOASTS
        return page(request, heading, message), 404, {}

    @app.error(404)
    def not_found(request: Request) -> Answer:
        return not_there(request, "Nothing on this shelf", f"There is no page at {request.path}.")

    @app.error(Missing)
    def missing(request: Request, error: Missing) -> Answer:
        return not_there(request, "That is gone", str(error))

    @app.error(500)
    def failed(request: Request) -> Template:
        return page(request, "Something boiled over", "It is not your fault. Try again in a moment.")
