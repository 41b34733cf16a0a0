"""Try how far the model can be trusted: plant errors, damage input, end programs by force, make
files in other surroundings. Says what was found, and keeps it for the page of the reports."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from math import sqrt

from model.files import write_whole
from model.reporting.trial import RECORD, Caught, by_kind, by_place, mark, record
from trust import alike, hostile, kills, planted

PARTS = ("planted", "hostile", "kills", "alike")
# What the full form must reach: of all planted errors, and of each kind.
ALL, EACH_KIND = 0.99, 0.95
# The fewest errors of a kind by which it is judged.
FEWEST = 20
# So many spreads of a count are chance.
CHANCE = 3


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign. Returns the exit code: 1 where something was found that must not be."""
    parser = argparse.ArgumentParser(prog="make trust", description=__doc__)
    parser.add_argument("--full", action="store_true",
                        help="every case (under two hours on two idle cores); else a few of each")
    parser.add_argument("--record", action="store_true",
                        help="keep what is found for the page of the reports")
    parser.add_argument("--part", action="append", choices=PARTS, help="one part; may be repeated")
    parser.add_argument("--seed", type=int, default=20, help="the same seed tries the same")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one-in", type=int, metavar="N",
                        help="one in so many cases of the full form")
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)
    found, faults = {}, []
    for part in options.part or PARTS:
        before = mark()
        found[part] = {"mark": before, "seed": options.seed, **_RUN[part](options, say)}
        if mark() != before:
            parser.error("the model or its params were changed meanwhile; try again")
        faults += [f"{part}: {each}" for each in _JUDGED[part](found[part])]
    if options.record:
        text = json.dumps(record() | found, indent=1, ensure_ascii=False, sort_keys=True)
        write_whole(RECORD, f"{text}\n".encode())
        say(f"kept in {RECORD.name}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _one_in(options, quick: int) -> int:
    return options.one_in or (1 if options.full else quick)


def _planted(options, say: Callable[[str], None]) -> dict:
    outcomes = planted.run(options.seed, _one_in(options, planted.QUICK), options.workers, say)
    found = planted.summary(outcomes)
    for title, rows in (("place", by_place), ("kind", by_kind)):
        print(f"\nBy {title}: planted, change a figure, told as wrong, named, only changed, come "
              "through; shares told and caught")
        for name, each in rows(found, planted.WITHIN).items():
            print(f"  {name:36}{each.planted:7,}{each.count:7,}{each.told:7,}{each.named:7,}"
                  f"{each.changed:7,}{each.escaped:7,}  {each.share(each.told):7.1%}"
                  f"{each.share(each.count - each.escaped):8.1%}")
    print("\nThe first net to tell, by place:")
    for place, nets in found["nets"].items():
        print(f"  {place}: " + ", ".join(f"{net} {count:,}" for net, count in nets.items()))
    return found | {"one_in": _one_in(options, planted.QUICK)}


def _hostile(options, say: Callable[[str], None]) -> dict:
    one_in = _one_in(options, hostile.QUICK)
    return hostile.campaign(options.seed, one_in, options.workers, say) | {"one_in": one_in}


def _kills(options, say: Callable[[str], None]) -> dict:
    one_in = _one_in(options, kills.QUICK)
    times = {name: max(1, round(count / one_in)) for name, count in kills.FULL.items()}
    return kills.campaign(options.seed, times, options.workers, say) | {"one_in": one_in}


def _alike(options, say: Callable[[str], None]) -> dict:
    return alike.campaign(say, tuple(alike.SURROUNDINGS) if options.full
                          else tuple(alike.SURROUNDINGS)[:2])


_RUN = {"planted": _planted, "hostile": _hostile, "kills": _kills, "alike": _alike}


def _wrong_rates(found: Mapping) -> list[str]:
    """Rates below what must be reached. Of a few cases more may come through by chance."""
    def beyond(each: Caught, share: float) -> bool:
        most = (1 - share) * each.count
        return each.escaped > most + (CHANCE * sqrt(most) if found["one_in"] > 1 else 0)
    whole = sum(by_place(found, planted.WITHIN).values(), Caught())
    faults = [f"{whole.escaped:,} of {whole.count:,} errors come through, more than one in a "
              "hundred"] if beyond(whole, ALL) else []
    return faults + [f"{kind}: {each.escaped:,} of {each.count:,} come through, more than five in "
                     "a hundred" for kind, each in by_kind(found, planted.WITHIN).items()
                     if each.count >= FEWEST and beyond(each, EACH_KIND)]


_JUDGED = {"planted": _wrong_rates} | dict.fromkeys(PARTS[1:], lambda found: found["wrong"])


if __name__ == "__main__":
    sys.exit(main())
