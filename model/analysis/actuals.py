"""Actuals against plan: how far off, in which direction, and how well the plan forecast them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

import model.companies
from model.actuals_file import read_actuals
from model.analysis.kpi_values import MEASURES
from model.analysis.kpis import TOLERANCE, Kpi, judged, kpi_months, kpis_by_month
from model.analysis.observed import Actuals, Kind, observed, week_month, weeks_of
from model.analysis.ratios import ratio
from model.companies.glossary import glossary
from model.companies.profiles import Goal, profile
from model.params_file import read, thousands
from model.projection import Projection
from model.settings import meant_thousands

# What each subtotal is: the first line less the others.
SUBTOTALS = {
    "gross_profit": ("revenue", "cost_of_revenue"),
    "contribution": ("gross_profit", "variable_opex"),
    "ebitda": ("contribution", "marketing", "payroll", "fixed_opex"),
}
# What each line is the sum of, where its parts are lines of their own and not its segments.
SUMS = {
    "subscriptions": ("mentee_subscriptions", "mentor_subscriptions"),
    "revenue": ("commission", "mentee_subscriptions", "mentor_subscriptions"),
    "gmv": ("commission", "mentor_earnings"),
    "marketing": ("mentee_marketing", "mentor_marketing"),
}
# Costs that follow revenue: less of one is good news only where it is less of what was sold.
FOLLOW_REVENUE = ("cost_of_revenue", "variable_opex")
# What happened is booked in whole cents, the plan is not. [USD]
CENT = 0.01
# Figures rounded before they were typed still tie. [share of the largest]
ROUNDED = 1e-3
# Shares of revenue that differ by less are one. [share of the larger]
SAME_SHARE = 0.01
# Less of what was to be expected looks like a part of a month. [share]
PART = 0.5
# Months without any figure after which one more looks like a slip of the year.
FAR = 12


@dataclass(frozen=True)
class Variance:
    """Plan and actual of a line or KPI in a period; NaN is undefined.

    `effect` is good, bad, on plan or neutral. `months` counts the months of a sum.
    """

    name: str
    period: str
    plan: float
    actual: float
    effect: str
    months: int = 1

    @property
    def difference(self) -> float:
        """Actual less plan, in the unit of the name."""
        return self.actual - self.plan

    @property
    def share(self) -> float:
        """The difference as a share of the size of the plan."""
        return float(ratio(self.difference, abs(self.plan)))


@dataclass(frozen=True)
class Accuracy:
    """How near the plan of a name came to what was observed.

    mape  mean of |actual − plan| / |actual|; NaN where an actual is 0
    bias  sum of plan − actual over the sum of |actual|: above zero the plan was too high
    """

    name: str
    months: int
    mape: float
    bias: float


def actuals(projection: Projection) -> Actuals | None:
    """What was observed of a scenario's company, None where there is no file of it.

    Raises InputError with every problem of the file.
    """
    assumptions = projection.assumptions
    if assumptions.actuals_file is None:
        return None
    found = observed(read_actuals(assumptions.actuals_file), assumptions.calendar,
                     _known(projection), assumptions.company)
    return replace(found, notices=(*found.notices, *_loose_ends(projection, found)),
                   open_months=(*found.open_months, *_open(projection, found)))


def observed_kpis(projection: Projection) -> dict[str, np.ndarray]:
    """What was observed of the company's KPIs: {name: (month,)}, NaN where nothing was.

    A KPI that is not given is worked out by its own formula, in the months in which all of its
    lines were observed. What is one figure for a year or for the whole plan is not: no closed
    month makes it known.
    """
    found = actuals(projection)
    if found is None:
        return {}
    nothing, happened = np.full(len(projection.months), np.nan), _happened(projection, found)
    seen = {}
    for name in profile(projection.assumptions.company).kpis:
        values = found.values.get(name, nothing)
        if name in MEASURES:
            values = np.where(np.isfinite(values), values, _worked_out(happened, name))
        if np.isfinite(values).any():
            seen[name] = values
    return seen


def _worked_out(happened: Projection, name: str) -> np.ndarray:
    """A KPI by month, (month,), from observed lines alone; NaN where one of them is missing."""
    measure = MEASURES[name]
    if measure.whole or measure.held:
        return np.full(len(happened.months), np.nan)
    # A plain quotient needs its two lines alone, whatever else the plan holds against them.
    return (ratio(*(happened[line] for line in measure.of)) if measure.of
            else measure.months(happened))[0]


def _happened(projection: Projection, found: Actuals) -> Projection:
    """The observed lines as a projection of one scenario, NaN wherever nothing was observed.

    Free cash flow that is not given is the change of unrestricted cash less what was financed;
    where that is not given either it is taken to be as planned.
    """
    known = dict(found.values)
    for line, parts in SUMS.items():
        if line in projection and all(part in known for part in parts):
            known[line] = _filled(known.get(line), sum(known[part] for part in parts))
    known = with_subtotals(replace(found, values=known))
    if "unrestricted_cash" in known:
        opening = projection.openings.get("unrestricted_cash", np.zeros(1))[:1]
        change = np.diff(known["unrestricted_cash"], prepend=opening)
        financed = _filled(known.get("financing_cash_flow"), projection["financing_cash_flow"][0])
        known["free_cash_flow"] = _filled(known.get("free_cash_flow"), change - financed)
    block = np.full((len(projection.months), len(projection.lines), 1), np.nan)
    for place, line in enumerate(projection.lines):
        if line in known:
            block[:, place, 0] = known[line]
    return replace(projection, block=block)


def _filled(given: np.ndarray | None, made: np.ndarray) -> np.ndarray:
    """What is given, and what was made of other lines in the months in which nothing is."""
    return made if given is None else np.where(np.isfinite(given), given, made)


def _known(projection: Projection) -> dict[str, Kind]:
    """Every name that a file may hold."""
    kpis = {name: Kind(goal.unit, adds_up=False)
            for name, goal in profile(projection.assumptions.company).kpis.items()}
    terms = {line: glossary().term(line) for line in projection.lines}
    return kpis | {line: Kind(term.unit, term.kind == "flow", term.sign, term.kind != "flag")
                   for line, term in terms.items()}


def is_line(projection: Projection, name: str) -> bool:
    """Whether a name is a line; otherwise it is a KPI alone."""
    return name in projection


def last_close(projection: Projection, found: Actuals) -> int | None:
    """The place of the last month in which any line is closed, or any KPI where no line is."""
    lines = [name for name in found.values if is_line(projection, name)]
    closes = [last for name in lines or found.values if (last := found.last(name)) is not None]
    return max(closes, default=None)


def in_order(projection: Projection, found: Actuals) -> dict[str, np.ndarray]:
    """`with_subtotals`, lines first and as the month writes them, then KPIs as the profile does."""
    values = with_subtotals(found)
    names = (*projection.lines, *profile(projection.assumptions.company).kpis)
    return {name: values[name] for name in dict.fromkeys(names) if name in values}


def with_subtotals(found: Actuals) -> dict[str, np.ndarray]:
    """Observed values by name, and gross profit, contribution and EBITDA in the months in which
    all of their parts are given and they are not."""
    values = dict(found.values)
    for name, parts in SUBTOTALS.items():
        made = _less(values, parts)
        if made is not None:
            values[name] = _filled(values.get(name), made)
    return {name: months for name, months in values.items()
            if name in found.values or np.isfinite(months).any()}


def _less(values: Mapping[str, np.ndarray], parts: tuple[str, ...]) -> np.ndarray | None:
    if not all(part in values for part in parts):
        return None
    return values[parts[0]] - sum(values[part] for part in parts[1:])


def _loose_ends(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """What does not fit together in a file, by name."""
    return [*_points(projection, found), *_partial(projection, found),
            *_wrong_sums(projection, found), *_far_off(found)]


def _open(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
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
        if row.period != month and _is_flow(projection, row.name):
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
    if close is None:
        return []
    label = found.calendar.labels[close]
    flows = {name: values for name, values in found.values.items()
             if _is_flow(projection, name) and label not in map(week_month, found.weeks.get(name, ()))}
    there = [name for name, values in flows.items() if np.isfinite(values[close])]
    before = [name for name, values in flows.items() if close and np.isfinite(values[close - 1])]
    shares = {name: share for name in there
              if np.isfinite(share := _of_usual(projection, name, flows[name], close))}
    low = [name for name, share in shares.items() if 0 <= share < PART]
    missing = [name for name in before if name not in there]
    if 2 * len(low) > len(shares):
        why = (f"{len(low)} of {len(shares)} flows are less than half of what plan and the months "
               "before it lead to expect")
    elif there and 2 * len(missing) > len(before):
        why = f"{len(missing)} of the {len(before)} flows of the month before are not given"
    else:
        return []
    how = (f"write # closed to {found.calendar.labels[close - 1]} above the rows" if close else
           "leave it out until it is over")
    return [((low or missing)[0], f"{label} looks like a part of a month: {why}; if it still runs, "
                                  f"{how}")]


def _of_usual(projection: Projection, name: str, values: np.ndarray, at: int) -> float:
    """A month's flow as a share of its plan times what came of plan before; NaN where there is
    nothing to compare."""
    plan = planned(projection, name)
    earlier = np.isfinite(values[:at]) & (plan[:at] > CENT)
    usual = float(ratio(values[:at][earlier].sum(), plan[:at][earlier].sum())) \
        if earlier.any() else 1.0
    return float(ratio(values[at], plan[at] * usual)) if plan[at] > CENT and usual > 0 else np.nan


def _is_flow(projection: Projection, name: str) -> bool:
    return is_line(projection, name) and glossary().kind(name)[0] == "flow"


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
    known = with_subtotals(found)
    sums = [(name, _less(known, parts)) for name, parts in SUBTOTALS.items()]
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


# Direction ----------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def directions() -> dict[str, int]:
    """1 for lines and KPIs of which more is better, −1 where it is worse (effects.yaml)."""
    content = read(Path(model.companies.__file__).with_name("effects.yaml")).content
    return dict.fromkeys(content["better"], 1) | dict.fromkeys(content["worse"], -1)


def direction(name: str, goal: Goal | None = None) -> int:
    """Whether more of a line or KPI is good (1), bad (−1) or neither (0)."""
    if goal is not None and goal.test is not None:
        return 1 if goal.test in ("at_least", "above") else -1
    return directions().get(name.partition(".")[0], 0)


def effect(plan: float, actual: float, way: int, unit: str = "") -> str:
    """good, bad, on plan or neutral; a difference within the tolerance, and of less than a cent
    between amounts of money, is on plan."""
    if not np.isfinite(plan):
        return "neutral"
    if abs(actual - plan) <= TOLERANCE * max(1.0, abs(plan)) or (
            unit == "USD" and abs(actual - plan) < CENT):
        return "on plan"
    return {1: "good", -1: "bad", 0: "neutral"}[way if actual > plan else -way]


# Against plan -------------------------------------------------------------------------------------

def planned(projection: Projection, name: str, scenario: int = 0) -> np.ndarray:
    """The plan of a line or KPI by month, (month,); NaN where the plan says nothing of it."""
    months = projection[name] if name in projection else kpi_months(projection, name)
    return months[scenario]


def variance(projection: Projection, found: Actuals, scenario: int = 0) -> list[Variance]:
    """Actual against plan of every name and month that is closed."""
    rows, known = [], in_order(projection, found)
    sold, nothing = projection["revenue"][scenario], np.full(len(projection.months), np.nan)
    for name, values in known.items():
        plan = planned(projection, name, scenario)
        for place in np.flatnonzero(np.isfinite(values)):
            revenue = (sold[place], known.get("revenue", nothing)[place])
            rows.append(_held(projection, name, projection.months[place], plan[place],
                              values[place], revenue))
    return rows


def _held(projection: Projection, name: str, period: str, plan: float, actual: float,
          revenue: tuple[float, float], months: int = 1) -> Variance:
    """An actual held against plan; `revenue` is the plan and the actual of the same months, NaN
    where it is not known."""
    goal = profile(projection.assumptions.company).kpis.get(name)
    unit = glossary().term(name).unit if is_line(projection, name) else goal.unit
    said = effect(plan, actual, direction(name, goal), unit)
    if name.partition(".")[0] in FOLLOW_REVENUE and said in ("good", "bad"):
        said = _effect_of_share(plan, actual, revenue)
    return Variance(name, period, float(plan), float(actual), said, months)


def _effect_of_share(plan: float, actual: float, revenue: tuple[float, float]) -> str:
    """The effect of a cost that follows revenue: that of its share; neutral where it has the share
    that was planned, or none."""
    was, now = (float(ratio(*each)) for each in zip((plan, actual), revenue, strict=True))
    if not np.isfinite(now) or not abs(now - was) > SAME_SHARE * max(abs(now), abs(was)):
        return "neutral"
    return "bad" if now > was else "good"


def latest(rows: list[Variance]) -> list[Variance]:
    """Of each name the row of its last month."""
    return list({row.name: row for row in rows}.values())


def year_to_date(projection: Projection, found: Actuals, scenario: int = 0) -> list[Variance]:
    """Flows added up over the closed months of the calendar year of the last close, both sides
    over the same months."""
    close = last_close(projection, found)
    if close is None:
        return []
    start = close - close % 12
    rows, known = [], in_order(projection, found)
    sold = known.get("revenue", np.full(len(projection.months), np.nan))
    for name, values in known.items():
        if not _is_flow(projection, name):
            continue
        there = start + np.flatnonzero(np.isfinite(values[start:close + 1]))
        if there.size:
            plan = planned(projection, name, scenario)[there].sum()
            revenue = (projection["revenue"][scenario, there].sum(), sold[there].sum())
            rows.append(_held(projection, name, projection.months[start][:4], plan,
                              values[there].sum(), revenue, int(there.size)))
    return rows


def outlook(projection: Projection, name: str, year: int, ahead: float,
            sold: float = np.nan) -> Variance:
    """What is expected of a line for a year, held against the plan of that year; `sold` is the
    revenue that is expected, NaN where that is the plan's."""
    plan, revenue = (projection.by_year(line)[0, projection.years.index(year)]
                     for line in (name, "revenue"))
    return _held(projection, name, str(year), plan, ahead, (revenue, sold))


def against_target(projection: Projection, rows: list[Variance],
                   scenario: int = 0) -> list[Kpi]:
    """The actual of each row of a KPI, held against the KPI's target of the month."""
    plan = kpis_by_month(projection, scenario)
    return [judged(row.name, plan[row.name][row.period].goal, plan[row.name][row.period].target,
                   row.actual) for row in rows]


def accuracy(projection: Projection, found: Actuals, scenario: int = 0) -> list[Accuracy]:
    """How near the plan came, for every name that the plan says something of."""
    rows = []
    for name, values in in_order(projection, found).items():
        plan = planned(projection, name, scenario)
        there = np.isfinite(values) & np.isfinite(plan)
        if there.any():
            seen, missed = values[there], plan[there] - values[there]
            rows.append(Accuracy(name, int(there.sum()), float(np.mean(ratio(np.abs(missed),
                                                                             np.abs(seen)))),
                                 float(ratio(missed.sum(), np.abs(seen).sum()))))
    return rows
