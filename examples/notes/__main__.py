"""Serves the notes: `python -m examples.notes [--port 8000]`."""

from argparse import ArgumentParser

from .app import app


def main() -> None:
    """Runs until it is interrupted."""
    parser = ArgumentParser(prog="python -m examples.notes", description="Serve the notes on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    app.run("127.0.0.1", parser.parse_args().port)


if __name__ == "__main__":
    main()
