"""The templates that installed packages bring, and edits that break them."""

import random
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("chirp_ui", "bengal_themes", "kida")

# What an editor session leaves behind: halves of tags, stray ends, odd characters.
FRAGMENTS = (
    "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", '"', "'", "(", ")", "<", ">", "<div", "</div>", "\n", "\r\n",
    "é", "😀", "\\", "$", "{", "}", "..", "??", "|>", " if ", " not ", "{% end %}", "{% if x %}", "{% else %}",
    "{% endif %}", "{% for a in b %}", "{% endfor %}", "{% raw %}", "{% endraw %}", "{% block b %}", "{% endblock %}",
    "{% match x %}", "{% case 1 %}", "{% try %}", "{% fallback %}", "{% slot a let:x %}", "{% slot a let:x=1 %}",
    "{% call f() %}", "{% trans n=1 %}", "{% plural %}", "{% region r() %}", "{% endregion %}", "{% embed 'x' %}",
    "{% break %}", "{% foo %}", "{% %}", "{{ }}", "{% with a as b %}", "{% unless a %}", "{% template a: b %}",
    "{# c #}",
)  # fmt: skip


def templates() -> dict[str, str]:
    """The text of every template below the installed packages, by a path from the package on."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        spec = find_spec(package)
        for place in spec.submodule_search_locations or () if spec is not None else ():
            root = Path(place)
            for path in sorted(root.rglob("*.html")):
                found[f"{package}/{path.relative_to(root).as_posix()}"] = path.read_bytes().decode()
    return found


def edited(text: str, source: random.Random) -> str:
    """The text after a few random deletions, insertions, moves and replacements."""
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        at = source.randrange(len(text) + 1)
        kind = source.random()
        if kind < 0.35:
            text = text[:at] + text[at + source.choice((1, 1, 2, 5, 20)) :]
        elif kind < 0.8:
            text = text[:at] + source.choice(FRAGMENTS) + text[at:]
        elif kind < 0.9:
            start = source.randrange(len(text) + 1)
            text = text[:at] + text[start : start + source.randrange(60)] + text[at:]
        else:
            text = text[:at] + chr(source.choice((0, 9, 13, 0xA0, 0x2028, 0xD800, 0xFFFC, 0xFFFD))) + text[at + 1 :]
    return text
