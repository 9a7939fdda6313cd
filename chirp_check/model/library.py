"""The few functions and methods of the standard library that decide names: paths, text, mappings, lists."""

from collections.abc import Callable as Maker

from chirp_check.facts.handlers import Function
from chirp_check.facts.values import Attr, Name
from chirp_check.model import paths
from chirp_check.model.domain import Dict, Method, Path, Sequence, Value, joined, pieces_of
from chirp_check.model.entities import Pattern, Text, Unknown
from chirp_check.model.frame import Arguments
from chirp_check.source import Span


def decorator_names(function: Function) -> frozenset[str]:
    """The last names of a function's plain decorators."""
    plain = (one for one in function.decorators if isinstance(one, (Name, Attr)))
    return frozenset(one.id if isinstance(one, Name) else one.name for one in plain)


def call(dotted: str, given: Arguments, module: str, span: Span) -> Value | None:
    """What a library function returns, or None when it is not one of those known here."""
    maker = _CALLS.get(dotted)
    return maker(given, module, span) if maker is not None else None


def _path(given: Arguments, module: str, span: Span) -> Value:
    result: Value = Path("", span)
    for one in given.args:
        if not isinstance(one, (Text, Path)) or not isinstance(result, Path):
            return Unknown("a computed path", span)
        result = paths.join(result, one, span)
    return Unknown("a computed path", span) if given.open_args else result


def _dirname(given: Arguments, module: str, span: Span) -> Value:
    path = _path(given, module, span)
    return Path(paths.folder(path.text), span) if isinstance(path, Path) else path


def _same(given: Arguments, module: str, span: Span) -> Value:
    return given.args[-1] if given.args else Unknown("a call without arguments", span)


def _text(given: Arguments, module: str, span: Span) -> Value:
    if len(given.args) == 1 and isinstance(given.args[0], (Text, Pattern, Path)):
        return given.args[0]
    return joined(pieces_of(given.args[0]) if given.args else [""], span)


def _dict(given: Arguments, module: str, span: Span) -> Value:
    base = given.args[0] if given.args else Dict((), False, span)
    made = base if isinstance(base, Dict) else Dict((), True, span)
    for key, value in given.kwargs:
        made = made.with_entry(key, value)
    return Dict(made.entries, made.open or given.open_kwargs, span)


def _sequence(given: Arguments, module: str, span: Span) -> Value:
    if not given.args:
        return Sequence((), False, given.open_args, span)
    first = given.args[0]
    return first if isinstance(first, Sequence) else Unknown("a computed sequence", span)


type _Maker = Maker[[Arguments, str, Span], Value]
_CALLS: dict[str, _Maker] = {
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "os.path.join": _path,
    "os.path.dirname": _dirname,
    "os.path.abspath": _same,
    "os.path.realpath": _same,
    "os.fspath": _same,
    "typing.cast": _same,
    "builtins.str": _text,
    "builtins.dict": _dict,
    "builtins.list": _sequence,
    "builtins.tuple": _sequence,
    "builtins.sorted": _sequence,
    "builtins.reversed": _sequence,
}


def path_attribute(path: Path, name: str, span: Span) -> Value:
    """`path.name`: the folder above, or a method."""
    if name == "parent":
        return Path(paths.folder(path.text), span)
    return Method(path, name, span)


def path_method(path: Path, name: str, given: Arguments, span: Span) -> Value:
    """`path.name(given)`."""
    if name in ("resolve", "absolute", "expanduser", "as_posix"):
        return Path(path.text, span)
    if name == "joinpath":
        return _path(Arguments((path, *given.args), (), given.open_args), "", span)
    if name == "with_name" and given.args and isinstance(given.args[0], Text):
        return paths.join(Path(paths.folder(path.text), span), given.args[0], span)
    return Unknown(f"what `.{name}()` of a path returns", span)


def text_method(text: Text | Pattern, name: str, given: Arguments, span: Span) -> Value:
    """`text.name(given)`: `format` and `join` keep what is known of the text."""
    if name == "format" and isinstance(text, Text):
        return _formatted(text.value, given, span)
    if name == "join" and isinstance(text, Text) and given.args and isinstance(given.args[0], Sequence):
        items = given.args[0]
        if items.open:
            return joined([None], span)
        pieces: list[str | None] = []
        for at, item in enumerate(items.items):
            pieces += [text.value] if at else []
            pieces += pieces_of(item)
        return joined(pieces, span)
    return Unknown(f"what `.{name}()` of a text returns", span)


def _formatted(template: str, given: Arguments, span: Span) -> Value:
    from string import Formatter

    pieces: list[str | None] = []
    automatic = 0
    try:
        for literal, field, specification, _ in Formatter().parse(template):
            pieces.append(literal)
            if field is None:
                continue
            position = int(field) if field.isdigit() else automatic
            automatic += field == ""
            value = given.get(position if field == "" or field.isdigit() else len(given.args), field)
            pieces += pieces_of(value) if value is not None and not specification else [None]
    except ValueError:
        return Unknown("a format that Python refuses", span)
    return joined(pieces, span)


def dict_method(mapping: Dict, name: str, given: Arguments, span: Span) -> Value:
    """`mapping.name(given)`, for what it returns; its effect on the mapping is the statement's matter."""
    if name == "copy":
        return mapping
    key = given.get(0, "key")
    if name in ("get", "pop", "setdefault") and isinstance(key, Text):
        found = mapping.get(key.value)
        if found is not None:
            return found
        if not mapping.open and len(given.args) > 1:
            return given.args[1]
    return Unknown(f"what `.{name}()` of a mapping returns", span)


def changed(mapping: Dict, name: str, given: Arguments) -> Dict | None:
    """The mapping after `mapping.name(given)`, or None when the method does not change it."""
    key = given.get(0, "key")
    if name == "update":
        base = given.args[0] if given.args else Dict((), given.open_args, mapping.span)
        entries = base.entries if isinstance(base, Dict) else ()
        result = mapping
        for entry, value in (*entries, *given.kwargs):
            result = result.with_entry(entry, value)
        still_open = result.open or given.open_kwargs or not isinstance(base, Dict) or base.open
        return Dict(result.entries, still_open, mapping.span)
    if name == "setdefault" and len(given.args) > 1:
        if not isinstance(key, Text):
            return Dict(mapping.entries, True, mapping.span)
        return mapping if mapping.get(key.value) is not None else mapping.with_entry(key.value, given.args[1])
    if name in ("pop", "popitem", "clear"):
        kept = tuple(entry for entry in mapping.entries if not isinstance(key, Text) or entry[0] != key.value)
        return Dict(kept if isinstance(key, Text) else (), mapping.open or not isinstance(key, Text), mapping.span)
    return None


def extended(sequence: Sequence, name: str, given: Arguments) -> Sequence | None:
    """The list after `sequence.name(given)`, or None when the method does not change it."""
    value = given.args[0] if given.args else None
    if name == "append" and value is not None:
        return Sequence((*sequence.items, value), sequence.is_tuple, sequence.open, sequence.span)
    if name == "extend" and value is not None:
        more = value.items if isinstance(value, Sequence) else ()
        still_open = sequence.open or not isinstance(value, Sequence) or value.open
        return Sequence((*sequence.items, *more), sequence.is_tuple, still_open, sequence.span)
    if name in ("insert", "pop", "remove", "clear", "sort", "reverse"):
        more = given.args[1:2] if name == "insert" else ()
        return Sequence((*sequence.items, *more), sequence.is_tuple, True, sequence.span)
    return None
