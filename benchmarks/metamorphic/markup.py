"""Rewrites of templates."""

import re
from collections.abc import Iterator
from functools import lru_cache
from random import Random

from benchmarks.metamorphic.reading import fresh, own_folder
from benchmarks.metamorphic.rewriting import Edit, Files, Piece, Rewrite, Taken
from benchmarks.mutants.application import Element, Tag, elements, outputs, tags, without_comments

NAMED = frozenset(
    {"if", "unless", "for", "while", "block", "fragment", "def", "call", "match", "with", "capture", "cache", "filter"}
)
QUIET = frozenset({"if", "elif", "else", "unless", "for", "empty", "end", "endif", "endfor", "endunless"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
THROUGH = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-target", "action", "href", "id")
_GUARD = re.compile(r"(\w+)[\w.]*\s*\?\?|(\w+)[\w.]*\s*\|\s*default|(\w+)[\w.]* is (?:not )?defined")
_SPACE = re.compile(r"\s+")
_FROM = re.compile(r"\bimport\s+(.*)")
_TERNARY = re.compile(r"^(?P<a>[^'\"{}]*?|\s*'[^']*'\s*|\s*\"[^\"]*\"\s*) if (?P<c>.+) else (?P<b>.+)$", re.DOTALL)


@lru_cache(4096)
def _tags(text: str) -> tuple[Tag, ...]:
    """The tags of a template; none for one that is out of balance."""
    try:
        return tuple(tags(text))
    except IndexError:
        return ()


@lru_cache(4096)
def _elements(text: str) -> tuple[Element, ...]:
    return tuple(elements("", text))


def _templates(files: Files, random: Random) -> Iterator[tuple[str, str]]:
    paths = [path for path in files if path.endswith(".html")]
    random.shuffle(paths)
    return ((path, files[path]) for path in paths)


def _shuffled[T](found: tuple[T, ...], random: Random) -> list[T]:
    return random.sample(found, len(found))


def _in_script(text: str, at: int) -> bool:
    """Whether an offset is inside a script, a style or another element whose text is no markup."""
    for name in ("script", "style", "textarea", "title", "select", "raw"):
        opened = max(text.rfind(f"<{name}", 0, at), text.rfind(f"{{% {name}", 0, at))
        closed = max(text.rfind(f"</{name}", 0, at), text.rfind(f"{{% end{name}", 0, at))
        if opened > closed:
            return True
    return False


def _guarded(text: str, piece: str) -> bool:
    """Whether a piece reads a name that a guard of the file is about: moving it changes what Kida looks up first."""
    names = {name for found in _GUARD.findall(text) for name in found if name}
    return any(re.search(rf"\b{name}\b", piece) for name in names)


def named_ends(files: Files, random: Random) -> Iterator[Rewrite]:
    """`{% end %}` gets the name of what it ends, or loses it."""
    for path, text in _templates(files, random):
        found = _tags(text)
        pairs = [(one, found[one.close]) for one in found if one.close is not None]
        for opener, end in random.sample(pairs, len(pairs)):
            if opener.word in NAMED and not end.rest.strip():
                word = f"end{opener.word}" if end.word == "end" else "end"
                start = end.word_start
                yield Rewrite((Edit(path, start, start + len(end.word), (word,)),))


def all_named_ends(files: Files, random: Random) -> Iterator[Rewrite]:
    """All ends of a file get names."""
    for path, text in _templates(files, random):
        found = _tags(text)
        edits = [
            Edit(path, end.word_start, end.word_start + len(end.word), (f"end{one.word}",))
            for one in found
            if one.close is not None and one.word in NAMED and (end := found[one.close]).word == "end"
        ]
        if edits:
            yield Rewrite(tuple(edits))


def attribute_quotes(files: Files, random: Random) -> Iterator[Rewrite]:
    """Single quotes around the value of an attribute."""
    for path, text in _templates(files, random):
        for element in _shuffled(_elements(text), random):
            for one in element.attributes:
                if "'" not in one.value and text[one.end - 1] == '"' and not _in_script(text, element.start):
                    pieces = ("'", Taken(path, one.value_start, one.value_end), "'")
                    yield Rewrite((Edit(path, one.value_start - 1, one.value_end + 1, pieces),))


def swap_attributes(files: Files, random: Random) -> Iterator[Rewrite]:
    """Two attributes next to each other change places."""
    for path, text in _templates(files, random):
        for element in _shuffled(_elements(text), random):
            pairs = [
                (one, other)
                for one, other in zip(element.attributes, element.attributes[1:], strict=False)
                if _SPACE.fullmatch(text, one.end, other.start) and one.name != other.name
            ]
            if pairs:
                one, other = random.choice(pairs)
                yield Rewrite(
                    (
                        Edit(path, one.start, one.end, (Taken(path, other.start, other.end),)),
                        Edit(path, other.start, other.end, (Taken(path, one.start, one.end),)),
                    )
                )


def tag_quotes(files: Files, random: Random) -> Iterator[Rewrite]:
    """Single quotes around the name of a template in a tag."""
    for path, text in _templates(files, random):
        for tag in _shuffled(_tags(text), random):
            found = re.match(r'\s*"([^"\']*)"', tag.rest)
            if found is None or tag.word not in ("extends", "include", "from", "embed", "import"):
                continue
            start = tag.rest_start + found.start(1)
            end = tag.rest_start + found.end(1)
            yield Rewrite((Edit(path, start - 1, end + 1, ("'", Taken(path, start, end), "'")),))


def markup_comment(files: Files, random: Random) -> Iterator[Rewrite]:
    """A comment or an empty line in front of an element."""
    notes = (
        '{# <p id="nobody" hx-get="/nowhere"> #}',
        "{# é 😀 {% block nothing %} #}",
        "\n",
        "\n{# A note #}\n",
        "<!-- a -->",
    )
    for path, text in _templates(files, random):
        for element in _shuffled(_elements(text), random):
            if not _in_script(text, element.start) and text.find("<body") < element.start:
                yield Rewrite((Edit(path, element.start, element.start, (random.choice(notes),)),))


def _value_parts(path: str, value: str, start: int) -> list[Piece] | None:
    """An attribute's value as one concatenation; None where it has tags or characters that are escaped."""
    pieces: list[Piece] = []
    at = 0
    for found in outputs(value):
        literal = value[at : found.start()]
        if literal:
            pieces += ["" if not pieces else " ~ ", "'", Taken(path, start + at, start + found.start()), "'"]
        inner = found[1]
        lead = len(inner) - len(inner.lstrip())
        text = inner.strip()
        pieces += ["" if not pieces else " ~ ", "("]
        pieces += [Taken(path, start + found.start(1) + lead, start + found.start(1) + lead + len(text)), ")"]
        at = found.end()
    if value[at:]:
        pieces += ["" if not pieces else " ~ ", "'", Taken(path, start + at, start + len(value)), "'"]
    return pieces


def to_tilde(files: Files, random: Random) -> Iterator[Rewrite]:
    """`/a/{{ b }}` in an attribute becomes `{{ '/a/' ~ b }}`."""
    for path, text in _templates(files, random):
        for element in _shuffled(_elements(text), random):
            for one in element.attributes:
                value = one.value
                literal = re.sub(r"\{\{.*?\}\}", "", value)
                if "{{" not in value or "{%" in value or "{#" in value or re.search(r"[&<>'\"\\{}]", literal):
                    continue
                if not literal.strip() or text[one.end - 1] != '"':
                    continue
                pieces = _value_parts(path, value, one.value_start)
                if pieces:
                    edit = Edit(path, one.value_start, one.value_end, ("{{ ", *pieces, " }}"))
                    yield Rewrite((edit,))


def through_set(files: Files, random: Random) -> Iterator[Rewrite]:
    """`hx-get="/a/{{ b }}"` becomes `hx-get="{{ url }}"`, set in front of the element."""
    for path, text in _templates(files, random):
        for element in _shuffled(_elements(text), random):
            if _in_script(text, element.start):
                continue
            for one in element.attributes:
                literal = re.sub(r"\{\{.*?\}\}", "", one.value)
                plain = not re.search(r"\{%|\{#", one.value) and not re.search(r"[&<>'\"\\{}]", literal)
                if one.name not in THROUGH or not plain or not literal.strip() or text[one.end - 1] != '"':
                    continue
                pieces = _value_parts(path, one.value, one.value_start)
                if pieces and not _guarded(text, one.value):
                    name = fresh(random)
                    above = Edit(path, element.start, element.start, (f"{{% set {name} = ", *pieces, " %}"))
                    yield Rewrite((above, Edit(path, one.value_start, one.value_end, (f"{{{{ {name} }}}}",))))


def conditional_output(files: Files, random: Random) -> Iterator[Rewrite]:
    """`{{ a if c else b }}` becomes an `if` tag."""
    for path, text in _templates(files, random):
        for found in _shuffled(tuple(outputs(text)), random):
            parts = _TERNARY.match(found[1])
            if (
                parts is None
                or _guarded(text, found[1])
                or found[1].count(" if ") != 1
                or found[1].count(" else ") != 1
            ):
                continue
            taken = {
                name: Taken(path, found.start(1) + parts.start(name), found.start(1) + parts.end(name))
                for name in ("a", "b", "c")
            }
            pieces = ("{% if ", taken["c"], " %}{{ ", taken["a"], " }}{% else %}{{ ", taken["b"], " }}{% end %}")
            yield Rewrite((Edit(path, found.start(), found.end(), pieces),))


def output_in_if(files: Files, random: Random) -> Iterator[Rewrite]:
    """An output, or an include, goes into `{% if true %}`."""
    for path, text in _templates(files, random):
        ranges = [(one.start(), one.end()) for one in outputs(text)]
        ranges += [(one.start, one.end) for one in _tags(text) if one.word == "include"]
        for start, end in random.sample(ranges, len(ranges)):
            if not _in_script(text, start) and not _guarded(text, text[start:end]):
                pieces = ("{% if true %}", Taken(path, start, end), "{% end %}")
                yield Rewrite((Edit(path, start, end, pieces),))


def inline_include(files: Files, random: Random) -> Iterator[Rewrite]:
    """An include becomes the text of the file, where that has no blocks of its own."""
    for path, text in _templates(files, random):
        for tag in _shuffled(_tags(text), random):
            found = re.fullmatch(r'\s*["\']([^"\']+)["\']\s*', tag.rest)
            if tag.word != "include" or found is None:
                continue
            other = _path_of(files, found[1])
            words = {one.word for one in _tags(files[other])} if other is not None else {"block"}
            if other is not None and not words & {"block", "extends", "def", "region", "fragment"}:
                yield Rewrite((Edit(path, tag.start, tag.end, (Taken(other, 0, len(files[other])),)),))


def _path_of(files: Files, name: str) -> str | None:
    return next((path for path in files if path == name or path.endswith("/" + name)), None)


def extract_include(files: Files, random: Random) -> Iterator[Rewrite]:
    """An element without blocks in it goes to a file of its own, which is included."""
    for path, text in _templates(files, random):
        if not path.startswith("templates/"):
            continue
        found = _tags(text)
        imported = {
            name.split(" as ")[-1].strip()
            for one in found
            if one.word == "from" and (names := _FROM.search(one.rest))
            for name in names[1].split(",")
        }
        for element in _shuffled(_elements(text), random):
            end = _element_end(text, element)
            if end is None or _in_script(text, element.start):
                continue
            inside = [one for one in found if element.start <= one.start < end]
            around = [found[at].word for at in inside[0].above] if inside else None
            if _in_empty(found, element.start):
                continue
            if around is None or not all(one.word in QUIET for one in inside):
                continue
            if {"def", "call", "slot", "capture", "match"} & set(around) or not _balanced(
                inside, found, element.start, end
            ):
                continue
            piece = text[element.start : end]
            if _guarded(text, piece) or any(re.search(rf"\b{name}\b", piece) for name in imported):
                continue
            name = f"{fresh(random, 'part')}.html"
            folder = own_folder(path)
            include = f'{{% include "{folder.removeprefix("templates/")}{name}" %}}'
            created = {folder + name: (Taken(path, element.start, end),)}
            yield Rewrite((Edit(path, element.start, end, (include,)),), created)


def _in_empty(found: tuple[Tag, ...], at: int) -> bool:
    """Whether a place is in the `empty` part of a loop, where Kida 0.12 cannot include."""
    loops = (one for one in found if one.word == "for" and one.close is not None)
    ranges = [(one.start, found[one.close or 0].start) for one in loops]
    marks = [one.start for one in found if one.word in ("empty", "else")]
    return any(start < mark < at < end for start, end in ranges for mark in marks)


def _balanced(inside: list[Tag], found: tuple[Tag, ...], start: int, end: int) -> bool:
    """Whether what is opened in a range is closed in it, and nothing else is."""
    closes = {one.close: at for at, one in enumerate(found) if one.close is not None}
    for one in inside:
        at = found.index(one)
        if one.close is not None and found[one.close].start >= end:
            return False
        if one.word.startswith("end") and found[closes[at]].start < start:
            return False
        if one.word in ("else", "elif", "empty") and (not one.above or found[one.above[-1]].start < start):
            return False
    return True


def _element_end(text: str, element: Element) -> int | None:
    """Where an element ends, when only its own tags tell."""
    if element.name in VOID or element.name in ("html", "head", "body", "option", "tr", "td"):
        return None
    clean = without_comments(text)
    depth, at = 0, element.start
    opening = re.compile(rf"<(/?){element.name}\b")
    for found in opening.finditer(clean, at):
        depth += -1 if found[1] else 1
        if depth == 0:
            return clean.index(">", found.start()) + 1
    return None
