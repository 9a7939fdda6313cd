"""Forms without the token that the application asks for."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label, Level
from chirp_check.model.form_tokens import MissingToken
from chirp_check.model.model import Model
from chirp_check.rule import rule

_FIELD = "{{ csrf_field() }}"


@rule("missing-csrf", since="0.1.0", level=Level.WARN)
def missing_csrf(found: MissingToken, model: Model) -> Iterator[Finding]:
    """A form is refused, because it has no token and no header brings one."""
    fix = None
    if found.insert is not None:
        fix = Fix(f"add `{_FIELD}`", (Edit(found.insert, _FIELD),), safe=True)
    yield Finding(
        f"what is sent to `{found.route}` has no CSRF token",
        at=found.tag,
        related=(Label("this refuses requests without a token", found.guard),),
        help=f"write `{_FIELD}` into the form" if fix is not None else "send the token in `hx-headers`",
        fix=fix,
    )
