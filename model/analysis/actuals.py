"""Actuals against plan: how far off, in which direction, and how well the plan forecast them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

import model.companies
from model.actuals_file import read_actuals
from model.analysis.kpi_values import MEASURES
from model.analysis.kpis import TOLERANCE, Kpi, judged, kpi_months, kpis_by_month
from model.analysis.observed import Actuals, Kind, observed
from model.analysis.ratios import ratio
from model.companies.glossary import glossary
from model.companies.profiles import Goal, profile
from model.params_file import read
from model.projection import Projection

# What each subtotal is: the first line less the others.
SUBTOTALS = {
    "gross_profit": ("revenue", "cost_of_revenue"),
    "contribution": ("gross_profit", "variable_opex"),
    "ebitda": ("contribution", "marketing", "payroll", "fixed_opex"),
}
# What happened is booked in whole cents, the plan is not. [USD]
CENT = 0.01
# Figures rounded before they were typed still tie. [share of the largest]
ROUNDED = 1e-3


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
    return replace(found, notices=(*found.notices, *_loose_ends(projection, found)))


def observed_kpis(projection: Projection) -> dict[str, np.ndarray]:
    """What was observed of the company's KPIs: {name: (month,)}, NaN where nothing was.

    A KPI that is one line over another is worked out where both were observed and it was not.
    """
    found = actuals(projection)
    goals = profile(projection.assumptions.company).kpis
    known = with_subtotals(found) if found else {}
    seen = {name: values for name, values in known.items() if name in goals}
    for name in goals:
        lines = MEASURES[name].of if name in MEASURES else ()
        if lines and all(line in known for line in lines):
            made = ratio(*(known[line] for line in lines))
            seen[name] = np.where(np.isfinite(seen.get(name, np.nan)), seen.get(name, np.nan), made)
    return seen


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
            given = values.get(name, np.full_like(made, np.nan))
            values[name] = np.where(np.isfinite(given), given, made)
    return {name: months for name, months in values.items()
            if name in found.values or np.isfinite(months).any()}


def _less(values: Mapping[str, np.ndarray], parts: tuple[str, ...]) -> np.ndarray | None:
    if not all(part in values for part in parts):
        return None
    return values[parts[0]] - sum(values[part] for part in parts[1:])


def _loose_ends(projection: Projection, found: Actuals) -> list[tuple[str, str]]:
    """Sums in the file that their parts do not give, with the first month in which they do not."""
    known = with_subtotals(found)
    sums = {name: _less(known, parts) for name, parts in SUBTOTALS.items()}
    for line in found.values:
        parts = [f"{line}.{segment}" for segment in projection.segments(line)]
        if parts and all(part in found.values for part in parts) and \
                glossary().kind(line)[0] != "ratio":
            sums[line] = sum(found.values[part] for part in parts)
    said = []
    for name, made in sums.items():
        if made is None or name not in found.values:
            continue
        given = found.values[name]
        off = np.abs(given - made) > ROUNDED * np.maximum(np.abs(given), np.abs(made))
        if off.any():
            place = int(np.argmax(off))
            said.append((name, f"{found.calendar.labels[place]} is given as {given[place]:,.12g}, "
                               f"where the parts that are given make {made[place]:,.12g}"))
    return said


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
    rows = []
    for name, values in in_order(projection, found).items():
        plan = planned(projection, name, scenario)
        rows += [_held(projection, name, projection.months[place], plan[place], values[place])
                 for place in np.flatnonzero(np.isfinite(values))]
    return rows


def _held(projection: Projection, name: str, period: str, plan: float, actual: float,
          months: int = 1) -> Variance:
    """An actual held against plan."""
    goal = profile(projection.assumptions.company).kpis.get(name)
    unit = glossary().term(name).unit if is_line(projection, name) else goal.unit
    said = effect(plan, actual, direction(name, goal), unit)
    return Variance(name, period, float(plan), float(actual), said, months)


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
    rows = []
    for name, values in in_order(projection, found).items():
        if not is_line(projection, name) or glossary().kind(name)[0] != "flow":
            continue
        there = start + np.flatnonzero(np.isfinite(values[start:close + 1]))
        if there.size:
            plan = planned(projection, name, scenario)[there].sum()
            rows.append(_held(projection, name, projection.months[start][:4], plan,
                              values[there].sum(), int(there.size)))
    return rows


def outlook(projection: Projection, name: str, year: int, ahead: float) -> Variance:
    """What is expected of a line for a year, held against the plan of that year."""
    plan = projection.by_year(name)[0, projection.years.index(year)]
    return _held(projection, name, str(year), plan, ahead)


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
