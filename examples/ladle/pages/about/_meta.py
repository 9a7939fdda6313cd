"""About."""

from chirp.pages import RouteMeta

META = RouteMeta(title="About")
