"""What a file of actuals may mean otherwise than it is read: asked about by name, never guessed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from model.analysis.division import ratio
from model.analysis.given import (
    CENT,
    SUBTOTALS,
    SUMS,
    added_up,
    is_flow,
    is_line,
    last_close,
    planned,
    with_subtotals,
)
from model.companies.glossary import glossary
from model.engine.projection import Projection
from model.params.observations import Actuals, week_month, weeks_of
from model.params.settings import meant_thousands
from model.params.yaml_file import thousands

# Figures rounded before they were typed still tie. [share of the largest]
ROUNDED = 1e-3
# Less of what was to be expected looks like a part of a month. [share]
PART = 0.5
# Months without any figure after which one more looks like a slip of the year.
FAR = 12


def loose_ends(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """What does not fit together in a file, by name."""
    return [*_points(projection, found), *_partial(projection, found),
            *_wrong_sums(projection, found), *_far_off(found)]


def still_open(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """What a file gives of months after the last closed one, beside their plan."""
    labels = found.calendar.labels
    said = []
    for (name, month), value in found.later.items():
        plan = planned(projection, name)[labels.index(month)]
        beside = f", where the plan has {plan:,.6g}" if np.isfinite(plan) else ""
        said.append((name, f"{month} is open, as the file is closed to {found.closed}: "
                           f"{value:,.12g} so far{beside}; no figure uses it"))
    return said


def _points(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """Figures with three digits behind a point that would be near plan as thousands. Where the
    plan has nothing to compare, money with three decimals is asked about."""
    said = []
    for row, month in found.dotted:
        plan = planned(projection, row.name)[found.calendar.labels.index(month)]
        if row.period != month and is_flow(projection, row.name):
            plan /= len(weeks_of(month))
        money = is_line(projection, row.name) and glossary().term(row.name).unit == "USD"
        if meant_thousands(row.value, plan) or (money and not abs(plan) > CENT):
            whole = thousands(row.text)
            beside = f", where the plan has {plan:,.6g}" if np.isfinite(plan) else ""
            said.append((row.name, f"line {row.line}, {row.period}: {row.text} is read as "
                                   f"{row.value:g}{beside}; if {whole:,} is meant, write {whole}"))
    return said


def _partial(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """A last month that looks as if it still ran: most of its flows are well below what they were
    of plan before, or most lines of the month before are not there yet."""
    close = None if found.closed else last_close(projection, found)
    if not close:
        return []
    label = found.calendar.labels[close]
    flows = {name: values for name, values in found.values.items()
             if is_flow(projection, name)
             and label not in map(week_month, found.weeks.get(name, ()))}
    there = [name for name, values in flows.items() if np.isfinite(values[close])]
    before = [name for name, values in flows.items() if np.isfinite(values[close - 1])]
    shares = {name: share for name in there
              if np.isfinite(share := _of_usual(projection, name, flows[name], close))}
    low = [name for name, share in shares.items() if 0 <= share < PART]
    missing = [name for name in before if name not in there]
    if 2 * len(low) > len(shares):
        which = f"{len(low)} of {len(shares)} flows are" if len(shares) > 1 else "its flow is"
        why = f"{which} less than half of what plan and the months before lead to expect"
    elif there and 2 * len(missing) > len(before):
        why = f"{len(missing)} of the {len(before)} flows of the month before are not given"
    else:
        return []
    return [((low or missing)[0], f"{label} looks like a part of a month: {why}; if it still runs, "
             f"write # closed to {found.calendar.labels[close - 1]} above the rows")]


def _of_usual(projection: Projection, name: str, values: np.ndarray, at: int) -> float:
    """A month's flow as a share of its plan times what came of plan before; NaN where there is
    nothing to compare, as where the month before is not given."""
    plan = planned(projection, name)
    earlier = np.isfinite(values[:at]) & (plan[:at] > CENT)
    if not earlier[-1:].any() or plan[at] <= CENT:
        return np.nan
    usual = ratio(values[:at][earlier].sum(), plan[:at][earlier].sum())
    return float(ratio(values[at], plan[at] * max(usual, 0)))


def _far_off(found: Actuals) -> list[tuple[str, str]]:
    """Figures more than a year after all others, as a year is mistyped easily."""
    dated = [(int(place), name) for name, values in found.values.items()
             for place in np.flatnonzero(np.isfinite(values))]
    places = sorted({place for place, _ in dated})
    labels = found.calendar.labels
    far = {late: early for early, late in pairwise(places) if late - early > FAR}
    return [(name, f"{labels[place]} is {place - far[place]} months after the last figure before "
                   f"it, that of {labels[far[place]]}; is the year right?")
            for place, name in dated if place in far]


def _wrong_sums(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """Sums that their parts do not give, with the first month in which they do not."""
    known = with_subtotals(projection, found)
    sums = [(name, added_up(projection, known, name)) for name in SUBTOTALS]
    sums += [(name, sum(known[part] for part in parts)) for name, parts in SUMS.items()
             if all(part in known for part in parts)]
    for line in found.values:
        parts = [f"{line}.{segment}" for segment in projection.segments(line)]
        if parts and all(part in found.values for part in parts) and \
                glossary().kind(line)[0] != "ratio":
            sums.append((line, sum(found.values[part] for part in parts)))
    said = []
    for name, made in sums:
        if made is None or name not in found.values:
            continue
        given = found.values[name]
        off = np.abs(given - made) > ROUNDED * np.maximum(np.abs(given), np.abs(made))
        if off.any():
            place = int(np.argmax(off))
            said.append((name, f"{found.calendar.labels[place]} is given as {given[place]:,.12g}, "
                               f"where the parts that are given make {made[place]:,.12g}"))
    return list(dict.fromkeys(said))
