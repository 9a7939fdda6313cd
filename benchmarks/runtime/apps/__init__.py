"""The same routes on each side: the limit (a bare callable), this framework and its peers."""
