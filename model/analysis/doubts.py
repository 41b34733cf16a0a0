"""What a file of actuals gives by name and what follows from it, what the plan says of the same,
and what the file may mean otherwise than it is read: asked about by name, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from model.analysis.kpis import kpi_months
from model.analysis.outliers import outliers, unexplained
from model.companies import company_module
from model.companies.glossary import glossary
from model.engine.projection import Projection, ratio
from model.engine.trace import trace
from model.params.calendar import month_index, month_label
from model.params.limits import meant_thousands
from model.params.numerals import thousands
from model.params.observations import Actuals, week_month, weeks_of
from model.tolerance import CENT as CENT

# Lines that follow from others in the months in which those are given.
SUBTOTALS = ("gross_profit", "contribution", "ebitda")
# Lines that others add up to; a line before the one that reads it.
SUMS = ("subscriptions", "revenue", "marketing")


def is_line(projection: Projection, name: str) -> bool:
    """Whether a name is a line; otherwise it is a KPI alone."""
    return name in projection


def last_close(projection: Projection, actuals: Actuals) -> int | None:
    """The place of the last month in which any line is closed, or any KPI where no line is."""
    lines = [name for name in actuals.values if is_line(projection, name)]
    closes = [last for name in lines or actuals.values if (last := actuals.last(name)) is not None]
    return max(closes, default=None)


def without_close(projection: Projection, actuals: Actuals) -> str:
    """Why a file has no line from whose close a plan could run on, behind the file's name."""
    start = f"the plan begins in {projection.months[0]}"
    if actuals.closed and actuals.closed < projection.months[0]:
        return f"is closed to {actuals.closed}, and {start}"
    if last_close(projection, actuals) is not None:
        return "holds closed months of KPIs alone, and of no line such as revenue"
    if actuals.history and not actuals.open_months and not actuals.values:
        return f"ends before {start}"
    return "holds no closed month of the plan"


def is_flow(projection: Projection, name: str) -> bool:
    """Whether a name is a line that adds up over months."""
    return is_line(projection, name) and glossary(projection.company).term(name).kind == "flow"


def plan_of(projection: Projection, name: str) -> np.ndarray:
    """The plan of a line or KPI by month, (month,); NaN where the plan says nothing of it."""
    return (projection[name] if name in projection else kpi_months(projection, name))[0]


def with_subtotals(projection: Projection, actuals: Actuals) -> dict[str, np.ndarray]:
    """Observed values by name, and subtotals where all of their parts are given and they are
    not."""
    return {name: months for name, months in with_totals(projection, actuals, SUBTOTALS).items()
            if name in actuals.values or np.isfinite(months).any()}


def with_totals(projection: Projection, actuals: Actuals,
                names: Iterable[str] | None = None) -> dict[str, np.ndarray]:
    """Observed values by name, and those of `names` that their parts add up to."""
    values = dict(actuals.values)
    for name in (*totals(projection), *SUBTOTALS) if names is None else names:
        if (total := added_up(projection, values, name)) is not None:
            values[name] = merge(values.get(name), total)
    return values


def totals(projection: Projection) -> tuple[str, ...]:
    """Lines that others add up to, among them those of which the company says what is left."""
    return (*SUMS[:-1], *company_module(projection.company).RESTS, SUMS[-1])


def added_up(projection: Projection, values: Mapping[str, np.ndarray],
             line: str) -> np.ndarray | None:
    """What the parts of a line give, as formulas add and subtract them; None where one is not
    there, or the parts are but segments."""
    if line not in projection:
        return None
    rest = company_module(projection.company).RESTS.get(line)
    signed = trace(projection.assumptions).signed
    parts = signed(line) if rest is None else {rest: 1} | {
        part: -sign for part, sign in signed(rest).items() if part != line}
    if not parts or not all(part in values and "." not in part for part in parts):
        return None
    return sum(sign * values[part] for part, sign in parts.items())


def merge(values: np.ndarray | None, others: np.ndarray) -> np.ndarray:
    """Values, and others in the months in which there is none."""
    return others if values is None else np.where(np.isfinite(values), values, others)


# Figures rounded before they were typed still tie. [share of the largest]
ROUNDING = 1e-3
# Less of what was to be expected looks like a part of a month. [share]
PART = 0.5
# Months without any figure after which one more looks like a slip of the year.
FAR = 12


def loose_ends(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """What does not fit together in a file, by name."""
    past = actuals.history
    return [*_points(projection, actuals), *_partial(projection, actuals),
            *_wrong_sums(projection, actuals), *_far_off(actuals),
            *_outliers(projection, actuals), *_people(projection, actuals),
            *([*past.notices, *_points(projection, past), *_wrong_sums(projection, past)]
              if past else ())]


def still_open(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """What a file gives of months after the last closed one, beside what the plan has of them."""
    places = {month: place for place, month in enumerate(actuals.calendar.labels)}
    notices = []
    for (name, month), value in actuals.later.items():
        beside = (_beside(plan_of(projection, name)[places[month]]) if month in places else "")
        notices.append((name, f"{month} is open, as the file is closed to {actuals.closed}: "
                              f"{value:,.12g} so far{beside}; no figure uses it"))
    return notices


def _outliers(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """Figures far from what plan and the other months lead to expect. What is left of others, such
    as a profit, has no usual share of plan: its parts have."""
    names = [name for name in actuals.values if not is_flow(projection, name)
             or glossary(projection.company).term(name).sign == "plus"]
    return outliers({name: actuals.values[name] for name in names},
                    {name: plan_of(projection, name) for name in names}, projection.months)


def _people(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """More people than came."""
    return [(side.active, said) for side in company_module(projection.company).SIDES
            if side.active in actuals.values and side.new in actuals.values
            and not side.climbs
            and (said := unexplained(actuals.values[side.active], actuals.values[side.new],
                                     projection.months, f"{side.name} who are there"))]


def _points(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """Figures with three digits behind a point that would be near plan as thousands. Where the
    plan has nothing to compare, money with three decimals is asked about."""
    doubts = []
    for row, month in actuals.ambiguous:
        # A month before the plan is held against the first of it.
        place = max(0, month_index(month) - month_index(projection.months[0]))
        plan = plan_of(projection, row.name)[place]
        if row.period != month and is_flow(projection, row.name):
            plan /= len(weeks_of(month))
        terms = glossary(projection.company)
        money = is_line(projection, row.name) and terms.term(row.name).unit == "USD"
        if meant_thousands(row.value, plan) or (money and not abs(plan) > CENT):
            whole = thousands(row.text)
            doubts.append((row.name, f"line {row.line}, {row.period}: {row.text} is read as "
                                     f"{row.value:g}{_beside(plan)}; if {whole:,} is meant, write "
                                     f"{whole}"))
    return doubts


def _beside(plan: float) -> str:
    return f", where the plan has {plan:,.6g}" if np.isfinite(plan) else ""


def _partial(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """A last month that looks as if it still ran: most of its flows are well below what they were
    of plan before, or most lines of the month before are not there yet."""
    close = None if actuals.closed else last_close(projection, actuals)
    if not close:
        return []
    label = actuals.calendar.labels[close]
    flows = {name: values for name, values in actuals.values.items()
             if is_flow(projection, name)
             and label not in map(week_month, actuals.weeks.get(name, ()))}
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
             f"write # closed to {actuals.calendar.labels[close - 1]} above the rows")]


def _of_usual(projection: Projection, name: str, values: np.ndarray, at: int) -> float:
    """A month's flow as a share of its plan times what came of plan before; NaN where there is
    nothing to compare, as where the month before is not given."""
    plan = plan_of(projection, name)
    earlier = np.isfinite(values[:at]) & (plan[:at] > CENT)
    if not earlier[-1:].any() or plan[at] <= CENT:
        return np.nan
    usual = ratio(values[:at][earlier].sum(), plan[:at][earlier].sum())
    return float(ratio(values[at], plan[at] * max(usual, 0)))


def _far_off(actuals: Actuals) -> list[tuple[str, str]]:
    """Figures more than a year after all others, as a year is mistyped easily."""
    years = [actuals.history, actuals] if actuals.history else [actuals]
    figures = [(month_index(of.calendar.labels[0]) + int(place), name) for of in years
               for name, values in of.values.items()
               for place in np.flatnonzero(np.isfinite(values))]
    places = sorted({place for place, _ in figures})
    far = {late: early for early, late in pairwise(places) if late - early > FAR}
    return [(name, f"{month_label(place)} is {place - far[place]} months after the last figure "
                   f"before it, that of {month_label(far[place])}; is the year right?")
            for place, name in figures if place in far]


def _wrong_sums(projection: Projection, actuals: Actuals) -> list[tuple[str, str]]:
    """Sums that their parts do not give, with the first month in which they do not."""
    values = with_totals(projection, actuals)
    sums = [(name, added_up(projection, values, name))
            for name in (*SUBTOTALS, *totals(projection))]
    for line in actuals.values:
        parts = [f"{line}.{segment}" for segment in projection.segments(line)]
        if parts and all(part in actuals.values for part in parts) and \
                glossary(projection.company).term(line).kind != "ratio":
            sums.append((line, sum(actuals.values[part] for part in parts)))
    notices = []
    for name, total in sums:
        if total is None or name not in actuals.values:
            continue
        own = actuals.values[name]
        off = np.abs(own - total) > ROUNDING * np.maximum(np.abs(own), np.abs(total))
        if off.any():
            month = int(np.argmax(off))
            notices.append((name, f"{actuals.calendar.labels[month]} is given as "
                                  f"{own[month]:,.12g}, where the parts that are given make "
                                  f"{total[month]:,.12g}"))
    return list(dict.fromkeys(notices))
