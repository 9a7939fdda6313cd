"""The map of an application, as a page, as JSON or as a Mermaid flowchart."""

import os
import sys
from collections.abc import Sequence

from chirp_check.commands.disk import write_whole
from chirp_check.options import Parser

FORMATS = ("html", "mermaid", "json")


def draw(words: Sequence[str]) -> int:
    """Write the map of a project."""
    parser = Parser(prog="chirp-check map", description="Draw routes, templates, and what requests and swaps what.")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    parser.add_argument("--format", choices=FORMATS, default="html", metavar="FORMAT", help="html, mermaid or json")
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write it there (default: standard output)")
    options = parser.parse(words)
    from chirp_check.commands.seeing import analysis_of
    from chirp_check.map.build import atlas

    analysis = analysis_of(options.paths)
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
    write_whole(name, text.encode())
