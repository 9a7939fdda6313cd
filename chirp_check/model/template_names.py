"""Template names that no loader takes, whatever files there are."""

from chirp_check.model.applications import application
from chirp_check.model.component_uses import called
from chirp_check.model.domain import Path, Record
from chirp_check.model.entities import BlockUse, TemplateUse, Text
from chirp_check.model.inputs import files
from chirp_check.model.memory import Queries
from chirp_check.model.paths import folder, resolve
from chirp_check.model.program import log
from chirp_check.model.templates import SUFFIXES, owners
from chirp_check.source import Span


def fault(model: Queries, use: TemplateUse) -> str | None:
    """What is wrong with the name itself: "holds NUL", "is absolute", …; None for one that may be looked up."""
    name = use.name.value
    if not name.startswith(("/", ".")) and "/.." not in name and "\\" not in name and "\0" not in name:
        return None
    if "\0" in name:
        return "holds NUL"
    if "\\" in name:
        return "has a backslash"
    if name.startswith("/"):
        return "is absolute"
    parts = name.split("/")
    if use.site is not None:
        return "leaves the template folder" if ".." in parts else "starts with `./`" if parts[0] == "." else None
    return _of_tag(parts, folder(called(model, use.name.span.path)))


def _of_tag(parts: list[str], base: str) -> str | None:
    """In a tag, a name may begin with `./` or `../`, seen from the folder of the template it stands in."""
    begins = next((at for at, part in enumerate(parts) if part not in (".", "..")), len(parts))
    if ".." in parts[begins:]:
        return "has `..` in the middle"
    if begins and resolve(base, "/".join(parts)) is None:
        return "leaves the template folder"
    return None


def elsewhere(model: Queries, use: TemplateUse) -> str | None:
    """A file of the name outside the folders that templates come from."""
    end = f"/{use.name.value}"
    return min((path for path in files(model) if f"/{path}".endswith(end) and path.endswith(SUFFIXES)), default=None)


def folders_named(model: Queries, use: TemplateUse) -> tuple[Span, ...]:
    """Where the configuration names the folder in which a template is looked for."""
    path = use.name.span.path
    places = {application(model, app).span for app in owners(model, path)}
    configs = (one.argument(0, "config") for one in log(model).of_kind("App") if one.span in places)
    named = (one.argument(None, "template_dir") for one in configs if isinstance(one, Record))
    return tuple(dict.fromkeys(one.span for one in named if isinstance(one, (Text, Path))))


def is_written_at_site(use: TemplateUse | BlockUse) -> bool:
    """Whether a name is written where it is used, so that nothing else changes with it."""
    written, site = (use.name if isinstance(use, TemplateUse) else use.block).span, use.site
    return site is None or (written.path == site.span.path and site.span.start <= written.start < site.span.end)
