"""The command `simulate`: headlines and chances of very many random draws around a plan."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from model.commands import DONE, FAILED
from model.counts import count
from model.problems import InputError, Problem, fail_if
from model.terminal import aligned

if TYPE_CHECKING:
    from model.analysis.uncertainty.chances import Chances, Figures
    from model.engine.projection import Projection
    from model.params.assumptions import Assumptions

DRAWS, MOST, SEED = 10_000, 10_000_000, 2026
# Plans from which what decides is told: all of them are held at once.
MOST_DECIDING = 1_000_000


def add_simulate(command) -> None:
    """Add the options of `simulate`, but for those that choose the plan."""
    command.add_argument("--draws", type=int, default=DRAWS, metavar="N",
                         help="plans that are drawn; %(default)s by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="S",
                         help="what the draws begin with; %(default)s by default")
    command.add_argument("--workers", type=int, metavar="N",
                         help="processes; all processors by default, the result is the same")
    command.add_argument("--decides", action="store_true",
                         help="say which assumptions decide four headlines instead, from at least "
                              "as many plans as --draws")
    command.add_argument("--engine", choices=("processes", "dask"), default="processes",
                         help="what shares the draws out; dask needs Dask, and reaches a cluster")


def check(options) -> None:
    """Raise InputError on numbers that no simulation can have, or where Dask is not installed."""
    from model.processes import MOST as MOST_WORKERS

    problems = draw_problems(options.draws, options.seed,
                             MOST_DECIDING if options.decides else MOST)
    if options.workers is not None and not 1 <= options.workers <= MOST_WORKERS:
        problems.append(Problem("--workers", f"{options.workers} workers are not possible; give 1 "
                                             f"to {MOST_WORKERS}."))
    if options.engine == "dask" and not importlib.util.find_spec("dask"):
        problems.append(Problem("--engine", "dask is not installed; leave the option out, or "
                                            "install it: .venv/bin/python -m pip install dask."))
    fail_if(problems)


def draw_problems(draws: int, seed: int, most: int) -> list[Problem]:
    """What is wrong with a number of draws, of which so many are possible, and with a seed."""
    from model.analysis.uncertainty.draws import LIMIT

    problems = []
    if not 2 <= draws <= most:
        problems.append(Problem("--draws", f"{draws} draws are not possible; give 2 to {most:,}."))
    if not 0 <= seed < LIMIT:
        problems.append(Problem("--seed", f"{seed} is no seed; give a whole number from 0 to "
                                          f"{LIMIT - 1:,}."))
    return problems


def simulate(options, assumptions: Assumptions) -> int:
    """Draw, and print quantiles and chances, or what decides; to stderr, how fast that was."""
    from model import project
    from model.analysis.uncertainty import sampling, simulation
    from model.analysis.uncertainty.chances import among
    from model.commands import influence
    from model.companies.profiles import profile

    plan, calendar = project(assumptions), assumptions.calendar
    paths = sampling.uncertain(assumptions)
    if not paths:
        raise InputError.of(
            assumptions.company, "has no assumption with a range, so there is nothing to draw; "
            "give one a range.")
    if options.decides:
        influence.show(options, assumptions, shared)
        return _checked(plan)
    draws, seconds, how = _draws(options, assumptions)
    own = simulation.whole([[each.of(plan) for each in simulation.wanted(calendar)]], calendar)
    stated = profile(assumptions.company)
    year, published = stated.target_year(plan.calendar), stated.published
    printed = (plan.months.index(published.breakeven) + 1
               if published and published.breakeven in plan.months else None)
    print(f"{assumptions.title}, {assumptions.scenario_title}: {options.draws:,} random draws of "
          f"{count(len(paths), 'assumption')}{_together(assumptions)}, seed {options.seed}\n")
    _print(_quantiles(assumptions, draws, own), 2)
    print()
    _print(_shares(assumptions, among(draws, own, year, plan.years[-1], printed), own, printed), 1)
    print("\nDraws lie within ranges that are chosen here: these shares are no measured odds.")
    print(f"{options.draws:,} draws in {seconds:.1f} s: {options.draws / seconds:,.0f} a second, "
          f"{how}", file=sys.stderr)
    return _checked(plan)


def _checked(plan: Projection) -> int:
    """Say which checks of the plan fail; the exit code."""
    from model.audit.checks import check

    failed = check(plan).failed
    for sentence in failed:
        print(f"check failed: {sentence}", file=sys.stderr)
    return FAILED if failed else DONE


def _together(assumptions: Assumptions) -> str:
    """How many pairs go together, in brackets, where any do."""
    pairs = len(assumptions.correlations)
    return f" ({count(pairs, 'pair')} together)" if pairs else ""


def _draws(options, assumptions: Assumptions) -> tuple[Figures, float, str]:
    """Figures of the draws by headline, the seconds that they took, and what made them."""
    from model.analysis.uncertainty import simulation

    begin = time.perf_counter()
    jobs = simulation.jobs(assumptions, options.draws, options.seed)
    compiled = jobs[0][-1]
    if compiled:
        # Compiled here, it is found by every other process.
        simulation.part(assumptions, 2, options.seed, compiled=True)
    parts = shared(jobs, options)
    return (simulation.whole(parts, assumptions.calendar), time.perf_counter() - begin,
            "compiled by Numba" if compiled else "by NumPy")


def shared(jobs: Sequence[tuple], options, workers: int | None = None) -> list:
    """The results of jobs, shared out as the options say, or among so many processes where they do
    not."""
    from model import processes
    from model.progress import progress

    if options.engine == "dask":
        return processes.run_by_dask(jobs, options.workers)
    with progress() as tell:
        return processes.run(jobs, options.workers or workers, tell)


def _quantiles(assumptions: Assumptions, draws: Figures, own: Figures) -> Iterable[Sequence[str]]:
    from model.analysis.uncertainty import simulation
    from model.companies.glossary import glossary
    from model.views.formats import format_month, format_value

    yield ("headline", "unit", "plan", *(f"{share:.0%}" for share in simulation.SHARES))
    for headline, values in draws.items():
        month = simulation.is_month(headline)
        unit = "month" if month else glossary(assumptions.company).term(headline.line).unit
        numbers = own[headline][0], *simulation.quantiles(headline, values)
        yield (simulation.label(glossary(assumptions.company), headline), unit, *(
            (format_month(assumptions.calendar.label(number)) if number else "never") if month
            else format_value(number, unit) for number in numbers))


def _shares(assumptions: Assumptions, chances: Chances, own: Figures,
            printed: int | None) -> Iterable[Sequence[str]]:
    from model.analysis.uncertainty.chances import BACK, FIRST
    from model.views.formats import format_month

    def by(number: float) -> str:
        return f"by {format_month(assumptions.calendar.label(number))}"

    safe = "First break-even, without cash below zero before"
    rows = [(safe, chances.reached)]
    if first := own[FIRST][0]:
        rows.append((f"{safe}, {by(first)}, as planned", chances.on_time))
    if back := own[BACK][0]:
        rows.append((f"All losses earned back {by(back)}, as planned", chances.back))
    if printed:
        rows.append((f"All losses earned back {by(printed)}, as printed", chances.printed))
    last = assumptions.calendar.reported.named_years[-1]
    rows += [(f"EBITDA {year} at or above the plan's", share)
             for year, share in {chances.year: chances.earns, last: chances.ends}.items()]
    rows += [("Cash below zero at some month's end", chances.short),
             ("Cash at the end below the plan's", chances.above)]
    yield "chance", "share", "standard error"
    yield from ((text, f"{share.value:.2%}", f"{share.error:.3%}") for text, share in rows)


def _print(rows: Iterable[Sequence[str]], texts: int) -> None:
    print("\n".join(aligned(list(rows), texts)))
