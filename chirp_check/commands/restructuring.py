"""`python -m chirp_check.commands.restructuring`: rewrites the structure of Python files with libcst, comments kept.

JSON comes from standard input and goes to standard output: `{"texts": {path: text}, "wanted": [{"path", "kind", "line",
"column", "name", "value", "module"}]}` gives for each of `wanted` the whole new text, or null where it cannot be had.
Lines count from 1, columns from 0, both in code points. A process of its own, because libcst ends it on some files.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, cast

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

DEEPEST = 60  # brackets in brackets; libcst ends the process on some hundreds
OPENING, CLOSING = "([{", ")]}"


class Wanted(TypedDict):
    """One rewrite, as `chirp_check.diagnostic.Rewrite` has it, at a line and a column."""

    path: str
    kind: str
    line: int
    column: int
    name: str
    value: str
    module: str


def main() -> int:
    """Answer what standard input asks."""
    asked: dict[str, Any] = json.load(sys.stdin)
    texts = cast("dict[str, str]", asked["texts"])
    files = {path: _File(text) for path, text in texts.items() if _is_shallow(text)}
    wanted = cast("list[Wanted]", asked["wanted"])
    json.dump([files[one["path"]].rewritten(one) if one["path"] in files else None for one in wanted], sys.stdout)
    return 0


def _is_shallow(text: str) -> bool:
    """Whether brackets nest no deeper than libcst can bear; those in texts and comments count, too."""
    depth = deepest = 0
    for char in text:
        depth += (char in OPENING) - (char in CLOSING)
        deepest = max(deepest, depth)
    return deepest <= DEEPEST


class _File:
    """A file that is read once, and rewritten from what it was each time."""

    def __init__(self, text: str) -> None:
        try:
            self._wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        except cst.ParserSyntaxError:
            self._ranges: list[tuple[cst.CSTNode, CodeRange]] = []
            return
        self._ranges = list(self._wrapper.resolve(PositionProvider).items())

    def rewritten(self, wanted: Wanted) -> str | None:
        """The new text."""
        place = (wanted["line"], wanted["column"])
        if wanted["kind"] == "keyword":
            return self._keyword(place, wanted)
        return self._returns(place, wanted)

    def _keyword(self, place: tuple[int, int], wanted: Wanted) -> str | None:
        around = [(at, node) for node, at in self._ranges if isinstance(node, cst.Call) and _holds(at, place)]
        if not around:
            return None
        _, call = max(around, key=lambda one: (one[0].start.line, one[0].start.column))
        value = cst.parse_expression(wanted["value"])
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        added = cst.Arg(value, keyword=cst.Name(wanted["name"]), equal=equal)
        if any(one.keyword is not None and one.keyword.value == wanted["name"] for one in call.args):
            return None
        return self._code(call, call.with_changes(args=_appended(call, added)))

    def _returns(self, place: tuple[int, int], wanted: Wanted) -> str | None:
        functions = [node for node, _ in self._ranges if isinstance(node, cst.FunctionDef)]
        starts = {id(node): (at.start.line, at.start.column) for node, at in self._ranges if isinstance(node, cst.Name)}
        function = next((one for one in functions if starts.get(id(one.name)) == place), None)
        if function is None:
            return None
        returns = (function.returns or cst.Annotation(cst.Name("None"))).with_changes(
            annotation=cst.parse_expression(wanted["value"])
        )
        text = self._code(function, function.with_changes(returns=returns))
        known = self._imported(wanted["module"])
        lacking = [name for name in wanted["name"].split() if name not in known]
        if not self._used().isdisjoint(lacking):
            return None  # it is the name of something else
        context = CodemodContext()
        for name in lacking:
            AddImportsVisitor.add_needed_import(context, wanted["module"], name)
        return AddImportsVisitor(context).transform_module(cst.parse_module(text)).code if lacking else text

    def _used(self) -> frozenset[str]:
        """The names that the file uses as they stand, not as the attribute or the import of something."""
        nodes = [node for node, _ in self._ranges]
        parts = {id(node.attr) for node in nodes if isinstance(node, cst.Attribute)}
        parts |= {id(node.name) for node in nodes if isinstance(node, cst.ImportAlias)}
        return frozenset(node.value for node in nodes if isinstance(node, cst.Name) and id(node) not in parts)

    def _imported(self, module: str) -> frozenset[str]:
        """The names that the file imports from a module, or from one below it, as they are called there."""
        lines = (one.body for one in self._wrapper.module.body if isinstance(one, cst.SimpleStatementLine))
        froms = (one for line in lines for one in line if isinstance(one, cst.ImportFrom) and one.module is not None)
        found = (
            one for one in froms if cst.Module([]).code_for_node(one.module or cst.Name("")).split(".")[0] == module
        )
        return frozenset(name for one in found for name in _names(one.names))

    def _code(self, old: cst.CSTNode, new: cst.CSTNode) -> str:
        changed = self._wrapper.module.deep_replace(old, new)
        assert isinstance(changed, cst.Module)
        return changed.code


def _names(names: Iterable[cst.ImportAlias] | cst.ImportStar) -> frozenset[str]:
    """The names that an import binds as they are called where they come from."""
    if isinstance(names, cst.ImportStar):
        return frozenset()
    return frozenset(str(one.name.value) for one in names if one.asname is None)


def _holds(at: CodeRange, place: tuple[int, int]) -> bool:
    return (at.start.line, at.start.column) <= place < (at.end.line, at.end.column)


def _appended(call: cst.Call, added: cst.Arg) -> Sequence[cst.Arg]:
    """The arguments with one more, which stands as the last one does: behind it or on a line of its own."""
    if not call.args:
        return (added,)
    *rest, last = call.args
    if isinstance(last.comma, cst.MaybeSentinel):
        moved = added.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        before = last.with_changes(
            whitespace_after_arg=cst.SimpleWhitespace(""), comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        )
        return (*rest, before, moved)
    between = rest[-1].comma if rest else None
    line: cst.BaseParenthesizableWhitespace = call.whitespace_before_args
    if isinstance(between, cst.Comma):
        line = between.whitespace_after
    ending = last.comma.whitespace_after
    if not isinstance(ending, cst.ParenthesizedWhitespace):  # `f(a, )`
        comma = last.comma.with_changes(whitespace_after=cst.SimpleWhitespace(" "))
        return (*rest, last.with_changes(comma=comma), added)
    indent = line.last_line if isinstance(line, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace("    ")
    comma = last.comma.with_changes(whitespace_after=ending.with_changes(last_line=indent))
    closing = cst.Comma(whitespace_after=cst.ParenthesizedWhitespace(indent=ending.indent, last_line=ending.last_line))
    return (*rest, last.with_changes(comma=comma), added.with_changes(comma=closing))


if __name__ == "__main__":
    sys.exit(main())
