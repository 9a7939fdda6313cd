"""Applications that run, are checked, and are driven by tests."""
