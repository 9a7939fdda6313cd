"""Blind edits of templates: they know words, tags, attributes and lines, and nothing of what any of them means."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from random import Random

from benchmarks.confirmed.edits import Edit, Maker, Piece, Word, left_out, mistyped, with_others, with_swaps, with_typos
from benchmarks.mutants.application import Application, all_elements

_CODE = re.compile(r"\{%-?(.*?)-?%\}|\{\{-?(.*?)-?\}\}", re.DOTALL)
_TEXT = re.compile(r'"[^"]*"' + r"|'[^']*'")
_NAME = re.compile(r"[A-Za-z_]\w*")
_ARGUMENT = re.compile(r",\s*(?:\w+\s*=\s*)?(?:\"[^\"]*\"|[\w.]+(?:\([^()]*\))?)(?=\s*[,)])")
_START_TAG = re.compile(r"<\w(?:[^<>\"]|\"[^\"]*\")*>")
_END_TAG = re.compile(r"</\w+>")
_ATTRIBUTE = re.compile(r'\s([\w:@-]+)="([^"]*)"')
_BLOCK = re.compile(r"\{%\s*(?:block|fragment)\s+(\w+)\s*%\}")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def _code(app: Application) -> Iterator[tuple[str, int, str]]:
    """Path, offset and inside of every tag and output."""
    for name, text in app.templates.items():
        for found in _CODE.finditer(text):
            group = 1 if found[1] is not None else 2
            yield app.path(name), found.start(group), found[group]


def _names(app: Application) -> Iterator[list[Word]]:
    """The names in the tags of each template, without the first word of a tag."""
    groups: dict[str, list[Word]] = {}
    for path, base, inside in _code(app):
        bare = _TEXT.sub(lambda text: " " * len(text[0]), inside)
        keyword = app.files[path][base - 1] == "%" or app.files[path][base - 2 : base] == "%-"
        for at, found in enumerate(_NAME.finditer(bare)):
            if at or not keyword:
                word = Word(path, base + found.start(), base + found.end(), found[0])
                groups.setdefault(path, []).append(word)
    yield from groups.values()


def _texts(app: Application) -> Iterator[list[Word]]:
    """The quoted texts in the tags of each template."""
    groups: dict[str, list[Word]] = {}
    for path, base, inside in _code(app):
        for found in _TEXT.finditer(inside):
            word = Word(path, base + found.start() + 1, base + found.end() - 1, found[0][1:-1])
            groups.setdefault(path, []).append(word)
    yield from groups.values()


def _mistyped_name(app: Application, random: Random) -> Iterator[Edit]:
    for group in _names(app):
        yield from with_typos("a name in a tag mistyped", group, random)


def _other_name(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_others("another name of the template", _names(app), random)


def _swapped_names(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_swaps("two names in tags exchanged", _names(app), random)


def _mistyped_text(app: Application, random: Random) -> Iterator[Edit]:
    for group in _texts(app):
        yield from with_typos("a text in a tag mistyped", group, random)


def _other_text(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_others("another text of the template", _texts(app), random)


def _mistyped_keyword(app: Application, random: Random) -> Iterator[Edit]:
    """The first word of a tag."""
    for path, base, inside in _code(app):
        found = _NAME.search(inside)
        if found and app.files[path][base - 1] == "%":
            typo = mistyped(found[0], random)
            yield Edit("a tag mistyped", (Piece(path, base + found.start(), base + found.end(), typo),))


def _without_argument(app: Application, random: Random) -> Iterator[Edit]:
    for path, base, inside in _code(app):
        ranges = [(base + one.start(), base + one.end()) for one in _ARGUMENT.finditer(inside)]
        yield from left_out("an argument in a tag left out", path, ranges)


def _found(app: Application, pattern: re.Pattern[str]) -> Iterator[tuple[str, list[re.Match[str]]]]:
    for name, text in app.templates.items():
        yield app.path(name), list(pattern.finditer(text))


def _without_tag(app: Application, random: Random) -> Iterator[Edit]:
    for path, found in _found(app, _TAG):
        yield from left_out("a tag or output left out", path, [one.span() for one in found])


def _without_start_tag(app: Application, random: Random) -> Iterator[Edit]:
    for pattern in (_START_TAG, _END_TAG):
        for path, found in _found(app, pattern):
            yield from left_out("half an element left out", path, [one.span() for one in found])


def _without_attribute(app: Application, random: Random) -> Iterator[Edit]:
    for path, found in _found(app, _ATTRIBUTE):
        yield from left_out("an attribute left out", path, [one.span() for one in found])


def _attribute_words(app: Application, group: int) -> Iterator[Word]:
    for path, found in _found(app, _ATTRIBUTE):
        for one in found:
            yield Word(path, *one.span(group), one[group])


def _mistyped_attribute(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_typos("the name of an attribute mistyped", _attribute_words(app, 1), random)


def _mistyped_value(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_typos("the value of an attribute mistyped", _attribute_words(app, 2), random)


def _other_value(app: Application, random: Random) -> Iterator[Edit]:
    """As the same attribute has it elsewhere."""
    groups: dict[str, list[Word]] = {}
    for path, found in _found(app, _ATTRIBUTE):
        for one in found:
            groups.setdefault(one[1], []).append(Word(path, *one.span(2), one[2]))
    yield from with_others("another value of the attribute", groups.values(), random)


def _swapped_values(app: Application, random: Random) -> Iterator[Edit]:
    """Two attributes of one element."""
    groups = [
        [Word(one.path, at.value_start, at.value_end, at.value) for at in one.attributes] for one in all_elements(app)
    ]
    yield from with_swaps("two values of an element exchanged", groups, random)


def _swapped_attributes(app: Application, random: Random) -> Iterator[Edit]:
    """The same attribute of two elements of a template."""
    groups: dict[tuple[str, str], list[Word]] = {}
    for path, found in _found(app, _ATTRIBUTE):
        for one in found:
            groups.setdefault((path, one[1]), []).append(Word(path, *one.span(2), one[2]))
    yield from with_swaps("the same attribute of two elements exchanged", groups.values(), random)


def _lines(text: str) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            ranges.append((at, at + len(line)))
        at += len(line)
    return ranges


def _without_line(app: Application, random: Random) -> Iterator[Edit]:
    for name, text in app.templates.items():
        yield from left_out("a line left out", app.path(name), _lines(text))


def _line_twice(app: Application, random: Random) -> Iterator[Edit]:
    for name, text in app.templates.items():
        for _, end in (ranges := _lines(text)):
            start = next(one for one, stop in ranges if stop == end)
            yield Edit("a line twice", (Piece(app.path(name), end, end, text[start:end]),))


def _swapped_lines(app: Application, random: Random) -> Iterator[Edit]:
    for name, text in app.templates.items():
        ranges = _lines(text)
        for one, other in pairwise(ranges):
            moved = text[slice(*other)] + text[one[1] : other[0]] + text[slice(*one)]
            yield Edit("two lines exchanged", (Piece(app.path(name), one[0], other[1], moved),))


def _letter(app: Application, random: Random) -> Iterator[Edit]:
    for name, text in app.templates.items():
        ranges = [(at, at + 1) for at, char in enumerate(text) if not char.isspace()]
        yield from left_out("a character left out", app.path(name), ranges)


def _blocks(app: Application) -> Iterator[list[Word]]:
    for path, found in _found(app, _BLOCK):
        yield [Word(path, *one.span(1), one[1]) for one in found]


def _mistyped_block(app: Application, random: Random) -> Iterator[Edit]:
    for group in _blocks(app):
        yield from with_typos("a block mistyped", group, random)


def _swapped_blocks(app: Application, random: Random) -> Iterator[Edit]:
    yield from with_swaps("the names of two blocks exchanged", _blocks(app), random)


def _moved_block(app: Application, random: Random) -> Iterator[Edit]:
    """From its tag to the first end after it, to the end of another template."""
    others = sorted(app.templates)
    for path, found in _found(app, _BLOCK):
        text = app.files[path]
        for one in found:
            end = text.find("{% end %}", one.end()) + len("{% end %}")
            other = app.path(random.choice(others))
            if end > one.end() and other != path:
                at = len(app.files[other])
                pieces = (Piece(path, one.start(), end, ""), Piece(other, at, at, text[one.start() : end]))
                yield Edit("a block in another template", pieces)


def _renamed(app: Application, random: Random) -> Iterator[Edit]:
    for path in app.paths.values():
        folder, _, name = path.rpartition("/")
        stem, dot, end = name.partition(".")
        yield Edit("a template with another name", (), (path, f"{folder}/{mistyped(stem, random)}{dot}{end}"))


TEMPLATES: Mapping[str, Maker] = {
    "a name in a tag mistyped": _mistyped_name,
    "another name of the template": _other_name,
    "two names in tags exchanged": _swapped_names,
    "a text in a tag mistyped": _mistyped_text,
    "another text of the template": _other_text,
    "a tag mistyped": _mistyped_keyword,
    "an argument in a tag left out": _without_argument,
    "a tag or output left out": _without_tag,
    "half an element left out": _without_start_tag,
    "an attribute left out": _without_attribute,
    "the name of an attribute mistyped": _mistyped_attribute,
    "the value of an attribute mistyped": _mistyped_value,
    "another value of the attribute": _other_value,
    "two values of an element exchanged": _swapped_values,
    "the same attribute of two elements exchanged": _swapped_attributes,
    "a line left out": _without_line,
    "a line twice": _line_twice,
    "two lines exchanged": _swapped_lines,
    "a character left out": _letter,
    "a block mistyped": _mistyped_block,
    "the names of two blocks exchanged": _swapped_blocks,
    "a block in another template": _moved_block,
    "a template with another name": _renamed,
}
