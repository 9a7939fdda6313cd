"""Blind edits of Python: they know tokens, calls and statements, and nothing of what any of them means."""

import ast
import io
import keyword
import tokenize
from collections.abc import Iterator, Mapping
from random import Random

from benchmarks.confirmed.edits import Edit, Maker, Piece, Word, left_out, with_others, with_swaps, with_typos
from benchmarks.mutants.application import Application, Module

type Function = ast.FunctionDef | ast.AsyncFunctionDef

_TEXTS = {tokenize.STRING, tokenize.FSTRING_MIDDLE}


def _tokens(module: Module, types: set[int]) -> Iterator[Word]:
    """The tokens of some types, without docstrings, keywords, and the quotes of strings."""
    said = {
        (node.value.lineno, node.value.col_offset)
        for node in module.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    lines = module.text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type not in types or keyword.iskeyword(token.string) or token.start in said:
            continue
        start, text = starts[token.start[0] - 1] + token.start[1], token.string
        if token.type == tokenize.STRING:
            quotes = 3 if text.lstrip("rbuRBU")[:3] in ('"""', "'''") else 1
            inner = text.lstrip("rbuRBU")[quotes:-quotes]
            start += len(text) - len(inner) - quotes
            text = inner
        if text and module.text[start : start + len(text)] == text:
            yield Word(module.path, start, start + len(text), text)


def _names(module: Module) -> list[Word]:
    return list(_tokens(module, {tokenize.NAME}))


def _texts(module: Module) -> list[Word]:
    return list(_tokens(module, _TEXTS))


def _by_function(module: Module, words: list[Word]) -> Iterator[list[Word]]:
    """The words of each top-level statement."""
    for node in module.tree.body:
        start, end = module.range(node)
        yield [word for word in words if start <= word.start < end]


def _mistyped_name(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_typos("a name mistyped", _names(module), random)


def _other_name(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_others("another name of the file", [_names(module)], random)


def _swapped_names(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_swaps("two names exchanged", _by_function(module, _names(module)), random)


def _mistyped_text(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_typos("a text mistyped", _texts(module), random)


def _other_text(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_others("another text of the file", [_texts(module)], random)


def _swapped_texts(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from with_swaps("two texts exchanged", [_texts(module)], random)


def _other_number(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        numbers = list(_tokens(module, {tokenize.NUMBER}))
        yield from with_others("another number of the file", [numbers], random)


def _ranges(module: Module, nodes: list[ast.expr] | list[ast.keyword]) -> list[tuple[int, int]]:
    """The range of each node, of a keyword with its name."""
    found: list[tuple[int, int]] = []
    for node in nodes:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        found.append((module.offset(node.lineno, node.col_offset), module.offset(node.end_lineno, node.end_col_offset)))
    return found


def _with_comma(text: str, start: int, end: int) -> tuple[int, int]:
    """A range with the comma after it, or before it where there is none after."""
    after = end
    while after < len(text) and text[after].isspace():
        after += 1
    if after < len(text) and text[after] == ",":
        after += 1
        while after < len(text) and text[after] == " ":
            after += 1
        return start, after
    before = start
    while before and text[before - 1].isspace():
        before -= 1
    return (before - 1, end) if text[before - 1] == "," else (start, end)


def _without_argument(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        for call in module.calls():
            ranges = [*_ranges(module, call.args), *_ranges(module, call.keywords)]
            yield from left_out("an argument left out", module.path, [_with_comma(module.text, *one) for one in ranges])


def _mistyped_keyword(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        words: list[Word] = []
        for call in module.calls():
            for one, (start, _) in zip(call.keywords, _ranges(module, call.keywords), strict=True):
                if one.arg is not None:
                    words.append(Word(module.path, start, start + len(one.arg), one.arg))
        yield from with_typos("a keyword mistyped", words, random)


def _swapped_arguments(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        groups: list[list[Word]] = []
        for call in module.calls():
            values = [*call.args, *(one.value for one in call.keywords)]
            groups.append([Word(module.path, *one, module.text[slice(*one)]) for one in _ranges(module, values)])
        yield from with_swaps("two arguments exchanged", groups, random)


def _without_entry(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        for node in module.nodes:
            ranges: list[tuple[int, int]] = []
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                ranges = _ranges(module, node.elts)
            if isinstance(node, ast.Dict):
                keys = [(value if key is None else key) for key, value in zip(node.keys, node.values, strict=True)]
                ends = _ranges(module, node.values)
                ranges = [(one[0], end) for one, (_, end) in zip(_ranges(module, keys), ends, strict=True)]
            yield from left_out("an entry left out", module.path, [_with_comma(module.text, *one) for one in ranges])


def _statements(module: Module) -> Iterator[ast.stmt]:
    docs = {id(body[0]) for node in module.nodes if (body := _body(node)) and _is_text(body[0])}
    return (node for node in module.nodes if isinstance(node, ast.stmt) and id(node) not in docs)


def _body(node: ast.AST) -> list[ast.stmt]:
    return node.body if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else []


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _without_statement(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        yield from left_out(
            "a statement left out", module.path, [module.range(node) for node in _statements(module)], "pass"
        )


def _without_decorator(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for start, end in _ranges(module, node.decorator_list):
                    line = module.text.rindex("@", 0, start)
                    stop = module.text.index("\n", end) + 1
                    yield Edit("a decorator left out", (Piece(module.path, line, stop, ""),))


def _without_value(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        for node in module.nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                start = module.range(node)[0]
                yield Edit("`return` left out", (Piece(module.path, start, start + len("return "), ""),))
                values = node.value.elts if isinstance(node.value, ast.Tuple) else []
                for one in [module.range(value) for value in values]:
                    kept = module.text[slice(*one)]
                    yield Edit("a part of what is returned", (Piece(module.path, *module.range(node.value), kept),))


def _swapped_functions(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        words: list[Word] = []
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                line = module.offset(node.lineno, node.col_offset)
                start = module.text.index(node.name, line + 4)
                words.append(Word(module.path, start, start + len(node.name), node.name))
        yield from with_swaps("the names of two functions exchanged", [words], random)


def _other_parameter(app: Application, random: Random) -> Iterator[Edit]:
    for module in app.modules:
        for node in module.nodes:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                assert one.end_lineno is not None
                assert one.end_col_offset is not None
                start = module.offset(one.lineno, one.col_offset)
                end = module.offset(one.end_lineno, one.end_col_offset)
                yield Edit("a parameter left out", (Piece(module.path, *_with_comma(module.text, start, end), ""),))


PYTHON: Mapping[str, Maker] = {
    "a name mistyped": _mistyped_name,
    "another name of the file": _other_name,
    "two names exchanged": _swapped_names,
    "a text mistyped": _mistyped_text,
    "another text of the file": _other_text,
    "two texts exchanged": _swapped_texts,
    "another number of the file": _other_number,
    "an argument left out": _without_argument,
    "a keyword mistyped": _mistyped_keyword,
    "two arguments exchanged": _swapped_arguments,
    "an entry left out": _without_entry,
    "a statement left out": _without_statement,
    "a decorator left out": _without_decorator,
    "a return or a part of it left out": _without_value,
    "the names of two functions exchanged": _swapped_functions,
    "a parameter left out": _other_parameter,
}
