"""Starlette, as the hostile cases see it."""

import json as standard_json
from collections.abc import Callable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, override

from starlette.applications import Starlette as App
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.hostile.chirp_side import Child, Parent
from tests.hostile.framework import Framework, NotThere, ask, noise
from tests.runtime.driver import Answer, ASGIApp

SECRET = "0123456789abcdef0123456789abcdef"


class Starlette(Framework):
    """Starlette 1.10 with sse-starlette."""

    name = "Starlette"

    def _sent(self, response: Response) -> Answer:
        return ask(response, "GET", "/")

    @override
    def header(self, name: str, value: str) -> Answer:
        response = PlainTextResponse("x")
        response.headers[name] = value
        return self._sent(response)

    @override
    def header_twice(self, name: str, first: str, second: str) -> Answer:
        response = PlainTextResponse("x")
        response.headers[name] = first
        response.headers[name] = second
        return self._sent(response)

    @override
    def header_added(self, name: str, first: str, second: str) -> Answer:
        response = PlainTextResponse("x")
        response.headers.append(name, first)
        response.headers.append(name, second)
        return self._sent(response)

    @override
    def content_type(self, value: str) -> Answer:
        return self._sent(Response("x", media_type=value))

    @override
    def redirect(self, url: str, status: int = 302) -> Answer:
        return self._sent(RedirectResponse(url, status))

    @override
    def cookie(self, name: str, value: str = "v", **options: Any) -> str:
        response = PlainTextResponse("x")
        settings: dict[str, Any] = {"httponly": True} | options
        response.set_cookie(name, value, **settings)
        return self._sent(response)["set-cookie"]

    @override
    def deleted_cookie(self, name: str, **options: Any) -> str:
        response = PlainTextResponse("x")
        response.delete_cookie(name, **options)
        return self._sent(response)["set-cookie"]

    @override
    def status(self, status: Any) -> Answer:
        return self._sent(PlainTextResponse("x", status))

    @override
    def json(self, value: Any) -> Answer:
        async def endpoint(request: Request) -> Response:
            return JSONResponse({"value": value})

        return ask(App(routes=[Route("/", endpoint)]), "GET", "/")

    @override
    def sse(self, data: Any, **options: Any) -> bytes:
        from sse_starlette import ServerSentEvent

        return ServerSentEvent(data, sep="\n", **options).encode()

    @override
    def registered(self, path: str, **options: Any) -> ASGIApp:
        async def endpoint(request: Request) -> Response:
            return PlainTextResponse("found")

        return App(routes=[Route(path, endpoint, **options)])

    @override
    def url_for(self, name: str, **params: Any) -> str:
        return str(self._app.url_path_for(name, **params))

    @override
    def calling(self, function: Callable[[], Any], *, plain: bool = False) -> ASGIApp:
        async def waiting(request: Request) -> Response:
            return JSONResponse(await function())

        def threaded(request: Request) -> Response:
            return JSONResponse(function())

        return App(routes=[Route("/", threaded if plain else waiting)])

    @override
    def http_error(self, status: int, detail: str, headers: dict[str, str]) -> Exception:
        return HTTPException(status, detail, headers)

    @override
    def app(self) -> ASGIApp:
        return self._app

    @cached_property
    def _app(self) -> App:
        routes = [*_requests(), *_bodies(), *_failures()]
        limit = Middleware(RequestBodyLimitMiddleware, max_body_size=1000)
        return App(routes=routes, middleware=[limit])

    @override
    def uploads(self) -> ASGIApp:
        return App(routes=_bodies(), middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=1_000_000)])

    @override
    def static(self, folder: Path) -> ASGIApp:
        return App(routes=[Mount("/static", StaticFiles(directory=folder))])

    @override
    def sessions(self, **options: Any) -> ASGIApp:
        known = {key: value for key, value in options.items() if key in {"secret_key", "max_age"}}
        if len(known) < len(options):
            raise NotThere
        settings: dict[str, Any] = {"secret_key": SECRET} | known

        async def read(request: Request) -> Response:
            return JSONResponse(dict(request.session))

        async def write(request: Request) -> Response:
            request.session.update(request.query_params)
            return PlainTextResponse("set")

        async def clear(request: Request) -> Response:
            request.session.clear()
            return PlainTextResponse("cleared")

        async def untouched(request: Request) -> Response:
            return PlainTextResponse("untouched")

        async def half(request: Request) -> Response:
            request.session["half"] = True
            raise RuntimeError("in the middle")

        async def large(request: Request) -> Response:
            request.session["k"] = noise(int(request.query_params["n"]))
            return PlainTextResponse("set")

        routes = [
            Route(f"/{name}", function)
            for name, function in
            {"get": read, "set": write, "clear": clear, "untouched": untouched, "large": large, "half": half}.items()
        ]  # fmt: skip
        return App(routes=routes, middleware=[Middleware(SessionMiddleware, **settings)])

    @override
    def cors(self, **options: Any) -> ASGIApp:
        return App(routes=_failures(), middleware=[Middleware(CORSMiddleware, **options)])

    @override
    def hosts(self, *allowed: str) -> ASGIApp:
        return App(routes=_failures(), middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed))])

    @override
    def debug(self) -> ASGIApp:
        return App(debug=True, routes=_failures())

    @override
    def streaming(self, chunks: Any) -> ASGIApp:
        async def endpoint(request: Request) -> Response:
            return StreamingResponse(chunks)

        return App(routes=[Route("/", endpoint)])

    @override
    def events(self, source: Any, **options: Any) -> ASGIApp:
        from sse_starlette import EventSourceResponse

        async def endpoint(request: Request) -> Response:
            return EventSourceResponse(source, **options)

        return App(routes=[Route("/", endpoint)])

    @override
    def lifespan(self, start: Callable[[], Any], stop: Callable[[], Any]) -> ASGIApp:
        @asynccontextmanager
        async def run(app: App):  # type: ignore[no-untyped-def]
            start()
            yield
            stop()

        return App(lifespan=run)

    @override
    def middleware(self, *layers: str) -> ASGIApp:
        from starlette.middleware.base import BaseHTTPMiddleware

        def made(name: str) -> Middleware:
            async def dispatch(request: Request, call_next: Any) -> Response:
                response: Response = await call_next(request)
                response.headers.append("x-layer", name)
                return response

            return Middleware(BaseHTTPMiddleware, dispatch=dispatch)

        return App(routes=_failures(), middleware=[made(name) for name in layers])

    @override
    def errors(self, handlers: dict[Any, Callable[..., Any]]) -> ASGIApp:
        def made(handler: Callable[..., Any]) -> Callable[..., Any]:
            async def handle(request: Request, error: Exception) -> Response:
                return PlainTextResponse(str(handler(error)), 418)

            return handle

        return App(routes=_failures(), exception_handlers={key: made(handler) for key, handler in handlers.items()})


def _requests() -> list[Route]:
    async def echo(request: Request) -> Response:
        return JSONResponse(
            {
                "method": request.method,
                "path": request.url.path,
                "headers": {name: request.headers.getlist(name) for name in request.headers},
            }
        )

    async def cookies(request: Request) -> Response:
        return JSONResponse(request.cookies)

    async def query(request: Request) -> Response:
        return JSONResponse({name: request.query_params.getlist(name) for name in request.query_params})

    async def first(request: Request) -> Response:
        return PlainTextResponse(request.query_params["q"])

    async def header(request: Request) -> Response:
        name = request.query_params["name"]
        return JSONResponse({"first": request.headers.get(name), "in": name in request.headers})

    async def url(request: Request) -> Response:
        made = request.url
        relative = made.path + (f"?{made.query}" if made.query else "")
        return JSONResponse({"url": relative, "absolute": str(made), "scheme": made.scheme})

    async def shown(request: Request) -> Response:
        return PlainTextResponse(repr(request))

    async def client(request: Request) -> Response:
        server = request.scope.get("server")
        version = request.scope.get("http_version")
        return JSONResponse({"client": request.client, "server": server, "version": version})

    async def hashed(request: Request) -> Response:
        return JSONResponse({"same": hash(request) == hash(request) and {request: 1}[request] == 1})

    async def typed(request: Request) -> Response:
        value = request.path_params["value"]
        return JSONResponse({"type": type(value).__name__, "value": value})

    async def admin(request: Request) -> Response:
        return PlainTextResponse(f"admin {request.url.path}")

    async def slash(request: Request) -> Response:
        return PlainTextResponse("folder")

    async def both(request: Request) -> Response:
        return PlainTextResponse(request.method)

    async def note(request: Request) -> Response:
        before = getattr(request.state, "note", "nothing")
        request.state.note = request.query_params["q"]
        return PlainTextResponse(before)

    kinds = ("int", "float", "str", "path")
    return [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/cookies", cookies),
        Route("/query", query),
        Route("/first", first),
        Route("/header", header),
        Route("/url", url),
        Route("/where/{rest:path}", url),
        Route("/repr", shown),
        Route("/client", client),
        Route("/hash", hashed),
        *(Route(f"/{kind}/{{value:{kind}}}", typed, name=kind) for kind in kinds),
        Route("/admin", admin),
        Route("/folder/", slash),
        Route("/both", both, methods=["get", "Post"]),
        Route("/note", note),
    ]


def _bodies() -> list[Route]:
    async def body(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def twice(request: Request) -> Response:
        first, second = await request.body(), await request.body()
        streamed = b"".join([chunk async for chunk in request.stream()])
        return JSONResponse({"same": first == second == streamed, "length": len(first)})

    async def streams(request: Request) -> Response:
        first = b"".join([chunk async for chunk in request.stream()])
        try:
            second = b"".join([chunk async for chunk in request.stream()])
        except RuntimeError:
            return PlainTextResponse(f"{len(first)} and refused")
        return PlainTextResponse(f"{len(first)} and {len(second)}")

    async def stream(request: Request) -> Response:
        return PlainTextResponse(str(sum([len(chunk) async for chunk in request.stream()])))

    async def json(request: Request) -> Response:
        return Response(standard_json.dumps({"value": await request.json()}), media_type="application/json")

    async def form(request: Request) -> Response:
        async with request.form(max_files=10, max_fields=100, max_part_size=200_000) as fields:
            return JSONResponse(
                {
                    name: [one if isinstance(one, str) else [one.filename, one.size] for one in fields.getlist(name)]
                    for name in fields
                }
            )

    async def form_and_body(request: Request) -> Response:
        fields = await request.form()
        again = await request.form()
        return JSONResponse({"same": dict(fields) == dict(again), "length": len(await request.body())})

    async def ignored(request: Request) -> Response:
        return PlainTextResponse("not read")

    return [
        Route("/body", body, methods=["POST", "PUT"]),
        Route("/twice", twice, methods=["POST"]),
        Route("/streams", streams, methods=["POST"]),
        Route("/stream", stream, methods=["POST"]),
        Route("/json", json, methods=["POST"]),
        Route("/form", form, methods=["POST"]),
        Route("/form-and-body", form_and_body, methods=["POST"]),
        Route("/ignored", ignored, methods=["POST"]),
    ]


def _failures() -> list[Route]:
    async def boom(request: Request) -> Response:
        secret = "hunter2"
        raise RuntimeError(f"<script>alert(1)</script> {len(secret)}")

    async def refuse(request: Request) -> Response:
        raise HTTPException(400, request.query_params.get("detail", ""))

    async def fail(request: Request) -> Response:
        raise {"parent": Parent, "child": Child}[request.query_params["of"]]

    async def fine(request: Request) -> Response:
        return PlainTextResponse("fine")

    return [Route("/boom", boom), Route("/refuse", refuse), Route("/raise", fail), Route("/ok", fine)]
