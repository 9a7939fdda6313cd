"""An application with one of everything that htmx does, for either version, and a record of what it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chirp import (
    OOB,
    Action,
    App,
    AppConfig,
    FormAction,
    Fragment,
    Next,
    NotFound,
    Page,
    Redirect,
    Request,
    Response,
    Template,
    ValidationError,
)

TEMPLATES = Path(__file__).parent / "templates"
FRUIT = ("apple", "banana", "blackberry", "cherry")

type Version = Literal[2, 4]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server understood of a request."""

    path: str
    htmx: bool
    htmx4: bool
    fragment: bool
    boosted: bool
    restore: bool
    target: str | None
    source: str | None
    current: str | None


@dataclass(slots=True)
class Workshop:
    """The application, and the requests for pages and parts of them in the order they came."""

    app: App
    seen: list[Seen] = field(default_factory=list[Seen])

    def at(self, path: str) -> Iterator[Seen]:
        return (one for one in self.seen if one.path == path)

    def last(self, path: str) -> Seen:
        return list(self.at(path))[-1]


def workshop(version: Version) -> Workshop:
    shop = Workshop(App(AppConfig(template_dir=TEMPLATES, static_dir=None, htmx=version)))
    add_parts(shop.app)
    add_pages(shop.app)
    add_failures(shop.app)

    async def remember(request: Request, next: Next) -> Response:
        shop.seen.append(
            Seen(
                request.url,
                request.is_htmx,
                request.is_htmx4,
                request.is_fragment,
                request.is_boosted,
                request.is_history_restore,
                request.htmx_target,
                request.htmx_source,
                request.htmx_current_url,
            )
        )
        return await next(request)

    shop.app.add_middleware(remember)
    return shop


def add_parts(app: App) -> None:
    """Swaps, and several of them in one answer."""
    tasks = ["sand", "paint"]

    @app.route("/")
    def home() -> Template:
        return Template("home.html", tasks=tasks, word="stale", name="")

    @app.route("/part")
    def part() -> Fragment:
        return Fragment("home.html", "part", word="fresh")

    @app.route("/tasks", methods=["POST"])
    def add(request: Request) -> OOB | ValidationError:
        name = request.form.get("name", "")
        if len(name) < 3:
            return ValidationError("home.html", "form", name=name, error="Three letters at least.")
        tasks.append(name)
        return OOB(
            Fragment("home.html", "form", name=""),
            Fragment("row.html", "row", target="rows", swap="beforeend", task=name),
            Fragment("home.html", "count", tasks=tasks),
        )

    @app.route("/saved", methods=["POST"])
    def saved() -> FormAction:
        return FormAction(
            "/about",
            Fragment("home.html", "part", word="saved"),
            Fragment("home.html", "count", tasks=tasks),
            trigger={"shelved": {"by": "Noor"}},
        )

    @app.route("/leave", methods=["POST"])
    def leave() -> FormAction:
        return FormAction("/about")

    @app.route("/quiet", methods=["POST"])
    def quiet() -> Action:
        return Action(trigger="whispered")

    @app.route("/quiet-count", methods=["POST"])
    def quiet_count() -> OOB:
        return OOB(Action(), Fragment("home.html", "count", tasks=tasks * 2))


def add_pages(app: App) -> None:
    """Navigation, and what goes into the history."""

    @app.route("/about")
    def about() -> Page:
        return Page("about.html", "content")

    @app.route("/fruit")
    def fruit(request: Request) -> Page:
        start = request.query.get("start", "")
        return Page("fruit.html", "found", found=[name for name in FRUIT if name.startswith(start)])

    @app.route("/moved")
    def moved() -> Redirect:
        return Redirect("/about")


def add_failures(app: App) -> None:
    @app.route("/crash")
    def crash() -> str:
        raise RuntimeError("a bug")

    @app.route("/missing")
    def missing() -> str:
        raise NotFound("no such thing")

    @app.route("/json")
    def json() -> tuple[dict[str, str], int]:
        return {"error": "no"}, 400

    @app.route("/document")
    def document() -> tuple[Template, int]:
        return Template("gone.html"), 410

    @app.route("/note")
    def note() -> tuple[Fragment, int]:
        return Fragment("gone.html", "note"), 410

    @app.route("/gateway")
    def gateway() -> tuple[str, int]:
        return "<h1>Bad gateway</h1>", 502
