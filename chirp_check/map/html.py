"""The map as one page that needs nothing else: style, data and scripts are in it, and no other script may run."""

import base64
import hashlib
from html import escape
from pathlib import Path

from chirp_check.map.atlas import Atlas
from chirp_check.map.json import compact
from chirp_check.map.vendored import SCRIPTS, Vendored
from chirp_check.report.outcome import Report
from chirp_check.report.visible import plain

HERE = Path(__file__).parent


def render(atlas: Atlas, report: Report, title: str) -> str:
    """The page, in ASCII but for what the scripts hold. `title` is the name of the project."""
    scripts = [_vendored(one) for one in SCRIPTS]
    scripts += [_script(f"page/{name}") for name in ("layout.js", "view.js", "main.js")]
    licences = "; ".join(f"{one.package} {one.version} ({one.licence})" for one in SCRIPTS)
    parts = {
        "title": escape(plain(title)),
        "policy": "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join(_hash(one) for one in scripts)}",
                "style-src 'unsafe-inline'",  # what the graph library adds is a style, too
                "img-src data: blob:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
        "style": _read("page/map.css"),
        "licences": escape(licences),
        "data": compact(atlas, report).replace("<", "\\u003c"),
        "scripts": "\n".join(f"<script>{one}</script>" for one in scripts),
    }
    made: list[str] = []
    rest = _read("page/map.html")
    while "{{" in rest:  # what is filled in is not looked at again
        before, _, rest = rest.partition("{{")
        name, _, rest = rest.partition("}}")
        made += [before, parts[name]]
    return "".join((*made, rest))


def _vendored(one: Vendored) -> str:
    """A library with its licence, which has to go where it goes."""
    licence = _read(f"vendor/{one.licence_file}").strip()
    script = _script(f"vendor/{one.file}")
    return f"/*! {one.package} {one.version}\n\n{licence}\n*/\n{script}"


def _script(name: str) -> str:
    """A script as it stands in the page: without the comment that points to a file beside it."""
    return "\n".join(line for line in _read(name).split("\n") if not line.startswith("//# sourceMappingURL="))


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
