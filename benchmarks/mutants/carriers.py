"""How a name gets to where it is used: rewrites of one literal in Python that mean the same, with any text in it.

A carrier makes whole files. What a finding may point at stands between marks, which `unmarked` takes out again.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.mutants.application import PAGES, Application, Module
from benchmarks.mutants.mutation import Place

BEGIN, END = "\x01", "\x02"  # around the range that is expected
ALSO, ENDED = "\x03", "\x04"  # around a range that says it as well
OTHER = "carried.py"
SIMPLE = (ast.Return, ast.Assign, ast.AnnAssign, ast.Expr)

type Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class Site:
    """A plain text literal in Python, and the call it is an argument of."""

    module: Module
    node: ast.Constant
    call: ast.Call
    value: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """The name of a way, and how to go it: the files that differ, None where it cannot be gone."""

    name: str
    carry: Callable[[Application, Site, str], Files | None]


def unmarked(files: Mapping[str, str], rule: str) -> tuple[dict[str, str | None], Place | None]:
    """The files without marks, and the place that was marked."""
    clean: dict[str, str | None] = {}
    expected: tuple[str, int, int] | None = None
    instead: list[tuple[int, int]] = []
    for path, text in files.items():
        letters: list[str] = []
        starts: dict[str, list[int]] = {END: [], ENDED: []}
        for char in text:
            if char in (BEGIN, ALSO):
                starts[END if char == BEGIN else ENDED].append(len(letters))
            elif char == END:
                expected = (path, starts[END].pop(), len(letters))
            elif char == ENDED:
                instead.append((starts[ENDED].pop(), len(letters)))
            else:
                letters.append(char)
        clean[path] = "".join(letters)
    if expected is None:
        return clean, None
    return clean, Place(rule, *expected, tuple(instead))


def edited(text: str, *changes: tuple[int, int, str]) -> str:
    """The text with ranges replaced."""
    for start, end, made in sorted(changes, reverse=True):
        text = text[:start] + made + text[end:]
    return text


def quoted(value: str) -> str:
    """A literal that a finding should point at."""
    return f'{BEGIN}"{value}"{END}'


def _head(module: Module) -> int:
    """Where the statements after the first imports begin."""
    end = 0
    for node in module.tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        end = module.offset(node.end_lineno or 1, node.end_col_offset or 0)
    return module.text.find("\n", end) + 1


def _above(site: Site, code: str, made: str) -> Files:
    """Code at the head of the module, and the literal replaced."""
    module = site.module
    head = _head(module)
    return {module.path: edited(module.text, (head, head, f"\n{code}\n"), (*module.range(site.node), made))}


def _import(app: Application, module: Module, name: str) -> str:
    """An import from the module beside the application."""
    if module.path.startswith(PAGES):
        return f"from examples.{app.root.name}.carried import {name}"
    return f"from {'.' * (module.path.count('/') + 1)}carried import {name}"


def _constant(app: Application, site: Site, value: str) -> Files:
    return _above(site, f"CARRIED = {quoted(value)}", "CARRIED")


def _final(app: Application, site: Site, value: str) -> Files:
    return _above(site, f"import typing\n\nCARRIED: typing.Final = {quoted(value)}", "CARRIED")


def _imported(app: Application, site: Site, value: str) -> Files:
    made = _above(site, _import(app, site.module, "CARRIED"), "CARRIED")
    return {**made, OTHER: f"CARRIED = {quoted(value)}\n"}


def _attribute(app: Application, site: Site, value: str) -> Files:
    return _above(site, f"class Carried:\n    name = {quoted(value)}\n", "Carried.name")


def _enum(app: Application, site: Site, value: str) -> Files:
    return _above(site, f"import enum\n\nclass Carried(enum.StrEnum):\n    NAME = {quoted(value)}\n", "Carried.NAME")


def _helper(app: Application, site: Site, value: str) -> Files:
    return _above(site, f"def carried() -> str:\n    return {quoted(value)}\n", "carried()")


def _helper_elsewhere(app: Application, site: Site, value: str) -> Files:
    made = _above(site, _import(app, site.module, "carried"), "carried()")
    return {**made, OTHER: f"def carried() -> str:\n    return {quoted(value)}\n"}


def _from_chirp(module: Module) -> frozenset[str]:
    """What the module imports from the framework under its own name."""
    return frozenset(
        alias.name
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "chirp"
        for alias in node.names
        if alias.asname is None
    )


def _wrapped(app: Application, site: Site, value: str) -> Files | None:
    """The call goes through a function that hands everything on."""
    if not isinstance(site.call.func, ast.Name) or site.call.func.id not in _from_chirp(site.module):
        return None
    code = f"def carried(*names, **rest):\n    return {site.call.func.id}(*names, **rest)\n"
    return _renamed_call(site, code, value)


def _renamed_call(site: Site, code: str, value: str) -> Files:
    module, head = site.module, _head(site.module)
    function, literal = module.range(site.call.func), module.range(site.node)
    text = edited(module.text, (head, head, f"\n{code}\n"), (*function, "carried"), (*literal, quoted(value)))
    return {module.path: text}


def _wrapped_elsewhere(app: Application, site: Site, value: str) -> Files | None:
    """The same with the function in another module."""
    if not isinstance(site.call.func, ast.Name) or site.call.func.id not in _from_chirp(site.module):
        return None
    name = site.call.func.id
    code = f"from chirp import {name}\n\n\ndef carried(*names, **rest):\n    return {name}(*names, **rest)\n"
    return {**_renamed_call(site, _import(app, site.module, "carried"), value), OTHER: code}


def _before(site: Site) -> tuple[int, str] | None:
    """Where a statement can be put before the one with the site, and its indentation."""
    statement = site.module.statement(site.node)
    start = site.module.offset(statement.lineno, statement.col_offset)
    line = site.module.text.rfind("\n", 0, start) + 1
    indent = site.module.text[line:start]
    return (line, indent) if isinstance(statement, SIMPLE) and indent and not indent.strip() else None


def _partial(app: Application, site: Site, value: str) -> Files | None:
    """The call's arguments up to the literal are bound before."""
    place, module = _before(site), site.module
    if place is None or site.node not in site.call.args:
        return None
    count = site.call.args.index(site.node) + 1
    bound = site.call.args[:count]
    if not all(isinstance(one, ast.Name | ast.Constant) for one in bound):
        return None
    line, indent = place
    function = module.text[slice(*module.range(site.call.func))]
    given = [module.text[slice(*module.range(one))] for one in bound[:-1]]
    code = f"{indent}carried = functools.partial({', '.join([function, *given, quoted(value)])})\n"
    first, last = module.range(bound[0])[0], module.range(bound[-1])[1]
    rest = module.text[last:]
    last += len(rest) - len(rest.removeprefix(","))
    head = _head(module)
    return {
        module.path: edited(
            module.text,
            (head, head, "\nimport functools\n"),
            (line, line, code),
            (*module.range(site.call.func), "carried"),
            (first, last, ""),
        )
    }


_FLAG = "import time\n\ndef carried() -> bool:\n    return time.time() > 0\n"


def _conditional(app: Application, site: Site, value: str) -> Files:
    return _above(site, _FLAG, f'({quoted(value)} if carried() else "{site.value}")')


def _pair(app: Application, site: Site, value: str) -> Files | None:
    """Two names are chosen together."""
    place, module = _before(site), site.module
    if place is None or site.node not in site.call.args[:2] or len(site.call.args) < 2:
        return None
    names = site.call.args[:2]
    if not all(isinstance(one, ast.Constant) for one in names):
        return None
    right = [module.text[slice(*module.range(one))] for one in names]
    wrong = [quoted(value) if one is site.node else text for one, text in zip(names, right, strict=True)]
    line, indent = place
    code = f"{indent}one, other = ({', '.join(wrong)}) if carried() else ({', '.join(right)})\n"
    head = _head(module)
    return {
        module.path: edited(
            module.text,
            (head, head, f"\n{_FLAG}\n"),
            (line, line, code),
            (*module.range(names[0]), "one"),
            (*module.range(names[1]), "other"),
        )
    }


def _parts(site: Site, value: str) -> tuple[str, str]:
    """The value in two parts: at a slash, or in its middle."""
    at = value.rfind("/") if "/" in value[1:] else max(len(value) // 2, 1)
    return value[:at], value[at:]


def _f_string(app: Application, site: Site, value: str) -> Files:
    head, tail = _parts(site, value)
    made = f'{BEGIN}f"{{CARRIED}}{ALSO}{tail}{ENDED}"{END}'
    return _above(site, f'CARRIED = "{head}"', made)


def _joined(app: Application, site: Site, value: str) -> Files:
    head, tail = _parts(site, value)
    made = f'{BEGIN}{ALSO}"{head}"{ENDED} + {ALSO}"{tail}"{ENDED}{END}'
    return _above(site, "", made)


PYTHON = (
    Carrier("constant", _constant),
    Carrier("Final constant", _final),
    Carrier("imported constant", _imported),
    Carrier("class attribute", _attribute),
    Carrier("enum member", _enum),
    Carrier("helper that gives the name", _helper),
    Carrier("helper in another module", _helper_elsewhere),
    Carrier("helper around the call", _wrapped),
    Carrier("helper around the call in another module", _wrapped_elsewhere),
    Carrier("partial", _partial),
    Carrier("conditional", _conditional),
    Carrier("conditional pair", _pair),
    Carrier("f-string", _f_string),
    Carrier("concatenation", _joined),
)
