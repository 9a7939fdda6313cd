"""Properties of what is parsed and made: models of a few lines, other implementations, and what browsers do."""

import asyncio
import json
import re
from string import ascii_letters, digits
from typing import Any, override
from urllib.parse import urljoin, urlsplit

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from starlette.datastructures import QueryParams as OtherQuery
from starlette.requests import cookie_parser
from starlette.responses import Response as OtherResponse

from chirp import App, AppConfig, Request, Response
from chirp.http import Headers, QueryParams
from chirp.http.cookies import parse_cookies
from chirp.http.response import check_location
from chirp.http.urls import is_safe_url, safe_next
from chirp.middleware import SessionMiddleware, get_session
from chirp.middleware.hosts import split_host
from tests.runtime.driver import answer_of, ask, exchange, get, http_scope

TOKEN = st.text(ascii_letters + digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12)
LATIN = st.text(st.characters(max_codepoint=255), max_size=12)


# Headers


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "A", "x-b", "X-B", "c"]), LATIN), max_size=8), st.sampled_from("aAxXcC")
)
def test_headers_are_a_list_of_pairs_in_any_case(pairs: list[tuple[str, str]], letter: str) -> None:
    headers = Headers([(name.encode(), value.encode("latin-1")) for name, value in pairs])
    for name in {"a", "x-b", "c", letter}:
        values = [value for key, value in pairs if key.lower() == name.lower()]
        assert headers.get_list(name) == values
        assert headers.get(name) == (values[0] if values else None)
        assert (name in headers) == bool(values)
    assert list(headers) == list(dict.fromkeys(key.lower() for key, _ in pairs))
    assert headers == Headers(headers.raw)


class ResponseMachine(RuleBasedStateMachine):
    """A response against a plain list of what was asked for."""

    NAMES = ("X-A", "x-a", "Link", "Vary", "X-Other")

    def __init__(self) -> None:
        super().__init__()
        self.response = Response("x")
        self.model: list[tuple[str, str]] = []

    @rule(name=st.sampled_from(NAMES), value=LATIN)
    def set(self, name: str, value: str) -> None:
        before = self.response
        try:
            self.response = before.with_header(name, value)
        except ValueError:
            assert any((char < " " and char != "\t") or char == "\x7f" for char in value)
            assert self.response is before
            return
        self.model = [pair for pair in self.model if pair[0].lower() != name.lower()] + [(name, value)]

    @rule(name=st.sampled_from(NAMES), value=TOKEN)
    def append(self, name: str, value: str) -> None:
        self.response = self.response.append_header(name, value)
        self.model.append((name, value))

    @rule(names=st.lists(st.sampled_from(["HX-Request", "hx-request", "Cookie", "Origin"]), max_size=3))
    def vary(self, names: list[str]) -> None:
        self.response = self.response.with_vary(*names)
        present = [part.strip() for key, value in self.model if key.lower() == "vary" for part in value.split(",")]
        if "*" not in present:
            for name in names:
                if name.lower() not in {one.lower() for one in present}:
                    present.append(name)
            self.model = [pair for pair in self.model if pair[0].lower() != "vary"] + [("Vary", ", ".join(present))]

    @rule(status=st.integers(200, 599))
    def status(self, status: int) -> None:
        self.response = self.response.with_status(status)
        assert self.response.status == status

    @invariant()
    def holds_what_was_asked_for(self) -> None:
        for name in self.NAMES:
            expected = [value for key, value in self.model if key.lower() == name.lower()]
            if name == "Vary":
                expected = [part.strip() for value in expected for part in value.split(",") if part.strip()]
                found = [part.strip() for value in self.response.header_list(name) for part in value.split(",")]
                assert [part for part in found if part] == expected
            else:
                assert self.response.header_list(name) == expected


TestResponses = ResponseMachine.TestCase
TestResponses.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


# Cookies and queries, against another implementation


@settings(deadline=None)
@given(
    st.dictionaries(TOKEN, st.text(ascii_letters + digits + "!#$%&'()*+-./:<=>?@[]^_`{|}~", max_size=12), max_size=6)
)
def test_plain_cookies_are_read_as_by_another_parser(cookies: dict[str, str]) -> None:
    line = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert parse_cookies([line]) == cookies == cookie_parser(line)


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=255, exclude_characters="\x00"), max_size=20))
def test_a_cookie_that_another_framework_writes_is_read_back(value: str) -> None:
    response = OtherResponse()
    try:
        response.set_cookie("name", value)
    except Exception:  # noqa: BLE001 - it refuses control characters
        assume(False)
    line = response.headers["set-cookie"].split(";")[0]
    read = parse_cookies([line])["name"]
    assert read == value or read.encode().decode("latin-1") == value or read == value.encode("latin-1").decode()


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=6))
def test_queries_are_read_as_by_another_parser(pairs: list[tuple[str, str]]) -> None:
    other = OtherQuery(pairs)
    ours = QueryParams(str(other).encode())
    for name, _ in pairs:
        assert ours.get_list(name) == other.getlist(name)
    assert set(ours) == set(other)


# URLs, as browsers read them


def browser_host(url: str) -> str:
    """Where a browser goes from https://here.example: it drops tabs and line breaks, and reads `\\` as `/`."""
    seen = url.translate({9: None, 10: None, 13: None}).strip("".join(map(chr, range(33)))).replace("\\", "/")
    if re.match(r"(?i)https?:/*", seen):
        seen = re.sub(r"(?i)^(https?):/*", r"\1://", seen)
    if seen.startswith("//"):
        seen = "//" + seen.lstrip("/")
    try:
        return urlsplit(urljoin("https://here.example/a/b", seen)).netloc
    except ValueError:
        return "nowhere"


STARTS = ("/", "//", "/\\", "https://friend.example", "http:", "/\t/")
URLS = st.one_of(
    st.text(max_size=15),
    st.text("/\\.:@?#\t\n\r aehpst\x00", max_size=15),
    st.builds(
        "{}{}".format,
        st.sampled_from(["/", "//", "/\\", "https://friend.example", "http:", "/\t/"]),
        st.text(max_size=8),
    ),
)


@settings(max_examples=400, deadline=None)
@given(URLS)
def test_a_safe_url_stays_on_this_host_in_a_browser(url: str) -> None:
    if is_safe_url(url):
        assert browser_host(url) == "here.example"
    if is_safe_url(url, {"friend.example"}):
        assert browser_host(url) in {"here.example", "friend.example"}
    assert is_safe_url(safe_next(url))


@settings(deadline=None)
@given(st.text(max_size=20))
def test_what_is_encoded_for_a_location_is_not_encoded_again(url: str) -> None:
    try:
        location = check_location(url)
    except ValueError:
        return
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
    assert check_location(location) == location


HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]*:[0-9a-f:.]*\])(?::\d{1,5})?", re.ASCII)


@settings(max_examples=300, deadline=None)
@given(st.text("ab1.-_:[]@/ \x00é²", max_size=10))
@example("a..")
@example("a..b")
def test_a_host_is_what_a_pattern_says(text: str) -> None:
    split = split_host(text)
    assert (split is not None) == (HOST.fullmatch(text.lower()) is not None), text
    if split is not None:
        assert split_host(split[0]) == (split[0], "")


# Converters, as regular expressions have them


@settings(max_examples=400, deadline=None)
@given(st.text("0123456789.-+e_ \n²٣a", max_size=22))
def test_numbers_in_paths_are_what_a_pattern_says(text: str) -> None:
    answer = get(NUMBERS, f"/int/{text}")
    assert (answer.status == 200) == (re.fullmatch(r"[0-9]{1,18}", text) is not None)
    answer = get(NUMBERS, f"/float/{text}")
    assert (answer.status == 200) == (re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None)


def numbers() -> App:
    app = App(AppConfig(static_dir=None, skip_contract_checks=True))

    @app.route("/int/{n:int}", inline=True)
    def whole(n: int) -> str:
        assert type(n) is int
        return str(n)

    @app.route("/float/{x:float}", inline=True)
    def decimal(x: float) -> str:
        assert type(x) is float
        return str(x)

    @app.route("/{a}/{n:int}/{rest:path}", name="all", inline=True)
    def parts(a: str, n: int, rest: str) -> dict[str, Any]:
        return {"a": a, "n": n, "rest": rest}

    return app


NUMBERS = numbers()
SEGMENT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda text: "/" not in text and text not in {".", ".."}
)


@settings(deadline=None)
@given(SEGMENT, st.integers(0, 10**18 - 1), st.lists(SEGMENT, min_size=1, max_size=3).map("/".join))
def test_the_url_of_a_route_leads_to_it(a: str, n: int, rest: str) -> None:
    from urllib.parse import unquote

    url = NUMBERS.url_for("all", a=a, n=n, rest=rest)
    assert url.isascii()
    answer = get(NUMBERS, unquote(url))
    assert answer.status == 200
    assert json.loads(answer.body) == {"a": a, "n": n, "rest": rest}


# Sessions, against a dict


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["a", "b", "é", ""])


class SessionMachine(RuleBasedStateMachine):
    """A visitor whose session is a dict, over requests, with cookies that come and go."""

    @initialize()
    def start(self) -> None:
        self.app = App(AppConfig(static_dir=None, secret_key="x" * 32, skip_contract_checks=True))
        self.app.add_middleware(SessionMiddleware())
        self.app.route("/", methods=["POST"], inline=True)(self._handle)
        self.model: dict[str, Any] = {}
        self.cookie: str | None = None
        self.step: tuple[str, Any, Any] = ("read", None, None)

    async def _handle(self, request: Request) -> dict[str, Any]:
        session = get_session()
        action, key, value = self.step
        match action:
            case "set":
                session[key] = value
            case "delete":
                session.pop(key, None)
            case "clear":
                session.clear()
            case "append":
                session.setdefault("list", []).append(value)
            case "rotate":
                session.rotate()
            case _:
                pass
        return dict(session)

    def _ask(self, action: str, key: Any = None, value: Any = None) -> None:
        self.step = (action, key, value)
        headers = [("cookie", f"chirp_session={self.cookie}")] if self.cookie else []
        answer = ask(self.app, "POST", "/", headers=headers)
        assert answer.status == 200
        for line in answer.all("set-cookie"):
            found = line.split(";")[0].partition("=")[2]
            self.cookie = None if "Max-Age=0" in line else found
        assert json.loads(answer.body) == self.model

    @rule(key=KEYS, value=VALUES)
    def set(self, key: str, value: Any) -> None:
        self.model[key] = value
        self._ask("set", key, value)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.model.pop(key, None)
        self._ask("delete", key)

    @rule(value=st.integers())
    def append(self, value: int) -> None:
        self.model["list"] = [*self.model.get("list", []), value][-20:]
        if len(self.model["list"]) == 20:
            del self.model["list"]
            self._ask("delete", "list")
        else:
            self._ask("append", None, value)

    @rule()
    def clear(self) -> None:
        self.model.clear()
        self._ask("clear")

    @rule()
    def rotate(self) -> None:
        self._ask("rotate")

    @rule()
    def read(self) -> None:
        self._ask("read")

    @rule(where=st.integers(0, 200), char=st.sampled_from("AZ._-"))
    def tamper(self, where: int, char: str) -> None:
        """A forged cookie is an empty session; the visitor's own is not touched."""
        if not self.cookie:
            return
        where %= len(self.cookie)
        forged = self.cookie[:where] + char + self.cookie[where + 1 :]
        if forged == self.cookie or where == len(self.cookie) - 1:  # the last character has bits that do not count
            return
        self.step = ("read", None, None)
        answer = ask(self.app, "POST", "/", headers=[("cookie", f"chirp_session={forged}")])
        assert json.loads(answer.body) == {}

    @override
    def teardown(self) -> None:
        self.model = {}


TestSessions = SessionMachine.TestCase
TestSessions.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=6))
def test_a_body_is_its_chunks_whatever_they_are(chunks: list[bytes]) -> None:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent = asyncio.run(exchange(ECHO, http_scope("POST", "/"), messages))
    assert answer_of(sent).body == b"".join(chunks)


def echo() -> App:
    app = App(AppConfig(static_dir=None, skip_contract_checks=True))

    @app.route("/", methods=["POST"], inline=True)
    async def back(request: Request) -> bytes:
        return await request.body()

    return app


ECHO = echo()
