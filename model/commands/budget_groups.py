"""The command `budget groups`: two real periods or cohorts held against each other."""

from __future__ import annotations

from pathlib import Path

from model.commands import DONE
from model.problems import Problem, fail_if


def add_groups(command) -> None:
    """Add the options of `budget groups`."""
    command.add_argument("--events", type=Path, nargs="+", required=True, metavar="FILE.csv",
                         help="an export for each group, or one for both")
    command.add_argument("--cohorts", nargs=2, metavar=("A", "B"),
                         help="compare these cohorts; all learners of two exports by default")
    command.add_argument("--plan", nargs="+", default=["base"], metavar="SCENARIO",
                         help="the scenario of each export; base by default")
    command.set_defaults(command=groups)


def groups(options) -> int:
    """Print who completes more, what a completion costs, and how sure both are."""
    from model.budget.groups import group, sentences
    from model.budget.plan.plan import load_plan
    from model.budget.programme.export import read_records

    fail_if(_wrong(options))
    files, plans = (2 * each if len(each) == 1 else each
                    for each in (options.events, options.plan))
    names = options.cohorts or [file.name for file in files]
    if names[0] == names[1]:
        names = [f"{name} ({place})" for name, place in zip(names, ("first", "second"),
                                                            strict=True)]
    both = [group(name, read_records(file, load_plan(plan)), cohort)
            for name, file, plan, cohort in zip(names, files, plans, options.cohorts or ("", ""),
                                                strict=True)]
    print("\n".join(sentences(*both)))
    return DONE


def _wrong(options) -> list[Problem]:
    problems = [Problem(name, f"has {len(given)} values; give one for both groups, or two.")
                for name, given in (("--events", options.events), ("--plan", options.plan))
                if len(given) > 2]
    if len(options.events) == 1 and not options.cohorts:
        problems.append(Problem("--events", "names one export and no cohorts are named; give a "
                                "second export, or two of its cohorts with --cohorts."))
    return problems
