"""Pages from a folder: its files are routes, layouts, shared context and form actions. See `App.mount_pages`."""

from chirp.pages.types import ContextProvider, Layout, LayoutChain, RouteMeta, action

__all__ = ["ContextProvider", "Layout", "LayoutChain", "RouteMeta", "action"]
