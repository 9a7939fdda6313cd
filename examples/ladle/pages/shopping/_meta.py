"""The shopping list."""

META = {"title": "Shopping"}
