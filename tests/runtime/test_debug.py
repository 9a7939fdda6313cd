"""The debug page: the place of the fault, everything escaped, no secret of the client, nothing for strangers."""

from pathlib import Path

import pytest

from chirp import App, HTTPError, Template
from tests.runtime.driver import ask, get, make_app

HTML = ("accept", "text/html,*/*;q=0.8")
SECRETS = [HTML, ("cookie", "session=hunter2"), ("authorization", "Bearer hunter2"), ("x-api-key", "hunter2")]


def broken_app(folder: Path, **config: bool) -> App:
    templates = {
        "page.html": "<p>\n{{ user.nmae }}\n</p>",
        "syntax.html": "{% if %}",
        "included.html": "{% include 'syntax.html' %}",
        "string.html": "\n{{ 'abc",
    }
    app = make_app(folder, templates, **config)

    @app.route("/boom")
    def boom() -> str:
        raise ValueError("<script>alert(1)</script>")

    app.route("/template")(lambda: Template("page.html", user="x"))
    app.route("/syntax")(lambda: Template("syntax.html"))
    app.route("/included")(lambda: Template("included.html"))
    app.route("/string")(lambda: Template("string.html"))
    app.route("/missing")(lambda: Template("nope.html"))
    app.route("/teapot")(lambda: (_ for _ in ()).throw(HTTPError(418, "short")))
    return app


def test_the_page_names_the_fault_and_escapes_it(tmp_path: Path) -> None:
    answer = ask(broken_app(tmp_path, debug=True), "GET", "/boom", headers=SECRETS, query="token=hunter2")
    assert answer.status == 500
    assert answer["content-type"] == "text/html; charset=utf-8"
    assert answer["content-security-policy"].startswith("default-src 'none'")
    assert answer["cache-control"] == "no-store"
    assert "ValueError" in answer.text
    assert "boom</code>" in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>" not in answer.text
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/template", "page.html:2"),
        ("/syntax", "syntax.html:1"),
        ("/included", "syntax.html:1"),
        ("/string", "string.html:2"),
        ("/missing", "nope.html"),
    ],
)
def test_the_page_names_the_template_and_line(tmp_path: Path, path: str, place: str) -> None:
    text = get(broken_app(tmp_path, debug=True), path, HTML).text
    assert f"<code>{place}</code>" in text


def test_without_debug_there_is_no_page(tmp_path: Path) -> None:
    for path in ("/boom", "/template", "/syntax", "/missing"):
        answer = get(broken_app(tmp_path), path)
        assert (answer.status, answer.text) == (500, "Internal Server Error")


@pytest.mark.parametrize(
    ("client", "shown"),
    [
        (("127.0.0.1", 1), True),
        (("::1", 1), True),
        (None, True),
        (("192.168.1.7", 1), False),
        (("203.0.113.9", 1), False),
        (("127.example", 1), False),
    ],
)
def test_the_page_is_for_this_machine_only(tmp_path: Path, client: tuple[str, int] | None, shown: bool) -> None:
    answer = ask(broken_app(tmp_path, debug=True), "GET", "/boom", client=client)
    assert ("Traceback" in answer.text) is shown


def test_http_errors_have_no_debug_page(tmp_path: Path) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/teapot")
    assert (answer.status, answer.text) == (418, "short")
