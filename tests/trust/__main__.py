"""python -m trust: try how far the model can be trusted, and say what was found."""

from __future__ import annotations

import argparse
import sys
import time

from trust import planted


def main() -> int:
    parser = argparse.ArgumentParser(prog="make trust", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the full form: under two hours")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one-in", type=int, help="plant one in so many errors of the full form")
    options = parser.parse_args()
    start = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - start:7.1f} s  {text}", flush=True)
    one_in = options.one_in or (1 if options.full else planted.QUICK)
    outcomes = planted.run(options.seed, one_in, options.workers, say)
    found = planted.summary(outcomes)
    for place, kinds in found["places"].items():
        for kind, counts in sorted(kinds.items()):
            print(place, "|", kind, counts)
    print(found["nets"])
    print(*found["escaped"], sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
