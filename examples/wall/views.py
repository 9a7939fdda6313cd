"""The pages, the forms, and the stream that keeps the pages up to date."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from chirp import Action, App, EventStream, FormAction, Fragment, Page, Redirect, Request, SSEEvent

from .domain import NAME_LIMIT, START, TEXT_LIMIT, Change, Draft, Hue, Posted, is_id
from .hub import Hub, StartOver
from .log import Log, Missing, Unreachable

WALL: Final = "wall.html"
RECONNECT_MS: Final = 1000
AWAY: Final = "The wall cannot be reached at the moment. Try again soon: what you wrote is still here."


def register(app: App, log: Log, hub: Hub) -> None:
    """Adds the routes."""
    register_entrance(app)
    register_wall(app, log)
    register_writing(app, log)
    register_stream(app, log, hub)
    register_errors(app)


def slug(text: str) -> str:
    """A wall's name as it stands in its URL: `Pub Quiz!` → `pub-quiz`."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in text.lower())
    return "-".join(words.split())[:40]


def register_entrance(app: App) -> None:
    """Adds the routes that lead to a wall."""

    @app.route("/", name="home")
    def home() -> Page:
        return Page("home.html", "entrance", error="")

    @app.route("/open")
    def open_wall(request: Request) -> Redirect | tuple[Page, int]:
        name = slug(request.query.get("wall", ""))
        if not name:
            return Page("home.html", "entrance", error="Give the wall a name."), 422
        return Redirect(f"/walls/{name}", status=303)


def register_wall(app: App, log: Log) -> None:
    """Adds the routes that show a wall."""

    @app.route("/walls/{wall}", name="wall")
    async def show(wall: str) -> Page | Redirect:
        if slug(wall) != wall:
            return Redirect(f"/walls/{slug(wall) or 'lobby'}")
        board = await log.board(wall)
        return Page(WALL, "notes", wall=wall, board=board, name="", text="", hue=Hue.YELLOW, error="")

    @app.route("/walls/{wall}/notes.json")
    async def as_json(wall: str) -> list[dict[str, object]]:
        board = await log.board(wall)
        return [
            {"id": note.id, "name": note.name, "text": note.text, "when": note.when, "cheers": note.cheers}
            for note in board.notes
        ]


def register_writing(app: App, log: Log) -> None:
    """Adds the routes with which people write. What they have written comes back to them through the stream."""

    @app.route("/walls/{wall}/notes", methods=["POST"])
    async def post(request: Request, wall: str) -> FormAction | tuple[Page, int]:
        form = await request.form()
        name, text = form.get("name", "").strip()[:NAME_LIMIT], form.get("text", "").strip()
        chosen = form.get("hue", "")
        hue = Hue(chosen) if chosen in list(Hue) else Hue.YELLOW
        if not text or len(text) > TEXT_LIMIT:
            error = f"At most {TEXT_LIMIT} characters fit on a note." if text else "Write something first."
            return await invalid(wall, name, text, hue, error)
        await log.post(wall, Draft(name or "Somebody", text, hue))
        return FormAction(f"/walls/{wall}", Fragment(WALL, "form", wall=wall, name=name, text="", hue=hue, error=""))

    async def invalid(wall: str, name: str, text: str, hue: Hue, error: str) -> tuple[Page, int]:
        board = await log.board(wall)
        return Page(WALL, "form", wall=wall, board=board, name=name, text=text, hue=hue, error=error), 422

    @app.route("/walls/{wall}/notes/{note}/cheer", methods=["POST"])
    async def cheer(request: Request, wall: str, note: str) -> Redirect | Action:
        if not is_id(note):
            raise Missing(note)
        await log.cheer(wall, note)
        return Action() if request.is_fragment else Redirect(f"/walls/{wall}", status=303)


def register_stream(app: App, log: Log, hub: Hub) -> None:
    """Adds the stream of what happens to a wall, and how many of them are open."""

    def event(wall: str, change: Change | StartOver) -> SSEEvent:
        if isinstance(change, StartOver):
            return SSEEvent("", "startover", change.id)
        if isinstance(change, Posted):
            html = app.render(Fragment("note.html", "note", wall=wall, note=change.note))
            return SSEEvent(html, "note", change.id)
        html = app.render(Fragment("note.html", "cheers", id=change.note_id, cheers=change.cheers))
        return SSEEvent(html, "cheer", change.id)

    @app.route("/walls/{wall}/stream")
    async def stream(request: Request, wall: str) -> EventStream:
        after = request.headers.get("last-event-id") or request.query.get("after", START)
        return EventStream(events(wall, after if is_id(after) else START))

    async def events(wall: str, after: str) -> AsyncGenerator[SSEEvent]:
        yield SSEEvent("", "hello", retry=RECONNECT_MS)
        async with aclosing(hub.read(wall, after)) as changes:
            async for change in changes:
                yield event(wall, change)

    @app.route("/health")
    async def health() -> dict[str, int]:
        return {"process": os.getpid(), "readers": hub.readers}


def register_errors(app: App) -> None:
    """Adds what people see when something is not there."""

    @app.error(404)
    def not_found() -> Page:
        return Page("error.html", "message", heading="Nothing hangs here", message="The page does not exist.")

    @app.error(Missing)
    def missing() -> tuple[Page, int]:
        return Page("error.html", "message", heading="It is gone", message="The note has fallen off the wall."), 404

    @app.error(Unreachable)
    def unreachable() -> tuple[Page, int, dict[str, str]]:
        headers = {"Retry-After": "5"}
        return Page("error.html", "message", heading="The wall is out of reach", message=AWAY), 503, headers
