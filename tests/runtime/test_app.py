"""The life of an application: open, frozen, started, stopped; its configuration; what it says of itself."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import asyncio
import gc
import importlib
import inspect
import logging
import sys
import threading
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from asgiref.compatibility import guarantee_single_callable  # pyright: ignore[reportUnknownVariableType]
from asgiref.testing import ApplicationCommunicator
from asgiref.typing import ASGI3Application

import chirp
from chirp import App, AppConfig, ConfigurationError, Request
from chirp.middleware import StaticFiles
from chirp.server import dev
from chirp.testing import TestClient
from tests.runtime.driver import exchange, get, http_scope, lifespan, make_app

FROZEN = "Cannot modify the app after it has started serving requests"


def test_hello_world() -> None:
    app = App()

    @app.route("/")
    def index() -> str:
        return "Hello, World!"

    assert get(app, "/").text == "Hello, World!"


def test_the_public_names() -> None:
    assert {
        "App", "AppConfig", "Request", "Response", "Redirect", "Template", "Fragment", "Page", "OOB", "Action",
        "ValidationError", "FormAction", "Middleware", "Next", "get_request", "g", "get_render_plan",
    } <= set(chirp.__all__)  # fmt: skip
    for name in chirp.__all__:
        assert getattr(chirp, name) is not None
    unknown = "Nope"
    with pytest.raises(AttributeError, match="no attribute 'Nope'"):
        getattr(chirp, unknown)


def test_registration_after_the_first_request_is_refused() -> None:
    app = App()
    get(app, "/")
    attempts: list[Any] = [
        lambda: app.route("/x")(print),
        lambda: app.error(404)(print),
        lambda: app.add_middleware(StaticFiles(".")),
        lambda: app.template_filter()(print),
        lambda: app.template_global()(print),
        lambda: app.on_startup(print),
        lambda: app.on_shutdown(print),
        lambda: app.lifespan(empty_lifespan),
    ]
    for attempt in attempts:
        with pytest.raises(RuntimeError, match=FROZEN):
            attempt()


async def empty_lifespan() -> AsyncGenerator[None]:
    yield


def test_a_failed_freeze_leaves_the_application_open() -> None:
    app = App()

    @app.route("/{id}")
    def handler(id: int, user: str) -> str:
        return user

    for _ in range(2):
        with pytest.raises(ConfigurationError, match="takes `user`"):
            get(app, "/1")
    app.route("/other")(lambda: "still open")


@contextmanager
def quick_switching() -> Generator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def test_many_threads_freeze_once() -> None:
    with quick_switching():
        for _ in range(20):
            app = App(AppConfig(static_dir=None))
            app.route("/")(lambda: "x")
            barrier = threading.Barrier(32)
            runtimes: list[object] = []

            def first_request(
                app: App = app, barrier: threading.Barrier = barrier, found: list[object] = runtimes
            ) -> None:
                barrier.wait()
                found.append(app.freeze())

            threads = [threading.Thread(target=first_request) for _ in range(32)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(runtimes) == 32
            assert len(set(map(id, runtimes))) == 1


def test_registration_and_freeze_do_not_interleave() -> None:
    """Every route is either served or was refused; none is lost between."""
    with quick_switching():
        for _ in range(10):
            app = App(AppConfig(static_dir=None))
            registered: list[str] = []

            def register(app: App = app, registered: list[str] = registered) -> None:
                for number in range(200):
                    try:
                        app.route(f"/{number}")(print)
                    except RuntimeError:
                        return
                    registered.append(f"/{number}")

            thread = threading.Thread(target=register)
            thread.start()
            runtime = app.freeze()
            thread.join()
            assert all(runtime.router.find("GET", path) for path in registered)


def test_no_request_survives_its_response(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "chirp")  # pytest would keep the logged exception, and with it the frames
    app = make_app(tmp_path)
    alive: weakref.WeakSet[Any] = weakref.WeakSet()

    class Payload:
        """Something a handler makes for one request."""

    @app.route("/plain")
    def plain(request: Request) -> str:
        chirp.g.payload = payload = Payload()
        alive.add(payload)
        return "x"

    @app.route("/boom")
    async def boom() -> str:
        chirp.g.payload = payload = Payload()
        alive.add(payload)
        raise ValueError

    async def requests() -> None:
        for path in ("/plain", "/boom"):
            await exchange(app, http_scope("GET", path))

    asyncio.run(requests())
    gc.collect()
    assert len(alive) == 0


# Lifespan


def test_startup_and_shutdown_in_order() -> None:
    app = App()
    events: list[str] = []

    @app.lifespan
    async def pool() -> AsyncGenerator[None]:
        events.append("open")
        yield
        events.append("close")

    @app.on_startup
    async def warm() -> None:
        events.append("warm")

    @app.on_shutdown
    def report() -> None:
        events.append("report")

    assert [message["type"] for message in lifespan(app)] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert events == ["open", "warm", "report", "close"]


def test_a_failing_startup_stops_what_started(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    events: list[str] = []

    @app.lifespan
    async def pool() -> AsyncIterator[None]:
        events.append("open")
        yield
        events.append("close")

    @app.on_startup
    def fails() -> None:
        raise ValueError("no database")

    app.on_startup(lambda: events.append("never"))
    assert lifespan(app) == [{"type": "lifespan.startup.failed", "message": "ValueError: no database"}]
    assert events == ["open", "close"]
    assert "startup failed" in caplog.text


def test_a_failing_shutdown_stops_the_rest_and_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    events: list[str] = []
    app.on_shutdown(lambda: events.append("still called"))

    @app.on_shutdown
    def fails() -> None:
        raise ValueError("cannot close")

    started, stopped = lifespan(app)
    assert started == {"type": "lifespan.startup.complete"}
    assert stopped == {"type": "lifespan.shutdown.failed", "message": "ValueError: cannot close"}
    assert events == ["still called"]


def test_a_lifespan_yields_once(caplog: pytest.LogCaptureFixture) -> None:
    async def never() -> AsyncGenerator[None]:
        for _ in ():
            yield

    async def twice() -> AsyncGenerator[None]:
        yield
        yield

    app = App()
    app.lifespan(never)
    assert lifespan(app)[0]["message"] == "RuntimeError: a lifespan ended before its `yield`"
    app = App()
    app.lifespan(twice)
    assert lifespan(app)[1]["message"] == "RuntimeError: a lifespan has a second `yield`"
    app = App()
    app.lifespan(twice)
    app.lifespan(twice)
    assert "several lifespans failed to stop" in lifespan(app)[1]["message"]


def test_a_wrong_application_does_not_start(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    app.route("/{id}")(lambda user: user)
    (failed,) = lifespan(app)
    assert failed["type"] == "lifespan.startup.failed"
    assert "takes `user`" in failed["message"]
    assert caplog.records == [], "the server prints the message; a traceback adds nothing"


def test_it_can_start_again() -> None:
    app = App()
    app.route("/")(lambda: "x")
    for _ in range(2):
        assert lifespan(app)[-1] == {"type": "lifespan.shutdown.complete"}
        assert get(app, "/").text == "x"


def test_other_scopes() -> None:
    app = App()
    connect = {"type": "websocket.connect"}
    (closed,) = asyncio.run(exchange(app, {"type": "websocket", "path": "/"}, [connect]))
    assert closed["type"] == "websocket.close"
    with pytest.raises(ConfigurationError, match="ASGI scope 'smtp'"):
        asyncio.run(exchange(app, {"type": "smtp"}))


def test_asgiref_agrees() -> None:
    app = App()

    @app.route("/", methods=["POST"])
    async def echo(request: Request) -> str:
        return await request.text()

    async def talk() -> None:
        guarantee: Any = guarantee_single_callable  # pyright: ignore[reportUnknownVariableType]
        assert guarantee(app) is app
        communicator_class: Any = ApplicationCommunicator
        communicator = communicator_class(app, http_scope("POST", "/"))
        await communicator.send_input({"type": "http.request", "body": b"a", "more_body": True})
        await communicator.send_input({"type": "http.request", "body": b"b"})
        start = await communicator.receive_output()
        body = await communicator.receive_output()
        assert (start["type"], start["status"], body["body"]) == ("http.response.start", 200, b"ab")
        await communicator.wait()

    asyncio.run(talk())


# Configuration


def test_the_defaults() -> None:
    config = AppConfig()
    assert (config.host, config.port, config.debug, config.secret_key) == ("127.0.0.1", 8000, False, "")
    assert (config.template_dir, config.autoescape) == ("templates", True)
    assert (config.static_dir, config.static_url) == ("static", "/static")
    assert (config.sse_heartbeat_interval, config.max_content_length) == (15.0, 16 * 1024 * 1024)
    with pytest.raises(FrozenInstanceError):
        config.debug = True  # type: ignore[misc]
    assert App().config == config
    assert not hasattr(config, "__dict__")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"max_content_length": -1}, "max_content_length is -1; the least is 0"),
        ({"max_fields": 0}, "max_fields is 0"),
        ({"worker_threads": 0}, "worker_threads is 0"),
        ({"port": -1}, "port is -1"),
        ({"static_url": "static"}, "static_url 'static' does not start with /"),
    ],
)
def test_settings_that_cannot_work(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        AppConfig(**setting)


def test_a_static_url_that_is_no_path(tmp_path: Path) -> None:
    app = App(AppConfig(static_dir=tmp_path, static_url="/a//b"))
    with pytest.raises(ConfigurationError, match="static_url '/a//b': empty segment"):
        app.freeze()


def test_folders_are_beside_the_file_that_makes_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path(__file__).resolve().parent
    monkeypatch.chdir(tmp_path)
    description = App(AppConfig(template_dir=".", static_dir=None)).describe()
    assert description.folder == here
    assert description.template_roots == (here,)
    elsewhere = App(AppConfig(template_dir="nowhere")).describe()
    assert elsewhere.template_roots == (tmp_path / "nowhere",)
    assert App(AppConfig(template_dir=tmp_path)).describe().template_roots == (tmp_path,)
    namespace: dict[str, Any] = {"App": App, "__name__": "typed at a prompt"}
    exec("app = App()", namespace)
    assert namespace["app"].describe().folder == tmp_path


def test_an_application_describes_itself(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    app = make_app(tmp_path, static_dir=tmp_path / "static", static_url="/assets")

    @app.route("/items/{id:int}", methods=["get", "post"])
    def item(id: int) -> str:
        return str(id)

    class Handler:
        def __call__(self) -> str:
            return "x"

    handler = Handler()
    app.route("/object", name="object")(handler)
    app.template_filter("money")(str)
    app.template_global()(item)
    app.add_middleware(StaticFiles(tmp_path, "/more/"))
    description = app.describe()
    first, second = description.routes
    assert first.methods == {"GET", "POST"}
    assert (first.path, first.name, first.handler) == ("/items/{id:int}", "item", item)
    assert first.origin.endswith("test_an_application_describes_itself.<locals>.item")
    assert (second.name, second.handler) == ("object", handler)
    assert second.origin.endswith("Handler")
    assert description.filters == {"money"}
    assert description.globals == {"item", "get_request", "htmx", "request", "url_for"}
    assert description.tests == set()
    assert description.prefixes == ("/assets", "/more")
    assert description.middleware == ("StaticFiles",)
    app.freeze()
    assert app.describe() == description


def test_run_freezes_and_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[object, str, int]] = []
    monkeypatch.setattr(dev, "serve", lambda app, host, port: served.append((app, host, port)))
    app = App(AppConfig(host="::1", port=81))
    app.run()
    app.run("127.0.0.1", 0)
    assert served == [(app, "::1", 81), (app, "127.0.0.1", 0)]
    with pytest.raises(RuntimeError, match=FROZEN):
        app.on_startup(print)


CONTRACTS = {
    "pyproject.toml": '[project]\nname = "shop"\n',
    "shop.py": """
from chirp import App, AppConfig, Fragment
app = App(AppConfig(debug=True, static_dir=None))

@app.route("/")
def home():
    return Fragment("page.html", "mian")
""",
    "templates/page.html": "{% block main %}x{% end %}",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in CONTRACTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    return tmp_path


def test_a_broken_contract_keeps_a_debug_application_from_starting(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app: App = importlib.import_module("shop").app
    for _ in range(2):
        (failed,) = lifespan(app)
        assert failed["type"] == "lifespan.startup.failed"
        assert "no block `mian`" in capsys.readouterr().err
    report = app.check()
    assert [diagnostic.rule for diagnostic in report.diagnostics] == ["unknown-block"]
    (shop / "shop.py").write_text(CONTRACTS["shop.py"].replace("mian", "main"))
    assert [message["type"] for message in lifespan(app)] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert app.check(warnings_as_errors=True).diagnostics == ()


def test_the_client_freezes_starts_and_stops() -> None:
    app = App()
    events: list[str] = []
    app.on_startup(lambda: events.append("start"))
    app.on_shutdown(lambda: events.append("stop"))

    async def use() -> None:
        async with TestClient(app):
            assert events == ["start"]
            with pytest.raises(RuntimeError, match=FROZEN):
                app.on_startup(print)

    asyncio.run(use())
    assert events == ["start", "stop"]


def test_it_is_an_asgi_3_application_to_type_checkers() -> None:
    application: ASGI3Application = App()
    assert callable(application)


def test_servers_that_ask_are_told_that_it_is_a_coroutine_function() -> None:
    application = App()
    assert inspect.iscoroutinefunction(application.__call__)
