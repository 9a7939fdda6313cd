"""Mistakes in what handlers return: arguments of return types, values that are no answer, no answer at all."""

import ast
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.mutants.application import Application, Module
from benchmarks.mutants.mutation import Change, Operator, Place, Proof
from benchmarks.mutants.operators.annotations import Function
from benchmarks.mutants.operators.annotations import handlers as annotated
from benchmarks.mutants.operators.names import RETURN_TYPES, text_of

ARGUMENTS = "bad-return-arguments"
VALUE = "unnegotiable-return"
type Maker = Callable[[Application, Random], Iterator[Change]]


def _calls(app: Application, *names: str) -> Iterator[tuple[Module, ast.Call]]:
    for module in app.modules:
        for call in module.calls():
            if isinstance(call.func, ast.Name) and call.func.id in names and call.args:
                yield module, call


def returns(app: Application) -> Iterator[tuple[Module, Function, ast.Return]]:
    """The return statements of handlers, not those of functions inside them."""
    for module, function in annotated(app):
        inner = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        own = {id(node) for node in ast.walk(function)}
        for other in inner:
            if other is not function:
                own -= {id(node) for node in ast.walk(other)}
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None and id(node) in own:
                yield module, function, node


# Arguments.


def _block_left_out(app: Application, random: Random) -> Iterator[Change]:
    for module, call in _calls(app, "Fragment", "Page", "ValidationError"):
        if len(call.args) < 2 or any(isinstance(one, ast.Starred) for one in call.args):
            continue
        start = module.range(call.args[0])[1]
        end = module.range(call.args[1])[1]
        first, last = module.range(call)
        place = Place(ARGUMENTS, module.path, first, last - (end - start), (module.range(call.func),))
        yield Change(module.path, start, end, "", (place,))


def _argument_too_many(app: Application, random: Random) -> Iterator[Change]:
    """The context as a dict by position, as other frameworks have it."""
    for module, call in _calls(app, *RETURN_TYPES):
        if any(isinstance(one, ast.Starred) for one in call.args):
            continue
        end = module.range(call.args[-1])[1]
        made = ', {"one": 1}'
        yield Change(module.path, end, end, made, (Place(ARGUMENTS, module.path, end + 2, end + len(made)),))


def _by_name(app: Application, random: Random) -> Iterator[Change]:
    """`Fragment("x.html", block_name="b")`: the block is taken by position only."""
    for module, call in _calls(app, "Fragment", "Page"):
        if len(call.args) == 2 and not isinstance(call.args[1], ast.Starred):
            start, end = module.range(call.args[1])
            made = "block_name="
            place = Place(ARGUMENTS, module.path, start, start + len(made) - 1, ((start, end + len(made)),))
            yield Change(module.path, start, start, made, (place,))


def _keyword_misspelt(app: Application, random: Random) -> Iterator[Change]:
    """A keyword of a return type that takes no context."""
    for module, call in _calls(app, "Redirect", "Response", "FormAction", "Action"):
        for word in call.keywords:
            if word.arg is not None:
                start = module.offset(word.lineno, word.col_offset)
                made = {"status": "code", "content_type": "mimetype", "trigger": "event"}.get(word.arg, f"{word.arg}s")
                place = Place(ARGUMENTS, module.path, start, start + len(made))
                yield Change(module.path, start, start + len(word.arg), made, (place,))


def _status(made: str, *names: str) -> Maker:
    """Another status of a redirect."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for module, call in _calls(app, *names):
            word = next((one for one in call.keywords if one.arg == "status"), None)
            if word is not None:
                start, end = module.range(word.value)
                yield Change(module.path, start, end, made, (Place(ARGUMENTS, module.path, start, start + len(made)),))

    return make


def _none_for_url(app: Application, random: Random) -> Iterator[Change]:
    for module, call in _calls(app, "Redirect", "FormAction"):
        start, end = module.range(call.args[0])
        yield Change(module.path, start, end, "None", (Place(ARGUMENTS, module.path, start, start + 4),))


def _fragment_for_oob(app: Application, random: Random) -> Iterator[Change]:
    """A text where only fragments can go out of band."""
    for module, call in _calls(app, "OOB", "FormAction"):
        if len(call.args) > 1 and not isinstance(call.args[1], ast.Starred):
            start, end = module.range(call.args[1])
            yield Change(module.path, start, end, '"Saved."', (Place(ARGUMENTS, module.path, start, start + 8),))


def _tuple(edit: Callable[[Module, ast.Tuple], tuple[int, int, str, tuple[int, int]]]) -> Maker:
    def make(app: Application, random: Random) -> Iterator[Change]:
        for module, _, node in returns(app):
            value = node.value
            if isinstance(value, ast.Tuple) and len(value.elts) in (2, 3):
                start, end, made, own = edit(module, value)
                moved = len(made) - (end - start)
                first, last = module.range(value)
                place = Place(ARGUMENTS, module.path, *own, ((first, last + moved), (first - 1, last + moved + 1)))
                yield Change(module.path, start, end, made, (place,))

    return make


def _status_as_text(module: Module, node: ast.Tuple) -> tuple[int, int, str, tuple[int, int]]:
    start, end = module.range(node.elts[1])
    made = f'"{module.text[start:end]}"'
    return start, end, made, (start, start + len(made))


def _headers_first(module: Module, node: ast.Tuple) -> tuple[int, int, str, tuple[int, int]]:
    start, end = module.range(node.elts[1])
    return start, end, '{"X-Saved": "1"}', (start, start + len('{"X-Saved": "1"}'))


def _too_long(module: Module, node: ast.Tuple) -> tuple[int, int, str, tuple[int, int]]:
    _, end = module.range(node.elts[-1])
    made = ", {}, {}"
    first, _ = module.range(node)
    return end, end, made, (first, end + len(made))


# Values.


def _returned(made: str, *, only: type[ast.expr] | None = None) -> Maker:
    """Something else is returned."""

    def make(app: Application, random: Random) -> Iterator[Change]:
        for module, _, node in returns(app):
            if node.value is None or (only is not None and not isinstance(node.value, only)):
                continue
            start, end = module.range(node.value)
            place = Place(VALUE, module.path, start, start + len(made), ((start - len("return "), start + len(made)),))
            yield Change(module.path, start, end, made, (place,))

    return make


def _return_forgotten(app: Application, random: Random) -> Iterator[Change]:
    """The value is made and not returned."""
    for module, function, node in returns(app):
        if node is function.body[-1] and node.value is not None:
            start, _ = module.range(node)
            value, end = module.range(node.value)
            own = value - start
            place = _place_of_end(module, function, (start, end - own))
            yield Change(module.path, start, value, "", (place,))


def _place_of_end(module: Module, function: Function, last: tuple[int, int]) -> Place:
    """Where a function that ends without an answer may be reported: its name, its head, its last statement."""
    name = module.text.index(f"{function.name}(", module.range(function)[0])
    head = module.text.rindex("def ", 0, name + 1)
    instead = [last, (head, name + len(function.name))]
    if function.returns is not None:
        instead += [module.range(function.returns), (head, module.range(function.returns)[1])]
        instead.append((head, module.range(function.returns)[1] + 1))
    return Place(VALUE, module.path, name, name + len(function.name), tuple(instead))


def _bare_return(app: Application, random: Random) -> Iterator[Change]:
    """`return` with nothing behind it."""
    for module, _, node in returns(app):
        if node.value is not None:
            start, _ = module.range(node)
            _, end = module.range(node.value)
            yield Change(module.path, start, end, "return", (Place(VALUE, module.path, start, start + 6),))


def _branch_without_answer(app: Application, random: Random) -> Iterator[Change]:
    """The last return stands under a condition that need not hold."""
    for module, function, node in returns(app):
        if node is not function.body[-1]:
            continue
        start, end = module.range(node)
        made = f"if __import__('time').time() < 0:\n{' ' * node.col_offset}    "
        place = _place_of_end(module, function, (start, end + len(made)))
        yield Change(module.path, start, start, made, (place,))


def _wrong_annotation(app: Application, random: Random) -> Iterator[Change]:
    """The annotation names another return type than the one that is returned."""
    for module, function in annotated(app):
        if function.returns is None:
            continue
        own = [node for one, inner, node in returns(app) if one is module and inner is function]
        made = {
            node.value.func.id
            for node in own
            if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        }
        if len(own) != 1 or not made <= {"Template", "Fragment", "Page", "Redirect"} or not made:
            continue
        imported = {
            alias.name
            for node in module.tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "chirp"
            for alias in node.names
        }
        others = sorted(imported & {"Template", "Fragment", "Page", "Redirect", "FormAction"} - made)
        if others:
            other = random.choice(others)
            start, end = module.range(function.returns)
            value = own[0].value
            assert value is not None
            first, last = module.range(value)
            moved = len(other) - (end - start)
            place = Place("wrong-annotation", module.path, start, start + len(other), ((first + moved, last + moved),))
            yield Change(module.path, start, end, other, (place,))


def _text_for_page(app: Application, random: Random) -> Iterator[Change]:
    """A plain text is returned under an annotation that promises a page."""
    for module, function, node in returns(app):
        if function.returns is None or node.value is None:
            continue
        start, end = module.range(function.returns)
        old = module.text[start:end]
        if old not in ("Template", "Fragment", "Page") or text_of(node.value) is not None:
            continue
        first, last = module.range(node.value)
        place = Place("wrong-annotation", module.path, first, first + len('"Done."'), ((start, end),))
        yield Change(module.path, first, last, '"Done."', (place,))


OPERATORS = (
    Operator("block left out of a return type", ARGUMENTS, _block_left_out),
    Operator("context by position", ARGUMENTS, _argument_too_many),
    Operator("block given by name", ARGUMENTS, _by_name),
    Operator("keyword of a return type misspelt", ARGUMENTS, _keyword_misspelt),
    Operator("status of a redirect that is none", ARGUMENTS, _status("200", "Redirect", "FormAction")),
    Operator("status as text", ARGUMENTS, _status('"303"', "Redirect", "FormAction")),
    Operator("no URL to redirect to", ARGUMENTS, _none_for_url),
    Operator("text where a fragment belongs", ARGUMENTS, _fragment_for_oob),
    Operator("status of a tuple as text", ARGUMENTS, _tuple(_status_as_text)),
    Operator("headers where the status belongs", ARGUMENTS, _tuple(_headers_first)),
    Operator("tuple too long", ARGUMENTS, _tuple(_too_long)),
    Operator("number returned", VALUE, _returned("7")),
    Operator("set returned", VALUE, _returned('{"a", "b"}')),
    Operator("class returned", VALUE, _returned("Exception")),
    Operator("None returned", VALUE, _returned("None")),
    Operator("nothing returned", VALUE, _bare_return),
    Operator("return forgotten", VALUE, _return_forgotten),
    Operator("answer in one branch only", VALUE, _branch_without_answer, Proof.FACTS),
    Operator("annotation of another return type", "wrong-annotation", _wrong_annotation, Proof.TEXT),
    Operator("text under an annotation of a page", "wrong-annotation", _text_for_page, Proof.ANSWERS),
)
