"""The part of the campaign that plants errors: which, into what, and what became of each."""

from __future__ import annotations

import gc
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from model.companies import COMPANIES
from trust import ledgers, observations, plans, returned, text_nets, texts
from trust.outcome import Outcome

# How many errors are planted into each place; every one that there is, where there are fewer.
FULL = {"formulas": 5_000, "params": 3_600, "actuals": 2_000, "workbooks": 2_000, "exports": 800,
        "logs": 400}
# In the quick form one of so many is planted.
QUICK = 60
# What nobody can know to be wrong, and so is no part of any rate.
WITHIN = plans.WITHIN


def every_kind(faults: Iterable, size: int, random: Random) -> list:
    """So many faults, of every kind in turn, as far as there are any."""
    by_kind: dict[str, list] = {}
    for fault in faults:
        by_kind.setdefault(fault.kind, []).append(fault)
    for found in by_kind.values():
        random.shuffle(found)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*by_kind.values()))
    return list(itertools.islice((fault for fault in turns if fault is not None), size))


def _texts(size: int, random: Random) -> list:
    return every_kind(texts.all_faults(), size, random)


def _params(size: int, random: Random) -> list:
    return every_kind(plans.all_faults(random), size, random)


def _generated(of: Callable[[int, Random], Iterator]) -> Callable[[int, Random], list]:
    return lambda size, random: list(of(size, random))


# What is planted, and how it is run.
PLACES: dict[str, tuple[Callable, Callable]] = {
    "formulas": (_texts, lambda fault, folder: text_nets.run(fault)),
    "params": (_params, plans.run),
    "actuals": (_generated(observations.faults), observations.run),
    "workbooks": (_generated(returned.faults), returned.run),
    "exports": (_generated(ledgers.export_faults), ledgers.run_export),
    "logs": (_generated(ledgers.log_faults), ledgers.run_log),
}


@cache
def _folder() -> Path:
    """A folder of this process."""
    return Path(mkdtemp(prefix="trust-"))


# The faults of a place: found before the processes begin, as they hold what cannot be sent.
_faults: dict[str, Sequence] = {}


def _run(place: str, numbers: Sequence[int]) -> list[Outcome]:
    found = [_one(place, _faults[place][number]) for number in numbers]
    gc.collect()
    return found


def _one(place: str, fault) -> Outcome:
    """What became of a fault; one that makes a program crash has come through all nets."""
    try:
        return PLACES[place][1](fault, _folder())
    except Exception as error:  # found here, and no reason to end a campaign of hours
        return Outcome(place, fault.kind, "changed", (), "", (
            f"{getattr(fault, 'what', fault.kind)} ends in {type(error).__name__}: {error}"))


def run(seed: int, one_in: int, workers: int, say: Callable[[str], None],
        places: Iterable[str] = PLACES) -> list[Outcome]:
    """Plant the errors of a seed: what became of each, in a fixed order."""
    jobs = []
    for place in places:
        find, _ = PLACES[place]
        _faults[place] = find(max(1, FULL[place] // one_in), Random(f"{seed} {place}"))
        numbers = range(len(_faults[place]))
        # Each process keeps what it knows of a place, so it is given many at once.
        size = max(1, min(100, len(numbers) // (4 * workers)))
        jobs += [(place, numbers[at:at + size]) for at in numbers[::size]]
        say(f"{len(numbers):,} errors for {place}")
    # Known before the processes begin, so that each has it.
    for company in COMPANIES:
        text_nets.whole(company)
        plans.whole(company)
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as processes:
        for (place, _), found in zip(jobs, processes.map(
                _run, *zip(*jobs, strict=True)), strict=True):
            outcomes += found
            told = Counter(each.level for each in found if each.effect == "changed")
            say(f"{place}: {dict(told)}")
    return outcomes


def summary(outcomes: Sequence[Outcome]) -> dict:
    """The counts of outcomes by place and kind, by net, and what nobody tells of."""
    by_kind: dict[str, dict[str, dict[str, int]]] = {}
    nets: dict[str, Counter] = {}
    for each in outcomes:
        counts = by_kind.setdefault(each.place, {}).setdefault(each.kind, {})
        counts["planted"] = counts.get("planted", 0) + 1
        word = each.level if each.effect == "changed" else _WITHOUT[each.effect]
        counts[word] = counts.get(word, 0) + 1
        if each.effect == "changed" and each.nets:
            nets.setdefault(each.place, Counter())[each.nets[0]] += 1
    return {"places": by_kind, "nets": {place: dict(counts.most_common())
                                        for place, counts in nets.items()},
            "escaped": [f"{each.place}, {each.kind}: {each.what}" for each in outcomes
                        if each.effect == "changed" and each.level == "escaped"],
            "only changed": [f"{each.place}, {each.kind}: {each.what}" for each in outcomes
                             if each.effect == "changed" and each.level == "changed"]}


# Errors by which no figure moves by more than a thousandth of it.
_WITHOUT = {"equal": "equal", "small": "small", "asleep": "asleep"}
