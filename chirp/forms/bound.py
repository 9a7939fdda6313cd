"""A form as templates and handlers see it: what was typed, what is wrong with it, and what it means when nothing is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, override

from chirp.errors import HTTPError
from chirp.forms.rules import WHOLE, Typed
from chirp.http.uploads import NO_FILES, Uploads

if TYPE_CHECKING:
    from chirp.forms.schema import Texts


class FormValues(Mapping[str, Typed]):
    """What each field shows: the text as typed; several texts for a field of many values; no files.

    A checkbox shows `on` or nothing. Every field of the form is there, and nothing else.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Typed]) -> None:
        self._values = dict(values)

    @override
    def __getitem__(self, key: str) -> Typed:
        return self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @override
    def __len__(self) -> int:
        return len(self._values)

    @override
    def __repr__(self) -> str:
        return f"<FormValues of {', '.join(self._values)}>"


class FormErrors(Mapping[str, tuple[str, ...]]):
    """The messages of each field. True when there are any; a field without has none, and is not `in` it.

    Those that belong to no single field stand under the empty name.
    """

    __slots__ = ("_errors", "_names")

    def __init__(self, names: frozenset[str], errors: Mapping[str, tuple[str, ...]]) -> None:
        """`names` are those of the fields, and the empty one."""
        self._names = names
        self._errors = dict(errors)
        if not names >= self._errors.keys():
            unknown = next(name for name in self._errors if name not in names)
            raise ValueError(f"the form has no field `{unknown}`")

    @override
    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._errors[key] if key not in self._names else self._errors.get(key, ())

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._errors

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._errors)

    @override
    def __len__(self) -> int:
        return len(self._errors)

    @override
    def __repr__(self) -> str:
        return f"FormErrors({self._errors!r})"

    def joined(self, name: str, messages: tuple[str, ...]) -> FormErrors:
        """With more messages for a field; ValueError when the form has no such field."""
        return FormErrors(self._names, self._errors | {name: self._errors.get(name, ()) + messages})


@dataclass(frozen=True, slots=True, init=False)
class Form[T]:
    """A form over the fields of a dataclass: `values` to show, `errors` by field, and `data` when there are none.

    A handler that takes `form: Form[TaskForm]` gets what was submitted. `Form(TaskForm)` is an empty one to show, with
    the defaults of the dataclass; `Form(TaskForm, task)` shows what is known already, from attributes or a mapping.
    """

    kind: type[T]
    values: FormValues
    errors: FormErrors
    _data: T | None

    def __init__(self, kind: type[T], initial: object = None) -> None:
        from chirp.forms.schema import schema_of

        schema = schema_of(kind)
        _fill(self, kind, FormValues(schema.shown(initial)), FormErrors(schema.names, {}), None)

    @property
    def ok(self) -> bool:
        """Whether it was submitted and nothing is wrong."""
        return self._data is not None and not self.errors

    @property
    def data(self) -> T:
        """What was submitted, as the dataclass. FormBindingError (422) when something is wrong with it."""
        if self._data is None and not self.errors:
            raise RuntimeError("this form was not submitted: it has values to show and no data")
        if self._data is None or self.errors:
            raise FormBindingError(self)
        return self._data

    def error(self, name: str = WHOLE) -> str:
        """The first message of a field, or of the whole form; empty when there is none."""
        messages = self.errors[name]
        return messages[0] if messages else ""

    def with_error(self, name: str, *messages: str) -> Form[T]:
        """The form with messages for a field: what only the application can know, such as a name that is taken.

        The empty name stands for the whole form. ValueError when the form has no such field.
        """
        form: Form[T] = object.__new__(type(self))
        _fill(form, self.kind, self.values, self.errors.joined(name, messages), self._data)
        return form


def read_form[T](kind: type[T], texts: Texts, files: Uploads = NO_FILES, *, posted: bool = True) -> Form[T]:
    """What was submitted, right or wrong.

    In what is not `posted`, that is in a query, an absent checkbox or list has its default; in a posted form it means
    that nothing is checked.
    """
    from chirp.forms.schema import schema_of

    schema = schema_of(kind)
    data, errors = schema.bind(texts, files, posted=posted)
    form = cast("Form[T]", object.__new__(Form))
    _fill(form, kind, FormValues(schema.typed(texts)), FormErrors(schema.names, errors), data)
    return form


def _fill[T](form: Form[T], kind: type[T], values: FormValues, errors: FormErrors, data: T | None) -> None:
    for name, value in (("kind", kind), ("values", values), ("errors", errors), ("_data", data)):
        object.__setattr__(form, name, value)


class FormBindingError(HTTPError):
    """422: what was submitted is not what the handler takes. `errors` holds the messages by field.

    `@app.error(FormBindingError)` may show `form` again; without that the client reads the messages as plain text.
    """

    def __init__(self, form: Form[Any]) -> None:
        lines = [f"{name}: {text}" if name else text for name, texts in form.errors.items() for text in texts]
        super().__init__(422, "\n".join(lines))
        self.form = form

    @property
    def errors(self) -> FormErrors:
        return self.form.errors
