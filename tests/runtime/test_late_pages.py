"""What comes later in a folder of pages: a Suspense, a Stream and a TemplateStream stand inside its layouts."""

from pathlib import Path

import pytest

from chirp import App, Stream, TemplateStream
from tests.runtime.driver import get
from tests.runtime.test_pages import BOOSTED, HTMX, PAGE_VARY, mounted, plans_of

HEAD = """
from chirp import LayoutPage, Stream, Suspense, TemplateStream
from chirp.pages import LayoutChain


async def load(value="12"):
    return value


async def fail():
    raise LookupError("nothing is here")


async def words():
    yield "a"
    yield "b"


"""
SHOP = {
    "_layout.html": "<html><body><nav>{{ site }}</nav><main id=main>{% block content %}{% end %}</main></body></html>",
    "_context.py": "def context():\n    return {'site': 'Quire'}",
    "in/_layout.html": "{# target: main #}<section>{% block content %}{% end %}</section>",
    "in/page.html": "<h1>{{ site }}</h1>{% block orders %}<p id=orders>{{ orders ?? 'none' }}</p>{% end %}",
    "in/main.html": "{% block main %}<b>{{ orders }}</b>{% end %}",
    "in/shell.html": (
        "unused {% block shell %}<h1>S</h1>{% block orders %}<p id=orders>{{ orders }}</p>{% end %}{% end %}"
    ),
    "in/words.html": "<p>{{ site }}{% async for word in words %}<i>{{ word }}</i>{% end %}</p>",
    "in/whole.html": "{# a page #}<!doctype html><html>{% block orders %}<p id=orders>{{ orders }}</p>{% end %}</html>",
    "in/page.py": f"{HEAD}async def get():\n    return Suspense('in/page.html', orders=load())",
    "in/shell.py": f"{HEAD}async def get():\n    return Suspense('in/shell.html', shell='shell', orders=load())",
    "in/stream.py": f"{HEAD}async def get():\n    return Stream('in/page.html', orders=load())",
    "in/words.py": f"{HEAD}async def get():\n    return TemplateStream('in/words.html', words=words()), 203",
    "in/outlet.py": f"{HEAD}async def get():\n    return Suspense('in/main.html', orders=load())",
    "in/whole.py": f"{HEAD}async def get():\n    return Suspense('in/whole.html', orders=load())",
    "in/wholly.py": f"{HEAD}async def get():\n    return Stream('in/whole.html', orders=load())",
    "in/own.py": (
        f"{HEAD}async def get():\n"
        "    return Suspense('in/whole.html', layout_chain=LayoutChain(), orders=load())"
    ),
    "in/early.py": f"{HEAD}async def get():\n    return Suspense('in/main.html', orders=1, site=load())",
    "in/earlier.py": f"{HEAD}async def get():\n    return Stream('in/main.html', orders=1, site=load())",
    "in/failing.py": f"{HEAD}async def get():\n    return Suspense('in/page.html', orders=fail())",
    "twice/_layout.html": "{% block content %}{% end %}",
    "twice/show/_layout.html": "{% set off = true %}{% if not off %}{% block content %}{% end %}{% end %}",
    "twice/show/page.py": f"{HEAD}async def get():\n    return Stream('in/page.html', orders=load())",
}  # fmt: skip
PART = "<h1>Quire</h1><p id=orders>12</p>"
WHOLE = f"<html><body><nav>Quire</nav><main id=main><section>{PART}</section></main></body></html>"


@pytest.fixture
def shop(tmp_path: Path) -> App:
    return mounted(tmp_path, SHOP)


def test_the_shell_of_a_suspense_is_inside_the_layouts_and_its_blocks_follow(shop: App) -> None:
    answer = get(shop, "/in")
    before, _, late = answer.text.partition("<template>")
    assert before == WHOLE.replace("12", "").removesuffix("</body></html>")
    assert late.startswith('<p hx-swap-oob="true" id=orders>12</p></template><script>')
    assert late.endswith("</script></body></html>")
    assert answer["vary"] == "HX-Request, HX-History-Restore-Request, HX-Boosted"


def test_its_shell_may_be_one_block(shop: App) -> None:
    assert "<section><h1>S</h1><p id=orders></p></section>" in get(shop, "/in/shell").text
    assert get(shop, "/in/shell", HTMX).text == "<h1>S</h1><p id=orders>12</p>"


@pytest.mark.parametrize("path", ["/in", "/in/stream"])
def test_htmx_gets_what_its_target_holds(shop: App, path: str) -> None:
    assert get(shop, path, HTMX).text == PART
    assert get(shop, path, HTMX, ("HX-Target", "main")).text == PART
    assert get(shop, path, HTMX, BOOSTED, ("HX-Target", "main")).text == f"<section>{PART}</section>"
    assert get(shop, path, HTMX, BOOSTED, ("HX-Target", "elsewhere")).text == WHOLE
    assert get(shop, path, ("HX-History-Restore-Request", "true")).text == WHOLE


def test_a_stream_is_inside_the_layouts(shop: App) -> None:
    answer = get(shop, "/in/stream")
    assert answer.text == WHOLE
    assert answer["vary"] == PAGE_VARY
    assert get(shop, "/in/stream", HTMX, BOOSTED)["vary"] == f"{PAGE_VARY}, HX-Target"


def test_so_is_a_template_stream(shop: App) -> None:
    answer = get(shop, "/in/words")
    assert (answer.status, answer.text.count("<nav>Quire</nav>")) == (203, 1)
    assert "<section><p>Quire<i>a</i><i>b</i></p></section></main></body></html>" in answer.text
    assert get(shop, "/in/words", HTMX).text == "<p>Quire<i>a</i><i>b</i></p>"


def test_a_block_lands_in_an_element_of_a_layout(shop: App) -> None:
    """The layout has an element with the id that is the name of the block: no second one is made."""
    html = get(shop, "/in/outlet").text
    assert html.count('id="main"') == 1  # in what follows
    assert "<section><b></b></section>" in html
    assert '<template><div id="main" hx-swap-oob="innerHTML"><b>12</b></div></template>' in html


@pytest.mark.parametrize("path", ["/in/whole", "/in/wholly"])
@pytest.mark.parametrize("headers", [(), (HTMX,)])
def test_a_whole_page_inside_a_layout_is_refused(
    shop: App, path: str, headers: tuple[tuple[str, str], ...], caplog: pytest.LogCaptureFixture
) -> None:
    assert get(shop, path, *headers).status == 500
    assert "in/whole.html is a whole page, and in/_layout.html goes around it" in caplog.text


def test_layouts_can_be_left_out(shop: App) -> None:
    assert get(shop, "/in/own").text.startswith("<!doctype html><html><p id=orders></p>")
    assert get(shop, "/in/own")["vary"] == "HX-Request, HX-History-Restore-Request"


@pytest.mark.parametrize("path", ["/in/early", "/in/earlier"])
def test_a_layout_cannot_wait(shop: App, path: str, caplog: pytest.LogCaptureFixture) -> None:
    assert get(shop, path).status == 500
    assert "`site` is read in the layout _layout.html, and is not there" in caplog.text


def test_a_layout_that_does_not_show_its_page_is_told(shop: App, caplog: pytest.LogCaptureFixture) -> None:
    assert get(shop, "/twice/show").status == 500
    assert "does not show its block `content` once" in caplog.text


def test_what_fails_later_says_so_in_its_block(shop: App) -> None:
    html = get(shop, "/in/failing").text
    assert '<div id="orders" hx-swap-oob="innerHTML"><p role="alert">This part could not be loaded.</p></div>' in html
    assert get(shop, "/in/failing", HTMX).text == (
        '<h1>Quire</h1><div id="orders"><p role="alert">This part could not be loaded.</p></div>'
    )


def test_middleware_reads_the_plan(shop: App) -> None:
    plans = plans_of(shop)
    get(shop, "/in/shell")
    get(shop, "/in/stream", HTMX)
    get(shop, "/in", HTMX, BOOSTED, ("HX-Target", "main"))
    assert plans == [
        ("full_page", "shell", ("_layout.html", "in/_layout.html")),
        ("local_fragment", None, ()),
        ("page_fragment", None, ("in/_layout.html",)),
    ]


@pytest.mark.parametrize("made", [Stream, TemplateStream])
def test_a_chain_of_layouts_is_told_from_a_value_of_the_context(made: type[Stream | TemplateStream]) -> None:
    context: dict[str, int] = {"count": 1}
    assert made("page.html", **context).context == context
    with pytest.raises(TypeError, match="layout_chain must be a LayoutChain, not str"):
        made("page.html", layout_chain="main")
