"""Hostile cases: query, request headers, URLs, scopes, methods, paths and converters."""

from typing import Any

from tests.hostile.case import Topic, refused
from tests.hostile.framework import Framework, NotThere, ask, get, talk
from tests.hostile.reading import parsed, status
from tests.runtime.driver import answer_of, http_scope

query = Topic(500, "Query")


def queried(framework: Framework, row: tuple[bytes, dict[str, list[str]]]) -> None:
    raw, expected = row
    assert parsed(get(framework.app(), "/query", query=raw)) == expected


query.table(
    1,
    {
        "blank values are kept": (b"a=&b&c=1", {"a": [""], "b": [""], "c": ["1"]}),
        "repeated names keep all values": (b"a=1&a=2", {"a": ["1", "2"]}),
        "percent-encoded UTF-8 is decoded": (b"q=%C3%A9", {"q": ["é"]}),
        "raw UTF-8 bytes are UTF-8, not latin-1": ("q=é".encode(), {"q": ["é"]}),
        "`+` is a space, `%2B` a plus": (b"q=a+b%2Bc", {"q": ["a b+c"]}),
        "`;` does not separate": (b"a=1;b=2", {"a": ["1;b=2"]}),
        "a bare percent sign stays": (b"q=100%", {"q": ["100%"]}),
        "NUL is a character like others": (b"q=%00", {"q": ["\0"]}),
        "a name with brackets is a name": (b"a[b]=1", {"a[b]": ["1"]}),
        "empty pairs are no fields": (b"&&a=1&", {"a": ["1"]}),
    },
    queried,
)


def refused_query(framework: Framework, raw: bytes) -> None:
    status(get(framework.app(), "/query", query=raw), 400)


query.table(
    20,
    {
        "bytes that are not UTF-8 are a 400, not U+FFFD": b"q=%ff",
        "raw bytes that are not UTF-8 are a 400": b"q=\xff",
        "an encoded lone surrogate is a 400": b"q=%ED%A0%80",
        "more fields than allowed are a 400": b"&".join(b"a=1" for _ in range(101)),
        "a hundred thousand fields are a 400": b"a&" * 100_000,
    },
    refused_query,
)


@query.case(30, "a missing parameter is a 400, not a 500")
def _(framework: Framework) -> None:
    status(get(framework.app(), "/first"), 400)


def number(framework: Framework, row: tuple[str, Any]) -> None:
    if framework.name != "Chirp":
        raise NotThere
    text, expected = row
    assert parsed(get(framework.app(), "/number", query=text))["int"] == expected


query.table(
    40,
    {
        "get_int of digits": ("n=42", 42),
        "get_int of a negative number": ("n=-42", -42),
        "get_int of ` 1_000 ` is the default": ("n=+1_000+", None),
        "get_int of `+5` is the default": ("n=%2B5", None),
        "get_int of Arabic digits is the default": ("n=%D9%A3", None),
        "get_int of 5,000 digits is the default, quickly": ("n=" + "9" * 5000, None),
        "get_int of `1e3` is the default": ("n=1e3", None),
        "get_int of `--1` is the default": ("n=--1", None),
        "get_int of superscript two is the default": ("n=%C2%B2", None),
        "get_int of nothing is the default": ("n=", None),
    },
    number,
)

headers = Topic(600, "Request headers")


@headers.case(1, "header names are looked up in any case")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/header", ("x-a", "1"), query="name=X-A"))["first"] == "1"


def unknown(framework: Framework, name: str) -> None:
    answer = get(framework.app(), "/header", ("k", "1"), query=f"name={name}")
    assert parsed(answer) == {"first": None, "in": False}


headers.table(
    2,
    {
        "asking for a header that latin-1 cannot hold is a miss, not an error": "%E2%82%AC",
        "KELVIN SIGN is not `k`": "%E2%84%AA",
        "an empty header name is a miss": "",
        "a header name with CR LF is a miss": "k%0D%0A",
    },
    unknown,
)


@headers.case(10, "of two values all are kept, the first is given")
def _(framework: Framework) -> None:
    sent = [("x-a", "1"), ("x-a", "2")]
    assert parsed(ask(framework.app(), "GET", "/echo", sent))["headers"]["x-a"] == ["1", "2"]
    assert parsed(ask(framework.app(), "GET", "/header", sent, query="name=x-a"))["first"] == "1"


@headers.case(11, "header values are latin-1")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/header", ("x-a", "caf\xe9"), query="name=x-a"))["first"] == "café"


@headers.case(12, "a thousand headers are no 500")
def _(framework: Framework) -> None:
    sent = [(f"x-{n}", "1") for n in range(1000)]
    status(ask(framework.app(), "GET", "/echo", sent), 200, 400, 431)


@headers.case(13, "a server may give the pairs as lists")
def _(framework: Framework) -> None:
    scope = http_scope("GET", "/header", query="name=x-a") | {"headers": [[b"x-a", b"1"]]}
    assert parsed(answer_of(talk(framework.app(), scope, []))) == {"first": "1", "in": True}


@headers.case(14, "a header value with control characters does no harm")
def _(framework: Framework) -> None:
    status(get(framework.app(), "/echo", ("x-a", "a\x00\r\nb")), 200, 400)


@headers.case(15, "hash and equality of a request do not fail")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/hash"))["same"] is True


@headers.case(16, "repr of a request shows no cookie and no Authorization")
def _(framework: Framework) -> None:
    secret = "hunter2"
    sent = [("cookie", f"s={secret}"), ("authorization", secret), ("x-api-key", secret)]
    assert secret not in ask(framework.app(), "GET", "/repr", sent, query=f"token={secret}").text


scope = Topic(700, "URLs and scopes")


@scope.case(1, "the URL of a path with `%` and a space is encoded")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/where/a%b c", query="q=1"))["url"] == "/where/a%25b%20c?q=1"


@scope.case(7, "the URL of a query with raw CR LF has no line break")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "/url", query=b"q=1\r\nX: 1")
    if answer.status != 400:
        assert not set(parsed(answer)["url"]) & set("\r\n")


@scope.case(8, "the URL of a path that begins with `//` stays on this site")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "//evil.example/where/x")
    if answer.status == 200:
        assert not parsed(answer)["url"].startswith("//")


@scope.case(2, "the URL of a path with `?` is encoded, not ambiguous")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/where/a?b"))["url"] == "/where/a%3Fb"


@scope.case(3, "the URL of a path with `#` is encoded")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/where/a#b"))["url"] == "/where/a%23b"


@scope.case(4, "the URL of a path that is not ASCII is encoded")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/where/é"))["url"] == "/where/%C3%A9"


@scope.case(5, "the URL includes the mount point")
def _(framework: Framework) -> None:
    made = parsed(get(framework.app(), "/app/url", root_path="/app"))
    assert made["url"] == "/app/url"


@scope.case(6, "the absolute URL has the scheme and the Host")
def _(framework: Framework) -> None:
    made = parsed(get(framework.app(), "/url", ("host", "a.example:81"), scheme="https"))
    assert made["absolute"] == "https://a.example:81/url"


def odd_host(framework: Framework, host: str) -> None:
    answer = get(framework.app(), "/url", ("host", host))
    if answer.status == 200:
        absolute = parsed(answer)["absolute"]
        assert absolute.count("://") == 1, absolute
        assert not set(absolute) & set("\r\n\0 \t<>\"'\\@"), absolute
        assert absolute.endswith("/url"), absolute
    else:
        status(answer, 400)


scope.table(
    10,
    {
        "a Host with a user in it does not move the URL": "a.example@evil.example",
        "a Host with a path in it does not move the URL": "evil.example/x?",
        "a Host with a space": "a.example evil",
        "a Host with a fragment": "a.example#",
        "a Host with markup": '"><script>',
        "a Host with a backslash": "a.example\\evil",
        "an empty Host": "",
        "a Host with a control character": "a\x01b",
        "a Host that is not ASCII": "\xe9.example",
    },
    odd_host,
)


def odd_scope(framework: Framework, changes: dict[str, Any]) -> None:
    status(get(framework.app(), "/client", **changes), 200)


scope.table(
    30,
    {
        "a server at a unix socket has no port": {"server": ("/run/app.sock", None)},
        "no server is known": {"server": None},
        "no client is known": {"client": None},
        "no raw path": {"raw_path": None},
        "an HTTP/2 request": {"http_version": "2"},
        "an HTTP/3 request": {"http_version": "3"},
        "an ASGI version that is not known": {"asgi": {"version": "4.0", "spec_version": "9"}},
        "extensions and state are left alone": {"extensions": {"x": {"y": 1}}, "state": {"a": 1}},
        "pairs of client as a list": {"client": ["127.0.0.1", 1]},
    },
    odd_scope,
)


@scope.case(45, "a scope with only what ASGI requires is answered")
def _(framework: Framework) -> None:
    bare: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/ok",
    }
    minimal: dict[str, Any] = bare | {"query_string": b"", "headers": [], "raw_path": b"/ok", "root_path": ""}
    status(answer_of(talk(framework.app(), minimal, [])), 200)


methods = Topic(1400, "Methods")


@methods.case(1, "HEAD is GET without the body, with its length")
def _(framework: Framework) -> None:
    whole, head = get(framework.app(), "/admin"), ask(framework.app(), "HEAD", "/admin")
    assert (head.status, head["content-length"]) == (200, whole["content-length"])


@methods.case(2, "a HEAD answer has no body even when the handler has one")
def _(framework: Framework) -> None:
    assert ask(framework.app(), "HEAD", "/boom").body == b""


@methods.case(3, "OPTIONS names the methods")
def _(framework: Framework) -> None:
    answer = ask(framework.app(), "OPTIONS", "/both")
    assert answer.status in {200, 204}
    assert {"GET", "HEAD", "POST", "OPTIONS"} <= {part.strip() for part in answer["allow"].split(",")}


@methods.case(4, "another method is 405 and names the allowed ones, HEAD too")
def _(framework: Framework) -> None:
    answer = status(ask(framework.app(), "DELETE", "/admin"), 405)
    assert {"GET", "HEAD"} <= {part.strip() for part in answer["allow"].split(",")}


def odd_method(framework: Framework, method: str) -> None:
    status(ask(framework.app(), method, "/admin"), 400, 405, 501)


methods.table(
    10,
    {
        "a method that does not exist": "BREW",
        "methods are case-sensitive: `get` is not GET": "get",
        "an empty method": "",
        "a method with a space": "GET /",
        "CONNECT": "CONNECT",
        "TRACE echoes nothing": "TRACE",
        "a method with NUL": "GET\0",
    },
    odd_method,
)


@methods.case(20, "methods are upper-cased where they are registered")
def _(framework: Framework) -> None:
    assert ask(framework.app(), "POST", "/both").text == "POST"
    assert get(framework.app(), "/both").text == "GET"


@methods.case(21, "X-HTTP-Method-Override is ignored")
def _(framework: Framework) -> None:
    assert ask(framework.app(), "POST", "/both", [("x-http-method-override", "DELETE")]).text == "POST"


@methods.case(22, "a `_method` field is ignored")
def _(framework: Framework) -> None:
    form = [("content-type", "application/x-www-form-urlencoded")]
    assert ask(framework.app(), "POST", "/both", form, b"_method=DELETE", query="_method=DELETE").text == "POST"


@methods.case(23, "405 on a path that does not exist is a 404")
def _(framework: Framework) -> None:
    status(ask(framework.app(), "DELETE", "/nowhere"), 404)


paths = Topic(1300, "Paths")


def not_admin(framework: Framework, path: str) -> None:
    answer = get(framework.app(), path)
    assert answer.status != 200, f"{path} reached {answer.text}"
    assert answer.status < 500
    for place in answer.all("location"):
        assert not place.startswith(("//", "/\\")), place


paths.table(
    1,
    {
        "//admin does not reach /admin": "//admin",
        "/admin// does not reach /admin": "/admin//",
        "/./admin does not reach /admin": "/./admin",
        "/x/../admin does not reach /admin": "/x/../admin",
        "/admin/. does not reach /admin": "/admin/.",
        "/ADMIN does not reach /admin": "/ADMIN",
        "/admin with NUL": "/admin\0",
        "/admin with LF": "/admin\n",
        "/admin with a space": "/admin ",
        "/admin with a semicolon parameter": "/admin;x=1",
        "a backslash is no slash": "\\admin",
        "a path without a slash": "admin",
        "an empty path": "",
        "`*`, as OPTIONS sends it": "*",
        "an absolute URL as path": "http://evil.example/admin",
        "/admin with a fullwidth letter": "/ａdmin",
        "/admin with a soft hyphen": "/ad\xadmin",
        "a path of 100,000 slashes": "/" * 100_000,
        "a path of 1 MB": "/" + "a" * 1_000_000,
    },
    not_admin,
)


def no_escape(framework: Framework, path: str) -> None:
    answer = get(framework.app(), path)
    assert answer.status in {307, 308, 301, 302, 404, 400}, answer.status
    for place in answer.all("location"):
        local = place.removeprefix("http://localhost").removeprefix("http://")
        assert "evil" not in local.split("/")[0], place
        assert not local.startswith(("//", "/\\")), place


paths.table(
    30,
    {
        "a slash redirect never starts with `//`": "//evil.example/folder",
        "nor with `/\\`": "/\\evil.example",
        "nor leaves by an encoded slash": "//evil.example/%2f..",
    },
    no_escape,
)


@paths.case(40, "a path without its slash is a 404, or a redirect that keeps the query")
def _(framework: Framework) -> None:
    answer = get(framework.app(), "/folder", query="q=a%20b")
    if answer.status != 404:
        status(answer, 301, 302, 307, 308)
        assert answer["location"].endswith("/folder/?q=a%20b"), answer["location"]


@paths.case(41, "a decoded path is not decoded again")
def _(framework: Framework) -> None:
    assert parsed(get(framework.app(), "/str/%61"))["value"] == "%61"


converters = Topic(1200, "Converters")


def converts(framework: Framework, row: tuple[str, str, Any]) -> None:
    path, kind, value = row
    assert parsed(get(framework.app(), path)) == {"type": kind, "value": value}


converters.table(
    1,
    {
        "int gives an int": ("/int/42", "int", 42),
        "int takes leading zeros": ("/int/007", "int", 7),
        "int takes 18 digits": ("/int/" + "9" * 18, "int", 10**18 - 1),
        "float gives a float": ("/float/1.5", "float", 1.5),
        "float takes a whole number": ("/float/2", "float", 2.0),
        "str takes a segment": ("/str/a b", "str", "a b"),
        "path takes slashes": ("/path/a/b/c", "str", "a/b/c"),
        "path takes text that is not ASCII": ("/path/é/😀", "str", "é/😀"),
    },
    converts,
)


def not_converted(framework: Framework, path: str) -> None:
    status(get(framework.app(), path), 404)


converters.table(
    20,
    {
        "int does not take Arabic digits": "/int/٣",
        "int does not take a superscript": "/int/²",
        "int does not take a trailing newline": "/int/1\n",
        "int does not take a sign": "/int/-1",
        "int does not take `+1`": "/int/+1",
        "int does not take an underscore": "/int/1_000",
        "int does not take a space": "/int/ 1",
        "int does not take 5,000 digits (ValueError, 500)": "/int/" + "9" * 5000,
        "int does not take 40 digits, which no database holds": "/int/" + "9" * 40,
        "int does not take hexadecimal": "/int/0x10",
        "int does not take nothing": "/int/",
        "float does not take `inf`": "/float/inf",
        "float does not take `nan`": "/float/nan",
        "float does not become infinite": "/float/" + "9" * 400,
        "float does not take `1e5`": "/float/1e5",
        "float does not take `1.`": "/float/1.",
        "float does not take `.5`": "/float/.5",
        "float does not take Arabic digits": "/float/٣.٣",
        "float does not take a trailing newline": "/float/1.5\n",
        "str does not take a slash": "/str/a/b",
        "str does not take nothing": "/str/",
        "str does not take NUL": "/str/a\0b",
        "path does not take `..`": "/path/a/../b",
        "path does not take a leading slash, which is absolute": "/path//etc/passwd",
    },
    not_converted,
)


@converters.case(60, "a value that an annotation cannot take is a 404, never text in an int")
def _(framework: Framework) -> None:
    if framework.name == "Starlette":
        raise NotThere
    status(get(framework.app(), "/annotated/x"), 404)
    assert parsed(get(framework.app(), "/annotated/5"))["type"] == "int"


def bad_route(framework: Framework, path: str) -> None:
    refused(lambda: framework.registered(path))


converters.table(
    61,
    {
        "an unknown converter is an error where it is registered": "/{id:uuid4}",
        "so is one that looks like a regular expression": "/{id:[0-9]+}",
        "so is a parameter twice": "/{a}/{a}",
        "so is a path parameter that is not last": "/{rest:path}/x",
        "so is a path without a slash": "x",
        "so is `..`": "/a/../b",
        "so is a brace that does not close": "/{a",
        "so is a name that is no name": "/{1a}",
        "so is an encoded path": "/caf%C3%A9",
        "so is a query": "/a?b=1",
        "so is a control character": "/a\nb",
    },
    bad_route,
)


@converters.case(80, "text in a route is text, not a regular expression")
def _(framework: Framework) -> None:
    app = framework.registered("/a.b+c")
    status(get(app, "/a.b+c"), 200)
    status(get(app, "/axbbc"), 404)


def unfillable(framework: Framework, row: tuple[str, Any]) -> None:
    name, value = row
    refused(lambda: framework.url_for(name, value=value))


converters.table(
    81,
    {
        "a URL with a slash in a segment": ("str", "a/b"),
        "a URL with an empty segment": ("str", ""),
        "a URL with `..` as a segment": ("str", ".."),
        "a URL with text for an int": ("int", "x"),
        "a URL with a negative int": ("int", -1),
        "a URL with an infinite float": ("float", float("inf")),
        "a URL with NaN": ("float", float("nan")),
        "a URL with a path that would leave": ("path", "../x"),
        "a URL with None": ("str", None),
    },
    unfillable,
)


@converters.case(90, "the URL of a value is percent-encoded")
def _(framework: Framework) -> None:
    assert framework.url_for("str", value="a b?#é%") == "/str/a%20b%3F%23%C3%A9%25"


@converters.case(91, "a URL never starts with `//`")
def _(framework: Framework) -> None:
    try:
        assert not framework.url_for("path", value="/evil.example").startswith("//")
    except ValueError:
        return
