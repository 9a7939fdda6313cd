"""The small languages that the runtime and the checker must read alike. Imports nothing but the standard library."""
