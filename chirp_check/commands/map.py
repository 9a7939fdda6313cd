"""The map of an application, as a page, as JSON or as a Mermaid flowchart."""

import os
import sys
from collections.abc import Sequence

from chirp_check.commands.disk import write_whole
from chirp_check.config import ConfigError, read_config
from chirp_check.host import DiskHost
from chirp_check.locate import locate
from chirp_check.options import Parser

FORMATS = ("html", "mermaid", "json")


def draw(words: Sequence[str]) -> int:
    """Write the map of a project."""
    parser = Parser(prog="chirp-check map", description="Draw routes, templates, and what requests and swaps what.")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    parser.add_argument("--format", choices=FORMATS, default="html", metavar="FORMAT", help="html, mermaid or json")
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write it there (default: standard output)")
    options = parser.parse(words)
    from chirp_check.engine import Project, analyze
    from chirp_check.map.build import atlas
    from chirp_check.plugins import installed_plugins

    root, paths = locate(options.paths)
    host = DiskHost()
    analysis = analyze(Project(root, host, paths), read_config(root, host), plugins=installed_plugins())
    found = atlas(analysis.model, analysis.report)
    if options.format == "json":
        from chirp_check.map import json

        text = json.render(found, analysis.report)
    elif options.format == "mermaid":
        from chirp_check.map import mermaid

        text = mermaid.render(found)
    else:
        from chirp_check.map import html

        text = html.render(found, analysis.report, os.path.basename(os.path.realpath((options.paths or ["."])[0])))
    _write(text, options.output_file)
    return 0


def _write(text: str, name: str | None) -> None:
    if name is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(name, text.encode())
    except OSError as error:
        raise ConfigError(f"cannot be written: {(error.strerror or str(error)).lower()}", name) from error
