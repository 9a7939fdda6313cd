"""The Kida environment of an application: where templates come from, and what they may call."""

from annotationlib import Format
from collections.abc import Callable, Mapping
from inspect import Signature, isroutine, signature
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, override

from chirp.context import get_request
from chirp.errors import ConfigurationError
from chirp_check.grammar.pages import CONTENT

if TYPE_CHECKING:
    from kida import Environment
    from kida.template import Template as KidaTemplate


class RequestProxy:
    """The template global `request`: the request being handled, looked up when it is used."""

    __slots__ = ()

    def __getattr__(self, name: str) -> object:
        return getattr(get_request(), name)

    @override
    def __repr__(self) -> str:
        return "<the current request>"


class GlobalFunction:
    """A template global that is called.

    Kida asks every callable global for its signature at every import of macros. The empty one that stands here is an
    attribute look-up; the function's own could cost more than the import, and fails where an annotation names what
    is only imported for type checkers.
    """

    __slots__ = ("_function",)
    __signature__: ClassVar[Signature] = Signature()

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)


class GlobalValue:
    """A template global that needs no argument: `{{ name }}` and `{% if name %}` use its value, `{{ name() }}` too."""

    __slots__ = ("_function",)
    __signature__: ClassVar[Signature] = Signature()

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __bool__(self) -> bool:
        return bool(self._function())

    @override
    def __str__(self) -> str:
        return str(self._function())

    def __html__(self) -> str:
        from kida.utils.html import html_escape

        return html_escape(self._function())

    def __iter__(self) -> Any:
        return iter(self._function())

    def __len__(self) -> int:
        return len(self._function())

    def __contains__(self, item: object) -> bool:
        return item in self._function()

    def __getitem__(self, key: Any) -> Any:
        return self._function()[key]

    def __getattr__(self, name: str) -> Any:
        # Python and Kida probe special names, such as `__wrapped__`: that is no use of the value.
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._function(), name)

    @override
    def __eq__(self, other: object) -> bool:
        return bool(self._function() == other)

    @override
    def __hash__(self) -> int:
        return hash(self._function())


class Engine:
    """Renders templates and blocks to text. Kida is imported here, when the application freezes."""

    __slots__ = ("_cache", "_environment", "_lock", "_make", "_stepwise", "debug")

    def __init__(
        self,
        roots: tuple[Path, ...],
        *,
        filters: Mapping[str, Callable[..., object]],
        variables: Mapping[str, object],
        autoescape: bool = True,
        reload: bool = False,
    ) -> None:
        import logging

        if not autoescape:
            logging.getLogger("chirp").warning("autoescape is off: values reach every page as HTML, unescaped")

        def make(*, whole: bool) -> Environment:
            environment = _environment(roots, autoescape=autoescape, reload=reload, whole=whole)
            _fill(environment, filters, variables)
            return environment

        self.debug: bool = reload
        self._make = make
        self._environment = make(whole=True)
        self._stepwise: Environment | None = None
        self._lock = Lock()
        self._cache: dict[str, KidaTemplate] | None = None if reload else {}

    def template(self, name: str) -> KidaTemplate:
        """The compiled template; Kida's TemplateError when it is missing or does not compile."""
        cache = self._cache
        if cache is not None and (known := cache.get(name)) is not None:
            return known
        template = self._environment.get_template(check_template_name(name))
        if cache is not None:
            cache[name] = template
        return template

    def stepwise(self, name: str) -> KidaTemplate:
        """The template compiled so that it adds to its text after each value: slower, and it can be stopped between."""
        with self._lock:
            environment = self._stepwise
            if environment is None:
                environment = self._stepwise = self._make(whole=False)
        return environment.get_template(check_template_name(name))

    def render(self, name: str, context: Mapping[str, object]) -> str:
        return self.template(name).render(context)

    def render_block(self, name: str, block: str, context: Mapping[str, object]) -> str:
        return self.template(name).render_block(block, context)

    def render_source(self, source: str, context: Mapping[str, object]) -> str:
        """A template given as text; its errors name it by its first line."""
        first = source.strip().partition("\n")[0]
        name = f"inline template {first[:40]!r}"
        return self._environment.from_string(source, name).render(context)

    def wrap(self, layout: str, html: str, context: Mapping[str, object]) -> str:
        """The layout with `html` as its `content` block."""
        return self.template(layout).render_with_blocks({CONTENT: html}, context)

    def check_block(self, name: str, block: str) -> None:
        """Kida's TemplateError when the template, or the block in it, is missing."""
        template = self.template(name)
        known = template.list_blocks()
        if block not in known:
            raise template._missing_block_error(block, known)  # pyright: ignore[reportPrivateUsage]

    def check_layout(self, name: str) -> None:
        """ConfigurationError when a layout is not there, does not compile, or has no block to put a page into."""
        from kida import TemplateError
        from kida.lexer import LexerError

        try:
            blocks = self.template(name).list_blocks()
        except (TemplateError, LexerError) as error:
            raise ConfigurationError(f"the layout {name} cannot be used: {error}") from error
        if CONTENT not in blocks:
            raise ConfigurationError(f"the layout {name} has no block `{CONTENT}`")


def _environment(roots: tuple[Path, ...], *, autoescape: bool, reload: bool, whole: bool) -> Environment:
    """A Kida environment; `whole` lets it join what stands side by side into one text before it adds that."""
    from kida import Environment, FileSystemLoader

    # bytecode_cache=False: otherwise Kida writes __pycache__/kida beside the user's templates.
    return Environment(
        loader=FileSystemLoader(list(roots)),
        autoescape=autoescape,
        auto_reload=reload,
        bytecode_cache=False,
        enable_htmx_helpers=False,
        fstring_coalescing=whole,
    )


def _fill(
    environment: Environment, filters: Mapping[str, Callable[..., object]], variables: Mapping[str, object]
) -> None:
    """Add what the application and Chirp give to templates."""
    from chirp.templating.tracking import is_deferred

    environment.add_test("deferred", is_deferred)
    environment.update_filters(dict(filters))
    for name, value in variables.items():
        environment.add_global(name, value)
    for name, value in list(environment.globals.items()):
        if isroutine(value):  # Kida's own, `len` and the like, whose signatures Python has to parse
            environment.add_global(name, GlobalFunction(value))


def check_template_name(name: str) -> str:
    """The name if it is relative and stays below the template folders; else ValueError."""
    if not name or name.startswith(("/", "./")) or "\\" in name or "\0" in name or ".." in name.split("/"):
        raise ValueError(f"{name!r} is not a template name: use a path relative to the template folder")
    return name


def global_value(function: object) -> object:
    """What to register for a template global: a function that needs no argument also works as its value."""
    if not isroutine(function):
        return function
    try:
        signature(function, annotation_format=Format.FORWARDREF).bind()
    except TypeError, ValueError:
        return GlobalFunction(function)
    return GlobalValue(function)


def resolve_folder(folder: str | Path, beside: Path) -> Path:
    """A configured folder: absolute as it is, else below `beside` if it is there, else in the current directory."""
    path = Path(folder)
    if path.is_absolute():
        return path
    local = beside / path
    return local if local.is_dir() else Path.cwd() / path
