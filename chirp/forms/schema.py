"""A dataclass as a form: how each of its fields is read and shown, decided once per dataclass."""

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, NewType, Protocol, TypeAliasType, Union, cast, get_args, get_origin, get_type_hints

from chirp.errors import ConfigurationError
from chirp.forms.convert import Converter, Refused, checked, converter_for, shown
from chirp.forms.rules import WHOLE, Rule, Typed, Verbatim
from chirp.http.uploads import NO_FILES, UploadFile, Uploads

REQUIRED = "This field is required."
_MANY: Mapping[object, Callable[[list[Any]], object]] = {
    list: list,
    Sequence: tuple,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}


type Messages = tuple[str, ...]


class Texts(Protocol):
    """Submitted text by field: a form or a query."""

    def get_list(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an annotation asks for: one value or `many`, of text or of a file, and whether None will do."""

    convert: Converter | None
    """None for a file."""
    rules: tuple[Rule, ...] = ()
    each: tuple[Rule, ...] = ()
    many: Callable[[list[Any]], object] | None = None
    optional: bool = False
    verbatim: bool = False
    annotation: object = None


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the dataclass."""

    name: str
    kind: _Kind
    default: Callable[[], object] | None
    """None for a field that has to be given."""

    def read(self, texts: Texts, files: Uploads) -> object:
        """The value; MISSING when the dataclass has a default for it. Refused says what is wrong."""
        kind = self.kind
        if kind.convert is None:
            uploads = files.get_list(self.name)
            if kind.many is not None:
                return self._several(kind.many, uploads)
            return self._judged(uploads[0]) if uploads else self._absent(sent=False)
        sent = [text if kind.verbatim else text.strip() for text in texts.get_list(self.name)]
        if kind.many is not None:
            return self._several(kind.many, [kind.convert(text) for text in sent if text])
        if self.is_checkbox:
            return self._judged(any(checked(text) for text in sent))
        if not sent or not (sent[0] or self._may_be_blank):
            return self._absent(sent=bool(sent))
        return self._judged(kind.convert(sent[0]))

    @property
    def is_checkbox(self) -> bool:
        return self.kind.convert is checked and not self.kind.optional

    @property
    def _may_be_blank(self) -> bool:
        """Whether no text is a text of its own: where the field can be left out, and is text in any case."""
        return self.kind.convert is str and not self.kind.optional and self.default is not None

    def _several(self, many: Callable[[list[Any]], object], values: list[Any]) -> object:
        if self.kind.each:
            _judge(self.kind.each, *values)
        return self._judged(many(values))

    def _absent(self, *, sent: bool) -> object:
        if self.default is not None and not (sent and self.kind.optional):
            return MISSING
        if self.kind.optional:
            return None
        raise Refused(REQUIRED)

    def _judged(self, value: object) -> object:
        if self.kind.rules:
            _judge(self.kind.rules, value)
        return value

    def typed(self, texts: Texts) -> Typed:
        """What the field shows of what was typed."""
        sent = texts.get_list(self.name)
        if self.kind.many is not None:
            return () if self.kind.convert is None else tuple(sent)
        if self.kind.convert is None:
            return ""
        if self.is_checkbox:
            return "on" if any(_is_on(text) for text in sent) else ""
        return sent[0] if sent else ""

    def shown(self, value: object) -> Typed:
        """What the field shows of a value."""
        if self.kind.convert is None:
            return () if self.kind.many is not None else ""
        if self.kind.many is not None:
            return tuple(shown(one) for one in cast("Sequence[object]", value or ()))
        return shown(value)


@dataclass(frozen=True, slots=True)
class FormSchema[T]:
    """How a dataclass is read from a form; immutable."""

    kind: type[T]
    fields: tuple[FormField, ...]
    names: frozenset[str]
    """Those of the fields, and of the whole form."""
    validates: bool

    def bind(self, texts: Texts, files: Uploads = NO_FILES, *, posted: bool) -> tuple[T | None, dict[str, Messages]]:
        """What was submitted, as the dataclass where that can be made, and the messages of each field."""
        values: dict[str, object] = {}
        errors: dict[str, Messages] = {}
        for field in self.fields:
            if not posted and field.default is not None and not texts.get_list(field.name):
                continue
            try:
                value = field.read(texts, files)
            except Refused as refused:
                errors[field.name] = refused.messages
            else:
                if value is not MISSING:
                    values[field.name] = value
        return (None if errors else self._made(values, errors)), errors

    def typed(self, texts: Texts) -> dict[str, Typed]:
        """What a form shows after it was submitted: what was typed."""
        return {field.name: field.typed(texts) for field in self.fields}

    def _made(self, values: dict[str, object], errors: dict[str, Messages]) -> T | None:
        """The dataclass, after its own `validate`; what that finds goes into `errors`."""
        try:
            data = self.kind(**values)
            found = cast("Any", data).validate() if self.validates else None
        except ValueError as error:
            errors[WHOLE] = (str(error),)
            return None
        if isinstance(found, str):
            found = {WHOLE: found}
        for name, messages in (found or {}).items():
            errors[name] = (messages,) if isinstance(messages, str) else tuple(messages)
        return data

    def shown(self, initial: object) -> dict[str, Typed]:
        """What a form shows before it is submitted: values of `initial`, else the defaults."""
        return {field.name: field.shown(_initial(field, initial)) for field in self.fields}


def schema_of[T](kind: type[T]) -> FormSchema[T]:
    """The schema of a dataclass; ConfigurationError names a field that no form can fill."""
    return cast("FormSchema[T]", _compiled(cast("Hashable", kind)))


@lru_cache(256)
def _compiled(kind: Hashable) -> FormSchema[Any]:
    if not isinstance(kind, type) or not is_dataclass(kind):
        raise ConfigurationError(f"{kind!r} is not a dataclass, and a form is read into one")
    try:
        hints = get_type_hints(kind, include_extras=True)
    except NameError as error:
        raise ConfigurationError(f"{kind.__qualname__} names a type that does not exist: {error}") from None
    members = tuple(
        FormField(field.name, _kind_of(kind, field.name, hints[field.name]), _default(field))
        for field in fields(kind)
        if field.init
    )
    validate = cast("Any", kind).validate if hasattr(kind, "validate") else None
    if inspect.iscoroutinefunction(validate):
        raise ConfigurationError(f"{kind.__qualname__}.validate is called without waiting: make it a plain function")
    names = frozenset({WHOLE, *(member.name for member in members)})
    return FormSchema(kind, members, names, validate is not None)


def _kind_of(owner: type, name: str, annotation: Any) -> _Kind:
    kind = _parsed(annotation)
    if kind is None:
        raise ConfigurationError(
            f"{owner.__qualname__}.{name}: {_shown_type(annotation)} cannot be read from a form; a field is text, a "
            "number, a bool, a date or time, a UUID, an Enum, a Literal, an UploadFile, or a list or set of these"
        )
    return kind


def _parsed(annotation: Any) -> _Kind | None:
    """The kind of an annotation without its wrappers; None when no form can bring it."""
    rules: list[Rule] = []
    optional = verbatim = False
    while True:
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif hasattr(annotation, "__metadata__"):
            metadata: tuple[object, ...] = annotation.__metadata__
            verbatim = verbatim or any(one is Verbatim or isinstance(one, Verbatim) for one in metadata)
            rules[:0] = [cast("Rule", one) for one in metadata if callable(one) and one is not Verbatim]
            annotation = annotation.__origin__
        elif get_origin(annotation) in {Union, UnionType}:
            members = [member for member in get_args(annotation) if member is not NoneType]
            if len(members) != 1:
                return None
            annotation, optional = members[0], True
        else:
            break
    many = _MANY.get(get_origin(annotation) or annotation)
    if many is None:
        convert = None if annotation is UploadFile else converter_for(annotation)
        if convert is None and annotation is not UploadFile:
            return None
        return _Kind(convert, tuple(rules), (), None, optional, verbatim, annotation)
    items = get_args(annotation)
    if len(items) > 1 and items[1:] != (...,):
        return None
    item = _parsed(items[0] if items else str)
    if item is None or item.many is not None:
        return None
    return _Kind(item.convert, tuple(rules), item.rules, many, optional, verbatim or item.verbatim, annotation)


def _judge(rules: tuple[Rule, ...], *values: object) -> None:
    messages = [message for value in values for rule in rules if (message := rule(value))]
    if messages:
        raise Refused(*dict.fromkeys(messages))


def _is_on(text: str) -> bool:
    try:
        return checked(text)
    except Refused:
        return True


def _default(field: Field[Any]) -> Callable[[], object] | None:
    if field.default is not MISSING:
        value = field.default
        return lambda: value
    return None if field.default_factory is MISSING else field.default_factory


def _initial(field: FormField, initial: object) -> object:
    if isinstance(initial, Mapping):
        known = cast("Mapping[str, object]", initial)
        if field.name in known:
            return known[field.name]
    elif hasattr(initial, field.name):
        return getattr(initial, field.name)
    return None if field.default is None else field.default()


def _shown_type(annotation: object) -> str:
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)
