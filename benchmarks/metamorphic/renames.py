"""Rewrites that rename something wherever it is named: a block, an id, a template, a name of the context, a path."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from random import Random

from benchmarks.metamorphic.reading import parsed
from benchmarks.metamorphic.rewriting import Edit, Files, Rewrite

_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)")
_ID = re.compile(r'(?<![\w-])id="([\w-]+)"')
_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_STRING = re.compile(r""""[^"]*"|'[^']*'""")
# Names with a meaning of their own for folders of pages.
CONVENTIONAL = frozenset({"page_content", "page_root", "content"})
SUFFIX = "_zq"


def _texts(files: Files) -> Iterator[tuple[str, ast.Constant, int, int]]:
    """The plain texts of all Python files, with the range inside the quotes."""
    for path, text in files.items():
        if path.endswith(".py"):
            tree = parsed(text)
            for node in tree.nodes:
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    start, end = tree.start(node), tree.end(node)
                    if text[start + 1 : end - 1] == node.value:
                        yield path, node, start + 1, end - 1


def _edits(places: list[tuple[str, int, int]], text: str) -> tuple[Edit, ...]:
    return tuple(Edit(path, start, end, (text,)) for path, start, end in dict.fromkeys(places))


def rename_block(files: Files, random: Random) -> Iterator[Rewrite]:
    """A block gets another name in all templates and handlers."""
    templates = {path: text for path, text in files.items() if path.endswith(".html")}
    names = Counter(name for text in templates.values() for name in _BLOCK.findall(text))
    ids = {name for text in templates.values() for name in _ID.findall(text)}
    ids |= {name.replace("-", "_") for name in ids}
    for name in random.sample(sorted(names), len(names)):
        uses = [(path, start, end, node) for path, node, start, end in _texts(files) if node.value == name]
        if name in CONVENTIONAL or name in ids or not all(_is_block(files, path, node) for path, _, _, node in uses):
            continue
        places = [(path, start, end) for path, start, end, _ in uses]
        for path, text in templates.items():
            places += [(path, found.start(1), found.end(1)) for found in _BLOCK.finditer(text) if found[1] == name]
            places += [
                (path, found.start(1), found.end(1)) for found in re.finditer(rf"\{{%-?\s*endblock\s+({name})\b", text)
            ]
        yield Rewrite(_edits(places, name + SUFFIX), renamed={name: name + SUFFIX})


def _is_block(files: Files, path: str, node: ast.Constant) -> bool:
    """Whether a text is the second argument of a call whose first is a template."""
    tree = parsed(files[path])
    call = tree.parents[node]
    if not isinstance(call, ast.Call) or len(call.args) < 2 or call.args[1] is not node:
        return False
    first = call.args[0]
    named = isinstance(first, ast.Constant) and str(first.value).endswith(".html")
    return named or (isinstance(first, ast.Name) and first.id.isupper())


def rename_id(files: Files, random: Random) -> Iterator[Rewrite]:
    """An id gets another name wherever it is written."""
    templates = {path: text for path, text in files.items() if path.endswith(".html")}
    scripts = " ".join(text for path, text in files.items() if path.endswith((".js", ".css")) and "htmx" not in path)
    names = {name for text in templates.values() for name in _ID.findall(text)}
    blocks = {name for text in templates.values() for name in _BLOCK.findall(text)}
    for name in random.sample(sorted(names), len(names)):
        if name in blocks or name.replace("-", "_") in blocks or name in scripts:
            continue
        word = re.compile(rf"(?<![\w-])#?({re.escape(name)})(?![\w-])")
        places: list[tuple[str, int, int]] = []
        for path, text in templates.items():
            places += [(path, found.start(1), found.end(1)) for found in word.finditer(text)]
        if not all(_in_reference(files[path], start, end) for path, start, end in places):
            continue
        uses = [
            (path, start, end, node) for path, node, start, end in _texts(files) if node.value in (name, "#" + name)
        ]
        if all(_is_target(files, path, node) for path, _, _, node in uses):
            places += [(path, end - len(name), end) for path, _, end, _ in uses]
            yield Rewrite(_edits(places, name + "-zq"), renamed={name: name + "-zq"})


def _in_reference(text: str, start: int, end: int) -> bool:
    """Whether a word is the whole value of an attribute that holds an id."""
    head = text[max(0, start - 40) : start]
    named = re.search(r'(?:\bid|for|hx-target|hx-indicator|hx-include|hx-select|href|aria-\w+)="#?$', head)
    return named is not None and text[end : end + 1] == '"'


def _is_target(files: Files, path: str, node: ast.Constant) -> bool:
    parent = parsed(files[path]).parents[node]
    return isinstance(parent, ast.keyword) and parent.arg in ("target", "retarget")


def rename_template(files: Files, random: Random) -> Iterator[Rewrite]:
    """A template file gets another name."""
    paths = [path for path in files if path.startswith("templates/") and path.endswith(".html")]
    for path in random.sample(paths, len(paths)):
        name = path.removeprefix("templates/")
        new = name.removesuffix(".html") + SUFFIX + ".html"
        places: list[tuple[str, int, int]] = [
            (other, start, end) for other, node, start, end in _texts(files) if node.value == name
        ]
        quoted = re.compile(rf"""["']({re.escape(name)})["']""")
        for other, text in files.items():
            if other.endswith(".html"):
                places += [(other, found.start(1), found.end(1)) for found in quoted.finditer(text)]
        yield Rewrite(_edits(places, new), moved={path: "templates/" + new}, renamed={name: new})


def _reserved(files: Files) -> set[str]:
    """The names that functions and classes give a meaning: parameters, fields, attributes."""
    found = {"target", "swap", "context", "retarget", "status", "methods", "name", "trigger", "headers"}
    found |= {"page_title", "breadcrumb_label", "breadcrumb_items", "current_path"}
    for path, text in files.items():
        for node in parsed(text).nodes if path.endswith(".py") else ():
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def rename_context(files: Files, random: Random) -> Iterator[Rewrite]:
    """A name of the context is another one in handlers, helpers and templates."""
    reserved = _reserved(files)
    keywords: dict[str, list[tuple[str, int, int]]] = {}
    for path, text in files.items():
        tree = parsed(text) if path.endswith(".py") else None
        for node in tree.nodes if tree is not None else ():
            if isinstance(node, ast.keyword) and node.arg and tree is not None:
                start = tree.offset(node.lineno, node.col_offset)
                keywords.setdefault(node.arg, []).append((path, start, start + len(node.arg)))
    for name in random.sample(sorted(set(keywords) - reserved), len(set(keywords) - reserved)):
        uses = [(path, start, end, node) for path, node, start, end in _texts(files) if node.value == name]
        if not all(_is_key(files, path, node) for path, _, _, node in uses):
            continue
        inside = _names_in_templates(files, name)
        if inside is not None and inside:
            places = [*keywords[name], *((path, start, end) for path, start, end, _ in uses), *inside]
            yield Rewrite(_edits(places, name + SUFFIX), renamed={name: name + SUFFIX})


def _is_key(files: Files, path: str, node: ast.Constant) -> bool:
    """Whether a text is a key of a dict display."""
    parent = parsed(files[path]).parents[node]
    if isinstance(parent, ast.Dict):
        return any(one is node for one in parent.keys)
    if not isinstance(parent, ast.Call) or not isinstance(parent.func, ast.Attribute):
        return False
    return parent.func.attr == "setdefault" and parent.args[0] is node


def _names_in_templates(files: Files, name: str) -> list[tuple[str, int, int]] | None:
    """Where templates read a name; None where one of them uses the word for something else."""
    found: list[tuple[str, int, int]] = []
    word = re.compile(rf"(?<![\w.|-]){name}(?![\w-])")
    for path, text in files.items():
        if not path.endswith(".html"):
            continue
        for tag in _TAG.finditer(text):
            inside = _STRING.sub(lambda match: " " * len(match[0]), tag[0])
            if re.match(r"\{%-?\s*(set|let|for|def|from|import|with|block|macro|slot|capture|provide)\b", inside) and (
                _binds(inside, name)
            ):
                return None
            for one in word.finditer(inside):
                if re.match(r"\s*=(?!=)|\s*\(", inside[one.end() :]):
                    return None
                found.append((path, tag.start() + one.start(), tag.start() + one.end()))
    return found


def _binds(inside: str, name: str) -> bool:
    """Whether a tag binds a name, or uses it in a place that is no expression."""
    looped = re.match(r"\{%-?\s*for\s+(.*?)\s+in\s+", inside)
    if looped is not None:
        return re.search(rf"\b{name}\b", looped[1]) is not None
    return re.search(rf"\b{name}\b", inside) is not None


def rename_path(files: Files, random: Random) -> Iterator[Rewrite]:
    """The first segment of some paths is another word."""
    sources = {path: text for path, text in files.items() if path.endswith((".py", ".html"))}
    segments = {found for text in sources.values() for found in re.findall(r"""["']/([a-z]+)(?![\w.])""", text)}
    folders = {part.partition(".")[0] for path in files if "pages/" in path for part in path.split("/")}
    for name in random.sample(sorted(segments - folders - {"static"}), len(segments - folders - {"static"})):
        word = re.compile(rf"/({name})(?![\w.-])")
        places = [
            (path, found.start(1), found.end(1))
            for path, text in sources.items()
            for found in word.finditer(text)
            if text[found.start() - 1] in "\"'"
        ]
        yield Rewrite(_edits(places, name + "-zq"), renamed={f"/{name}": f"/{name}-zq"})
