"""What is measured inside a process of its own: `python -m benchmarks.check.worker generate|parse|session FOLDER …`."""

import ast
import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.check.edits import EDITS, Edit, edited


def generate(root: Path, templates: int) -> dict[str, float]:
    """Write a project, and say how large its sources are."""
    from benchmarks.check.project import project

    files = project(templates) | {"pyproject.toml": '[project]\nname = "generated"\nversion = "0"\n'}
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    sources = [text for path, text in files.items() if path.endswith((".py", ".html"))]
    handlers = sum(text.count("@app.route(") for text in sources)
    return {"files": len(sources), "bytes": sum(len(text.encode()) for text in sources), "handlers": handlers}


def parse(root: Path) -> dict[str, float]:
    """The processor time of `ast.parse` and of one Kida parse for every file, garbage collection off."""
    from kida.lexer import Lexer
    from kida.parser import Parser

    python = [file.read_text(encoding="utf-8") for file in sorted(root.rglob("*.py"))]
    templates = [file.read_text(encoding="utf-8") for file in sorted(root.rglob("*.html"))]
    gc.disable()
    start = process_time()
    for text in python:
        ast.parse(text)
    between = process_time()
    for text in templates:
        Parser(list(Lexer(text).tokenize()), source=text, name="page").parse()
    return {"ast": between - start, "kida": process_time() - between}


def session(root: Path, rounds: int, edits: Sequence[Edit]) -> dict[str, list[float]]:
    """Milliseconds that a running engine takes for each edit, best of the rounds: on the clock, of the processor."""
    look = _engine(root)
    look()
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for edit in edits:
            with edited(root, edit):
                wall, cpu = perf_counter(), process_time()
                look()
                taken = [1000 * (perf_counter() - wall), 1000 * (process_time() - cpu)]
            look()
            known = times.get(edit.kind, taken)
            times[edit.kind] = [min(pair) for pair in zip(known, taken, strict=True)]
    return times


def _engine(root: Path) -> Callable[[], object]:
    """An engine that stays, as a function that looks at the project once more."""
    from chirp_check.engine import Project, Session
    from chirp_check.host import DiskHost

    engine, project = Session(edited=True), Project(root, DiskHost())
    return lambda: engine.analyze(project)


def main(words: list[str]) -> int:
    """Prints what was measured as JSON."""
    what, root = words[0], Path(words[1])
    number = int(words[2]) if len(words) > 2 else 0
    if what == "generate":
        print(json.dumps(generate(root, number)))
    elif what == "parse":
        print(json.dumps(parse(root)))
    else:
        usual = tuple(edit for edit in EDITS if edit.usual)
        print(json.dumps(session(root, number, usual if int(words[3]) == len(usual) else EDITS)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
