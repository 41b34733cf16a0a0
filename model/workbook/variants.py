"""Plans beside those of params, whose workbooks are held to the model as well: each has something
that the plans of params need not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from model.analysis.forecast import forecast
from model.companies import company_module
from model.engine.numbers import project
from model.params.assumptions import Assumptions, load
from model.params.observations import Actuals
from model.params.openings import implied, openable

# An opening by its unit that is neither nothing nor much; of other units, so many customers.
_AMOUNTS = {"months": 24.0, "FTE": 1.0, "USD": 5_000.0}
_CUSTOMERS = 40.0
# Terms without which a company can have no balance of a kind.
_TERMS = {"terms.prepaid_share": 0.3, "terms.days_to_collect": 45,
          "terms.days_to_pay.variable_cost": 20, "terms.days_to_pay.overhead": 30}


def months_and_seasons(company: str) -> Assumptions:
    """Levels by month, a season, a month set alone, and somebody who leaves."""
    plan = load(company)
    levels = [path for path, entry in plan.entries.items() if path.endswith(".marketing")
              and entry.unit == "USD/year"]
    role = next(path for path, entry in plan.entries.items() if path.endswith(".hires")
                and plan.series[path].values[0].min() >= 1)
    year, later = plan.calendar.years[0], plan.calendar.labels[14]
    changes: dict[str, object] = {f"{role}.{plan.calendar.labels[17]}": -1}
    for path in levels:
        now = float(plan.series[path].values[0, 0])
        changes |= {path: {str(year): now, f"{year}-07": 1.25 * now, str(year + 2): 2 * now},
                    f"{path}.season": {9: 4, 10: 0.5}, f"{path}.{later}": 1.5 * now}
    return plan.with_values(changes)


def opening_position(company: str) -> Assumptions:
    """A company that runs already: something of everything that can be opened."""
    found = openable(load(company).entries, company)
    values = {path: _AMOUNTS.get(each.entry.unit, _CUSTOMERS) for path, each in found.items()
              if each.entry.unit != "signed USD"}
    return load(company, changes=values | _TERMS)


def cac_that_rises(company: str) -> Assumptions:
    """Winning one costs more where marketing grows beyond a budget, of whoever is won."""
    entries = load(company).entries
    budgets = [path for path in implied(entries, company) if path.endswith(".saturation.budget")]
    return load(company, changes=dict.fromkeys(budgets, 100000.0) | {
        f"{path.removesuffix('budget')}rise": 0.04 for path in budgets})


def other_years(company: str) -> Assumptions:
    """The same months in years from July, of which the first and the last have six."""
    plan = load(company)
    return replace(plan, calendar=replace(plan.calendar, year_starts=7, year_named="start"))


def shown_years(company: str) -> Assumptions:
    """Those years, of which reports show others, from April."""
    plan = other_years(company)
    return replace(plan, calendar=replace(plan.calendar, shown_from=4))


def close(company: str) -> Assumptions:
    return _closed(load(company))


def close_of_seasons(company: str) -> Assumptions:
    return _closed(months_and_seasons(company))


def _closed(assumptions: Assumptions) -> Assumptions:
    """Four months closed with nine tenths of revenue, customers and cash as planned."""
    plan = project(assumptions)
    side = company_module(assumptions.company).SIDES[0]
    closed = np.arange(len(plan.months)) < 4
    seen = {line: np.where(closed, 0.9 * plan[line][0], np.nan)
            for line in ("revenue", side.active, "unrestricted_cash")}
    found = forecast(plan, Actuals("actuals", "", plan.assumptions.calendar, seen, {}, {}))
    return found.ahead.assumptions


VARIANTS: Mapping[str, Callable[[str], Assumptions]] = {
    "levels by month, seasons and people who leave": months_and_seasons,
    "an opening position": opening_position,
    "a CAC that rises with marketing": cac_that_rises,
    "years from July": other_years,
    "years from July, shown from April": shown_years,
    "a close": close,
    "a close of a plan by month and season": close_of_seasons,
}
