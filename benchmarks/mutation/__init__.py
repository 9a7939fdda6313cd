"""Small mistakes put into the runtime's own code, each of which a test has to notice."""
