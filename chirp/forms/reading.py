"""Forms read by hand: what a handler does that takes the request rather than the form."""

from collections.abc import Mapping
from typing import Any

from chirp.forms.bound import Form, read_form
from chirp.http.request import Request
from chirp.templating.returns import ValidationError


async def form_of[T](request: Request, kind: type[T]) -> Form[T]:
    """The submitted form, right or wrong: what a handler that takes `Form[kind]` gets."""
    fields = await request.form()
    return read_form(kind, fields, fields.files)


async def form_from[T](request: Request, kind: type[T]) -> T:
    """The submitted form as the dataclass; FormBindingError, which answers 422, when something is wrong with it."""
    return (await form_of(request, kind)).data


async def form_or_errors[T](
    request: Request,
    kind: type[T],
    template_name: str,
    block_name: str,
    /,
    *,
    retarget: str | None = None,
    **context: object,
) -> T | ValidationError:
    """The submitted form as the dataclass, or what shows it again.

    The block gets `form`, with the values as typed, and `errors`, with the messages by field.
    """
    form = await form_of(request, kind)
    if form.ok:
        return form.data
    context |= {"form": form.values, "errors": form.errors}
    return ValidationError(template_name, block_name, retarget=retarget, context=context)


def form_values(source: Any) -> dict[str, str]:
    """The texts in which a form shows a dataclass instance or a mapping; None is empty."""
    from dataclasses import fields

    from chirp.forms.convert import shown

    if isinstance(source, Mapping):
        return {str(name): shown(value) for name, value in source.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return {field.name: shown(getattr(source, field.name)) for field in fields(source)}
