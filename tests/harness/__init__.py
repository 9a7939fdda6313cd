"""Reads Markdown case files: projects with promises about what the checker and the runtime say of them."""
