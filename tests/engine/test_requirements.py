"""Which names a render needs, compared with the truth: a name is needed exactly if rendering without it raises."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import override
from warnings import catch_warnings, simplefilter

import pytest
from kida import DictLoader, Environment
from kida.exceptions import TemplateError, UndefinedError

from chirp_check.engine import Project, analyze
from chirp_check.host import MemoryHost
from chirp_check.model.applications import IMPLICIT
from chirp_check.model.requirements import requirements
from chirp_check.model.requirements_guards import Known, reachable

TRICKY = Path(__file__).parent / "tricky.txt"


class Anything:
    """Can be asked for any attribute, called, compared, iterated over once, and is true."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> Anything:
        return self

    def __getitem__(self, key: object) -> Anything:
        return self

    def __iter__(self) -> Iterator[Anything]:
        return iter((Anything(),))

    def __len__(self) -> int:
        return 1

    def __lt__(self, other: object) -> bool:
        return True

    @override
    def __str__(self) -> str:
        return "anything"


def cases() -> Iterator[tuple[str, dict[str, str], str | None]]:
    """The cases of the file: `# title [block]`, then each template behind `@ name`; the first is rendered."""
    title, files, block = "", dict[str, str](), None
    for line in [*TRICKY.read_text(encoding="utf-8").splitlines(), "# end"]:
        if line.startswith("# "):
            if files:
                yield title, files, block
            title, _, rest = line[2:].partition(" [")
            block, files = rest.removesuffix("]") or None, {}
        elif line.startswith("@ "):
            files[line[2:]] = ""
        elif files:
            files[next(reversed(files))] += line


def needed(files: dict[str, str], block: str | None, names: frozenset[str]) -> frozenset[str]:
    """The names without which a render raises, whatever the others are."""
    with catch_warnings():
        simplefilter("ignore")
        template = Environment(loader=DictLoader(files), enable_htmx_helpers=False).get_template(next(iter(files)))
        rendering = template.render if block is None else partial(template.render_block, block)
        return frozenset(name for name in names if any(_raises(rendering, name, given) for given in worlds(names)))


def worlds(names: frozenset[str]) -> Iterator[dict[str, object]]:
    """Ways to give every name a value: all alike, and every mixture of something and nothing."""
    for value in (1, [1], [[Anything(), Anything()]], "x", None):
        yield dict.fromkeys(names, value)
    for mixture in product((Anything(), ""), repeat=len(names)):
        yield dict(zip(sorted(names), mixture, strict=True))


def _raises(rendering: Callable[[dict[str, object]], str], name: str, world: dict[str, object]) -> bool:
    try:
        rendering({other: value for other, value in world.items() if other != name})
    except UndefinedError as error:
        return error.name == name
    except TemplateError, TypeError, ValueError, AttributeError:
        pass
    return False


def resolved(files: dict[str, str], block: str | None, names: frozenset[str]) -> frozenset[str]:
    """The names that the model takes to be needed."""
    host = MemoryHost({f"/p/templates/{path}": text.encode() for path, text in files.items()})
    model = analyze(Project("/p", host)).model
    found = requirements(model, IMPLICIT, f"templates/{next(iter(files))}", block).found
    given: dict[str, Known | None] = dict.fromkeys(names)
    return frozenset(
        one.name
        for one in found
        if one.name in names and reachable(one.conditions, {name: given[name] for name in names if name != one.name})
    )


@pytest.mark.parametrize(("title", "files", "block"), [pytest.param(*one, id=one[0]) for one in cases()])
def test_needed_names(title: str, files: dict[str, str], block: str | None) -> None:
    names = frozenset("abcdefg").intersection("".join(files.values()))
    assert resolved(files, block, names) == needed(files, block, names)
