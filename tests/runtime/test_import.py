"""What importing the framework costs: nothing of what serves requests, and no template engine."""

import subprocess
import sys

HEAVY = ("kida", "asyncio", "json", "uvicorn", "msgspec", "logging", "email.utils", "mimetypes", "chirp_check.engine")


def loaded(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_framework_loads_no_heavy_module() -> None:
    anyway = loaded("pass")  # coverage, for one
    modules = loaded("from chirp import App; App().route('/')(print)")
    assert (modules - anyway) & set(HEAVY) == set()
    assert "kida" in loaded("from chirp import App; App().freeze()")
