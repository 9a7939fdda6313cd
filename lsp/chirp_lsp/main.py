"""The process: standard input to the server, the server to standard output."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock

from chirp_lsp.messages import Code, Malformed, parse, refuse
from chirp_lsp.server import Server
from chirp_lsp.wire import FrameReader, Garbage, frame

USAGE_ERROR = 2
INTERRUPTED = 130
USAGE = """usage: chirp-check server [--stdio]

The language server. It speaks with one editor, on standard input and output.
"""


def main(words: Sequence[str] = ()) -> int:
    """Serve one client until `exit` or the end of its stream. The exit code is 0 after `shutdown`, else 1."""
    if "-h" in words or "--help" in words:
        sys.stdout.write(USAGE)
        return 0
    unknown = next((word for word in words if word != "--stdio"), None)
    if unknown is not None:
        sys.stderr.write(f"chirp-check server: error: unknown argument `{unknown}`\n")
        return USAGE_ERROR
    return _main()


def _main() -> int:
    source, sink = sys.stdin.fileno(), sys.stdout.buffer
    sys.stdout = sys.stderr  # what anybody prints must not get between the frames
    lock = Lock()

    def send(body: bytes) -> None:
        try:
            with lock:
                sink.write(frame(body))
                sink.flush()
        except OSError:
            pass  # the client has gone; the end of its stream tells the reading loop

    server = Server(send)
    try:
        _serve(server, FrameReader(partial(os.read, source)), send)
    except KeyboardInterrupt:
        return INTERRUPTED
    return server.leave()


def _serve(server: Server, reader: FrameReader, send: Callable[[bytes], None]) -> None:
    while server.exit_code is None:
        found = reader.next()
        if found is None:
            return
        if isinstance(found, Garbage):
            send(refuse(None, Code.PARSE_ERROR, found.reason))
            continue
        message = parse(found)
        if isinstance(message, Malformed) and message.code is Code.PARSE_ERROR:
            reader.recover(found)
        server.receive(message)
