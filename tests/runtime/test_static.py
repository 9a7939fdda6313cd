"""Static files: what is below the folder, and nothing else."""

import os
from pathlib import Path
from typing import Any

import pytest

from chirp import App, Next, Request, Response
from chirp.middleware import StaticFiles
from tests.runtime.driver import ask, get, make_app


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "sub").mkdir(parents=True)
    (root / "app.css").write_text("body{}")
    (root / "sub" / "é x.txt").write_text("text")
    (root / "data.bin").write_bytes(b"\x00\x01")
    (root / "no-suffix").write_text("x")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "out").symlink_to(tmp_path / "secret.txt")
    (root / "in").symlink_to(root / "app.css")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "fifo")
    return root


@pytest.fixture(params=["mounted", "middleware"])
def app(request: pytest.FixtureRequest, tmp_path: Path, files: Path) -> App:
    if request.param == "mounted":
        return make_app(tmp_path, static_dir=files)
    app = make_app(tmp_path)
    app.add_middleware(StaticFiles(files, "static/"))
    return app


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("app.css", "text/css; charset=utf-8", b"body{}"),
        ("sub/é x.txt", "text/plain; charset=utf-8", b"text"),
        ("data.bin", "application/octet-stream", b"\x00\x01"),
        ("no-suffix", "application/octet-stream", b"x"),
        ("in", "application/octet-stream", b"body{}"),
    ],
)
def test_a_file(app: App, path: str, content_type: str, body: bytes) -> None:
    answer = get(app, f"/static/{path}")
    assert (answer.status, answer.body) == (200, body)
    if path != "in":
        assert answer["content-type"] == content_type
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["last-modified"].endswith("GMT")
    head = ask(app, "HEAD", f"/static/{path}")
    assert (head.status, head["content-length"], head.body) == (200, str(len(body)), b"")


@pytest.mark.parametrize(
    "path",
    [
        "", "nope", "sub", "sub/", "app.css/", "../secret.txt", "sub/../../secret.txt", "..\\secret.txt", "out", "loop",
        "fifo", "/etc/passwd", "//etc/passwd", "app.css\0", "a" * 5000, "\ud800", "./app.css", "C:\\secret.txt",
    ],
)  # fmt: skip
def test_everything_else_is_a_404(app: App, path: str) -> None:
    answer = get(app, f"/static/{path}")
    assert (answer.status, answer.text) == (404, "Not Found")


def test_conditional_requests(app: App) -> None:
    tag = get(app, "/static/app.css")["etag"]
    for header in (tag, f'"x", W/{tag}', "*"):
        answer = get(app, "/static/app.css", ("if-none-match", header))
        assert (answer.status, answer.body, answer["etag"]) == (304, b"", tag)
    assert get(app, "/static/app.css", ("if-none-match", '"other"')).status == 200


def test_other_methods_are_not_allowed(app: App) -> None:
    answer = ask(app, "POST", "/static/app.css")
    assert answer.status == 405
    assert "GET" in answer["allow"]


def test_links_to_files_and_the_prefix_alone(tmp_path: Path, files: Path) -> None:
    app = make_app(tmp_path, static_dir=files, static_url="/assets")
    app.route("/x")(lambda: app.url_for("static", path="sub/é x.txt"))
    assert get(app, "/x").text == "/assets/sub/%C3%A9%20x.txt"
    assert get(app, "/assets").status == 404
    assert get(app, "/assetsapp.css").status == 404


def test_a_folder_that_does_not_exist_is_not_mounted(tmp_path: Path) -> None:
    app = make_app(tmp_path, static_dir=tmp_path / "nowhere")
    app.route("/static/app.css")(lambda: "a route")
    assert get(app, "/static/app.css").text == "a route"


def test_the_middleware_lets_everything_else_pass(tmp_path: Path, files: Path) -> None:
    app = make_app(tmp_path)
    app.add_middleware(StaticFiles(files))
    app.route("/static-page")(lambda: "a page")
    assert get(app, "/static-page").text == "a page"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_a_404(app: App, files: Path) -> None:
    (files / "app.css").chmod(0)
    assert get(app, "/static/app.css").status == 404


def test_a_file_that_vanishes_is_a_404(app: App, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def vanish(path: Any, *more: Any) -> int:
        if Path(path).name == "app.css":
            (files / "app.css").unlink()
        return opened(path, *more)

    monkeypatch.setattr(os, "open", vanish)
    assert get(app, "/static/app.css").status == 404


def test_static_files_go_through_middleware(tmp_path: Path, files: Path) -> None:
    app = make_app(tmp_path, static_dir=files)

    @app.add_middleware
    async def mark(request: Request, next: Next) -> Response:
        return (await next(request)).with_header("X-A", "1")

    assert get(app, "/static/app.css")["x-a"] == "1"
    assert get(app, "/static/nope")["x-a"] == "1"
