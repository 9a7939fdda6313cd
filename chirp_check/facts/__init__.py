"""Tree to facts: what one file says by itself, with its places. Frozen, storable, never about a second file."""
