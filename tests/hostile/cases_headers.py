"""Hostile cases: the headers of a response, redirects, and what htmx is told."""

from typing import Any

from tests.hostile.case import Topic, refused
from tests.hostile.framework import Framework

injection = Topic(100, "Response headers")


def bad_name(framework: Framework, name: str) -> None:
    refused(lambda: framework.header(name, "v"))


def bad_value(framework: Framework, value: str) -> None:
    refused(lambda: framework.header("x-a", value))


injection.table(
    1,
    {
        "a header name with CR LF is refused where it is set": "x-a\r\nx-b",
        "a header name with LF": "x-a\n",
        "a header name with CR": "x-a\r",
        "a header name with NUL": "x\0a",
        "a header name with a space": "x a",
        "a header name with a colon": "x:a",
        "a header name with DEL": "x\x7fa",
        "a header name with a non-ASCII letter": "x-é",
        "an empty header name": "",
        "a header name with a tab": "x\ta",
        "a header name in parentheses": "x(a)",
    },
    bad_name,
)
injection.table(
    20,
    {
        "a header value with CR LF is refused where it is set": "a\r\nSet-Cookie: x=1",
        "a header value with a bare LF": "a\nX: 1",
        "a header value with a bare CR": "a\rX: 1",
        "a header value with NUL": "a\0b",
        "a header value with ESC": "a\x1bb",
        "a header value with DEL": "a\x7fb",
        "a header value with VT": "a\x0bb",
        "a header value that ends in LF": "a\n",
        "a header value that latin-1 cannot hold": "€",
        "a header value with a lone surrogate": "\ud800",
    },
    bad_value,
)


@injection.case(31, "a tab inside a header value is legal and kept")
def _(framework: Framework) -> None:
    assert framework.header("x-a", "a\tb")["x-a"] == "a\tb"


@injection.case(32, "latin-1 text in a header value is legal and kept")
def _(framework: Framework) -> None:
    assert framework.header("x-a", "café")["x-a"] == "café"


@injection.case(33, "a token of punctuation is a legal header name")
def _(framework: Framework) -> None:
    assert framework.header("x!#$%&'*+-.^_`|~", "v")["x!#$%&'*+-.^_`|~"] == "v"


def bad_content_type(framework: Framework, value: str) -> None:
    refused(lambda: framework.content_type(value))


injection.table(
    40,
    {
        "a content type with CR LF": "text/html\r\nX: 1",
        "a content type with NUL": "text/html\0",
        "a content type that latin-1 cannot hold": "text/€",
    },
    bad_content_type,
)


def bad_location(framework: Framework, url: str) -> None:
    refused(lambda: framework.redirect(url))


injection.table(
    50,
    {
        "a redirect to a URL with CR LF is refused, not encoded": "/a\r\nSet-Cookie: x=1",
        "a redirect to a URL with LF": "/a\nb",
        "a redirect to a URL with NUL": "/a\0b",
        "a redirect to a URL with a tab, which browsers drop": "/\t/evil.example",
        "a redirect to javascript:": "javascript:alert(1)",
        "a redirect to data:": "data:text/html,x",
        "a redirect to JavaScript: with a blank before it": " JavaScript:alert(1)",
        "a redirect to vbscript:": "vbscript:x",
    },
    bad_location,
)


@injection.case(60, "a redirect's URL is percent-encoded, and what was encoded is not again")
def _(framework: Framework) -> None:
    assert framework.redirect("/é?q=a b&x=%20#z")["location"] == "/%C3%A9?q=a%20b&x=%20#z"


def bad_redirect_status(framework: Framework, status: Any) -> None:
    refused(lambda: framework.redirect("/", status))


injection.table(
    61,
    {
        "a redirect with status 200": 200,
        "a redirect with status 404": 404,
        "a redirect with status 304": 304,
        "a redirect with status True": True,
    },
    bad_redirect_status,
)


def bad_status(framework: Framework, status: Any) -> None:
    refused(lambda: framework.status(status))


injection.table(
    70,
    {
        "status 99999": 99999,
        "status 99": 99,
        "status 0": 0,
        "status -1": -1,
        "status True": True,
        "status as text": "200",
        "status 101, which is no answer": 101,
        "status 600": 600,
        "status 200.0": 200.0,
    },
    bad_status,
)


@injection.case(80, "a 204 has no body, no content length and no content type")
def _(framework: Framework) -> None:
    answer = framework.status(204)
    assert answer.body == b""
    assert answer.all("content-length") == []


@injection.case(81, "a 304 has no body")
def _(framework: Framework) -> None:
    assert framework.status(304).body == b""


twice = Topic(200, "One header twice")


@twice.case(1, "setting a header again replaces it")
def _(framework: Framework) -> None:
    assert framework.header_twice("X-A", "1", "2").all("x-a") == ["2"]


@twice.case(2, "setting a header in another case replaces it")
def _(framework: Framework) -> None:
    assert framework.header_twice("x-A", "1", "2").all("x-a") == ["2"]


@twice.case(3, "a list header can be added")
def _(framework: Framework) -> None:
    assert framework.header_added("Link", "</a>", "</b>").all("link") == ["</a>", "</b>"]


@twice.case(4, "setting the content type leaves one content type")
def _(framework: Framework) -> None:
    assert framework.header("Content-Type", "text/plain").all("content-type") == ["text/plain"]


def owned(framework: Framework, name: str) -> None:
    refused(lambda: framework.header(name, "1"))


twice.table(
    10,
    {
        f"the application may not set {name}, which frames the message": name
        for name in (
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "Keep-Alive",
            "Upgrade",
            "TE",
            "Trailer",
            "Proxy-Connection",
        )
    },
    owned,
)


@twice.case(20, "nor add it")
def _(framework: Framework) -> None:
    refused(lambda: framework.header_added("Content-Length", "1", "2"))


@twice.case(21, "the content length is the length of the body, once")
def _(framework: Framework) -> None:
    answer = framework.header("x-a", "é")
    assert answer["content-length"] == str(len(answer.body))


htmx = Topic(1600, "What htmx is told")


def bad_place(framework: Framework, url: str) -> None:
    refused(lambda: framework.htmx("redirect", url))


@htmx.case(1, "HX-Redirect to javascript: is refused")
def _(framework: Framework) -> None:
    answer = framework.htmx("redirect", "javascript:alert(1)")
    assert answer.status == 500
    assert answer.all("hx-redirect") == []


@htmx.case(2, "HX-Redirect with CR LF is refused")
def _(framework: Framework) -> None:
    answer = framework.htmx("redirect", "/a\r\nx: 1")
    assert answer.status == 500
    assert answer.all("hx-redirect") == []


@htmx.case(3, "HX-Redirect to a place is percent-encoded")
def _(framework: Framework) -> None:
    assert framework.htmx("redirect", "/é")["hx-redirect"] == "/%C3%A9"


@htmx.case(4, "HX-Trigger is JSON in ASCII")
def _(framework: Framework) -> None:
    value = framework.htmx("trigger", {"saved": {"name": "é\r\n€"}})["hx-trigger"]
    assert value == '{"saved":{"name":"\\u00e9\\r\\n\\u20ac"}}'


@htmx.case(5, "HX-Trigger as text with CR LF is an error, not a header")
def _(framework: Framework) -> None:
    answer = framework.htmx("trigger", "a\r\nx: 1")
    assert answer.status == 500
    assert answer.all("x") == []


@htmx.case(6, "HX-Retarget with CR LF is an error, not a header")
def _(framework: Framework) -> None:
    answer = framework.htmx("retarget", "#a\r\nx: 1")
    assert answer.status == 500
    assert answer.all("x") == []


@htmx.case(7, "HX-Push-Url set by hand cannot hold CR LF")
def _(framework: Framework) -> None:
    refused(lambda: framework.htmx("HX-Push-Url", "/a\r\nx: 1"))
