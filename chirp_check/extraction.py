"""Texts to stored facts: one file here, many files in several processes.

Stored facts are what `msgspec` makes of them: small, quick to read, and without code.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import NamedTuple

import msgspec

from chirp_check.facts.handlers import ModuleFacts
from chirp_check.facts.templates import TemplateFacts
from chirp_check.host import Host, Processes
from chirp_check.source import SourceFile
from chirp_check.syntax.decode import decode

MAX_BYTES = 2 * 1024 * 1024
SHARE = 150  # files below which another process costs more than it brings

_encoder = msgspec.msgpack.Encoder()


class Request(NamedTuple):
    """A file to read facts of: where it is, its path in the project, and whether it is Python."""

    full: str
    path: str
    python: bool


def extract(file: SourceFile, *, python: bool) -> ModuleFacts | TemplateFacts:
    """The facts of a file. What fails here is a bug of ours, and is raised."""
    if python:
        from chirp_check.facts.module import read_module

        return read_module(file)
    from chirp_check.facts.extract import read_template

    return read_template(file)


def store(facts: ModuleFacts | TemplateFacts) -> bytes:
    """The stored form of facts. A path that cannot be stored is left out: whoever reads the facts knows it."""
    if not facts.path.isprintable():
        facts = msgspec.structs.replace(facts, path="")
    return _encoder.encode(facts)


def module_facts(stored: bytes, path: str) -> ModuleFacts:
    """The facts of a Python file from their stored form. `msgspec.DecodeError` for anything else."""
    facts = _modules().decode(stored)
    return facts if facts.path == path else msgspec.structs.replace(facts, path=path)


def template_facts(stored: bytes, path: str) -> TemplateFacts:
    """The facts of a template from their stored form. `msgspec.DecodeError` for anything else."""
    facts = _templates().decode(stored)
    return facts if facts.path == path else msgspec.structs.replace(facts, path=path)


@cache
def _modules() -> msgspec.msgpack.Decoder[ModuleFacts]:
    """Made when it is needed: it costs as much as reading the facts of several files."""
    return msgspec.msgpack.Decoder(ModuleFacts)


@cache
def _templates() -> msgspec.msgpack.Decoder[TemplateFacts]:
    return msgspec.msgpack.Decoder(TemplateFacts)


type Extracted = dict[str, tuple[bytes, bytes]]  # by path: what the file held, and its stored facts


def extract_all(requests: Sequence[Request], host: Host, processes: Processes) -> Extracted:
    """The facts of many files. Those that cannot be read, or that we fail on, are left out: the caller will see why."""
    count = min(processes.count, len(requests) // SHARE)
    if count < 2:
        return {}
    shares = [partial(_extracted, requests[at::count], host) for at in range(count)]
    found: Extracted = {}
    for answer in processes.run(shares):
        try:
            found.update(msgspec.msgpack.decode(answer, type=dict[str, tuple[bytes, bytes]]))
        except msgspec.DecodeError:
            continue  # a process that did not come to its end
    return found


def _extracted(requests: Iterable[Request], host: Host) -> bytes:
    found: Extracted = {}
    for one in requests:
        try:
            data = host.read(one.full)
            decoded = decode(data, python=one.python)
            if isinstance(data, bytes) and len(data) <= MAX_BYTES and decoded.fault is None:
                found[one.path] = data, store(extract(SourceFile(one.path, decoded.text), python=one.python))
        except Exception:  # noqa: BLE001, S112 - read again by itself, where a failure is reported
            continue
    return _encoder.encode(found)
