"""Hostile cases: sessions, keys, forgery of requests, origins, hosts, and where a redirect may lead."""

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.hostile.case import Topic, refused
from tests.hostile.framework import Framework, ask, get
from tests.hostile.reading import parsed, status
from tests.runtime.driver import Answer, ASGIApp

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


class Browser:
    """Keeps cookies from answer to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str, query: str = "") -> Answer:
        return self.ask("GET", path, query=query)

    def ask(self, method: str, path: str, *headers: tuple[str, str], body: bytes = b"", query: str = "") -> Answer:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [*([("cookie", sent)] if sent else []), *headers]
        answer = ask(self.app, method, path, lines, body, query=query)
        for line in answer.all("set-cookie"):
            name, _, rest = line.partition("=")
            if "max-age=0" in rest.lower() or "1970" in rest:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = rest.partition(";")[0]
        return answer

    @property
    def only(self) -> tuple[str, str]:
        ((name, value),) = self.cookies.items()
        return name, value


sessions = Topic(2100, "Sessions")


def signed_in(framework: Framework, **options: Any) -> Browser:
    browser = Browser(framework.sessions(**options))
    status(browser.get("/set", "user=ada"), 200)
    assert parsed(browser.get("/get")) == {"user": "ada"}
    return browser


@sessions.case(1, "what is set is there in the next request")
def _(framework: Framework) -> None:
    signed_in(framework)


def tampered(framework: Framework, change: Callable[[str], str]) -> None:
    browser = signed_in(framework)
    name, value = browser.only
    changed = change(value)
    assert changed != value
    answer = get(browser.app, "/get", ("cookie", f"{name}={changed}"))
    assert parsed(answer) == {}, answer.text


def forged(value: str) -> str:
    """Another content under the old signature."""
    payload = base64.b64encode(json.dumps({"user": "root"}).encode()).decode()
    return payload + value[value.index(".") :]


TAMPERED: dict[str, Callable[[str], str]] = {
    "a changed character makes an empty session": lambda value: ("A" if value[0] != "A" else "B") + value[1:],
    "a changed signature": lambda value: value[:-2] + ("AA" if value[-2:] != "AA" else "BB"),
    "a cut signature": lambda value: value[:-5],
    "no signature": lambda value: value.partition(".")[0],
    "another content under the old signature": forged,
    "garbage": lambda value: "%%%",
    "nothing": lambda value: "",
    "two dots": lambda value: "..",
    "a megabyte": lambda value: "x" * 1_000_000,
    "characters that are not ASCII": lambda value: "\xe9" * 20,
    "a value of many dots": lambda value: "." * 10_000,
    "a pickle": lambda value: base64.b64encode(b"cos\nsystem\n(S'true'\ntR.").decode() + ".x.y",
}
sessions.table(2, TAMPERED, tampered)


@sessions.case(20, "a session signed with another key is empty")
def _(framework: Framework) -> None:
    name, value = signed_in(framework).only
    answer = get(framework.sessions(secret_key=OTHER), "/get", ("cookie", f"{name}={value}"))
    assert parsed(answer) == {}


@sessions.case(21, "an old key is still read after a rotation, and the new one signs")
def _(framework: Framework) -> None:
    name, value = signed_in(framework).only
    rotated = framework.sessions(secret_key=OTHER, fallbacks=(KEY,))
    browser = Browser(rotated)
    browser.cookies[name] = value
    assert parsed(browser.get("/get")) == {"user": "ada"}
    browser.get("/set", "more=1")
    after = get(framework.sessions(secret_key=OTHER), "/get", ("cookie", f"{name}={browser.cookies[name]}"))
    assert parsed(after) == {"user": "ada", "more": "1"}


@sessions.case(22, "the session cookie of one name is garbage under another")
def _(framework: Framework) -> None:
    _, value = signed_in(framework, cookie_name="one").only
    answer = get(framework.sessions(cookie_name="two"), "/get", ("cookie", f"two={value}"))
    assert parsed(answer) == {}


@sessions.case(23, "the cookie is set only when something changed")
def _(framework: Framework) -> None:
    browser = signed_in(framework)
    assert browser.get("/get").all("set-cookie") == []
    assert browser.get("/untouched").all("set-cookie") == []


@sessions.case(24, "an emptied session deletes its cookie")
def _(framework: Framework) -> None:
    browser = signed_in(framework)
    answer = browser.get("/clear")
    line = answer["set-cookie"].lower()
    assert "max-age=0" in line or "1970" in line
    assert browser.cookies == {}


@sessions.case(25, "an answer that depends on the session says Vary: Cookie")
def _(framework: Framework) -> None:
    assert "cookie" in signed_in(framework).get("/get")["vary"].lower()


@sessions.case(26, "one that does not, does not")
def _(framework: Framework) -> None:
    assert signed_in(framework).get("/untouched").all("vary") == []


@sessions.case(27, "an answer that sets the session is not stored by a cache")
def _(framework: Framework) -> None:
    answer = Browser(framework.sessions()).get("/set", "a=1")
    assert "no-store" in answer["cache-control"]


@sessions.case(28, "a session larger than a cookie is an error, not a cookie that browsers drop")
def _(framework: Framework) -> None:
    answer = Browser(framework.sessions()).get("/large", "n=9000")
    assert answer.status == 500
    assert answer.all("set-cookie") == []


@sessions.case(29, "the cookie is HttpOnly and SameSite")
def _(framework: Framework) -> None:
    line = Browser(framework.sessions()).get("/set", "a=1")["set-cookie"].lower()
    assert "httponly" in line
    assert "samesite=lax" in line


@sessions.case(30, "a failing handler keeps nothing of what it half did")
def _(framework: Framework) -> None:
    browser = signed_in(framework)
    answer = status(browser.get("/half"), 500)
    assert answer.all("set-cookie") == []
    assert parsed(browser.get("/get")) == {"user": "ada"}


@sessions.case(31, "the session cookie is the first of two with its name")
def _(framework: Framework) -> None:
    name, value = signed_in(framework).only
    answer = get(framework.sessions(), "/get", ("cookie", f"{name}={value}; {name}=tossed"))
    assert parsed(answer) == {"user": "ada"}


@sessions.case(32, "two visitors do not see each other's session")
def _(framework: Framework) -> None:
    app = framework.sessions()
    one, other = Browser(app), Browser(app)
    one.get("/set", "user=one")
    other.get("/set", "user=other")
    assert parsed(one.get("/get")) == {"user": "one"}
    assert parsed(get(app, "/get")) == {}


keys = Topic(2200, "Keys")


def starts(framework: Framework, key: str) -> None:
    def start() -> None:
        try:
            Browser(framework.sessions(secret_key=key)).get("/set", "a=1")
        except RuntimeError as error:
            raise ValueError(str(error)) from None

    refused(start)


keys.table(
    1,
    {
        "an empty key keeps sessions from starting": "",
        "a short key keeps sessions from starting": "secret",
        "31 bytes are too short": "x" * 31,
    },
    starts,
)

forgery = Topic(2300, "Requests from other sites")
HERE = ("host", "here.example")


def visitor(framework: Framework) -> tuple[Browser, str]:
    browser = Browser(framework.csrf())
    return browser, browser.ask("GET", "/form", HERE).text


def sent(framework: Framework, row: tuple[list[tuple[str, str]], int]) -> None:
    headers, expected = row
    browser, token = visitor(framework)
    answer = browser.ask("POST", "/save", HERE, ("x-csrf-token", token), *headers)
    status(answer, expected)


forgery.table(
    1,
    {
        "a request with the token is taken": ([], 200),
        "Sec-Fetch-Site: same-origin is taken": ([("sec-fetch-site", "same-origin")], 200),
        "Sec-Fetch-Site: none, which is the address bar, is taken": ([("sec-fetch-site", "none")], 200),
        "Sec-Fetch-Site: cross-site is a 403, token or not": ([("sec-fetch-site", "cross-site")], 403),
        "Sec-Fetch-Site: same-site, a neighbouring domain, is a 403": ([("sec-fetch-site", "same-site")], 403),
        "Sec-Fetch-Site that is unknown is a 403": ([("sec-fetch-site", "elsewhere")], 403),
        "the own Origin is taken": ([("origin", "http://here.example")], 200),
        "the Origin of another site is a 403": ([("origin", "http://evil.example")], 403),
        "Origin: null is a 403": ([("origin", "null")], 403),
        "an Origin that begins like ours is a 403": ([("origin", "http://here.example.evil")], 403),
        "an Origin that ends like ours is a 403": ([("origin", "http://evilhere.example")], 403),
        "an Origin with ours as its user is a 403": ([("origin", "http://here.example@evil.example")], 403),
        "an Origin on another port is a 403": ([("origin", "http://here.example:81")], 403),
        "an empty Origin is a 403": ([("origin", "")], 403),
        "a Referer of another site, without an Origin, is a 403": (
            [("referer", "http://evil.example/here.example")],
            403,
        ),
        "the own Referer is taken": ([("referer", "http://here.example/form?x=1")], 200),
    },
    sent,
)


@forgery.case(20, "without a token it is a 403, whatever else it says")
def _(framework: Framework) -> None:
    browser, _token = visitor(framework)
    own = ("origin", "http://here.example")
    status(browser.ask("POST", "/save", HERE, own, ("sec-fetch-site", "same-origin")), 403)


def claims(framework: Framework, header: tuple[str, str]) -> None:
    browser, _token = visitor(framework)
    status(browser.ask("POST", "/save", HERE, header), 403)


forgery.table(
    21,
    {
        "HX-Request proves nothing": ("hx-request", "true"),
        "X-Requested-With proves nothing": ("x-requested-with", "XMLHttpRequest"),
        "a JSON content type proves nothing": ("content-type", "application/json"),
        "Authorization proves nothing": ("authorization", "Bearer x"),
    },
    claims,
)


def bad_token(framework: Framework, change: Callable[[str], str]) -> None:
    browser, token = visitor(framework)
    status(browser.ask("POST", "/save", HERE, ("x-csrf-token", change(token))), 403)


TOKENS: dict[str, Callable[[str], str]] = {
    "an empty token": lambda token: "",
    "a token that is not ASCII is a 403, not a 500": lambda token: "\xe9" * len(token),
    "a cut token": lambda token: token[:-1],
    "a longer token": lambda token: token + "A",
    "a token of a megabyte": lambda token: "A" * 1_000_000,
    "a token of zeros": lambda token: "A" * len(token),
    "a token with characters of no alphabet": lambda token: "*" * len(token),
    "a changed token": lambda token: token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB"),
    "a token with a line break": lambda token: token[:-1] + "\n",
}
forgery.table(30, TOKENS, bad_token)


@forgery.case(50, "the token of another visitor is a 403")
def _(framework: Framework) -> None:
    browser, _ = visitor(framework)
    other = Browser(browser.app).ask("GET", "/form", HERE).text
    status(browser.ask("POST", "/save", HERE, ("x-csrf-token", other)), 403)


@forgery.case(51, "a token without its cookie is a 403")
def _(framework: Framework) -> None:
    browser, token = visitor(framework)
    status(ask(browser.app, "POST", "/save", [HERE, ("x-csrf-token", token)]), 403)


@forgery.case(52, "the token of the query does not count")
def _(framework: Framework) -> None:
    browser, token = visitor(framework)
    status(browser.ask("POST", "/save", HERE, query=f"_csrf_token={token}"), 403)


@forgery.case(53, "the token of a form field counts")
def _(framework: Framework) -> None:
    browser, token = visitor(framework)
    form = ("content-type", "application/x-www-form-urlencoded")
    status(browser.ask("POST", "/save", HERE, form, body=f"_csrf_token={token}".encode()), 200)


@forgery.case(54, "tokens differ from page to page, so that compression does not give them away")
def _(framework: Framework) -> None:
    browser, first = visitor(framework)
    second = browser.ask("GET", "/form", HERE).text
    assert first != second
    for token in (first, second):
        status(browser.ask("POST", "/save", HERE, ("x-csrf-token", token)), 200)


def unsafe(framework: Framework, row: tuple[str, int]) -> None:
    method, expected = row
    browser, _ = visitor(framework)
    status(browser.ask(method, "/save", HERE), expected)


forgery.table(
    55,
    {
        "GET needs no token": ("GET", 200),
        "HEAD needs no token": ("HEAD", 200),
        "PUT needs one": ("PUT", 403),
        "DELETE needs one": ("DELETE", 403),
    },
    unsafe,
)


@forgery.case(59, "HEAD, which needs no token, does not reach what a handler does for everything but GET")
def _(framework: Framework) -> None:
    browser, token = visitor(framework)
    assert browser.ask("HEAD", "/change", HERE)["content-length"] == "5"
    assert browser.ask("POST", "/change", HERE, ("x-csrf-token", token)).text == "1", "HEAD has changed something"


@forgery.case(60, "an exempt route is exempt by itself")
def _(framework: Framework) -> None:
    browser, _ = visitor(framework)
    status(browser.ask("POST", "/hook", HERE), 200)
    assert browser.ask("POST", "//hook", HERE).status != 200


@forgery.case(61, "a form that is too large for the check is a 413, not a 500")
def _(framework: Framework) -> None:
    browser, _ = visitor(framework)
    form = ("content-type", "application/x-www-form-urlencoded")
    status(browser.ask("POST", "/save", HERE, form, body=b"a=" + b"x" * 17_000_000), 413)


cors = Topic(2400, "Other origins")
OURS: dict[str, Any] = {"allow_origins": ("https://friend.example",)}


def allowed(framework: Framework, row: tuple[dict[str, Any], str, str | None]) -> None:
    options, origin, expected = row
    answer = get(framework.cors(**OURS | options), "/ok", ("origin", origin))
    got = answer.all("access-control-allow-origin")
    assert got == ([] if expected is None else [expected]), got


cors.table(
    1,
    {
        "an allowed origin is named": ({}, "https://friend.example", "https://friend.example"),
        "another is not": ({}, "https://evil.example", None),
        "one that begins alike is not": ({}, "https://friend.example.evil", None),
        "one that ends alike is not": ({}, "https://evilfriend.example", None),
        "another scheme is not": ({}, "http://friend.example", None),
        "another port is not": ({}, "https://friend.example:8443", None),
        "null is not implied": ({}, "null", None),
        "an empty origin is not": ({}, "", None),
        "`*` is written for everybody": ({"allow_origins": ("*",)}, "https://evil.example", "*"),
    },
    allowed,
)


@cors.case(12, "Vary: Origin is on every answer, also without an Origin")
def _(framework: Framework) -> None:
    assert "origin" in get(framework.cors(**OURS), "/ok")["vary"].lower()


@cors.case(13, "Vary: Origin is on an answer to another origin")
def _(framework: Framework) -> None:
    assert "origin" in get(framework.cors(**OURS), "/ok", ("origin", "https://evil.example"))["vary"].lower()


@cors.case(14, "the headers are on a 404 too")
def _(framework: Framework) -> None:
    answer = get(framework.cors(**OURS), "/nowhere", ("origin", "https://friend.example"))
    assert answer["access-control-allow-origin"] == "https://friend.example"


@cors.case(15, "the headers are on a 500 too, or the page cannot see that it is one")
def _(framework: Framework) -> None:
    answer = get(framework.cors(**OURS), "/boom", ("origin", "https://friend.example"))
    assert answer["access-control-allow-origin"] == "https://friend.example"


@cors.case(16, "`*` with credentials is refused where it is configured")
def _(framework: Framework) -> None:
    def configure() -> None:
        try:
            status(get(framework.cors(allow_origins=("*",), allow_credentials=True), "/ok"), 200)
        except RuntimeError as error:
            raise ValueError(str(error)) from None

    refused(configure)


def preflight(framework: Framework, *headers: tuple[str, str], **options: Any) -> Answer:
    return ask(framework.cors(**OURS | options), "OPTIONS", "/ok", [("origin", "https://friend.example"), *headers])


METHOD = ("access-control-request-method", "POST")


@cors.case(20, "an allowed preflight is answered")
def _(framework: Framework) -> None:
    answer = preflight(framework, METHOD, allow_methods=("POST",))
    status(answer, 200, 204)
    assert answer["access-control-allow-origin"] == "https://friend.example"
    assert "POST" in answer["access-control-allow-methods"]


def refused_preflight(framework: Framework, headers: list[tuple[str, str]]) -> None:
    answer = preflight(framework, *headers, allow_methods=("POST",))
    assert answer.status == 400 or answer.all("access-control-allow-methods") == [], answer


cors.table(
    21,
    {
        "a preflight for another method is a 400": [("access-control-request-method", "DELETE")],
        "a preflight for another header is a 400": [METHOD, ("access-control-request-headers", "x-evil")],
        "a preflight with a header that is none": [METHOD, ("access-control-request-headers", "x evil\0")],
        "OPTIONS without a method is no preflight": [],
    },
    refused_preflight,
)


@cors.case(26, "a preflight of another origin is a 400 and names nobody")
def _(framework: Framework) -> None:
    asked = [("origin", "https://evil.example"), METHOD]
    answer = ask(framework.cors(**OURS), "OPTIONS", "/ok", asked)
    status(answer, 400)
    assert answer.all("access-control-allow-origin") == []


@cors.case(27, "a preflight varies with what it was asked")
def _(framework: Framework) -> None:
    vary = preflight(framework, METHOD, allow_methods=("POST",))["vary"].lower()
    assert "origin" in vary


@cors.case(28, "what is asked for is not repeated with line breaks in it")
def _(framework: Framework) -> None:
    headers = ("access-control-request-headers", "x-a\r\nx-b: 1")
    answer = preflight(framework, METHOD, headers, allow_headers=("*",), allow_methods=("POST",))
    status(answer, 200, 204, 400)


hosts = Topic(2500, "Hosts")


def host(framework: Framework, row: tuple[list[str], int]) -> None:
    sent_hosts, expected = row
    app = framework.hosts("here.example", "*.sub.example", "[::1]")
    status(ask(app, "GET", "/ok", [("host", one) for one in sent_hosts]), expected)


hosts.table(
    1,
    {
        "an allowed host is served": (["here.example"], 200),
        "with a port": (["here.example:8080"], 200),
        "in another case": (["HERE.Example"], 200),
        "below an allowed domain": (["a.sub.example"], 200),
        "an IPv6 address in brackets, with a port": (["[::1]:8000"], 200),
        "another host is a 400": (["evil.example"], 400),
        "one that begins alike is a 400": (["here.example.evil"], 400),
        "one that ends alike is a 400": (["evilhere.example"], 400),
        "one that ends like a domain is a 400": (["evilsub.example"], 400),
        "a user before the host is a 400": (["here.example@evil.example"], 400),
        "a space is a 400": (["here.example evil"], 400),
        "a control character is a 400": (["here.example\0"], 400),
        "a port of letters is a 400": (["here.example:http"], 400),
        "a port of six digits is a 400": (["here.example:123456"], 400),
        "a port in Arabic digits is a 400": (["here.example:\xb2"], 400),
        "two Host headers are a 400": (["here.example", "evil.example"], 400),
        "two Host headers, the allowed one last, are a 400": (["evil.example", "here.example"], 400),
        "no Host is a 400": ([], 400),
        "an empty Host is a 400": ([""], 400),
        "a comma is a 400": (["here.example,evil.example"], 400),
        "a path is a 400": (["here.example/evil"], 400),
        "a Host of 100,000 characters is a 400": (["a" * 100_000], 400),
        "a bracket that does not close is a 400": (["[::1"], 400),
    },
    host,
)


@hosts.case(40, "X-Forwarded-Host of anybody is not believed")
def _(framework: Framework) -> None:
    sent_headers = [("host", "evil.example"), ("x-forwarded-host", "here.example")]
    status(ask(framework.hosts("here.example"), "GET", "/ok", sent_headers), 400)


@hosts.case(41, "X-Forwarded-Proto of anybody does not change the scheme")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "/url", ("host", "here.example"), ("x-forwarded-proto", "https"))
    assert parsed(answer)["scheme"] == "http"


@hosts.case(42, "X_Forwarded_Host, with underscores, is another header")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "/header", ("x_forwarded_host", "evil"), query="name=x-forwarded-host")
    assert parsed(answer)["first"] is None


def forwarded(framework: Framework, row: tuple[str, dict[str, str], str, Any]) -> None:
    peer, headers, what, expected = row
    app = framework.behind("10.0.0.0/8", "fd00::/8")
    lines = [("host", "here.example"), *headers.items()]
    if what == "client":
        found = parsed(ask(app, "GET", "/client", lines, client=(peer, 1)))["client"][0]
    else:
        found = parsed(ask(app, "GET", "/url", lines, client=(peer, 1)))[what]
    assert found == expected, found


hosts.table(
    50,
    {
        "the client that a trusted proxy names": ("10.0.0.1", {"x-forwarded-for": "1.2.3.4"}, "client", "1.2.3.4"),
        "the client that anybody names is not": ("9.9.9.9", {"x-forwarded-for": "1.2.3.4"}, "client", "9.9.9.9"),
        "what the client wrote before the proxy is not believed": (
            "10.0.0.1",
            {"x-forwarded-for": "6.6.6.6, 1.2.3.4"},
            "client",
            "1.2.3.4",
        ),
        "a chain of trusted proxies is followed to its end": (
            "10.0.0.1",
            {"x-forwarded-for": "1.2.3.4, 10.0.0.2"},
            "client",
            "1.2.3.4",
        ),
        "a client that is no address is not believed": (
            "10.0.0.1",
            {"x-forwarded-for": "<script>"},
            "client",
            "10.0.0.1",
        ),
        "the scheme that a trusted proxy names": ("10.0.0.1", {"x-forwarded-proto": "https"}, "scheme", "https"),
        "a scheme that is none": ("10.0.0.1", {"x-forwarded-proto": "javascript"}, "scheme", "http"),
        "the host that a trusted proxy names": (
            "10.0.0.1",
            {"x-forwarded-host": "out.example"},
            "absolute",
            "http://out.example/url",
        ),
        "a host that is none": (
            "10.0.0.1",
            {"x-forwarded-host": "evil.example/x?"},
            "absolute",
            "http://here.example/url",
        ),
        "an address of version 6": ("fd00::1", {"x-forwarded-for": "2001:db8::1"}, "client", "2001:db8::1"),
    },
    forwarded,
)


places = Topic(2600, "Where a redirect may lead")


def away(framework: Framework, url: str) -> None:
    assert not framework.safe_redirect(url), url


def here(framework: Framework, url: str) -> None:
    assert framework.safe_redirect(url), url


places.table(
    1,
    {
        f"{url!r} leads away"[:60]: url
        for url in (
            "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
            "\\/evil.example", "http:evil.example",
            "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "/\t\\evil.example", "\t//evil.example",
            " //evil.example", "http://evil.example", "https://evil.example", "HTTPS://evil.example",
            "https:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "\x00javascript:alert(1)",
            "data:text/html,x", "vbscript:x", "ftp://evil.example", "evil.example", "", "/\x7f/evil", "/a\x00",
            "https://friend.example@evil.example", "https://friend.example.evil", "https://friend.example:x@evil.example",
            "https://evil.example\\@friend.example", "http://friend.example", "/" + "x" * 3000, "https:/\\evil.example",
            "//friend.example@evil.example", "http://[::1", "/\x85/evil.example", "?next=//evil", "#",
        )
    },
    away,
)  # fmt: skip

places.table(
    60,
    {
        f"{url!r} stays here": url
        for url in (
            "/",
            "/view/?param=http://example.com",
            "/a//b",
            "/é",
            "/a?b=//c",
            "/a#//b",
            "https://friend.example/x",
            "https://FRIEND.example",
        )
    },
    here,
)
