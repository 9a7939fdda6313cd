"""How well and how fast templates are read, held against Kida's own parser."""
