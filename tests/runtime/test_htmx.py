"""What htmx asks for and what it gets: Page, OOB, FormAction, ValidationError, the render plan, and Vary."""

from pathlib import Path

import pytest

from chirp import (
    OOB,
    Action,
    App,
    FormAction,
    Fragment,
    Next,
    Page,
    Redirect,
    RenderPlan,
    Request,
    Response,
    Template,
    ValidationError,
    get_render_plan,
)
from tests.runtime.driver import Answer, ask, get, make_app, post_form

TEMPLATES = {
    "search.html": "<html>{% block main %}<main>{% block results %}<li>{{ n }}</li>{% end %}</main>{% end %}</html>",
    "tasks.html": (
        "{% block list %}<li>{{ n }}</li>{% end %}"
        '{% block stats %}<p id="stats" class="s">{{ n }}</p>{% end %}'
        "{% block row %}<tr><td>{{ n }}</td></tr>{% end %}"
        '{% block idrow %}<tr id="idrow"><td>{{ n }}</td></tr>{% end %}'
        "{% block two %}<b>1</b><b>2</b>{% end %}"
    ),
}
HTMX = ("hx-request", "true")
BOOSTED = ("hx-boosted", "true")
RESTORE = ("hx-history-restore-request", "true")
FULL = "<html><main><li>7</li></main></html>"
MAIN = "<main><li>7</li></main>"
BLOCK = "<li>7</li>"


def target(id: str) -> tuple[str, str]:
    return ("hx-target", id)


@pytest.mark.parametrize(
    ("headers", "body", "intent"),
    [
        ([], FULL, "full_page"),
        ([HTMX], BLOCK, "local_fragment"),
        ([HTMX, target("anything")], BLOCK, "local_fragment"),
        ([HTMX, RESTORE], FULL, "full_page"),
        ([RESTORE, ("hx-request-type", "full")], FULL, "full_page"),
        ([HTMX, BOOSTED], FULL, "full_page"),
        ([HTMX, BOOSTED, target("body")], FULL, "full_page"),
        ([HTMX, BOOSTED, target("main")], MAIN, "page_fragment"),
        ([HTMX, BOOSTED, target("main#main"), ("hx-request-type", "partial")], MAIN, "page_fragment"),
        ([HTMX, BOOSTED, RESTORE, target("main")], FULL, "full_page"),
        ([("hx-request", "false")], FULL, "full_page"),
        ([("hx-request", "TRUE")], FULL, "full_page"),
    ],
)
def test_a_page_by_request(tmp_path: Path, headers: list[tuple[str, str]], body: str, intent: str) -> None:
    app = make_app(tmp_path, TEMPLATES)
    plans: list[RenderPlan | None] = []

    @app.add_middleware
    async def watch(request: Request, next: Next) -> Response:
        assert get_render_plan(request) is None
        response = await next(request)
        plans.append(get_render_plan(request))
        return response

    @app.route("/")
    def search() -> Page:
        return Page("search.html", "results", page_block_name="main", n=7)

    answer = get(app, "/", *headers)
    assert answer.text == body
    assert answer["vary"].startswith("HX-Request, HX-Boosted, HX-History-Restore-Request")
    assert ("HX-Target" in answer["vary"]) == (
        intent != "local_fragment" and BOOSTED in headers and RESTORE not in headers
    )
    (plan,) = plans
    assert plan is not None
    assert (plan.intent, plan.template) == (intent, "search.html")


def test_a_page_may_carry_its_own_status_and_keeps_its_vary(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    app.route("/")(lambda: (Page("search.html", "results", n=7), 422))
    answer = get(app, "/", HTMX)
    assert (answer.status, answer.text) == (422, BLOCK)
    assert "HX-Request" in answer["vary"]


def oob_app(folder: Path, main: object, *fragments: Fragment) -> App:
    app = make_app(folder, TEMPLATES)
    app.route("/", methods=["GET", "POST"])(lambda: OOB(main, *fragments))
    return app


@pytest.mark.parametrize(
    ("fragment", "html"),
    [
        (Fragment("tasks.html", "stats", n=2), '<p hx-swap-oob="true" id="stats" class="s">2</p>'),
        (Fragment("tasks.html", "list", n=2), '<ul id="list" hx-swap-oob="innerHTML"><li>2</li></ul>'),
        (
            Fragment("tasks.html", "list", target="items", swap="beforeend", n=2),
            '<ul id="items" hx-swap-oob="beforeend"><li>2</li></ul>',
        ),
        (Fragment("tasks.html", "two"), '<div id="two" hx-swap-oob="innerHTML"><b>1</b><b>2</b></div>'),
        (
            Fragment("tasks.html", "stats", target="box", n=2),
            '<div id="box" hx-swap-oob="innerHTML"><p id="stats" class="s">2</p></div>',
        ),
        (
            Fragment("tasks.html", "row", target="rows", swap="beforeend", n=2),
            '<template><tbody id="rows" hx-swap-oob="beforeend"><tr><td>2</td></tr></tbody></template>',
        ),
        (
            Fragment("tasks.html", "idrow", n=2),
            '<template><tr hx-swap-oob="true" id="idrow"><td>2</td></tr></template>',
        ),
    ],
)
def test_fragments_go_out_of_band_to_htmx(tmp_path: Path, fragment: Fragment, html: str) -> None:
    app = oob_app(tmp_path, Fragment("tasks.html", "list", n=1), fragment)
    answer = get(app, "/", HTMX)
    assert answer.text == "<li>1</li>" + html
    assert answer["vary"] == "HX-Request, HX-History-Restore-Request"


@pytest.mark.parametrize(
    ("fragment", "html"),
    [
        (
            Fragment("tasks.html", "row", target="rows", swap="beforeend", n=2),
            '<hx-partial hx-target="#rows" hx-swap="beforeend"><tr><td>2</td></tr></hx-partial>',
        ),
        (
            Fragment("tasks.html", "idrow", n=2),
            '<hx-partial hx-target="#idrow" hx-swap="outerHTML"><tr id="idrow"><td>2</td></tr></hx-partial>',
        ),
        (Fragment("tasks.html", "stats", n=2), '<p hx-swap-oob="true" id="stats" class="s">2</p>'),
    ],
)
def test_table_parts_for_htmx_4(tmp_path: Path, fragment: Fragment, html: str) -> None:
    app = oob_app(tmp_path, "", fragment)
    assert get(app, "/", HTMX, ("hx-request-type", "partial")).text == html


@pytest.mark.parametrize("headers", [[], [HTMX, RESTORE], [RESTORE]])
def test_a_browser_gets_the_main_part_alone(tmp_path: Path, headers: list[tuple[str, str]]) -> None:
    app = oob_app(tmp_path, Page("search.html", "results", n=7), Fragment("tasks.html", "stats", n=2))
    answer = get(app, "/", *headers)
    assert answer.text == FULL
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(answer["vary"].split(", "))


def test_a_full_page_for_a_boosted_link_has_every_region_already(tmp_path: Path) -> None:
    app = oob_app(tmp_path, Page("search.html", "results", n=7), Fragment("tasks.html", "stats", n=2))
    assert get(app, "/", HTMX, BOOSTED).text == FULL


def test_any_value_may_be_the_main_part(tmp_path: Path) -> None:
    app = oob_app(tmp_path, Action(trigger="saved"), Fragment("tasks.html", "stats", n=2))
    answer = get(app, "/", HTMX)
    assert answer.status == 200, "htmx ignores the body of a 204"
    assert (answer["hx-reswap"], answer["hx-trigger"]) == ("none", "saved")
    assert 'id="stats"' in answer.text
    assert get(app, "/").status == 204
    kept = get(oob_app(tmp_path, (ValidationError("tasks.html", "list", n=1), 409, {"X-A": "1"})), "/", HTMX)
    assert (kept.status, kept["x-a"], kept.text) == (409, "1", "<li>1</li>")


def test_only_fragments_go_out_of_band(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    app.route("/")(lambda: OOB("main", Template("search.html", n=1)))  # type: ignore[arg-type]
    assert get(app, "/", HTMX).status == 500
    assert get(app, "/").text == "main"


def form_answer(folder: Path, action: FormAction, *headers: tuple[str, str]) -> Answer:
    app = make_app(folder, TEMPLATES)
    app.route("/", methods=["POST"])(lambda: action)
    return post_form(app, "/", b"a=1", *headers)


VARY = "HX-Request, HX-Boosted"
FRAGMENTS = (Fragment("tasks.html", "list", n=1), Fragment("tasks.html", "stats", n=2))


@pytest.mark.parametrize(
    "action", [FormAction("/tasks", *FRAGMENTS), FormAction(redirect="/tasks", fragments=list(FRAGMENTS))]
)
def test_a_form_action_in_both_spellings(tmp_path: Path, action: FormAction) -> None:
    browser = form_answer(tmp_path, action)
    assert (browser.status, browser["location"], browser.body, browser["vary"]) == (303, "/tasks", b"", VARY)
    htmx = form_answer(tmp_path, action, HTMX)
    assert (htmx.status, htmx.all("location"), htmx["vary"]) == (200, [], VARY)
    assert htmx.text == '<li>1</li><p hx-swap-oob="true" id="stats" class="s">2</p>'


def test_a_boosted_form_is_led_on_like_a_browser(tmp_path: Path) -> None:
    boosted = form_answer(tmp_path, FormAction("/tasks", *FRAGMENTS), HTMX, BOOSTED)
    assert (boosted.status, boosted["location"], boosted.body) == (303, "/tasks", b"")


def test_a_form_action_without_fragments_navigates(tmp_path: Path) -> None:
    htmx = form_answer(tmp_path, FormAction("/tasks", trigger="saved"), HTMX)
    assert (htmx.status, htmx["hx-redirect"], htmx["hx-trigger"], htmx.body) == (200, "/tasks", "saved", b"")
    assert form_answer(tmp_path, FormAction("/tasks", status=302)).status == 302


def test_a_validation_error_is_the_block_with_422(tmp_path: Path) -> None:
    app = make_app(tmp_path, TEMPLATES)
    app.route("/", methods=["POST"])(lambda: ValidationError("tasks.html", "list", retarget="#form", n=1))
    for headers in ([], [HTMX]):
        answer = ask(app, "POST", "/", headers=headers)
        assert (answer.status, answer.text, answer["hx-retarget"]) == (422, "<li>1</li>", "#form")
    app = make_app(tmp_path, TEMPLATES)
    app.route("/", methods=["POST"])(lambda: ValidationError("tasks.html", "list", status=400, context={"n": 2}))
    answer = ask(app, "POST", "/")
    assert (answer.status, answer.text, answer.all("hx-retarget")) == (400, "<li>2</li>", [])


@pytest.mark.parametrize("url", ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "/a\r\nX: y", "/a\x00"])
def test_a_place_to_go_is_not_code_and_has_no_control_characters(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        Redirect(url)
    assert form_answer(tmp_path, FormAction(url), HTMX).status == 500
    assert form_answer(tmp_path, FormAction(url)).status == 500
