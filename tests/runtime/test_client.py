"""The test client: verbs, forms, JSON, cookies, redirects, fragments."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chirp import App, Redirect, Request, Response
from chirp.testing import TestClient
from tests.runtime.driver import make_app


def echo_app(folder: Path) -> App:
    app = make_app(folder)

    @app.route("/echo", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def echo(request: Request) -> dict[str, object]:
        return {
            "method": request.method,
            "query": {name: request.query.get_list(name) for name in request.query},
            "body": await request.text(),
            "type": request.content_type,
            "cookies": dict(request.cookies),
            "htmx": [request.is_fragment, request.htmx_target],
            "x": request.headers.get("x-a"),
        }

    @app.route("/login", methods=["POST"])
    def login(request: Request) -> Response:
        return Response("in").with_cookie("user", request.form["name"]).with_cookie("b", "2")

    @app.route("/logout")
    def logout() -> Response:
        return Response("out").without_cookie("user")

    @app.route("/items/old")
    def old() -> Redirect:
        return Redirect("../echo?q=1")

    return app


def talk(app: App, conversation: Callable[[TestClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with TestClient(app) as client:
            await conversation(client)

    asyncio.run(run())


def test_verbs_and_bodies(tmp_path: Path) -> None:
    async def conversation(client: TestClient) -> None:
        answer = await client.get("/echo?a=1", query={"b": ["2", "3"], "c": "é"}, headers={"X-A": "1"})
        assert answer.text == (
            '{"method":"GET","query":{"a":["1"],"b":["2","3"],"c":["é"]},"body":"","type":null,"cookies":{},'
            '"htmx":[false,null],"x":"1"}'
        )
        for method in (client.post, client.put, client.patch):
            assert '"body":"a=1&b=%C3%A9&b=+"' in (await method("/echo", data={"a": "1", "b": ["é", " "]})).text
            assert '"body":"{\\"a\\":[1]}","type":"application/json"' in (await method("/echo", json={"a": [1]})).text
            assert (
                '"body":"raw","type":"x/y"'
                in (await method("/echo", body=b"raw", headers={"Content-Type": "x/y"})).text
            )
        assert '"method":"DELETE"' in (await client.delete("/echo")).text
        head = await client.head("/echo")
        assert (head.status, head.text, head.content_type) == (200, "", "application/json; charset=utf-8")
        options = await client.options("/echo")
        assert (options.status, options.header("allow")) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
        assert (await client.request("BREW", "/echo")).status == 405

    talk(echo_app(tmp_path), conversation)


def test_fragment_requests(tmp_path: Path) -> None:
    async def conversation(client: TestClient) -> None:
        assert '"htmx":[true,null]' in (await client.fragment("/echo")).text
        answer = await client.fragment("/echo", method="POST", target="list", data={"a": "1"})
        assert '"body":"a=1"' in answer.text
        assert '"htmx":[true,"list"]' in answer.text
        boosted = await client.fragment("/echo", headers={"HX-Boosted": "true"})
        assert '"htmx":[false,null]' in boosted.text

    talk(echo_app(tmp_path), conversation)


def test_cookies_are_kept_and_deleted(tmp_path: Path) -> None:
    async def conversation(client: TestClient) -> None:
        answer = await client.post("/login", data={"name": "Ada; Lovelace"})
        assert len(answer.header_list("set-cookie")) == 2
        assert '"cookies":{"user":"Ada; Lovelace","b":"2"}' in (await client.get("/echo")).text
        await client.get("/logout")
        assert '"cookies":{"b":"2"}' in (await client.get("/echo")).text

    talk(echo_app(tmp_path), conversation)


def test_following_a_redirect(tmp_path: Path) -> None:
    async def conversation(client: TestClient) -> None:
        answer = await client.get("/items/old")
        assert (answer.status, answer.header("location")) == (302, "../echo?q=1")
        followed = await client.follow(answer, "/items/old")
        assert '"query":{"q":["1"]}' in followed.text
        with pytest.raises(ValueError, match="is not a redirect"):
            await client.follow(followed)

    talk(echo_app(tmp_path), conversation)


def test_a_request_without_a_response_is_an_error(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/")
    async def leaves(request: Request) -> str:
        await request.body()
        async for _ in Request.from_asgi({"type": "http", "method": "GET", "path": "/"}, gone).stream():
            pass
        return "never"

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def conversation(client: TestClient) -> None:
        with pytest.raises(RuntimeError, match="sent no response"):
            await client.get("/")

    talk(app, conversation)
