"""The project's choices: `[tool.chirp-check]` of `pyproject.toml`, or `chirp-check.toml` with the same keys at its top.

A key nobody knows, or a value of the wrong shape, is a `ConfigError`; rule names are judged where the rules are known.
"""

from collections.abc import Callable, Mapping
from copy import replace
from dataclasses import dataclass
from typing import Any, cast

from chirp_check.grammar.names import did_you_mean
from chirp_check.host import Host
from chirp_check.level import Level

CACHE_FOLDER = ".chirp_cache"
DEFAULT_EXCLUDE = ("build/", "dist/", "*.egg-info/")


class ConfigError(Exception):
    """The configuration, a flag or a path cannot be followed; `place` is the file or flag at fault."""

    def __init__(self, message: str, place: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.help = help


@dataclass(frozen=True, slots=True)
class Config:
    """What a project chose. Patterns are written as in `.gitignore`; `select` None means every rule that is not off."""

    apps: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: tuple[tuple[str, Level], ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    require_resolved: float | None = None
    cache_dir: str | None = None
    baseline: str | None = None
    htmx: int | None = None
    source: str | None = None

    def rule_names(self) -> tuple[str, ...]:
        """Every rule name that is mentioned, in order."""
        per_file = tuple(name for _, names in self.per_file_ignores for name in names)
        levels = tuple(name for name, _ in self.levels)
        return (*(self.select or ()), *self.extend_select, *self.ignore, *levels, *per_file)


def read_config(root: str, host: Host) -> Config:
    """The configuration of the project at `root`: `chirp-check.toml` if there is one, or else `pyproject.toml`."""
    for name in ("chirp-check.toml", "pyproject.toml"):
        path = f"{root.rstrip('/')}/{name}"
        try:
            data = host.read(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"cannot be read: {(error.strerror or str(error)).lower()}", name) from error
        if name == "chirp-check.toml" or _mentions_us(data):
            return parse_config(_text(data, name), name)
    return Config()


def parse_config(text: str, name: str) -> Config:
    """The configuration in the TOML text of a file of that name; only `pyproject.toml` has it under `[tool]`."""
    import tomllib

    try:
        table: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"is no TOML: {_lower(str(error))}", name) from error
    except ValueError as error:
        raise ConfigError("has a number with too many digits", name) from error
    where = ""
    if name.rpartition("/")[2] == "pyproject.toml":
        where = "tool.chirp-check"
        for key in ("tool", "chirp-check"):
            if not isinstance(table, dict) or key not in table:
                return Config()
            table = cast("dict[str, object]", table)[key]
    return replace(_read_table(table, where, name), source=name)


def _mentions_us(data: bytes | str) -> bool:
    return "chirp-check" in data if isinstance(data, str) else b"chirp-check" in data


def _text(data: bytes | str, name: str) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8", name) from error


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _read_table(table: object, where: str, name: str) -> Config:
    if not isinstance(table, dict):
        raise ConfigError(f"`{where}` has to be a table", name)
    values: dict[str, Any] = {}
    for key, value in cast("dict[str, object]", table).items():
        reader = _KEYS.get(key)
        full = f"{where}.{key}" if where else key
        if reader is None:
            raise ConfigError(f"unknown key `{full}`", name, did_you_mean(key, _KEYS))
        try:
            values[key.replace("-", "_")] = reader(value)
        except ValueError as error:
            raise ConfigError(f"`{full}` {error}", name) from error
    return Config(**values)


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value)):
        return tuple(cast("list[str]", value))
    raise ValueError("has to be a list of strings")


def _folders(value: object) -> tuple[str, ...]:
    folders = _strings(value)
    for folder in folders:
        if folder.startswith("/") or ".." in folder.split("/") or "\\" in folder or "\0" in folder:
            raise ValueError(f"has to name folders below the project, and `{folder}` is none")
    return tuple(folder.removeprefix("./").rstrip("/") for folder in folders)


def _folder(value: object) -> str:
    return _folders([value])[0]


def _file(value: object) -> str:
    try:
        return _folder(value)
    except ValueError as error:
        raise ValueError("has to name a file below the project") from error


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("has to be true or false")


def _levels(value: object) -> tuple[tuple[str, Level], ...]:
    return tuple((rule, _level(level)) for rule, level in _items(value))


def _level(value: object) -> Level:
    if isinstance(value, str) and value in tuple(Level):
        return Level(value)
    raise ValueError('has to give each rule "off", "warn" or "error"')


def _per_file(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((pattern, _strings(rules)) for pattern, rules in _items(value))


def percentage(value: object) -> float:
    """A share of the references, from 0 to 100."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100:
        return float(value)
    raise ValueError("has to be a number from 0 to 100")


def _htmx(value: object) -> int:
    if isinstance(value, int) and value in (2, 4):
        return value
    raise ValueError("has to be 2 or 4")


def _items(value: object) -> tuple[tuple[str, object], ...]:
    if not isinstance(value, dict):
        raise ValueError("has to be a table")
    return tuple(cast("dict[str, object]", value).items())


_KEYS: Mapping[str, Callable[[object], object]] = {
    "apps": _strings,
    "templates": _folders,
    "exclude": _strings,
    "extend-exclude": _strings,
    "respect-gitignore": _boolean,
    "select": _strings,
    "extend-select": _strings,
    "ignore": _strings,
    "levels": _levels,
    "per-file-ignores": _per_file,
    "require-resolved": percentage,
    "cache-dir": _folder,
    "baseline": _file,
    "htmx": _htmx,
}
