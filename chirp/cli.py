"""`chirp new`, `chirp run`, `chirp routes`, `chirp check`: the command line of the framework.

Exit codes: 0 for success, 1 when the application does not load or cannot be served, 2 for a wrong command line;
`check` has those of `chirp-check`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chirp.commands.loading import VARIABLE, LoadError, find_app
from chirp.errors import ConfigurationError
from chirp.scaffold import TEMPLATES, ScaffoldError

DEBUG_VARIABLE = "CHIRP_DEBUG"
_APP = f"""module:app, module:function for a function that returns the app, a module, or a file; without it {VARIABLE},
else app.py, main.py, or the only package here"""


def _new(options: argparse.Namespace) -> int:
    from chirp.scaffold import create

    folder = create(options.name, Path.cwd(), options.template)
    shown = folder.relative_to(Path.cwd())
    print(f"Made {shown}/ from the template `{options.template}`. Next:\n")
    print(f"  cd {shown}")
    print("  pip install --group dev    # what reloading, typing and testing need")
    print("  chirp run --reload         # serve it in debug mode, starting anew when a file changes")
    print("  chirp check                # do handlers, templates, routes and targets agree?")
    print("  pytest                     # the tests that came with it")
    return 0


def _run(options: argparse.Namespace) -> int:
    if options.reload:
        os.environ.setdefault(DEBUG_VARIABLE, "1")
    found = find_app(options.app, factory=options.factory)
    app = found.app
    host = options.host or app.config.host
    port = app.config.port if options.port is None else options.port
    if options.contract and options.workers > 1:
        raise ConfigurationError("--contract watches one process: leave out --workers")
    if not options.reload and options.workers == 1:
        if options.contract:
            from chirp.contract.live import ContractApp
            from chirp.server.dev import serve

            serve(ContractApp(app), host, port)
        else:
            app.run(host, port)
        return 0
    from chirp.commands.processes import Serving, serve_processes
    from chirp.commands.watching import watched

    folders, patterns = watched(app.describe(), debug=app.config.debug) if options.reload else ((), ())
    how = Serving(host, port, options.workers, options.reload, folders, patterns, found.made, options.contract)
    serve_processes(found.target, how)
    return 0


def _routes(options: argparse.Namespace) -> int:
    from chirp.commands.route_table import as_json, as_table

    description = find_app(options.app, factory=options.factory).app.describe()
    print(as_json(description) if options.json else as_table(description))
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chirp", description="Make, run and inspect a Chirp application.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    new = commands.add_parser(
        "new", help="make a new project", description="Make a project that runs, is checked, and has tests."
    )
    new.add_argument("name", help="name of the project and of its new folder: letters, digits, - and _")
    about = "; ".join(f"{name}: {what}" for name, what in TEMPLATES.items())
    new.add_argument("--template", choices=list(TEMPLATES), default="minimal", help=f"{about} (default: minimal)")
    new.set_defaults(function=_new)
    _add_run(
        commands.add_parser(
            "run", help="serve an application", description="Serve an application with uvicorn until Ctrl+C."
        )
    )
    routes = commands.add_parser(
        "routes",
        help="list the routes of an application",
        description="List the routes: methods, path, name, handler, what it returns.",
    )
    _add_app(routes)
    routes.add_argument("--json", action="store_true", help="print JSON, for programs")
    routes.set_defaults(function=_routes)
    commands.add_parser("check", help="verify a project without importing it (chirp-check)", add_help=False)
    return parser


def _add_app(command: argparse.ArgumentParser) -> None:
    command.add_argument("app", nargs="?", help=_APP)
    command.add_argument("--factory", action="store_true", help="the name is a function that returns the app")


def _add_run(run: argparse.ArgumentParser) -> None:
    _add_app(run)
    run.add_argument("--host", help="address to listen on (default: that of the app's configuration)")
    run.add_argument(
        "--port", type=_port, help="port to listen on, 0 for a free one (default: that of the configuration)"
    )
    several = run.add_mutually_exclusive_group()
    several.add_argument(
        "--reload",
        action="store_true",
        help=f"restart when a file changes, with {DEBUG_VARIABLE}=1 (needs chirp-check[reload])",
    )
    several.add_argument("--workers", type=_count, default=1, metavar="N", help="serve with N processes (default: 1)")
    run.add_argument(
        "--contract",
        action="store_true",
        help="compare what is answered and swapped with what the checker says, and show it in the page (to develop)",
    )
    run.set_defaults(function=_run)


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; `chirp check …` hands everything after `check` to the analyzer."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["check"]:
        from chirp_check.cli import main as check

        return check(given[1:])
    parser = _parser()
    if not given:
        parser.exit(2, parser.format_help())
    options = parser.parse_args(given)
    try:
        code: int = options.function(options)
        sys.stdout.flush()
    except (LoadError, ScaffoldError, ConfigurationError) as error:
        print(f"chirp: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
