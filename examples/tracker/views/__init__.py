"""The handlers, by the part of the tracker they serve. Each module registers its own."""
