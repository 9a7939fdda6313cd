"""Wall: what one writes, everybody sees at once, whichever process or machine serves them."""
