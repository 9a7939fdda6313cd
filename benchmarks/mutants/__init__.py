"""Planted mistakes: how many the checker finds of those that the runtime trips over, and at which place."""
