"""Headers, query, forms, cookies: immutable mappings that parse what clients send, and refuse what they must not."""

from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirp._internal.multimap import MultiValueMapping
from chirp.errors import BadRequest, MissingKey
from chirp.http import FormData, Headers, QueryParams, SetCookie, parse_cookies
from chirp.http.cookies import MAX_COOKIE_BYTES, MAX_COOKIES, quote_value, unquote_value
from chirp.http.query import decode_pairs


def quote_some(text: str) -> str:
    """Text in which only what is not ASCII is percent-encoded."""
    return "".join(char if char.isascii() else quote_plus(char) for char in text)


RAW = ((b"Host", b"a"), (b"X-Two", b"1"), (b"x-two", b"2"), (b"X-Latin", b"caf\xe9"))


def test_headers_are_a_case_insensitive_mapping() -> None:
    headers = Headers(RAW)
    assert headers["host"] == headers["HOST"] == "a"
    assert headers["x-two"] == "1"
    assert headers.get("X-Latin") == "café"
    assert headers.get("nope") is None
    assert headers.get("nope", "d") == "d"
    assert headers.get_list("X-TWO") == ["1", "2"]
    assert headers.get_list("nope") == []
    assert list(headers) == ["host", "x-two", "x-latin"]
    assert len(headers) == 3
    assert headers.raw == RAW
    assert "Host" in headers
    number: object = 1
    assert number not in headers
    with pytest.raises(KeyError, match="Nope"):
        headers["Nope"]


@pytest.mark.parametrize("key", ["", "€", "\ud800", "\u212a"])  # the last is KELVIN SIGN, whose lower case is k
def test_no_lookup_of_any_text_raises_anything_but_key_error(key: str) -> None:
    headers = Headers(((b"k", b"v"),))
    assert key not in headers
    assert headers.get(key) is None
    assert headers.get_list(key) == []
    with pytest.raises(KeyError):
        headers[key]


def test_headers_are_values() -> None:
    assert Headers([[b"A", b"1"]]) == Headers(((b"a", b"1"),))
    assert hash(Headers([[b"A", b"1"]])) == hash(Headers(((b"a", b"1"),)))
    assert Headers(((b"a", b"1"), (b"a", b"2"))) != Headers(((b"a", b"1"),))
    assert Headers() != {}
    with pytest.raises(AttributeError):
        Headers().raw = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Headers()._source = ()  # pyright: ignore[reportPrivateUsage]
    assert "secret" not in repr(Headers(((b"cookie", b"secret"),)))


def test_query_parameters_are_a_multi_value_mapping() -> None:
    query = QueryParams(b"q=a+b%20c&tag=1&tag=2&blank=&flag&&=x&e=%C3%A9&raw=\xc3\xa9&eq=a=b")
    assert query["q"] == "a b c"
    assert query["tag"] == "1"
    assert query.get_list("tag") == ["1", "2"]
    assert query["blank"] == query["flag"] == ""
    assert query[""] == "x"
    assert query["e"] == query["raw"] == "é"
    assert query["eq"] == "a=b"
    assert query.get("nope") is None
    assert query.get("nope", "d") == "d"
    assert query.get_list("nope") == []
    assert "tag" in query
    assert len(query) == 8
    assert list(query)[:2] == ["q", "tag"]
    assert query.raw.startswith(b"q=a+b")
    assert QueryParams(b"a=1&a=2") == QueryParams(b"a=1&a=2") != QueryParams(b"a=1")
    assert hash(QueryParams(b"a=1&b=2")) == hash(QueryParams(b"b=2&a=1"))
    assert QueryParams() != {}
    with pytest.raises(AttributeError):
        query.raw = b""
    assert repr(QueryParams(b"a=1")) == "QueryParams({'a': ['1']})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5),
        ("-5", -5),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("", 0),
        ("9" * 19, 0),
        ("+5", 0),
        ("--5", 0),
        ("5_0", 0),
        ("%205", 0),
        ("5%0A", 0),
        ("%D9%A3", 0),
        ("%C2%B2", 0),
        ("5.0", 0),
        ("abc", 0),
    ],
)
def test_get_int_takes_ascii_digits(text: str, expected: int) -> None:
    query = QueryParams(b"n=" + text.encode())
    assert query.get_int("n", 0) == expected
    assert query.get_int("n") == (expected if expected or text == "0" else None)
    assert query.get_int("missing", 3) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("1", True), ("YES", True), ("On", True), ("0", False), ("", False), ("maybe", False)],
)
def test_get_bool(text: str, expected: bool) -> None:
    query = QueryParams(b"b=" + text.encode())
    assert query.get_bool("b") is expected
    assert query.get_bool("missing", True) is True
    assert query.get_bool("missing") is None


@pytest.mark.parametrize("encoded", [b"a=%ff", b"%ff=a", b"a=\xff", b"a=%ed%a0%80"])
def test_text_that_is_not_utf8_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        QueryParams(encoded)
    with pytest.raises(ValueError, match="not UTF-8"):
        FormData.from_urlencoded(encoded)


def test_the_number_of_fields_is_bounded() -> None:
    assert len(QueryParams(b"&".join(b"a%d=1" % n for n in range(1000)))) == 1000
    with pytest.raises(ValueError, match="more than 1000 fields"):
        QueryParams(b"&" * 1000)
    with pytest.raises(ValueError, match="more than 2 fields"):
        FormData.from_urlencoded(b"a=1&b=2&c=3", 2)


def test_a_missing_key_is_a_bad_request() -> None:
    with pytest.raises(MissingKey, match="missing: q") as caught:
        QueryParams()["q"]
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, BadRequest)
    assert caught.value.status == 400


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=8))
def test_encoded_pairs_come_back(pairs: list[tuple[str, str]]) -> None:
    pairs = [pair for pair in pairs if pair != ("", "")]
    encoded = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    form = FormData.from_urlencoded(encoded)
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert {name: form.get_list(name) for name in form} == expected


@given(st.text("ab=&%+ 0cé", max_size=20).map(quote_some))
def test_the_standard_library_splits_alike(encoded: str) -> None:
    try:
        expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(ValueError, match="not UTF-8"):
            decode_pairs(encoded.encode(), 1000)
    else:
        assert decode_pairs(encoded.encode(), 1000) == expected


def test_all_of_them_are_multi_value_mappings() -> None:
    mappings: list[MultiValueMapping] = [
        Headers(((b"a", b"1"), (b"A", b"2"))),
        QueryParams(b"a=1&a=2"),
        FormData.from_urlencoded(b"a=1&a=2"),
    ]
    for mapping in mappings:
        assert (mapping["a"], mapping.get_list("a")) == ("1", ["1", "2"])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_query_or_refused(encoded: bytes) -> None:
    try:
        query = QueryParams(encoded)
    except ValueError:
        return
    for name in query:
        assert query.get_list(name)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], {}),
        ([""], {}),
        (["a=1"], {"a": "1"}),
        (["a=1; b=2"], {"a": "1", "b": "2"}),
        (["a=1;b=2"], {"a": "1", "b": "2"}),
        (["a=1", "b=2"], {"a": "1", "b": "2"}),
        ([" a = 1 ;; b=2;"], {"a": "1", "b": "2"}),
        (["a=1; a=2"], {"a": "1"}),
        (["a"], {}),
        (["=x; a=1"], {"a": "1"}),
        (["a=b=c"], {"a": "b=c"}),
        (["a="], {"a": ""}),
        (["a=%20"], {"a": "%20"}),
        (['a="b c"'], {"a": "b c"}),
        (['a="b\\054c\\073"'], {"a": "b,c;"}),
        (['a="\\303\\251"'], {"a": "é"}),
        (['a="\\377"'], {"a": "ÿ"}),
        (['a="q\\"q\\\\"'], {"a": 'q"q\\'}),
        (['a="\\9\\08\\"'], {"a": "908\\"}),
        (['a="'], {"a": '"'}),
        (['a="b'], {"a": '"b'}),
        (["é=1"], {"é": "1"}),
    ],
)
def test_parsing_cookies(lines: list[str], expected: dict[str, str]) -> None:
    assert parse_cookies(lines) == expected


def test_cookies_beyond_the_limits_are_ignored() -> None:
    assert len(parse_cookies(["; ".join(f"c{n}=1" for n in range(MAX_COOKIES + 50))])) == MAX_COOKIES
    assert list(parse_cookies(["a=1; b=" + "x" * MAX_COOKIE_BYTES + "; c=1"])) == ["a", "b"]


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=3))
def test_no_cookie_header_raises(lines: list[str]) -> None:
    for name, value in parse_cookies(lines).items():
        assert name
        assert isinstance(value, str)


@given(st.text(max_size=40))
def test_a_cookie_value_comes_back(value: str) -> None:
    quoted = quote_value(value)
    assert quoted.isascii()
    assert not set(quoted) & set(";,\r\n\0")
    assert unquote_value(quoted) == value
    assert parse_cookies([f"x=1; name={quoted}"])["name"] == value


@given(st.text("abc;=, \\\"'é", max_size=12))
def test_the_standard_library_reads_our_quoting(value: str) -> None:
    jar: SimpleCookie = SimpleCookie()
    jar.load(f"name={quote_value(value)}")
    read = jar["name"].value
    assert read == value or read.encode("latin-1").decode() == value


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        (SetCookie("a", "1"), "a=1; Path=/; HttpOnly; SameSite=lax"),
        (SetCookie("a", "b c"), 'a="b c"; Path=/; HttpOnly; SameSite=lax'),
        (
            SetCookie("a", "1", 60, "/x", "example.com", True, False, "Strict"),
            "a=1; Max-Age=60; Path=/x; Domain=example.com; Secure; SameSite=Strict",
        ),
        (
            SetCookie("__Host-a", "1", secure=True, samesite="none", partitioned=True),
            "__Host-a=1; Path=/; Secure; HttpOnly; SameSite=none; Partitioned",
        ),
        (SetCookie("a", "1", path="", samesite=""), "a=1; HttpOnly"),
    ],
)
def test_writing_a_cookie(cookie: SetCookie, expected: str) -> None:
    assert cookie.to_header_value() == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a;b"},
        {"name": "a=b"},
        {"name": "a\r\nX"},
        {"name": "é"},
        {"path": "/; Domain=evil"},
        {"path": "/\r\n"},
        {"domain": "a; Path=/evil"},
        {"domain": "é.example"},
        {"samesite": "sometimes"},
        {"samesite": "None"},
        {"partitioned": True},
        {"name": "__Secure-a"},
        {"name": "__Host-a"},
        {"name": "__host-a", "secure": True, "path": "/x"},
        {"name": "__Host-a", "secure": True, "domain": "example.com"},
        {"value": "x" * 4096},
    ],
)
def test_what_no_browser_would_take_is_refused(arguments: dict[str, Any]) -> None:
    complete: dict[str, Any] = {"name": "a", "value": "1"}
    with pytest.raises(ValueError, match=r".+"):
        SetCookie(**complete | arguments)
