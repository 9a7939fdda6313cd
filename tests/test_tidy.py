"""What a program can check of the house style: sizes, names that must not appear, rules that have all their parts."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from chirp_check.rules import ALL

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("chirp", "chirp_check", "mypy_plugin/chirp_mypy", "lsp/chirp_lsp")
MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 5
NESTING = 3
MUTABLE = {"list", "set", "dict", "bytearray", "List", "Set", "Dict"}
# Paths of one machine and hosts of registries; spelled so that this file does not contain them.
STRAY = re.compile(
    r"(?<![\w.-])/(?:work|farm|root|home/\w+)/|/tmp/[p]lan"
    r"|pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian[.]org|nodejs[.]org/dist"
)

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """The files git knows or would add, that exist."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return tuple(ROOT / name for name in sorted(listed.stdout.split("\0")) if name and (ROOT / name).is_file())


def modules() -> Iterator[tuple[str, str, ast.Module]]:
    """Path, text and tree of every module of the four packages."""
    for file in tracked(*(f"{package}/*.py" for package in PACKAGES)):
        text = file.read_text(encoding="utf-8")
        yield str(file.relative_to(ROOT)), text, ast.parse(text)


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def nothing(found: Iterator[str]) -> None:
    lines = list(found)
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def test_modules_are_short() -> None:
    nothing(
        f"{path}:1: {lines} lines, {MODULE_LINES} are allowed"
        for path, text, _ in modules()
        if (lines := len(text.splitlines())) > MODULE_LINES
    )


def test_functions_are_short() -> None:
    nothing(
        f"{path}:{node.lineno}: `{node.name}` has {lines} lines, {FUNCTION_LINES} are allowed"
        for path, _, tree in modules()
        for node in functions(tree)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    )


def parameters(node: Function) -> int:
    """How many a caller has to think of: without self and cls, and without a public function's keyword-only options."""
    named = [*node.args.posonlyargs, *node.args.args]
    options = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    private = node.name.startswith("_") and node.name != "__init__"
    named += [one for one, default in options if default is None or private]
    return len([one for one in named if one.arg not in {"self", "cls"}])


def test_functions_have_few_parameters() -> None:
    nothing(
        f"{path}:{node.lineno}: `{node.name}` has {count} parameters, {PARAMETERS} are allowed"
        for path, _, tree in modules()
        for node in functions(tree)
        if (count := parameters(node)) > PARAMETERS
    )


BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def depth(node: ast.AST) -> int:
    """How deep blocks nest inside `node`; an `elif` is no deeper than its `if`, an inner function counts for itself."""
    chained = node.orelse if isinstance(node, ast.If) and len(node.orelse) == 1 else []
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, SCOPES):
            continue
        own = isinstance(child, BLOCKS) and not (isinstance(child, ast.If) and child in chained)
        deepest = max(deepest, depth(child) + own)
    return deepest


def test_blocks_nest_shallowly() -> None:
    nothing(
        f"{path}:{node.lineno}: blocks of `{node.name}` nest {levels} deep, {NESTING} are allowed"
        for path, _, tree in modules()
        for node in functions(tree)
        if (levels := depth(node)) > NESTING
    )


def comment_lines(text: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def broad(handler: ast.ExceptHandler) -> bool:
    """Whether this catches everything."""
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        name is None or (isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"}) for name in names
    )


def test_exceptions_are_named() -> None:
    """Only the documented guard at a boundary catches everything: a comment on it or beside it says why."""
    nothing(
        f"{path}:{node.lineno}: catches everything and no comment on or beside this line says why"
        for path, text, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and broad(node)
        and not comment_lines(text) & {node.lineno - 1, node.lineno, node.lineno + 1}
    )


def test_attributes_are_not_read_by_literal_name() -> None:
    """Constants of `os` are: some systems lack them."""
    nothing(
        f"{path}:{node.lineno}: `{node.func.id}` with a literal name; write the attribute"
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"getattr", "setattr", "delattr"}
        and len(node.args) > 1
        and not (isinstance(node.args[0], ast.Name) and node.args[0].id == "os")
        and isinstance(node.args[1], ast.Constant)
    )


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and top-level name of everything a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.partition(".")[0]


def test_the_checker_has_regular_expressions_only_in_its_syntax() -> None:
    nothing(
        f"{path}:{line}: imports `{name}` outside chirp_check/syntax"
        for path, _, tree in modules()
        if path.startswith("chirp_check/") and not path.startswith("chirp_check/syntax/")
        for line, name in imported(tree)
        if name in {"re", "regex"}
    )


def frozen(node: ast.ClassDef) -> bool:
    """Whether `frozen=True` stands in the class's keywords or in a decorator call."""
    calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    keywords = [*node.keywords, *(keyword for call in calls for keyword in call.keywords)]
    return any(
        keyword.arg == "frozen" and isinstance(keyword.value, ast.Constant) and keyword.value.value
        for keyword in keywords
    )


def mutable(annotation: ast.expr) -> bool:
    """Whether a field of this type can change, at any depth: `tuple[list[int], ...]` can, a callable cannot."""
    head = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(head, ast.Name | ast.Attribute):
        name = head.id if isinstance(head, ast.Name) else head.attr
        if name in MUTABLE:
            return True
        if name in {"Callable", "type", "ClassVar"}:
            return False
    return any(mutable(child) for child in ast.iter_child_nodes(annotation) if isinstance(child, ast.expr))


def test_frozen_classes_have_no_mutable_field() -> None:
    nothing(
        f"{path}:{field.lineno}: frozen `{node.name}` has a field of a mutable type"
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and frozen(node)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and mutable(field.annotation)
    )


def test_imports_have_no_cycle() -> None:
    names = [Path(package).name for package in PACKAGES]
    graph = grimp.build_graph(*names, cache_dir=None)
    sorter = TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    circle: list[str] = []
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == [], "imports go in a circle: " + " -> ".join(reversed(circle))


def test_no_path_of_a_machine_and_no_registry_host() -> None:
    found: list[str] = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found += [f"{file.relative_to(ROOT)}:{number}: `{match[0]}`" for match in STRAY.finditer(line)]
    nothing(iter(found))


def test_every_rule_has_its_module_its_page_and_its_place() -> None:
    folder = ROOT / "chirp_check/rules"
    listed = {rule.name for rule in ALL}
    written = {file.stem.replace("_", "-") for file in folder.glob("*.py") if file.stem != "__init__"}
    pages = {file.stem for file in folder.glob("*.md")}
    assert len(listed) == len(ALL), "a rule name stands twice in ALL"
    assert listed - written == set(), "in ALL without a module of that name"
    assert written - listed == set(), "a rule module that ALL does not list"
    assert listed - pages == set(), "a rule without a page"
    assert pages - listed == set(), "a page without a rule"
