"""Names that a render needs and is not given."""

from collections.abc import Iterator

from chirp_check.diagnostic import Edit, Finding, Fix, Label, Rewrite, Structure
from chirp_check.model.context_faults import MissingName
from chirp_check.model.context_places import given_otherwise, in_scope, is_typed_in, takes_more, unread
from chirp_check.model.entities import BlockUse
from chirp_check.model.inputs import python_files
from chirp_check.model.model import Model
from chirp_check.rule import rule

_NOBODY = "no render passes `{}`"
_SEALED = {
    "macro": ("`{}` is read in an imported component, which sees its arguments only", "make it a parameter"),
    "include": ("`{}` is read in a template that is included without context", "include it with its context"),
}


@rule("missing-context", since="0.1.0")
def missing_context(missing: MissingName, model: Model) -> Iterator[Finding]:
    """A template needs a name that the handler does not pass."""
    if not missing.certain:
        return
    if missing.in_template:
        yield _at_read(missing)
        return
    unit = f"`{missing.template}`" if missing.block is None else f"block `{missing.block}` of `{missing.template}`"
    message = f"{unit} needs `{missing.name}`, which is not passed"
    read = Label(f"`{missing.name}` is read here", missing.reads[0])
    renamed = missing.meant is not None and missing.keyword is not None
    structure = None if renamed and missing.sure else _passed(missing, model)
    if missing.meant is None or missing.keyword is None:
        help_ = f"pass `{missing.name}`, which is known there" if structure is not None else None
        yield Finding(message, at=missing.at, related=(read,), help=help_, structure=structure)
        return
    edit = Edit(missing.keyword, missing.name)
    fix = Fix(f"rename `{missing.meant}` to `{missing.name}`", (edit,), missing.sure) if structure is None else None
    yield Finding(
        message, at=missing.at, related=(read,), help=f"did you mean `{missing.name}`?", fix=fix, structure=structure
    )


def _passed(missing: MissingName, model: Model) -> Structure | None:
    """Pass the name as well, where something of that name is known; safe where nothing else seems to be meant."""
    site, name = missing.site, missing.name
    known = in_scope(model, site, name) and takes_more(model, python_files(model), site)
    if not known or _is_another(missing, model):
        return None
    is_other = given_otherwise(model, site, name) or is_typed_in(model, site, name)
    safe = not is_other and unread(model, site) <= {name}
    return Structure(f"pass `{name}`", Rewrite("keyword", site, name, name), safe)


def _is_another(missing: MissingName, model: Model) -> bool:
    """Whether the site asks for a block that its template lacks: then it may be the wrong template."""
    uses = (one for one in model.subjects(BlockUse) if one.site.span.path == missing.site.path)
    here = (one for one in uses if one.site.span.start <= missing.site.start < one.site.span.end)
    return any(one.block.value not in model.blocks(one.path) for one in here)


def _at_read(missing: MissingName) -> Finding:
    """The finding where the template is to blame."""
    site = Label(f"`{missing.template}` is rendered here", missing.site)
    said, help_ = _SEALED.get(missing.sealed, (_NOBODY, None))
    fix = None
    if missing.meant is not None:
        help_ = f"did you mean `{missing.meant}`?"
        edits = tuple(Edit(read, missing.meant) for read in missing.reads)
        fix = Fix(f"rename `{missing.name}` to `{missing.meant}`", edits, missing.sure)
    return Finding(said.format(missing.name), at=missing.at, related=(site,), help=help_, fix=fix)
