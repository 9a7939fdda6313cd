"""JSON in and out: numbers a float cannot hold, and the responses that are made by hand."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp import App, JSONResponse, Response, hx_redirect
from chirp.errors import BadRequest
from chirp.http.body import parse_json
from chirp.http.response import SetCookie
from tests.runtime.driver import ask, get, make_app

HTMX = ("hx-request", "true")


@pytest.mark.parametrize("body", ["1e999", "[-1e400]", '{"a": 1E+309}', "1" + "0" * 400 + ".0", "9" * 4301])
def test_numbers_without_an_end_are_no_json(body: str) -> None:
    with pytest.raises(BadRequest, match="not JSON"):
        parse_json(body.encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_json_says_is_read(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary() | st.text().map(str.encode) | st.text('[]{}:,"\\ud80019eE+-.', max_size=30).map(str.encode))
def test_any_body_is_a_value_or_a_400(body: bytes) -> None:
    try:
        value = parse_json(body)
    except BadRequest:
        return
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = make_app(tmp_path, {"t.html": "{% block b %}b{% end %}"})
    app.route("/json")(lambda: JSONResponse(1.5, 201, headers=[("X-A", "1")], cookies=(SetCookie("c", "1"),)))
    app.route("/nan")(lambda: JSONResponse([math.nan]))

    @app.route("/go")
    def go() -> Response:
        return hx_redirect("/next?a=é")

    @app.route("/go/307", methods=["POST"])
    async def kept() -> Response:
        return hx_redirect("/next", status=307, body="moved", headers={"X-A": "1", "Vary": "Cookie"})

    return app


def test_json_responses(app: App) -> None:
    answer = get(app, "/json")
    assert (answer.status, answer.text, answer["content-type"]) == (201, "1.5", "application/json; charset=utf-8")
    assert (answer["x-a"], answer["set-cookie"][:4]) == ("1", "c=1;")
    assert get(app, "/nan").status == 500
    response = JSONResponse.from_value({"é": None}, 202)
    assert (response.text, response.status) == ('{"é":null}', 202)
    changed = response.with_header("X-A", "1").with_status(203)
    assert (type(changed), changed.text, changed.status) == (JSONResponse, '{"é":null}', 203)
    assert JSONResponse().text == "null"
    assert JSONResponse("text").text == '"text"'
    with pytest.raises(TypeError, match="cannot write object as JSON"):
        JSONResponse(object())


def test_hx_redirect(app: App) -> None:
    answer = get(app, "/go")
    assert (answer.status, answer["location"], answer["vary"]) == (303, "/next?a=%C3%A9", "HX-Request, HX-Boosted")
    answer = get(app, "/go", HTMX)
    assert (answer.status, answer["hx-redirect"], answer.all("location")) == (200, "/next?a=%C3%A9", [])
    assert get(app, "/go", HTMX, ("hx-boosted", "true")).status == 303
    answer = ask(app, "POST", "/go/307")
    assert (answer.status, answer.text, answer["x-a"]) == (307, "moved", "1")
    assert answer["vary"] == "Cookie, HX-Request, HX-Boosted"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/a\nb", "data:x"])
def test_hx_redirect_leads_to_places_alone(tmp_path: Path, url: str) -> None:
    app = make_app(tmp_path)
    app.route("/")(lambda: hx_redirect(url))
    assert get(app, "/").status == 500
    assert get(app, "/", HTMX).status == 500
    with pytest.raises(RuntimeError, match="no request here"):
        hx_redirect("/")
