"""`--watch`: each change is followed by a new report, also without watchfiles; a broken configuration is said."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

APP = """\
from chirp import App, Template

app = App()


@app.route("/")
def home() -> Template:
    return Template("hoem.html")
"""
WITHOUT = "import sys; sys.modules['watchfiles'] = None; "
FINDING = "app.py:8:21: unknown-template there is no template `hoem.html`\n"


class Watch:
    """A running `chirp-check --watch`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def report(self) -> str:
        """What it printed until it waits again."""
        text = ""
        assert self.process.stdout is not None
        stream: IO[str] = self.process.stdout
        for line in stream:
            if line.startswith("watching for changes"):
                return text
            text += line
        raise AssertionError(f"it ended: {text}")


@pytest.fixture(params=["watchfiles", "polling"])
def watch(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watch]:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text("<p></p>\n")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(APP)
    code = "from chirp_check.cli import main; raise SystemExit(main())"
    if request.param == "polling":
        code = WITHOUT + code
    command = [sys.executable, "-c", code, "--watch", "--output-format", "concise"]
    clean = {key: value for key, value in os.environ.items() if key != "CHIRP_OUTPUT_FORMAT"}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield Watch(process)
    finally:
        process.kill()
        process.communicate()


def put(file: Path, text: str) -> None:
    """Write a file at once, so that no check sees half of it."""
    beside = file.parent.parent / f"{file.parent.name}-{file.name}"
    beside.write_text(text)
    beside.replace(file)


def test_each_change_is_checked(watch: Watch, tmp_path: Path) -> None:
    assert watch.report() == FINDING
    put(tmp_path / "app.py", APP.replace("hoem", "home"))
    assert watch.report() == ""
    (tmp_path / "templates/home.html").rename(tmp_path / "templates/hoem.html")
    assert watch.report() == FINDING.replace("hoem", "home")
    put(tmp_path / "pyproject.toml", "[tool.chirp-check]\nignroe = []\n")
    assert watch.report().startswith("error: pyproject.toml: unknown key `tool.chirp-check.ignroe`\n")
    put(tmp_path / "pyproject.toml", '[tool.chirp-check]\nignore = ["unknown-template"]\n')
    assert watch.report() == ""
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(30) == 130
