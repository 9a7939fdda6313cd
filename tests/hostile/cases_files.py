"""Hostile cases: static files, conditional requests and ranges."""

import os
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.case import Topic
from tests.hostile.framework import Framework, ask, get
from tests.hostile.reading import status
from tests.runtime.driver import Answer, ASGIApp

DATA = bytes(range(256)) * 4

type Judge = Callable[[ASGIApp, Path], None]


def served(framework: Framework, judge: Judge) -> None:
    """Judge an application that serves a folder with a file, a folder, links, and a secret beside it."""
    with TemporaryDirectory() as made:
        root = Path(made).resolve()
        public = root / "static"
        (public / "css").mkdir(parents=True)
        (public / "css/a.css").write_text("body {}")
        (public / "data.bin").write_bytes(DATA)
        (public / "é b.txt").write_text("é")
        (public / ".hidden").write_text("hidden")
        (root / "secret.txt").write_text("secret")
        (root / "static-too").mkdir()
        (root / "static-too/secret.txt").write_text("secret")
        (public / "out").symlink_to(root / "secret.txt")
        (public / "out-folder").symlink_to(root)
        (public / "loop").symlink_to("loop")
        (public / "inside").symlink_to("data.bin")
        os.mkfifo(public / "fifo")
        judge(framework.static(public), public)


files = Topic(1900, "Static files")


def missing(framework: Framework, path: str) -> None:
    def judge(app: ASGIApp, folder: Path) -> None:
        answer = status(get(app, path), 404)
        assert b"secret" not in answer.body

    served(framework, judge)


files.table(
    1,
    {
        "`..` does not leave the folder": "/static/../secret.txt",
        "`..` in the middle": "/static/css/../../secret.txt",
        "an encoded `..` that was decoded by the server": "/static/%2e%2e/secret.txt",
        "`....//`": "/static/....//secret.txt",
        "an absolute path": "/static//etc/passwd",
        "an absolute path, again": "/static///etc/passwd",
        "a Windows path": "/static/C:/Windows/win.ini",
        "a backslash": "/static/..\\secret.txt",
        "NUL in a path is a 404, not a 500": "/static/data.bin\0.txt",
        "a name of 1,000 characters": "/static/" + "x" * 1000,
        "a path of 40,000 characters": "/static/" + "x/" * 20_000,
        "a thousand `..`": "/static/" + "../" * 1000 + "etc/passwd",
        "a lone surrogate in a path": "/static/\udcff",
        "a folder": "/static/css",
        "a folder with a slash": "/static/css/",
        "a file with a slash behind it": "/static/data.bin/",
        "a file as if it were a folder": "/static/data.bin/x",
        "a link out of the folder": "/static/out",
        "a link to a folder above": "/static/out-folder/secret.txt",
        "a link to itself": "/static/loop",
        "a FIFO does not block": "/static/fifo",
        "a folder beside, whose name begins alike": "/static-too/secret.txt",
        "a folder beside, through the prefix": "/static/../static-too/secret.txt",
        "an empty path": "/static/",
        "`.`": "/static/.",
        "`./file`, which is another path": "/static/./data.bin",
        "a file in another case": "/static/DATA.BIN",
        "a control character": "/static/data.bin\n",
    },
    missing,
)


def on(topic: Topic, number: int, clause: str) -> Callable[[Judge], Judge]:
    def register(judge: Judge) -> Judge:
        topic.add(number, clause, lambda framework: served(framework, judge))
        return judge

    return register


@on(files, 40, "a file is sent with its type and length")
def _(app: ASGIApp, folder: Path) -> None:
    answer = status(get(app, "/static/css/a.css"), 200)
    assert answer["content-type"] == "text/css; charset=utf-8"
    assert (answer.text, answer["content-length"]) == ("body {}", "7")


@on(files, 41, "a file whose name is not ASCII is found")
def _(app: ASGIApp, folder: Path) -> None:
    assert get(app, "/static/é b.txt").text == "é"


@on(files, 42, "a link inside of the folder is followed")
def _(app: ASGIApp, folder: Path) -> None:
    assert get(app, "/static/inside").body == DATA


@on(files, 43, "another method is a 405 that names GET and HEAD")
def _(app: ASGIApp, folder: Path) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = status(ask(app, method, "/static/data.bin"), 405)
        assert {"GET", "HEAD"} <= {part.strip() for part in answer["allow"].split(",")}


@on(files, 44, "HEAD has the headers of GET and no body")
def _(app: ASGIApp, folder: Path) -> None:
    whole, head = get(app, "/static/data.bin"), ask(app, "HEAD", "/static/data.bin")
    assert (head.status, head.body, head["content-length"]) == (200, b"", "1024")
    assert head["etag"] == whole["etag"]


@on(files, 45, "browsers do not guess the type")
def _(app: ASGIApp, folder: Path) -> None:
    assert get(app, "/static/data.bin")["x-content-type-options"] == "nosniff"


@on(files, 46, "a file that may not be read is a 404, not a 500 and no oracle")
def _(app: ASGIApp, folder: Path) -> None:
    locked = folder / "locked.txt"
    locked.write_text("secret")
    locked.chmod(0)
    if os.access(locked, os.R_OK):  # root may read everything
        locked.unlink()
    status(get(app, "/static/locked.txt"), 404)


@on(files, 47, "a file that vanished is a 404")
def _(app: ASGIApp, folder: Path) -> None:
    (folder / "data.bin").unlink()
    status(get(app, "/static/data.bin"), 404)


@on(files, 48, "an empty file is a 200")
def _(app: ASGIApp, folder: Path) -> None:
    (folder / "empty").touch()
    answer = status(get(app, "/static/empty"), 200)
    assert (answer.body, answer["content-length"]) == (b"", "0")


@on(files, 49, "a file of 1 MB arrives whole, in pieces")
def _(app: ASGIApp, folder: Path) -> None:
    (folder / "large").write_bytes(DATA * 1024)
    assert get(app, "/static/large").body == DATA * 1024


known = Topic(2000, "Conditional requests and ranges")


def tag_of(app: ASGIApp) -> str:
    return get(app, "/static/data.bin")["etag"]


def fresh(framework: Framework, row: tuple[str, int]) -> None:
    template, expected = row

    def judge(app: ASGIApp, folder: Path) -> None:
        answer = get(app, "/static/data.bin", ("if-none-match", template.replace("TAG", tag_of(app))))
        status(answer, expected)
        if expected == 304:
            assert answer.body == b""
            assert answer["etag"] == tag_of(app)

    served(framework, judge)


known.table(
    1,
    {
        "If-None-Match with the tag is a 304": ("TAG", 304),
        "a list with the tag": ('"x", TAG, "y"', 304),
        "a weak tag compares as equal": ("W/TAG", 304),
        "`*`": ("*", 304),
        "another tag is a 200": ('"x"', 200),
        "a tag without quotes is no tag": ("x", 200),
        "an empty header is a 200": ("", 200),
        "garbage is a 200": ('","",,"', 200),
        "ten thousand tags": ('"x",' * 10_000, 200),
    },
    fresh,
)


@on(known, 10, "If-Modified-Since with the date is a 304")
def _(app: ASGIApp, folder: Path) -> None:
    date = get(app, "/static/data.bin")["last-modified"]
    status(get(app, "/static/data.bin", ("if-modified-since", date)), 304)


@on(known, 11, "an older If-Modified-Since is a 200")
def _(app: ASGIApp, folder: Path) -> None:
    status(get(app, "/static/data.bin", ("if-modified-since", formatdate(0, usegmt=True))), 200)


@on(known, 12, "If-Modified-Since does not count beside If-None-Match")
def _(app: ASGIApp, folder: Path) -> None:
    date = get(app, "/static/data.bin")["last-modified"]
    status(get(app, "/static/data.bin", ("if-none-match", '"x"'), ("if-modified-since", date)), 200)


def odd_date(framework: Framework, date: str) -> None:
    def judge(app: ASGIApp, folder: Path) -> None:
        status(get(app, "/static/data.bin", ("if-modified-since", date)), 200)

    served(framework, judge)


known.table(
    13,
    {
        "a date that is none": "yesterday",
        "a date with month 13": "Mon, 01 Foo 2024 00:00:00 GMT",
        "a date of a year that no calendar has": "Mon, 01 Jan 99999 00:00:00 GMT",
        "an empty date": "",
        "a date with NUL": "Mon, 01 Jan 2024\0",
    },
    odd_date,
)


def part(app: ASGIApp, value: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    return ask(app, method, "/static/data.bin", [("range", value), *headers])


def ranged(framework: Framework, row: tuple[str, int, int]) -> None:
    value, start, stop = row

    def judge(app: ASGIApp, folder: Path) -> None:
        answer = status(part(app, value), 206)
        assert answer.body == DATA[start:stop]
        assert answer["content-range"] == f"bytes {start}-{stop - 1}/1024"
        assert answer["content-length"] == str(stop - start)

    served(framework, judge)


known.table(
    20,
    {
        "the first bytes": ("bytes=0-9", 0, 10),
        "one byte": ("bytes=5-5", 5, 6),
        "the rest": ("bytes=1000-", 1000, 1024),
        "the last bytes": ("bytes=-10", 1014, 1024),
        "more than there is ends at the end": ("bytes=1000-99999", 1000, 1024),
        "a suffix longer than the file is the whole": ("bytes=-99999", 0, 1024),
    },
    ranged,
)


def ignored(framework: Framework, value: str) -> None:
    def judge(app: ASGIApp, folder: Path) -> None:
        answer = part(app, value)
        assert answer.status in {200, 400, 416}, answer.status
        assert answer.status != 200 or answer.body == DATA

    served(framework, judge)


known.table(
    30,
    {
        "a range that is no number is ignored or refused": "bytes=a-b",
        "Arabic digits are no digits": "bytes=\xb2-5",
        "signs are no digits": "bytes=+1-+5",
        "underscores are no digits": "bytes=1_0-2_0",
        "a range that ends before it starts": "bytes=9-5",
        "another unit": "lines=0-5",
        "nothing": "",
        "`bytes=`": "bytes=",
        "`bytes=-`": "bytes=-",
        "three numbers": "bytes=0-1-2",
        "5,000 digits": "bytes=" + "9" * 5000 + "-",
        "ten thousand ranges are not sent one by one": "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000)),
        "ten thousand equal ranges do not multiply the file": "bytes=" + "0-1023," * 10_000 + "0-1",
        "overlapping ranges do not multiply the file": "bytes=0-,0-,0-,0-,0-,0-,0-,0-,0-,0-" * 40,
    },
    ignored,
)


@on(known, 50, "a range behind the end is a 416 that says how long the file is")
def _(app: ASGIApp, folder: Path) -> None:
    answer = status(part(app, "bytes=1024-"), 416)
    assert answer["content-range"] == "bytes */1024"


@on(known, 51, "a range of an empty file is a 416 or the empty file")
def _(app: ASGIApp, folder: Path) -> None:
    (folder / "empty").touch()
    status(get(app, "/static/empty", ("range", "bytes=0-")), 200, 416)


@on(known, 52, "If-Range with the tag gives the part")
def _(app: ASGIApp, folder: Path) -> None:
    status(part(app, "bytes=0-9", ("if-range", tag_of(app))), 206)


@on(known, 53, "If-Range with another tag gives the whole")
def _(app: ASGIApp, folder: Path) -> None:
    assert status(part(app, "bytes=0-9", ("if-range", '"x"')), 200).body == DATA


@on(known, 54, "If-Range with a weak tag gives the whole")
def _(app: ASGIApp, folder: Path) -> None:
    status(part(app, "bytes=0-9", ("if-range", f"W/{tag_of(app)}")), 200)


@on(known, 55, "a range of HEAD reads nothing")
def _(app: ASGIApp, folder: Path) -> None:
    answer = part(app, "bytes=0-9", method="HEAD")
    assert (answer.status in {200, 206}, answer.body) == (True, b"")


@on(known, 56, "a range does not stand before a 304")
def _(app: ASGIApp, folder: Path) -> None:
    status(part(app, "bytes=0-9", ("if-none-match", tag_of(app))), 304)


@on(known, 57, "the tag changes with the content")
def _(app: ASGIApp, folder: Path) -> None:
    before = tag_of(app)
    (folder / "data.bin").write_bytes(DATA + b"!")
    assert tag_of(app) != before
