"""What each command does: everything between the arguments of `chirp-check` and the engine."""
