"""Which application a command means: `module:app`, `module`, a file, or the one that is found in the current folder.

It is imported as Python would import it; what its own code raises is shown as its traceback, everything else in a line.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from chirp.app import App
from chirp_check.grammar.names import did_you_mean

VARIABLE = "CHIRP_APP"
_FILES = ("app.py", "main.py", "asgi.py", "web.py")
_NAMES = ("app", "application", "create_app", "make_app")


class LoadError(Exception):
    """The application that a command names cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """An application and how to import it again: `target` is `module:name`, `made` says that the name is a function."""

    app: App
    target: str
    made: bool


def find_app(target: str | None, *, factory: bool = False) -> Found:
    """The application that is meant; LoadError says what is wrong, and what is near.

    Without a target it is that of the variable CHIRP_APP, else of `app.py`, `main.py`, `asgi.py`, `web.py`, or of the
    only package, in the current folder or in `src`.
    """
    for folder in (Path.cwd() / "src", Path.cwd()):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    named = target or os.environ.get(VARIABLE) or _discovered()
    module_name, colon, attribute = named.partition(":")
    module_name = _as_module(module_name)
    if not all(part.isidentifier() for part in module_name.split(".")) or (colon and not attribute):
        raise LoadError(f"`{named}` is not of the form module:app")
    module = _imported(module_name)
    name = attribute or _name_in(module)
    value = _value(module, name)
    made = factory or not isinstance(value, App)
    return Found(_app(f"{module_name}:{name}", value, made=made), f"{module_name}:{name}", made)


def _discovered() -> str:
    """The module that looks like the application's."""
    here = Path.cwd()
    folders = [folder for folder in (here, here / "src") if folder.is_dir()]
    for folder in folders:
        for file in _FILES:
            if (folder / file).is_file():
                return file.removesuffix(".py")
    packages = sorted({name for folder in folders for name in _packages(folder)})
    if len(packages) == 1:
        return packages[0]
    listed = f"; candidates are {', '.join(f'`{name}`' for name in packages)}" if packages else ""
    raise LoadError(
        f"which application? There is no {', '.join(_FILES[:-1])} or {_FILES[-1]} in {here}{listed}: "
        "name it, as in `chirp run module:app`"
    )


def _packages(folder: Path) -> Iterator[str]:
    """Packages that have an application by the look of their files."""
    for init in sorted(folder.glob("*/__init__.py")):
        package = init.parent.name
        inside = [file for file in _FILES if (init.parent / file).is_file()]
        if inside:
            yield f"{package}.{inside[0].removesuffix('.py')}"
        elif "App(" in init.read_text(encoding="utf-8", errors="replace"):
            yield package


def _as_module(name: str) -> str:
    """The module of a file, if it is given as one."""
    if not name.endswith(".py"):
        return name
    parts = Path(name).with_suffix("").parts
    if parts and parts[0] in {".", "src"}:
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            hint = did_you_mean(error.name, _modules(error.name))
            raise LoadError(f"there is no module `{error.name}` here" + (f": {hint}" if hint else "")) from None
        raise LoadError(_failed(name, error)) from error
    except Exception as error:  # the boundary: importing runs the user's code, which may raise anything
        raise LoadError(_failed(name, error)) from error


def _modules(like: str) -> Iterator[str]:
    """The modules beside the one that is missing."""
    parents = like.split(".")[:-1]
    for folder in (Path.cwd(), Path.cwd() / "src"):
        inside = folder.joinpath(*parents)
        for entry in inside.glob("*"):
            if entry.suffix == ".py" or (entry / "__init__.py").is_file():
                yield ".".join((*parents, entry.stem))


def _failed(module: str, error: Exception) -> str:
    """The traceback of the user's code: the calls of the import are left out."""
    trace = error.__traceback__
    while trace is not None and _is_import(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    shown = "".join(traceback.format_exception(type(error), error, trace)).rstrip()
    return f"`{module}` cannot be imported:\n{shown}"


def _is_import(file: str) -> bool:
    return file.startswith("<frozen importlib") or file in {__file__, importlib.__file__}


def _name_in(module: ModuleType) -> str:
    """The name of the application in a module, when only the module was named."""
    names: dict[str, Any] = vars(module)
    for name in _NAMES:
        if name in names:
            return name
    apps = [name for name, value in names.items() if isinstance(value, App)]
    if len(apps) == 1:
        return apps[0]
    found = f"has several applications: {', '.join(f'`{name}`' for name in apps)}" if apps else "has no `app`"
    raise LoadError(
        f"the module `{module.__name__}` {found}; name one, as in `{module.__name__}:{(apps or ['app'])[0]}`"
    )


def _value(module: ModuleType, name: str) -> Any:
    names: dict[str, Any] = vars(module)
    if name in names:
        return names[name]
    apps = [one for one, value in names.items() if isinstance(value, App)]
    made = [
        one for one, value in names.items() if isinstance(value, FunctionType) and value.__module__ == module.__name__
    ]
    hint = did_you_mean(name, apps) or did_you_mean(name, made) or (f"did you mean `{apps[0]}`?" if apps else None)
    raise LoadError(f"the module `{module.__name__}` has no `{name}`" + (f": {hint}" if hint else ""))


def _app(target: str, value: Any, *, made: bool) -> App:
    app = value
    if made:
        if not callable(value):
            raise LoadError(f"`{target}` is {type(value).__name__}, not a chirp.App")
        try:
            app = value()
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise LoadError(f"`{target}` cannot be called for an application: {error}") from None
            raise LoadError(_failed(target, error)) from error
        except Exception as error:  # the boundary: a factory is the user's code
            raise LoadError(_failed(target, error)) from error
    if not isinstance(app, App):
        what = f"returns {type(app).__name__}" if made else f"is {type(app).__name__}"
        raise LoadError(f"`{target}` {what}, not a chirp.App")
    return app
