"""Processor time of a request under uvicorn, of the server's process alone, asked by this one over open connections.

All servers run at once and are asked in turns, a few hundred requests at a time, so that what is slow for a while is
slow for all of them.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from time import monotonic, sleep

from benchmarks.runtime.cases import BROWSER_HEADERS, CASES, FORM, FORM_HEADERS
from benchmarks.runtime.programs import Program

BATCH = 200
CONNECTIONS = 4
PATIENCE = 60.0  # seconds until a server answers

type Served = dict[str, dict[str, float]]


def microseconds(servers: Mapping[str, tuple[Program, int]], rounds: int, seconds: float) -> Served:
    """Best microseconds of the processor per request: application, case.

    The rounds end early when the seconds are over, but not before the first is complete.
    """
    best = {name: dict.fromkeys(CASES, float("inf")) for name in servers}
    end = monotonic() + seconds
    with ExitStack() as stack:
        connections = {
            name: [stack.enter_context(closing(_connection(port))) for _ in range(CONNECTIONS)]
            for name, (_, port) in servers.items()
        }
        for number in range(rounds):
            if number and monotonic() > end:
                break
            for case in CASES:
                for name, (server, _) in servers.items():
                    spent = _batch(server.pid, connections[name], _request(case))
                    best[name][case] = min(best[name][case], spent / BATCH * 1e6)
    return best


def _batch(pid: int, connections: Sequence[socket.socket], request: bytes) -> float:
    """Processor seconds of a batch of requests, one at a time on each connection."""
    before = _used(pid)
    for _ in range(BATCH // len(connections)):
        for connection in connections:
            connection.sendall(request)
        for connection in connections:
            _read(connection)
    return _used(pid) - before


def _used(pid: int) -> float:
    """Processor seconds that a process has used so far, in all of its threads; Linux makes a clock of it."""
    return time.clock_gettime(((~pid) << 3) | 2)


def _request(case: str) -> bytes:
    method, path = CASES[case]
    headers = FORM_HEADERS if method == "POST" else BROWSER_HEADERS
    lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    return f"{method} {path} HTTP/1.1\r\n".encode() + lines + b"\r\n" + (FORM if method == "POST" else b"")


def _read(connection: socket.socket) -> None:
    """One answer; RuntimeError for another status than 200, and for a body without a length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.lower().split(b"\r\n")
    lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    if b" 200 " not in status + b" " or len(lengths) != 1:
        raise RuntimeError(f"an unexpected answer: {head!r}")
    left = lengths[0] - len(body)
    while left > 0:
        left -= len(_some(connection))


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise RuntimeError("the server has closed the connection")
    return data


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _connection(port: int) -> socket.socket:
    """A connection to a server, once it has started; TimeoutError when it does not."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            sleep(0.05)
            continue
        connection.sendall(_request("plain"))
        _read(connection)
        return connection
    raise TimeoutError(f"nothing answers on port {port}")
