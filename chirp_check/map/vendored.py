"""The scripts that the map's page carries, and where each is from: they are those of npm packages, byte for byte."""

from dataclasses import dataclass
from typing import Final


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


SCRIPTS: Final = (
    Vendored(
        "cytoscape-3.34.4.min.js",
        "cytoscape",
        "3.34.4",
        "dist/cytoscape.min.js",
        "081591ab735b2b6a3b31a3c60f8f3a3e2fee8c92939e0c7820ad1208571b6cd8",
        "MIT",
        "LICENSE-cytoscape.txt",
    ),
    Vendored(
        "dagre-3.1.3.min.js",
        "@dagrejs/dagre",
        "3.1.3",
        "dist/dagre.min.js",
        "54a503e346f93ca0bb10abe7999587e037262935687aca45eb4e4b0f64bbb578",
        "MIT",
        "LICENSE-dagre.txt",
    ),
)
