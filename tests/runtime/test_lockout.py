"""The lock on the login: who waits, how long, and that it cannot be filled up or raced."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chirp import App, ConfigurationError, Request
from chirp.middleware import LockoutConfig, LoginLockout, TooManyAttempts
from tests.runtime.driver import Answer, ask, make_app


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def login_app(folder: Path, lockout: LoginLockout) -> App:
    """The password is `right`."""
    app = make_app(folder)

    @app.route("/login", methods=["POST"])
    async def login(request: Request) -> tuple[str, int]:
        form = await request.form()
        lockout.attempt(form["account"], request)
        if form["password"] != "right":
            return "wrong", 422
        lockout.succeeded(form["account"], request)
        return "welcome", 200

    return app


type Guess = Callable[..., Answer]


def guesser(folder: Path, clock: Clock, **settings: Any) -> Guess:
    app = login_app(folder, LoginLockout(LockoutConfig(**settings), clock=clock))

    def guess(account: str = "ada", password: str = "wrong", address: str | None = "192.0.2.1") -> Answer:
        client = None if address is None else (address, 1)
        headers = [("content-type", "application/x-www-form-urlencoded")]
        body = f"account={account}&password={password}".encode()
        return ask(app, "POST", "/login", headers=headers, body=body, client=client)

    return guess


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_after_so_many_failures_the_account_is_locked_for_a_while(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=3, lock=60.0)
    assert [guess().status for _ in range(3)] == [422, 422, 422]
    locked = guess(password="right")
    assert (locked.status, locked["retry-after"]) == (429, "60")
    assert locked.text == "too many attempts to log in: try again later"
    clock.now += 59.5
    assert guess(password="right")["retry-after"] == "1"
    clock.now += 0.5
    assert guess(password="right").text == "welcome"


def test_the_lock_is_not_prolonged_by_attempts(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=1, lock=60.0)
    guess()
    for _ in range(6):
        clock.now += 9
        assert guess().status == 429
    clock.now += 6
    assert guess(password="right").status == 200


def test_a_success_forgets_the_failures(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=3)
    for _ in range(4):
        assert [guess().status, guess().status, guess(password="right").status] == [422, 422, 200]


def test_failures_long_ago_do_not_count(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=3, window=100.0)
    for _ in range(6):
        assert guess().status == 422
        clock.now += 60
    assert guess().status == 422


def test_the_account_is_locked_from_every_address(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=3)
    statuses = [guess(address=f"192.0.2.{n}").status for n in range(5)]
    assert statuses == [422, 422, 422, 429, 429]
    assert guess("bob").status == 422


@pytest.mark.parametrize("spelling", ["ADA", " ada ", "\uff41da", "Ada"])
def test_an_account_is_the_same_however_it_is_written(tmp_path: Path, clock: Clock, spelling: str) -> None:
    guess = guesser(tmp_path, clock, per_account=2)
    guess("ada")
    guess(spelling)
    assert guess("ada").status == 429


def test_an_address_that_tries_many_accounts_is_locked(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_address=10, lock=60.0)
    statuses = [guess(f"user{n}").status for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert guess("user0", "right").status == 429
    assert guess("user0", "right", address="198.51.100.7").status == 200
    clock.now += 60
    assert guess("user0").status == 422


def test_an_own_account_does_not_wash_an_address_clean(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_address=4)
    statuses: list[int] = []
    for n in range(5):
        statuses.append(guess(f"victim{n}").status)
        guess("mine", "right")
    assert statuses == [422, 422, 422, 422, 429]


def test_logging_in_often_locks_nobody(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_address=3, per_account=1)
    assert {guess("ada", "right").status for _ in range(10)} == {200}
    assert {guess(f"user{n}", "right").status for n in range(10)} == {200}


def test_one_network_of_ipv6_is_one_address(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_address=2)
    guess("a", address="2001:db8:1:2::1")
    guess("b", address="2001:db8:1:2:ffff::9")
    assert guess("c", address="2001:db8:1:2::3%eth0").status == 429
    assert guess("c", address="2001:db8:1:3::1").status == 422
    guess("d", address="192.0.2.1")
    guess("e", address="::ffff:192.0.2.1")
    assert guess("f", address="192.0.2.1").status == 429


def test_without_an_address_the_account_still_counts(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=2, per_address=1)
    statuses = [guess(address=address).status for address in (None, "", None)]
    assert statuses == [422, 422, 429]
    assert guess("other", address="a.socket").status == 422
    assert guess("another", address="a.socket").status == 429


def test_accounts_without_end_push_out_no_lock(tmp_path: Path, clock: Clock) -> None:
    guess = guesser(tmp_path, clock, per_account=2, per_address=1000, entries=20)
    guess("victim")
    guess("victim")
    for n in range(100):
        guess(f"{'x' * 500}{n}", address=f"198.51.100.{n}")
    assert guess("victim").status == 429


def test_only_as_many_are_remembered_as_allowed(clock: Clock) -> None:
    """With one entry, the second account pushes out what was counted for the first."""
    lockout = LoginLockout(LockoutConfig(per_account=2, entries=1), clock=clock)
    for _ in range(5):
        lockout.attempt("a")
        lockout.attempt("b")
    lockout.attempt("b")
    with pytest.raises(TooManyAttempts):
        lockout.attempt("b")


def test_attempts_at_the_same_time_are_all_counted(clock: Clock) -> None:
    lockout = LoginLockout(LockoutConfig(per_account=5), clock=clock)
    barrier = threading.Barrier(32)
    outcomes: list[str] = []

    def attempt() -> None:
        barrier.wait()
        try:
            lockout.attempt("ada")
        except TooManyAttempts:
            outcomes.append("locked")
        else:
            outcomes.append("tried")

    threads = [threading.Thread(target=attempt) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("tried"), outcomes.count("locked")) == (5, 27)


def test_the_default_clock_moves() -> None:
    lockout = LoginLockout(LockoutConfig(per_account=1, lock=1e-9))
    lockout.attempt("ada")
    lockout.attempt("ada")


@pytest.mark.parametrize("name", ["per_account", "per_address", "window", "lock", "entries"])
def test_settings_that_cannot_work(name: str) -> None:
    for value in (0, -1):
        with pytest.raises(ConfigurationError, match=f"LockoutConfig: {name} is {value}"):
            LockoutConfig(**{name: value})


def test_the_defaults() -> None:
    """They are what the documentation says."""
    assert LockoutConfig() == LockoutConfig(5, 50, 900.0, 900.0, 10_000)
