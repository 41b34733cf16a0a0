"""The command `budget`: review a running quarter, list columns, export, compare strategies."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from model.budget.programme import columns
from model.budget.strategies.replications import REPLICATIONS, SEED, fail_on
from model.commands import DONE, budget_sources
from model.commands.budget_groups import add_groups
from model.commands.workbook import check_xlsx
from model.files import write_whole
from model.folders import relative
from model.problems import InputError, Problem, fail_if, quoted
from model.progress import progress


def add_budget(command) -> None:
    """Add the subcommands of `python -m model budget`."""
    commands = command.add_subparsers(required=True, metavar="WHAT", parser_class=type(command))

    review = commands.add_parser("review", help="read the export of a running programme and "
                                                "propose what its rules ask for")
    review.add_argument("--events", type=Path, required=True, action="append",
                        metavar="FILE.csv", help="the programme's export; "
                        f"“{columns.COMMAND}” lists its columns; with maps it may be repeated")
    review.add_argument("--map", type=Path, action="append", default=[], metavar="MAP.yaml",
                        help="how a booking, payment or learning system writes the file; one for "
                             "each --events, in the same order")
    review.add_argument("--plan", default="base", metavar="SCENARIO", help="scenario of the budget")
    review.add_argument("--log", type=Path, metavar="FILE",
                        help="the event log to begin or continue; without it nothing is written")
    review.add_argument("--head", metavar="HASH", help="the last hash that a review printed; the "
                        "log must still hold its entry")
    review.add_argument("--format", choices=("table", "json"), default="table")
    review.add_argument("--approve", action="append", default=[], metavar="ID",
                        help="approve a proposal; may be repeated")
    review.add_argument("--decline", action="append", default=[], metavar="ID",
                        help="decline a proposal; may be repeated")
    review.add_argument("--move", action="append", default=[], metavar="FROM:TO:USD",
                        help="a move of your own, as ONE:GRP:500.00; may be repeated")
    review.add_argument("--reason", default="", metavar="WORDS",
                        help="why it is declined or moved")
    review.add_argument("--by", default="", metavar="NAME", help="who approves or declines")
    review.add_argument("--on", metavar="YYYY-MM-DD",
                        help="the day of the answer; that of the export's last row by default")
    review.set_defaults(command=_review)

    amendment = commands.add_parser("amend", help="let the plan, as its files are now, hold for a "
                                                  "log from a week on")
    amendment.add_argument("--log", type=Path, required=True, metavar="FILE",
                           help="the log of a review that was begun with the plan as it was")
    amendment.add_argument("--plan", default="base", metavar="SCENARIO",
                           help="scenario of the budget")
    amendment.add_argument("--from", dest="day", required=True, metavar="YYYY-MM-DD",
                           help="a day of the first week in which it holds")
    amendment.add_argument("--by", default="", metavar="NAME", help="who amends it")
    amendment.add_argument("--reason", default="", metavar="WORDS", help="why")
    amendment.set_defaults(command=_amend)

    ending = commands.add_parser("close", help="close the period of a log: what is left is carried "
                                               "over by rule, or goes back")
    following = commands.add_parser("next", help="write the plan of the next period and begin its "
                                                 "log")
    for each in (ending, following):
        each.add_argument("--log", type=Path, required=True, metavar="FILE",
                          help="the log of the period that ends")
        each.add_argument("--plan", default="base", metavar="SCENARIO", help="its scenario")
        each.add_argument("--by", default="", metavar="NAME", help="who does it")
    following.add_argument("--name", required=True, metavar="SCENARIO",
                           help="what the scenario of the next period is called")
    following.add_argument("--to", type=Path, required=True, metavar="FILE",
                           help="the log of the next period")
    ending.set_defaults(command=_close)
    following.set_defaults(command=_next)

    budget_sources.add_import(commands.add_parser(
        "import", help="make an export of what booking, payment and learning systems write, or "
                       "propose a map of a file"))

    listing = commands.add_parser("columns", help="print the columns and events of an export, and "
                                                  "what each needs")
    listing.set_defaults(command=_columns)

    export = commands.add_parser("export", help="write plan and ledger as a workbook")
    export.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.xlsx")
    export.add_argument("--plan", default="base", metavar="SCENARIO", help="scenario of the budget")
    export.add_argument("--log", type=Path, metavar="FILE",
                        help="the log whose ledger it shows; the opening by default")
    export.set_defaults(command=_export)

    misses = commands.add_parser("misses", help="measure on simulated quarters how far forecasts "
                                                "miss the end, and keep it for their intervals")
    misses.add_argument("--seed", type=int, default=SEED, metavar="K",
                        help="what the draws begin with; %(default)s by default")
    misses.add_argument("--events", type=Path, metavar="FILE.csv",
                        help="hold the forecasts of this export, of a period that is over, against "
                             "what came; nothing is kept then")
    misses.add_argument("--map", type=Path, metavar="MAP.yaml",
                        help="how another program writes the export")
    misses.add_argument("--plan", default="base", metavar="SCENARIO", help="the export's scenario")
    misses.set_defaults(command=_misses)

    add_compare(commands.add_parser("compare", help="compare strategies on the same quarters"))
    add_groups(commands.add_parser("groups", help="compare two real periods or cohorts: "
                                                  "completions, and what one costs"))


def _review(options) -> int:
    from model.budget.plan.plan import load_plan
    from model.budget.sources.joined import read_sources
    from model.budget.steering.review import draft
    from model.budget.steering.words import as_json, as_text

    fail_if(_contradictions(options))
    day = _day(options.on)
    if options.head is not None:
        fail_if(_missing_entry(options.log, options.head))
    plan = load_plan(options.plan)
    records = read_sources(options.events, options.map, plan)
    review = draft(plan, records, options.log, approve=options.approve, decline=options.decline,
                   move=_moves(options.move), by=options.by, on=day, reason=options.reason)
    text = as_json if options.format == "json" else as_text
    # All that can fail is worked out before anything is written.
    text(review)
    try:
        review.write()
    except FileNotFoundError:
        raise InputError.of("--log", f"{options.log.parent} is no folder; name one that is "
                                     "there.") from None
    print(text(review))
    return DONE


def _amend(options) -> int:
    from model.budget.money import dollars
    from model.budget.plan.plan import load_plan
    from model.budget.steering.amendment import amend

    plan = load_plan(options.plan)
    made = amend(plan, options.log, _day(options.day, "--from"), options.by, options.reason)
    made.write()
    print(f"{relative(options.log)}: from week {made.week} on the plan says otherwise:")
    for path, (before, after) in made.changes.items():
        print(f"  {path}: {before} → {after}")
    print(f"The total is {dollars(int(made.balances.total))}, of which "
          f"{dollars(int(made.balances.available.sum()))} is available.")
    return DONE


def _close(options) -> int:
    from model.budget.plan.plan import load_plan
    from model.budget.steering.period import close
    from model.budget.steering.words import close_sentence

    past = close(load_plan(options.plan), options.log, options.by)
    print(f"{relative(options.log)}: {close_sentence(past.balances, past.carry)}")
    print(f"Last hash {past.head}")
    return DONE


def _next(options) -> int:
    from model.budget.money import dollars
    from model.budget.plan.plan import load_plan
    from model.budget.steering.period import begin_next

    made = begin_next(load_plan(options.plan), options.log, options.name, options.to, options.by)
    plan = made.plan
    print(f"{plan.scenario}: {plan.weeks} weeks from {plan.start} to {plan.end} with "
          f"{dollars(plan.total)}, of which {dollars(made.carry)} is carried over and "
          f"{dollars(made.increase)} comes by rule B. {relative(options.to)} is its log.")
    return DONE


def _columns(options) -> int:
    print(columns.description())
    return DONE


def _contradictions(options) -> list[Problem]:
    problems = []
    for name, ids in (("--approve", options.approve), ("--decline", options.decline),
                      ("--move", options.move)):
        if ids and options.log is None:
            problems.append(Problem(name, "needs --log FILE, in which the answer is kept."))
    for name, text, what in (("--head", options.head, "the hash that a review printed"),
                             ("--on", options.on, "a day as YYYY-MM-DD")):
        if text is not None and not text.strip():
            problems.append(Problem(name, f"is empty; give {what}, or leave it out."))
    if options.head is not None and options.log is None:
        problems.append(Problem("--head", "needs --log FILE, the log that it was printed for."))
    if not (options.approve or options.decline or options.move):
        problems += [Problem(name, "is given without --approve ID, --decline ID or --move; leave "
                                   "it out, or say what is decided.")
                     for name, idle in (("--by", options.by), ("--on", options.on is not None))
                     if idle]
    if options.reason and not (options.decline or options.move):
        problems.append(Problem("--reason", "is given without --decline ID or --move; leave it "
                                            "out, or say what it is the reason of."))
    if options.log is not None and options.log.absolute() in [
            path.absolute() for path in (*options.events, *options.map)]:
        problems.append(Problem("--log", "names the export itself, or its map; name another "
                                         "file."))
    return problems


def _moves(texts: Sequence[str]) -> list[tuple[str, str, int]]:
    """Moves as they are typed, `ONE:GRP:500.00`. Raises InputError with every one that is none."""
    from model.budget.money import cents
    from model.budget.plan.schema import BUCKETS

    problems, found = [], []
    for text in texts:
        source, destination, amount = (*text.split(":"), "", "")[:3]
        try:
            if text.count(":") != 2 or not {source, destination} <= set(BUCKETS):
                raise ValueError("is no move; write two buckets and an amount in USD, as in "
                                 f"ONE:GRP:500.00, of the buckets {', '.join(BUCKETS)}")
            found.append((source, destination, cents(amount)))
        except ValueError as fault:
            problems.append(Problem("--move", f"{quoted(text)} {fault}."))
    fail_if(problems)
    return found


def _missing_entry(path: Path, head: str) -> list[Problem]:
    from model.budget.accounts.log import verify

    if not path.is_file():
        return [Problem("--head", f"{path} is not there, so nothing of it can be checked.")]
    fault = verify(path, head.strip())
    return [Problem("--head", fault)] if fault else []


def _day(text: str | None, option: str = "--on") -> date | None:
    """The day of an answer, if one is named. Raises InputError."""
    try:
        return None if text is None else columns.day(text)
    except columns.CellError as error:
        raise InputError.of(option, str(error)) from None


def _export(options) -> int:
    from model.budget.plan.plan import load_plan
    from model.budget.steering.workbook import content

    check_xlsx(options.out)
    write_whole(options.out, content(load_plan(options.plan), options.log))
    print(f"Written: {relative(options.out)}.")
    return DONE


def _misses(options) -> int:
    from model.budget.strategies.misses import write_misses

    if options.events:
        return _past(options)
    if options.map:
        raise InputError.of("--map", "is of an export; give --events FILE.csv, or leave it out.")
    fail_on(REPLICATIONS, options.seed, None)
    with progress() as tell:
        file = write_misses(options.seed, tell)
    print(f"{relative(file)} holds how far forecasts miss simulated quarters.")
    return DONE


def _past(options) -> int:
    from model.budget.plan.plan import load_plan
    from model.budget.programme.hindsight import hindsight
    from model.budget.sources.joined import read_sources
    from model.budget.steering.review import known_misses
    from model.budget.steering.words import hindsight_text

    plan = load_plan(options.plan)
    records = read_sources([options.events], [options.map] if options.map else [], plan)
    rows = hindsight(records, plan, known_misses(plan))
    print(hindsight_text(rows, plan["forecasting.interval"]))
    return DONE


def add_compare(command) -> None:
    """Add the options of `budget compare`."""
    command.add_argument("--replications", type=int, metavar="N",
                         help=f"quarters drawn in each environment; {REPLICATIONS} by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="K",
                         help="what the draws begin with; %(default)s by default")
    command.add_argument("--plan", metavar="SCENARIO",
                         help="scenario of the budget; base by default")
    command.add_argument("--format", choices=("table", "json"), help="table by default")
    command.add_argument("--workers", type=int, metavar="N",
                         help="processes; all processors by default, the result is the same")
    command.add_argument("--tune", action="store_true",
                         help="derive the strategies' settings again, and keep them")
    command.add_argument("--ab", nargs=2, metavar=("A", "B"),
                         help="compare two: strategies (S0 to S6), or sets of rules (R10,R17)")
    command.set_defaults(command=compare)


def compare(options) -> int:
    """Compare strategies, or derive their settings again, and print the result."""
    from model.budget.plan.plan import load_plan
    from model.budget.strategies import compare as experiment
    from model.budget.strategies import tuning
    from model.budget.strategies.comparison import as_json
    from model.budget.strategies.table import table, table_of_two

    replications = REPLICATIONS if options.replications is None else options.replications
    fail_if(_unused_options(options))
    fail_on(replications, options.seed, options.workers)
    plan = load_plan(options.plan or "base")
    fail_if(_unknown(options.ab or ()))
    print(_notice(options, replications), file=sys.stderr)
    if options.tune:
        with progress() as tell:
            settings = experiment.tune(plan, options.seed, options.workers, tell)
        file = tuning.write_settings(settings, options.seed)
        print(f"{relative(file)} holds the tuned settings.")
        return DONE
    draws = replications, options.seed, options.workers
    with progress() as tell:
        comparison = experiment.compare_two(plan, *options.ab, *draws, tell) if options.ab else \
            experiment.compare(plan, *draws, tell)
    if options.format == "json":
        print(json.dumps(as_json(comparison), indent=1, ensure_ascii=False))
    else:
        print("\n".join(table_of_two(comparison) if options.ab else table(comparison)))
    return DONE


def _notice(options, replications: int) -> str:
    """What begins now and how long it may take, in a sentence."""
    if options.tune:
        return "Deriving the strategies' settings from training quarters; this may take minutes."
    what = "two strategies" if options.ab else "all strategies"
    takes = "up to a minute" if options.ab else "one to five minutes"
    return (f"Comparing {what} on {replications:,} quarters in each environment; "
            f"{REPLICATIONS} of them may take {takes}.")


def _unused_options(options) -> list[Problem]:
    others = {"--ab": options.ab, "--replications": options.replications, "--plan": options.plan,
              "--format": options.format}
    return [Problem(name, "is given with --tune, which has no use for it; leave one of the two "
                          "out.")
            for name, value in others.items() if options.tune and value is not None]


def _unknown(names: Sequence[str]) -> list[Problem]:
    from model.budget.strategies.jobs import find_strategy

    problems: dict[Problem, None] = {}
    for name in names:
        try:
            find_strategy(name)
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    return list(problems)
