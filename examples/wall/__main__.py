"""Serves the wall: `python -m examples.wall [--redis URL] [--port 8000] [--debug]`."""

from argparse import ArgumentParser

from chirp import ConfigurationError

from .app import create_app, log_at


def main() -> None:
    """Runs until it is interrupted."""
    parser = ArgumentParser(prog="python -m examples.wall", description="Serve the wall on this machine.")
    parser.add_argument(
        "--redis",
        metavar="URL",
        default="",
        help="share the walls with the other processes at this Redis, such as redis://localhost:6379/0; "
        "without it, they live in the memory of this process",
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--debug", action="store_true", help="check the wiring at start, and show errors in detail")
    options = parser.parse_args()
    try:
        app = create_app(log_at(options.redis), debug=options.debug)
    except ConfigurationError as error:
        parser.error(str(error))
    app.run("127.0.0.1", options.port)


if __name__ == "__main__":
    main()
