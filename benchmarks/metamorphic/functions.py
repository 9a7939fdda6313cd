"""Rewrites of Python that move code about: helpers, modules, branches."""

import ast
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.metamorphic.reading import (
    BUILTINS,
    FUNCTIONS,
    Function,
    Site,
    bound,
    fresh,
    is_page,
    loaded,
    own_folder,
    sites,
    suspends,
)
from benchmarks.metamorphic.rewriting import Edit, Files, Piece, Rewrite, Taken

type Rewriter = Callable[[Files, Random], Iterator[Rewrite]]


def _returns(files: Files, random: Random) -> Iterator[tuple[Site, Function, ast.expr]]:
    """The returned expressions that can stand in a function of their own, with the function around them."""
    for site in sites(files, random, ast.Return):
        assert isinstance(site.node, ast.Return)
        function = site.tree.function(site.node)
        if function is None or site.node.value is None or suspends(site.node.value):
            continue
        if not any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(function)):
            yield site, function, site.node.value


def _parameters(site: Site, function: Function, value: ast.expr, *, everything: bool) -> list[str]:
    """The names that a helper needs from the function, or (`everything`) from all functions and classes around it."""
    names = bound(function)
    if everything:
        for one in site.tree.above(function):
            if isinstance(one, FUNCTIONS):
                names |= bound(one)
    return sorted(names & loaded(value))


def extract_helper(files: Files, random: Random) -> Iterator[Rewrite]:
    """`return E` becomes `return helper(…)`, the helper stands before the function."""
    for site, function, value in _returns(files, random):
        place: ast.stmt = function
        for one in site.tree.above(function):
            if isinstance(one, ast.ClassDef):
                place = one
        name = fresh(random, "helper")
        names = _parameters(site, function, value, everything=place is not function)
        given = ", ".join(names)
        indent = " " * place.col_offset
        head = f"def {name}({given}):\n{indent}    return "
        above = site.line_above(place, head, site.taken(value), "\n")
        if above is not None:
            yield Rewrite((above, site.instead(value, f"{name}({given})")))


def extract_method(files: Files, random: Random) -> Iterator[Rewrite]:
    """`return E` becomes `return Helper.made(…)` or `return Helper().made(…)`, a class at the end of the module."""
    for site, function, value in _returns(files, random):
        name = fresh(random, "Helper")
        names = _parameters(site, function, value, everything=True)
        if _called_on_import(site, function) or "self" in names:
            continue
        static = random.random() < 0.5
        given = ", ".join(names)
        taking = ", ".join(names if static else ["self", *names])
        marked = "    @staticmethod\n" if static else ""
        head = f"\n\nclass {name}:\n{marked}    def made({taking}):\n        return "
        call = f"{name}.made({given})" if static else f"{name}().made({given})"
        end = len(site.tree.text)
        yield Rewrite((site.instead(value, call), site.insert(end, head, site.taken(value), "\n")))


def pass_through(files: Files, random: Random) -> Iterator[Rewrite]:
    """A decorator that changes nothing, on a function that has others."""
    for site in sites(files, random, *FUNCTIONS):
        function = site.node
        assert isinstance(function, FUNCTIONS)
        if not function.decorator_list:
            continue
        at = site.tree.offset(function.lineno, function.col_offset)
        indent = site.tree.indent(at)
        if indent is None:
            continue
        name = fresh(random, "kept")
        made = f"def {name}(function):\n    return function\n"
        if isinstance(function, ast.FunctionDef) and random.random() < 0.7:
            made = f"""from functools import wraps as wraps_{name}
def {name}(function):
    @wraps_{name}(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
"""
        yield Rewrite((site.insert(site.tree.after_imports, made), site.insert(at, f"@{name}\n{indent}")))


def to_match(files: Files, random: Random) -> Iterator[Rewrite]:
    """`return A if C else B`, or `if C: return A` and then `return B`, become a `match`."""
    for site in sites(files, random, ast.Return):
        node = site.node
        assert isinstance(node, ast.Return)
        indent = site.tree.indent(site.tree.start(node))
        if not isinstance(node.value, ast.IfExp) or indent is None:
            continue
        inner = f"\n{indent}    case "
        body = f":\n{indent}        return ("
        value = node.value
        pieces = ("match bool(", site.taken(value.test), "):", inner, "True", body, site.taken(value.body), ")")
        yield Rewrite((site.instead(node, *pieces, inner, "_", body, site.taken(value.orelse), ")"),))


def extract_keyword_helper(files: Files, random: Random) -> Iterator[Rewrite]:
    """The same with keyword parameters, the helper at the end of the module."""
    for site, function, value in _returns(files, random):
        name = fresh(random, "helper")
        names = _parameters(site, function, value, everything=True)
        star = "*, " if names else ""
        head = f"\n\ndef {name}({star}{', '.join(names)}):\n    return "
        given = ", ".join(f"{one}={one}" for one in names)
        end = len(site.tree.text)
        if _called_on_import(site, function):
            continue
        yield Rewrite((site.instead(value, f"{name}({given})"), site.insert(end, head, site.taken(value), "\n")))


def _called_on_import(site: Site, function: Function) -> bool:
    """Whether the module itself may call a function while it is being imported."""
    outermost = [one for one in (function, *site.tree.above(function)) if isinstance(one, FUNCTIONS)][-1]
    return any(
        isinstance(one, ast.Name) and one.id == outermost.name and site.tree.function(one) is None
        for one in site.tree.nodes
    )


def extract_to_module(files: Files, random: Random) -> Iterator[Rewrite]:
    """`return E` becomes `return helper(…)`, the helper stands in a new module of the package."""
    for site, function, value in _returns(files, random):
        names = _parameters(site, function, value, everything=True)
        rest = loaded(value) - set(names) - BUILTINS
        needed = _imports(site, rest)
        if needed is None or is_page(site.path):
            continue
        module, name, given = fresh(random, "moved"), fresh(random, "helper"), ", ".join(names)
        pieces: list[Piece] = [*needed, f"\ndef {name}({given}):\n    return ", site.taken(value), "\n"]
        yield Rewrite(
            (
                site.insert(site.tree.after_imports, f"from .{module} import {name}\n"),
                site.instead(value, f"{name}({given})"),
            ),
            {f"{own_folder(site.path)}{module}.py": tuple(pieces)},
        )


def _imports(site: Site, names: frozenset[str]) -> list[str] | None:
    """The import statements that bind some names; None when something else binds one of them."""
    known = site.tree.imports
    if not names <= set(known):
        return None
    found = dict.fromkeys(known[name] for name in sorted(names))
    return [site.tree.source(one) + "\n" for one in found]


def move_function(files: Files, random: Random) -> Iterator[Rewrite]:
    """A function of a module goes to a new module of the package, and is imported from there."""
    for site in sites(files, random, *FUNCTIONS):
        function = site.node
        assert isinstance(function, FUNCTIONS)
        if site.tree.parents[function] is not site.tree.module or site.path.endswith("__init__.py"):
            continue
        outside = _outside_names(site, function)
        needed = _imports(site, outside - BUILTINS)
        if needed is None or _routes(function) or is_page(site.path):
            continue
        module = fresh(random, "moved")
        edits = (
            site.insert(site.tree.after_imports, f"from .{module} import {function.name}\n"),
            site.instead(function),
        )
        yield Rewrite(edits, {f"{own_folder(site.path)}{module}.py": (*needed, "\n", site.taken(function), "\n")})


def _routes(function: Function) -> bool:
    """Whether a function is registered where it is defined: moving it would change the order."""
    return bool(function.decorator_list)


def _outside_names(site: Site, function: Function) -> frozenset[str]:
    """The names that a function reads from outside of itself."""
    inner = [one for one in ast.walk(function) if isinstance(one, FUNCTIONS)]
    own = frozenset[str]().union(*(bound(one) for one in inner), *(_of_lambdas(function),))
    return (loaded(function) - own) | ({function.name} & loaded(function))


def _of_lambdas(function: Function) -> frozenset[str]:
    return frozenset(one.arg for one in ast.walk(function) if isinstance(one, ast.arg))


def wrap_in_if(files: Files, random: Random) -> Iterator[Rewrite]:
    """A statement goes into `if True:`."""
    for site in sites(files, random, ast.Return, ast.Assign, ast.Expr):
        edit = _indented(site)
        if edit is not None:
            yield Rewrite((edit,))


def _indented(site: Site) -> Edit | None:
    statement = site.node
    assert isinstance(statement, ast.stmt)
    start, end = site.tree.start(statement), site.tree.end(statement)
    indent = site.tree.indent(start)
    has_text = any(_spans_lines(one) for one in ast.walk(statement))
    if indent is None or has_text or site.tree.function(statement) is None or _is_docstring(site, statement):
        return None
    pieces: list[Piece] = ["if True:\n" + indent + "    "]
    for at, line in enumerate(_lines(site.path, site.tree.text, start, end)):
        pieces += ["    ", line] if at else [line]
    return Edit(site.path, start, end, tuple(pieces))


def _is_docstring(site: Site, statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _spans_lines(node: ast.AST) -> bool:
    """Whether a text goes over several lines, so that indenting would change it."""
    return isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno


def _lines(path: str, text: str, start: int, end: int) -> list[Taken]:
    found: list[Taken] = []
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        found.append(Taken(path, start, stop))
        start = stop
    return found


def early_return(files: Files, random: Random) -> Iterator[Rewrite]:
    """`if A: return B` and then `return C` become `if A: return B` `else: return C`."""
    for site in sites(files, random, ast.If):
        following = _next_return(site)
        if following is None:
            continue
        start = site.tree.start(following)
        indent = site.tree.indent(start)
        if indent is None or any(_spans_lines(one) for one in ast.walk(following)):
            continue
        pieces: list[Piece] = [f"else:\n{indent}    "]
        for at, line in enumerate(_lines(site.path, site.tree.text, start, site.tree.end(following))):
            pieces += ["    ", line] if at else [line]
        yield Rewrite((site.instead(following, *pieces),))


def _next_return(site: Site) -> ast.Return | None:
    """The `return` right after an `if` without `else` that ends in a `return` itself."""
    node = site.node
    assert isinstance(node, ast.If)
    parent = site.tree.parents[node]
    if node.orelse or not isinstance(node.body[-1], ast.Return) or not isinstance(parent, (*FUNCTIONS, ast.For)):
        return None
    at = parent.body.index(node) if node in parent.body else len(parent.body)
    following = parent.body[at + 1] if at + 1 < len(parent.body) else None
    return following if isinstance(following, ast.Return) else None


def conditional_to_if(files: Files, random: Random) -> Iterator[Rewrite]:
    """`return A if C else B` becomes an `if` statement; so does an assignment."""
    for site in sites(files, random, ast.Return, ast.Assign):
        statement = site.node
        assert isinstance(statement, ast.Return | ast.Assign)
        value = statement.value
        indent = site.tree.indent(site.tree.start(statement))
        if not isinstance(value, ast.IfExp) or indent is None:
            continue
        head = site.tree.text[site.tree.start(statement) : site.tree.start(value)]
        if head.count("(") != head.count(")"):
            continue
        deeper = f"\n{indent}    {head}("
        pieces = ("if (", site.taken(value.test), "):", deeper, site.taken(value.body), f")\n{indent}else:", deeper)
        yield Rewrite((site.instead(statement, *pieces, site.taken(value.orelse), ")"),))


def if_to_conditional(files: Files, random: Random) -> Iterator[Rewrite]:
    """`if A: return B` and then `return C` become `return B if A else C`."""
    for site in sites(files, random, ast.If):
        following = _next_return(site)
        node = site.node
        assert isinstance(node, ast.If)
        first = node.body[0]
        if following is None or following.value is None or not isinstance(first, ast.Return) or first.value is None:
            continue
        if site.tree.indent(site.tree.start(node)) is None:
            continue
        pieces = ("return ((", site.taken(first.value), ") if (", site.taken(node.test), ") else (")
        start, end = site.tree.start(node), site.tree.end(following)
        yield Rewrite((Edit(site.path, start, end, (*pieces, site.taken(following.value), "))")),))


def swap_functions(files: Files, random: Random) -> Iterator[Rewrite]:
    """Two functions next to each other change places, where no decorator registers them."""
    for site in sites(files, random, *FUNCTIONS):
        parent, node = site.tree.parents[site.node], site.node
        if not isinstance(parent, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        at = next(at for at, one in enumerate(parent.body) if one is node)
        other = parent.body[at + 1] if at + 1 < len(parent.body) else None
        if not isinstance(other, FUNCTIONS) or other.decorator_list or _routes(node):  # type: ignore[arg-type]
            continue
        if any(one.id == other.name for one in _defaults(node)):
            continue
        yield Rewrite((site.instead(node, site.taken(other)), site.instead(other, site.taken(node))))


def _defaults(node: ast.AST) -> Iterator[ast.Name]:
    assert isinstance(node, FUNCTIONS)
    for one in (*node.args.defaults, *node.args.kw_defaults):
        yield from (name for name in ast.walk(one or ast.Pass()) if isinstance(name, ast.Name))
