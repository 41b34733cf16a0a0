"""The command `budget compare`: six strategies, or two, on the same quarters."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from model import terminal
from model.budget.replications import REPLICATIONS, SEED, fail_on
from model.problems import InputError, Problem, fail_if

DONE = 0


def add_compare(command) -> None:
    """The options of `budget compare`."""
    command.add_argument("--replications", type=int, metavar="N",
                         help=f"quarters drawn in each environment; {REPLICATIONS} by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="K",
                         help="what the draws begin with; %(default)s by default")
    command.add_argument("--format", choices=("table", "json"), help="table by default")
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

    replications = REPLICATIONS if options.replications is None else options.replications
    fail_if(_contradictions(options))
    fail_on(replications, options.seed, options.workers)
    plan = load_plan()
    fail_if(_unknown(options.ab or ()))
    progress = _Progress(_begins(options, replications))
    if options.tune:
        with progress:
            found = experiment.tune(plan, options.seed, options.workers, progress)
        print(f"{shown(tuning.write_tuned(found, options.seed))} holds the tuned settings.")
        return DONE
    chosen = replications, options.seed, options.workers
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

    def __init__(self, begins: str) -> None:
        self._said, self._bar = begins, None

    def __enter__(self) -> _Progress:
        print(self._said, file=sys.stderr)
        return self

    def __call__(self, done: int, count: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=count, unit="part", dynamic_ncols=True, leave=False,
                             file=terminal.own_stream())
        self._bar.update(done - self._bar.n)

    def __exit__(self, *failure) -> None:
        if self._bar is not None:
            self._bar.close()


def _begins(options, replications: int) -> str:
    """What begins, in a sentence."""
    if options.tune:
        return "Deriving the strategies' settings from training quarters; this may take minutes."
    what = "two strategies" if options.ab else "all strategies"
    takes = "up to a minute" if options.ab else "two to five minutes"
    return (f"Comparing {what} on {replications:,} quarters in each environment; "
            f"{REPLICATIONS} of them may take {takes}.")


def _contradictions(options) -> list[Problem]:
    """What was asked for together with --tune, which would say nothing of it."""
    given = {"--ab": options.ab, "--replications": options.replications, "--format": options.format}
    return [Problem(name, "is given with --tune, which has no use for it; leave one of "
                                "the two out.")
            for name, value in given.items() if options.tune and value is not None]


def _unknown(names: Sequence[str]) -> list[Problem]:
    """What is wrong with the sides of a comparison of two."""
    from model.budget.compare import named

    problems: dict[Problem, None] = {}
    for name in names:
        try:
            named(name)
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    return list(problems)
