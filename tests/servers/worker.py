"""One process of an application: `python -m tests.servers.worker MODULE:FACTORY` serves it and prints its port."""

import socket
import sys
from importlib import import_module

import uvicorn


def main() -> None:
    """Serves until it is told to stop."""
    module, _, factory = sys.argv[1].partition(":")
    app = vars(import_module(module))[factory]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws="none")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
