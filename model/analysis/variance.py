"""Actuals against plan: how far off, in which direction, and how well the plan forecast them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from model.analysis.division import ratio
from model.analysis.doubts import (
    CENT,
    SUMS,
    filled,
    is_flow,
    is_line,
    last_close,
    loose_ends,
    planned,
    still_open,
    with_subtotals,
)
from model.analysis.kpis import Kpi, judged, kpis_by_month
from model.companies.glossary import glossary
from model.companies.profiles import TESTS, Goal, directions, profile
from model.engine.figures import MONTH, figures
from model.engine.projection import Projection
from model.params.observations import Actuals, Kind, monthly_actuals
from model.tolerance import RELATIVE

# Costs that follow revenue: less of one is good news only where it is less of what was sold.
FOLLOW_REVENUE = ("cost_of_revenue", "variable_opex")
# Shares of revenue that differ by less are one. [share of the larger]
SAME_SHARE = 0.01


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
    if assumptions.actuals is None:
        return None
    found = monthly_actuals(assumptions.actuals, assumptions.calendar, _known(projection),
                            assumptions.company)
    return replace(found, notices=(*found.notices, *loose_ends(projection, found)),
                   open_months=(*found.open_months, *still_open(projection, found)))


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
    for name, goal in profile(projection.assumptions.company).kpis.items():
        values = found.values.get(name, nothing)
        if goal.modeled:
            values = np.where(np.isfinite(values), values, _worked_out(happened, name))
        if np.isfinite(values).any():
            seen[name] = values
    return seen


def _worked_out(happened: Projection, name: str) -> np.ndarray:
    """A KPI by month, (month,), from observed lines alone; NaN where one of them is missing."""
    found = figures(happened)
    if found.texts.grain(name) != "period":
        return np.full(len(happened.months), np.nan)
    return found.kpi(name, MONTH)[0]


def _happened(projection: Projection, found: Actuals) -> Projection:
    """The observed lines as a projection of one scenario, NaN wherever nothing was observed.

    Free cash flow that is not given is the change of unrestricted cash less what was financed;
    where that is not given either it is taken to be as planned.
    """
    known = dict(found.values)
    for line, parts in SUMS.items():
        if line in projection and all(part in known for part in parts):
            known[line] = filled(known.get(line), sum(known[part] for part in parts))
    known = with_subtotals(projection, replace(found, values=known))
    if "unrestricted_cash" in known:
        opening = projection.openings.get("unrestricted_cash", np.zeros(1))[:1]
        change = np.diff(known["unrestricted_cash"], prepend=opening)
        financed = filled(known.get("financing_cash_flow"), projection["financing_cash_flow"][0])
        known["free_cash_flow"] = filled(known.get("free_cash_flow"), change - financed)
    block = np.full((len(projection.months), len(projection.lines), 1), np.nan)
    for place, line in enumerate(projection.lines):
        if line in known:
            block[:, place, 0] = known[line]
    return replace(projection, block=block)


def _known(projection: Projection) -> dict[str, Kind]:
    """Every name that a file may hold."""
    kpis = {name: Kind(goal.unit, adds_up=False)
            for name, goal in profile(projection.assumptions.company).kpis.items()}
    terms = {line: glossary().term(line) for line in projection.lines}
    return kpis | {line: Kind(term.unit, term.kind == "flow", term.sign, term.kind != "flag")
                   for line, term in terms.items()}


def in_order(projection: Projection, found: Actuals) -> dict[str, np.ndarray]:
    """`with_subtotals`, lines first and as the month writes them, then KPIs as the profile does."""
    values = with_subtotals(projection, found)
    names = (*projection.lines, *profile(projection.assumptions.company).kpis)
    return {name: values[name] for name in dict.fromkeys(names) if name in values}


# Direction ----------------------------------------------------------------------------------------

def direction(name: str, goal: Goal | None = None) -> int:
    """Whether more of a line or KPI is good (1), bad (−1) or neither (0)."""
    if goal is not None and goal.test is not None:
        return 1 if TESTS[goal.test].above else -1
    return directions().get(name.partition(".")[0], 0)


def effect(plan: float, actual: float, way: int, unit: str = "") -> str:
    """good, bad, on plan or neutral; a difference within the tolerance, and of less than a cent
    between amounts of money, is on plan."""
    if not np.isfinite(plan):
        return "neutral"
    if abs(actual - plan) <= RELATIVE * max(1.0, abs(plan)) or (
            unit == "USD" and abs(actual - plan) < CENT):
        return "on plan"
    return {1: "good", -1: "bad", 0: "neutral"}[way if actual > plan else -way]


# Against plan -------------------------------------------------------------------------------------

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
        if not is_flow(projection, name):
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
