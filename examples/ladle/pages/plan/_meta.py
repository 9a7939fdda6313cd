"""The week."""

META = {"title": "Week"}
