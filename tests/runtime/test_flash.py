"""Flash messages: shown once, on the next page that shows messages."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chirp import App, Redirect, Template
from chirp.flash import flash, get_flashed_messages
from chirp.http.streaming import StreamingResponse
from chirp.middleware import SessionMiddleware
from tests.runtime.driver import Answer, get, make_app

KEY = "0123456789abcdef0123456789abcdef"
TEMPLATES = {
    "page.html": "{% for message in get_flashed_messages() %}[{{ message }}]{% end %}",
    "categories.html": "{% for kind, text in get_flashed_messages(with_categories=true) %}"
    "[{{ kind }}:{{ text }}]{% end %}",
}


def flash_app(folder: Path) -> App:
    app = make_app(folder, TEMPLATES, secret_key=KEY)
    app.add_middleware(SessionMiddleware())
    app.route("/page")(lambda: Template("page.html"))
    app.route("/categories")(lambda: Template("categories.html"))

    @app.route("/do/{text}")
    def do(text: str) -> Redirect:
        flash(text)
        flash("<b>", "error")
        return Redirect("/page")

    return app


def cookie_of(answer: Answer) -> tuple[str, str]:
    return ("cookie", answer["set-cookie"].partition(";")[0])


def test_a_message_is_shown_once(tmp_path: Path) -> None:
    app = flash_app(tmp_path)
    done = cookie_of(get(app, "/do/saved"))
    shown = get(app, "/page", done)
    assert shown.text == "[saved][&lt;b&gt;]"
    assert shown["set-cookie"].startswith("chirp_session=; Max-Age=0")
    assert get(app, "/page").text == ""
    assert get(app, "/categories", done).text == "[info:saved][error:&lt;b&gt;]"


def test_messages_wait_for_a_page_that_shows_them(tmp_path: Path) -> None:
    app = flash_app(tmp_path)
    first = cookie_of(get(app, "/do/one"))
    second = cookie_of(get(app, "/do/two", first))
    assert get(app, "/page", second).text == "[one][&lt;b&gt;][two][&lt;b&gt;]"


def test_a_page_without_messages_sets_no_cookie(tmp_path: Path) -> None:
    assert get(flash_app(tmp_path), "/page").all("set-cookie") == []


def test_within_one_request(tmp_path: Path) -> None:
    app = flash_app(tmp_path)

    @app.route("/both")
    def both() -> str:
        flash("now")
        first = get_flashed_messages()
        flash("later")
        return f"{first} {get_flashed_messages()} {get_flashed_messages(with_categories=True)}"

    answer = get(app, "/both")
    assert answer.text == "['now'] ['now', 'later'] [('info', 'now'), ('info', 'later')]"
    assert answer.all("set-cookie") == []


def test_a_stream_shows_them_once_too(tmp_path: Path) -> None:
    app = flash_app(tmp_path)

    async def chunks() -> AsyncGenerator[str]:
        yield str(get_flashed_messages())

    app.route("/stream")(lambda: StreamingResponse(chunks()))
    shown = get(app, "/stream", cookie_of(get(app, "/do/saved")))
    assert shown.text == "['saved', '<b>']"
    assert shown["set-cookie"].startswith("chirp_session=; Max-Age=0")


def test_what_is_no_message(tmp_path: Path) -> None:
    app = flash_app(tmp_path)

    @app.route("/bad")
    def bad() -> str:
        with pytest.raises(TypeError, match="are str"):
            flash(1)  # type: ignore[arg-type]
        return "x"

    assert get(app, "/bad").text == "x"
    with pytest.raises(RuntimeError, match="no request"):
        flash("x")
