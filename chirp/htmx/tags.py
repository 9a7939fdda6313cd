"""The template global `htmx`: a script tag for the application's version of htmx, and its settings before it.

Both versions are set up so that one rule holds: an error shows where its answer was made to be shown (see
`chirp.htmx.errors`), and the errors of a gateway in front of the application never replace a page.
"""

from inspect import Signature
from typing import ClassVar, Final

from chirp.config import HtmxVersion
from chirp.context import request_var
from chirp.htmx.vendored import SCRIPTS
from chirp_check.grammar.htmx_settings import RENAMED, SETTINGS
from chirp_check.grammar.names import did_you_mean

# 422 is the answer to a form and no failure; 502 to 504 come from what stands in front of the application.
DEFAULTS: Final[dict[HtmxVersion, dict[str, object]]] = {
    2: {
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..|422", "swap": True},
            {"code": "50[234]", "swap": False, "error": True},
            {"code": "[45]..", "swap": True, "error": True},
        ]
    },
    4: {"noSwap": [204, 304, 502, 503, 504]},
}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class HtmxTags:
    """`{{ htmx() }}` in the head of a page; keyword arguments are settings of htmx, which does not know other names."""

    __slots__ = ("_plain", "_version")
    __signature__: ClassVar[Signature] = Signature()

    def __init__(self, version: HtmxVersion) -> None:
        self._version: HtmxVersion = version
        self._plain: str | None = None

    def __call__(self, **settings: object) -> Markup:
        """The tags, with the nonce of the request if it has one, and the script below the mount point.

        TypeError for what is no setting of this version of htmx.
        """
        from chirp.middleware.security import csp_nonce

        request = request_var.get(None)
        root, nonce = ("", "") if request is None else (request.root_path, csp_nonce())
        attribute = f' nonce="{nonce}"' if nonce else ""
        meta = f"<meta name=\"htmx-config\" content='{self._content(settings, nonce)}'>"
        return Markup(f'{meta}\n<script src="{root}{SCRIPTS[self._version].path}"{attribute} defer></script>')

    def __html__(self) -> str:
        return self()

    def _content(self, settings: dict[str, object], nonce: str) -> str:
        """The settings as JSON, written so that it can stand between single quotes."""
        if self._version == 2 and nonce:
            settings = {"inlineStyleNonce": nonce} | settings
        if settings:
            return self._json(settings)
        if self._plain is None:
            self._plain = self._json({})
        return self._plain

    def _json(self, settings: dict[str, object]) -> str:
        import json

        for name in settings.keys() - SETTINGS[self._version]:
            raise TypeError(self._unknown(name))
        text = json.dumps(DEFAULTS[self._version] | settings, separators=(",", ":"))
        return text.replace("&", "\\u0026").replace("'", "\\u0027").replace("<", "\\u003c")

    def _unknown(self, name: str) -> str:
        other: HtmxVersion = 4 if self._version == 2 else 2
        message = f"htmx {self._version} has no setting `{name}`"
        if name in SETTINGS[other]:
            names = RENAMED if other == 2 else {new: old for old, new in RENAMED.items()}
            here = f"; here it is `{names[name]}`" if name in names else ""
            return f"{message}: htmx {other} has it{here}"
        hint = did_you_mean(name, SETTINGS[self._version])
        return f"{message}: {hint}" if hint else message
