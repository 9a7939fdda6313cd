"""A folder of pages: its files are routes, layouts, shared context, metadata and form actions."""

from pathlib import Path
from textwrap import dedent

import pytest

from chirp import App, AppConfig, ConfigurationError, Request, Response, get_render_plan
from chirp.middleware.protocol import Next
from chirp.pages import RouteMeta, action
from tests.runtime.driver import ask, get, make_app, post_form

HTMX = ("HX-Request", "true")
BOOSTED = ("HX-Boosted", "true")
PAGE_VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request"

SHELF = {
    "_layout.html": "<html><title>{{ page_title }}</title><main id=main>{% block content %}{% end %}</main></html>",
    "_context.py": "def context():\n    return {'site': 'Shelf', 'tone': 'plain'}",
    "page.py": "from chirp import Page\ndef get():\n    return Page('page.html', 'main', page_title='Home')",
    "page.html": "outside{% block main %}<p>{{ site }} {{ tone }}</p>{% end %}",
    "books/_layout.html": "{# target: main #}<section>{% block content %}{% end %}</section>",
    "books/_context.py": "def context(site):\n    return {'tone': site + '!'}",
    "books/_meta.py": "META = {'title': 'Books', 'breadcrumb_label': 'All books'}",
    "books/page.py": (
        "from chirp import Page\n"
        "def get():\n    return Page('books/page.html', 'rows', page_block_name='all', rows=[1, 2])\n"
        "def post():\n    return 'made', 201\n"
    ),
    "books/page.html": (
        "{% block all %}<h1>{{ tone }}</h1>{% block rows %}{% for r in rows %}{{ r }},{% end %}{% end %}{% end %}"
    ),
    "books/{id:int}/page.py": "def get(id: int):\n    return f'book {id!r}'",
    "books/new.py": "def get(current_path):\n    return current_path",
    "files/{rest:path}/page.py": "def get(rest):\n    return rest",
}


def mounted(folder: Path, files: dict[str, str]) -> App:
    app = make_app(folder)
    write(folder / "pages", files)
    app.mount_pages(folder / "pages")
    return app


def write(root: Path, files: dict[str, str]) -> None:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")


@pytest.fixture
def app(tmp_path: Path) -> App:
    return mounted(tmp_path, SHELF)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/books/7", "book 7"),
        ("/books/new", "/books/new"),
        ("/files/a/b.txt", "a/b.txt"),
    ],
)
def test_folders_and_files_are_paths(app: App, path: str, text: str) -> None:
    assert get(app, path).text == text


def test_a_function_answers_the_method_of_its_name(app: App) -> None:
    assert ask(app, "POST", "/books").status == 201
    assert ask(app, "HEAD", "/books").status == 200
    refused = ask(app, "DELETE", "/books")
    assert (refused.status, refused["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert get(app, "/books/x").status == 404


def test_a_browser_gets_the_page_block_inside_all_layouts(app: App) -> None:
    answer = get(app, "/books")
    assert answer.text == (
        "<html><title>Books</title><main id=main><section><h1>Shelf!</h1>1,2,</section></main></html>"
    )
    assert answer["vary"] == PAGE_VARY
    assert "outside" not in get(app, "/").text


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ((HTMX,), "1,2,"),
        ((HTMX, ("HX-Target", "main")), "1,2,"),
        ((HTMX, BOOSTED, ("HX-Target", "main")), "<section><h1>Shelf!</h1>1,2,</section>"),
        ((HTMX, BOOSTED, ("HX-Target", "all")), "<h1>Shelf!</h1>1,2,"),
    ],
)
def test_htmx_gets_what_its_target_holds(app: App, headers: tuple[tuple[str, str], ...], text: str) -> None:
    answer = get(app, "/books", *headers)
    assert answer.text == text
    assert answer["vary"] == (f"{PAGE_VARY}, HX-Target" if BOOSTED in headers else PAGE_VARY)


@pytest.mark.parametrize(
    "headers",
    [
        (HTMX, BOOSTED),
        (HTMX, BOOSTED, ("HX-Target", "body")),
        (HTMX, BOOSTED, ("HX-Target", "elsewhere")),
        (HTMX, BOOSTED, ("HX-Target", "main"), ("HX-History-Restore-Request", "true")),
        (("HX-History-Restore-Request", "true"),),
    ],
)
def test_the_whole_page_for_what_no_layout_owns(app: App, headers: tuple[tuple[str, str], ...]) -> None:
    assert get(app, "/books", *headers).text == get(app, "/books").text


def test_an_outlet_holds_what_its_layout_wraps(tmp_path: Path) -> None:
    layout = "{{# target: page #}}{{# outlet: #in #}}{}<a>{{% block content %}}{{% end %}}</a>"
    for mode, text in (("", "<a><b>x</b></a>"), ("{# outlet_mode: replace #}", "<b>x</b>")):
        files = {
            "_layout.html": "<i>{% block content %}{% end %}</i>",
            "in/_layout.html": layout.format(mode),
            "in/deep/_layout.html": "{# target: deep #}<b>{% block content %}{% end %}</b>",
            "in/deep/page.py": "from chirp import Page\ndef get():\n    return Page('in/deep/p.html', 'x')",
            "in/deep/p.html": "{% block x %}x{% end %}",
        }
        app = mounted(tmp_path, files)
        assert get(app, "/in/deep", HTMX, BOOSTED, ("HX-Target", "in")).text == text
        assert get(app, "/in/deep", HTMX, BOOSTED, ("HX-Target", "page")).text == "<a><b>x</b></a>"
        assert get(app, "/in/deep", HTMX, BOOSTED, ("HX-Target", "deep")).text == "<b>x</b>"


def plans_of(app: App) -> list[object]:
    """What a middleware reads of the plans of an application, as requests come."""
    plans: list[object] = []

    async def note(request: Request, next: Next) -> Response:
        response = await next(request)
        plan = get_render_plan(request)
        assert plan is not None
        plans.append((plan.intent, plan.block, plan.layouts))
        return response

    app.add_middleware(note)
    return plans


def test_middleware_reads_the_plan(app: App) -> None:
    plans = plans_of(app)
    get(app, "/books")
    get(app, "/books", HTMX)
    get(app, "/books", HTMX, BOOSTED, ("HX-Target", "main"))
    assert plans == [
        ("full_page", "all", ("_layout.html", "books/_layout.html")),
        ("local_fragment", "rows", ()),
        ("page_fragment", "all", ("books/_layout.html",)),
    ]


def test_routes_have_names_and_can_be_described(app: App) -> None:
    assert app.url_for("index") == "/"
    assert app.url_for("books.id", id=3) == "/books/3"
    assert app.url_for("books.new") == "/books/new"
    described = {(route.path, *route.methods): route for route in app.describe().routes}
    assert described["/books", "POST"].origin == "pages/books/page.post"
    assert app.describe().template_roots[1].name == "pages"


def test_a_page_can_name_itself(tmp_path: Path) -> None:
    app = mounted(tmp_path, {"a/page.py": "name = 'start'\ndef get():\n    return 'a'"})
    assert app.url_for("start") == "/a"


def test_context_reaches_everything_that_renders(tmp_path: Path) -> None:
    files = {
        "_context.py": "def context():\n    return {'who': 'Ada', 'own': 'shared'}",
        "t.html": "{% block b %}<p id=b>{{ who }} {{ own }}</p>{% end %}",
        "page.py": "from chirp import Template\ndef get():\n    return Template('t.html', own='mine')",
        "fragment.py": "from chirp import Fragment\ndef get():\n    return Fragment('t.html', 'b')",
        "status.py": "from chirp import Template\ndef get():\n    return Template('t.html'), 203",
        "invalid.py": "from chirp import ValidationError\ndef get():\n    return ValidationError('t.html', 'b')",
        "oob.py": "from chirp import Fragment, OOB\ndef get():\n    return OOB('x', Fragment('t.html', 'b'))",
        "form.py": "from chirp import *\ndef post():\n    return FormAction('/', Fragment('t.html', 'b'))",
        "page2.py": "from chirp import LayoutPage\ndef get():\n    return LayoutPage('t.html', 'b')",
        "composed.py": (
            "from chirp import Fragment, PageComposition\n"
            "def get():\n    return PageComposition('t.html', 'b', regions=(Fragment('t.html', 'b', target='r'),))"
        ),
        "plain.py": "def get():\n    return {'who': 'json'}",
    }
    app = mounted(tmp_path, files)
    shared = "<p id=b>Ada shared</p>"
    assert get(app, "/").text == "<p id=b>Ada mine</p>"
    assert get(app, "/fragment").text == shared
    assert get(app, "/page2").text == shared
    assert (get(app, "/status").status, get(app, "/status").text) == (203, shared)
    assert (get(app, "/invalid").status, get(app, "/invalid").text) == (422, shared)
    assert get(app, "/oob", HTMX).text == 'x<p hx-swap-oob="true" id=b>Ada shared</p>'
    assert post_form(app, "/form", b"", HTMX).text == shared
    assert get(app, "/composed").text == shared
    assert get(app, "/composed", HTMX).text == f'{shared}<div id="r" hx-swap-oob="innerHTML">{shared}</div>'
    assert get(app, "/plain").text == '{"who":"json"}'


def test_a_composition_without_blocks_is_its_whole_template(tmp_path: Path) -> None:
    files = {
        "_layout.html": "<body>{% block content %}{% end %}",
        "t.html": "<p>{{ n }}",
        "page.py": "from chirp import *\ndef get():\n    return PageComposition('t.html', context={'n': 1})",
    }
    app = mounted(tmp_path, files)
    assert get(app, "/").text == "<body><p>1"
    assert get(app, "/", HTMX).text == "<p>1"


def test_oob_around_a_page_is_the_page_alone_where_it_is_whole(tmp_path: Path) -> None:
    files = {
        "_layout.html": "<body>{% block content %}{% end %}",
        "t.html": "{% block b %}<b id=b>x</b>{% end %}",
        "page.py": (
            "from chirp import *\ndef get():\n    return OOB(Page('t.html', 'b'), Fragment('t.html', 'b', target='c'))"
        ),
    }
    app = mounted(tmp_path, files)
    assert get(app, "/", HTMX, BOOSTED).text == "<body><b id=b>x</b>"
    assert get(app, "/", HTMX).text == '<b id=b>x</b><div id="c" hx-swap-oob="innerHTML"><b id=b>x</b></div>'


def test_functions_get_the_path_the_request_and_what_is_provided(tmp_path: Path) -> None:
    files = {
        "{id:int}/_context.py": "async def context(id: int, request):\n    return {'book': f'{request.method} {id}'}",
        "{id:int}/_meta.py": "def meta(book, id):\n    return {'title': f'{book} {id}'}",
        "{id:int}/page.py": "def get(book: str, page_title, no='none'):\n    return f'{book}|{page_title}|{no}'",
        "{id:int}/later.py": "async def get(book, page_title):\n    return book",
        "{id:int}/lost.py": "def get(nowhere):\n    return nowhere",
    }
    app = mounted(tmp_path, files)
    assert get(app, "/4").text == "GET 4|GET 4 4|none"
    assert get(app, "/4/later").text == "GET 4"
    assert get(app, "/4/lost").status == 500


def test_metadata_is_not_inherited(app: App) -> None:
    files = {
        "_meta.py": "from chirp.pages import RouteMeta\nMETA = RouteMeta(title='T', breadcrumb_label='L')",
        "t.html": "{{ page_title ?? 'none' }} {{ current_path }}",
        "page.py": "from chirp import Template\ndef get():\n    return Template('t.html')",
        "below/page.py": "from chirp import Template\ndef get():\n    return Template('t.html')",
    }
    folder = app.describe().template_roots[1].parent / "other"
    folder.mkdir()
    other = mounted(folder, files)
    assert get(other, "/").text.startswith("T ")
    assert get(other, "/below").text.startswith("none ")
    assert get(other, "/below").text.endswith(" /below")


def test_meta_gives_its_names() -> None:
    assert RouteMeta().context("/x") == {}
    assert RouteMeta("A", "B").context("/x") == {
        "page_title": "A",
        "breadcrumb_label": "B",
        "breadcrumb_items": [{"label": "B", "href": "/x"}],
    }


ACTIONS = {
    "_context.py": "def context():\n    return {'user': None}",
    "_actions.py": """
        from chirp.pages import action

        @action("rename")
        async def rename(id: int, title: str, user, note: str = "-"):
            return f"{id} {title} {user} {note}"

        @action("drop")
        def drop(request, role=None):
            return f"dropped {role}"
        """,
    "{id:int}/page.py": "def get():\n    return 'x'",
    "page.py": "def get(): return 'x'\ndef post(): return 'post'",
    "new.py": "def post(): return 'new'",
}


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("/4", b"_action=rename&title=Emma&user=eve", 200, "4 Emma None -"),
        ("/4", b"_action=rename&title=Emma&note=n", 200, "4 Emma None n"),
        ("/4", b"_action=drop&role=admin", 200, "dropped None"),
        ("/4", b"_action=rename", 400, "missing: title"),
        ("/4", b"", 400, "missing: _action"),
        ("/4", b"_action=burn", 400, "there is no such _action"),
    ],
)
def test_a_form_names_its_action(tmp_path: Path, path: str, body: bytes, status: int, text: str) -> None:
    files = {name.replace("_actions.py", "{id:int}/_actions.py"): code for name, code in ACTIONS.items()}
    answer = post_form(mounted(tmp_path, files), path, body)
    assert (answer.status, answer.text) == (status, text)


def test_without_an_action_the_page_answers_itself(tmp_path: Path) -> None:
    app = mounted(
        tmp_path,
        {k: v for k, v in ACTIONS.items() if "{" not in k and "rename" not in v}
        | {"_actions.py": "from chirp.pages import action\n@action('drop')\ndef drop():\n    return 'dropped'"},
    )
    assert post_form(app, "/", b"a=b").text == "post"
    assert ask(app, "POST", "/", headers=[("content-type", "application/json")], body=b"{}").text == "post"
    assert post_form(app, "/", b"_action=drop").text == "dropped"
    assert post_form(app, "/", b"_action=other").status == 400
    assert post_form(app, "/new", b"_action=drop").text == "new", "actions belong to `page.py`"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"page.py": "x = 1"}, r"pages/page.py has no handler: define `get`"),
        ({"page.py": "def GET(): ..."}, r"pages/page.py has no handler: `GET` is spelled `get`"),
        ({"helpers.py": "def f(): ..."}, r"start the file's name with `_` if it is no page"),
        ({"a/page.py": "def get(:"}, r"pages/a/page.py:1: invalid syntax"),
        ({"a b{/page.py": "def get(): ..."}, r"pages/a b\{/page.py: its folders are no path"),
        ({"_context.py": "x = 1"}, r"pages/_context.py has no function `context`"),
        ({"_meta.py": "x = 1"}, r"pages/_meta.py has neither `META` nor a function `meta`"),
        ({"_meta.py": "META = {'auth': 'admin'}"}, r"pages/_meta.py: META: `auth` is none of"),
        ({"_meta.py": "META = 'Title'"}, r"META: expected RouteMeta or a dict, got str"),
        ({"_actions.py": "x = 1"}, r"pages/_actions.py has no function decorated"),
        (
            {"_actions.py": "from chirp.pages import action\n@action('a')\ndef f(): ...\n@action('a')\ndef g(): ..."},
            r"pages/_actions.py has two actions called `a`",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        mounted(tmp_path, {"page.py": "def get(): ..."} | files)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"a.py": "def get(): ...", "a/page.py": "def get(): ..."},
            r"GET /a \(pages/a/page.get, .*\) is registered already",
        ),
        ({"{a}/page.py": "def get(a): ...", "{b}/page.py": "def get(b): ..."}, r"GET /\{b\} .* registered already"),
        ({"page.py": "def get(book): ..."}, r"takes `book`, which is neither `request` nor a parameter of /, and no"),
        ({"page.py": "def get(x, /): ..."}, r"takes `x` by position only"),
        ({"page.py": "def get(): ...", "_layout.html": "<p>"}, r"the layout _layout.html has no block `content`"),
        (
            {"page.py": "def get(): ...", "_layout.html": "{% extends 'no.html' %}"},
            r"layout _layout.html cannot be used",
        ),
        ({"page.py": "def get(): ...", "_layout.html": "{% if %}"}, r"the layout _layout.html cannot be used"),
    ],
)
def test_what_does_not_fit_together_is_said_when_it_freezes(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    app = mounted(tmp_path, files)
    with pytest.raises(ConfigurationError, match=message):
        app.freeze()


def test_a_route_beside_pages_is_seen(app: App) -> None:
    app.route("/books/new")(lambda: "again")
    with pytest.raises(ConfigurationError, match="/books/new"):
        app.freeze()


def test_a_layout_that_is_not_utf8(tmp_path: Path) -> None:
    write(tmp_path / "pages", {"page.py": "def get(): ..."})
    (tmp_path / "pages/_layout.html").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"pages/_layout.html is not UTF-8"):
        make_app(tmp_path).mount_pages(tmp_path / "pages")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no folder of pages"):
        App().mount_pages(tmp_path / "nowhere")


def test_pages_are_mounted_before_the_first_request(app: App, tmp_path: Path) -> None:
    app.freeze()
    with pytest.raises(RuntimeError, match="Cannot modify the app"):
        app.mount_pages(tmp_path / "pages")


@pytest.mark.parametrize(
    "code",
    [
        "def context():\n    return 'no'",
        "def context():\n    pass",
        "def context():\n    return f()\nasync def f(): ...",
    ],
)
def test_context_is_a_dict(tmp_path: Path, code: str) -> None:
    app = mounted(tmp_path, {"_context.py": code, "page.py": "def get():\n    return 'x'"})
    assert get(app, "/").status == 500


def test_a_provider_can_end_the_request(tmp_path: Path) -> None:
    code = "from chirp import NotFound\ndef context(id):\n    raise NotFound('no book')"
    app = mounted(tmp_path, {"{id}/_context.py": code, "{id}/page.py": "def get():\n    return 'x'"})
    answer = get(app, "/9")
    assert (answer.status, answer.text) == (404, "no book")


def test_plain_functions_run_in_threads_with_the_request_at_hand(tmp_path: Path) -> None:
    code = """
        from threading import current_thread
        from chirp import g

        def context():
            g.seen = "yes"
            return {"t": current_thread().name}
        """
    files = {
        "_context.py": code,
        "page.py": "from chirp import g\nasync def get(t):\n    return t + g.seen",
        "plain.py": """
            from threading import current_thread
            from chirp import g

            def get(t):
                return str(t == current_thread().name) + g.seen
            """,
    }
    app = mounted(tmp_path, files)
    assert get(app, "/").text == "chirp-workeryes"
    assert get(app, "/plain").text == "Trueyes"


def test_hidden_and_private_entries_are_no_pages(tmp_path: Path) -> None:
    files = {
        "_x.py": "raise 1",
        ".y.py": "raise 1",
        "_z/page.py": "raise 1",
        ".git/page.py": "raise 1",
        "notes.txt": "",
    }
    app = mounted(tmp_path, files | {"page.py": "def get():\n    return 'x'"})
    assert [route.path for route in app.describe().routes] == ["/"]


def test_page_templates_stand_behind_the_template_folder(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    write(tmp_path / "pages", SHELF)
    app = make_app(tmp_path, {"page.html": "{% block main %}mine{% end %}"})
    app.mount_pages(tmp_path / "pages")
    assert "mine" in get(app, "/").text


def test_the_folder_stands_beside_the_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pages", {"page.py": "def get():\n    return 'here'"})
    monkeypatch.chdir(tmp_path)
    app = App(AppConfig(static_dir=None))
    app.mount_pages()
    assert get(app, "/").text == "here"


def test_a_handler_can_be_called_by_itself(app: App) -> None:
    handlers = {(route.path, *route.methods): route.handler for route in app.describe().routes}
    assert handlers["/books/{id:int}", "GET"](id=7) == "book 7"


def test_a_page_of_actions_alone_is_no_function(tmp_path: Path) -> None:
    files = {"_actions.py": "from chirp.pages import action\n@action('a')\ndef a(): ...", "page.py": "def get(): ..."}
    handlers = [route.handler for route in mounted(tmp_path, files).describe().routes if "POST" in route.methods]
    with pytest.raises(TypeError, match="form actions only"):
        handlers[0]()


def test_an_action_has_a_name() -> None:
    with pytest.raises(ValueError, match="an action has a name"):
        action("")


def test_what_goes_out_of_band_is_a_fragment(tmp_path: Path) -> None:
    files = {"page.py": "from chirp import OOB\ndef get():\n    return OOB('x', 'y')"}
    assert get(mounted(tmp_path, files), "/", HTMX).status == 500
