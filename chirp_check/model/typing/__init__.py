"""Types of what templates read, as far as the project's own text determines them; silent on everything else."""
