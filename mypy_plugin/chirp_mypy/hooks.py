"""The hooks: where mypy asks, and how our findings become its errors. No hook ever fails."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from mypy.errorcodes import ErrorCode
from mypy.nodes import Context
from mypy.options import Options
from mypy.plugin import FunctionContext, Plugin, ReportConfigContext
from mypy.types import Type

from chirp_check.diagnostic import Diagnostic, Level
from chirp_check.model.entities import BlockUse, Site, TemplateUse, Text
from chirp_check.model.framework import RETURN_TYPES, kind_of
from chirp_check.source import Position, Span
from chirp_mypy.calls import Argument, argument
from chirp_mypy.project import PROJECTS, Place, Project

if TYPE_CHECKING:
    from chirp_mypy.project import Use

PACKAGE = "chirp."
CATEGORY = "Chirp"
CODES: Mapping[str, ErrorCode] = MappingProxyType(
    {
        name: ErrorCode(name, description, CATEGORY)
        for name, description in (
            ("unknown-template", "A handler names a template that does not exist"),
            ("unknown-block", "A handler renders a block its template does not define"),
            ("configuration", "The configuration of chirp-check cannot be followed"),
            ("internal-error", "A bug of chirp-check"),
        )
    }
)


class ChirpPlugin(Plugin):
    """What mypy calls."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        PROJECTS.look_at(str(Path.cwd()))
        if options.config_file is not None:
            PROJECTS.look_at(str(Path(options.config_file).resolve().parent))

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """The hook of the return types that name a template."""
        if not fullname.startswith(PACKAGE):
            return None
        kind = kind_of(fullname)
        if kind is None or kind not in RETURN_TYPES or RETURN_TYPES[kind].template is None:
            return None
        return partial(_constructed, kind)

    def report_config_data(self, ctx: ReportConfigContext) -> object:
        """What a module depends on beside Python: when this changes, mypy checks the module again."""
        try:
            found = PROJECTS.of(ctx.path)
            return None if found is None else found[0].dependencies(found[1])
        except Exception as error:  # noqa: BLE001 - the boundary: mypy would not survive it
            return {"failed": repr(error)}


def _constructed(kind: str, context: FunctionContext) -> Type:
    """A return type has been constructed: say what is wrong with the templates and blocks it names."""
    try:
        call = _Call(kind, context)
        call.complain()
    except Exception as error:  # noqa: BLE001 - the boundary: mypy would not survive it
        message = f"internal error of chirp-check, please report it: {type(error).__name__}: {error}"
        context.api.fail(message, context.context, code=CODES["internal-error"])
    return context.default_return_type


class _Call:
    """One call of a return type."""

    def __init__(self, kind: str, context: FunctionContext) -> None:
        self.kind = kind
        self.context = context
        self.signature = RETURN_TYPES[kind]

    def complain(self) -> None:
        """Report what the rules say."""
        found = PROJECTS.of(self.context.api.path)
        if found is None:
            return
        project, path = found
        if project.complaint is not None:
            message = f"{project.complaint.place}: {project.complaint.message}"
            self.context.api.fail(message, self.context.context, code=CODES["configuration"])
        for use, diagnostic in dict.fromkeys(project.judge(self._uses(project, path))):
            self._report(project, use, diagnostic)

    def _uses(self, project: Project, path: str) -> Iterator[Use]:
        """What the call refers to: as the engine knows it, or else as mypy does."""
        place = Place(path, self.context.context.line, self.context.context.column)
        known = project.uses_at(self.kind, place)
        yield from known
        templates: list[TemplateUse] = [use for use in known if isinstance(use, TemplateUse)]
        if not templates:
            templates = list(self._typed_templates(project, place))
            yield from templates
        judged = {use.parameter for use in known if isinstance(use, BlockUse)}
        for position, name in self.signature.blocks:
            given = argument(self.context, position, name)
            if name not in judged and given is not None:
                yield from self._typed_blocks(project, place, templates, (name, given))

    def _typed_templates(self, project: Project, place: Place) -> Iterator[TemplateUse]:
        assert self.signature.template is not None
        given = argument(self.context, *self.signature.template)
        for value in (given.strings or ()) if given is not None else ():
            text = Text(value, self._span(project, place, given))
            yield TemplateUse(text, self.kind, self._site(project, place))

    def _typed_blocks(
        self, project: Project, place: Place, templates: list[TemplateUse], named: tuple[str, Argument]
    ) -> Iterator[BlockUse]:
        """The blocks that mypy knows. Of several templates and several blocks nobody knows which go together."""
        parameter, given = named
        strings = given.strings or ()
        if len(templates) > 1 and len(strings) > 1:
            return
        for template in templates:
            path = project.analysis.model.template_path(template.name.value)
            for value in strings if path is not None else ():
                text = Text(value, self._span(project, place, given))
                yield BlockUse(template.name, text, path or "", self._site(project, place), parameter)

    def _site(self, project: Project, place: Place) -> Site:
        return Site(self.kind, self._span(project, place, None))

    def _span(self, project: Project, place: Place, given: Argument | None) -> Span:
        """Where an argument begins, or the call."""
        where = self.context.context if given is None else given.expression
        source = project.analysis.report.sources[place.path]
        start = source.offset(Position(where.line, where.column + 1))
        end = source.offset(Position(where.end_line or where.line, (where.end_column or 0) + 1))
        return Span(place.path, start, max(start, end))

    # Reporting.

    def _report(self, project: Project, use: Use, diagnostic: Diagnostic) -> None:
        text = use.block if isinstance(use, BlockUse) else use.name
        where = self._where(use)
        message, *more = project.describe(diagnostic)
        if use.site is not None and not _encloses(use.site.span, text.span):
            more.append(f"`{text.value}` is written at {project.where(text.span.path, text.span.start)}")
        code = CODES[diagnostic.rule]
        notes = self.context.api.msg
        if diagnostic.level is Level.ERROR:
            error = self.context.api.fail(message, where, code=code)
        else:
            error = None
            notes.note(message, where, code=code)
        for one in more:
            notes.note(one, where, code=code, parent_error=error)

    def _where(self, use: Use) -> Context:
        """The argument that a use is about; the call where it is not given by itself."""
        if isinstance(use, BlockUse):
            found = next(one for one in self.signature.blocks if one[1] == use.parameter)
        else:
            assert self.signature.template is not None
            found = self.signature.template
        given = argument(self.context, *found)
        return self.context.context if given is None else given.expression


def _encloses(outer: Span, inner: Span) -> bool:
    return outer.path == inner.path and outer.start <= inner.start and inner.end <= outer.end
