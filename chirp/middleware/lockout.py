"""A lock on the login: whoever guesses too often waits. It counts in the memory of one process, which is bounded."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chirp.errors import ConfigurationError, HTTPError
from chirp.http.request import Request


@dataclass(frozen=True, slots=True)
class LockoutConfig:
    """So many failures, per account and per address, within `window` seconds lock for `lock` seconds.

    An address may be shared by many people, an account is not. `entries` is how many accounts, and how many addresses,
    are remembered; the oldest are forgotten first, those that are locked last.
    """

    per_account: int = 5
    per_address: int = 50
    window: float = 15 * 60.0
    lock: float = 15 * 60.0
    entries: int = 10_000

    def __post_init__(self) -> None:
        for name in ("per_account", "per_address", "window", "lock", "entries"):
            value: float = object.__getattribute__(self, name)
            if value <= 0:
                raise ConfigurationError(f"LockoutConfig: {name} is {value}; it has to be more than 0")


class TooManyAttempts(HTTPError):
    """429: wait for as many seconds as Retry-After says."""

    def __init__(self, seconds: float) -> None:
        wait = max(1, int(seconds + 0.999))
        super().__init__(429, "too many attempts to log in: try again later", (("Retry-After", str(wait)),))
        self.seconds = wait


class LoginLockout:
    """Count every attempt before the password is looked at, and take it back when the login succeeds.

    `attempt` counts and raises TooManyAttempts, `succeeded` forgets. Both may be called from several threads. Accounts
    that do not exist are locked like others, so a lock tells nothing.
    """

    def __init__(self, config: LockoutConfig | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        config = config or LockoutConfig()
        self.config: LockoutConfig = config
        self._lock = threading.Lock()
        self._clock = clock
        self._accounts = _Counter(config.per_account, config)
        self._addresses = _Counter(config.per_address, config)

    def attempt(self, account: str, request: Request | None = None) -> None:
        """Count an attempt on the account, and from the client's address if the request is given."""
        now = self._clock()
        address = _address(request)
        with self._lock:
            waits = [self._accounts.wait(_key(account), now)]
            if address is not None:
                waits.append(self._addresses.wait(address, now))
            if max(waits) > 0:
                raise TooManyAttempts(max(waits))
            self._accounts.count(_key(account), now)
            if address is not None:
                self._addresses.count(address, now)

    def succeeded(self, account: str, request: Request | None = None) -> None:
        """The password was right: forget the failures of the account, and this one attempt of the address."""
        address = _address(request)
        now = self._clock()
        with self._lock:
            self._accounts.forget(_key(account))
            if address is not None:
                self._addresses.take_back(address, now)


class _Counter:
    """Attempts by key: those that count up, and those that are locked until a time."""

    __slots__ = ("_counting", "_entries", "_limit", "_locked", "_seconds", "_window")

    def __init__(self, limit: int, config: LockoutConfig) -> None:
        self._limit = limit
        self._entries = config.entries
        self._window = config.window
        self._seconds = config.lock
        self._counting: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._locked: OrderedDict[bytes, float] = OrderedDict()

    def wait(self, key: bytes, now: float) -> float:
        """Seconds until another attempt is allowed; 0 when it is."""
        until = self._locked.get(key)
        if until is None:
            return 0.0
        if until > now:
            return until - now
        del self._locked[key]
        return 0.0

    def count(self, key: bytes, now: float) -> None:
        """One more attempt; the one that reaches the limit is allowed, and locks."""
        attempts, since = self._counting.pop(key, (0, now))
        if now - since > self._window:
            attempts, since = 0, now
        if attempts + 1 >= self._limit:
            self._locked[key] = now + self._seconds
            self._bound(self._locked)
        else:
            self._counting[key] = (attempts + 1, since)
            self._bound(self._counting)

    def forget(self, key: bytes) -> None:
        """As if there had been no attempt."""
        self._counting.pop(key, None)
        self._locked.pop(key, None)

    def take_back(self, key: bytes, now: float) -> None:
        """One attempt less."""
        if key in self._counting:
            attempts, since = self._counting[key]
            self._counting[key] = (max(0, attempts - 1), since)
        elif self._locked.pop(key, None) is not None:
            self._counting[key] = (self._limit - 1, now)

    def _bound[T](self, entries: OrderedDict[bytes, T]) -> None:
        while len(entries) > self._entries:
            entries.popitem(last=False)


def _key(account: str) -> bytes:
    """What stands for an account, however it is written and however long it is."""
    from hashlib import blake2b
    from unicodedata import normalize

    folded = normalize("NFKC", account.strip()).casefold()
    return blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _address(request: Request | None) -> bytes | None:
    """What stands for the address of a client: of IPv6 its network of 64 bits, since one client has all of that."""
    client = None if request is None else request.client
    if client is None or not client[0]:
        return None
    from ipaddress import IPv6Address, ip_address

    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:
        return client[0].encode("utf-8", "surrogatepass")
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return address.packed[:8] if mapped is None else mapped.packed
    return address.packed
