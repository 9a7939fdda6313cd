"""Files below a static folder that are asked for and not there."""

from collections.abc import Iterator

from chirp_check.diagnostic import Finding, Label, Level, rename
from chirp_check.grammar.names import nearest
from chirp_check.model.model import Model
from chirp_check.model.static_files import MissingFile
from chirp_check.rule import rule


@rule("missing-file", since="0.1.0", level=Level.WARN)
def missing_file(found: MissingFile, _model: Model) -> Iterator[Finding]:
    """A template asks for a file of a static folder that is not there."""
    near = nearest(found.file, found.beside)
    yield Finding(
        f"there is no file `{found.file}` in `{found.folder}`",
        at=found.at,
        related=(Label("this makes its URL", found.maker),) if found.maker is not None else (),
        help=f"did you mean `{near}`?" if near is not None else None,
        fix=rename(found.at, found.file, near) if near is not None else None,
    )
