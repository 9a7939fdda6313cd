"""Notes: the smallest application that is of use, in one file with its templates beside it."""
