"""Responses are immutable, and what cannot be sent is refused at the caller's line."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp import Redirect, Response


def test_each_change_is_a_new_response() -> None:
    first = Response("x")
    second = first.with_status(201).with_header("X-A", "1").with_content_type("text/plain").with_cookie("c", "v")
    assert first == Response("x")
    assert (second.status, second.content_type, second.header("x-a")) == (201, "text/plain", "1")
    assert second.header("set-cookie") == "c=v; Path=/; HttpOnly; SameSite=lax"
    with pytest.raises(AttributeError):
        first.status = 300  # type: ignore[misc]


def test_with_header_replaces_and_append_header_adds() -> None:
    response = Response().with_header("X-A", "1").with_header("x-a", "2").append_header("Link", "a")
    response = response.append_header("link", "b")
    assert response.headers == (("x-a", "2"), ("Link", "a"), ("link", "b"))
    assert response.header_list("LINK") == ["a", "b"]
    assert response.header("nope") is None
    assert Response().with_headers({"A": "1", "a": "2", "B": "3"}).headers == (("a", "2"), ("B", "3"))


def test_the_content_type_is_one_header() -> None:
    response = Response().with_header("Content-Type", "text/plain")
    assert (response.content_type, response.headers) == ("text/plain", ())
    assert response.header("content-type") == "text/plain"
    with pytest.raises(ValueError, match="content_type"):
        Response(headers=(("content-type", "text/plain"),))


def test_vary_is_merged() -> None:
    response = Response().with_vary("Cookie").with_vary("HX-Request", "cookie")
    assert response.headers == (("Vary", "Cookie, HX-Request"),)
    assert Response(headers=(("vary", "*"),)).with_vary("Cookie").headers == (("vary", "*"),)


def test_deleting_a_cookie() -> None:
    assert Response().without_cookie("a").header("set-cookie") == "a=; Max-Age=0; Path=/; HttpOnly; SameSite=lax"
    host = Response().without_cookie("__Host-a").header("set-cookie")
    assert host == "__Host-a=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=lax"
    elsewhere = Response().without_cookie("a", "/x", domain="example.com", secure=True).header("set-cookie")
    assert elsewhere == "a=; Max-Age=0; Path=/x; Domain=example.com; Secure; HttpOnly; SameSite=lax"


def test_the_body_as_text_and_as_bytes() -> None:
    assert (Response("é").body_bytes, Response("é").text) == (b"\xc3\xa9", "é")
    assert (Response(b"\xc3\xa9").body_bytes, Response(b"\xc3\xa9").text) == (b"\xc3\xa9", "é")


@pytest.mark.parametrize("status", [0, 100, 199, 600, 99999, True, "200", 200.0])
def test_what_is_no_status(status: int) -> None:
    with pytest.raises(ValueError, match="is not a response status"):
        Response(status=status)
    with pytest.raises(ValueError, match="is not a response status"):
        Response().with_status(status)


@pytest.mark.parametrize(
    "name", ["", "X A", "X:A", "X\r\nA", "é", "X\x00", "Content-Length", "transfer-encoding", "TE"]
)
def test_names_that_are_not_ours_to_send(name: str) -> None:
    attempts: list[Callable[[], Response]] = [
        lambda: Response().with_header(name, "v"),
        lambda: Response().append_header(name, "v"),
        lambda: Response().with_headers({name: "v"}),
        lambda: Response(headers=((name, "v"),)),
    ]
    for make in attempts:
        with pytest.raises(ValueError, match=r"header|belongs to the server"):
            make()


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\n", "a\r", "\x00", "\x1f", "\x7f", "€", "\ud800"])
def test_values_no_header_can_hold(value: str) -> None:
    attempts: list[Callable[[], Response]] = [
        lambda: Response().with_header("X-A", value),
        lambda: Response(headers=(("X-A", value),)),
        lambda: Response(content_type=value),
        lambda: Response().with_content_type(value),
    ]
    for make in attempts:
        with pytest.raises(ValueError, match="in a header value"):
            make()


@given(st.text(max_size=20))
def test_a_header_value_is_sent_as_given_or_refused(value: str) -> None:
    try:
        response = Response().with_header("X-A", value)
    except ValueError:
        return
    line = response.headers[0][1].encode("latin-1")
    assert not set(line) & (set(range(32)) - {9} | {127})


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/a", "/a"),
        ("https://example.com/?q=1#f", "https://example.com/?q=1#f"),
        ("/é ü", "/%C3%A9%20%C3%BC"),
        ("/a%20b", "/a%20b"),
        ("/\\evil.example", "/%5Cevil.example"),
        ('/"<>', "/%22%3C%3E"),
    ],
)
def test_a_redirect_location_has_url_characters_only(url: str, location: str) -> None:
    assert Redirect(url).location == location


@pytest.mark.parametrize("status", [200, 300, 304, 306, 400, True])
def test_what_is_no_redirect(status: int) -> None:
    with pytest.raises(ValueError, match="is not a redirect status"):
        Redirect("/", status)
