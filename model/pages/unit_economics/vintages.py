"""Cells of the unit_economics notebook on customers by quarter of signing."""

from __future__ import annotations

import numpy as np

from model.analysis.lifetime import Cohorts
from model.analysis.lifetime import cohorts as by_month
from model.analysis.unit_economics import before_ads, economics, sides
from model.companies.glossary import Side
from model.companies.vocabulary import QUARTER
from model.counts import count
from model.engine.projection import ratio
from model.pages import frame
from model.pages.view import View, needs_cac
from model.pages.years import quarter_name
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value

# Months of life that the map shows.
MONTHS_OF_LIFE = (1, 3, 6, 9, 12, 18, 24, 36, 48)
# What becomes of a quarter's cost within the plan.
BACK, YOUNG, NOT, NOBODY = "back", "not yet within the plan", "not within the plan", "nobody won"
# A quarter that has earned it, although its last customers have not lived as long.
BY_END = "by the end of the plan"
ALL = "All quarters"


@needs_cac
def cohorts(view: View) -> Block:
    """What the customers of each quarter have brought, over what it cost to win them."""
    calendar = view.projection.calendar
    every = [(side, by_month(view.projection, side).grouped(calendar))
             for side in sides(view.company)]
    quarters = [quarter_name(each, calendar) for each in calendar.period_labels(QUARTER)]
    name, first_side = every[0][0].name, every[0][1]
    signers = [i for i in range(len(quarters)) if first_side.signed[0, i] > 0]
    life = [month for month in MONTHS_OF_LIFE if month <= first_side.observed.shape[1]]
    at = [month - 1 for month in life]
    recovery = first_side.recovered[0][:, at]
    figure = charts.heat_grid(
        [quarters[i] for i in signers], life, recovery[signers], unit="ratio", goal=1.0,
        text=[[_cell(value) for value in recovery[i]] for i in signers],
        row_title=f"quarter in which {name} sign", column_title="month of life",
        subtitle=frame.subject(view, "contribution since signing over CAC · dark line: earned "
                                     "back")) if signers else None
    states = [_states(view, side, cohort) for side, cohort in every]
    first, *others = [_message(*each, quarters, state)
                      for each, state in zip(every, states, strict=True)]
    return Block(
        first, figure, "heat map",
        f"contribution over CAC of {name} by quarter of signing and month of life",
        " ".join([f"Contribution{frame.before_ads(view)} since "
                  "signing, of those who stayed, over the "
                  "marketing that won them all: 1 is earned back. A cell is empty where the plan "
                  "ends before the whole quarter has reached that month of life.", *others]),
        [_table(view, *each, quarters, state) for each, state in zip(every, states, strict=True)]
        + [Table.of_rows(f"Share of {side.name} still there, by month of life",
                         [f"Month {month}" for month in life],
                         dict(zip(quarters, cohort.retention[0][:, at], strict=True)),
                         units="fraction", corner="Signed in", lines={
                             f"Month {month}": f"cohort:retention.{side.name}@{month}"
                             for month in life}) for side, cohort in every])


def _cell(value: float) -> str:
    """Three digits, which fit a cell on a phone; nothing beyond the horizon."""
    return "" if np.isnan(value) else format_value(value, "ratio" if abs(value) < 9.995 else "1")


def _message(side: Side, cohort: Cohorts, quarters: list[str], states: list[str]) -> str:
    """Which quarters earn back what they cost, and how long it takes them."""
    back, young, rest = ([i for i, state in enumerate(states) if state == one]
                         for one in (BACK, YOUNG, NOT))
    signers = sorted([*back, *young, *rest])
    if not signers:
        return f"No {side.name} are won within the plan, so there is no cohort to follow."
    months, name = cohort.payback_months[0], side.name.capitalize()
    in_time = [i for i in back if months[i] <= _ages(cohort)[i]]
    if not back:
        best = max(signers, key=lambda i: np.nanmax(cohort.recovered[0, i]))
        most = format_value(float(np.nanmax(cohort.recovered[0, best])), "ratio")
        return (f"No quarter's {side.name} earn back their CAC before the plan ends; those of "
                f"{quarters[best]} come closest with {most} of it.")
    span = [f"those of {quarters[i]} in month {months[i]:.0f}"
            for i in (*in_time[:1], *in_time[1:][-1:])]
    if span:
        span[0] += " of their life"
    many = f"{len(back)} of {count(len(signers), 'quarter')}" if young or rest else "every quarter"
    parts = [f"{name} of {many} earn back their CAC within the plan"
             + (f": {', '.join(span)}" if span else "")]
    if rest:
        # The months of life that all of the first of them reach.
        age, which = int(_ages(cohort)[rest[0]]), f"those of {quarters[rest[0]]}"
        time = "in their first month" if age == 1 else f"in {age} months"
        parts.append(f"{which} do not {time}" if len(rest) == 1 else
                     f"{len(rest)} do not, {which} not {time}")
    if young:
        which = quarters[young[0]] if len(young) == 1 else f"{len(young)} quarters"
        parts.append(f"those of {which} not yet, as the plan ends before they are old enough")
    return "; ".join(parts) + "."


def _states(view: View, side: Side, cohort: Cohorts) -> list[str]:
    """What has become of each quarter's cost when the plan ends. Too young is a quarter that does
    not reach the month in which customers like it earn back theirs, by the unit economics of its
    year."""
    years = view.projection.calendar.years_of(QUARTER)
    like = economics(view.projection, side).payback_months[0, years]
    return [NOBODY if size <= 0 else BACK if np.isfinite(month) else YOUNG if age < wait else NOT
            for size, month, age, wait in zip(cohort.signed[0], cohort.payback_months[0],
                                              _ages(cohort), like, strict=True)]


def _ages(cohort: Cohorts) -> np.ndarray:
    """The month of life that all of each quarter reach within the plan."""
    return cohort.observed.sum(axis=1)


def _table(view: View, side: Side, cohort: Cohorts, quarters: list[str],
           states: list[str]) -> Table:
    """Size, cost and earnings of each quarter's cohort up to the end of the plan, and of all."""
    contribution = f"Contribution{before_ads(view.company)}"
    amounts = {"Won": cohort.signed[0], "Marketing": cohort.spent[0],
               "Still there": cohort.remaining[0], "Revenue": cohort.revenue[0].sum(axis=1),
               contribution: cohort.contribution[0].sum(axis=1)}
    lines = {head: f"cohort:{name}.{side.name}" for head, name in zip(
        amounts, ("won", "spent", "remaining", "revenue", "contribution"), strict=True)}
    columns = {head: [*values, values.sum()] for head, values in amounts.items()}
    columns["Over marketing"] = ratio(columns[contribution], columns["Marketing"])
    columns["Earned back"] = [
        state if state != BACK else f"in\u00a0month\u00a0{month:.0f}" if month <= age else BY_END
        for month, state, age in zip(cohort.payback_months[0], states, _ages(cohort),
                                     strict=True)] + [""]
    return Table(f"Quarters of {side.name}, up to the end of the plan", [*quarters, ALL], columns,
                 units={"Won": side.name, "Marketing": "USD", "Still there": side.name,
                        "Revenue": "USD", contribution: "USD", "Over marketing": "ratio"},
                 corner="Signed in", totals=(ALL,), scale="k", lines=lines | {
                     "Over marketing": f"{lines[contribution]} / {lines['Marketing']}"})
