"""The application: open while it is set up, frozen from the first request on."""

import sys
import threading
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from inspect import markcoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chirp._internal.asgi import Receive, Scope, Send
from chirp.config import AppConfig
from chirp.context import get_request, request_var
from chirp.describe import AppDescription, RouteDescription
from chirp.errors import ConfigurationError
from chirp.htmx.tags import HtmxTags
from chirp.htmx.vendored import SCRIPTS
from chirp.http.request import Request
from chirp.middleware.protocol import Globals, Middleware
from chirp.middleware.static import StaticFiles
from chirp.registration import (
    checked_handler,
    checked_methods,
    freezer,
    function_name,
    parsed_path,
    too_late,
    unknown_route,
)
from chirp.routing.route import Route
from chirp.server.lifespan import Hook, Lifespan, Running, on_shutdown, on_startup, serve_lifespan
from chirp.templating.integration import GlobalFunction, RequestProxy, global_value, resolve_folder
from chirp_check.grammar.path import PathError, PathPattern

# What serves requests (and Kida, asyncio and json with it) is imported when the application freezes.
if TYPE_CHECKING:
    from chirp.contracts import ContractCheck
    from chirp.server.handler import Runtime
    from chirp_check.engine import Report

type ErrorKey = int | type[Exception]


class App:
    """An ASGI 3 application.

    Register routes, middleware, error handlers, filters and globals; the first request (or `run`) freezes it, and
    registration then raises RuntimeError. Freezing compiles everything into one immutable Runtime, published by one
    assignment: threads see all of it or nothing, and a freeze that fails leaves the app open.
    """

    def __init__(self, config: AppConfig | None = None) -> None:
        self.config: AppConfig = config if config is not None else AppConfig()
        self._folder = _caller_folder()
        self._lock = threading.RLock()
        self._runtime: Runtime | None = None
        self._frozen_at = ""
        self._routes: list[Route] = []
        self._names: dict[str, list[PathPattern]] = {}
        self._page_folders: list[Path] = []
        self._middleware: list[Middleware] = []
        self._error_handlers: dict[ErrorKey, Callable[..., Any]] = {}
        self._filters: dict[str, Callable[..., object]] = {}
        self._globals: dict[str, object] = {
            "get_request": GlobalFunction(get_request),
            "htmx": HtmxTags(self.config.htmx),
            "request": RequestProxy(),
            "url_for": GlobalFunction(self.url_for),
        }
        self._lifespans: list[Lifespan] = []
        self._checks: list[ContractCheck] = []
        self._checked = False

    # registration

    def route[F: Callable[..., object]](
        self,
        path: str,
        *,
        methods: Iterable[str] | None = None,
        name: str | None = None,
        inline: bool = False,
        max_content_length: int | None = None,
    ) -> Callable[[F], F]:
        """Answer `path` with the decorated function: GET, or the given methods.

        A `def` handler runs in a worker thread, since it may block; `inline=True` keeps it in the event loop. The name
        for `url_for` is by default the function's. `max_content_length` replaces that of the settings: the largest
        body in bytes. PathError says where a path is wrong.
        """
        parsed_path(path)
        upper = checked_methods(methods)
        if max_content_length is not None and max_content_length < 0:
            raise ValueError(f"max_content_length is {max_content_length}; the least is 0")

        def register(handler: F) -> F:
            checked_handler(handler, path)
            known_as = name or function_name(handler)
            route = Route(path, handler, upper, known_as, inline, max_content_length)
            with self._open(f"the route {path} of `{route.origin}`"):
                self._routes.append(route)
                self._names.setdefault(known_as, []).append(route.pattern)
            return handler

        return register

    def mount_pages(self, folder: str | Path = "pages") -> None:
        """Answer the paths of a folder: `get` of its `books/{id:int}/page.py` answers GET of `/books/{id:int}`.

        `_layout.html` goes around the pages of its folder and of those below it, `_context.py` provides names to their
        templates and functions. `_meta.py` and `_actions.py` concern the pages beside them. The folder is looked for
        as `template_dir` is, and its templates are found by their path in it. ConfigurationError says which file is
        wrong.
        """
        from chirp.pages.discovery import discover

        root = resolve_folder(folder, self._folder)
        with self._open(f"the pages of {root}"):
            pages = discover(root)
            self._page_folders.append(root)
            for page in pages:
                route = Route(page.path, page.handler, frozenset({page.method}), page.name)
                self._routes.append(route)
                self._names.setdefault(page.name, []).append(route.pattern)

    def error[F: Callable[..., object]](self, code_or_exception: int | type[Exception]) -> Callable[[F], F]:
        """Answer a status, or an exception class with its subclasses, with the decorated function.

        It takes nothing, the request, or the request and the exception. Its value keeps the error's status unless it
        brings its own.
        """

        def register(handler: F) -> F:
            with self._open(f"the error handler `{function_name(handler)}`"):
                self._error_handlers[code_or_exception] = handler
            return handler

        return register

    def add_middleware(self, middleware: Middleware) -> None:
        """Wrap every request, also one that no route answers; the first added is the outermost."""
        if isinstance(middleware, type) or not callable(middleware):
            raise TypeError("a middleware is a function or an object that is called with (request, next)")
        with self._open(f"the middleware `{function_name(middleware)}`"):
            self._middleware.append(middleware)

    def template_filter[F: Callable[..., object]](self, name: str | None = None) -> Callable[[F], F]:
        """Add a filter to templates, by default under the function's name."""

        def register(function: F) -> F:
            known_as = name or function_name(function)
            with self._open(f"the template filter `{known_as}`"):
                self._filters[known_as] = function
            return function

        return register

    def template_global[F: Callable[..., object]](self, name: str | None = None) -> Callable[[F], F]:
        """Add a function to templates; one without arguments also stands for its value (`{% if enabled %}`)."""

        def register(function: F) -> F:
            known_as = name or function_name(function)
            with self._open(f"the template global `{known_as}`"):
                self._globals[known_as] = global_value(function)
            return function

        return register

    def on_startup[F: Hook](self, hook: F) -> F:
        """Call it (plain or coroutine function) before the first request."""
        with self._open(f"the startup hook `{function_name(hook)}`"):
            self._lifespans.append(on_startup(hook))
        return hook

    def on_shutdown[F: Hook](self, hook: F) -> F:
        """Call it after the last request, if startup came as far as this registration."""
        with self._open(f"the shutdown hook `{function_name(hook)}`"):
            self._lifespans.append(on_shutdown(hook))
        return hook

    def register_contract_check[F: ContractCheck](self, check: F) -> F:
        """Have `app.check()` call it with the description of the application; see `chirp.contracts`."""
        with self._open(f"the contract check `{function_name(check)}`"):
            self._checks.append(check)
        return check

    def lifespan[F: Lifespan](self, function: F) -> F:
        """An async generator function with one `yield`: start before it, stop after it."""
        with self._open(f"the lifespan `{function_name(function)}`"):
            self._lifespans.append(function)
        return function

    @contextmanager
    def _open(self, what: str) -> Generator[None]:
        """Registration of `what`: the lock is held, and the application is not frozen."""
        with self._lock:
            if self._runtime is not None:
                raise RuntimeError(too_late(what, self._frozen_at))
            yield

    # what it knows

    def url_for(self, name: str, /, **params: object) -> str:
        """The URL path of a route, percent-encoded, below the mount point of the current request.

        A route's name is the one it was given, else its function's; of several with one name, that which takes most of
        these parameters. The others become the query; None is left out. `static` with `path` is a file below
        `static_dir`. ValueError when no route or value fits.
        """
        patterns = self._names.get(name)
        if patterns is None:
            raise ValueError(unknown_route(name, self._names))
        fitting = [pattern for pattern in patterns if pattern.params.keys() <= params.keys()]
        pattern = max(fitting, key=lambda one: len(one.params), default=patterns[0])
        path = pattern.fill(**{key: value for key, value in params.items() if key in pattern.params})
        query = [(key, value) for key, value in params.items() if key not in pattern.params and value is not None]
        path += f"?{urlencode(query, doseq=True)}" if query else ""
        request = request_var.get(None)
        return path if request is None else request.root_path + path

    def describe(self) -> AppDescription:
        """Everything registered so far, as a value."""
        with self._lock:
            return AppDescription(
                folder=self._folder,
                routes=tuple(RouteDescription(r.path, r.methods, r.name, r.handler, r.origin) for r in self._routes),
                template_roots=self._template_roots(),
                filters=frozenset(self._filters),
                tests=frozenset(),
                globals=frozenset(self._all_globals()),
                prefixes=tuple(sorted({files.prefix for files in self._static_files()})),
                middleware=tuple(function_name(layer) for layer in self._middleware),
            )

    def check(self, *, warnings_as_errors: bool = False) -> Report:
        """Verify templates, routes and targets without a request; see `chirp.check`."""
        from chirp.check import check_app

        return check_app(self.describe(), self._checks, warnings_as_errors=warnings_as_errors)

    def render(self, value: object) -> str:
        """The text that a Template, Fragment or another value renders to, outside of any request."""
        from chirp.server.negotiation import negotiate

        runtime = self.freeze()
        request = Request({"type": "http", "method": "GET", "path": "/", "headers": ()}, _no_body, {}, self.config)
        return negotiate(value, request, runtime.services.engine).text

    # serving

    def freeze(self) -> Runtime:
        """Compile the application, once; the same Runtime ever after."""
        runtime = self._runtime
        if runtime is None:
            with self._lock:
                runtime = self._runtime
                if runtime is None:
                    self._frozen_at = freezer()
                    runtime = self._runtime = self._compile()
        return runtime

    def watched(self, around: Callable[[Route], Route], layer: Middleware) -> Runtime:
        """For tools: a Runtime beside the one of `freeze`, of routes as `around` gives them, with `layer` outermost."""
        self.freeze()
        with self._lock:
            return self._compile(around, (layer,))

    def _compile(
        self, around: Callable[[Route], Route] = lambda route: route, outermost: tuple[Middleware, ...] = ()
    ) -> Runtime:
        from chirp.server.errors import ErrorResponder
        from chirp.server.formats import Known
        from chirp.server.handler import Services, build_runtime
        from chirp.server.threads import Workers
        from chirp.templating.integration import Engine

        config = self.config
        engine = Engine(
            self._template_roots(),
            filters=self._filters,
            variables=self._all_globals(),
            autoescape=config.autoescape,
            reload=config.debug,
        )
        workers = Workers(config.worker_threads)
        known = Known(self._template_roots(), tuple(self._routes))
        errors = ErrorResponder(self._error_handlers, engine, workers, known, debug=config.debug)
        services = Services(config, engine, workers, errors)
        static = self._static_routes()
        script = SCRIPTS[config.htmx]
        own = Route(script.path, script.serve, frozenset({"GET"}), inline=True)
        routes = [*map(around, self._routes), *static, own]
        runtime = build_runtime(services, routes, (*outermost, *self._layers()))
        if config.trusted_proxies:
            from chirp.server.forwarded import behind_proxies

            runtime = behind_proxies(runtime, config.trusted_proxies)
        for route in static:
            self._names.setdefault("static", [route.pattern])
        return runtime

    def _layers(self) -> tuple[Middleware, ...]:
        """The middleware, outermost first: what the configuration asks for is around what was added."""
        config = self.config
        layers: list[Middleware] = []
        if config.observers:
            from chirp.middleware.telemetry import Telemetry

            layers.append(Telemetry(config.observers))
        if config.allowed_hosts:
            from chirp.middleware.hosts import AllowedHosts

            if not any(isinstance(layer, AllowedHosts) for layer in self._middleware):
                layers.append(AllowedHosts())
        return (*layers, *self._middleware)

    def _all_globals(self) -> dict[str, object]:
        """What templates can name: what middleware brings, and the application's own, which wins."""
        brought = [layer.template_globals for layer in self._middleware if isinstance(layer, Globals)]
        return {name: global_value(one) for some in brought for name, one in some.items()} | self._globals

    def _template_roots(self) -> tuple[Path, ...]:
        """Where templates are looked for, in this order."""
        return (resolve_folder(self.config.template_dir, self._folder), *self._page_folders)

    def _static_files(self) -> list[StaticFiles]:
        files = [layer for layer in self._middleware if isinstance(layer, StaticFiles)]
        if self.config.static_dir is not None:
            folder = resolve_folder(self.config.static_dir, self._folder)
            if folder.is_dir():
                files.append(StaticFiles(folder, self.config.static_url, immutable=self.config.static_immutable))
        return files

    def _static_routes(self) -> list[Route]:
        mounted = [files for files in self._static_files() if files not in self._middleware]
        methods = frozenset({"GET"})
        try:
            return [
                Route(f"{files.prefix.rstrip('/')}/{{path:path}}", files.serve, methods, "static") for files in mounted
            ]
        except PathError as error:
            raise ConfigurationError(f"static_url {self.config.static_url!r}: {error.message}") from None

    # A plain function that gives a coroutine, so that a request takes one less: servers ask whether it is one.
    @markcoroutinefunction
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """The ASGI entry."""
        if scope["type"] == "http":
            return (self._runtime or self.freeze()).answer(scope, receive, send)
        return self._serve_other(scope, receive, send)

    async def _serve_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await serve_lifespan(self, receive, send)
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000, "reason": "this application speaks HTTP only"})
        else:
            raise ConfigurationError(f"the ASGI scope {kind!r} is unknown")

    async def start(self) -> Running:
        """Freeze, and run what precedes the first request; stopping the result undoes it."""
        close_workers = on_shutdown(self.freeze().services.workers.close)
        self._startup_check()
        running = Running()
        await running.start([close_workers, *self._lifespans])
        return running

    def _startup_check(self) -> None:
        """In debug mode, once: verify the wiring, and refuse to start when it is wrong."""
        if not self.config.debug or self.config.skip_contract_checks or self._checked:
            return
        from chirp.check import check_at_startup

        check_at_startup(self.describe(), self._checks)
        self._checked = True

    def run(self, host: str | None = None, port: int | None = None) -> None:
        """Serve with uvicorn until interrupted; for development, and for small production."""
        self.freeze()
        from chirp.server.dev import serve

        serve(self, host or self.config.host, self.config.port if port is None else port)


async def _no_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def _caller_folder() -> Path:
    """The folder of the file that constructs the App; the current directory when there is no file."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame.f_globals.get("__name__") == __name__ and frame.f_back is not None:
        frame = frame.f_back
    file = frame.f_globals.get("__file__")
    return Path(file).resolve().parent if file else Path.cwd()
