"""What answers do to the page that a client has: what htmx makes of it, and what cannot be meant."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chirp.testing import TestClient
from tests.contract_live.making import APP, HTMX, breaking, saying, watching, with_more

pytestmark = pytest.mark.asyncio

type Watching = AbstractAsyncContextManager[tuple[TestClient, Any]]

WHOLE = "<!doctype html><html><body><p>whole</p></body></html>"
LIST = '<ul id="list"><li>a</li><li>b</li></ul>'


@pytest.fixture(params=[2, 4], ids=["htmx2", "htmx4"])
def version(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


def opened(folder: Path, version: int, *, body: str = "", app: str = APP, head: str = "{{ htmx() }}") -> Watching:
    """A client on a project with more elements on its home page."""
    return watching(folder, app.replace("htmx=2", f"htmx={version}"), with_more(body, head))


def answering(method: str, path: str, value: str) -> str:
    """The application with one route more, which answers with something that only running tells."""
    return f'{APP}\n\n@app.route("{path}", methods=["{method}"])\ndef more_still():\n    return {value}\n'


@asynccontextmanager
async def asking(folder: Path, version: int, path: str, body: str, said: str) -> AsyncGenerator[TestClient]:
    """A client on a page with what asks for a path; what answers is known only then."""
    async with opened(folder, version, body=body, app=answering("GET", path, "input(chr(10))")) as (client, module):
        module.input = saying(said)
        await client.get("/")
        yield client


async def test_the_page_after_swaps(tmp_path: Path, version: int) -> None:
    async with opened(tmp_path, version) as (client, module):
        await client.get("/")
        assert client.page.find("#list").html == LIST
        await client.get("/more", headers=HTMX)
        assert client.page.find("#list").html == LIST.replace("</ul>", "<li>more</li></ul>")
        module.ITEMS = ["c"]
        await client.fragment("/items", method="POST", target="list")
        assert client.page.find("#list").html == '<ul id="list"><li>c</li></ul>'
        await client.get("/inner", headers=HTMX)
        assert [one.html for one in client.page.select("ul > li")] == ["<li>inner</li>"]
        await client.get("/fresh", headers=HTMX)
        assert client.page.find("#list").text == "news"
        assert client.page.url == "/"
        assert not client.page.open


async def test_out_of_band_parts_of_an_answer(tmp_path: Path, version: int) -> None:
    body = '<button hx-post="/both" hx-target="#list" hx-swap="outerHTML">Both</button>'
    async with opened(tmp_path, version, body=body) as (client, module):
        await client.get("/")
        module.ITEMS = []
        await client.post("/both", headers=HTMX)
        assert client.page.find("#list").html == '<ul id="list"></ul>'
        assert client.page.find("#nav").html == '<nav id="nav"><b>3</b></nav>'


async def test_a_page_that_is_opened_takes_the_place_of_the_last(tmp_path: Path) -> None:
    async with watching(tmp_path) as (client, _):
        with pytest.raises(RuntimeError, match="no page was asked for yet"):
            _ = client.page
        await client.get("/")
        await client.get("/said")  # which is no page
        assert client.page.url == "/"
        await client.get("/other")
        assert (client.page.url, client.page.find("#far").text) == ("/other", "far")
        with pytest.raises(LookupError, match="the page /other has no element `#list`"):
            client.page.find("#list")


async def test_a_boosted_link_replaces_the_body(tmp_path: Path, version: int) -> None:
    attribute = "hx-boost" if version == 2 else "hx-boost:inherited"
    async with opened(tmp_path, version, body=f'<p {attribute}="true"><a href="/other">Other</a></p>') as (client, _):
        await client.get("/")
        await client.get("/other", headers={**HTMX, "HX-Boosted": "true"})
        assert (client.page.url, client.page.find("#far").text) == ("/other", "far")
        assert len(client.page.select("main")) == 1


async def test_a_target_that_is_not_on_the_page(tmp_path: Path, version: int) -> None:
    body = """<button id="ask" hx-get="/more" hx-target="{{ '#n' ~ count }}">Ask</button>"""
    async with opened(tmp_path, version, body=body) as (client, _):
        await client.get("/")
        async with breaking("unknown-target", "asks for `#n2`, and the page `/` has no such element", "home.html:2:"):
            await client.get("/more", headers={**HTMX, "HX-Trigger": "ask"})


async def test_a_target_that_no_page_has(tmp_path: Path) -> None:
    async with watching(tmp_path) as (client, _):
        await client.fragment("/said", target="nowhere")  # without a page there is nothing to miss it on
        await client.get("/")
        async with breaking("unknown-target", "for `#nowhere`, which no page has that was asked for"):
            await client.fragment("/said", target="nowhere")
        await client.get("/")
        await client.fragment("/said", target="far")  # it is on a page that was not asked for
        await client.get("/")
        current = {**HTMX, "HX-Target": "far", "HX-Current-URL": "http://testserver/"}
        async with breaking("unknown-target", "for `#far`, and the page `/` has no such element"):
            await client.get("/said", headers=current)


async def test_a_target_as_htmx_sends_it(tmp_path: Path, version: int) -> None:
    body = '<p id="größe-Ω" hx-get="/inner">?</p>'
    plain = {"HX-Target": "gr%C3%B6%C3%9Fe-%CE%A9", "HX-Target-URI-AutoEncoded": "true"}
    encoded = "p#gr%C3%B6%C3%9Fe-%CE%A9"
    headers = plain if version == 2 else {"HX-Target": encoded, "HX-Source": encoded}
    async with opened(tmp_path, version, body=body) as (client, _):
        await client.get("/")
        await client.get("/inner", headers={**HTMX, **headers})
        assert client.page.find("p").html == '<p id="größe-Ω" hx-get="/inner"><li>inner</li></p>'


async def test_a_part_for_an_element_that_no_screen_has(tmp_path: Path, version: int) -> None:
    computed = APP.replace('"list", "nav", "/", 422', '"list", input, "/", 422')
    body = '<button hx-post="/both" hx-target="#list" hx-swap="outerHTML">Both</button>'
    async with opened(tmp_path, version, body=body, app=computed) as (client, module):
        module.TARGET = "nav"
        await client.get("/")
        await client.post("/both", headers=HTMX)
        module.TARGET = "nva"
        async with breaking("unknown-target", "a part of the answer is for `#nva`", "app.py:56:12"):
            await client.post("/both", headers=HTMX)


async def test_a_whole_page_in_a_region(tmp_path: Path, version: int) -> None:
    async with (
        asking(tmp_path, version, "/whole", '<p hx-get="/whole">whole</p>', WHOLE) as client,
        breaking("nested-page", 'is put into `<p hx-get="/whole">`', "home.html:2:47"),
    ):
        await client.get("/whole", headers=HTMX)


async def test_an_id_twice_after_a_swap(tmp_path: Path, version: int) -> None:
    body = '<button hx-get="/again" hx-target="#list">Again</button>'
    async with (
        asking(tmp_path, version, "/again", body, LIST) as client,
        breaking("nested-id", "has the id `list` 2 times", 'hx-swap="outerHTML"', "home.html:2:52"),
    ):
        await client.get("/again", headers=HTMX)


async def test_a_target_that_is_gone_after_a_swap(tmp_path: Path, version: int) -> None:
    app = answering("GET", "/gone", "input(chr(10))")
    body = '<button hx-get="/gone" hx-target="#list" hx-swap="outerHTML">Gone</button>'
    async with opened(tmp_path, version, body=body, app=app) as (client, module):
        module.input = saying("")
        await client.get("/")
        await client.get("/gone", headers=HTMX)  # nothing in its place: it is meant to go
        module.input = saying("<ul><li>c</li></ul>")
        await client.get("/")
        async with breaking("lost-target", "after the swap the page has no `#list`"):
            await client.get("/gone", headers=HTMX)


async def test_a_selection_that_is_not_in_the_answer(tmp_path: Path, version: int) -> None:
    body = '<b hx-get="/what" hx-select="#what">?</b>'
    async with (
        asking(tmp_path, version, "/what", body, "<p>nothing</p>") as client,
        breaking("unknown-select", "takes `#what`, which the answer does not have"),
    ):
        await client.get("/what", headers=HTMX)


async def test_an_error_that_htmx_does_not_swap_in(tmp_path: Path) -> None:
    script = '<script src="/htmx-2.0.11.min.js"></script>'
    body = '<button hx-post="/wrong" hx-target="#list" hx-swap="outerHTML">Wrong</button>'
    async with opened(tmp_path, 2, body=body) as (client, _):
        await client.get("/")
        await client.post("/wrong", headers=HTMX)  # the settings of `htmx()` let it be swapped
        assert not client.page.open
    async with opened(tmp_path / "more", 2, body=body, head=script) as (client, _):
        await client.get("/")
        async with breaking("unswapped-error", "the answer 422", "nobody sees it", "app.py:61:12"):
            await client.post("/wrong", headers=HTMX)


@pytest.mark.parametrize(("method", "rule"), [("get", "unrouted-url"), ("delete", "wrong-method")])
async def test_a_url_on_a_page_that_nobody_answers(tmp_path: Path, method: str, rule: str) -> None:
    path = {"get": "{{ '/no' ~ count }}", "delete": "{{ '/item' ~ items[0] }}"}[method]
    async with opened(tmp_path, 2, body=f'<b hx-{method}="{path}">?</b>') as (client, module):
        module.ITEMS = ["s"]
        async with breaking(rule, f"asks for {method.upper()} `/", "home.html:2:"):
            await client.get("/")


async def test_a_retarget_that_is_nowhere(tmp_path: Path, version: int) -> None:
    app = answering("POST", "/refuse", "ValidationError('home.html', 'plain', retarget=input(''))")
    async with opened(tmp_path, version, body='<form hx-post="/refuse"></form>', app=app) as (client, module):
        module.input = saying("#plian")
        await client.get("/")
        async with breaking("unknown-target", "HX-Retarget names `#plian`"):
            await client.post("/refuse", headers=HTMX)


# What is not known is passed over.


async def test_an_id_that_a_script_may_add(tmp_path: Path) -> None:
    body = """<script>document.body.append(make("n2"))</script><b hx-get="/more" hx-target="{{ '#n' ~ count }}">?</b>"""
    async with opened(tmp_path, 2, body=body.replace("hx-get", 'id="ask" hx-get')) as (client, _):
        await client.get("/")
        await client.get("/more", headers={**HTMX, "HX-Trigger": "ask"})


@pytest.mark.parametrize(
    "body",
    [
        '<b hx-get="/again" hx-target="#list" hx-swap="morph">?</b>',
        '<b hx-get="/again" hx-target="#list:first-child">?</b>',
        '<b hx-get="/again" hx-target="#list" hx-select-oob="#nav">?</b>',
        '<b hx-get="/again" hx-target="#list">?</b><b hx-get="/again" hx-target="#add">?</b>',
        "",
    ],
)
async def test_a_swap_that_is_not_known_leaves_the_page_open(tmp_path: Path, body: str) -> None:
    async with asking(tmp_path, 2, "/again", body, LIST) as client:
        before = client.page.html
        await client.get("/again", headers=HTMX)
        assert (client.page.open, client.page.html) == (True, before)
        await client.fragment("/said", target="nowhere")  # it may have come with what is not known
        await client.get("/")
        assert not client.page.open


async def test_where_the_version_is_not_known_both_have_to_agree(tmp_path: Path) -> None:
    script = '<script src="/static/htmx.min.js"></script>'
    attributes = 'hx-target="#add" hx-swap="outerHTML"'
    body = f'<div {attributes}><b hx-get="/more">?</b></div><i hx-get="/inner" hx-target="#list">?</i>'
    async with opened(tmp_path, 2, body=body, head=script) as (client, _):
        await client.get("/")
        await client.get("/inner", headers=HTMX)
        assert not client.page.open
        await client.get("/more", headers=HTMX)  # htmx 4 inherits nothing here
        assert client.page.open


async def test_what_the_project_does_not_want_to_hear(tmp_path: Path) -> None:
    body = '{# chirp: ignore[nested-page] #}<p hx-get="/whole">whole</p>'
    async with asking(tmp_path, 2, "/whole", body, WHOLE) as client:
        await client.get("/whole", headers=HTMX)
