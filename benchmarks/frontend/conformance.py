"""What a template says according to Kida's parser and according to our facts, in one form that can be compared.

Kida loses the order of slots, so both sides are counted.
"""

from collections import Counter
from collections.abc import Iterator

import kida.nodes as k
import msgspec
from kida.exceptions import TemplateError
from kida.lexer import Lexer, LexerError
from kida.parser import Parser

from chirp_check.facts.templates import TemplateFacts
from chirp_check.facts.values import Call, Const, Filter, Name, Repeated

type Saying = tuple[object, ...]


def kida_parse(text: str) -> k.Template | None:
    """Kida's tree of a whole file, or None where it refuses the file."""
    try:
        return Parser(list(Lexer(text).tokenize()), source=text).parse()
    except TemplateError, LexerError, RecursionError, SyntaxError, ValueError:
        return None


def by_kida(tree: k.Template) -> Counter[Saying]:
    """Tags and names of Kida's tree."""
    return Counter(_sayings(tree, None))


def by_facts(facts: TemplateFacts) -> Counter[Saying]:
    """Tags and names of our facts."""
    found: Counter[Saying] = Counter()
    found.update(("block", one.kind, one.name.name) for one in (*facts.blocks, *facts.overrides))
    for component in facts.components:
        found["def", component.name.name, tuple(sorted(one.name for one in component.parameters))] += 1
        found.update(("yield", component.name.name, slot.name) for slot in component.slots)
    for reference in facts.references:
        found["reference", reference.kind, isinstance(reference.target, Const)] += 1
        found.update(("import", other.name, local.name) for other, local in reference.names)
    for binding in facts.bindings:
        found["bound", binding.name.name] += 1
    for call in facts.calls:
        found["call", len(call.arguments), tuple(one.name for one in call.arguments if one.name)] += 1
    for conditional in facts.conditionals:
        found["conditional", conditional.kind, len(conditional.arms)] += 1
    for expression in facts.expressions:
        found["output",] += 1
        found.update(_terms(expression))
    return found


def _terms(term: object) -> Iterator[Saying]:
    """Names, literals, filters and calls of an expression. Recursion is bounded: terms are."""
    match term:
        case Name(id=name):
            yield "name", name
        case Const(value=value):
            yield "literal", abs(value) if isinstance(value, (int, float)) else value
        case Filter(name=name):
            yield "filter", name
        case Call():
            yield ("called",)
        case Repeated(names=names):
            yield from (("name", name) for name in names)
        case _:
            pass
    if isinstance(term, msgspec.Struct):
        for field in term.__struct_fields__:
            yield from _terms(getattr(term, field))
    elif isinstance(term, tuple):
        for part in term:  # pyright: ignore[reportUnknownVariableType]
            yield from _terms(part)  # pyright: ignore[reportUnknownArgumentType]


def _sayings(node: k.Node, component: str | None) -> Iterator[Saying]:
    match node:
        case k.Block(name=name, fragment=fragment):
            yield "block", "fragment" if fragment else "block", name
        case k.Region(name=name):
            yield "block", "region", name
        case k.Def(name=name):
            component = name
            rest = tuple(one for one in (node.vararg, node.kwarg) if one)
            yield "def", name, tuple(sorted((*node.args, *rest)))
        case k.Slot(name=name) if component is not None:
            yield "yield", component, name
        case k.Output(expr=expr):
            yield ("output",)
            yield from _expressions(expr)
        case k.FuncCall(args=args, kwargs=kwargs):
            yield "call", len(args) + len(kwargs), tuple(kwargs)
        case _:
            yield from _references(node)
            yield from _bindings(node)
            yield from _conditionals(node)
    for child in node.iter_child_nodes():
        yield from _sayings(child, component)


def _references(node: k.Node) -> Iterator[Saying]:
    match node:
        case k.Extends(template=target) | k.Include(template=target) | k.Embed(template=target):
            yield "reference", type(node).__name__.lower(), isinstance(target, k.Const)
        case k.Import(template=target, target=name):
            yield "reference", "import", isinstance(target, k.Const)
            yield "import", name, name
        case k.FromImport(template=target, names=names):
            yield "reference", "from", isinstance(target, k.Const)
            yield from (("import", name, alias or name) for name, alias in names)
        case _:
            return


def _bindings(node: k.Node) -> Iterator[Saying]:
    match node:
        case (
            k.Set(target=target)
            | k.Let(name=target)
            | k.Export(name=target)
            | k.For(target=target)
            | k.AsyncFor(target=target)
            | k.WithConditional(target=target)
        ):
            yield from _bound(target)
        case k.Capture(name=name):
            yield "bound", name
        case k.With(targets=targets):
            yield from (("bound", name) for name, _ in targets)
        case k.Trans(variables=variables):
            yield from (("bound", one.name) for one in variables)
        case k.Try(error_name=str() as name):
            yield "bound", name
        case k.SlotBlock(params=params):
            yield from (("bound", name) for name in params)
        case k.Match(cases=cases):
            for pattern, _, _ in cases:
                yield from (one for one in _bound(pattern) if one[1] != "_")
        case _:
            return


def _bound(target: k.Expr) -> Iterator[Saying]:
    if isinstance(target, k.Name):
        yield "bound", target.name
    elif isinstance(target, k.Tuple):
        for item in target.items:
            yield from _bound(item)


def _conditionals(node: k.Node) -> Iterator[Saying]:
    match node:
        case k.For(empty=empty) | k.AsyncFor(empty=empty):
            yield "conditional", "for", 2 if empty else 1
        case k.WithConditional(empty=empty):
            yield "conditional", "with", 2 if empty else 1
        case k.While():
            yield "conditional", "while", 1
        case k.Match(cases=cases):
            yield "conditional", "match", len(cases) + 1
        case k.Try():
            yield "conditional", "try", 2
        case _:
            return


def _expressions(expr: k.Node) -> Iterator[Saying]:
    match expr:
        case k.Name(name=name):
            yield "name", name
        case k.Const(value=value):
            yield "literal", abs(value) if isinstance(value, (int, float)) else value
        case k.Pipeline(steps=steps):
            yield from (("filter", name) for name, _, _ in steps)
        case k.Filter(name=name):
            yield "filter", name
        case k.FuncCall():
            yield ("called",)
        case _:
            pass
    for child in expr.iter_child_nodes():
        yield from _expressions(child)
