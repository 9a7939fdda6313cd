"""What arrives later, or from the browser: slow parts, events, files, and forms behind every guard."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from queue import SimpleQueue

from chirp import App, AppConfig, EventStream, Fragment, Redirect, Request, SSEEvent, Suspense, Template
from chirp.flash import flash
from chirp.middleware.stack import secure_stack
from tests.browser.workshop import TEMPLATES, Version


@dataclass(slots=True)
class Live:
    """The application, and what the test lets it go on with."""

    app: App
    gates: dict[str, threading.Event] = field(
        default_factory=lambda: {name: threading.Event() for name in ("orders", "weather")}
    )
    news: SimpleQueue[str] = field(default_factory=SimpleQueue[str])
    listeners_gone: threading.Event = field(default_factory=threading.Event)
    received: list[bytes] = field(default_factory=list[bytes])

    async def when_open(self, name: str, value: str) -> str:
        await asyncio.to_thread(self.gates[name].wait)
        return value

    async def tell(self) -> AsyncGenerator[object]:
        """Each piece of news as a fragment, until the last, which ends the stream."""
        try:
            while (text := await asyncio.to_thread(self.news.get)) != "end":
                yield Fragment("news_item.html", "item", target="news", swap="beforeend", text=text)
            yield SSEEvent("over", event="over")
        finally:
            self.listeners_gone.set()

    async def tick(self, request: Request) -> AsyncGenerator[SSEEvent]:
        """One tick for each connection, which then breaks; the third stays open, silent."""
        last = int(request.last_event_id or 0)
        if last < 2:
            name = None if request.is_htmx4 else "tick"
            yield SSEEvent(f"<li>{last + 1}</li>", event=name, id=str(last + 1), retry=20)
        else:
            await asyncio.to_thread(self.gates["orders"].wait)


def live_app(version: Version) -> Live:
    config = AppConfig(template_dir=TEMPLATES, static_dir=None, htmx=version, secret_key="of the workshop only " * 2)
    live = Live(App(config))
    secure_stack(live.app)
    add_slow(live)
    add_uploads(live)
    add_guarded(live.app)
    return live


def add_slow(live: Live) -> None:
    app = live.app

    @app.route("/")
    def start() -> Template:
        return Template("start.html")

    @app.route("/dashboard")
    async def dashboard() -> Suspense:
        return Suspense(
            "dashboard.html", orders=live.when_open("orders", "12 orders"), weather=live.when_open("weather", "sunny")
        )

    @app.route("/news")
    def news() -> Template:
        return Template("news.html", version=app.config.htmx)

    @app.route("/news/stream")
    async def stream() -> EventStream:
        return EventStream(live.tell())

    @app.route("/ticker")
    def ticker() -> Template:
        return Template("ticker.html", version=app.config.htmx)

    @app.route("/ticker/stream")
    async def ticks(request: Request) -> EventStream:
        return EventStream(live.tick(request))


def add_uploads(live: Live) -> None:
    @live.app.route("/upload")
    def choose() -> Template:
        return Template("upload.html", name=None, size=0)

    @live.app.route("/upload", methods=["POST"])
    async def upload(request: Request) -> Fragment:
        file = (await request.form()).files["photo"]
        live.received.append(await file.read())
        return Fragment("upload.html", "kept", name=file.name, size=file.size)


def add_guarded(app: App) -> None:
    wishes: list[str] = []

    @app.route("/wishes")
    def show() -> Template:
        return Template("wishes.html", wishes=wishes)

    @app.route("/wishes", methods=["POST"])
    def wish(request: Request) -> Redirect:
        wishes.append(request.form["wish"])
        flash("It is written down.")
        return Redirect("/wishes", status=303)

    @app.route("/wishes/clear", methods=["POST"])
    def clear() -> Fragment:
        wishes.clear()
        return Fragment("wishes.html", "list", wishes=wishes)
