"""Files as responses: conditions, ranges, downloads, and that nothing is read which nobody gets."""

import asyncio
import os
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chirp import App, AppConfig, FileResponse, HTTPError, Next, Request, Response
from chirp.http.files import disposition, respond_with_file, type_of
from chirp.http.headers import Headers
from chirp.http.ranges import is_known, names_tag, parse_date, wanted_span, write_date
from chirp.http.response import SetCookie
from chirp.middleware import StaticFiles
from tests.runtime.driver import Answer, Message, answer_of, ask, exchange, get, http_scope, make_app

DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
SECONDS = 1795262400
LARGE = bytes(range(256)) * 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    root.mkdir()
    for name, data in [("small.txt", b"0123456789"), ("large.bin", LARGE), ("empty", b""), ("page.html", b"<p>")]:
        (root / name).write_bytes(data)
        os.utime(root / name, (SECONDS, SECONDS))
    (tmp_path / "secret").write_text("secret")
    return root


@pytest.fixture
def app(tmp_path: Path, folder: Path) -> App:
    app = make_app(tmp_path, static_dir=folder)

    @app.route("/{name}")
    async def file(name: str) -> FileResponse:
        return FileResponse(folder / name)

    @app.route("/def/{name}", methods=["GET", "POST"])
    def in_thread(name: str) -> FileResponse:
        return FileResponse(str(folder / name), headers=[("X-A", "1"), ("Cache-Control", "private")])

    @app.route("/below/{path:path}")
    def below(path: str) -> FileResponse:
        return FileResponse.below(folder, path)

    @app.route("/status/{name}")
    def status(name: str) -> tuple[FileResponse, int, dict[str, str]]:
        return FileResponse(folder / name), 404, {"X-B": "2"}

    @app.route("/download/{name}")
    def download(name: str, request: Request) -> FileResponse:
        shown = "inline" in request.query
        return FileResponse(folder / name, 200, "text/x-own", filename="Bericht é.txt", inline=shown)

    @app.route("/cookie")
    def cookie() -> Response:
        return FileResponse(folder / "small.txt", cookies=(SetCookie("a", "1"),)).with_cookie("b", "2")

    return app


@pytest.fixture(autouse=True)
def no_file_is_left_open() -> Generator[None]:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
    assert not before or len(list(descriptors.iterdir())) <= before


PATHS = ["/small.txt", "/def/small.txt", "/below/small.txt", "/static/small.txt"]


@pytest.mark.parametrize("path", PATHS)
def test_a_file(app: App, path: str) -> None:
    answer = get(app, path)
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"0123456789", "text/plain; charset=utf-8")
    assert (answer["last-modified"], answer["accept-ranges"], answer["content-length"]) == (DATE, "bytes", "10")
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["etag"].startswith('"')
    assert answer.all("content-disposition") == []
    head = ask(app, "HEAD", path)
    assert (head.status, head.body, head.headers) == (200, b"", answer.headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_large_file_comes_in_pieces(app: App, path: str) -> None:
    path = path.replace("small.txt", "large.bin")
    messages = asyncio.run(exchange(app, http_scope("GET", path), STAYS))
    bodies = [message["body"] for message in messages[1:]]
    assert b"".join(bodies) == LARGE
    assert len(bodies) > 3
    assert max(map(len, bodies)) <= 64 * 1024


class Staying(list[Any]):
    """Messages of a client that stays: `exchange` says that it left only when the list is empty."""

    def __iter__(self) -> Any:
        return iter([{"type": "http.request", "body": b"", "more_body": False}] * 1000)


STAYS = Staying()


def test_an_empty_file(app: App) -> None:
    answer = get(app, "/empty")
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"", "application/octet-stream")
    for wanted, status in [("bytes=0-", 416), ("bytes=-5", 200), ("bytes=0-0", 416)]:
        assert get(app, "/empty", ("range", wanted)).status == status


@pytest.mark.parametrize("path", ["/nope", "/def/nope", "/below/nope", "/static/nope", "/a\0b", "/" + "a" * 300])
def test_what_is_no_file_is_a_404(app: App, path: str) -> None:
    assert get(app, path).status == 404


def test_what_is_no_regular_file_is_a_404(app: App, folder: Path) -> None:
    (folder / "sub").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "out").symlink_to(folder.parent / "secret")
    (folder / "loop").symlink_to(folder / "loop")
    for base in ("", "/def", "/below", "/static"):
        for name in ("sub", "fifo", "loop"):
            assert get(app, f"{base}/{name}").status == 404, (base, name)
    for base in ("/below", "/static"):
        for name in ("out", "../secret", "sub/../../secret", "..\\secret", "/etc/passwd", "small.txt/", "", "."):
            assert get(app, f"{base}/{name}").status == 404, (base, name)
    assert get(app, "/out").text == "secret", "a path of the application's own is taken as it is"


# Conditions.


def validators(app: App) -> tuple[str, str]:
    answer = get(app, "/small.txt")
    return answer["etag"], answer["last-modified"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match(app: App, path: str, method: str) -> None:
    tag, _ = validators(app)
    for known in (tag, f"W/{tag}", f'"x", {tag}', f'"a,b" ,,W/{tag}', f'W/"x",{tag}', "*", " * "):
        answer = ask(app, method, path, headers=[("if-none-match", known)])
        assert (answer.status, answer.body, answer["etag"]) == (304, b"", tag), known
        assert answer.all("content-length") == answer.all("content-type") == []
    for other in ('"other"', tag.strip('"'), f"x{tag}", f'"x {tag}', '"', "", "W/", f'"other" {tag[:-1]}', '*, "x"'):
        assert ask(app, method, path, headers=[("if-none-match", other)]).status == 200, other
    several = [("if-none-match", '"x"'), ("if-none-match", tag)]
    assert ask(app, method, path, headers=several).status == 304


def test_if_modified_since(app: App) -> None:
    later, earlier = "Sun, 22 Nov 2026 12:00:00 GMT", "Fri, 20 Nov 2026 12:00:00 GMT"
    for since, status in [
        (DATE, 304), (later, 304), (earlier, 200), ("Saturday, 21-Nov-26 12:00:00 GMT", 304), ("x", 200), ("", 200),
        ("Sat, 99 Nov 2026 12:00:00 GMT", 200), ("0" * 1000, 200), ("Sat, 21 Nov 99999 12:00:00 GMT", 200),
        ("\xe9", 200),
    ]:  # fmt: skip
        assert get(app, "/small.txt", ("if-modified-since", since)).status == status, since
    both = [("if-none-match", '"other"'), ("if-modified-since", later)]
    assert get(app, "/small.txt", *both).status == 200, "If-None-Match decides alone"


def test_headers_of_the_application_stay(app: App) -> None:
    tag, _ = validators(app)
    for headers, status in [([], 200), ([("if-none-match", tag)], 304), ([("range", "bytes=0-1")], 206)]:
        answer = ask(app, "GET", "/def/small.txt", headers=headers)
        assert (answer.status, answer["x-a"], answer["cache-control"]) == (status, "1", "private")
    assert get(app, "/cookie").all("set-cookie")[1].startswith("b=2")


def test_another_status_or_method_has_no_parts(app: App) -> None:
    tag, _ = validators(app)
    for header in (("if-none-match", tag), ("range", "bytes=0-1")):
        answer = get(app, "/status/small.txt", header)
        assert (answer.status, answer.body, answer["x-b"]) == (404, b"0123456789", "2")
        posted = ask(app, "POST", "/def/small.txt", headers=[header])
        assert (posted.status, posted.body) == (200, b"0123456789")


# Ranges.


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("wanted", "status", "body", "said"),
    [
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=2-", 206, b"23456789", "bytes 2-9/10"),
        ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-100", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-9", 206, b"0123456789", "bytes 0-9/10"),
        ("BYTES = 1-1 ", 206, b"1", "bytes 1-1/10"),
        ("bytes=10-", 416, b"Range Not Satisfiable", "bytes */10"),
        ("bytes=10-12", 416, b"Range Not Satisfiable", "bytes */10"),
        ("bytes=999999999999999999-", 416, b"Range Not Satisfiable", "bytes */10"),
        ("bytes=-0", 416, b"Range Not Satisfiable", "bytes */10"),
        ("bytes=4-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(500)), 200, b"0123456789", None),
        ("bytes=", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes", 200, b"0123456789", None),
        ("0-1", 200, b"0123456789", None),
        ("items=0-1", 200, b"0123456789", None),
        ("Xbytes=0-1", 200, b"0123456789", None),
        (" bytes\t= 0-1 ", 206, b"01", "bytes 0-1/10"),
        ("bytes=a-b", 200, b"0123456789", None),
        ("bytes=+1-2", 200, b"0123456789", None),
        ("bytes=1_0-", 200, b"0123456789", None),
        ("bytes=0x1-", 200, b"0123456789", None),
        ("bytes=--1", 200, b"0123456789", None),
        ("bytes=\xb2-", 200, b"0123456789", None),
        ("bytes=1-\xb2", 200, b"0123456789", None),
        ("bytes=" + "9" * 19 + "-", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
    ],
)
def test_ranges(app: App, path: str, wanted: str, status: int, body: bytes, said: str | None) -> None:
    answer = get(app, path, ("range", wanted))
    assert (answer.status, answer.body) == (status, body)
    assert answer.all("content-range") == ([] if said is None else [said])
    assert answer["content-length"] == str(len(body))
    whole = ask(app, "HEAD", path, headers=[("range", wanted)])
    assert (whole.status, whole["content-length"]) == (200, "10"), "only a GET has ranges"


def test_two_range_lines_mean_the_whole(app: App) -> None:
    assert get(app, "/small.txt", ("range", "bytes=0-0"), ("range", "bytes=1-1")).status == 200


def test_if_range(app: App) -> None:
    tag, date = validators(app)
    for condition, status in [
        (tag, 206), (date, 206), ('"other"', 200), (f"W/{tag}", 200), ("Fri, 20 Nov 2026 12:00:00 GMT", 200),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 200), ("x", 200), ("", 200),
    ]:  # fmt: skip
        assert get(app, "/small.txt", ("range", "bytes=0-0"), ("if-range", condition)).status == status, condition
    assert get(app, "/small.txt", ("range", "bytes=0-0"), ("if-none-match", tag)).status == 304
    assert get(app, "/small.txt", ("range", "bytes=99-"), ("if-range", '"other"')).status == 200


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 300_000), st.integers(0, 300_000) | st.none())
def test_a_range_is_a_slice(first: int, last: int | None) -> None:
    answer = get(RANGED, "/", ("range", f"bytes={first}-{'' if last is None else last}"))
    expected = LARGE[first:] if last is None else LARGE[first : last + 1]
    if last is not None and last < first:
        assert (answer.status, answer.body) == (200, LARGE)
    elif expected:
        assert (answer.status, answer.body) == (206, expected)
        assert answer["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(LARGE)}"
    else:
        assert (answer.status, answer["content-range"]) == (416, f"bytes */{len(LARGE)}")


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300_000))
def test_a_suffix_is_a_slice(length: int) -> None:
    answer = get(RANGED, "/", ("range", f"bytes=-{length}"))
    assert (answer.status, answer.body) == (206, LARGE[-length:])


RANGED = App(AppConfig(static_dir=None))
FILE = Path(os.environ.get("TMPDIR", "/tmp")) / f"chirp-ranges-{os.getpid()}"


@RANGED.route("/")
def ranged() -> FileResponse:
    return FileResponse(FILE)


@pytest.fixture(scope="module", autouse=True)
def ranged_file() -> Generator[None]:
    FILE.write_bytes(LARGE)
    yield
    FILE.unlink()


@given(st.text(max_size=40), st.integers(0, 100))
def test_no_header_raises(text: str, size: int) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    headers = Headers([(name, raw) for name in (b"range", b"if-range", b"if-none-match", b"if-modified-since")])
    assert is_known(headers, '"t"', 5) in {True, False}
    for sent in (headers, Headers([(b"range", b"bytes=" + raw)])):
        span = wanted_span(sent, size, '"t"', 5)
        assert span is None or (0 <= span.start <= size and 0 <= span.length <= size - span.start)


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters='"'), max_size=4), max_size=4))
def test_a_tag_is_found_in_every_list_that_names_it(tags: list[str]) -> None:
    listed = ", ".join(f'W/"{tag}"' if index % 2 else f'"{tag}"' for index, tag in enumerate(tags))
    for tag in tags:
        assert names_tag(listed, f'"{tag}"')
        assert names_tag(listed, f'W/"{tag}"')
    assert not names_tag(listed, '"not there"')
    assert not names_tag(f'X"here", {listed}', '"here"')


@given(st.integers(0, 4_000_000_000))
def test_dates_are_read_back(seconds: int) -> None:
    assert parse_date(write_date(seconds + 0.9)) == seconds


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (2.0**60, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-(2.0**60), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (SECONDS + 0.5, DATE),
    ],
)
def test_any_time_of_a_file_has_a_date(seconds: float, said: str) -> None:
    assert write_date(seconds) == said


def test_a_broken_request_leaves_no_file_open(folder: Path) -> None:
    async def unread() -> Message:
        raise AssertionError("a file needs no body")

    broken = Request.from_asgi({"type": "http", "headers": ()}, unread)
    with pytest.raises(KeyError):
        respond_with_file(FileResponse(folder / "small.txt"), broken)


# Downloads.


def test_downloads(app: App) -> None:
    answer = get(app, "/download/page.html")
    expected = "attachment; filename=\"Bericht _.txt\"; filename*=UTF-8''Bericht%20%C3%A9.txt"
    assert (answer["content-disposition"], answer["content-type"]) == (expected, "text/x-own")
    assert get(app, "/download/page.html", query="inline")["content-disposition"].startswith("inline; ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ('a"b\\c.txt', 'attachment; filename="c.txt"'),
        ('a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("../x\r\nSet-Cookie: a=b", 'attachment; filename="xSet-Cookie: a=b"'),
        ("50%.txt", 'attachment; filename="50%.txt"'),
        ("", 'attachment; filename="unnamed"'),
        ("日.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%E6%97%A5.txt"),
    ],
)
def test_names_of_downloads(name: str, expected: str) -> None:
    assert disposition(name) == expected


@given(st.text())
def test_any_name_makes_a_header(name: str) -> None:
    Response(headers=[("Content-Disposition", disposition(name))])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.SVG", "image/svg+xml; charset=utf-8"),
        ("a.tar.gz", "application/gzip"),
        ("a.css.br", "application/octet-stream"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a", "application/octet-stream"),
    ],
)
def test_types_by_suffix(name: str, expected: str) -> None:
    assert type_of(name) == expected


# The value itself, and clients that leave.


def test_the_value(folder: Path) -> None:
    response = FileResponse(folder / "page.html")
    assert (response.path, response.status, response.content_type) == (
        folder / "page.html", 200, "text/html; charset=utf-8",
    )  # fmt: skip
    changed = response.with_status(203).with_header("X-A", "1")
    assert type(changed) is FileResponse
    assert (changed.path, changed.status, changed.header("x-a")) == (response.path, 203, "1")
    for read in (lambda: response.text, lambda: response.body_bytes):
        with pytest.raises(TypeError, match=r"has no (text|body) yet"):
            read()
    with pytest.raises(ValueError, match="header value"):
        FileResponse("x", headers=[("X", "a\nb")])
    with pytest.raises(HTTPError):
        FileResponse.below(folder, "../secret")


def test_middleware_may_answer_with_a_file_and_change_one(tmp_path: Path, folder: Path) -> None:
    app = make_app(tmp_path)

    @app.add_middleware
    async def first(request: Request, next: Next) -> Response:
        if request.path == "/direct":
            return FileResponse(folder / "large.bin")
        return (await next(request)).with_header("X-A", "1")

    @app.add_middleware
    async def drops(request: Request, next: Next) -> Response:
        response = await next(request)
        return Response("instead") if request.path == "/dropped" else response

    @app.route("/{_}")
    async def answer_with_file() -> FileResponse:
        return FileResponse(folder / "large.bin")

    assert stay(app, "/direct").body == LARGE
    answer = stay(app, "/x")
    assert (answer["x-a"], answer.body) == ("1", LARGE)
    assert get(app, "/dropped").text == "instead"


def stay(app: App, path: str) -> Answer:
    return answer_of(asyncio.run(exchange(app, http_scope("GET", path), STAYS)))


def test_a_client_that_leaves_stops_the_reading(app: App) -> None:
    async def run() -> int:
        sent = 0
        gone = asyncio.Event()

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            if sent:
                gone.set()
                await asyncio.Event().wait()

        await app(http_scope("GET", "/large.bin"), receive, send)
        return sent

    assert asyncio.run(run()) == 64 * 1024


def test_a_file_that_shrinks_is_cut_off(app: App, folder: Path) -> None:
    async def run() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)
            (folder / "large.bin").write_bytes(b"short")

        with pytest.raises(OSError, match="became shorter"):
            await app(http_scope("GET", "/large.bin"), receive, send)
        return sent

    assert asyncio.run(run())[-1].get("more_body", True)


# Static files besides.


@pytest.mark.parametrize(
    ("name", "lasts"),
    [
        ("app.3f2a9c1b.css", True),
        ("app-3f2a9c1b.js", True),
        ("3F2A9C1B.js", True),
        ("chunk_0123456789abcdef.min.js", True),
        ("app.css", False),
        ("deadbeef.css", False),
        ("app.3f2a9c1.css", False),
        ("background.css", False),
    ],
)
def test_hashed_names_are_kept_for_a_year(tmp_path: Path, folder: Path, name: str, lasts: bool) -> None:
    (folder / name).write_text("x")
    app = make_app(tmp_path, static_dir=folder, static_immutable=True)
    app.add_middleware(StaticFiles(folder, "/own", immutable=lambda name: name == "app.css"))
    app.add_middleware(StaticFiles(folder, "/plain"))
    expected = "public, max-age=31536000, immutable"
    assert get(app, f"/static/{name}")["cache-control"] == (expected if lasts else "no-cache")
    assert get(app, f"/own/{name}")["cache-control"] == (expected if name == "app.css" else "no-cache")
    assert get(app, f"/plain/{name}")["cache-control"] == "no-cache"


def test_static_files_stand_where_they_can_act(tmp_path: Path, folder: Path) -> None:
    app = make_app(tmp_path)
    files = StaticFiles(folder, "/a/b")
    app.add_middleware(files)

    @app.route("/{x}/b/{name}")
    def routed(x: str, name: str) -> str:
        return f"{x} {name}"

    @app.route("/a/{rest:path}")
    def other(rest: str) -> str:
        return rest

    app.route("/a/b")(lambda: "the prefix alone")
    app.route("/a/c/small.txt")(lambda: "beside")
    assert get(app, "/a/b/small.txt").text == "0123456789"
    assert get(app, "/z/b/small.txt").text == "z small.txt"
    assert get(app, "/a/x/small.txt").text == "x/small.txt"
    assert get(app, "/a/b").text == "the prefix alone"
    assert get(app, "/a/c/small.txt").text == "beside"
    assert ask(app, "POST", "/a/b/small.txt").status == 405


def test_static_files_at_the_root_come_after_the_routes(tmp_path: Path, folder: Path) -> None:
    app = make_app(tmp_path)
    app.add_middleware(StaticFiles(folder, "/"))
    app.route("/small.txt")(lambda: "a route")
    assert get(app, "/small.txt").text == "a route"
    assert get(app, "/page.html").text == "<p>"
    assert get(app, "/nope").status == 404


def test_static_files_without_an_application(folder: Path) -> None:
    async def missing(request: Request) -> Response:
        return Response("next", 404)

    async def unread() -> Message:
        raise AssertionError("a file needs no body")

    async def run(path: str) -> Response:
        request = Request.from_asgi(http_scope("GET", path), unread)
        return await StaticFiles(folder)(request, missing)

    assert asyncio.run(run("/static/small.txt")).text == "0123456789"
    assert asyncio.run(run("/other")).text == "next"
