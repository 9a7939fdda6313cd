"""What a developer's page must not show: values under names that speak of secrets, wherever they turn up again."""

from collections.abc import Iterable

from chirp.http.request import Request

MASK = "••••••"
SHORTEST = 5
"""Shorter secrets are hidden where they stand, and not looked for in other texts."""

_WHOLE = frozenset({"auth", "pass", "pwd", "pin", "otp", "key", "sig", "jwt", "sid", "cvc", "cvv", "iban", "ssn"})
_PARTS = (
    "authorization", "cookie", "secret", "token", "password", "passwd", "passphrase", "apikey", "credential", "session",
    "csrf", "xsrf", "signature", "private", "creditcard", "cardnumber",
)  # fmt: skip
_SCHEMES = ("basic ", "bearer ", "digest ", "token ")


def is_secret(name: str) -> bool:
    """The name is one that passwords, keys and the like go under."""
    lowered = name.lower()
    for mark in "-_. []":
        lowered = lowered.replace(mark, " ")
    if not _WHOLE.isdisjoint(lowered.split()):
        return True
    joined = lowered.replace(" ", "")
    return any(part in joined for part in _PARTS)


def masked(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs with the values of secret names hidden, and what follows the `?` of an address."""
    return tuple((name, _shown(name, value)) for name, value in pairs)


def _shown(name: str, value: str) -> str:
    if is_secret(name):
        return MASK
    if name in {"referer", "hx-current-url"} and "?" in value:
        return f"{value.partition('?')[0]}?{MASK}"
    return value


class Scrubber:
    """Hides the secrets of one request in any text, and writes what UTF-8 cannot hold with backslashes."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def scrubber_of(request: Request, fields: Iterable[tuple[str, str]]) -> Scrubber:
    """Hides the cookies of a request, and every header, query parameter and field under a secret name."""
    secrets = list(request.cookies.values())
    named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    for name, value in (*named, *fields):
        if is_secret(name):
            secrets.append(value)
            secrets += [value[len(scheme) :] for scheme in _SCHEMES if value.lower().startswith(scheme)]
    return Scrubber(secrets)
