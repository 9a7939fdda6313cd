"""How long the checker takes, and how much memory: on generated projects, on the example, beside another checker."""
