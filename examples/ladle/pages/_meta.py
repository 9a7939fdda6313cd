"""The home page."""

META = {"title": "Home"}
