"""Facts to the project, resolved by name through named queries. Holds the Unknowns."""
