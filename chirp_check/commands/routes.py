"""The routes of a project, listed."""

from collections.abc import Sequence

from chirp_check.config import ConfigError
from chirp_check.options import Parser


def run(words: Sequence[str]) -> int:
    """List the routes that the text of a project registers; `ConfigError` where there is none."""
    parser = Parser(prog="chirp-check routes", description="List the routes that the text of a project registers.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files (default: the current folder)")
    parser.add_argument("--json", action="store_true", help="print an array with an object for each route")
    options = parser.parse(words)
    from chirp_check.commands.seeing import analysis_of
    from chirp_check.report import routes

    analysis = analysis_of(options.paths)
    found = analysis.model.routes()
    if options.json:
        print(routes.render_json(found, analysis.report), end="")
    elif found:
        print(routes.render(found, analysis.report), end="")
    else:
        raise ConfigError("no application registers a route here", "", "name the folder that it is in")
    return 0
