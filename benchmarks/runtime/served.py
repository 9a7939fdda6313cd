"""Processor time per request under uvicorn: the server's process, asked over one connection that stays open."""

import os
import socket
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from benchmarks.runtime.cases import CASES, FORM, FORM_HEADERS
from benchmarks.runtime.programs import Program

REQUESTS = 2_000
PATIENCE = 30.0  # seconds until a server answers
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def microseconds(server: Program, port: int, rounds: int) -> dict[str, float]:
    """Best microseconds of the processor per request of each case; each round is `REQUESTS` requests."""
    best = dict.fromkeys(CASES, float("inf"))
    with closing(_connection(port)) as connection:
        for case in CASES:
            for _ in range(rounds):
                before = _used(server.pid)
                for _ in range(REQUESTS):
                    _ask(connection, case)
                best[case] = min(best[case], (_used(server.pid) - before) / REQUESTS * 1e6)
    return best


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _connection(port: int) -> HTTPConnection:
    """A connection to a server that has started; TimeoutError when it does not."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            _ask(connection, "plain")
        except ConnectionRefusedError:
            sleep(0.05)
            continue
        return connection
    raise TimeoutError(f"nothing answers on port {port}")


def _ask(connection: HTTPConnection, case: str) -> None:
    """One request; RuntimeError for another answer than 200."""
    method, path = CASES[case]
    headers = {name.decode(): value.decode() for name, value in FORM_HEADERS} if method == "POST" else {}
    connection.request(method, path, FORM if method == "POST" else None, headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{case}: status {response.status}")


def _used(pid: int) -> float:
    """Processor seconds that a process has used so far; Linux tells."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
