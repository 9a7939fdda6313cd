"""Ladle: a household's recipes, week and shopping list, as a folder of pages."""
