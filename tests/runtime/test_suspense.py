"""Suspense: a shell at once, each block as soon as its values are there, and nothing left behind."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from chirp import App, InlineTemplate, Next, NotFound, Request, Response, Stream, Suspense
from chirp.middleware.security import SecurityConfig, SecurityHeaders
from chirp.templating.markup import around, end_of, find_id
from chirp.testing import TestClient
from tests.runtime.driver import make_app

TEMPLATES = {
    "base.html": "<html><head><title>{% block title %}T{% end %}</title></head>"
    "<body>{% block body %}{% end %}</body>\n</html>",
    "page.html": """{% extends "base.html" %}{% block body %}<h1>{{ title }}</h1>
{% block stats %}<div id="stats">{{ stats.total + 1 }}</div>{% end %}
{% block feed %}{% if feed is deferred %}wait{% else %}{{ feed }}{% end %}{% end %}
<table><tbody id="rows">{% block rows %}{% for row in stats.rows %}<tr><td>{{ row }}</td></tr>{% end %}{% end %}</tbody>
</table>
{% end %}""",
    "parts.html": """{% block shell %}<body><div id="metrics">wait</div><p id="activity"><i>wait</i></p></body>{% end %}
{% block metrics %}<div id="metrics">{{ total }} {{ metrics.total }}</div>{% end %}
{% block activity %}{{ activity }}{% end %}
{% block elsewhere %}<b>{{ elsewhere }}</b>{% end %}{% block broken %}{{ nobody.gives.this }}{% end %}""",
    "nested.html": "<main>{% block outer %}<section id='outer'>{{ a }}"
    "{% block inner %}<i id='inner'>{{ b }}</i>{% end %}</section>{% end %}</main>",
    "hidden.html": "{% block box %}<div id='box'>{% if user.admin %}{{ stats }}{% else %}none{% end %}</div>{% end %}",
    "reads.html": "{% from 'macros.html' import show %}{% block a %}{% include 'included.html' %}{% end %}"
    "{% block b %}{{ show(y) }}{% end %}",
    "included.html": "<i>{{ x }}</i>",
    "macros.html": "{% def show(value) %}<b>{{ value.text }}</b>{% end %}",
    "outside.html": "<h1>{{ stats }}</h1>{% block body %}{{ stats }}{% end %}",
    "title.html": "{% extends 'base.html' %}{% block title %}{{ stats }}{% end %}",
    "tag.html": "<p class='{% block a %}{{ stats }}{% end %}'>x</p>",
    "slow.html": "{% block a %}<p id='a'>{{ stats | shout }}</p>{% end %}",
}
HTMX = {"HX-Request": "true"}


class Loads:
    """Awaitables that are done when a test says so."""

    def __init__(self) -> None:
        self.done: dict[str, asyncio.Event] = {}
        self.log: list[str] = []
        self.started = asyncio.Event()

    async def load(self, name: str, value: object) -> Any:
        self.log.append(f"{name} starts")
        self.started.set()
        try:
            await self.done.setdefault(name, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.log.append(f"{name} is cancelled")
            raise
        self.log.append(f"{name} ends")
        if isinstance(value, Exception):
            raise value
        return value

    def finish(self, name: str) -> None:
        self.done.setdefault(name, asyncio.Event()).set()


async def ready(value: object) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def texts(chunk: bytes) -> str:
    """What a chunk brings, without the script."""
    text = chunk.decode()
    assert text.count("<script") == 1
    return text[len("<template>") : text.index("</template><script")]


def serve(tmp_path: Path, make: Callable[[], object], **config: Any) -> App:
    app = make_app(tmp_path, TEMPLATES, **config)

    @app.route("/")
    async def handler() -> object:
        return make()

    return app


def drive(app: App, script: Callable[[TestClient], Coroutine[Any, Any, None]]) -> None:
    """Run a script against an application, and see that nothing is left."""

    async def run() -> None:
        async with TestClient(app) as client:
            await script(client)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    gc.collect()


def test_each_block_comes_when_its_own_value_is_there(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(
        tmp_path,
        lambda: Suspense(
            "page.html",
            title="Now",
            stats=loads.load("stats", {"total": 1, "rows": ["é"]}),
            feed=loads.load("feed", "<news>"),
        ),
    )

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            assert answer.status == 200
            assert answer.header("vary") == "HX-Request, HX-History-Restore-Request"
            shell = (await answer.next_chunk()).decode()
            assert "<h1>Now</h1>" in shell
            assert '<div id="stats"></div>' in shell
            assert '<div id="feed">wait</div>' in shell
            assert '<tbody id="rows"></tbody>' in shell
            assert "</body>" not in shell
            loads.finish("feed")
            assert texts(await answer.next_chunk()) == '<div id="feed" hx-swap-oob="innerHTML">&lt;news&gt;</div>'
            assert loads.log == ["stats starts", "feed starts", "feed ends"]
            loads.finish("stats")
            assert texts(await answer.next_chunk()) == '<div hx-swap-oob="true" id="stats">2</div>'
            assert "<tbody" in (await answer.next_chunk()).decode()
            assert await answer.text() == "</body>\n</html>"

    drive(app, script)


def test_a_shell_and_named_blocks(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(
        tmp_path,
        lambda: Suspense(
            "parts.html",
            shell="shell",
            blocks={"metrics": loads.load("metrics", {"total": 3}), "activity": loads.load("activity", "A")},
        ),
    )

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            assert await answer.next_chunk() == b'<body><div id="metrics">wait</div><p id="activity"><i>wait</i></p>'
            loads.finish("activity")
            assert texts(await answer.next_chunk()) == '<div id="activity" hx-swap-oob="innerHTML">A</div>'
            loads.finish("metrics")
            assert texts(await answer.next_chunk()) == '<div hx-swap-oob="true" id="metrics">3 3</div>'
            assert await answer.text() == "</body>"

    drive(app, script)


@pytest.mark.parametrize("headers", [HTMX, {"HX-History-Restore-Request": "true"}, HTMX | {"HX-Boosted": "true"}])
def test_htmx_gets_everything_in_its_place(tmp_path: Path, headers: dict[str, str]) -> None:
    """It looks for the targets of out-of-band elements before it swaps the answer that they come with."""
    app = serve(
        tmp_path,
        lambda: Suspense(
            "page.html", title="Now", stats=ready({"total": 1, "rows": [7]}), feed=ready(LookupError("secret"))
        ),
    )

    async def script(client: TestClient) -> None:
        answer = await client.get("/", headers=headers)
        assert answer.status == 200
        assert '<div id="stats">2</div>' in answer.text
        assert '<tbody id="rows"><tr><td>7</td></tr></tbody>' in answer.text
        assert '<div id="feed"><p role="alert">This part could not be loaded.</p></div>' in answer.text
        assert "hx-swap-oob" not in answer.text
        assert "<script" not in answer.text
        assert answer.header("vary") == "HX-Request, HX-History-Restore-Request"

    drive(app, script)


def test_htmx_gets_out_of_band_what_belongs_elsewhere(tmp_path: Path) -> None:
    app = serve(
        tmp_path,
        lambda: Suspense(
            "parts.html",
            shell="shell",
            blocks={"metrics": ready({"total": 3}), "elsewhere": ready("E"), "activity": ready(KeyError("x"))},
        ),
    )

    async def script(client: TestClient) -> None:
        answer = await client.get("/", headers=HTMX)
        excuse = '<p role="alert">This part could not be loaded.</p>'
        assert answer.text == (
            f'<body><div id="metrics">3 3</div><p id="activity">{excuse}</p></body>'
            '<div id="elsewhere" hx-swap-oob="innerHTML"><b>E</b></div>'
        )

    drive(app, script)


def test_what_fails_later_is_said_in_its_place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = serve(
        tmp_path,
        lambda: Suspense(
            "parts.html",
            shell="shell",
            blocks={
                "metrics": ready(ValueError("<secret>")),
                "activity": ready("A"),
                "broken": ready("B"),
            },
        ),
    )

    async def script(client: TestClient) -> None:
        text = (await client.get("/")).text
        excuse = '<p role="alert">This part could not be loaded.</p>'
        assert f'<div id="metrics" hx-swap-oob="innerHTML">{excuse}</div>' in text
        assert f'<div id="broken" hx-swap-oob="innerHTML">{excuse}</div>' in text
        assert '<div id="activity" hx-swap-oob="innerHTML">A</div>' in text
        assert "secret" not in text

    drive(app, script)
    assert sorted(record.getMessage() for record in caplog.records) == [
        "GET /: `metrics` of its Suspense failed",
        "GET /: the block `broken` of its Suspense failed",
    ]


def test_debug_mode_says_what_failed(tmp_path: Path) -> None:
    app = serve(
        tmp_path,
        lambda: Suspense("parts.html", shell="shell", blocks={"metrics": ready(ValueError("<why>"))}),
        debug=True,
    )

    async def script(client: TestClient) -> None:
        assert '<p role="alert">ValueError: &lt;why&gt;</p>' in (await client.get("/")).text

    drive(app, script)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("none.html", {}, "none.html"),
        ("parts.html", {"shell": "shel"}, "shel"),
        ("parts.html", {"blocks": {"metrixs": "x"}}, "metrixs"),
        ("parts.html", {"shell": "broken"}, "nobody"),
        ("outside.html", {}, "`stats` is read outside of the blocks of outside.html"),
        ("title.html", {}, "`title` waits for its values, and stands in <title>"),
        ("tag.html", {}, "`a` waits for its values, and stands in a tag"),
        ("page.html", {"blocks": {"stats": "x"}}, "`stats` is both"),
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_what_is_wrong_is_an_error_answer(
    tmp_path: Path,
    name: str,
    arguments: dict[str, Any],
    message: str,
    plain: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And what was to be awaited is closed: an unawaited coroutine is an error in these tests."""
    app = make_app(tmp_path, TEMPLATES)

    def make() -> Suspense:
        return Suspense(name, title="", feed="", stats=ready(1), **arguments)

    @app.route("/")
    def handler() -> object:
        return make()

    @app.route("/async")
    async def coroutine() -> object:
        return make()

    async def script(client: TestClient) -> None:
        assert (await client.get("/" if plain else "/async")).status == 500

    drive(app, script)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert message in str(record.exc_info[1])


def test_blocks_inside_of_blocks(tmp_path: Path) -> None:
    """An inner block does not wait for the outer one, nor the other way round; what is complete is sent once."""
    loads = Loads()
    app = serve(tmp_path, lambda: Suspense("nested.html", a=loads.load("a", "A"), b=loads.load("b", "B")))

    async def in_order(client: TestClient, *names: str) -> list[str]:
        loads.done.clear()
        async with client.stream("GET", "/") as answer:
            await answer.next_chunk()
            found: list[str] = []
            for name in names:
                loads.finish(name)
                found.append(texts(await answer.next_chunk()))
            assert await answer.text() == ""
            return found

    async def script(client: TestClient) -> None:
        inner = "<i hx-swap-oob=\"true\" id='inner'>B</i>"
        assert await in_order(client, "b", "a") == [
            inner,
            "<section hx-swap-oob=\"true\" id='outer'>A<i id='inner'>B</i></section>",
        ]
        assert await in_order(client, "a", "b") == [
            "<section hx-swap-oob=\"true\" id='outer'>A<i id='inner'></i></section>",
            inner,
        ]

    drive(app, script)


def test_what_failed_in_a_table_is_a_row_of_it(tmp_path: Path) -> None:
    app = serve(tmp_path, lambda: Suspense("page.html", title="", stats=ready(OSError("x")), feed=""))

    async def script(client: TestClient) -> None:
        text = (await client.get("/", headers=HTMX)).text
        excuse = '<p role="alert">This part could not be loaded.</p>'
        assert f'<tbody id="rows"><tr><td>{excuse}</td></tr></tbody>' in text.replace("\n", "")
        assert f'<div id="stats">{excuse}</div>' in text

    drive(app, script)


def test_an_inner_block_that_failed_stays_so_in_the_outer_one(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(tmp_path, lambda: Suspense("nested.html", a=loads.load("a", "A"), b=loads.load("b", OSError("x"))))

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            await answer.next_chunk()
            loads.finish("b")
            assert "could not be loaded" in texts(await answer.next_chunk())
            loads.finish("a")
            outer = texts(await answer.next_chunk())
            assert outer.startswith("<section hx-swap-oob=\"true\" id='outer'>A")
            assert "could not be loaded" in outer
            assert await answer.text() == ""

    drive(app, script)


def test_a_value_that_is_read_on_the_condition_of_another(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(
        tmp_path,
        lambda: Suspense("hidden.html", user=loads.load("user", {"admin": True}), stats=loads.load("stats", 5)),
    )

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            assert "none" in (await answer.next_chunk()).decode()
            loads.finish("user")
            loads.finish("stats")
            assert texts(await answer.next_chunk()) == "<div hx-swap-oob=\"true\" id='box'>5</div>"
            assert await answer.text() == ""

    drive(app, script)


def test_blocks_read_through_includes_and_macros(tmp_path: Path) -> None:
    app = serve(tmp_path, lambda: Suspense("reads.html", x=ready(1), y=ready({"text": "t"})))

    async def script(client: TestClient) -> None:
        text = (await client.get("/")).text
        assert '<div id="a" hx-swap-oob="innerHTML"><i>1</i></div>' in text
        assert '<div id="b" hx-swap-oob="innerHTML"><b>t</b></div>' in text

    drive(app, script)


def test_a_client_that_leaves_takes_the_loads_with_it(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(tmp_path, lambda: Suspense("nested.html", a=loads.load("a", "A"), b=loads.load("b", "B")))

    async def script(client: TestClient) -> None:
        async with client.stream("GET", "/") as answer:
            await answer.next_chunk()
            loads.finish("b")
            await answer.next_chunk()
        assert loads.log == ["a starts", "b starts", "b ends", "a is cancelled"]

    drive(app, script)


def test_htmx_that_leaves_before_the_answer(tmp_path: Path) -> None:
    loads = Loads()
    app = serve(tmp_path, lambda: Suspense("nested.html", a=loads.load("a", "A"), b=2))

    async def script(client: TestClient) -> None:
        request = asyncio.ensure_future(client.get("/", headers=HTMX))
        await loads.started.wait()
        request.cancel()
        await asyncio.wait([request])
        assert loads.log == ["a starts", "a is cancelled"]

    drive(app, script)


def test_head_and_a_middleware_with_an_answer_of_its_own(tmp_path: Path) -> None:
    """Both leave nothing behind that was to be awaited."""
    loads = Loads()
    tasks: list[asyncio.Future[object]] = []

    def make() -> Suspense:
        tasks.append(asyncio.ensure_future(loads.load("task", 1)))
        return Suspense("nested.html", a=loads.load("a", "A"), b=tasks[-1])

    app = serve(tmp_path, make)

    @app.add_middleware
    async def own(request: Request, next: Next) -> Response:
        response = await next(request)
        return Response("mine") if request.query.get("own") else response

    async def script(client: TestClient) -> None:
        head = await client.head("/")
        assert (head.status, head.text) == (200, "")
        await asyncio.wait(tasks)
        assert "a starts" not in loads.log
        assert (await client.get("/?own=1")).text == "mine"
        gc.collect()
        await asyncio.wait(tasks)
        assert [task.cancelled() for task in tasks] == [True, True]
        assert "a is cancelled" in loads.log

    drive(app, script)


def test_one_awaitable_under_two_names(tmp_path: Path) -> None:
    def make() -> Suspense:
        value: Awaitable[object] = ready("V")
        return Suspense("nested.html", a=value, b=value)

    async def script(client: TestClient) -> None:
        assert "V<i id='inner'>V</i>" in (await client.get("/")).text

    drive(serve(tmp_path, make), script)


def test_status_headers_and_values_that_are_there(tmp_path: Path) -> None:
    app = serve(tmp_path, lambda: (Suspense("parts.html", shell="shell", blocks={"activity": "A"}), 202, {"X-A": "b"}))

    async def script(client: TestClient) -> None:
        answer = await client.get("/")
        assert (answer.status, answer.header("x-a")) == (202, "b")
        assert '<div id="activity" hx-swap-oob="innerHTML">A</div>' in answer.text

    drive(app, script)


def test_an_error_of_a_region_is_no_error_of_the_page_but_of_htmx_it_may_be(tmp_path: Path) -> None:
    """Where a value is read outside of every block, what it fails with is the answer to htmx, before the status."""
    app = serve(tmp_path, lambda: Suspense("outside.html", stats=ready(NotFound("gone"))))

    async def script(client: TestClient) -> None:
        assert (await client.get("/", headers=HTMX)).status == 404

    drive(app, script)


def test_a_plain_handler_renders_later_blocks_in_threads_too(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    threads: set[str] = set()

    @app.template_filter()
    def shout(value: object) -> str:
        threads.add(threading.current_thread().name)
        return str(value).upper()

    @app.route("/")
    def handler() -> Suspense:
        return Suspense("slow.html", stats=ready("loud"))

    async def script(client: TestClient) -> None:
        assert "LOUD" in (await client.get("/")).text
        assert "MainThread" not in threads

    drive(app, script)


def test_the_script_carries_the_nonce_of_the_policy(tmp_path: Path) -> None:
    app = serve(tmp_path, lambda: Suspense("nested.html", a=ready(1), b=2))
    app.add_middleware(SecurityHeaders(SecurityConfig()))

    async def script(client: TestClient) -> None:
        answer = await client.get("/")
        policy = answer.header("content-security-policy") or ""
        nonce = answer.text.partition('<script nonce="')[2].partition('"')[0]
        assert nonce
        assert f"'nonce-{nonce}'" in policy

    drive(app, script)


PAGE = """from chirp import Stream, Suspense


async def load():
    return "loaded"


async def get(request):
    if request.query.get("kind") == "stream":
        return Stream("a/page.html", late=load())
    return Suspense("a/page.html", late=load())
"""


def test_a_folder_of_pages_gives_them_its_context(tmp_path: Path) -> None:
    folder = tmp_path / "pages" / "a"
    folder.mkdir(parents=True)
    (folder / "page.py").write_text(PAGE, encoding="utf-8")
    (folder / "_context.py").write_text("def context():\n    return {'shared': 'S'}\n", encoding="utf-8")
    (folder / "page.html").write_text("{{ shared }}{% block b %}<i id='b'>{{ late }}</i>{% end %}", encoding="utf-8")
    app = make_app(tmp_path)
    app.mount_pages(tmp_path / "pages")

    async def script(client: TestClient) -> None:
        assert (await client.get("/a?kind=stream")).text == "S<i id='b'>loaded</i>"
        text = (await client.get("/a")).text
        assert text.startswith("S<i id='b'></i>")
        assert "<i hx-swap-oob=\"true\" id='b'>loaded</i>" in text

    drive(app, script)


@pytest.mark.parametrize(
    "make",
    [
        lambda: InlineTemplate("<p>{{ 1 }}</p>"),
        lambda: Suspense("nested.html", a=ready(1), b=2),
        lambda: Stream("nested.html", a=ready(1), b=2),
    ],
)
def test_an_error_handler_that_answers_with_one_keeps_the_status(tmp_path: Path, make: Callable[[], object]) -> None:
    app = make_app(tmp_path, TEMPLATES)

    @app.error(404)
    async def missing() -> object:
        return make()

    async def script(client: TestClient) -> None:
        answer = await client.get("/nowhere")
        assert answer.status == 404
        assert "1" in answer.text

    drive(app, script)


def test_places_in_a_text() -> None:
    html = "<!-- <b id='x'> --><p>a<br>b</p><ul><li id='é'>1<ul><li>2</li></ul></li></ul><script>'<i id=y>'</script>"
    assert find_id(html, "x") is None
    assert find_id(html, "y") is None
    tag = find_id(html, "é")
    assert tag is not None
    end = end_of(html, tag)
    assert html[tag.start : end.end] == "<li id='é'>1<ul><li>2</li></ul></li>"
    assert html[tag.end : end.content] == "1<ul><li>2</li></ul>"
    assert around(html, html.index("a<br>")) == "p"
    assert around(html, html.index("2</li>")) == "li"
    assert around(html, html.index("id='é'")) is None
    assert around(html, html.index("id='x'")) is None
    assert around("<p>x</p>y", 8) == ""
    assert around("<title>x", 7) == "title"
