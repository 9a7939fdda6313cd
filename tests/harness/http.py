"""`http` fences: requests that the project, written to disk and imported, has to answer as the case says.

    GET /path → 500
    HX-Request: true
    → "part of the body"
    → not "what it must not hold"

A form body stands after the headers, on lines of its own. `fails` in place of a status: the application does not start.
`{csrf}` in a header or body is the token that the last page had.
"""

import asyncio
import importlib
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from chirp import App
from chirp.errors import ConfigurationError
from chirp.testing import TestClient

_REQUEST = re.compile(r"([A-Z]+) (\S+) → (\d{3}|fails)")
_HEADER = re.compile(r"([\w-]+): (.*)")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{86}")
_BODY = re.compile(r'→ (not )?"(.*)"')


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and what is expected of its response."""

    method: str
    path: str
    status: int | None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: list[str] = field(default_factory=list[str])
    holds: list[str] = field(default_factory=list[str])
    lacks: list[str] = field(default_factory=list[str])


def read_exchanges(text: str) -> list[Exchange]:
    """The exchanges of a fence."""
    found: list[Exchange] = []
    for line in text.splitlines():
        if request := _REQUEST.fullmatch(line):
            found.append(Exchange(request[1], request[2], None if request[3] == "fails" else int(request[3])))
        elif not found:
            raise ValueError(f"not a request: {line}")
        elif body := _BODY.fullmatch(line):
            (found[-1].lacks if body[1] else found[-1].holds).append(body[2])
        elif (header := _HEADER.fullmatch(line)) and not found[-1].body:
            found[-1].headers[header[1]] = header[2]
        elif line:
            found[-1].body.append(line)
    return found


def refutations(files: Mapping[str, str], exchanges: list[Exchange], folder: Path) -> list[str]:
    """Write the project to a folder, run it, and say where it does not answer as expected."""
    with imported(files, folder) as app:
        if isinstance(app, Exception):
            return [] if any(one.status is None for one in exchanges) else [f"the application does not start: {app!r}"]
        return asyncio.run(_drive(app, exchanges))


@contextmanager
def imported(files: Mapping[str, str], folder: Path) -> Generator[App | Exception]:
    """The application of a project that is written to a folder and imported, or what importing it raised."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    with _imported(folder) as module:
        yield module if isinstance(module, Exception) else _application(module)


@contextmanager
def _imported(folder: Path) -> Generator[ModuleType | Exception]:
    """The module `app` of a folder, or what importing it raised; afterwards it is as if nothing had been imported."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        try:
            found: ModuleType | Exception = importlib.import_module("app")
        except Exception as error:  # noqa: BLE001 - whatever the project raises is its answer
            found = error
        yield found
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            spec = sys.modules[name].__spec__
            if spec is not None and spec.origin is not None and Path(spec.origin).is_relative_to(folder):
                del sys.modules[name]


def _application(module: ModuleType) -> App:
    names = vars(module)
    made = names["app"] if "app" in names else names["create_app"]()
    assert isinstance(made, App)
    return made


async def _drive(app: App, exchanges: list[Exchange]) -> list[str]:
    """What the application answers otherwise than expected."""
    lines: list[str] = []
    tokens: list[str] = []
    try:
        async with TestClient(app) as client:
            for one in exchanges:
                lines += [f"{one.method} {one.path}: {said}" for said in await _exchange(client, one, tokens)]
    except ConfigurationError as error:
        return [] if any(one.status is None for one in exchanges) else [f"the application does not start: {error}"]
    return lines


async def _exchange(client: TestClient, one: Exchange, tokens: list[str]) -> list[str]:
    token = tokens[-1] if tokens else ""
    headers = {name: value.replace("{csrf}", token) for name, value in one.headers.items()}
    body = "".join(one.body).replace("{csrf}", token).encode()
    if body:
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    response = await client.request(one.method, one.path, headers=headers, body=body or None)
    tokens += _TOKEN.findall(response.text)
    lines = [] if response.status == one.status else [f"answered {response.status}, not {one.status or 'failed'}"]
    lines += [f"the body lacks {part!r}: {response.text!r}" for part in one.holds if part not in response.text]
    lines += [f"the body holds {part!r}: {response.text!r}" for part in one.lacks if part in response.text]
    return lines
