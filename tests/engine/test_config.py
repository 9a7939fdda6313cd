"""`[tool.chirp-check]` and `chirp-check.toml`: what is taken, and what is said of what cannot be."""

import pytest

from chirp_check.config import Config, ConfigError, parse_config, read_config
from chirp_check.diagnostic import Level
from chirp_check.engine import Project, check
from chirp_check.host import MemoryHost

FULL = """
templates = ["pages", "./more/"]
exclude = ["old/"]
extend-exclude = ["*.gen.py"]
respect-gitignore = false
select = ["all"]
extend-select = ["unknown-block"]
ignore = ["too-large"]
levels = { unknown-target = "warn", bare-ignore = "off" }
per-file-ignores = { "tests/" = ["unknown-block", "unknown-template"] }
"""


def test_every_key() -> None:
    assert parse_config(FULL, "chirp-check.toml") == Config(
        templates=("pages", "more"),
        exclude=("old/",),
        extend_exclude=("*.gen.py",),
        respect_gitignore=False,
        select=("all",),
        extend_select=("unknown-block",),
        ignore=("too-large",),
        levels=(("unknown-target", Level.WARN), ("bare-ignore", Level.OFF)),
        per_file_ignores=(("tests/", ("unknown-block", "unknown-template")),),
        source="chirp-check.toml",
    )


def test_a_table_of_pyproject() -> None:
    text = '[project]\nname = "x"\n[tool.chirp-check]\nignore = ["too-large"]\n'
    assert parse_config(text, "pyproject.toml").ignore == ("too-large",)
    assert parse_config('[project]\nname = "chirp-check"\n', "pyproject.toml") == Config()


def test_its_own_file_comes_first() -> None:
    files = {
        "/p/chirp-check.toml": 'ignore = ["too-large"]',
        "/p/pyproject.toml": '[tool.chirp-check]\nignore = ["bare-ignore"]',
    }
    assert read_config("/p", MemoryHost(files)).ignore == ("too-large",)


def test_a_foreign_pyproject_is_not_parsed() -> None:
    assert read_config("/p", MemoryHost({"/p/pyproject.toml": b"\xff = ["})) == Config()


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ('exlude = ["a"]', "unknown key `tool.chirp-check.exlude`", "did you mean `exclude`?"),
        ("quite-different = 1", "unknown key `tool.chirp-check.quite-different`", None),
        ('exclude = "a"', "`tool.chirp-check.exclude` has to be a list of strings", None),
        ("exclude = [1]", "`tool.chirp-check.exclude` has to be a list of strings", None),
        (f"htmx = {'9' * 5_000}", "has a number with too many digits", None),
        ("htmx = 3", "`tool.chirp-check.htmx` has to be 2 or 4", None),
        ("htmx = '2'", "`tool.chirp-check.htmx` has to be 2 or 4", None),
        ("respect-gitignore = 1", "`tool.chirp-check.respect-gitignore` has to be true or false", None),
        ('levels = "warn"', "`tool.chirp-check.levels` has to be a table", None),
        (
            'levels = { unknown-block = "loud" }',
            '`tool.chirp-check.levels` has to give each rule "off", "warn" or "error"',
            None,
        ),
        ("per-file-ignores = []", "`tool.chirp-check.per-file-ignores` has to be a table", None),
        (
            'templates = ["/etc"]',
            "`tool.chirp-check.templates` has to name folders below the project, and `/etc` is none",
            None,
        ),
        (
            'templates = ["a/../.."]',
            "`tool.chirp-check.templates` has to name folders below the project, and `a/../..` is none",
            None,
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str, help: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"[tool.chirp-check]\n{text}\n", "pyproject.toml")
    assert (caught.value.message, caught.value.place, caught.value.help) == (message, "pyproject.toml", help)


@pytest.mark.parametrize("text", ["[tool.chirp-check", "a = ", "x = 1\nx = 2", "a = " + "[" * 3000])
def test_no_toml(text: str) -> None:
    with pytest.raises(ConfigError, match="is no TOML"):
        parse_config(text, "pyproject.toml")


def test_a_table_that_is_none() -> None:
    with pytest.raises(ConfigError, match="has to be a table"):
        parse_config("[tool]\nchirp-check = 1\n", "pyproject.toml")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_config("/p", MemoryHost({"/p/chirp-check.toml": b"# \xff"}))


@pytest.mark.parametrize(
    "config",
    [
        Config(select=("unknown-blok",)),
        Config(ignore=("unknown-blok",)),
        Config(levels=(("unknown-blok", Level.WARN),)),
        Config(per_file_ignores=(("*", ("unknown-blok",)),)),
    ],
)
def test_a_rule_that_does_not_exist(config: Config) -> None:
    with pytest.raises(ConfigError) as caught:
        check(Project("/p", MemoryHost({"/p/app.py": ""})), config)
    assert caught.value.message == "unknown rule `unknown-blok`"
    assert caught.value.help == "did you mean `unknown-block`?"


BROKEN = {"/p/app.py": "def f(:\n", "/p/sub/b.py": "x = # chirp: ignore\n"}


def rules(config: Config) -> list[tuple[str, str, Level]]:
    found = check(Project("/p", MemoryHost(BROKEN)), config).diagnostics
    return [(one.finding.at.path, one.rule, one.level) for one in found]


APP = ("app.py", "python-syntax", Level.ERROR)
SUB = ("sub/b.py", "python-syntax", Level.ERROR)
BARE = ("sub/b.py", "bare-ignore", Level.WARN)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (Config(), {APP, SUB, BARE}),
        (Config(select=("bare-ignore",)), {BARE}),
        (Config(select=("all",)), {APP, SUB, BARE}),
        (Config(ignore=("python-syntax",)), {BARE}),
        (Config(ignore=("all",)), set[object]()),
        (Config(levels=(("bare-ignore", Level.OFF),)), {APP, SUB}),
        (Config(levels=(("all", Level.WARN),)), {(p, r, Level.WARN) for p, r, _ in (APP, SUB, BARE)}),
        (Config(select=("bare-ignore",), levels=(("python-syntax", Level.WARN),)), {BARE}),
        (Config(levels=(("bare-ignore", Level.OFF),), extend_select=("bare-ignore",)), {APP, SUB}),
        (Config(per_file_ignores=(("sub/", ("all",)),)), {APP}),
        (Config(per_file_ignores=(("/app.py", ("python-syntax",)),)), {SUB, BARE}),
        (Config(extend_exclude=("sub/",)), {APP}),
    ],
)
def test_levels(config: Config, expected: set[object]) -> None:
    assert set(rules(config)) == expected
