"""Forms over dataclasses: a handler says which one it takes, and gets it converted and checked."""

from chirp.forms.bound import Form, FormBindingError, FormErrors, FormValues
from chirp.forms.reading import form_from, form_of, form_or_errors, form_values
from chirp.forms.rules import Length, Range, Verbatim

__all__ = [
    "Form",
    "FormBindingError",
    "FormErrors",
    "FormValues",
    "Length",
    "Range",
    "Verbatim",
    "form_from",
    "form_of",
    "form_or_errors",
    "form_values",
]
