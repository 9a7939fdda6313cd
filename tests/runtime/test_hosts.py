"""Hosts that are answered for, and proxies that are believed."""

# Handlers written as a lambda have no types.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from pathlib import Path
from typing import Any

import pytest

from chirp import App, AppConfig, ConfigurationError, Request
from chirp.middleware import AllowedHosts
from tests.runtime.driver import ask, get, make_app


def hosts_app(folder: Path, *hosts: str, **settings: Any) -> App:
    app = make_app(folder, **settings)
    if hosts:
        app.add_middleware(AllowedHosts(hosts))
    app.route("/")(lambda: "x")
    return app


NAMES = ("example.com", "*.example.org", "[2001:db8::1]", "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "EXAMPLE.com",
        "example.com:80",
        "example.com:65535",
        "example.com.",
        "a.example.org",
        "a.b.example.org:8000",
        "[2001:db8::1]",
        "[2001:DB8::1]:8000",
        "127.0.0.1:1",
    ],
)
def test_hosts_that_are_answered_for(tmp_path: Path, host: str) -> None:
    for app in (hosts_app(tmp_path, *NAMES), hosts_app(tmp_path, allowed_hosts=NAMES)):
        assert get(app, "/", ("host", host)).text == "x"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "example.com.evil.example",
        "evil-example.com",
        "sub.example.com",
        "example.org",
        ".example.org",
        "example.com:",
        "example.com..",
        "a..example.org",
        "example.com:123456",
        "example.com:80a",
        "example.com:+80",
        "example.com:8 0",
        "example.com:\u00b2",
        "example.com:80:80",
        "user@example.com",
        "example.com@evil.example",
        "example.com/evil",
        "example.com?x",
        "example.com#x",
        "example.com\\evil",
        "example.com evil.example",
        " example.com",
        "example.com, evil.example",
        "example.com\t",
        "example.com\x00",
        "ex\u00e4mple.com",
        "2001:db8::1",
        "[2001:db8::1",
        "[2001:db8::1]x",
        "[2001:db8::1]:",
        "[::ffff:127.0.0.1%eth0]",
        "[example.com]",
        "[]",
        "",
        "*",
        "a" * 300 + ".example.org",
    ],
)
def test_hosts_that_are_not(tmp_path: Path, host: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = get(hosts_app(tmp_path, *NAMES), "/", ("host", host))
    assert (answer.status, answer.text) == (400, "this host is not served here")
    assert "is not in allowed_hosts" in caplog.text
    assert "\n" not in caplog.records[0].getMessage()


def test_a_refused_host_does_not_fill_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    get(hosts_app(tmp_path, "example.com"), "/", ("host", "a" * 5000))
    assert caplog.text.count("a" * 200) == 1
    assert "a" * 201 not in caplog.text


def test_one_host_and_only_one(tmp_path: Path) -> None:
    app = hosts_app(tmp_path, "example.com")
    assert get(app, "/").status == 400
    assert get(app, "/", ("host", "example.com"), ("host", "example.com")).status == 400
    assert get(app, "/", ("host", "example.com"), ("Host", "evil.example")).status == 400
    assert get(app, "/", ("host", "example.com"), ("x-forwarded-host", "evil.example")).status == 200
    assert get(app, "/", ("host", "evil.example"), ("x-forwarded-host", "example.com")).status == 400


def test_what_no_route_answers_is_refused_too(tmp_path: Path) -> None:
    app = hosts_app(tmp_path, "example.com")
    assert get(app, "/nope", ("host", "evil.example")).status == 400
    assert get(app, "/nope", ("host", "example.com")).status == 404


def test_in_debug_mode_this_machine_is_allowed_too(tmp_path: Path) -> None:
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]", "app.localhost"):
        assert get(hosts_app(tmp_path, "example.com", debug=True), "/", ("host", host)).status == 200
        assert get(hosts_app(tmp_path, "example.com"), "/", ("host", host)).status == 400


def test_without_hosts_everybody_is_welcome(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.add_middleware(AllowedHosts())
    app.route("/")(lambda: "x")
    assert get(app, "/", ("host", "anybody.example")).status == 200
    assert get(hosts_app(tmp_path, "*"), "/", ("host", "anybody.example")).status == 200


@pytest.mark.parametrize("pattern", ["https://example.com", "example.com:80", "exa mple", "", "*.", "a*.example.com"])
def test_patterns_that_match_nothing(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="is no host"):
        AllowedHosts([pattern])
    with pytest.raises(ConfigurationError, match="is no host"):
        App(AppConfig(allowed_hosts=(pattern,))).freeze()


def test_one_name_is_no_list() -> None:
    wrong: list[dict[str, Any]] = [
        {"allowed_hosts": "example.com"},
        {"trusted_proxies": "10.0.0.1"},
        {"observers": print},
    ]
    for settings in wrong:
        with pytest.raises(ConfigurationError, match=r"is a tuple: write \w+=\(…,\)"):
            AppConfig(**settings)
    assert AppConfig(allowed_hosts=["example.com"]).allowed_hosts == ("example.com",)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"AllowedHosts\(\['example.com'\]\)"):
        AllowedHosts("example.com")


# proxies


def proxied_app(folder: Path, *proxies: str) -> App:
    app = make_app(folder, trusted_proxies=proxies)

    @app.route("/")
    def handler(request: Request) -> list[object]:
        return [request.scheme, request.client and request.client[0], request.absolute_url]

    return app


def seen(app: App, peer: str | None, *headers: tuple[str, str]) -> str:
    client = None if peer is None else (peer, 4321)
    return ask(app, "GET", "/", headers=[("host", "inside"), *headers], client=client).text


FORWARDED = (
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "example.com"),
)
BELIEVED = '["https","203.0.113.9","https://example.com/"]'


def test_a_proxy_does_not_say_the_port_of_the_client(tmp_path: Path) -> None:
    app = make_app(tmp_path, trusted_proxies=("10.0.0.1",))
    app.route("/")(lambda request: list(request.client or ()))
    assert seen(app, "10.0.0.1", *FORWARDED) == '["203.0.113.9",0]'
    assert seen(app, "10.0.0.2", *FORWARDED) == '["10.0.0.2",4321]'


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7"])
def test_a_trusted_proxy_is_believed(tmp_path: Path, peer: str) -> None:
    assert seen(proxied_app(tmp_path, "10.0.0.0/8", "2001:db8::/32"), peer, *FORWARDED) == BELIEVED


@pytest.mark.parametrize("peer", ["11.0.0.1", "203.0.113.9", "2001:db9::1", "nonsense", "", None])
def test_anybody_else_is_not(tmp_path: Path, peer: str | None) -> None:
    answer = seen(proxied_app(tmp_path, "10.0.0.0/8", "2001:db8::/32"), peer, *FORWARDED)
    shown = "null" if not peer else f'"{peer}"'
    assert answer.replace('""', "null") == f'["http",{shown},"http://inside/"]'


def test_without_trusted_proxies_nobody_is(tmp_path: Path) -> None:
    assert seen(proxied_app(tmp_path), "127.0.0.1", *FORWARDED) == '["http","127.0.0.1","http://inside/"]'


def test_a_socket_is_trusted_by_name(tmp_path: Path) -> None:
    assert seen(proxied_app(tmp_path, "unix"), None, *FORWARDED) == BELIEVED
    assert seen(proxied_app(tmp_path, "10.0.0.1"), None, *FORWARDED) == '["http",null,"http://inside/"]'


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what the client claims comes first
        ("203.0.113.9, 10.9.9.9", "203.0.113.9"),  # through two proxies
        ("evil, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("203.0.113.9:5555", "203.0.113.9"),
        ("[2001:db8::1]:5555", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.9.9.9", "10.9.9.9"),  # a proxy asks for itself
        ("", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("203.0.113.9, <script>", "10.0.0.1"),
        (" , ,", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(tmp_path: Path, forwarded: str, client: str) -> None:
    app = proxied_app(tmp_path, "10.0.0.0/8")
    assert f'"{client}"' in seen(app, "10.0.0.1", ("x-forwarded-for", forwarded))


def test_several_lines_are_one_list(tmp_path: Path) -> None:
    app = proxied_app(tmp_path, "10.0.0.0/8")
    lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9")]
    assert '"203.0.113.9"' in seen(app, "10.0.0.1", *lines)


@pytest.mark.parametrize(
    ("protocol", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("http, https", "https"), ("ws", "http"), ("javascript", "http")],
)
def test_the_scheme_is_what_the_proxy_added(tmp_path: Path, protocol: str, scheme: str) -> None:
    app = proxied_app(tmp_path, "10.0.0.0/8")
    sent = (("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", protocol))
    assert seen(app, "10.0.0.1", *sent).startswith(f'["{scheme}"')


def test_through_two_proxies_the_outer_one_says_what_came_in(tmp_path: Path) -> None:
    app = proxied_app(tmp_path, "10.0.0.0/8")
    sent = (("x-forwarded-for", "203.0.113.9, 10.9.9.9"), ("x-forwarded-proto", "https, http"))
    assert seen(app, "10.0.0.1", *sent).startswith('["https"')


@pytest.mark.parametrize("host", ["user@evil.example", "a b", "evil.example/x", "\xff", ""])
def test_what_is_no_host_is_not_taken_from_a_proxy_either(tmp_path: Path, host: str) -> None:
    app = proxied_app(tmp_path, "10.0.0.0/8")
    assert '"http://inside/"' in seen(app, "10.0.0.1", ("x-forwarded-host", host))


def test_the_host_that_a_proxy_names_is_checked(tmp_path: Path) -> None:
    app = hosts_app(tmp_path, allowed_hosts=("example.com",), trusted_proxies=("10.0.0.1",))
    for host, status in (("example.com", 200), ("evil.example", 400)):
        sent = [("host", "inside"), ("x-forwarded-host", host)]
        assert ask(app, "GET", "/", headers=sent, client=("10.0.0.1", 1)).status == status


def test_names_with_an_underscore_are_not_there(tmp_path: Path) -> None:
    """Proxies that remove `X-Forwarded-For` let `X_Forwarded_For` through."""
    app = make_app(tmp_path, trusted_proxies=("10.0.0.1",))

    @app.route("/")
    def handler(request: Request) -> list[object]:
        headers = request.headers
        assert headers.get("x-forwarded-proto") is None
        assert headers.get("x_forwarded_proto") is None
        assert headers.get_list("X_Forwarded_Proto") == []
        assert "x_forwarded_proto" not in headers
        return [request.scheme, sorted(headers), len(headers), len(headers.raw)]

    sent = [("x_forwarded_proto", "https"), ("X_Forwarded-For", "1.2.3.4"), ("x-a", "1")]
    assert ask(app, "GET", "/", headers=sent, client=("10.0.0.1", 1)).text == '["http",["x-a"],1,3]'


@pytest.mark.parametrize("name", ["example.com", "10.0.0.0/33", "10.0.0.1/8", "", "Unix"])
def test_proxies_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"trusted_proxies: .* write `10.0.0.1`"):
        proxied_app(tmp_path, name).freeze()
