"""Contract checks of an application's own: they read the description of the application, and say what is wrong.

They run with `app.check()`, and before a debug application starts; what they say stands among the analyzer's findings.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chirp.describe import AppDescription

type ContractCheck = Callable[[AppDescription], Iterable[Breach | str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """What a check found wrong: one sentence, and the function, usually a handler, at whose definition it is shown.

    One that is no `error` is a warning, and keeps nothing from starting.
    """

    message: str
    at: Callable[..., object] | None = None
    help: str | None = None
    error: bool = True
