"""The contract, watched while one develops: real answers and swaps beside what the analyzer's model says of them.

Nothing here is imported in production: `TestClient(contract=True)` and `chirp run --contract` ask for it. What cannot
be known for sure is passed over.
"""
