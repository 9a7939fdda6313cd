"""The checker over code that others have published."""
