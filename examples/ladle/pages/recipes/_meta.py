"""The collection."""

META = {"title": "Recipes"}
