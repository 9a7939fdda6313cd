"""Characters that make code look like what it is not."""

from collections.abc import Iterator
from unicodedata import name as name_of

from chirp_check.diagnostic import Finding, Level
from chirp_check.model.entities import Deception
from chirp_check.model.model import Model
from chirp_check.rule import rule


@rule("confusable-name", since="0.1.0", level=Level.WARN)
def confusable_name(found: Deception, _model: Model) -> Iterator[Finding]:
    """A name holds letters that look like others, or a text holds characters that turn it around."""
    written, plain = found.written, found.plain
    if plain is None:
        yield Finding(
            f"a hidden character turns the direction of the text: {name_of(written).lower()}",
            at=found.span,
            help=f"remove it; where it is wanted, write `&#x{ord(written):X};`"
            if not found.span.path.endswith(".py")
            else f"remove it; where it is wanted, write `\\u{ord(written):x}`",
        )
        return
    at, letter = next((at, one) for at, (one, other) in enumerate(zip(written, plain, strict=True)) if one != other)
    yield Finding(
        f"`{written}` looks like `{plain}`, but is another name",
        at=found.span,
        help=f"letter {at + 1} is {name_of(letter).lower()}",
    )
