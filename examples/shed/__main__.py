"""Serves the shed: `python -m examples.shed [--data shed.sqlite] [--port 8000] [--debug]`."""

from argparse import ArgumentParser
from pathlib import Path

from .app import DATA, create_app
from .store import Store


def main() -> None:
    """Runs until it is interrupted."""
    parser = ArgumentParser(prog="python -m examples.shed", description="Serve the shed on this machine.")
    parser.add_argument("--data", type=Path, default=DATA, help="the SQLite file; a new one starts with some things")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--debug", action="store_true", help="check the wiring at start, and show errors in detail")
    options = parser.parse_args()
    create_app(Store(options.data), debug=options.debug).run("127.0.0.1", options.port)


if __name__ == "__main__":
    main()
