"""Templates: escaping, names, filters, globals, inheritance, reload, and nothing written beside them."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kida import Markup

from chirp import AppConfig, Fragment, Template
from chirp.templating.integration import Engine, GlobalValue, RequestProxy, check_template_name, global_value
from tests.runtime.driver import get, make_app


def render(folder: Path, source: str, **context: object) -> str:
    return make_app(folder, {"t.html": source}).render(Template("t.html", **context))


def test_values_are_escaped_with_both_quotes(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ x }}", x="<a href='\"'>&") == "&lt;a href=&#39;&quot;&#39;&gt;&amp;"
    assert render(tmp_path, "{{ x }}", x=Markup("<b>")) == "<b>"


def test_turning_autoescape_off_warns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path, {"t.html": "{{ x }}"}, autoescape=False)
    assert app.render(Template("t.html", x="<b>")) == "<b>"
    assert "autoescape is off" in caplog.text
    assert AppConfig().autoescape


@pytest.mark.parametrize("name", ["", "/t.html", "../t.html", "a/../../t.html", "a\\t.html", "t.html\0", "./t.html"])
def test_names_outside_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "t.html").write_text("secret")
    with pytest.raises(ValueError, match="is not a template name"):
        check_template_name(name)
    app = make_app(tmp_path)
    app.route("/")(lambda: Template(name))
    assert get(app, "/").status == 500


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    app = make_app(tmp_path)
    (tmp_path / "templates" / "link.html").symlink_to(tmp_path / "secret.html")
    app.route("/")(lambda: Template("link.html"))
    assert get(app, "/").status == 500


def test_nothing_is_written_beside_the_templates(tmp_path: Path) -> None:
    render(tmp_path, "{% block a %}{{ x }}{% end %}", x=1)
    assert {path.name for path in tmp_path.rglob("*")} == {"templates", "t.html"}


def test_filters_and_globals(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"t.html": "{{ 3 | double }} {{ 'a' | shout }} {{ greet('Ada', mark='?') }}"})

    @app.template_filter()
    def double(value: int) -> int:
        return value * 2

    app.template_filter("shout")(str.upper)

    @app.template_global()
    def greet(name: str, mark: str = "!") -> str:
        return f"Hello {name}{mark}"

    assert app.render(Template("t.html")) == "6 A Hello Ada?"


@pytest.mark.parametrize(("value", "shown"), [(True, "on True True"), (False, "off False False")])
def test_a_global_without_arguments_is_its_value(tmp_path: Path, value: bool, shown: str) -> None:
    app = make_app(tmp_path, {"t.html": "{% if flag %}on{% else %}off{% end %} {{ flag }} {{ flag() }}"})

    @app.template_global("flag")
    def enable_channels() -> bool:
        return value

    assert app.render(Template("t.html")) == shown


def test_a_global_value_in_every_position(tmp_path: Path) -> None:
    source = (
        "{{ brand }}|{{ brand ~ '!' }}|{% for n in numbers %}{{ n }}{% end %}|{{ numbers | length }}|"
        "{{ numbers[0] }}|{{ 2 in numbers }}|{{ brand == '<b>' }}|{{ user.name }}|{{ markup }}|{{ brand | upper }}"
    )
    app = make_app(tmp_path, {"t.html": source})

    class User:
        name = "Ada"

    app.template_global("brand")(lambda: "<b>")
    app.template_global("numbers")(lambda: [1, 2])
    app.template_global("user")(lambda: User())
    app.template_global("markup")(lambda: Markup("<i>"))
    expected = "&lt;b&gt;|&lt;b&gt;!|12|2|1|True|True|Ada|<i>|&lt;B&gt;"
    assert app.render(Template("t.html")) == expected


def test_global_values_behave_like_their_value() -> None:
    value = global_value(lambda: "x")
    assert isinstance(value, GlobalValue)
    assert (value == "x", hash(value) == hash("x"), value.upper()) == (True, True, "X")
    with pytest.raises(AttributeError):
        value.__wrapped__  # noqa: B018 - asking is the test
    assert global_value(7) == 7
    assert not isinstance(global_value(max), GlobalValue)


def test_the_request_proxy_shows_nothing_of_the_request() -> None:
    assert repr(RequestProxy()) == "<the current request>"


def test_links_and_the_request_in_templates(tmp_path: Path) -> None:
    source = (
        '{{ url_for("item", id=3) }} {{ request.path }} {{ request.query.get("q", "") }} {{ get_request().method }}'
    )
    app = make_app(tmp_path, {"t.html": source})
    app.route("/items/{id}", name="item")(lambda: Template("t.html"))
    assert get(app, "/items/1", query="q=%3Cb%3E").text == "/items/3 /items/1 &lt;b&gt; GET"
    app = make_app(tmp_path, {"t.html": "{{ request.path }}"})
    with pytest.raises(Exception, match="there is no request here"):
        app.render(Template("t.html"))


def test_blocks_of_ancestors_render(tmp_path: Path) -> None:
    app = make_app(
        tmp_path,
        {
            "base.html": "<t>{% block title %}base {{ x }}{% end %}</t>{% block body %}{% end %}",
            "sub/page.html": '{% extends "base.html" %}{% block body %}{% include "sub/part.html" %}{% end %}',
            "sub/part.html": "part {{ x }}",
        },
    )
    assert app.render(Template("sub/page.html", x=1)) == "<t>base 1</t>part 1"
    assert app.render(Fragment("sub/page.html", "title", x=2)) == "base 2"
    assert app.render(Fragment("sub/page.html", "body", x=2)) == "part 2"


def edits(folder: Path) -> Iterator[str]:
    """The page after each edit of its template."""
    app = make_app(folder, {"t.html": "one"}, debug=folder.name == "debug")
    app.route("/")(lambda: Template("t.html"))
    yield get(app, "/").text
    file = folder / "templates" / "t.html"
    file.write_text("two")
    later = time.time() + 5
    os.utime(file, (later, later))
    yield get(app, "/").text


def test_templates_reload_in_debug_mode_only(tmp_path: Path) -> None:
    for name, expected in (("debug", ["one", "two"]), ("production", ["one", "one"])):
        folder = tmp_path / name
        folder.mkdir()
        assert list(edits(folder)) == expected


def test_an_engine_without_a_folder_finds_nothing(tmp_path: Path) -> None:
    engine = Engine((tmp_path / "nowhere",), filters={}, variables={})
    with pytest.raises(Exception, match=r"t\.html"):
        engine.render("t.html", {})
