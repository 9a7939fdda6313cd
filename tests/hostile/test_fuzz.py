"""The fuzzers run and find nothing in a few hundred inputs; `python -m benchmarks.fuzz` goes on for longer."""

import asyncio

import pytest

from benchmarks.fuzz import runtime as fuzz
from tests.hostile.framework import silence


def test_a_few_hundred_requests(capsys: pytest.CaptureFixture[str]) -> None:
    with silence():
        assert asyncio.run(fuzz.fuzz_asgi(60, 7, 400)) == 0, capsys.readouterr().out
    assert "0 failures" in capsys.readouterr().out


def test_a_few_hundred_inputs_for_each_parser(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.fuzz_parsers(60, 7, 300) == 0, capsys.readouterr().out
    assert "0 failures" in capsys.readouterr().out


def test_a_broken_invariant_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def wrong(data: bytes, rng: object) -> None:
        assert b"/" not in data

    monkeypatch.setitem(fuzz.PARSERS, "hosts", wrong)
    assert fuzz.fuzz_parsers(60, 7, 50) == 1
    assert "hosts: AssertionError" in capsys.readouterr().out
