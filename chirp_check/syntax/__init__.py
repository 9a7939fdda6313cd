"""Text to tree: the only code that reads characters. Nothing here raises on any text."""
