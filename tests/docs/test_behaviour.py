"""The page of behaviours is complete, and every test it names exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/behaviour.md"
# The rows that must be there: the last of each section, which starts at 1 (L at 0). More may follow.
SECTIONS = {"A": 30, "B": 10, "C": 22, "D": 9, "E": 7, "F": 14, "G": 8, "H": 7, "I": 5, "J": 5, "K": 1, "L": 9, "M": 44}
ROW = re.compile(r"^\| (?P<id>[A-Z]\d+) \| (?P<sentence>.*) \| (?P<proof>.*) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[^`]+\.py)::(\w+)`")


def rows() -> Iterator[re.Match[str]]:
    return ROW.finditer(PAGE.read_text(encoding="utf-8"))


@cache
def named_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_row_is_there_once_and_in_order() -> None:
    found = [(row["id"][0], int(row["id"][1:])) for row in rows()]
    expected: list[tuple[str, int]] = []
    for section, least in SECTIONS.items():
        last = max([least, *(number for letter, number in found if letter == section)])
        expected += [(section, number) for number in range(0 if section == "L" else 1, last + 1)]
    assert found == expected


def test_every_row_names_tests_that_exist() -> None:
    wrong: list[str] = []
    for row in rows():
        named = NAMED.findall(row["proof"])
        if not named or NAMED.sub("", row["proof"]).replace("<br>", "").strip():
            wrong.append(f"{row['id']}: `tests/file.py::name`, several separated by <br>")
        wrong += [f"{row['id']}: no test {path}::{name}" for path, name in named if name not in named_in(path)]
    assert wrong == []


def test_every_row_is_a_sentence() -> None:
    assert [row["id"] for row in rows() if not row["sentence"].endswith((".", "?"))] == []
