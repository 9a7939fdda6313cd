"""A project in a folder of its own, and mypy on it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OPTIONS = '[tool.mypy]\nplugins = ["chirp_mypy"]\nstrict = true\nshow_column_numbers = true\n'
LINE = re.compile(
    r"(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>\w+): (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$"
)

HEAD = """\
from chirp import App, AppConfig, Fragment, Page, Template, ValidationError

app = App(AppConfig(template_dir="templates"))
"""


class Message(NamedTuple):
    """What mypy or the checker says; columns are 1-based."""

    line: int
    column: int
    code: str
    text: str


class MypyProject:
    """`app.py`, `templates/` and a configuration for mypy."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self.root = root
        if cache is not None:
            shutil.copytree(cache, root / ".mypy_cache")
        self.write("pyproject.toml", OPTIONS)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def handlers(self, body: str) -> None:
        """Make this the application's module, after its imports."""
        self.write("app.py", HEAD + body)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / program), *arguments]
        foreign = ("GITHUB_", "FORCE_", "MYPY")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=100, check=False
        )

    def mypy(self, *arguments: str) -> tuple[list[Message], list[str]]:
        """The errors and the notes of `app.py`; anything else that is printed fails."""
        done = self.run("mypy", "--no-error-summary", *arguments, ".")
        return self.parsed(done.stdout + done.stderr)

    def parsed(self, output: str) -> tuple[list[Message], list[str]]:
        errors: list[Message] = []
        notes: list[str] = []
        for line in output.splitlines():
            found = LINE.match(line)
            assert found, output
            if found["kind"] == "error":
                errors.append(Message(int(found["line"]), int(found["column"]), found["code"], found["message"]))
            else:
                notes.append(found["message"])
        return errors, notes

    def checker(self) -> list[Message]:
        """What `chirp-check` says."""
        output = self.run("chirp-check", "--output-format", "concise").stdout
        found = (re.match(r"app\.py:(\d+):(\d+): ([\w-]+) (.*)", line) for line in output.splitlines())
        return [Message(int(one[1]), int(one[2]), one[3], one[4]) for one in found if one]

    def checked_modules(self, *arguments: str) -> list[str]:
        """Which of the project's modules a run of mypy did not take from its cache."""
        output = self.run("mypy", "-v", *arguments, ".").stderr
        return re.findall(r"LOG:  Parsing (?:\./)?(\w+\.py) ", output)
