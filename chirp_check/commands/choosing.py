"""`--app` and `apps`: of several applications of a project those are reported on that are named."""

from collections.abc import Sequence
from dataclasses import replace

from chirp_check.config import Config, ConfigError
from chirp_check.engine import Session
from chirp_check.grammar.names import did_you_mean
from chirp_check.model.applications import AppKey, application_files, application_keys
from chirp_check.model.templates import paths
from chirp_check.project import Project


def chosen(project: Project, config: Config, names: Sequence[str]) -> Project:
    """The project, with the files of these applications as what is reported on.

    An application is named by the file that makes it, or by its module as `chirp run` takes it. `ConfigError` for one
    that is not there.
    """
    model, _ = Session(config, lasting=False).look(project)
    keys = [key for key in application_keys(model) if key.path]
    found: set[str] = set()
    for name in names:
        named = [key for key in keys if _is_named(key, name)]
        if not named:
            known = sorted({key.path for key in keys})
            near = did_you_mean(name, known) or (
                f"there are {', '.join(f'`{one}`' for one in known)}" if known else None
            )
            raise ConfigError(f"no application is made in `{name}`", "--app", near)
        for key in named:
            found |= application_files(model, key) | paths(model, key).keys()
    return replace(project, paths=tuple(sorted(found)))


def _is_named(key: AppKey, name: str) -> bool:
    written = name.removeprefix("./")
    dotted = written.partition(":")[0].replace(".", "/")
    files = {written, f"{dotted}.py", f"{dotted}/__init__.py"}
    return key.path in files | {f"src/{one}" for one in files}
