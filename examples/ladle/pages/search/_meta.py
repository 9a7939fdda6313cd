"""Search."""

META = {"title": "Search"}
