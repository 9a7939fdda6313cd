"""Files of folders of pages without what they are there for."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix
from chirp_check.model.entities import PageFault
from chirp_check.model.model import Model
from chirp_check.rule import rule

_SAYING = {
    "context": ("`_context.py` has no function `context`", "define `context`, or remove the file"),
    "meta": ("`_meta.py` has neither `META` nor a function `meta`", "define one of them, or remove the file"),
    "actions": ("`_actions.py` has no action", 'mark its functions with `@action("name")`, or remove the file'),
    "layout": ("the layout has no block `content`", "give it the block `content`, which pages are put into"),
}


@rule("bad-page-file", since="0.1.0")
def bad_page_file(fault: PageFault, _model: Model) -> Iterator[Finding]:
    """A file of a folder of pages lacks what it is there for."""
    near = fault.near
    match fault.fault:
        case "handler":
            fix = Fix(f"rename it to `{near}`", (Edit(fault.at, near),)) if near is not None else None
            otherwise = "define `get` or another method, or start the file's name with `_`"
            help_ = f"did you mean `{near}`?" if near is not None else otherwise
            yield Finding("the page has no handler", at=fault.at, help=help_, fix=fix)
        case "path":
            yield Finding(f"the page's folders are no path: {fault.name}", at=fault.at)
        case other:
            message, help_ = _SAYING[other]
            yield Finding(message, at=fault.at, help=help_)
