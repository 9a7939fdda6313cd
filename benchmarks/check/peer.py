"""The checker of bengal-chirp over the very same application, in an environment of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.check.figures import Generated, generated
from benchmarks.check.processes import ENVIRONMENT, ROOT, check, cpu, interleaved, run, usual_wall, wall, without_cache
from benchmarks.check.table import Row

PRIVATE = ROOT / ".build"
PEER = PRIVATE / "peer"
PACKAGES = ("bengal-chirp==0.10.3", "itsdangerous", "python-multipart", "pytest", "uvicorn")
SIZES = (30, 100)
TIMES = 5.0
# Starts the application there and asks for a page, so that what is checked is an application that runs.
START = """
import asyncio
from app import app
from chirp.testing import TestClient
async def ask():
    async with TestClient(app) as client:
        response = await client.get("/")
        print(response.status, chirp.__file__)
import chirp
asyncio.run(ask())
"""


def install(packages: Sequence[str], *where: str) -> None:
    """Installs packages with uv."""
    _uv("pip", "install", "--quiet", *where, *packages)


def _uv(*words: str) -> None:
    """Runs uv with its cache in this checkout."""
    uv = shutil.which("uv") or str(PRIVATE / "uv/bin/uv")
    environment = {**ENVIRONMENT, "UV_CACHE_DIR": str(PRIVATE / "uv-cache")}
    subprocess.run([uv, *words], check=True, env=environment)


def environment() -> Path:
    """The folder with the programs of bengal-chirp's own environment, made when needed."""
    if not (PEER / "made").is_file() or (PEER / "made").read_text() != " ".join(PACKAGES):
        shutil.rmtree(PEER, ignore_errors=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(PEER))
        install(PACKAGES, "--python", str(PEER / "bin/python"))
        (PEER / "made").write_text(" ".join(PACKAGES))
    return PEER / "bin"


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Whole processes of both checkers over the same files, in turn."""
    programs = environment()
    for size in SIZES:
        one = generated(folder / f"of-{size}", size)
        variables = {**ENVIRONMENT, "PYTHONPATH": str(one.folder), "NO_COLOR": "1"}
        started = run([str(programs / "python"), "-c", START], one.folder, variables).said
        if not started.startswith("200 ") or str(PEER) not in started:
            raise RuntimeError(f"the application does not run under bengal-chirp:\n{started[-2000:]}")
        yield from _compare(one, programs, variables, rounds)


def _compare(one: Generated, programs: Path, variables: dict[str, str], rounds: int) -> Iterator[Row]:
    command = [str(programs / "chirp"), "check", "app:app"]
    cache = str(one.folder.parent / f"cache-{one.templates}")
    measures = {
        "theirs": partial(run, command, one.folder, variables),
        "ours": partial(check, one.folder, *without_cache()),
        "ours, unchanged": partial(check, one.folder, "--cache-dir", cache),
    }
    for measure in measures.values():
        measure()  # it may have to write bytecode, or its cache
    costs = interleaved(measures, rounds)
    for name, found in costs.items():
        if any(cost.code for cost in found):
            raise RuntimeError(f"{name} has errors:\n{found[0].said[:2000]}")
    theirs, ours = costs["theirs"], costs["ours"]
    note = f"{wall(theirs):.2f} s against {wall(ours):.2f} s (medians {usual_wall(theirs):.2f}, {usual_wall(ours):.2f})"
    name = f"bengal-chirp's check, {one.templates} templates, {one.handlers} handlers: times ours"
    yield Row(name, wall(theirs) / wall(ours), TIMES, "", note, at_least=True)
    yield Row("  the same, by processor time", cpu(theirs) / cpu(ours), TIMES, "", at_least=True)
    again = costs["ours, unchanged"]
    yield Row(
        "  the same, nothing changed since our last run", wall(theirs) / wall(again), None, "", f"{wall(again):.2f} s"
    )
