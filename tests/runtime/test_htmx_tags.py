"""The scripts that come with the package, the tags that load them, and what a failed request may replace."""

import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal, override

import pytest

from chirp import App, AppConfig, Fragment, NotFound, Page, Template
from chirp.errors import ConfigurationError
from chirp.htmx import SCRIPTS
from chirp.htmx.vendored import FOLDER
from chirp.middleware import SecurityHeaders
from tests.runtime.driver import ask, get, make_app

type Version = Literal[2, 4]

HTMX = ("hx-request", "true")
BOOSTED = ("hx-boosted", "true")
RESTORE = ("hx-history-restore-request", "true")


class Tags(HTMLParser):
    """The start tags of a text, by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] = dict(attrs)

    @property
    def settings(self) -> dict[str, Any]:
        content = self.found["meta"]["content"] or ""
        assert content.startswith("{"), "htmx 4 takes anything else for its own notation"
        settings: dict[str, Any] = json.loads(content)
        return settings


def tags_app(folder: Path, tags: str, version: Version = 2) -> App:
    app = make_app(folder, {"index.html": tags}, htmx=version)

    @app.route("/")
    def index() -> Template:
        return Template("index.html", quote="</script>'&")

    return app


def test_the_vendored_files_are_those_of_the_packages() -> None:
    parts = [part for script in SCRIPTS.values() for part in script.parts]
    for part in parts:
        assert hashlib.sha256((FOLDER / part.file).read_bytes()).hexdigest() == part.sha256, part.file
        licence = (FOLDER / part.licence_file).read_text(encoding="utf-8")
        assert "Permission to use, copy, modify, and/or distribute" in licence or "Zero-Clause BSD" in licence
        assert part.licence == "0BSD"
    known = {part.file for part in parts} | {part.licence_file for part in parts}
    assert {file.name for file in FOLDER.iterdir()} == known


@pytest.mark.parametrize(("version", "mark"), [(2, b'version:"2.0.11"'), (4, b'this.version="4.0.1"')])
def test_the_tag_names_a_script_that_is_served_for_good(tmp_path: Path, version: Version, mark: bytes) -> None:
    app = tags_app(tmp_path, "{{ htmx() }}", version)
    script = Tags(get(app, "/").text).found["script"]
    assert "defer" in script
    answer = get(app, script["src"] or "")
    assert (answer.status, answer["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer["cache-control"] == "public, max-age=31536000, immutable"
    assert answer["x-content-type-options"] == "nosniff"
    assert mark in answer.body
    assert b"sse" in answer.body.lower()
    assert ask(app, "POST", script["src"] or "").status == 405


def test_the_other_version_is_not_served(tmp_path: Path) -> None:
    assert get(tags_app(tmp_path, "", 2), SCRIPTS[4].path).status == 404


def test_the_script_is_below_the_mount_point(tmp_path: Path) -> None:
    app = tags_app(tmp_path, "{{ htmx() }}")
    mounted = ask(app, "GET", "/shop/", root_path="/shop")
    assert Tags(mounted.text).found["script"]["src"] == "/shop" + SCRIPTS[2].path
    assert app.render(Template("index.html")).count(f'src="{SCRIPTS[2].path}"') == 1


def test_the_global_without_parentheses_is_the_same(tmp_path: Path) -> None:
    app = tags_app(tmp_path, "{{ htmx }}")
    assert get(app, "/").text == get(tags_app(tmp_path, "{{ htmx() }}"), "/").text


def test_settings_are_added_to_those_that_make_errors_show(tmp_path: Path) -> None:
    two = Tags(get(tags_app(tmp_path, "{{ htmx(allowEval=false, indicatorClass=quote) }}"), "/").text)
    assert two.settings["allowEval"] is False
    assert two.settings["indicatorClass"] == "</script>'&"
    assert {"code": "[23]..|422", "swap": True} in two.settings["responseHandling"]
    four = Tags(get(tags_app(tmp_path, "{{ htmx(noSwap=[204, 304, '5xx']) }}", 4), "/").text)
    assert four.settings == {"noSwap": [204, 304, "5xx"]}


@pytest.mark.parametrize(
    ("version", "setting", "message"),
    [
        (2, "allowEvil=true", "htmx 2 has no setting `allowEvil`: did you mean `allowEval`?"),
        (2, "xyzzy=1", "htmx 2 has no setting `xyzzy`"),
        (2, "transitions=true", "htmx 4 has it; here it is `globalViewTransitions`"),
        (4, "includeIndicatorStyles=false", "htmx 2 has it; here it is `includeIndicatorCSS`"),
        (4, "allowEval=false", "htmx 4 has no setting `allowEval`: htmx 2 has it"),
    ],
)
def test_a_setting_that_htmx_would_ignore_is_an_error(
    tmp_path: Path, version: Version, setting: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert get(tags_app(tmp_path, f"{{{{ htmx({setting}) }}}}", version), "/").status == 500
    assert message in caplog.text


def test_a_version_that_does_not_exist_is_refused() -> None:
    three: Any = 3
    with pytest.raises(ConfigurationError, match="htmx is 3; the versions that come with chirp are 2 and 4"):
        AppConfig(htmx=three)


# Which errors replace a part of the page.


def failing_app(folder: Path) -> App:
    templates = {"gone.html": "<html><title>Gone</title>{% block note %}<p>gone</p>{% end %}</html>"}
    app = make_app(folder, templates)

    class Lost(Exception):
        pass

    @app.error(Lost)
    def lost() -> Template:
        return Template("gone.html")

    @app.route("/{kind}")
    def fail(kind: str) -> object:
        match kind:
            case "lost":
                raise Lost
            case "missing":
                raise NotFound("no such thing")
            case "json":
                return {"error": "no"}, 400
            case "document":
                return Template("gone.html"), 410
            case "fragment":
                return Fragment("gone.html", "note"), 410
            case "page":
                return Page("gone.html", "note"), 410
            case "elsewhere":
                return Template("gone.html"), 410, {"HX-Retarget": "body"}
            case "text":
                return "<b>no</b>", 400
            case _:
                raise RuntimeError("a bug")

    return app


KEPT = ["lost", "missing", "json", "document", "bug"]


@pytest.mark.parametrize("kind", KEPT)
def test_a_failure_that_is_no_fragment_leaves_the_page_as_it_is(tmp_path: Path, kind: str) -> None:
    app = failing_app(tmp_path)
    answer = get(app, f"/{kind}", HTMX)
    assert (answer["hx-reswap"], answer["hx-push-url"]) == ("none ignoreTitle:true", "false")
    for headers in ([], [HTMX, BOOSTED], [HTMX, RESTORE], [RESTORE]):
        whole = get(app, f"/{kind}", *headers)
        assert not whole.all("hx-reswap"), headers
        assert "HX-Request" in whole["vary"]
        assert whole.status == answer.status


@pytest.mark.parametrize("kind", ["fragment", "page", "text", "elsewhere"])
def test_a_failure_made_for_a_part_of_the_page_is_shown(tmp_path: Path, kind: str) -> None:
    answer = get(failing_app(tmp_path), f"/{kind}", HTMX)
    assert answer.status >= 400
    assert not answer.all("hx-reswap")


def test_what_succeeds_is_not_touched(tmp_path: Path) -> None:
    app = make_app(tmp_path, {"a.html": "whole"})

    @app.route("/")
    def index() -> tuple[Template, int]:
        return Template("a.html"), 200

    answer = get(app, "/", HTMX)
    assert not answer.all("hx-reswap")
    assert not answer.all("vary")


@pytest.mark.parametrize("version", [2, 4])
def test_the_nonce_of_the_request_is_on_the_tags(tmp_path: Path, version: Version) -> None:
    app = tags_app(tmp_path, "{{ htmx() }}", version)
    app.add_middleware(SecurityHeaders())
    answer = get(app, "/")
    tags = Tags(answer.text)
    nonce = tags.found["script"]["nonce"]
    assert f"script-src 'self' 'nonce-{nonce}'" in answer["content-security-policy"]
    assert tags.settings.get("inlineStyleNonce") == (nonce if version == 2 else None)
