"""The command `budget compare`: six strategies, or two, on the same quarters."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from model.budget.strategies.replications import REPLICATIONS, SEED, fail_on
from model.problems import InputError, Problem, fail_if
from model.progress import progress

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
    from model.budget.plan.plan import load_plan
    from model.budget.strategies import compare as experiment
    from model.budget.strategies import tuning
    from model.budget.strategies.table import table, table_of_two
    from model.folders import shown

    replications = REPLICATIONS if options.replications is None else options.replications
    fail_if(_contradictions(options))
    fail_on(replications, options.seed, options.workers)
    plan = load_plan()
    fail_if(_unknown(options.ab or ()))
    print(_begins(options, replications), file=sys.stderr)
    if options.tune:
        with progress() as tell:
            found = experiment.tune(plan, options.seed, options.workers, tell)
        print(f"{shown(tuning.write_tuned(found, options.seed))} holds the tuned settings.")
        return DONE
    chosen = replications, options.seed, options.workers
    with progress() as tell:
        result = experiment.compare_two(plan, *options.ab, *chosen, tell) if options.ab else \
            experiment.compare(plan, *chosen, tell)
    if options.format == "json":
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        print("\n".join(table_of_two(result) if options.ab else table(result)))
    return DONE


def _begins(options, replications: int) -> str:
    """What begins, in a sentence."""
    if options.tune:
        return "Deriving the strategies' settings from training quarters; this may take minutes."
    what = "two strategies" if options.ab else "all strategies"
    takes = "up to a minute" if options.ab else "one to five minutes"
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
    from model.budget.strategies.compare import named

    problems: dict[Problem, None] = {}
    for name in names:
        try:
            named(name)
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    return list(problems)
