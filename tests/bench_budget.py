"""Speed and steadfastness of the budget's ledger, for `make bench`."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import budget_stand
import numpy as np
import programme_year
import quarter

from model.budget.accounts.ledger import opening, replay
from model.budget.accounts.log import Log
from model.budget.plan.plan import load_plan
from model.budget.steering.review import draft
from model.budget.steering.words import as_text

ROWS = 10_000
SEQUENCES, STEPS, CHUNK = 10_000, 40, 20
EVENTS, BATCH = 1_000_000, 10_000
YEARS = 5
DAY = "2026-01-05"


def report_sequences() -> None:
    """Random and hostile sequences of postings and moves, every step checked."""
    plans, start = budget_stand.plans(), time.perf_counter()
    for seed in range(SEQUENCES // CHUNK):
        # Raises with the seed where an invariant does not hold.
        budget_stand.run(plans[seed % len(plans)], seed, STEPS, (CHUNK,))
    print(f"budget: {SEQUENCES:,} random sequences of {STEPS} actions, no invariant violated; "
          f"{time.perf_counter() - start:.1f} s")


def report_years() -> None:
    """Whole years with every event, random answers and attempts to spoil the log."""
    start, home = time.perf_counter(), Path.cwd()
    for seed in range(YEARS):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(home / "params", Path(folder) / "params")
            (Path(folder) / "notebooks").mkdir()
            os.chdir(folder)
            try:
                programme_year.run_year(np.random.default_rng(seed), Path(folder), sessions=40)
            finally:
                os.chdir(home)
    print(f"budget: {YEARS} years of four quarters tie to the cent, and {8 * YEARS} attempts to "
          f"spoil a log left no trace; {time.perf_counter() - start:.1f} s")


def report_replay() -> None:
    """A long log, written through the ledger's log and replayed with every hash checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        with Log.open(path) as log:
            log.append_all([opening(load_plan())])
            for first in range(0, EVENTS, BATCH):
                log.append_all([
                    {"kind": "commit", "time": DAY, "actor": "bench",
                     "inputs": {"bucket": "ONE", "cents": 1, "equity": False},
                     "before": {"ONE.committed": at}, "after": {"ONE.committed": at + 1}}
                    for at in range(first, first + BATCH)])
        start = time.perf_counter()
        committed = replay(path)["ONE.committed"]
        assert committed == EVENTS, committed
    print(f"budget: {EVENTS:,} ledger events replayed in {time.perf_counter() - start:.1f} s "
          "(goal 20)")


def report_review() -> None:
    """A review of a long export, from its text to the words that are printed."""
    content = quarter.long_quarter(ROWS)
    start = time.perf_counter()
    as_text(draft(quarter.PLAN, quarter.parsed(content)))
    print(f"budget: {ROWS:,} events reviewed in {time.perf_counter() - start:.2f} s (goal 2)")
