"""The scripts that come with the package: where each is from, and the URL below which the application serves it.

The files in `vendor/` are those of the npm packages, byte for byte; a test compares their hashes.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from chirp.config import HtmxVersion
from chirp.http.response import Response

FOLDER: Final = Path(__file__).parent / "vendor"
PREFIX: Final = "/_chirp"


@dataclass(frozen=True, slots=True)
class Vendored:
    """A file in `vendor/`: the npm package and its version, the path in it, the SHA-256, and the licence (SPDX)."""

    file: str
    package: str
    version: str
    source: str
    sha256: str
    licence: str
    licence_file: str


@dataclass(frozen=True, slots=True)
class Script:
    """Files that are served as one, so that an extension never comes too late."""

    parts: tuple[Vendored, ...]

    @property
    def path(self) -> str:
        """Where it is served, below the mount point: the path changes whenever a byte does."""
        first = self.parts[0]
        hashes = "".join(part.sha256[:6] for part in self.parts)
        return f"{PREFIX}/htmx-{first.version}-{hashes}.js"

    def serve(self) -> Response:
        """The route handler: the script, to be kept for good."""
        return _response(self)


@cache
def _response(script: Script) -> Response:
    """Read once: the files do not change while the program runs."""
    body = b"\n;\n".join((FOLDER / part.file).read_bytes() for part in script.parts)
    headers = (("Cache-Control", "public, max-age=31536000, immutable"), ("X-Content-Type-Options", "nosniff"))
    return Response(body, 200, "text/javascript; charset=utf-8", headers)


SCRIPTS: Final[dict[HtmxVersion, Script]] = {
    2: Script(
        (
            Vendored(
                "htmx-2.0.11.min.js",
                "htmx.org",
                "2.0.11",
                "dist/htmx.min.js",
                "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
                "0BSD",
                "LICENSE-htmx.txt",
            ),
            Vendored(
                "htmx-ext-sse-2.2.4.min.js",
                "htmx-ext-sse",
                "2.2.4",
                "dist/sse.min.js",
                "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
                "0BSD",
                "LICENSE-htmx-ext-sse.txt",
            ),
        )
    ),
    4: Script(
        (
            Vendored(
                "htmx-4.0.1.min.js",
                "htmx.org",
                "4.0.1",
                "dist/htmx.min.js",
                "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
                "0BSD",
                "LICENSE-htmx.txt",
            ),
            Vendored(
                "hx-sse-4.0.1.min.js",
                "htmx.org",
                "4.0.1",
                "dist/ext/hx-sse.min.js",
                "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
                "0BSD",
                "LICENSE-htmx.txt",
            ),
        )
    ),
}
