"""One tag."""

from chirp.pages import RouteMeta


def meta(tag: str) -> RouteMeta:
    return RouteMeta(title=f"Tagged “{tag}”", breadcrumb_label=tag)
