"""The map of an application: what the model knows as nodes and edges, and what shows it to people and programs."""
