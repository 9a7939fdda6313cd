"""Wheels of what is installed here, for those who install without a network."""

import base64
import hashlib
import platform
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}  # an installer writes them


def fill(folder: Path, *names: str) -> None:
    """Write a wheel of each named distribution, and of all that it needs."""
    written: set[str] = set()
    pending = list(names)
    while pending:
        one = distribution(pending.pop())
        if one.name not in written:
            written.add(one.name)
            _pack(one, folder)
            pending += _needed(one)


def _needed(one: Distribution) -> list[str]:
    asked = [Requirement(line) for line in one.requires or ()]
    return [need.name for need in asked if need.marker is None or need.marker.evaluate({"extra": ""})]


def _pack(one: Distribution, folder: Path) -> None:
    made = one.read_text("WHEEL") or ""
    tags = [_local(line.partition(": ")[2]) for line in made.splitlines() if line.startswith("Tag: ")]
    said = [line for line in made.splitlines() if line and not line.startswith("Tag: ")]
    name = f"{one.name.replace('-', '_')}-{one.version}"
    record: list[str] = []
    with zipfile.ZipFile(folder / f"{name}-{tags[0]}.whl", "w", zipfile.ZIP_STORED) as wheel:
        for file in one.files or ():
            inside = ".." not in file.parts and "__pycache__" not in file.parts
            if not inside or file.name in LEFT_OUT:
                continue
            data = file.read_binary()
            if file.name == "WHEEL" and file.parent.suffix == ".dist-info":
                data = "\n".join([*said, *(f"Tag: {tag}" for tag in tags), ""]).encode()
            wheel.writestr(str(file), data)
            told = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{file},sha256={told},{len(data)}")
        (info,) = {file.parts[0] for file in one.files or () if file.parts[0].endswith(".dist-info")}
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))


def _local(tag: str) -> str:
    """The tag with the plain name of this platform, which every installer here takes."""
    python, abi, _ = tag.split("-")
    if sys.platform != "linux" or tag.endswith("-any"):
        return tag
    return f"{python}-{abi}-linux_{platform.machine()}"
