"""Hostile cases: cookies, written and read."""

from typing import Any

from tests.hostile.case import Topic, refused
from tests.hostile.framework import Framework, ask, get
from tests.hostile.reading import parsed

writing = Topic(300, "Writing cookies")


def bad_cookie(framework: Framework, arguments: dict[str, Any]) -> None:
    complete: dict[str, Any] = {"name": "a", "value": "1"}
    refused(lambda: framework.cookie(**complete | arguments))


writing.table(
    1,
    {
        "a cookie name with CR LF": {"name": "a\r\nX"},
        "a cookie name with `;`": {"name": "a;b"},
        "a cookie name with `=`": {"name": "a=b"},
        "a cookie name with a space": {"name": "a b"},
        "an empty cookie name": {"name": ""},
        "a cookie name that is not ASCII": {"name": "é"},
        "a cookie path with `;`": {"path": "/; Domain=evil.example"},
        "a cookie path with CR LF": {"path": "/\r\nX: 1"},
        "a cookie path that is not ASCII": {"path": "/é"},
        "a cookie path with NUL": {"path": "/\0"},
        "a cookie domain with `;`": {"domain": "a.example; Path=/evil"},
        "a cookie domain with CR LF": {"domain": "a.example\r\nX: 1"},
        "a cookie domain that is not ASCII (it is written in its IDNA form)": {"domain": "é.example"},
        "samesite that is neither lax, strict nor none": {"samesite": "sometimes"},
        "samesite with an attribute in it": {"samesite": "lax; Domain=evil"},
        "samesite none without secure": {"samesite": "none"},
        "a partitioned cookie without secure": {"partitioned": True},
        "a __Secure- cookie without secure": {"name": "__Secure-a"},
        "a __Host- cookie without secure": {"name": "__Host-a"},
        "a __Host- cookie with another path": {"name": "__Host-a", "secure": True, "path": "/x"},
        "a __Host- cookie with a domain": {"name": "__Host-a", "secure": True, "domain": "a.example"},
        "a __host- cookie in lower case, which browsers take as the same": {"name": "__host-a", "path": "/x"},
        "a cookie larger than 4096 bytes, which browsers drop": {"value": "x" * 4096},
        "a cookie whose quoted value is larger than 4096 bytes": {"value": ";" * 2000},
    },
    bad_cookie,
)


def round_trip(framework: Framework, value: str) -> None:
    line = framework.cookie("name", value)
    pair = line.split(";")[0]
    assert line.isascii(), line
    assert not set(line) & set("\r\n\0"), line
    answer = get(framework.app(), "/cookies", ("cookie", f"first=1; {pair}; last=2"))
    assert parsed(answer) == {"first": "1", "name": value, "last": "2"}, answer.text


writing.table(
    30,
    {
        "a value with `;` comes back": "a; Domain=evil",
        "a value with CR LF comes back, and adds no line": "a\r\nX: 1",
        "a value with quotes comes back": 'say "hi"',
        "a value with a backslash comes back": "a\\b\\",
        "a value with a comma comes back": "a,b",
        "a value that is not ASCII comes back": "é€😀",
        "a value with NUL comes back": "a\0b",
        "a value with spaces at both ends comes back": " a ",
        "an empty value comes back": "",
        "a value with `=` and `%` comes back": "a=b%20c",
        "a value that looks quoted comes back": '"x"',
    },
    round_trip,
)


@writing.case(50, "the attributes are written, in a fixed order")
def _(framework: Framework) -> None:
    line = framework.cookie("a", "1", max_age=60, path="/x", domain="a.example", secure=True, samesite="strict")
    got = {part.split("=")[0].strip().lower() for part in line.split(";")[1:]}
    assert got == {"max-age", "path", "domain", "secure", "httponly", "samesite"}


@writing.case(51, "a deleted cookie has Max-Age=0")
def _(framework: Framework) -> None:
    assert "max-age=0" in framework.deleted_cookie("a").lower()


@writing.case(52, "a deleted cookie can name its domain")
def _(framework: Framework) -> None:
    assert "domain=a.example" in framework.deleted_cookie("a", domain="a.example").lower()


@writing.case(53, "a deleted __Host- cookie is secure, or browsers keep it")
def _(framework: Framework) -> None:
    assert "; secure" in framework.deleted_cookie("__Host-a").lower()


@writing.case(54, "deleting cannot inject an attribute")
def _(framework: Framework) -> None:
    refused(lambda: framework.deleted_cookie("a", path="/; Domain=evil"))


@writing.case(55, "a cookie is HttpOnly and SameSite=Lax unless said otherwise")
def _(framework: Framework) -> None:
    line = framework.cookie("a").lower()
    assert "samesite=lax" in line
    assert "httponly" in line


reading = Topic(400, "Reading cookies")


def read(framework: Framework, row: tuple[list[str], dict[str, str]]) -> None:
    lines, expected = row
    answer = get(framework.app(), "/cookies", *(("cookie", line) for line in lines))
    assert parsed(answer) == expected, answer.text


reading.table(
    1,
    {
        "an empty Cookie header": ([""], {}),
        "several Cookie headers are joined, as HTTP/2 sends them": (["a=1", "b=2"], {"a": "1", "b": "2"}),
        "the first of equal names wins: a neighbour cannot toss one in": (["a=mine; a=tossed"], {"a": "mine"}),
        "the first of equal names in two lines wins": (["a=mine", "a=tossed"], {"a": "mine"}),
        "a pair without `=` is ignored": (["junk; a=1"], {"a": "1"}),
        "a pair without a name is ignored": (["=x; a=1"], {"a": "1"}),
        "empty pairs are ignored": (["; ;; a=1 ;"], {"a": "1"}),
        "`=` in a value stays": (["a=b=c"], {"a": "b=c"}),
        "a percent sign stays": (["a=%41%"], {"a": "%41%"}),
        "a quoted value is unquoted": (['a="b c"'], {"a": "b c"}),
        "an octal escape is undone": (['a="b\\054c"'], {"a": "b,c"}),
        "an escaped quote is undone": (['a="b\\"c"'], {"a": 'b"c'}),
        "a lone quote stays": (['a="'], {"a": '"'}),
        "an unterminated quoted value stays": (['a="b'], {"a": '"b'}),
        "a backslash without an escape does no harm": (['a="\\9\\"; b=2'], {"a": "9\\", "b": "2"}),
        "an octal escape that is no UTF-8 is one character": (['a="\\377"'], {"a": "ÿ"}),
        "a name that Python knows": (["__proto__=1; a=1"], {"__proto__": "1", "a": "1"}),
        "blanks around names and values go": ([" a = 1 ; b=2"], {"a": "1", "b": "2"}),
        "no space after `;`": (["a=1;b=2"], {"a": "1", "b": "2"}),
        "tabs around a pair": (["a=1;\tb=2\t"], {"a": "1", "b": "2"}),
    },
    read,
)


def tolerated(framework: Framework, line: str) -> None:
    answer = get(framework.app(), "/cookies", ("cookie", line))
    assert answer.status in {200, 400}, answer.status


reading.table(
    30,
    {
        "control characters in a Cookie header are no 500": "a=\x00\x01\x1f; b=\x7f",
        "high bytes in a Cookie header are no 500": "ÿ=ÿ; é=\x80",
        "ten thousand backslashes are no 500 and take no time": 'a="' + "\\" * 10_000 + '"',
        "ten thousand octal escapes take no time": 'a="' + "\\101" * 10_000 + '"',
        "ten thousand quotes take no time": "a=" + '"' * 10_000,
        "ten thousand semicolons": ";" * 10_000,
        "ten thousand equal signs": "=" * 10_000,
    },
    tolerated,
)


@reading.case(40, "a Cookie header of 1 MB gives a bounded number of cookies")
def _(framework: Framework) -> None:
    line = "; ".join(f"c{n}=1" for n in range(100_000))
    answer = ask(framework.app(), "GET", "/cookies", [("cookie", line)])
    assert answer.status in {200, 400, 431}
    assert answer.status != 200 or len(parsed(answer)) <= 1000


@reading.case(41, "one cookie of 1 MB is not kept whole")
def _(framework: Framework) -> None:
    answer = ask(framework.app(), "GET", "/cookies", [("cookie", "a=" + "x" * 1_000_000)])
    assert answer.status in {200, 400, 431}
    assert len(answer.body) < 100_000
