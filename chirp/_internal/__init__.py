"""What only the framework itself imports."""
