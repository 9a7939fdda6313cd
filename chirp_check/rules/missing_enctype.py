"""Forms with files that are not multipart."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label
from chirp_check.model.file_forms import FileForm
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("missing-enctype", since="0.1.0")
def missing_enctype(found: FileForm, model: Model) -> Iterator[Finding]:
    """A form with an input for files does not send what is in them."""
    written = f'{found.attribute}="multipart/form-data"'
    yield Finding(
        f"the form has an input for files and no `{found.attribute}`",
        at=found.form,
        related=(Label("what is in this file is not sent", found.input),),
        help=f"write `{written}`",
        fix=Fix(f"add `{written}`", (Edit(found.insert, f" {written}"),), safe=True),
    )
