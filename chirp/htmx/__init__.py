"""htmx for templates: the vendored scripts, the tags that load and configure them, and what an error may replace."""

from chirp.htmx.errors import keep_page
from chirp.htmx.tags import HtmxTags
from chirp.htmx.vendored import SCRIPTS, Script, Vendored

__all__ = ["SCRIPTS", "HtmxTags", "Script", "Vendored", "keep_page"]
