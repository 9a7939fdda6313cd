"""`python -m chirp_lsp`: the same as `chirp-check server`."""

import sys

from chirp_lsp.main import main

sys.exit(main(sys.argv[1:]))
