"""Cells of the unit_economics notebook on customers by quarter of signing."""

from __future__ import annotations

import numpy as np

from model.analysis.cohorts import Cohorts
from model.analysis.cohorts import cohorts as by_month
from model.analysis.unit_economics import sides
from model.companies.sides import Side
from model.pages import shared
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value

# Months of life that the map shows.
MONTHS_OF_LIFE = (1, 3, 6, 9, 12, 18, 24, 36, 48)


def cohorts(view: View) -> Block:
    """What the customers of each quarter have brought, over what it cost to win them."""
    every = {side.name: by_month(view.projection, side).grouped() for side in sides(view.company)}
    quarters = _quarters(view.projection.months)
    name, found = next(iter(every.items()))
    won = [i for i in range(len(quarters)) if found.signed[0, i] > 0]
    life = [month for month in MONTHS_OF_LIFE if month <= found.observed.shape[1]]
    at = [month - 1 for month in life]
    recovered = found.recovered[0][:, at]
    figure = charts.heat_grid(
        [quarters[i] for i in won], life, recovered[won], unit="ratio",
        text=[[_cell(value) for value in recovered[i]] for i in won],
        row_title=f"quarter in which {name} sign", column_title="month of life",
        subtitle=shared.subject(view, "contribution since signing over CAC")) if won else None
    first, *others = [_message(side, every[side.name], quarters) for side in sides(view.company)]
    return Block(
        first, figure, "heat map",
        f"contribution over CAC of {name} by quarter of signing and month of life",
        " ".join(["Contribution before digital ads since signing, of those who stayed, over the "
                  "marketing that won them all: 1 is earned back. The first month of life is that "
                  "of signing; months beyond the plan have no cell.", *others]),
        [_table(side, every[side.name], quarters) for side in sides(view.company)]
        + [_retention(side, every[side.name], quarters, life) for side in sides(view.company)])


def _cell(value: float) -> str:
    """Three digits, which fit a cell on a phone; nothing beyond the horizon."""
    return "" if np.isnan(value) else format_value(value, "ratio" if abs(value) < 9.995 else "1")


def _quarters(months: tuple[str, ...]) -> list[str]:
    return [f"Q{int(month[5:]) // 3 + 1} {month[:4]}" for month in months[::3]]


def _message(side: Side, found: Cohorts, quarters: list[str]) -> str:
    """Which quarters earn back what they cost, and how long it takes them."""
    won = [i for i in range(len(quarters)) if found.signed[0, i] > 0]
    if not won:
        return f"No {side.name} are won within the plan, so there is no cohort to follow."
    months = found.payback_months[0]
    back, open_ = [[i for i in won if np.isfinite(months[i]) == paid] for paid in (True, False)]
    name = side.name.capitalize()
    if not back:
        best = max(won, key=lambda i: np.nanmax(found.recovered[0, i]))
        reached = format_value(float(np.nanmax(found.recovered[0, best])), "ratio")
        return (f"No quarter's {side.name} earn back their CAC before the plan ends; those of "
                f"{quarters[best]} come closest with {reached} of it.")
    first, last = back[0], back[-1]
    span = f"those of {quarters[first]} in month {months[first]:.0f} of their life"
    if last != first:
        span += f", those of {quarters[last]} in month {months[last]:.0f}"
    if not open_:
        return f"{name} of every quarter earn back their CAC within the plan: {span}."
    return (f"{name} of {len(back)} of {len(won)} quarters earn back their CAC within the plan: "
            f"{span}; {_others(open_, found, quarters)}.")


def _others(open_: list[int], found: Cohorts, quarters: list[str]) -> str:
    """The quarters that do not earn back their cost in the months that the plan leaves them."""
    months = int(found.observed[open_[0]].sum())
    if len(open_) == 1:
        left = "month" if months == 1 else f"{months} months"
        return f"those of {quarters[open_[0]]} do not in the {left} that the plan leaves them"
    return (f"the others do not, those of {quarters[open_[0]]} not in {months} "
            f"month{'s' * (months > 1)}")


def _table(side: Side, found: Cohorts, quarters: list[str]) -> Table:
    """Size, cost and earnings of each quarter's cohort up to the end of the plan."""
    recovered, months = found.recovered[0], found.payback_months[0]
    return Table(f"Quarters of {side.name}, up to the end of the plan", quarters, {
        "Won": found.signed[0], "Marketing": found.spent[0],
        "Still there": [_last(row, seen) for row, seen in
                        zip(found.customers[0], found.observed, strict=True)],
        "Revenue": found.revenue[0].sum(axis=1),
        "Contribution": found.contribution[0].sum(axis=1),
        "Over marketing": [_last(row, seen) for row, seen in
                           zip(recovered, found.observed, strict=True)],
        "Earned back in": [f"month {month:.0f}" if np.isfinite(month) else
                           "not within the plan" if won > 0 else "nobody won"
                           for month, won in zip(months, found.signed[0], strict=True)]},
        units={"Won": side.name, "Marketing": "USD", "Still there": side.name, "Revenue": "USD",
               "Contribution": "USD", "Over marketing": "ratio"}, corner="Signed in")


def _last(values: np.ndarray, seen: np.ndarray) -> float:
    """The value of the last month of life that lies within the plan."""
    return float(values[int(seen.sum()) - 1])


def _retention(side: Side, found: Cohorts, quarters: list[str], life: list[int]) -> Table:
    kept = found.retention[0]
    return Table(f"Share of {side.name} still there, by month of life", quarters,
                 {f"Month {month}": kept[:, month - 1] for month in life}, units="fraction",
                 corner="Signed in")
