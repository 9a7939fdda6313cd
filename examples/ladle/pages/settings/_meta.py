"""Settings."""

META = {"title": "Settings"}
