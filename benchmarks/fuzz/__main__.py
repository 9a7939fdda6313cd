"""`python -m benchmarks.fuzz asgi|parsers [--seconds N] [--seed S]`: random input, guided by the lines it reaches."""

import argparse
import asyncio
import logging
import random
import sys

from benchmarks.fuzz import runtime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.fuzz")
    parser.add_argument("what", choices=["asgi", "parsers"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed: int = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    logging.disable(logging.CRITICAL)
    if options.what == "asgi":
        return asyncio.run(runtime.fuzz_asgi(options.seconds, seed))
    return runtime.fuzz_parsers(options.seconds, seed)


if __name__ == "__main__":
    sys.exit(main())
