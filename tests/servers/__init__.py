"""Tests against servers of other people, and against processes of our own."""
