"""`python -m benchmarks.mutants.proofs`: planted mistakes whose findings are put to the test by `chirp-check prove`.

Options: `--app FOLDER` (again for another; all without it), `--sample N` (so many mutants per operator and
application), `--seed S`, `--all` (every proof, not only what is refuted).
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.mutants.application import load
from benchmarks.mutants.mutation import Mutant
from benchmarks.mutants.operators import ALL
from benchmarks.mutants.run import choose
from benchmarks.mutants.scripts import SCRIPTS
from benchmarks.mutants.site import PACKAGE, folder_of
from chirp_check.engine import Project, Session
from chirp_check.host import DiskHost
from chirp_check.prove import NoReplay, Proof, Replay, Verdict, prove
from chirp_check.witness import BUILDERS

ROOT = Path(__file__).resolve().parent.parent.parent
CLAIMING = frozenset(rule.name for rule, _ in BUILDERS)


def main(arguments: Sequence[str]) -> int:
    """0 when no finding is refuted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants.proofs", description=__doc__)
    parser.add_argument("--app", action="append")
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    start = perf_counter()
    counts: Counter[tuple[str, Verdict]] = Counter()
    for name in options.app or [f"{PACKAGE}/{one}" for one in SCRIPTS]:
        for operator, proof in _proofs((ROOT / name).resolve(), options.sample, options.seed):
            counts[proof.diagnostic.rule, proof.verdict] += 1
            if options.all or proof.verdict is Verdict.REFUTED:
                asked = f"{proof.request.method} {proof.request.path} " if proof.request is not None else ""
                print(
                    f"{proof.verdict}: {operator}: {proof.diagnostic.finding.message}\n  {asked}{proof.why}", flush=True
                )
    _print(counts)
    print(f"{perf_counter() - start:.0f} s")
    return int(any(verdict is Verdict.REFUTED for _, verdict in counts))


def _proofs(root: Path, sample: int, seed: int) -> Iterator[tuple[str, Proof]]:
    """The proofs of what is found in the mutants of an example, each with the name of its operator."""
    script = SCRIPTS[root.name]
    app = load(root)
    chosen = [(ALL[at], one) for at, one in choose(root, "", sample, seed) if ALL[at].rule in CLAIMING]
    with TemporaryDirectory(prefix="proofs-") as folder:
        copy = Path(folder) / PACKAGE / root.name
        (copy.parent).mkdir()
        (copy.parent / "__init__.py").touch()
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__"))
        session = Session()
        replay = Replay(folder, sys.executable, f"{PACKAGE}.{root.name}.{script.module}:{script.name}", writing=True)
        for operator, mutant in chosen:
            _write(copy, mutant.files)
            try:
                proofs = prove(session.analyze(Project(folder, DiskHost())), replay)
                yield from ((operator.name, one) for one in proofs if _is_due(one, mutant, root.name))
            except NoReplay as error:
                print(f"{root.name}: {operator.name}: {error}")
            finally:
                _write(copy, {path: app.files.get(path) for path in mutant.files})


def _is_due(proof: Proof, mutant: Mutant, name: str) -> bool:
    """Whether a finding is the mutant's."""
    at = proof.diagnostic.finding.at
    path = at.path.removeprefix(folder_of(name))
    return any((one.rule, one.path) == (proof.diagnostic.rule, path) for one in mutant.accepted)


def _write(copy: Path, files: Mapping[str, str | None]) -> None:
    for path, text in files.items():
        if text is None:
            (copy / path).unlink(missing_ok=True)
        else:
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, encoding="utf-8", newline="")


def _print(counts: Counter[tuple[str, Verdict]]) -> None:
    rules = sorted({rule for rule, _ in counts})
    print(f"{'rule':<24}{''.join(f'{verdict:>16}' for verdict in Verdict)}")
    for rule in rules:
        print(f"{rule:<24}{''.join(f'{counts[rule, verdict]:>16}' for verdict in Verdict)}")
    total = [sum(counts[rule, verdict] for rule in rules) for verdict in Verdict]
    print(f"{'all':<24}{''.join(f'{one:>16}' for one in total)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
