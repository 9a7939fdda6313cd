"""What has to hold of the facts of one file, whatever stands in it."""

import ast
import unicodedata
import warnings
import zlib
from collections.abc import Iterator
from typing import cast

import msgspec
from kida import Environment

from benchmarks.frontend.conformance import by_facts, by_kida, kida_parse
from chirp_check.facts.extract import read_template
from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.facts.module import read_module
from chirp_check.facts.templates import Attribute, Ident, TemplateFacts
from chirp_check.facts.values import Const, Name, Opaque
from chirp_check.source import SourceFile
from chirp_check.syntax.kida_build import TOO_DEEP
from chirp_check.syntax.limits import TooLargeError

ONE_NODE = frozenset({"if", "unless", "for", "with"})
GIVEN = frozenset({"default", "it"})  # names that nobody has written
COMPILED = 8  # one template in so many is compiled by Kida too, which takes longest


def template(text: str) -> None:
    """Reading a template raises nothing, names and places are right, and it is refused where Kida refuses it."""
    try:
        facts = read_template(SourceFile("t.html", text))
    except TooLargeError:
        return
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if not _encodes(text) else text
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=TemplateFacts) == facts, (
        "the facts are not stored"
    )
    for one in values(facts):
        _stands(text, one)
    _agrees(text, facts)


def _agrees(text: str, facts: TemplateFacts) -> None:
    tree = kida_parse(text)
    if tree is None:
        assert facts.faults, "Kida refuses it"
        return
    if facts.faults:
        assert not compiles(text), f"Kida takes it: {facts.faults[0].message}"
        return
    if facts.filters or facts.tests:
        return  # names that the application may add: a rule judges them
    if any(isinstance(one, Opaque) and one.reason == TOO_DEEP for one in values(facts)):
        return  # cut short on purpose
    ours, kidas = by_facts(facts), by_kida(tree)
    # Kida has no node of their own for some conditionals, nor for an `else` with nothing in it, nor for what a slot
    # binds, and no call in a `{% call name %}`.
    for one in [one for one in (*ours, *kidas) if one[0] == "conditional" and one[1] in ONE_NODE]:
        del ours[one], kidas[one]
    kidas.update(("bound", one.name.name) for one in facts.bindings if one.kind == "slot")
    kidas["call", 0, ()] = max(kidas["call", 0, ()], ours["call", 0, ()])
    assert ours <= kidas, f"only ours: {ours - kidas}"
    lost = [one for one in kidas - ours if one[0] != "bound" and _encodes(str(one[-1]))]  # no fact holds half a pair
    assert not lost, f"only Kida's: {lost}"
    assert zlib.crc32(text.encode()) % COMPILED or compiles(text), "Kida does not compile it"


def compiles(text: str) -> bool:
    """Whether Kida makes a template of it; it lets errors of Python through, so that any error is a refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            Environment().from_string(text)
        except Exception:  # noqa: BLE001
            return False
    return True


def module(text: str) -> None:
    """Reading a Python file raises nothing, names and places are right, and it is refused where Python refuses it."""
    try:
        facts = read_module(SourceFile("m.py", text))
    except TooLargeError:
        return
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts, "not stored"
    for one in values(facts):
        _stands(text, one)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError, ValueError, RecursionError, MemoryError:
            assert facts.faults, "Python refuses it"
        else:
            assert not facts.faults, f"Python takes it: {facts.faults[0].message}"


def values(facts: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """The facts and everything in them."""
    pending: list[object] = [facts]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += cast("tuple[object, ...]", one)
        elif isinstance(one, msgspec.Struct):
            yield one
            pending += [getattr(one, field) for field in one.__struct_fields__]


def _stands(text: str, one: msgspec.Struct) -> None:
    """Every place lies in the file, and what is named there stands there."""
    for first, last in (("start", "end"), ("name_start", "name_end")):
        start, end = getattr(one, first, 0), getattr(one, last, 0)
        assert 0 <= start <= end <= len(text), f"{type(one).__name__} at {start}–{end} of {len(text)}"
    match one:
        case Function():
            assert _same(text[one.name_start : one.name_end], one.name), "the name stands elsewhere"
            before = text[: one.name_start].rstrip(" \t\f\\\r\n")
            assert before.endswith("def"), "the name stands elsewhere"
        case Attribute():
            assert text[one.name_start : one.name_end].lower() == one.name or not one.name, "the name stands elsewhere"
        case Ident(name=name) if name not in GIVEN:
            assert text[one.start : one.end] == name, "the name stands elsewhere"
        case Name(id=name) if name not in GIVEN and one.start < one.end:
            assert _same(text[one.start : one.end], name), f"`{name}` stands elsewhere"
        case Const(value=str(value)) if value and one.start < one.end:
            _literal(text[one.start : one.end], value)
        case _:
            pass


def _literal(written: str, value: str) -> None:
    """A text stands in quotes or bare, unless it is written with escapes or in several parts."""
    if "\\" in written or "\r" in written or written[:1].lower() in "rbfut:" or written.count(written[:1]) > 2:
        return
    assert value in (written, written[1:-1]) or "&" in written, f"{value!r} is written {written!r}"


def _same(written: str, name: str) -> bool:
    return written == name or unicodedata.normalize("NFKC", written) == name


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
