"""Actuals against plan: how far off, in which direction, and how well the plan forecast them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from model.analysis import doubts
from model.analysis.doubts import is_flow, is_line, last_close, merge, plan_of, with_subtotals
from model.analysis.kpis import Kpi, judged, kpis_by_month
from model.companies.glossary import Glossary, glossary
from model.companies.profiles import TESTS, Goal, profile
from model.engine.figures import MONTH, figures
from model.engine.projection import Projection, ratio
from model.params.observations import Actuals, Kind, monthly_actuals
from model.tolerance import near

# Costs that follow revenue: less of one is good news only where it is less of what was sold.
FOLLOW_REVENUE = ("cost_of_revenue", "variable_opex")
# Shares of revenue that differ by less are one. [share of the larger]
SAME_SHARE = 0.01


@dataclass(frozen=True)
class Variance:
    """Plan and actual of a line or KPI in a period; NaN is undefined. `effect` is good, bad, on
    plan or neutral. `months` counts the months of a sum."""

    name: str
    period: str
    plan: float
    actual: float
    effect: str
    months: int = 1

    @property
    def difference(self) -> float:
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
    """What was observed, None without a file of it; the same object every time. Raises InputError
    with every problem of it."""
    if "actuals" not in projection.worked_out:
        projection.worked_out["actuals"] = _actuals(projection)
    return projection.worked_out["actuals"]


def _actuals(projection: Projection) -> Actuals | None:
    assumptions = projection.assumptions
    if assumptions.actuals is None:
        return None
    content = monthly_actuals(assumptions.actuals, assumptions.calendar, kinds(projection),
                              assumptions.company)
    past = content.history.open_months if content.history else ()
    return replace(content, notices=(*content.notices, *doubts.loose_ends(projection, content)),
                   open_months=(*past, *content.open_months,
                                *doubts.still_open(projection, content)))


def observed_kpis(projection: Projection) -> dict[str, np.ndarray]:
    """What was observed of the company's KPIs: {name: (month,)}, NaN where nothing was.

    A KPI that is not given is worked out by its own formula, in the months in which all of its
    lines were observed; not one that has one figure for a year or the whole plan.
    """
    content = actuals(projection)
    if content is None:
        return {}
    nothing, facts = np.full(len(projection.months), np.nan), _facts(projection, content)
    kpis = {}
    for name, goal in profile(projection.company).kpis.items():
        values = content.values.get(name, nothing)
        if goal.modeled:
            values = merge(values, _by_formula(facts, name))
        if np.isfinite(values).any():
            kpis[name] = values
    return kpis


def _by_formula(facts: Projection, name: str) -> np.ndarray:
    """A KPI by month, (month,), from observed lines alone; NaN where one of them is missing."""
    model = figures(facts)
    if model.texts.grain(name) != "period":
        return np.full(len(facts.months), np.nan)
    return model.kpi(name, MONTH)[0]


def _facts(projection: Projection, actuals: Actuals) -> Projection:
    """The observed lines as a projection of one scenario, NaN wherever nothing was observed. Free
    cash flow that is not given is the change of unrestricted cash less what was financed; where
    that is not given either it is taken to be as planned."""
    values = doubts.with_totals(projection, actuals)
    if "unrestricted_cash" in values:
        opening = projection.openings.get("unrestricted_cash", np.zeros(1))[:1]
        change = np.diff(values["unrestricted_cash"], prepend=opening)
        financing = merge(values.get("financing_cash_flow"), projection["financing_cash_flow"][0])
        values["free_cash_flow"] = merge(values.get("free_cash_flow"), change - financing)
    block = np.full((len(projection.months), len(projection.lines), 1), np.nan)
    for place, line in enumerate(projection.lines):
        if line in values:
            block[:, place, 0] = values[line]
    return replace(projection, block=block)


def kinds(projection: Projection) -> dict[str, Kind]:
    """What each line and KPI of a plan is, by name."""
    of_kpis = {name: Kind(goal.unit, adds_up=False)
             for name, goal in profile(projection.company).kpis.items()}
    terms = {line: glossary(projection.company).term(line) for line in projection.lines}
    return of_kpis | {line: Kind(term.unit, term.kind == "flow", term.sign, term.kind != "flag")
                      for line, term in terms.items()}


def in_order(projection: Projection, actuals: Actuals) -> dict[str, np.ndarray]:
    """`with_subtotals`, lines first and as the month writes them, then KPIs as the profile does."""
    values = with_subtotals(projection, actuals)
    names = (*projection.lines, *profile(projection.company).kpis)
    return {name: values[name] for name in dict.fromkeys(names) if name in values}


def direction(terms: Glossary, name: str, goal: Goal | None = None) -> int:
    """Whether more of a line or KPI is good (1), bad (−1) or neither (0)."""
    if goal is not None and goal.test is not None:
        return 1 if TESTS[goal.test].above else -1
    return terms.directions.get(name.partition(".")[0], 0)


def effect(plan: float, actual: float, way: int, unit: str = "") -> str:
    """good, bad, on plan (within the tolerance; money, within a cent) or neutral."""
    if not np.isfinite(plan):
        return "neutral"
    if near(actual, plan) or (unit == "USD" and abs(actual - plan) < doubts.CENT):
        return "on plan"
    return {1: "good", -1: "bad", 0: "neutral"}[way if actual > plan else -way]


def variance(projection: Projection, actuals: Actuals) -> list[Variance]:
    """Actual against plan of every name and month that is closed."""
    rows, values = [], in_order(projection, actuals)
    revenues, nothing = projection["revenue"][0], np.full(len(projection.months), np.nan)
    for name, months in values.items():
        plan = plan_of(projection, name)
        for place in np.flatnonzero(np.isfinite(months)):
            revenue = (revenues[place], values.get("revenue", nothing)[place])
            rows.append(_against_plan(projection, name, projection.months[place], plan[place],
                                      months[place], revenue))
    return rows


def _against_plan(projection: Projection, name: str, period: str, plan: float, actual: float,
                  revenue: tuple[float, float], months: int = 1) -> Variance:
    """An actual against its plan; `revenue` is both of the same months, NaN if unknown."""
    goal = profile(projection.company).kpis.get(name)
    unit = glossary(projection.company).term(name).unit if is_line(projection, name) else goal.unit
    own = effect(plan, actual, direction(glossary(projection.company), name, goal), unit)
    if name.partition(".")[0] in FOLLOW_REVENUE and own in ("good", "bad"):
        own = _effect_of_share(plan, actual, revenue)
    return Variance(name, period, float(plan), float(actual), own, months)


def _effect_of_share(plan: float, actual: float, revenue: tuple[float, float]) -> str:
    """The effect of a cost that follows revenue: that of its share, neutral where there is none."""
    was, now = (float(ratio(*each)) for each in zip((plan, actual), revenue, strict=True))
    if not np.isfinite(now) or not abs(now - was) > SAME_SHARE * max(abs(now), abs(was)):
        return "neutral"
    return "bad" if now > was else "good"


def latest(rows: list[Variance]) -> list[Variance]:
    """Of each name the row of its last month."""
    return list({row.name: row for row in rows}.values())


def year_to_date(projection: Projection, actuals: Actuals) -> list[Variance]:
    """Flows of the last close's year up to it, both sides over the same months."""
    close = last_close(projection, actuals)
    if close is None:
        return []
    year = projection.years[projection.calendar.years_of()[close]]
    start = projection.calendar.months_of(year).start
    rows, values = [], in_order(projection, actuals)
    revenues = values.get("revenue", np.full(len(projection.months), np.nan))
    for name, months in values.items():
        if not is_flow(projection, name):
            continue
        there = start + np.flatnonzero(np.isfinite(months[start:close + 1]))
        if there.size:
            plan = plan_of(projection, name)[there].sum()
            revenue = (projection["revenue"][0, there].sum(), revenues[there].sum())
            rows.append(_against_plan(projection, name, str(year), plan,
                                      months[there].sum(), revenue, int(there.size)))
    return rows


def outlook(projection: Projection, name: str, year: int, ahead: float,
            expected: float = np.nan) -> Variance:
    """What is expected of a line for a year, held against the plan of that year; `expected` is the
    revenue that is expected, NaN where that is the plan's."""
    plan, revenue = (projection.by_year(line)[0, projection.years.index(year)]
                     for line in (name, "revenue"))
    return _against_plan(projection, name, str(year), plan, ahead, (revenue, expected))


def against_target(projection: Projection, rows: list[Variance]) -> list[Kpi]:
    """The actual of each row of a KPI, held against the KPI's target of the month."""
    plan = kpis_by_month(projection)
    return [judged(row.name, plan[row.name][row.period].goal, plan[row.name][row.period].target,
                   row.actual) for row in rows]


def accuracy(projection: Projection, actuals: Actuals) -> list[Accuracy]:
    """How near the plan came, for every name that the plan says something of."""
    rows = []
    for name, values in in_order(projection, actuals).items():
        plan = plan_of(projection, name)
        there = np.isfinite(values) & np.isfinite(plan)
        if there.any():
            gaps, sizes = plan[there] - values[there], np.abs(values[there])
            rows.append(Accuracy(name, int(there.sum()),
                                 float(np.mean(ratio(np.abs(gaps), sizes))),
                                 float(ratio(gaps.sum(), sizes.sum()))))
    return rows
