"""`chirp run`, `chirp routes`, `chirp check`: the command line of the framework.

Exit codes: 0 for success, 1 when the application does not load, 2 for a wrong command line; `check` has its own.
"""

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chirp.app import App
from chirp.errors import ConfigurationError


class LoadError(Exception):
    """The application that a command names cannot be had; the message says why."""


def load_app(target: str) -> App:
    """The App that `module:name` names; a function of that name is called for it."""
    module_name, colon, attribute = target.partition(":")
    if not colon or not module_name or not attribute:
        raise LoadError(f"`{target}` is not of the form module:app")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise LoadError(f"there is no module `{error.name}` here") from None
        raise LoadError(_failed(module_name)) from error
    except Exception as error:  # the boundary: importing runs the user's code, which may raise anything
        raise LoadError(_failed(module_name)) from error
    names: dict[str, Any] = vars(module)
    found = names.get(attribute)
    if found is None:
        raise LoadError(f"the module `{module_name}` has no `{attribute}`")
    app = found() if callable(found) and not isinstance(found, App) else found
    if not isinstance(app, App):
        raise LoadError(f"`{target}` is {type(app).__name__}, not a chirp.App")
    return app


def _failed(module: str) -> str:
    trace = traceback.format_exc().rstrip()
    return f"`{module}` cannot be imported:\n{trace}"


def _run(options: argparse.Namespace) -> int:
    app = load_app(options.app)
    host = options.host or app.config.host
    port = app.config.port if options.port is None else options.port
    if not options.reload:
        app.run(host, port)
        return 0
    from chirp.server.dev import serve

    module, _, attribute = options.app.partition(":")
    is_factory = not isinstance(vars(sys.modules[module])[attribute], App)
    serve(options.app, host, port, reload=True, factory=is_factory)
    return 0


def _routes(options: argparse.Namespace) -> int:
    routes = load_app(options.app).describe().routes
    rows = [(" ".join(sorted(route.methods)), route.path, route.name or "", route.origin) for route in routes]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for *cells, origin in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)), origin, sep="  ")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chirp", description="Run and inspect a Chirp application.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("run", help="serve an application")
    run.add_argument("app", help="module:app, or module:function that returns the app")
    run.add_argument("--host", help="address to listen on (default: that of the app's configuration)")
    run.add_argument("--port", type=int, help="port to listen on (default: that of the app's configuration)")
    run.add_argument("--reload", action="store_true", help="restart when a file changes")
    run.set_defaults(function=_run)
    routes = commands.add_parser("routes", help="list the routes of an application")
    routes.add_argument("app", help="module:app, or module:function that returns the app")
    routes.set_defaults(function=_routes)
    commands.add_parser("check", help="verify a project without importing it (chirp-check)", add_help=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; `chirp check …` hands everything after `check` to the analyzer."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["check"]:
        from chirp_check.cli import main as check

        return check(given[1:])
    options = _parser().parse_args(given)
    try:
        code: int = options.function(options)
    except (LoadError, ConfigurationError) as error:
        print(f"chirp: {error}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
