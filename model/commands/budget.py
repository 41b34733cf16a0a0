"""The command `budget` with what it can do: review, columns, export, compare."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from model.budget.programme import columns
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
    from model.folders import relative

    replications = REPLICATIONS if options.replications is None else options.replications
    fail_if(_unused_options(options))
    fail_on(replications, options.seed, options.workers)
    plan = load_plan()
    fail_if(_unknown(options.ab or ()))
    print(_begins(options, replications), file=sys.stderr)
    if options.tune:
        with progress() as tell:
            found = experiment.tune(plan, options.seed, options.workers, tell)
        print(f"{relative(tuning.write_tuned(found, options.seed))} holds the tuned settings.")
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


def _unused_options(options) -> list[Problem]:
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


def add_budget(command) -> None:
    """The subcommands of `python -m model budget`."""
    commands = command.add_subparsers(required=True, metavar="WHAT", parser_class=type(command))

    review = commands.add_parser("review", help="read the export of a running programme and "
                                                "propose what its rules ask for")
    review.add_argument("--events", type=Path, required=True, metavar="FILE.csv",
                        help=f"the programme's export; “{columns.COMMAND}” lists its columns")
    review.add_argument("--plan", default="base", metavar="SCENARIO", help="scenario of the budget")
    review.add_argument("--log", type=Path, metavar="FILE",
                        help="the event log to begin or continue; without it nothing is written")
    review.add_argument("--head", metavar="HASH", help="the last hash that a review printed; the "
                        "log must still hold its entry")
    review.add_argument("--format", choices=("table", "json"), default="table")
    review.add_argument("--approve", action="append", default=[], metavar="ID",
                        help="approve a proposal; may be repeated")
    review.add_argument("--by", default="", metavar="NAME", help="who approves")
    review.add_argument("--on", metavar="YYYY-MM-DD",
                        help="the day of the approval; that of the export's last row by default")
    review.set_defaults(command=_review)

    listing = commands.add_parser("columns", help="print the columns and events of an export, and "
                                                  "what each needs")
    listing.set_defaults(command=_columns)

    export = commands.add_parser("export", help="write plan and ledger as a workbook")
    export.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.xlsx")
    export.add_argument("--plan", default="base", metavar="SCENARIO", help="scenario of the budget")
    export.add_argument("--log", type=Path, metavar="FILE",
                        help="the log whose ledger it shows; the opening by default")
    export.set_defaults(command=_export)

    add_compare(commands.add_parser("compare", help="compare strategies on the same quarters"))


def _review(options) -> int:
    from model.budget.plan.plan import load_plan
    from model.budget.programme.export import read_records
    from model.budget.steering.review import draft
    from model.budget.steering.words import as_json, as_text
    from model.problems import InputError, fail_if

    fail_if(_contradictions(options))
    day = _day(options.on)
    if options.head is not None:
        fail_if(_without(options.log, options.head))
    plan = load_plan(options.plan)
    records = read_records(options.events, plan)
    review = draft(plan, records, options.log, options.approve, options.by, day)
    said = as_json if options.format == "json" else as_text
    # All that can fail has been worked out before anything is written.
    said(review)
    try:
        review.write()
    except FileNotFoundError:
        raise InputError(_no_folder(options.log)) from None
    print(said(review))
    return DONE


def _columns(options) -> int:
    print(columns.told())
    return DONE


def _contradictions(options) -> list:
    from model.problems import Problem

    problems = []
    if options.approve and options.log is None:
        problems.append(Problem("--approve", "needs --log FILE, in which the approval is kept."))
    for name, text, what in (("--head", options.head, "the hash that a review printed"),
                             ("--on", options.on, "a day as YYYY-MM-DD")):
        if text is not None and not text.strip():
            problems.append(Problem(name, f"is empty; give {what}, or leave it out."))
    if options.head is not None and options.log is None:
        problems.append(Problem("--head", "needs --log FILE, the log that it was printed for."))
    if options.by and not options.approve:
        problems.append(Problem("--by", "is given without --approve ID; leave it out, or say what "
                                        "is approved."))
    if options.on is not None and not options.approve:
        problems.append(Problem("--on", "is given without --approve ID; leave it out, or say what "
                                        "is approved."))
    if options.log is not None and options.log.absolute() == options.events.absolute():
        problems.append(Problem("--log", "names the export itself; name another file."))
    return problems


def _without(path: Path, head: str) -> list:
    """What is wrong where a log does not hold the entry with a hash that was kept elsewhere."""
    from model.budget.accounts.log import verify
    from model.problems import Problem

    if not path.is_file():
        return [Problem("--head", f"{path} is not there, so nothing of it can be checked.")]
    said = verify(path, head.strip())
    return [Problem("--head", said)] if said else []


def _day(text: str | None) -> date | None:
    """The day of an approval; None where none is named. Raises InputError."""
    from model.problems import InputError, Problem

    try:
        return None if text is None else columns.day(text)
    except columns.CellError as error:
        raise InputError([Problem("--on", str(error))]) from None


def _no_folder(path: Path) -> list:
    from model.problems import Problem

    return [Problem("--log", f"{path.parent} is no folder; name one that is there.")]


def _export(options) -> int:
    from model import folders
    from model.budget.plan.plan import load_plan
    from model.budget.steering.workbook import content
    from model.files import write_whole
    from model.problems import InputError, Problem

    if options.out.suffix.lower() != ".xlsx":
        raise InputError([Problem("--out", f"{str(options.out)!r} does not end in .xlsx, and a "
                                           "workbook is written over no other file; give such a "
                                           "name.")])
    made = content(load_plan(options.plan), options.log)
    write_whole(options.out, made)
    print(f"Written: {folders.relative(options.out)}.")
    return DONE
