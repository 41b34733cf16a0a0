"""Cells of the investor report on what the plan earns, and on how long its cash lasts."""

from __future__ import annotations

import numpy as np

from model.analysis import forecast
from model.analysis.division import ratio
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.companies.glossary import glossary
from model.engine.figures import MONTH, figures
from model.engine.projection import Projection
from model.pages import breakeven, frame, sensitivity
from model.pages.scoreboard import actuals as actuals_page
from model.pages.view import View, cell
from model.views import charts, style
from model.views.blocks import Block, Table
from model.views.formats import format_month, format_value, say

LINES = ("revenue", "ebitda")
# Amounts closer to zero than this are neither profit nor loss. [USD]
NOTHING = 1e-6
# Beside the runway of the scoreboard, which counts all burn, this one has a name of its own.
RUNWAY = "Runway without dated purchases"


def growth(view: View) -> Block:
    """Revenue and EBITDA by year; base light behind, and a forecast where there are actuals."""
    projection = view.projection
    labels = {line: glossary().label(line) for line in LINES}
    panels = {labels[line]: projection.by_year(line)[0] for line in LINES}
    reference = {} if view.is_base else {
        labels[line]: view.base.by_year(line)[0] for line in LINES}
    ahead = _forecast(view)
    figure = charts.columns_by_year(
        projection.years, panels | ahead, unit="USD", reference=reference,
        notation=dict.fromkeys(ahead, style.FORECAST),
        subtitle=frame.subject(view, "revenue and EBITDA · USD · by year"))
    reading = "All panels share one scale."
    if reference:
        reading += " The grey columns behind are the base scenario."
    if ahead:
        reading += " Hatched: the forecast, which is the plan with its actuals laid over it."
    revenue, ebitda = panels[labels["revenue"]], panels[labels["ebitda"]]
    contribution = projection.by_year("contribution")[0]
    rows = {labels["revenue"]: revenue, "Growth on the year before": _growth(revenue),
            glossary().label("contribution"): contribution,
            "Contribution, of revenue": ratio(contribution, revenue),
            labels["ebitda"]: ebitda, "EBITDA, of revenue": ratio(ebitda, revenue), **ahead,
            **{f"{name}, end of year": values for name, (values, _) in _size(view).items()}}
    units = ["USD", "fraction", "USD", "fraction", "USD", "fraction", *["USD"] * len(ahead),
             *(unit for _, unit in _size(view).values())]
    table = Table("Revenue, contribution, EBITDA, customers and staff", list(rows),
                  {str(year): [values[i] for values in rows.values()]
                   for i, year in enumerate(projection.years)},
                  row_units=units, corner="Line",
                  lines={glossary().label(line): line for line in (*LINES, "contribution")}
                  | {f"{glossary().label(line)}, end of year": line for line in _ends(view)})
    message = _growth_message(projection.years, revenue, ebitda)
    reach = (f"EBITDA of {projection.years[-1]} is at or above that in "
             f"{sensitivity.share_of(sensitivity.odds(view).ends, 'the random draws')}.")
    return Block(f"{actuals_page.remark(view)}{message} {reach} {_size_message(view)}", figure,
                 "column chart",
                 "revenue and EBITDA by year", reading, table, alt_message=message)


def _size(view: View) -> dict[str, tuple[np.ndarray, str]]:
    """Active customers of each side and staff at the end of each year, with their unit."""
    projection, names = view.projection, glossary()
    ends = [projection.months.index(f"{year}-12") for year in projection.years]
    return {names.label(line): (projection[line][0, ends], unit)
            for line, unit in _ends(view).items()}


def _ends(view: View) -> dict[str, str]:
    """The lines of customers and staff with their unit."""
    return {side.active: side.name for side in sides(view.company)} | {"headcount": "FTE"}


def _size_message(view: View) -> str:
    """How many customers and staff the plan has at the end of its first and of its last year."""
    first, last = view.projection.years[0], view.projection.years[-1]
    moves = [f"{frame.inside(name)} from {format_value(float(values[0]), unit)} to "
             f"{say(float(values[-1]), unit)}" for name, (values, unit) in _size(view).items()]
    return f"From the end of {first} to that of {last}, the plan takes {frame.listed(moves)}."


def _forecast(view: View) -> dict[str, np.ndarray]:
    """Revenue and EBITDA with actuals, where they rest on any."""
    found = actuals(view.projection)
    if found is None:
        return {}
    return {f"{glossary().label(line)}, forecast": forecast.by_year(view.projection, found, line)
            for line in LINES
            if forecast.spliced(view.projection, found, line).rests_on != "plan"}


def _growth(revenue: np.ndarray) -> np.ndarray:
    return np.append(np.nan, ratio(revenue[1:], revenue[:-1]) - 1)


def _growth_message(years: tuple[int, ...], revenue: np.ndarray, ebitda: np.ndarray) -> str:
    first, last = years[0], years[-1]
    if not revenue.any():
        return (f"There is no revenue in any year; EBITDA is {say(ebitda[0], 'USD')} in {first} "
                f"and {say(ebitda[-1], 'USD')} in {last}.")
    sold = (f"Revenue goes from {say(revenue[0], 'USD')} in {first} to "
            f"{say(revenue[-1], 'USD')} in {last}")
    end = f"{say(ebitda[-1], 'USD')} in {last}"
    if revenue[-1] and ebitda[-1] > NOTHING:
        end += f", {format_value(ebitda[-1] / revenue[-1], 'fraction')} of revenue"
    above = ebitda > NOTHING
    if above.all():
        return f"{sold}; EBITDA is above zero in every year and {end}."
    if not above.any():
        return f"{sold}; EBITDA is above zero in no year and {end}."
    return f"{sold}; EBITDA is first above zero in {years[int(np.argmax(above))]} and {end}."


@cell
def cash(view: View) -> Block:
    """Cash by month with its lowest point, and how long it would last at the burn of the day."""
    projection, found = view.projection, view.breakeven
    plain = breakeven.cash(view)
    left, wanted, every = (figures(projection).kpi(name, MONTH)[0]
                           for name in ("lasting_runway", "runway_needed", "runway"))
    spare = projection.assumptions.series["funding.contingency_months"].values[0, 0]
    wanted = np.where(wanted > spare, wanted, np.nan)
    reference = None if view.is_base else {"Base": view.base["unrestricted_cash"][0]}
    figure = charts.cash_runway(
        projection.months, projection["unrestricted_cash"][0], left, wanted,
        point=(found.trough_month, found.trough_cash, "lowest"), reference=reference, unit="USD",
        name=RUNWAY, subtitle=frame.subject(view, "cash · USD · month-end, and runway"))
    until = ("the first break-even" if found.first else
             "the end of the plan, which has no break-even,")
    return Block(
        f"{plain.message} {_runway_message(projection.months, left, wanted, every)} "
        f"{frame.tax_held(view)}".strip(), figure,
        "line and column chart", "cash and runway by month",
        f"{plain.reading}{_left_out(projection)} Wanted of it are the months left to {until} and "
        f"{spare:.0f} more; columns short of that are orange, and what lies beyond 36 months is "
        "cut.",
        plain.table,
        alt_message=f"cash is lowest in {format_month(found.trough_month)} at "
                    f"{say(found.trough_cash, 'USD')}")


def _left_out(projection: Projection) -> str:
    """What the runway of this page does not carry on, where there is any of it."""
    once = float(figures(projection).line("dated_purchases").sum())
    goes_on = float(figures(projection).line("capex").sum()) - once
    counted = f"; {say(goes_on, 'USD')} of content are counted" if goes_on > NOTHING else ""
    return (f" Dated purchases, of assets other than content, are {say(once, 'USD')} over the plan "
            "and left out in the chart, because the months after one do not repeat it"
            f"{counted}." if once else "")


def _runway_message(months: tuple[str, ...], left: np.ndarray, wanted: np.ndarray,
                    every: np.ndarray) -> str:
    """The runway without dated purchases, and the one with all burn counted where it differs."""
    plain = (_shortest(RUNWAY, months, left, wanted) if np.isfinite(left).any() else
             "Dated purchases left out, cash is burned over no three months, so there is no "
             "runway to run out.")
    if np.array_equal(left, every, equal_nan=True):
        return plain
    return f"{plain} {_shortest('With all burn counted, runway', months, every, wanted)}"


def _shortest(name: str, months: tuple[str, ...], left: np.ndarray, wanted: np.ndarray) -> str:
    """When a runway is shortest, and in how many months it is shorter than is wanted."""
    burning, least = np.isfinite(left), int(np.nanargmin(left))
    shortest = (f"{name} is shortest in {format_month(months[least])}, "
                f"{say(float(left[least]), 'months')}")
    if np.isfinite(wanted[least]):
        shortest += f" (wanted: {wanted[least]:.0f})"
    short = int(np.sum(left[burning] < wanted[burning]))
    if not np.isfinite(wanted).any():
        return f"{shortest}."
    if not short:
        return f"{shortest}, and nowhere shorter than is wanted."
    every = int(burning.sum())
    where = "every month with a runway" if short == every else (
        f"{short} of the {every} months with a runway")
    return f"{shortest}; in {where} it is shorter than is wanted."
