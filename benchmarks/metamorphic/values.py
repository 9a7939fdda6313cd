"""Rewrites of Python that write the same values otherwise: constants, keywords, texts, comments."""

import ast
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.metamorphic.reading import FUNCTIONS, Site, Tree, fresh, is_page, modules, own_folder, sites, suspends
from benchmarks.metamorphic.rewriting import Edit, Files, Piece, Rewrite

RETURN_TYPES = frozenset(
    {
        "Template",
        "Fragment",
        "Page",
        "LayoutPage",
        "PageComposition",
        "ValidationError",
        "OOB",
        "FormAction",
        "Redirect",
    }
)


def _literals(files: Files, random: Random) -> Iterator[Site]:
    """The plain texts that are arguments of calls, inside functions."""
    for site in sites(files, random, ast.Constant):
        assert isinstance(site.node, ast.Constant)
        parent = site.tree.parents[site.node]
        if not isinstance(site.node.value, str) or not isinstance(parent, ast.Call | ast.keyword | ast.IfExp):
            continue
        if isinstance(parent, ast.IfExp) and parent.test is site.node:
            continue
        if _plain(site) and not _in_annotation(site):
            yield site


def _plain(site: Site) -> bool:
    """Whether a text is written as one literal on one line."""
    text = site.tree.source(site.node)
    assert isinstance(site.node, ast.Constant)
    return text[:1] in "\"'" and text[:3] not in ('"""', "'''") and site.node.lineno == site.node.end_lineno


def _in_annotation(site: Site) -> bool:
    above = (site.node, *site.tree.above(site.node))
    return any(isinstance(one, ast.arg | ast.AnnAssign) or _is_annotation(site.tree, one) for one in above)


def _is_annotation(tree: Tree, node: ast.AST) -> bool:
    parent = tree.parents.get(node)
    return isinstance(parent, FUNCTIONS) and parent.returns is node


def to_constant(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes a constant of the module."""
    for site in _literals(files, random):
        name = fresh(random, "MADE").upper()
        above = site.insert(site.tree.after_imports, f"{name} = ", site.taken(site.node), "\n")
        yield Rewrite((above, site.instead(site.node, name)))


def to_final(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes a `Final` of the module."""
    for site in _literals(files, random):
        name = fresh(random, "MADE").upper()
        head = f"import typing as t_{name.lower()}\n{name}: t_{name.lower()}.Final = "
        above = site.insert(site.tree.after_imports, head, site.taken(site.node), "\n")
        yield Rewrite((above, site.instead(site.node, name)))


def to_class_attribute(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes an attribute of a class."""
    for site in _literals(files, random):
        name = fresh(random, "Made")
        above = site.insert(site.tree.after_imports, f"class {name}:\n    TEXT = ", site.taken(site.node), "\n")
        yield Rewrite((above, site.instead(site.node, f"{name}.TEXT")))


def to_enumeration(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes the value of a member of an enumeration."""
    for site in _literals(files, random):
        name = fresh(random, "Made")
        head = f"import enum as enum_{name}\nclass {name}(enum_{name}.Enum):\n    TEXT = "
        above = site.insert(site.tree.after_imports, head, site.taken(site.node), "\n")
        yield Rewrite((above, site.instead(site.node, f"{name}.TEXT.value")))


def to_imported_constant(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes a constant of another module."""
    for site in _literals(files, random):
        if is_page(site.path):
            continue
        name, module = fresh(random, "MADE").upper(), fresh(random, "texts")
        above = site.insert(site.tree.after_imports, f"from .{module} import {name}\n")
        created = {f"{own_folder(site.path)}{module}.py": (f"{name} = ", site.taken(site.node), "\n")}
        yield Rewrite((above, site.instead(site.node, name)), created)


def to_local(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes a local variable."""
    for site in _literals(files, random):
        statement = site.tree.statement(site.node)
        if site.tree.function(statement) is None or not isinstance(statement, ast.Return | ast.Assign | ast.Expr):
            continue
        name = fresh(random)
        above = site.line_above(statement, f"{name} = ", site.taken(site.node))
        if above is not None:
            yield Rewrite((above, site.instead(site.node, name)))


def inline_constant(files: Files, random: Random) -> Iterator[Rewrite]:
    """A constant that is used once becomes the text that it stands for."""
    whole = "\n".join(text for path, text in files.items() if path.endswith(".py"))
    for site in sites(files, random, ast.Assign, ast.AnnAssign):
        node = site.node
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not isinstance(target, ast.Name) or site.tree.parents[node] is not site.tree.module:
            continue
        value = node.value
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)) or whole.count(target.id) != 2:
            continue
        uses = [one for one in site.tree.nodes if isinstance(one, ast.Name) and one.id == target.id]
        use = next((one for one in uses if isinstance(one.ctx, ast.Load)), None)
        if use is not None and site.tree.end(node) < site.tree.start(use):
            yield Rewrite((site.instead(use, site.taken(value)),))


def _keyword_calls(files: Files, random: Random) -> Iterator[tuple[Site, ast.Call]]:
    """The calls with keywords that stand one after the other at the end, no decorators."""
    for site in sites(files, random, ast.Call):
        call = site.node
        assert isinstance(call, ast.Call)
        positional = max((site.tree.end(one) for one in call.args), default=0)
        if not any(one.arg for one in call.keywords) or site.tree.in_decorator(call):
            continue
        if positional < min(site.tree.start(one) for one in call.keywords if one.arg):
            yield site, call


def _keyword_start(site: Site, keyword: ast.keyword) -> int:
    at = site.tree.offset(keyword.lineno, keyword.col_offset)
    return at if keyword.arg else site.tree.text.rindex("**", 0, site.tree.start(keyword.value))


def _display(site: Site, call: ast.Call) -> list[Piece]:
    """The keywords of a call as a dict."""
    pieces: list[Piece] = ["{"]
    for one in call.keywords:
        pieces += [f'"{one.arg}": ' if one.arg else "**", site.taken(one.value), ", "]
    return [*pieces, "}"]


def _without_keywords(site: Site, call: ast.Call, *pieces: Piece) -> Edit:
    start = min(_keyword_start(site, one) for one in call.keywords)
    return Edit(site.path, start, site.tree.end(call.keywords[-1].value), pieces)


def to_stars(files: Files, random: Random) -> Iterator[Rewrite]:
    """Keywords become `**{…}`."""
    for site, call in _keyword_calls(files, random):
        yield Rewrite((_without_keywords(site, call, "**", *_display(site, call)),))


def to_starred_local(files: Files, random: Random) -> Iterator[Rewrite]:
    """Keywords become `**values`, where `values` is assigned before."""
    for site, call in _keyword_calls(files, random):
        above = _before(site, call)
        if above is None or any(suspends(one.value) for one in call.keywords):
            continue
        name = fresh(random, "values")
        pieces = _display(site, call)
        form = random.randrange(3)
        if form == 1 and all(one.arg for one in call.keywords):
            pieces = ["dict("]
            for one in call.keywords:
                pieces += [f"{one.arg}=", site.taken(one.value), ", "]
            pieces.append(")")
        first = site.line_above(above, f"{name} = ", *pieces)
        if first is not None:
            yield Rewrite((first, _without_keywords(site, call, f"**{name}")))


def _before(site: Site, node: ast.expr) -> ast.stmt | None:
    """The statement above which what a node evaluates can be evaluated; None where it may not be evaluated at all."""
    child: ast.AST = node
    for one in site.tree.above(node):
        if isinstance(one, ast.stmt):
            simple = isinstance(one, ast.Return | ast.Assign | ast.Expr) and site.tree.function(one) is not None
            return one if simple else None
        if isinstance(one, ast.IfExp) and child is not one.test:
            return None
        if not isinstance(one, ast.Call | ast.Tuple | ast.keyword | ast.List | ast.IfExp | ast.Await | ast.Starred):
            return None
        child = one
    return None


def to_grown_local(files: Files, random: Random) -> Iterator[Rewrite]:
    """Keywords become `**values`, where `values` grows by `update`, `|=`, `setdefault` or an item."""
    for site, call in _keyword_calls(files, random):
        above = _before(site, call)
        named = [one for one in call.keywords if one.arg]
        indent = site.tree.indent(site.tree.start(above)) if above is not None else None
        if above is None or indent is None or any(suspends(one.value) for one in call.keywords):
            continue
        if len(named) != len(call.keywords) or len(named) < 2:
            continue
        name = fresh(random, "values")
        pieces: list[Piece] = [f'{name} = {{"{named[0].arg}": ', site.taken(named[0].value), "}"]
        for one in named[1:]:
            head, tail = random.choice(
                (
                    (f"{name}.update({one.arg}=", ")"),
                    (f'{name} |= {{"{one.arg}": ', "}"),
                    (f'{name}["{one.arg}"] = (', ")"),
                    (f'{name}.setdefault("{one.arg}", ', ")"),
                    (f'{name} = {{**{name}, "{one.arg}": ', "}"),
                )
            )
            pieces += [f"\n{indent}{head}", site.taken(one.value), tail]
        first = site.line_above(above, *pieces)
        if first is not None:
            yield Rewrite((first, _without_keywords(site, call, f"**{name}")))


def to_partial(files: Files, random: Random) -> Iterator[Rewrite]:
    """A call becomes that of a `functools.partial` with the first argument."""
    for site in sites(files, random, ast.Call):
        call = site.node
        assert isinstance(call, ast.Call)
        if not isinstance(call.func, ast.Name) or not call.args or isinstance(call.args[0], ast.Starred):
            continue
        named = call.func.id in RETURN_TYPES or any(
            isinstance(one, FUNCTIONS) and one.name == call.func.id for one in site.tree.module.body
        )
        if not (named or call.func.id in site.tree.imports) or site.tree.in_decorator(call):
            continue
        if site.tree.function(call) is None or not _of_project(site, call.func.id):
            continue
        name = fresh(random, "partial")
        first = call.args[0]
        rest = call.args[1] if len(call.args) > 1 else call.keywords[0] if call.keywords else None
        start = site.tree.end(call) - 1 if rest is None else _argument_start(site, rest)
        pieces = (f"{name}(", site.taken(call.func), ", ", site.taken(first), ")(")
        edits = (
            site.insert(site.tree.after_imports, f"from functools import partial as {name}\n"),
            Edit(site.path, site.tree.start(call), start, pieces),
        )
        yield Rewrite(edits)


def _argument_start(site: Site, argument: ast.expr | ast.keyword) -> int:
    return _keyword_start(site, argument) if isinstance(argument, ast.keyword) else site.tree.start(argument)


def _of_project(site: Site, name: str) -> bool:
    """Whether a name is that of the framework or of the application, not of another library."""
    statement = site.tree.imports.get(name)
    return not isinstance(statement, ast.Import) and (
        statement is None
        or (isinstance(statement, ast.ImportFrom) and (statement.level > 0 or statement.module == "chirp"))
    )


def swap_keywords(files: Files, random: Random) -> Iterator[Rewrite]:
    """Two keywords of a call change places."""
    for site, call in _keyword_calls(files, random):
        named = [one for one in call.keywords if one.arg]
        if len(named) < 2 or any(suspends(one.value) for one in named):
            continue
        first, second = random.sample(named, 2)
        yield Rewrite((site.instead(first, site.taken(second)), site.instead(second, site.taken(first))))


def swap_keys(files: Files, random: Random) -> Iterator[Rewrite]:
    """Two entries of a dict display next to each other change places."""
    for site in sites(files, random, ast.Dict):
        node = site.node
        assert isinstance(node, ast.Dict)
        pairs = list(zip(node.keys, node.values, strict=True))
        at = random.randrange(max(1, len(pairs) - 1))
        if len(pairs) < 2 or pairs[at][0] is None or pairs[at + 1][0] is None:
            continue
        (key, value), (other_key, other) = pairs[at], pairs[at + 1]
        assert key is not None
        assert other_key is not None
        whole = [(site.tree.start(one), site.tree.end(last)) for one, last in ((key, value), (other_key, other))]
        taken = [site.taken(one) for one in (key, value, other_key, other)]
        yield Rewrite(
            (
                Edit(site.path, *whole[0], (taken[2], ": ", taken[3])),
                Edit(site.path, *whole[1], (taken[0], ": ", taken[1])),
            )
        )


def to_concatenation(files: Files, random: Random) -> Iterator[Rewrite]:
    """An f-string becomes a concatenation, or a call of `format`."""
    for site in sites(files, random, ast.JoinedStr):
        node = site.node
        assert isinstance(node, ast.JoinedStr)
        text = site.tree.source(node)
        if (
            text[:2] not in ('f"', "f'")
            or "\\" in text
            or "{{" in text
            or isinstance(site.tree.parents[node], ast.JoinedStr)
        ):
            continue
        quote = text[1]
        holes = [one for one in node.values if isinstance(one, ast.FormattedValue)]
        if any(one.format_spec or one.conversion != -1 or suspends(one) for one in holes) or not holes:
            continue
        if len(text.splitlines()) > 1 or text.count(quote) != 2:
            continue
        literals = [one.value if isinstance(one, ast.Constant) else None for one in node.values]
        pieces = _joined(site, node, literals, quote) if random.random() < 0.6 else _formatted(site, node, quote)
        yield Rewrite((site.instead(node, *pieces),))


def _joined(site: Site, node: ast.JoinedStr, literals: Sequence[object], quote: str) -> list[Piece]:
    pieces: list[Piece] = ["("]
    for at, (one, literal) in enumerate(zip(node.values, literals, strict=True)):
        pieces.append(" + " if at else "")
        if isinstance(one, ast.FormattedValue):
            pieces += ["str(", site.taken(one.value), ")"]
        else:
            pieces.append(f"{quote}{literal}{quote}")
    return [*pieces, ")"]


def _formatted(site: Site, node: ast.JoinedStr, quote: str) -> list[Piece]:
    text = "".join("{}" if isinstance(one, ast.FormattedValue) else _constant(one) for one in node.values)
    pieces: list[Piece] = [f"{quote}{text}{quote}.format("]
    for one in node.values:
        if isinstance(one, ast.FormattedValue):
            pieces += [site.taken(one.value), ", "]
    return [*pieces, ")"]


def _constant(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def split_text(files: Files, random: Random) -> Iterator[Rewrite]:
    """A text becomes two, one after the other or with a plus."""
    for site in _literals(files, random):
        text = site.tree.source(site.node)
        if len(text) < 5 or "\\" in text:
            continue
        at = random.randint(2, len(text) - 2)
        start, end, quote = site.tree.start(site.node), site.tree.end(site.node), text[0]
        plus = random.choice((" + ", " "))
        pieces = ("(", text[:at], f"{quote}{plus}{quote}", text[at:], ")")
        yield Rewrite((Edit(site.path, start, end, pieces),))


def change_quotes(files: Files, random: Random) -> Iterator[Rewrite]:
    """Double quotes around a text become single ones, or the other way round."""
    for site in _literals(files, random):
        text = site.tree.source(site.node)
        other = "'" if text[0] == '"' else '"'
        if other in text or "\\" in text:
            continue
        yield Rewrite((site.instead(site.node, other, text[1:-1], other),))


def python_comment(files: Files, random: Random) -> Iterator[Rewrite]:
    """A comment or an empty line above a statement."""
    for site in sites(files, random, ast.Return, ast.Assign, ast.Expr, ast.If, ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(site.node, ast.stmt)
        words = random.choice(
            ("# As before.", '# Fragment("none.html", "none") is no code', "# é and 😀 count too", "")
        )
        above = site.line_above(site.node, words)
        if above is not None:
            yield Rewrite((above,))


def blank_start(files: Files, random: Random) -> Iterator[Rewrite]:
    """Empty lines after the imports."""
    for path, tree in modules(files, random):
        yield Rewrite((Edit(path, tree.after_imports, tree.after_imports, ("\n" * random.randint(1, 3),)),))
