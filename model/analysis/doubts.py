"""What a file of actuals gives by name, and what follows from it without the plan; and what the
plan says of the same name.

What a file of actuals may mean otherwise than it is read: asked about by name, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from model.analysis.division import ratio
from model.analysis.kpis import kpi_months
from model.companies.glossary import glossary
from model.engine.projection import Projection
from model.engine.trace import trace
from model.params.limits import meant_thousands
from model.params.numerals import thousands
from model.params.observations import Actuals, week_month, weeks_of

# Lines that follow from others in the months in which those are given.
SUBTOTALS = ("gross_profit", "contribution", "ebitda")
# What each line is the sum of, where its parts are lines of their own and not its segments.
SUMS = {
    "subscriptions": ("mentee_subscriptions", "mentor_subscriptions"),
    "revenue": ("commission", "mentee_subscriptions", "mentor_subscriptions"),
    "gmv": ("commission", "mentor_earnings"),
    "marketing": ("mentee_marketing", "mentor_marketing"),
}
# What happened is booked in whole cents, the plan is not. [USD]
CENT = 0.01


def is_line(projection: Projection, name: str) -> bool:
    """Whether a name is a line; otherwise it is a KPI alone."""
    return name in projection


def last_close(projection: Projection, found: Actuals) -> int | None:
    """The place of the last month in which any line is closed, or any KPI where no line is."""
    lines = [name for name in found.values if is_line(projection, name)]
    closes = [last for name in lines or found.values if (last := found.last(name)) is not None]
    return max(closes, default=None)


def is_flow(projection: Projection, name: str) -> bool:
    """Whether a name is a line that adds up over months."""
    return is_line(projection, name) and glossary().kind(name)[0] == "flow"


def planned(projection: Projection, name: str, scenario: int = 0) -> np.ndarray:
    """The plan of a line or KPI by month, (month,); NaN where the plan says nothing of it."""
    months = projection[name] if name in projection else kpi_months(projection, name)
    return months[scenario]


def with_subtotals(projection: Projection, found: Actuals) -> dict[str, np.ndarray]:
    """Observed values by name, and gross profit, contribution and EBITDA in the months in which
    all of their parts are given and they are not."""
    values = dict(found.values)
    for name in SUBTOTALS:
        made = added_up(projection, values, name)
        if made is not None:
            values[name] = filled(values.get(name), made)
    return {name: months for name, months in values.items()
            if name in found.values or np.isfinite(months).any()}


def added_up(projection: Projection, values: Mapping[str, np.ndarray],
             line: str) -> np.ndarray | None:
    """What the parts of a line give, as its formula adds and subtracts them; None where one is
    not there."""
    parts = trace(projection.assumptions).signed(line)
    if not all(part in values for part in parts):
        return None
    return sum(sign * values[part] for part, sign in parts.items())


def filled(given: np.ndarray | None, made: np.ndarray) -> np.ndarray:
    """What is given, and what was made of other lines in the months in which nothing is."""
    return made if given is None else np.where(np.isfinite(given), given, made)


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
