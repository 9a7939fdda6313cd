"""The queries that read from outside the model: the project's files and what they say. An edit starts here."""

from collections.abc import Mapping

from chirp_check.facts.handlers import Function, ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.model.imports import Modules
from chirp_check.model.memory import Queries, gate, outside, part


@gate
def files(model: Queries) -> frozenset[str]:
    """Every regular file of the project that is not excluded."""
    return model.sources.files()


@gate
def python_files(model: Queries) -> tuple[str, ...]:
    """The Python files to check, sorted."""
    return model.sources.python()


@gate
def modules(model: Queries) -> Modules:
    """The importable files of the project."""
    return Modules(files(model))


@outside
def module_facts(model: Queries, path: str) -> ModuleFacts | None:
    """The facts of a Python file; None when it cannot be read."""
    return model.sources.module(path)


def module_functions(model: Queries, path: str) -> Mapping[str, Function]:
    """The functions of a Python file by qualified name, inner ones included."""
    module_facts(model, path)
    return model.sources.functions(path)


@outside
def template_facts(model: Queries, path: str) -> TemplateFacts | None:
    """The facts of a template; None when it cannot be read."""
    return model.sources.template(path)


@outside
def text(model: Queries, path: str) -> str | None:
    """The text of any file; None when it cannot be read."""
    return model.sources.text(path)


@part
def has_any(model: Queries, path: str, *words: str) -> bool:
    """Whether a file has one of some words."""
    written = text(model, path) or ""
    return any(word in written for word in words)
