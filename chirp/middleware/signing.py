"""Signed cookies: which keys will do, and values that only this application can have written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chirp.errors import ConfigurationError

if TYPE_CHECKING:
    from itsdangerous import TimestampSigner, URLSafeSerializer

MIN_KEY_BYTES = 32

_HOW = (
    "Make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`, keep it out of the source, and pass "
    "it on: AppConfig(secret_key=os.environ['SECRET_KEY'])."
)


def check_key(key: str, what: str) -> str:
    """The key, if it is long enough to sign with; ConfigurationError says what needs it and how to make one."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:  # bytes of the environment that are no UTF-8
        raise ConfigurationError(f"{what}: secret_key is no text: UTF-8 cannot hold it. {_HOW}") from None
    if size < MIN_KEY_BYTES:
        found = f"is {size} bytes long" if size else "is empty"
        raise ConfigurationError(f"{what}: secret_key {found}; at least {MIN_KEY_BYTES} bytes are needed. {_HOW}")
    return key


class Signer:
    """Signs JSON values for one use, with the time of signing. `keys` start with the one that signs; all are read.

    `use` separates what is signed for different uses: a value signed for one is garbage to every other.
    """

    __slots__ = ("_payloads", "_signer")

    def __init__(self, keys: Sequence[str], use: str) -> None:
        from hashlib import sha256

        from itsdangerous import TimestampSigner, URLSafeSerializer

        for key in keys:
            check_key(key, use)
        self._payloads: URLSafeSerializer = URLSafeSerializer(keys[0], use)
        # The key of a use is HMAC(key, use): concatenating them instead would let two pairs give one key.
        self._signer: TimestampSigner = TimestampSigner(
            list(reversed(keys)), use, key_derivation="hmac", digest_method=sha256
        )

    def sign(self, value: object) -> str:
        """The value as text that a cookie can carry; TypeError for what JSON cannot."""
        return self._signer.sign(self._payloads.dump_payload(value)).decode("ascii")

    def read(self, text: str, max_age: int | None = None) -> tuple[Any, float] | None:
        """The value, and when it was signed, in seconds since the epoch; None unless it is ours and young enough."""
        from itsdangerous import BadData

        try:
            payload, signed_at = self._signer.unsign(text, max_age, return_timestamp=True)
            return self._payloads.load_payload(payload), signed_at.timestamp()
        except BadData, ValueError, RecursionError:
            return None
