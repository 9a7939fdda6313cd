"""What handlers give that the text does not say, raised in the test at the request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chirp import Fragment, Redirect, Template
from tests.contract_live.making import APP, HTMX, TEMPLATES, breaking, watching

pytestmark = pytest.mark.asyncio

type Change = Callable[[Any], None]


def setting(**names: object) -> Change:
    """What a module says from now on, whatever its text says."""

    def change(module: Any) -> None:
        for name, value in names.items():
            setattr(module, name, value)

    return change


def as_template(name: str, _: str, **names: object) -> Template:
    return Template(name, count=1, **names)


def as_tuple(main: object, _: object) -> tuple[object, int]:
    return main, 200


def as_plain(name: str, _: str, **__: object) -> Fragment:
    return Fragment(name, "plain")


UNEXPECTED: dict[str, tuple[Change, str, str, tuple[str, ...]]] = {
    "another template": (
        setting(TEMPLATE="other.html"),
        "POST",
        "/items",
        ("the template is `other.html`, where the text says `home.html`", "app.py:31:12", "Fragment(TEMPLATE, BLOCK"),
    ),
    "another block": (setting(BLOCK="plain"), "POST", "/items", ("the block is `plain`", "says `list`")),
    "a name too many": (
        setting(named=lambda: {"items": "", "words": ""}),
        "POST",
        "/items",
        ("`words` is in the context", "app.py:31:12", "home.html:7:10", "the block `list`"),
    ),
    "another target": (setting(TARGET="main"), "POST", "/both", ("the target is `main`, where the text says `nav`",)),
    "another status": (setting(STATUS=409), "POST", "/wrong", ("the status is 409, where the text says 422",)),
    "another place": (setting(LEADS="/other"), "POST", "/leave", ("the redirect is `/other`", "says `/`")),
    "another text": (setting(answer=lambda: "good"), "GET", "/said", ("`said` answers with `'good'`",)),
    "another kind": (
        setting(answer=lambda: Redirect("/")),
        "GET",
        "/said",
        ('`Redirect("/")`', "the text does not say"),
    ),
    "another class": (
        setting(Fragment=as_template),
        "POST",
        "/items",
        ('`add` answers with `Template("home.html")`',),
    ),
    "something else beside": (
        setting(OOB=as_tuple),
        "POST",
        "/both",
        ("`both` answers with `tuple`",),
    ),
}


@pytest.mark.parametrize("case", UNEXPECTED)
async def test_an_answer_that_the_text_does_not_say(case: str, tmp_path: Path) -> None:
    change, method, path, words = UNEXPECTED[case]
    async with watching(tmp_path) as (client, module):
        await client.request(method, path)
        change(module)
        async with breaking("unexpected-answer", f"{method} {path} does not keep to the contract", *words):
            await client.request(method, path)


async def test_a_name_that_is_missing(tmp_path: Path) -> None:
    """The answer cannot be rendered then, which is said, too."""
    async with watching(tmp_path) as (client, module):
        module.named = dict
        with pytest.raises(AssertionError, match="`items` is not in the context, where the text gives it"):
            await client.post("/items")


async def test_a_name_that_the_template_has_come_to_need(tmp_path: Path) -> None:
    changed = TEMPLATES["templates/home.html"].replace("<li>{{ item }}</li>", "<li>{{ item }} {{ unit }}</li>")
    async with watching(tmp_path) as (client, _):
        (tmp_path / "templates/home.html").write_text(changed, encoding="utf-8")
        async with breaking("missing-context", "`unit` is looked up in `home.html`", "app.py:31:12"):
            await client.post("/items")


async def test_a_redirect_to_nowhere(tmp_path: Path) -> None:
    computed = APP.replace('"nav", "/", 422', '"nav", input, 422')
    async with watching(tmp_path, computed) as (client, module):
        module.LEADS = "/other"
        assert (await client.post("/leave")).header("location") == "/other"
        module.LEADS = "/nowhere"
        async with breaking("unrouted-url", "the answer leads to `/nowhere`"):
            await client.post("/leave")


async def test_the_cookies_of_such_an_answer_are_kept(tmp_path: Path) -> None:
    """The request was answered, whatever is said of it."""
    app = APP.replace(
        "    return Redirect(LEADS, status=303)", '    return Redirect(LEADS, 303, (("Set-Cookie", "a=1"),))'
    )
    async with watching(tmp_path, app) as (client, module):
        module.LEADS = "/other"
        async with breaking("unexpected-answer"):
            await client.post("/leave")
        assert client.cookies == {"a": "1"}


async def test_what_the_text_does_not_determine_is_passed_over(tmp_path: Path) -> None:
    app = APP + (
        """
def unseen(handler):
    @__import__("functools").wraps(handler)
    def wrapped():
        return Fragment("other.html", "far")

    return wrapped


@app.route("/wrapped")
@unseen
def wrapped():
    return Fragment("home.html", "plain")


@app.route("/chosen/{name}")
def chosen(name):
    return Fragment("other.html", name)
"""
    )
    async with watching(tmp_path, app) as (client, _):
        assert "far" in (await client.get("/wrapped")).text
        assert "far" in (await client.get("/chosen/far")).text


async def test_only_a_client_that_asks_for_it_watches(tmp_path: Path) -> None:
    async with watching(tmp_path) as (client, module):
        module.Fragment = as_plain
        async with breaking("unexpected-answer"):
            await client.post("/items", headers=HTMX)
        plain = type(client)(client.app)
        async with plain:
            assert (await plain.post("/items", headers=HTMX)).text == "<p>plain</p>"
            with pytest.raises(RuntimeError, match="contract=True"):
                _ = plain.page
