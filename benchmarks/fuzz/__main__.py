"""`python -m benchmarks.fuzz asgi|parsers [--seconds N] [--count N] [--seed S]`: input guided by the lines it reaches.

`asgi` sends random requests to a site of every feature, `--threads` with its worker threads at work; `parsers` gives
random texts to what reads headers, cookies, queries, ranges, events, URLs, paths, hosts and multipart.
"""

import argparse
import logging
import random
import sys

from benchmarks.fuzz.parsers import fuzz_parsers
from benchmarks.fuzz.requests import fuzz_requests


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.fuzz")
    parser.add_argument("what", choices=["asgi", "parsers"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--threads", action="store_true", help="asgi: hand functions to worker threads")
    options = parser.parse_args()
    seed: int = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    logging.disable(logging.CRITICAL)
    if options.what == "asgi":
        return fuzz_requests(options.seconds, seed, options.count, threads=options.threads)
    return fuzz_parsers(options.seconds, seed, options.count)


if __name__ == "__main__":
    sys.exit(main())
