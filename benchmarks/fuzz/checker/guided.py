"""One target under Atheris, which follows the branches that inputs take.

It is started by `__main__`, which starts it again after an input that took the process with it. Texts that reached
something new stay in the folder; what came out is written into `tally.json` there.
"""

import importlib
import importlib.util
import os
import random
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Final

WRITTEN: Final = 10.0  # seconds between two looks at what has come out
TIMEOUT: Final = 60  # seconds for one input; then the process ends
OWN_CHANGES: Final = 0.7  # share of the changes that are made with our pieces rather than by libFuzzer


def main() -> None:
    target_name, folder, seconds, seed = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    atheris: Any = importlib.import_module("atheris")
    packages, excluded = _followed(tuple(sys.argv[5].split(os.pathsep)))
    with atheris.instrument_imports(include=packages, exclude=excluded):
        targets = importlib.import_module("benchmarks.fuzz.checker.targets")
    _fuzz(atheris, targets, target_name, folder, (seconds, seed))


def _followed(files: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The packages of some folders and files, and their modules that are not below those: following takes long."""
    packages = ("chirp_check", "chirp_lsp")
    specs = {name: importlib.util.find_spec(name) for name in packages}
    excluded: list[str] = []
    for name, spec in specs.items():
        (root,) = (spec.submodule_search_locations if spec is not None else None) or ("",)
        for file in Path(root).rglob("*.py"):
            if not str(file).startswith(files):
                parts = file.relative_to(root).with_suffix("").parts
                excluded.append(".".join((name, *parts)).removesuffix(".__init__"))
    return list(packages), excluded


def _fuzz(atheris: Any, targets: ModuleType, name: str, folder: Path, limits: tuple[float, int]) -> None:
    import msgspec

    from benchmarks.fuzz.checker.tally import Tally
    from benchmarks.fuzz.checker.texts import changed, to_bytes, to_text

    seconds, seed = limits
    target = targets.TARGETS[name]
    material = target.material()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(material.texts):
        (corpus / f"begin-{number:04}").write_bytes(to_bytes(text)[: target.longest])
    tally = Tally()
    end = time.monotonic() + seconds
    written = time.monotonic()

    def one(data: bytes) -> None:
        nonlocal written
        text = to_text(data)
        tally.run(target.holds, text)
        now = time.monotonic()
        if now > end or now - written > WRITTEN:
            (folder / "tally.json").write_bytes(msgspec.json.encode(tally))
            written = now
        if now > end:
            os._exit(0)

    def change(data: bytes, longest: int, number: int) -> bytes:
        source = random.Random(number)
        if source.random() > OWN_CHANGES:
            found: bytes = atheris.Mutate(data, longest)
            return found
        return to_bytes(changed(to_text(data), material, source))[:longest]

    options = [f"-max_len={target.longest}", f"-seed={seed}", f"-timeout={TIMEOUT}", "-rss_limit_mb=3000"]
    quiet = ["-print_final_stats=1", f"-artifact_prefix={folder}/", "-report_slow_units=1000"]
    atheris.Setup([sys.argv[0], *options, *quiet, str(corpus)], one, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
