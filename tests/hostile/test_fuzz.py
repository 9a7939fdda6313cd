"""The fuzzers run and find nothing in a few hundred inputs; `python -m benchmarks.fuzz` goes on for longer."""

import pytest

from benchmarks.fuzz.parsers import PARSERS, fuzz_parsers
from benchmarks.fuzz.requests import fuzz_requests
from tests.hostile.framework import silence


@pytest.mark.parametrize("threads", [False, True])
def test_a_few_hundred_requests(capsys: pytest.CaptureFixture[str], *, threads: bool) -> None:
    with silence():
        assert fuzz_requests(60, 7, 400, threads=threads) == 0, capsys.readouterr().out
    assert "0 failures" in capsys.readouterr().out


def test_a_few_hundred_inputs_for_each_parser(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_parsers(60, 7, 300) == 0, capsys.readouterr().out
    assert "0 failures" in capsys.readouterr().out


def test_a_broken_invariant_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def wrong(data: bytes, rng: object) -> None:
        assert b"/" not in data

    monkeypatch.setitem(PARSERS, "hosts", wrong)
    assert fuzz_parsers(60, 7, 50) == 1
    assert "hosts: AssertionError" in capsys.readouterr().out
