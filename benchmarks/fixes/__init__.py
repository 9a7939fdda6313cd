"""Planted mistakes, mended by all safe fixes: what is left parses, says less, and answers as the original did."""
