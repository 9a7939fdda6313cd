"""The debug page: the place of the fault, everything escaped, no secret of the client, nothing for strangers."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from chirp import App, HTTPError, InlineTemplate, NotFound, Request, Template
from chirp.server.masking import is_secret
from tests.runtime.driver import ask, get, make_app

REFERER = ("referer", "https://x.test/reset?code=abc123")
HTML = ("accept", "text/html,*/*;q=0.8")
SECRETS = [HTML, ("cookie", "session=hunter2"), ("authorization", "Bearer hunter2"), ("x-api-key", "hunter2")]


def broken_app(folder: Path, **config: bool) -> App:
    templates = {
        "page.html": "<p>\n{{ user.nmae }}\n</p>",
        "syntax.html": "{% if %}",
        "included.html": "{% include 'syntax.html' %}",
        "string.html": "\n{{ 'abc",
        "layout.html": "<html>{% block content %}{% end %}</html>",
        "child.html": "{% extends 'layout.html' %}\n{% block content %}\n<p>{{ titel }}</p>\n{% end %}",
        "list.html": "<ul>\n{% include 'item.html' %}\n</ul>",
        "item.html": "\n\n{{ price }}",
        "filter.html": "\n{{ price | money }}",
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
    app.route("/child")(lambda: Template("child.html", title="x", shop="y"))
    app.route("/list")(lambda: Template("list.html"))
    app.route("/filter", name="filter")(lambda: Template("filter.html", price=1))

    @app.template_filter()
    def money(value: object) -> str:
        raise LookupError("no currency")

    @app.route("/form", methods=["POST"])
    def form(request: Request) -> str:
        order = {"id": 7, "card_number": request.form["card_number"], "lines": [1, 2.5, None]}
        password = request.form["password"]
        return f"{order}{password}"[9999]

    @app.route("/chain")
    def chain() -> str:
        empty: dict[str, str] = {}
        try:
            return empty["inner"]
        except KeyError as error:
            raise RuntimeError("the outer one") from error

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
        ("/child", "child.html:3"),
        ("/list", "item.html:3"),
        ("/filter", "filter.html:2"),
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


def page_of(folder: Path, path: str) -> str:
    return get(broken_app(folder, debug=True), path, HTML).text


def test_an_undefined_name_is_explained(tmp_path: Path) -> None:
    text = page_of(tmp_path, "/child")
    assert "<code>titel</code> is undefined" in text
    assert "did you mean <code>title</code>?" in text
    assert "The template has <code>shop</code>, <code>title</code>." in text
    assert '<span class="fault"><i>3</i><mark>&lt;p&gt;{{ titel }}&lt;/p&gt;</mark></span>' in text
    assert "layout.html:3" not in text.partition("<details>")[0], "the engine names the layout of an inherited block"


def test_the_way_to_an_included_template_is_shown(tmp_path: Path) -> None:
    assert "from <code>list.html:2</code>" in page_of(tmp_path, "/list")


def test_what_a_filter_raised_is_the_error(tmp_path: Path) -> None:
    text = page_of(tmp_path, "/filter")
    assert "<h1>LookupError</h1>" in text
    assert "no currency" in text
    assert "money</code></h3>" in text
    assert "<mark>raise LookupError(&quot;no currency&quot;)</mark>" in text


def test_the_source_is_shown_with_what_failed_in_it(tmp_path: Path) -> None:
    text = page_of(tmp_path, "/chain")
    assert "<h1>RuntimeError</h1>" in text
    assert "Before that: KeyError" in text
    assert "return <mark>empty[&quot;inner&quot;]</mark>" in text
    assert text.index("the outer one") < text.index("Before that: KeyError")


def test_calls_of_libraries_are_folded(tmp_path: Path) -> None:
    text = page_of(tmp_path, "/boom")
    folded = text.index("calls inside libraries</summary>")
    assert text.index("test_debug.py:") < folded < text.index("chirp/server/handler.py:")


def test_a_handler_is_named(tmp_path: Path) -> None:
    assert "GET /boom → tests.runtime.test_debug.broken_app.&lt;locals&gt;.boom" in page_of(tmp_path, "/boom")


FORM = b"card_number=4111222233334444&password=hunter2&note=hello+there"


def test_local_values_are_shown_without_secrets(tmp_path: Path) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    app = broken_app(tmp_path, debug=True)
    answer = ask(app, "POST", "/form", headers=[*SECRETS, form], body=FORM, query="token=topsecret&page=2")
    assert "IndexError" in answer.text
    assert "<th scope=row>request</th><td>&lt;Request&gt;</td>" in answer.text
    assert "{&#x27;id&#x27;: 7, &#x27;card_number&#x27;: ••••••, &#x27;lines&#x27;: [1, 2.5, None]}" in answer.text
    assert "<th scope=row>password</th><td>••••••</td>" in answer.text
    assert "<th scope=row>note</th><td>hello there</td>" in answer.text
    assert "<th scope=row>page</th><td>2</td>" in answer.text
    for secret in ("4111222233334444", "hunter2", "topsecret"):
        assert secret not in answer.text


def test_a_secret_is_hidden_wherever_it_turns_up(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)

    @app.route("/{path:path}")
    def echo(request: Request) -> str:
        line = "got " + request.headers["authorization"]
        raise ValueError(line)

    headers = [("authorization", "Bearer topsecret123"), REFERER]
    for accepted in ("text/html", "application/json", "*/*"):
        text = ask(app, "GET", "/a/topsecret123", headers=[*headers, ("accept", accepted)]).text
        assert "topsecret123" not in text
        assert "••••••" in text
    assert "code=abc123" not in ask(app, "GET", "/a", headers=[*headers, HTML]).text


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("X-API-Key", True),
        ("api_key", True),
        ("csrfToken", True),
        ("sessionid", True),
        ("auth", True),
        ("Proxy-Authorization", True),
        ("private_notes", True),
        ("monkey", False),
        ("author", False),
        ("keyboard", False),
        ("page", False),
    ],
)
def test_which_names_speak_of_secrets(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_values_of_the_application_are_not_asked_for_their_text(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)

    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("asked")

    @app.route("/")
    def index() -> str:
        loud, number, many = Loud(), 10**5000, {"a": list(range(100))}
        raise ValueError(many["a"][0] * number + id(loud) * 0)

    text = get(app, "/", HTML).text
    assert "<th scope=row>loud</th><td>&lt;test_values" in text
    assert "<th scope=row>number</th><td>&lt;int&gt;</td>" in text
    assert "10, 11, …]" in text


def test_an_exception_that_cannot_say_anything(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)

    class Mute(Exception):
        def __str__(self) -> str:
            raise LookupError

    @app.route("/")
    def index() -> str:
        raise Mute

    answer = get(app, "/", HTML)
    assert answer.status == 500
    assert "its message cannot be shown: LookupError" in answer.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ExceptionGroup("several", [ValueError("one"), KeyError("two")]), ["several (2", "<li>ValueError: one</li>"]),
        (SyntaxError("never closed", (__file__, 1, 1, "")), ["tests/runtime/test_debug.py:1", "The debug page:"]),
        (ValueError("half \ud800 of a pair"), ["half \\ud800 of a pair"]),
        (ValueError("x" * 10_000), ["x" * 3999 + "…"]),
        (ValueError("<p>`code` and one ` more"), ["&lt;p&gt;`code` and one ` more"]),
    ],
)
def test_every_exception_is_shown(
    tmp_path: Path, error: Exception, words: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "chirp")  # half of a pair in what is logged cannot be sent between test processes
    app = make_app(tmp_path, debug=True)

    @app.route("/")
    def index() -> str:
        raise error

    answer = get(app, "/", HTML)
    assert answer.status == 500
    assert [word for word in words if word not in answer.text] == []
    assert f"<h1>{type(error).__name__}</h1>" in answer.text


def test_calls_without_end_are_cut(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)

    @app.route("/")
    def index() -> Any:
        return index()

    answer = get(app, "/", HTML)
    assert "<h1>RecursionError</h1>" in answer.text
    assert len(answer.body) < 200_000


def test_an_inline_template_is_shown(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)
    app.route("/")(lambda: InlineTemplate("<p>\n{{ nmae }}", name="x"))
    text = get(app, "/", HTML).text
    assert "did you mean <code>name</code>?" in text
    assert '<span class="fault"><i>2</i><mark>{{ nmae }}</mark></span>' in text


# Who asks, and how


def test_htmx_gets_a_part_that_shows_over_the_page(tmp_path: Path) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/boom", ("hx-request", "true"), ("hx-target", "list"))
    assert answer.status == 500
    assert answer.text.startswith('<dialog open id="chirp-debug"')
    assert "<html" not in answer.text
    assert "<script" not in answer.text
    assert '<form method="dialog"><button>Close</button></form>' in answer.text
    assert (answer["hx-retarget"], answer["hx-reswap"]) == ("body", "beforeend")
    assert (answer["hx-reselect"], answer["hx-push-url"]) == ("#chirp-debug", "false")


@pytest.mark.parametrize("header", ["hx-boosted", "hx-history-restore-request"])
def test_a_navigation_of_htmx_gets_the_page(tmp_path: Path, header: str) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/boom", HTML, ("hx-request", "true"), (header, "true"))
    assert answer.text.startswith("<!doctype html>")
    assert answer.all("hx-retarget") == []


def test_programs_get_json(tmp_path: Path) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/child", ("accept", "application/json"))
    assert answer["content-type"] == "application/json; charset=utf-8"
    told = json.loads(answer.text)
    assert (told["error"], told["message"]) == ("UndefinedError", "`titel` is undefined")
    assert (told["hints"][0], told["template"]) == ("did you mean `title`?", "child.html:3")
    assert told["traceback"][0] == "Traceback (most recent call last):"


def test_terminals_get_text(tmp_path: Path) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/child")
    assert answer["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("UndefinedError: `titel` is undefined\nhint: did you mean `title`?\n")
    assert "in the template child.html:3\n" in answer.text
    assert "  >    3 <p>{{ titel }}</p>\n" in answer.text


def test_every_form_says_what_it_depends_on(tmp_path: Path) -> None:
    app = broken_app(tmp_path, debug=True)
    for headers in ([HTML], [("accept", "application/json")], [], [("hx-request", "true")]):
        vary = {name.strip() for name in ask(app, "GET", "/boom", headers=headers)["vary"].split(",")}
        assert {"Accept", "HX-Request", "HX-Boosted"} <= vary


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:8000", True),
        ("app.localhost", True),
        ("shop.test:8000", True),
        ("devbox", True),
        ("rebound.example.com", False),
        ("192.168.1.7", False),
        ("evil.localhost.example", False),
    ],
)
def test_the_page_is_for_names_of_this_machine_only(tmp_path: Path, host: str, shown: bool) -> None:
    """A site whose name is made to point at this machine must not read the page through the browser of a developer."""
    answer = get(broken_app(tmp_path, debug=True), "/boom", HTML, ("host", host))
    assert ("Traceback" in answer.text) is shown


def test_a_debug_page_that_fails_is_a_plain_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = broken_app(tmp_path, debug=True)
    monkeypatch.setitem(sys.modules, "chirp.server.debug", None)  # it cannot be imported
    answer = get(app, "/boom")
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert "the debug page of ValueError failed" in caplog.text


# Paths that no route answers


def test_a_path_that_no_route_answers_lists_the_routes(tmp_path: Path) -> None:
    answer = get(broken_app(tmp_path, debug=True), "/fitler", HTML)
    assert answer.status == 404
    assert "No route answers this path" in answer.text
    assert "did you mean <code>/filter</code>?" in answer.text
    assert "<th scope=row>POST /form</th>" in answer.text


def test_a_handler_that_finds_nothing_lists_no_routes(tmp_path: Path) -> None:
    app = make_app(tmp_path, debug=True)

    @app.route("/books/{id}")
    def book(id: str) -> str:
        raise NotFound("There is no such book.")

    answer = get(app, "/books/7", HTML)
    assert answer.status == 404
    assert "There is no such book." in answer.text
    assert "/books/{id}" not in answer.text


def test_strangers_and_production_see_no_routes(tmp_path: Path) -> None:
    stranger = ask(broken_app(tmp_path, debug=True), "GET", "/nope", headers=[HTML], client=("203.0.113.9", 1))
    production = get(broken_app(tmp_path), "/nope", HTML)
    for answer in (stranger, production):
        assert answer.status == 404
        assert "There is nothing at this address." in answer.text
        assert "/filter" not in answer.text
