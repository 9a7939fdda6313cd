"""What people are told of a failed request without debug: escaped, the same for all, nothing of what they sent."""

import asyncio

import pytest

from chirp import App, AppConfig, HTTPError, Request
from tests.runtime.driver import Answer, ask, exchange, http_scope

HTML = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
HTMX = ("hx-request", "true")


def app_of_errors() -> App:
    app = App(AppConfig(static_dir=None))

    @app.route("/boom")
    async def boom() -> str:
        raise ValueError("internal matters")

    @app.route("/refused/{status:int}")
    async def refused(status: int, request: Request) -> str:
        raise HTTPError(status, request.query.get("detail", ""))

    return app


def answer(path: str, *headers: tuple[str, str], method: str = "GET", query: str = "") -> Answer:
    return ask(app_of_errors(), method, path, headers=headers, query=query)


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "text"),
    [
        ("GET", "/nope", 404, "Not Found", "There is nothing at this address."),
        ("POST", "/boom", 405, "Method Not Allowed", "This address does not answer that kind of request."),
        ("GET", "/boom", 500, "Internal Server Error", "Something went wrong on our side."),
        ("GET", "/refused/418", 418, "I&#x27;m a Teapot", ""),
        ("GET", "/refused/499", 499, "Error", ""),
    ],
)
def test_browsers_get_a_page(method: str, path: str, status: int, title: str, text: str) -> None:
    page = answer(path, HTML, method=method)
    assert page.status == status
    assert page["content-type"] == "text/html; charset=utf-8"
    assert f"<title>{title}</title>" in page.text
    assert text in page.text
    assert 'name="viewport"' in page.text
    assert "internal matters" not in page.text
    assert "Traceback" not in page.text
    if status == 405:
        assert page["allow"] == "GET, HEAD, OPTIONS"


def test_nothing_of_the_request_is_repeated() -> None:
    page = answer("/<b>secret-path</b>", HTML, query="q=secret-query")
    assert page.status == 404
    assert "secret" not in page.text


def test_the_detail_of_an_error_is_escaped() -> None:
    page = answer("/refused/400", HTML, query="detail=<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>" not in page.text


def test_programs_and_terminals_get_text() -> None:
    for headers in ([], [("accept", "*/*")], [("accept", "application/json")]):
        plain = answer("/nope", *headers)
        assert (plain.text, plain["content-type"]) == ("Not Found", "text/plain; charset=utf-8")


def test_htmx_keeps_its_page_and_reads_nothing_as_markup() -> None:
    part = answer("/refused/400", HTMX, query="detail=<script>alert(1)</script>")
    assert part["hx-reswap"].split()[0] == "none"
    assert part.text == "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize("header", ["hx-boosted", "hx-history-restore-request"])
def test_a_navigation_of_htmx_gets_a_page(header: str) -> None:
    page = answer("/nope", HTMX, (header, "true"))
    assert "<h1>Not Found</h1>" in page.text
    assert page.all("hx-reswap") == []


def test_it_says_what_it_depends_on() -> None:
    for headers in ([HTML], [HTMX], []):
        vary = {name.strip() for name in answer("/nope", *headers)["vary"].split(",")}
        assert {"Accept", "HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= vary


def test_a_head_request_has_no_body() -> None:
    sent = asyncio.run(exchange(app_of_errors(), http_scope("HEAD", "/nope", [HTML])))
    assert sent[0]["status"] == 404
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b""


def test_an_application_has_the_last_word() -> None:
    app = app_of_errors()

    @app.error(404)
    def missing() -> str:
        return "gone fishing"

    page = ask(app, "GET", "/nope", headers=[HTML])
    assert (page.status, page.text) == (404, "gone fishing")
