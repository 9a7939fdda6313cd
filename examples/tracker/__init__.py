"""Perch: a task tracker of the size people write, on Chirp, Kida and htmx."""
