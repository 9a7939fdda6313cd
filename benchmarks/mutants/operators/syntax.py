"""Mistakes that Kida or Python refuses."""

import ast
import re
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.mutants.application import Application, Module, Tag, outputs, tags
from benchmarks.mutants.mutation import Change, Operator, Place

RULE = "template-syntax"
type Edited = tuple[int, int, str, list[tuple[int, int]]]  # range, new text, ranges of which one is to be reported
type Maker = Callable[[Application, Random], Iterator[Change]]


def _each_tag(edit: Callable[[str, list[Tag], int, Random], Edited | None]) -> Maker:
    """Changes every tag for which `edit` has a change."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for name, text in app.templates.items():
            found = tags(text)
            for at in range(len(found)):
                made = edit(text, found, at, random)
                if made is not None:
                    yield _change(app.path(name), made)

    return make


def _change(path: str, made: Edited) -> Change:
    start, end, text, ranges = made
    places = tuple(Place(RULE, path, *one) for one in ranges)
    return Change(path, start, end, text, places, any_place=True)


def _openers(found: list[Tag], at: int) -> list[tuple[int, int]]:
    """The tags that are open before tag `at`, whose end it may be."""
    tag = found[at]
    own = [one for one in found if one.close == at]
    return [(one.start, one.end) for one in (*(found[above] for above in tag.above), *own) if one.start < tag.start]


def _end_removed(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    tag = found[at]
    if tag.word != "end":
        return None
    return tag.start, tag.end, "", [*_openers(found, at), *_following(found, at, tag.start - tag.end)]


def _following(found: list[Tag], at: int, moved: int) -> list[tuple[int, int]]:
    """Tags further on that cannot stand where they now do: branches and ends of what is still open."""
    branches = ("else", "elif", "empty", "case", "end")
    return [(one.start + moved, one.end + moved) for one in found[at + 1 :] if one.word in branches]


def _end_mismatched(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    tag = found[at]
    opener = next((one for one in found if one.close == at), None)
    if tag.word != "end" or opener is None:
        return None
    others = [word for word in ("if", "for", "block", "def", "call", "match") if word != opener.word]
    made = f"{{% end{random.choice(others)} %}}"
    return tag.start, tag.end, made, [(tag.start, tag.start + len(made))]


def _end_doubled(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    """One `{% end %}` too many after the last one of a file."""
    if found[at].word != "end" or any(one.word == "end" for one in found[at + 1 :]):
        return None
    end = found[at].end
    made = "{% end %}"
    return end, end, made, [(end, end + len(made))]


def _word_misspelt(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    tag = found[at]
    if tag.word in ("end", "case"):
        return None
    made = tag.word[:-2] + tag.word[-1] + tag.word[-2] if len(tag.word) > 2 else tag.word + tag.word[-1]
    return tag.word_start, tag.word_start + len(tag.word), made, [(tag.word_start, tag.word_start + len(made))]


def _tag_unclosed(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    """The `%}` of a tag is not there: reported is the tag, up to where it can be seen to be broken."""
    tag = found[at]
    stop = min(found_at for mark in ("\n", "<", "{%", "{{") if (found_at := (text + "\n").find(mark, tag.end)) >= 0)
    bare = len(text[tag.end - 2 : stop]) - 2
    ends = range(tag.end - 3, tag.end - 1 + bare)
    return tag.end - 2, tag.end, "", [(tag.start, end) for end in ends]


def _brace_lost(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    """`}` for `%}`."""
    edited = _tag_unclosed(text, found, at, random)
    assert edited is not None
    start, end, _, ranges = edited
    return start, end, "}", [(first, last + extra) for first, last in ranges for extra in (0, 1)]


def _string_unclosed(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    tag = found[at]
    quote = next((tag.rest_start + i for i, char in enumerate(tag.rest) if char in "\"'"), None)
    if quote is None:
        return None
    close = text.index(text[quote], quote + 1)
    last = text.rindex(text[quote], quote, tag.end) - 1
    return close, close + 1, "", [(quote, quote + 1), (last, last + 1)]


def _in_misspelt(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    tag = found[at]
    where = tag.rest.find(" in ")
    if tag.word != "for" or where < 0:
        return None
    start = tag.rest_start + where + 1
    return start, start + 2, "of", [(start, start + 2)]


def _name_lost(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    """`{% block %}`, `{% if %}`, `{% include %}`: nothing after the word."""
    tag = found[at]
    if tag.word not in ("block", "if", "include", "extends", "for", "def", "call", "fragment") or not tag.rest.strip():
        return None
    start = tag.rest_start
    return start, start + len(tag.rest), " ", [(start + 1, start + 3)]


def _quotes_lost(text: str, found: list[Tag], at: int, random: Random) -> Edited | None:
    """`{% extends base.html %}` is an expression for Kida: no mistake of syntax. With a folder in it, a division."""
    tag = found[at]
    if tag.word != "from":
        return None
    literal = re.search(r'"([^"]+)"', tag.rest)
    if literal is None:
        return None
    start = tag.rest_start + literal.start()
    first = start + len(" import ")
    name = re.match(r"\w+", tag.rest[literal.end() + len(" import ") :])
    width = len(name[0]) if name else 0
    return start, start + len(literal[0]), "", [(start + 1, start + 1 + len("import")), (first, first + width)]


def _each_output(edit: Callable[[str, re.Match[str]], Edited | None]) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for name, text in app.templates.items():
            for found in outputs(text):
                made = edit(text, found)
                if made is not None:
                    yield _change(app.path(name), made)

    return make


def _output_unclosed(text: str, found: re.Match[str]) -> Edited | None:
    marks = ("\n", "<", "{%", "{{")
    stop = min(at for mark in marks if (at := (text + "\n").find(mark, found.end())) >= 0)
    ranges = [(found.start(), end) for end in range(found.end() - 3, stop - 1)]
    quote = text[found.end() : found.end() + 1]
    if quote == '"' and '"' in text[found.end() + 1 :]:
        # The quote that ends the attribute begins a text for Kida.
        ranges.append((found.end() - 2, text.index(quote, found.end() + 1) - 1))
    return found.end() - 2, found.end(), "", ranges


def _operand_lost(text: str, found: re.Match[str]) -> Edited | None:
    """`{{ a | }}`: an operator with nothing after it."""
    end = found.end() - 2
    at = end - (len(found[1]) - len(found[1].rstrip()))
    return at, end, " | ", [(at + 3, at + 5)]


def _parenthesis_lost(text: str, found: re.Match[str]) -> Edited | None:
    at = text.rfind(")", found.start(), found.end())
    if at < 0 or any(char in "\"'" for char in text[at : found.end()]):
        return None
    rest = text[at + 1 : found.end()]
    first = at + len(rest) - len(rest.lstrip())
    width = len((re.match(r"[\w]+|\}\}|.", text[first + 1 :]) or [""])[0])
    return at, at + 1, "", [(first, first + width)]


def _operator_lost(text: str, found: re.Match[str]) -> Edited | None:
    """`{{ a b }}` for `{{ a | b }}`."""
    at = text.find(" | ", found.start(), found.end())
    if at < 0:
        return None
    word = re.match(r"\w+", text[at + 3 :])
    return at, at + 3, " ", [(at + 1, at + 1 + len(word[0]))] if word else []


# Python.


def python_change(module: Module, start: int, end: int, text: str) -> Change:
    """A change after which Python refuses the file: the finding is due where Python itself says it is wrong."""
    mutated = module.text[:start] + text + module.text[end:]
    try:
        ast.parse(mutated)
    except SyntaxError as error:
        places = tuple(_refused(module.path, mutated, error))
    else:
        raise ValueError(f"Python takes the change at {module.path}:{start}")
    return Change(module.path, start, end, text, places, any_place=True)


def _refused(path: str, text: str, error: SyntaxError) -> Iterator[Place]:
    """What a `SyntaxError` points at; its columns are code points from 1, 0 for none.

    Where Python gives no end the character at the start is meant; the end of a line may be given as its line feed.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    line, column = error.lineno or 1, max(error.offset or 1, 1)
    start = min(starts[min(line, len(starts)) - 1] + column - 1, len(text))
    last, until = error.end_lineno or line, error.end_offset or 0
    end = starts[min(last, len(starts)) - 1] + until - 1
    yield Place("python-syntax", path, start, end if end > start else start + 1)
    if text[start : start + 1] == "\n":
        yield Place("python-syntax", path, start, start)


def _colon_lost(app: Application, random: Random) -> Iterator[Change]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.For):
                colon = module.text.rindex(":", 0, module.range(node.body[0])[0])
                if module.text[colon : colon + 2] == ":\n":
                    yield python_change(module, colon, colon + 1, "")


def _call_unclosed(app: Application, random: Random) -> Iterator[Change]:
    """The last parenthesis of a statement is not there."""
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
                _, end = module.range(node.value)
                yield python_change(module, end - 1, end, "")


def _indented_wrongly(app: Application, random: Random) -> Iterator[Change]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 1:
                start, _ = module.range(node.body[-1])
                yield python_change(module, start, start, "  ")


OPERATORS = (
    Operator("end tag removed", RULE, _each_tag(_end_removed)),
    Operator("end tag of another kind", RULE, _each_tag(_end_mismatched)),
    Operator("end tag too many", RULE, _each_tag(_end_doubled)),
    Operator("tag word misspelt", RULE, _each_tag(_word_misspelt)),
    Operator("tag never closed", RULE, _each_tag(_tag_unclosed)),
    Operator("tag closed by one brace", RULE, _each_tag(_brace_lost)),
    Operator("string in a tag never closed", RULE, _each_tag(_string_unclosed)),
    Operator("of for in", RULE, _each_tag(_in_misspelt)),
    Operator("nothing after the tag's word", RULE, _each_tag(_name_lost)),
    Operator("import from nothing", RULE, _each_tag(_quotes_lost)),
    Operator("output never closed", RULE, _each_output(_output_unclosed)),
    Operator("operator without operand", RULE, _each_output(_operand_lost)),
    Operator("parenthesis never closed", RULE, _each_output(_parenthesis_lost)),
    Operator("filter without its bar", RULE, _each_output(_operator_lost)),
    Operator("colon lost in Python", "python-syntax", _colon_lost),
    Operator("call never closed in Python", "python-syntax", _call_unclosed),
    Operator("indented wrongly in Python", "python-syntax", _indented_wrongly),
)
