"""Which URLs a redirect may go to when somebody else chose them."""

from collections.abc import Collection

MAX_URL = 2048


def is_safe_url(url: str, allowed_hosts: Collection[str] = ()) -> bool:
    """Whether a redirect to `url` stays here: a path from the root, or https to one of the hosts (with their port).

    Everything that some browser reads as another host is refused: `//`, a backslash, a control character anywhere.
    """
    if not url or len(url) > MAX_URL or url != url.strip() or "\\" in url:
        return False
    if any(char < " " or "\x7f" <= char <= "\x9f" for char in url):
        return False
    if url.startswith("/"):
        return not url.startswith("//")
    return bool(allowed_hosts) and _host_of(url) in allowed_hosts


def safe_next(url: str | None, default: str = "/", allowed_hosts: Collection[str] = ()) -> str:
    """Where to go after a login: `url`, usually from the query or a form, if that is safe; else `default`."""
    url = (url or "").strip(" ")
    return url if is_safe_url(url, allowed_hosts) else default


def _host_of(url: str) -> str | None:
    """The lower-case host, with its port, of an absolute https URL; None for anything else."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() != "https":
        return None
    end = min((position for mark in "/?#" if (position := rest.find(mark)) >= 0), default=len(rest))
    return rest[:end].lower()
