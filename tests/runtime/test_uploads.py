"""Uploaded files: where they are kept, what they are called, how they are saved, and that none outlives its request."""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Generator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chirp import App, Next, Request, Response, UploadFile
from chirp.http.streaming import StreamingResponse
from chirp.testing import TestClient
from tests.runtime.driver import Answer, answer_of, ask, body_messages, exchange, http_scope, make_app

TYPE = ("content-type", "multipart/form-data; boundary=B")


def body(data: bytes, filename: str = "a.txt") -> bytes:
    head = f'--B\r\nContent-Disposition: form-data; name="f"; filename="{filename}"\r\n\r\n'
    return head.encode() + data + b"\r\n--B--\r\n"


def post(app: App, content: bytes, path: str = "/") -> Answer:
    return ask(app, "POST", path, headers=[TYPE], body=content)


@pytest.fixture
def kept() -> list[UploadFile]:
    return []


@pytest.fixture
def app(tmp_path: Path, kept: list[UploadFile]) -> App:
    """Keeps every upload beyond its request, as no application should."""
    app = make_app(tmp_path, upload_memory=100)

    async def keep(request: Request) -> UploadFile:
        upload = (await request.form()).files["f"]
        kept.append(upload)
        return upload

    @app.route("/", methods=["POST"])
    async def size(request: Request) -> str:
        return str((await keep(request)).size)

    @app.route("/fails", methods=["POST"])
    async def fails(request: Request) -> str:
        await keep(request)
        raise LookupError

    @app.route("/streams", methods=["POST"])
    async def streams(request: Request) -> Response:
        upload = await keep(request)

        async def chunks() -> AsyncGenerator[bytes]:
            while piece := await upload.read(50_000):
                yield piece

        return StreamingResponse(chunks())

    return app


@pytest.fixture(autouse=True)
def no_file_is_left() -> Generator[None]:
    """Closed by us, not by the garbage collector, which would warn."""
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir())) if open_files.exists() else 0
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
    after = len(list(open_files.iterdir())) if before else 0
    assert after <= before


@pytest.mark.parametrize("size", [0, 1, 100, 101, 1_000_000])
@pytest.mark.parametrize("path", ["/", "/fails", "/streams"])
def test_a_file_is_closed_after_its_request(app: App, kept: list[UploadFile], size: int, path: str) -> None:
    answer = post(app, body(b"x" * size), path)
    if path == "/streams":
        assert answer.body == b"x" * size
    else:
        assert (answer.status, answer.text) == (
            (500, "Internal Server Error") if path == "/fails" else (200, str(size))
        )
    assert kept[0].size == size
    with pytest.raises(RuntimeError, match=r"a\.txt.* is gone: its request is over"):
        kept[0].read_sync()


def test_a_file_that_no_route_takes_is_closed(app: App, kept: list[UploadFile]) -> None:
    @app.add_middleware
    async def reads(request: Request, next: Next) -> Response:
        kept.append((await request.form()).files["f"])
        return await next(request)

    assert post(app, body(b"x" * 1000), "/nowhere").status == 404
    with pytest.raises(RuntimeError, match="is gone"):
        kept[0].read_sync()


@pytest.mark.parametrize("content", [body(b"x" * 1000)[:-3], body(b"x" * 1000)[:500], body(b"x" * 50)[:70]])
def test_a_form_that_is_not_whole_leaves_no_file(app: App, content: bytes) -> None:
    assert post(app, content).status == 400
    gone = [{"type": "http.request", "body": content, "more_body": True}]
    assert asyncio.run(exchange(app, http_scope("POST", "/", [TYPE]), gone)) == []


def test_a_client_that_leaves_the_answer_leaves_no_file(app: App, kept: list[UploadFile]) -> None:
    async def run() -> None:
        started = asyncio.Event()
        messages = body_messages(body(b"x" * 1_000_000))

        async def receive() -> Any:
            if messages:
                return messages.pop(0)
            await started.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                started.set()
                await asyncio.Event().wait()

        await app(http_scope("POST", "/streams", [TYPE]), receive, send)

    asyncio.run(run())
    with pytest.raises(RuntimeError, match="is gone"):
        kept[0].read_sync()


def test_small_files_stay_in_memory_and_large_ones_do_not(tmp_path: Path) -> None:
    app = make_app(tmp_path, upload_memory=100)

    @app.route("/", methods=["POST"])
    def where(request: Request) -> object:
        return [isinstance(one.file, BytesIO) for one in request.form.files.get_list("f")]

    def several(*sizes: int) -> bytes:
        return b"".join(body(b"x" * size)[: -len(b"--B--\r\n")] for size in sizes) + b"--B--\r\n"

    for sizes, expected in [
        ((100,), "[true]"),
        ((101,), "[false]"),
        ((60, 60), "[true,false]"),
        ((60, 60, 40), "[true,false,true]"),
    ]:
        assert post(app, several(*sizes)).text == expected
        answer = ask(app, "POST", "/", headers=[TYPE], body=[several(*sizes)[at : at + 9] for at in range(0, 900, 9)])
        assert answer.text == expected


def test_reading_and_saving(tmp_path: Path) -> None:
    app = make_app(tmp_path, upload_memory=1000)
    content = bytes(range(256)) * 10_000

    @app.route("/async", methods=["POST"])
    async def waiting(request: Request) -> object:
        upload = (await request.form()).files["f"]
        first = await upload.read(3)
        await upload.save(tmp_path / "saved")
        return [first.hex(), len(await upload.read()), upload.filename, repr(upload)]

    @app.route("/def", methods=["POST"])
    def plain(request: Request) -> object:
        upload = request.form.files["f"]
        first = upload.read_sync(3)
        upload.save_sync(str(tmp_path / "saved"))
        return [first.hex(), len(upload.read_sync()), upload.filename, repr(upload)]

    for path in ("/async", "/def"):
        (tmp_path / "saved").unlink(missing_ok=True)
        answer = post(app, body(content), path)
        assert answer.text == f'["000102",{len(content) - 3},"a.txt","<UploadFile \'a.txt\', {len(content)} bytes>"]'
        assert (tmp_path / "saved").read_bytes() == content


def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "half"

    class Failing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("no more")
            return super().read(5)

    with pytest.raises(OSError, match="no more"):
        UploadFile(Failing(b"0123456789"), "a.txt").save_sync(target)
    assert not target.exists()
    target.write_text("before")
    with pytest.raises(OSError, match="no more"):
        UploadFile(Failing(b"0123456789"), "a.txt").save_sync(target)
    assert target.read_text() == "before"
    with pytest.raises(OSError, match="directory"):
        UploadFile(BytesIO(b"x"), "a.txt").save_sync(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["half"]
    with pytest.raises(FileNotFoundError):
        UploadFile(BytesIO(b"x"), "a.txt").save_sync(tmp_path / "no" / "folder")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\me\\a b.txt", "a b.txt"),
        ("a\0.txt", "a.txt"),
        ("a\r\n\x7f.txt", "a.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("..", "unnamed"),
        (".", "unnamed"),
        ("a/", "unnamed"),
        ("\0", "unnamed"),
        ("name. . ", "name"),
        (".htaccess", ".htaccess"),
        ("é😀.txt", "é😀.txt"),
        ("\udcff.txt", ".txt"),
        ("x" * 300 + ".txt", "x" * 251 + ".txt"),
        ("é" * 200 + ".txt", "é" * 125 + ".txt"),
        ("a." + "x" * 300, "." + "x" * 254),
    ],
)
def test_names_are_fit_for_a_file(raw: str, name: str) -> None:
    upload = UploadFile(BytesIO(), raw)
    assert (upload.name, upload.raw_name) == (name, raw)
    assert len(upload.name.encode()) <= 255


def test_a_route_may_take_more_or_less_than_the_others(tmp_path: Path) -> None:
    app = make_app(tmp_path, max_content_length=200)
    seen: list[int] = []

    @app.add_middleware
    async def reads(request: Request, next: Next) -> Response:
        if request.headers.get("x-read"):
            seen.append(len(await request.body()))
        return await next(request)

    @app.route("/large", methods=["POST"], max_content_length=1000)
    async def large(request: Request) -> str:
        return str(len(await request.body()))

    @app.route("/small", methods=["POST"], max_content_length=10)
    def small(request: Request) -> str:
        return request.form["a"]

    @app.route("/", methods=["POST"])
    async def normal(request: Request) -> str:
        return str(len(await request.body()))

    def status(path: str, size: int, *headers: tuple[str, str], chunk: int = 7) -> int:
        content = b"a=" + b"x" * (size - 2)
        chunks = [content[at : at + chunk] for at in range(0, size, chunk)]
        form = ("content-type", "application/x-www-form-urlencoded")
        return ask(app, "POST", path, headers=[form, *headers], body=chunks).status

    read = ("x-read", "1")
    for path, limit in [("/large", 1000), ("/", 200), ("/small", 10)]:
        for headers in ((), (read,)):
            assert status(path, limit, *headers) == 200
            assert status(path, limit + 1, *headers) == 413
            assert status(path, limit, ("content-length", str(limit + 1)), *headers) == 413
    assert seen == [1000, 200, 10]
    with pytest.raises(ValueError, match="the least is 0"):
        make_app(tmp_path).route("/", max_content_length=-1)


def test_the_client_of_tests_sends_files(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST", "PUT", "PATCH"])
    async def handler(request: Request) -> object:
        form = await request.form()
        return [
            {name: form.get_list(name) for name in form},
            [[one.name, one.content_type, one.read_sync().decode()] for one in form.files.get_list("f")],
        ]

    async def run() -> list[str]:
        async with TestClient(app) as client:
            answers = [
                await client.post("/", data={"a": "é", "b": ["1", "2"]}, files={"f": b"x"}),
                await client.put("/", files={"f": [("a.txt", "é"), ('q".css', b"y", "text/css")]}),
                await client.patch("/", data={"a": "1"}, files={}),
            ]
            return [answer.text for answer in answers]

    binary = "application/octet-stream"
    assert asyncio.run(run()) == [
        f'[{{"a":["é"],"b":["1","2"]}},[["f","{binary}","x"]]]',
        f'[{{}},[["a.txt","{binary}","é"],["q%22.css","text/css","y"]]]',
        '[{"a":["1"]},[]]',
    ]


def test_many_uploads_at_once(app: App) -> None:
    async def run() -> list[str]:
        scopes = [http_scope("POST", "/streams", [TYPE]) for _ in range(20)]
        contents = [str(n).encode() * 400 for n in range(20)]
        exchanges = [
            exchange(app, scope, body_messages([body(content)[at : at + 64] for at in range(0, 900, 64)]))
            for scope, content in zip(scopes, contents, strict=True)
        ]
        return [answer_of(messages).text for messages in await asyncio.gather(*exchanges)]

    assert asyncio.run(run()) == [str(n) * 400 for n in range(20)]
