"""The command `budget compare`: five strategies, or two, on the same quarters."""

from __future__ import annotations

import json
import sys

from model.problems import InputError, Problem

DONE = 0
# Held-out quarters in each environment, and what their draws begin with.
REPLICATIONS, SEED = 200, 2026
_MOST = 10_000


def add_compare(command) -> None:
    """The options of `budget compare`."""
    command.add_argument("--replications", type=int, default=REPLICATIONS, metavar="N",
                         help="quarters drawn in each environment; %(default)s by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="K",
                         help="what the draws begin with; %(default)s by default")
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.add_argument("--workers", type=int, metavar="N",
                         help="processes; all processors by default, the result is the same")
    command.add_argument("--tune", action="store_true",
                         help="derive the strategies' settings again, and keep them")
    command.add_argument("--ab", nargs=2, metavar=("A", "B"),
                         help="compare two: strategies (S0 to S5), or sets of rules (R10,R17)")
    command.set_defaults(command=compare)


def compare(options) -> int:
    """Compare strategies, and print what was found."""
    from model.budget import compare as experiment
    from model.budget import tuning
    from model.budget.compare_table import table, table_of_two
    from model.budget.plan import load_plan
    from model.folders import shown

    fail_on(options)
    plan = load_plan()
    progress = _Progress(options)
    if options.tune:
        with progress:
            found = experiment.tune(plan, options.seed, options.workers, progress)
        print(f"{shown(tuning.write_tuned(found, options.seed))} holds the tuned settings.")
        return DONE
    chosen = options.replications, options.seed, options.workers
    with progress:
        result = experiment.compare_two(plan, *options.ab, *chosen, progress) if options.ab else \
            experiment.compare(plan, *chosen, progress)
    if options.format == "json":
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        print("\n".join(table_of_two(result) if options.ab else table(result)))
    return DONE


class _Progress:
    """Says on the error stream what begins and how long it may take, and, on a terminal, shows how
    far it is."""

    def __init__(self, options) -> None:
        self._said, self._bar = _begins(options), None

    def __enter__(self) -> _Progress:
        print(self._said, file=sys.stderr)
        return self

    def __call__(self, done: int, count: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=count, unit="part", dynamic_ncols=True, leave=False)
        self._bar.update(done - self._bar.n)

    def __exit__(self, *failure) -> None:
        if self._bar is not None:
            self._bar.close()


def _begins(options) -> str:
    """What begins, in a sentence."""
    if options.tune:
        return "Deriving the strategies' settings from training quarters; this may take minutes."
    what = "two strategies" if options.ab else "all strategies"
    takes = "up to a minute" if options.ab else "two to five minutes"
    return (f"Comparing {what} on {options.replications:,} quarters in each environment; "
            f"{REPLICATIONS} of them may take {takes}.")


def fail_on(options) -> None:
    """Raise InputError on numbers that no comparison can have."""
    problems = []
    if not 2 <= options.replications <= _MOST:
        problems.append(Problem("--replications", f"{options.replications} replications cannot be "
                                f"compared; give 2 to {_MOST:,}."))
    if not 0 <= options.seed < 2**63:
        problems.append(Problem("--seed", f"{options.seed} is no seed; give a whole number of 0 "
                                          "or more."))
    if options.workers is not None and not 1 <= options.workers <= 256:
        problems.append(Problem("--workers", f"{options.workers} workers are not possible; give 1 "
                                             "to 256."))
    if problems:
        raise InputError(problems)
