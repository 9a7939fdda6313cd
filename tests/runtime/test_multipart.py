"""Multipart forms: what they say, within which limits, however the body is cut into chunks."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_multipart.multipart import FormParser

from chirp import App, AppConfig, Next, Request, Response
from tests.runtime.driver import Answer, answer_of, ask, body_messages, exchange, http_scope, make_app

TYPE = ("content-type", "multipart/form-data; boundary=B")


def part(disposition: str, data: bytes = b"", *lines: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: {disposition}", *lines])
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n"


def field(name: str, value: bytes = b"x") -> bytes:
    return part(f'form-data; name="{name}"', value)


def upload(name: str, filename: str, data: bytes = b"x", kind: str = "text/plain") -> bytes:
    return part(f'form-data; name="{name}"; filename="{filename}"', data, f"Content-Type: {kind}")


def whole(*parts: bytes, end: bytes = b"--B--\r\n") -> bytes:
    return b"".join(parts) + end


async def echo(request: Request) -> object:
    form = await request.form()
    fields = {name: form.get_list(name) for name in form}
    files = [
        [name, one.name, one.raw_name, one.content_type, one.size, (await one.read()).decode("latin-1")]
        for name in form.files
        for one in form.files.get_list(name)
    ]
    return {"fields": fields, "files": files}


def echoing(**config: Any) -> App:
    app = App(AppConfig(static_dir=None, skip_contract_checks=True, **config))
    app.route("/", methods=["POST"])(echo)
    return app


def post(app: App, body: bytes | Iterable[bytes], content_type: str = TYPE[1]) -> Answer:
    return ask(app, "POST", "/", headers=[("content-type", content_type)], body=body)


EVERYTHING = whole(
    field("title", "é 😀".encode()),
    field("tag", b"1"),
    field("tag", b"2\r\n--not the boundary"),
    field("empty", b""),
    upload("doc", "a.txt", b"one"),
    upload("doc", "b.bin", bytes(range(256)) + b"\r\n-B", "application/octet-stream"),
    part('form-data; name="none"; filename=""', b""),
)
SAID = {
    "fields": {"title": ["é 😀"], "tag": ["1", "2\r\n--not the boundary"], "empty": [""]},
    "files": [
        ["doc", "a.txt", "a.txt", "text/plain", 3, "one"],
        ["doc", "b.bin", "b.bin", "application/octet-stream", 260, (bytes(range(256)) + b"\r\n-B").decode("latin-1")],
    ],
}


def test_fields_and_files_of_all_kinds() -> None:
    app = echoing()
    app.route("/json")(lambda: SAID)
    answer = post(app, EVERYTHING)
    assert answer.status == 200
    assert answer.body == ask(app, "GET", "/json").body


def post_each(app: App, bodies: Iterable[list[bytes]]) -> set[bytes]:
    """The different answers to these bodies, all in one event loop."""

    async def run() -> set[bytes]:
        scope = http_scope("POST", "/", [TYPE])
        return {answer_of(await exchange(app, dict(scope), body_messages(body))).body for body in bodies}

    return asyncio.run(run())


def test_the_chunks_of_the_body_do_not_matter() -> None:
    app = echoing()
    expected = {post(app, EVERYTHING).body}
    assert post_each(app, ([EVERYTHING[:cut], EVERYTHING[cut:]] for cut in range(1, len(EVERYTHING)))) == expected
    assert post_each(app, [[EVERYTHING[at : at + 1] for at in range(len(EVERYTHING))]]) == expected
    spooling = echoing(upload_memory=2)
    assert post_each(spooling, [[EVERYTHING[at : at + 7] for at in range(0, len(EVERYTHING), 7)]]) == expected


# What python-multipart itself reads in one piece, without our names, limits and files.


def reference(body: bytes) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes, bytes]]]:
    fields: list[tuple[bytes, bytes]] = []
    files: list[tuple[bytes, bytes, bytes]] = []

    def on_file(one: Any) -> None:
        one.file_object.seek(0)
        files.append((one.field_name, one.file_name, one.file_object.read()))

    parser = FormParser(
        "multipart/form-data",
        lambda one: fields.append((one.field_name or b"", one.value or b"")),
        on_file,
        boundary=b"B",
    )
    parser.write(body)
    parser.finalize()
    parser.close()
    return fields, files


NAMES = st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters='"\\;'), min_size=1, max_size=8)
CONTENT = st.one_of(
    st.text(max_size=20).map(str.encode), st.sampled_from([b"\r\n--B", b"--B--", b"\r\n--", b"\r", b"-"])
)
PARTS = st.lists(
    st.one_of(
        st.builds(field, NAMES, CONTENT.filter(lambda data: b"--B" not in data)),
        st.builds(upload, NAMES, NAMES, st.binary(max_size=30).filter(lambda data: b"--B" not in data)),
    ),
    min_size=1,
    max_size=5,
)


async def listed(request: Request) -> object:
    form = await request.form()
    fields = sorted((name, value) for name in form for value in form.get_list(name))
    uploads = [(name, one) for name in form.files for one in form.files.get_list(name)]
    files = sorted([(name, one.raw_name, (await one.read()).hex()) for name, one in uploads])
    return repr((fields, files))


LISTING = App(AppConfig(static_dir=None, upload_memory=16))
LISTING.route("/", methods=["POST"])(listed)


@settings(max_examples=150, deadline=None)
@given(PARTS, st.data())
def test_the_same_is_read_as_by_the_parser_alone(parts: list[bytes], data: st.DataObject) -> None:
    body = whole(*parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    chunks = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    fields, files = reference(body)
    expected = (
        sorted((name.decode(), value.decode()) for name, value in fields),
        sorted((name.decode(), given_name.decode(), content.hex()) for name, given_name, content in files),
    )
    answer = post(LISTING, chunks)
    assert (answer.status, answer.text) == (200, repr(expected))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_body_is_a_server_error(noise: bytes, framed: bool) -> None:
    body = b"--B\r\n" + noise + b"\r\n--B--\r\n" if framed else noise
    assert post(LISTING, body).status in {200, 400}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "ends before its last boundary"),
        (b"--B\r\n", "ends before its last boundary"),
        (whole(field("a"), end=b""), "ends before its last boundary"),
        (whole(field("a"), end=b"--B"), "ends before its last boundary"),
        (whole(field("a"), end=b"--B-"), "ends before its last boundary"),
        (EVERYTHING[:-20], "ends before its last boundary"),
        (b"nothing of the kind", "not a multipart form"),
        (b"--C\r\n\r\n\r\n--C--\r\n", "not a multipart form"),
        (whole(b"--B\r\nbad header\r\n\r\nx\r\n"), "not a multipart form"),
        (whole(b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\xff: 1\r\n\r\nx\r\n"), "not a multipart form"),
        (whole(b"--B\r\n\r\nx\r\n"), "no name"),
        (whole(part("form-data")), "no name"),
        (whole(part('attachment; name="a"')), "no name"),
        (whole(part('form-data; filename="a"')), "no name"),
        (whole(field("a", b"\xff")), "not UTF-8"),
        (whole(part("form-data; name=\"\udcff\"".encode("utf-8", "surrogateescape").decode("latin-1"))), None),
        (whole(part('form-data; name="a"', b"eA==", "Content-Transfer-Encoding: base64")), "encoded once more"),
        (whole(part('form-data; name="a"', b"x", 'Content-Disposition: form-data; name="b"')), "a header twice"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_a_400(body: bytes, said: str | None) -> None:
    answer = post(echoing(), body)
    if said is None:
        assert answer.status == 200
    else:
        assert (answer.status, said in answer.text) == (400, True), answer.text


def test_a_field_name_that_is_not_utf8_is_a_400() -> None:
    raw = whole(b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n')
    assert post(echoing(), raw).status == 400


def test_a_file_name_that_is_not_utf8_is_read_as_far_as_it_goes() -> None:
    raw = whole(b'--B\r\nContent-Disposition: form-data; name="f"; filename="a\xff.txt"\r\n\r\nx\r\n')
    assert '"a�.txt"' in post(echoing(), raw).text


@pytest.mark.parametrize(
    "declared",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=" + "b" * 71,
        "multipart/form-data; boundary=\xe9",
        'multipart/form-data; boundary="a\tb"',
    ],
)
def test_a_form_without_a_usable_boundary_is_a_400(declared: str) -> None:
    answer = post(echoing(), whole(field("a")), declared)
    assert (answer.status, answer.text) == (400, "the multipart form has no usable boundary")


def test_boundaries_of_up_to_seventy_characters_and_every_case_of_the_type() -> None:
    boundary = "b" * 70
    body = whole(field("a", b"1")).replace(b"--B", b"--" + boundary.encode())
    answer = post(echoing(), body, f"Multipart/FORM-data; charset=utf-8; BOUNDARY={boundary}")
    assert answer.text == '{"fields":{"a":["1"]},"files":[]}'


def test_an_epilogue_and_a_form_without_fields() -> None:
    app = echoing()
    nothing = '{"fields":{},"files":[]}'
    assert post(app, b"--B--\r\n").text == nothing
    assert post(app, b"--B--").text == nothing
    assert post(app, b"\r\n" + whole(field("a", b"1")) + b"and more").text == '{"fields":{"a":["1"]},"files":[]}'


@pytest.mark.parametrize(
    ("limits", "body", "expected"),
    [
        ({"max_fields": 3}, whole(*[field("a")] * 3), 200),
        ({"max_fields": 3}, whole(*[field("a")] * 4), 400),
        ({"max_fields": 3}, whole(*[field("a")] * 3, *[upload("f", "f")] * 3), 200),
        ({"max_files": 2}, whole(*[upload("f", "f")] * 2), 200),
        ({"max_files": 2}, whole(*[upload("f", "f")] * 3), 400),
        ({"max_files": 0}, whole(field("a")), 200),
        ({"max_file_size": 5}, whole(upload("f", "f", b"12345"), field("a", b"123456")), 200),
        ({"max_file_size": 5}, whole(upload("f", "f", b"123456")), 413),
        ({"max_form_memory": 5}, whole(field("a", b"123"), field("b", b"45"), upload("f", "f", b"123456")), 200),
        ({"max_form_memory": 5}, whole(field("a", b"123"), field("b", b"456")), 413),
        ({"max_content_length": 100}, whole(upload("f", "f", b"x" * 100)), 413),
        ({}, whole(*[field("a")] * 1000), 200),
        ({}, whole(*[field("a")] * 1001), 400),
        ({}, whole(*[upload("f", "f")] * 101), 400),
        ({}, whole(part('form-data; name="a"', b"", *[f"X-{n}: 1" for n in range(15)])), 200),
        ({}, whole(part('form-data; name="a"', b"", *[f"X-{n}: 1" for n in range(16)])), 400),
        ({}, whole(part('form-data; name="a"', b"", "X: " + "x" * 8000)), 200),
        ({}, whole(part('form-data; name="a"', b"", "X: " + "x" * 8192)), 400),
        ({}, whole(part('form-data; name="a"', b"", "X: " + "x" * 5000, "Y: " + "x" * 5000)), 400),
    ],
)
def test_limits(limits: dict[str, Any], body: bytes, expected: int) -> None:
    assert post(echoing(**limits), body).status == expected
    assert post(echoing(**limits), [body[at : at + 1000] for at in range(0, len(body), 1000)]).status == expected


def test_a_limit_stops_the_reading() -> None:
    app = echoing(max_file_size=10)
    asked = 0

    async def run() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            nonlocal asked
            asked += 1
            head = upload("f", "f", b"")[:-2] if asked == 1 else b""
            return {"type": "http.request", "body": head + b"x" * 6, "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        await app(http_scope("POST", "/", [TYPE]), receive, send)
        return sent

    assert asyncio.run(run())[0]["status"] == 413
    assert asked == 2


def test_a_def_handler_has_its_form_and_files_at_once(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    def handler(request: Request) -> object:
        form = request.form
        assert "title" not in form.files
        return [
            form["title"],
            form.files["doc"].read_sync().decode(),
            len(form.files.get_list("doc")),
            list(form.files),
        ]

    answer = post(app, EVERYTHING)
    assert answer.text == '["é 😀","one",2,["doc"]]'
    missing = whole(field("other"))
    assert post(app, missing).text == "missing: title"
    assert post(app, whole(field("title"))).text == "missing: doc"


def test_middleware_reads_the_form_before_the_handler(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.add_middleware
    async def read(request: Request, next: Next) -> Response:
        assert (await request.form())["tag"] == "1"
        return await next(request)

    app.route("/", methods=["POST"])(echo)
    assert post(app, EVERYTHING).status == 200


def test_the_body_and_the_form_in_either_order(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.route("/", methods=["POST"])
    async def handler(request: Request) -> object:
        if request.headers.get("x-first") == "body":
            assert await request.body() == EVERYTHING
            assert await request.body() == EVERYTHING
        form = await request.form()
        assert await request.form() is form
        try:
            await request.body()
        except RuntimeError as error:
            return str(error)
        return form["tag"]

    first = ask(app, "POST", "/", headers=[TYPE, ("x-first", "body")], body=EVERYTHING)
    assert first.text == "1"
    assert "streamed already" in post(app, EVERYTHING).text


def test_a_truncated_form_never_reaches_the_handler() -> None:
    app = echoing()
    messages = [{"type": "http.request", "body": EVERYTHING[:200], "more_body": True}]
    assert asyncio.run(exchange(app, http_scope("POST", "/", [TYPE]), messages)) == []


def test_declared_length_over_the_limit_is_refused_before_reading() -> None:
    app = echoing(max_content_length=10)
    scope = http_scope("POST", "/", [TYPE, ("content-length", "11")])

    async def run() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            raise AssertionError("nothing is to be read")

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return sent

    assert asyncio.run(run())[0]["status"] == 413


def test_settings_are_checked() -> None:
    for name in ("max_files", "max_file_size", "max_form_memory", "upload_memory"):
        with pytest.raises(Exception, match=f"{name} is -1"):
            AppConfig(**{name: -1})  # type: ignore[arg-type]
