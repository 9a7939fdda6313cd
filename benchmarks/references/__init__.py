"""How many of the references in the examples the checker resolves; what there is, is counted without it."""
