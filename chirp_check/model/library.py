"""The few functions and methods of the standard library that decide names: paths, text, mappings, lists."""

from collections.abc import Callable as Maker

from chirp_check.facts.handlers import Function
from chirp_check.facts.values import Attr, Name
from chirp_check.model import paths
from chirp_check.model.domain import Dict, Method, Path, Scalar, Sequence, Value, joined, pieces_of
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


def _list(given: Arguments, module: str, span: Span) -> Value:
    return _sequence(given, span, is_tuple=False)


def _tuple(given: Arguments, module: str, span: Span) -> Value:
    return _sequence(given, span, is_tuple=True)


def _sequence(given: Arguments, span: Span, *, is_tuple: bool) -> Value:
    if not given.args:
        return Sequence((), is_tuple, given.open_args, span)
    first = given.args[0]
    if isinstance(first, Sequence):
        return Sequence(first.items, is_tuple, first.open, first.span)
    return Unknown("a computed sequence", span)


def _enumerate(given: Arguments, module: str, span: Span) -> Value:
    listed = given.args[0] if given.args else None
    start = given.get(1, "start")
    first = start.value if isinstance(start, Scalar) and isinstance(start.value, int) else None if start else 0
    if not isinstance(listed, Sequence) or listed.open or first is None:
        return Unknown("a computed sequence", span)
    items = ((Scalar(at, one.span), one) for at, one in enumerate(listed.items, first))
    return Sequence(tuple(Sequence(pair, True, False, span) for pair in items), False, False, span)


def _zip(given: Arguments, module: str, span: Span) -> Value:
    listed = [one for one in given.args if isinstance(one, Sequence) and not one.open]
    if len(listed) != len(given.args) or given.open_args:
        return Unknown("a computed sequence", span)
    rows = zip(*(one.items for one in listed), strict=False)
    return Sequence(tuple(Sequence(row, True, False, span) for row in rows), False, False, span)


def _length(given: Arguments, module: str, span: Span) -> Value:
    match given.args:
        case (Sequence(items, open=False),):
            return Scalar(len(items), span)
        case (Text(text),):
            return Scalar(len(text), span)
        case _:
            return Unknown("a length", span)


def _chain(given: Arguments, module: str, span: Span) -> Value:
    listed = [one for one in given.args if isinstance(one, Sequence)]
    is_open = given.open_args or len(listed) < len(given.args) or any(one.open for one in listed)
    return Sequence(tuple(item for one in listed for item in one.items), False, is_open, span)


def _gather(given: Arguments, module: str, span: Span) -> Value:
    return Sequence(given.args, False, given.open_args, span)


def _first(given: Arguments, module: str, span: Span) -> Value:
    return given.args[0] if given.args else Unknown("a call without arguments", span)


def _chain_map(given: Arguments, module: str, span: Span) -> Value:
    known = [one for one in reversed(given.args) if isinstance(one, Dict)]
    entries = {key: value for one in known for key, value in one.entries}
    is_open = given.open_args or len(known) < len(given.args) or any(one.open for one in known)
    return Dict(tuple(entries.items()), is_open, span)


def _field(given: Arguments, module: str, span: Span) -> Value:
    return given.get(len(given.args), "default") or Unknown("a field without a default", span)


def _auto(given: Arguments, module: str, span: Span) -> Value:
    return Unknown("`enum.auto()`", span)


def _root(given: Arguments, module: str, span: Span) -> Value:
    return Path("", span)


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
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.len": _length,
    "itertools.chain": _chain,
    "asyncio.gather": _gather,
    "asyncio.wait_for": _first,
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.shield": _first,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "types.MappingProxyType": _first,
    "builtins.frozenset": _first,
    "collections.ChainMap": _chain_map,
    "dataclasses.field": _field,
    "enum.auto": _auto,
    "os.path.normpath": _same,
    "os.getcwd": _root,
    "pathlib.Path.cwd": _root,
    "builtins.list": _list,
    "builtins.tuple": _tuple,
}


def path_attribute(path: Path, name: str, span: Span) -> Value:
    """`path.name`: the folder above, or a method."""
    if name == "parent":
        return Path(paths.folder(path.text), span)
    if name == "parents":
        above = [path.text]
        while above[-1]:
            above.append(paths.folder(above[-1]))
        return Sequence(tuple(Path(one, span) for one in above[1:]), True, False, span)
    if name in ("name", "stem"):
        last = path.text.rpartition("/")[2]
        return Text(last if name == "name" else last.rpartition(".")[0] or last, span)
    return Method(path, name, span)


def path_method(path: Path, name: str, given: Arguments, span: Span) -> Value:
    """`path.name(given)`."""
    if name in ("resolve", "absolute", "expanduser", "as_posix", "__str__", "__fspath__"):
        return Path(path.text, span)
    if name == "joinpath":
        return _path(Arguments((path, *given.args), (), given.open_args), "", span)
    if name == "with_name" and given.args and isinstance(given.args[0], Text):
        return paths.join(Path(paths.folder(path.text), span), given.args[0], span)
    return Unknown(f"what `.{name}()` of a path returns", span)


def text_method(text: Text | Pattern, name: str, given: Arguments, span: Span) -> Value:
    """`text.name(given)`: formatting and joining keep what is known of the text, other methods need all of it."""
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
    if name == "__mod__" and isinstance(text, Text) and given.args:
        return _interpolated(text.value, given.args[0], span)
    if name in ("strip", "rstrip", "lstrip") and isinstance(text, Pattern) and not given.args:
        return text
    made = _pure(text.value, name, given) if isinstance(text, Text) else None
    match made:
        case str():
            return text if Text(made, text.span) == text else Text(made, span)
        case bool():
            return Scalar(made, span)
        case list() | tuple():
            return Sequence(tuple(Text(one, span) for one in made), isinstance(made, tuple), False, span)
        case None:
            return Unknown(f"what `.{name}()` of a text returns", span)


_PURE: dict[str, Maker[..., str | bool | list[str] | tuple[str, ...]]] = {
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "title": str.title,
    "capitalize": str.capitalize,
    "replace": str.replace,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "split": str.split,
    "rsplit": str.rsplit,
    "splitlines": str.splitlines,
    "partition": str.partition,
    "rpartition": str.rpartition,
    "__str__": str.__str__,
}
_LONGEST = 10_000  # characters of a text that is worked out


def _pure(text: str, name: str, given: Arguments) -> str | bool | list[str] | tuple[str, ...] | None:
    """What a method of text gives for arguments that are all known, as Python itself has it."""
    method = _PURE.get(name)
    values = [one.value for one in given.args if isinstance(one, (Text, Scalar))]
    if method is None or given.kwargs or given.open_args or len(values) < len(given.args) or len(text) > _LONGEST:
        return None
    try:
        made = method(text, *values)
    except TypeError, ValueError:
        return None
    return made if not isinstance(made, str) or len(made) <= _LONGEST else None


def _interpolated(template: str, value: Value, span: Span) -> Value:
    """`template % value`, for `%s` and `%(name)s`; every other conversion gives what nobody knows."""
    given = iter(value.items if isinstance(value, Sequence) and value.is_tuple and not value.open else (value,))
    pieces: list[str | None] = []
    literal, *rest = template.replace("%%", "\0").split("%")
    pieces.append(literal.replace("\0", "%"))
    for part in rest:
        name, closed, after = part[1:].partition(")") if part.startswith("(") else ("", "", part)
        if closed:
            one = value.get(name) if isinstance(value, Dict) else None
        else:
            one = next(given, None)
        width = next((at for at, char in enumerate(after) if char.isalpha()), len(after))
        plain = after[:1] in ("s", "d") and one is not None
        pieces += pieces_of(one) if plain and one is not None else [None]
        pieces.append(after[width + 1 :].replace("\0", "%"))
    return joined(pieces, span)


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
    if name in ("copy", "keys", "values", "items"):
        return _view(mapping, name, span)
    key = given.get(0, "key")
    if name in ("get", "pop", "setdefault") and isinstance(key, Text):
        found = mapping.get(key.value)
        if found is not None:
            return found
        if not mapping.open and len(given.args) > 1:
            return given.args[1]
    return Unknown(f"what `.{name}()` of a mapping returns", span)


def _view(mapping: Dict, name: str, span: Span) -> Value:
    """A copy of a mapping, or its keys and values."""
    if name == "copy":
        return Dict(mapping.entries, mapping.open, span)
    keys = mapping.keys
    if tuple(key.value for key in keys) != tuple(key for key, _ in mapping.entries):
        keys = tuple(Text(key, mapping.span) for key, _ in mapping.entries)
    values = tuple(value for _, value in mapping.entries)
    pairs = (Sequence(pair, True, False, span) for pair in zip(keys, values, strict=True))
    items: tuple[Value, ...] = keys if name == "keys" else values if name == "values" else tuple(pairs)
    return Sequence(items, False, mapping.open, span)


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
