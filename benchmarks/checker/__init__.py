"""How long the checker takes as a whole process."""
