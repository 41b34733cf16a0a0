"""What the command `simulate` says of the assumptions that decide a plan's headlines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from model.analysis.uncertainty import influence, sampling
from model.analysis.uncertainty.exchange import REST
from model.analysis.uncertainty.sensitivity import outcomes
from model.companies.profiles import profile
from model.counts import count
from model.engine import kernel
from model.terminal import aligned

if TYPE_CHECKING:
    from model.analysis.uncertainty.sensitivity import Outcome
    from model.analysis.uncertainty.spread import Shares, Spread
    from model.params.assumptions import Assumptions

# Of each headline so many assumptions that move it most alone have a row; points of each sample.
ROWS, LEAST = 4, 64
HEADS = ("would go", "would be left", "fair share")
REMARK = """
Of the spread (variance) of a headline over random draws, each row says what would go with this
assumption known, what would be left with it alone unknown, and its fair share, on average over
every order in which assumptions may become known; fair shares add up to 100%. After ± stands by how
much a share may be off in 19 of 20 cases. Ranges are chosen here, and so the spread is."""


def show(options, assumptions: Assumptions, run: Callable[..., list]) -> None:
    """Work the shares out from at least as many plans as draws are asked for, by `run` of jobs, and
    print them; to stderr, how fast that was."""
    begin = time.perf_counter()
    every, calendar = outcomes(assumptions.calendar.reported.named_years), assumptions.calendar
    year = int(profile(assumptions.company).target_year(calendar.reported))
    chosen = [every[name] for name in
              ("months_to_breakeven", "lowest_cash", f"ebitda_{year}", "closing_cash")]
    paths = influence.widest(assumptions, chosen, ROWS)
    groups = {path: (path,) for path in paths}
    rest = tuple(path for path in sampling.uncertain(assumptions) if path not in groups)
    if rest:
        groups[REST] = rest
    told = (assumptions, [each.headline for each in chosen], groups, options.seed, None)
    points, compiled = LEAST, kernel.available()
    while points * influence.blocks(assumptions, groups) < options.draws:
        points *= 2
    jobs = influence.jobs(*told, points, compiled=compiled)
    # Compiled, they are done before a second process has begun.
    parts = run(jobs, options, workers=1 if compiled else None)
    found = influence.of_parts(parts, assumptions, groups, options.seed, None, points)
    seconds = time.perf_counter() - begin
    print(f"{assumptions.title}, {assumptions.scenario_title}: what decides, from {found.plans:,} "
          f"plans of {count(len(sampling.uncertain(assumptions)), 'assumption')}, seed "
          f"{options.seed}\n")
    print("\n".join(aligned(list(_rows(assumptions, chosen, found, len(rest))), 2)))
    print(REMARK)
    print(f"{found.plans:,} plans in {seconds:.1f} s, "
          f"{'compiled by Numba' if compiled else 'by NumPy'}", file=sys.stderr)


def _rows(assumptions: Assumptions, chosen: Sequence[Outcome], found: Spread,
          rest: int) -> Iterable[Sequence[str]]:
    yield "headline", "assumption", *HEADS
    for place, outcome in enumerate(chosen):
        own = [group for group in found.groups if group != REST]
        own.sort(key=lambda group, place=place: -found.fair.value[place, found.groups.index(group)])
        for group in own + [REST] * bool(rest):
            at = found.groups.index(group)
            label = assumptions.entries[group].label if group else f"all other {rest} together"
            yield (outcome.label, label, *(
                _share(shares, place, at) if found.moves[place] else "–"
                for shares in (found.first, found.total, found.fair)))


def _share(shares: Shares, outcome: int, group: int) -> str:
    value, error = (100 * float(each[outcome, group]) for each in (shares.value, shares.error))
    return f"{value:.1f}% ± {error:.1f}"
