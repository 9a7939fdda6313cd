"""Random input for the checker: its parsers, its grammars, the whole engine, and what editors send."""
