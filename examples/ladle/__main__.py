"""Serves the recipes: `python -m examples.ladle [--port 8000] [--debug]`."""

from argparse import ArgumentParser

from .app import create_app


def main() -> None:
    """Runs until it is interrupted."""
    parser = ArgumentParser(prog="python -m examples.ladle", description="Serve the recipes on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--debug", action="store_true", help="check the wiring at start, and show errors in detail")
    options = parser.parse_args()
    create_app(debug=options.debug).run("127.0.0.1", options.port)


if __name__ == "__main__":
    main()
