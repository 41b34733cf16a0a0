"""The forecast from the last close, beside the plan and the forecast before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model.analysis import forecast as analysis
from model.analysis import variance as against
from model.analysis.breakeven import Breakeven, breakeven
from model.analysis.forecast import Forecast
from model.analysis.variance import Variance
from model.counts import count
from model.engine.projection import Projection
from model.pages import frame, years
from model.pages.scoreboard import actuals
from model.pages.scoreboard.actuals import (
    FIRST,
    aside,
    beside,
    closed,
    differences,
    nothing,
    remark_of,
    unit_of,
)
from model.pages.view import View, cell
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, format_value, say

# The lines of the outlook on the year of the close, and those of the outlook on all years.
OUTLOOK = ("revenue", "gross_profit", "contribution", "ebitda", "unrestricted_cash", "cash")
YEARS = ("revenue", "ebitda", "unrestricted_cash")
# What follows for the company as a whole: a label, and its words of a Breakeven.
OUTCOMES: dict[str, Callable[[Breakeven], str]] = {
    "First month with EBITDA of zero or more": lambda found: _month(found.first),
    "Losses since the start earned back": lambda found: _month(found.earned_back),
    "Month of the lowest cash": lambda found: _month(found.trough_month),
    "Lowest unrestricted cash": lambda found: say(found.trough_cash, "USD"),
    "Cash below zero from": lambda found: _month(found.out_of_cash),
}


def last_forecast(view: View) -> Forecast | None:
    """The forecast from the last close; None where no line is closed."""
    file, _ = closed(view)
    return analysis.forecast(view.projection, file) if file else None


def expected(view: View) -> Projection:
    """The forecast from the last close, or the plan where no line is closed."""
    found = last_forecast(view)
    return found.ahead if found else view.projection


def sentence(view: View) -> str:
    """What the forecast makes of break-even and cash, behind another sentence; empty where no line
    is closed."""
    found = last_forecast(view)
    return f" Run on from {_close(view, found)}: {_breaks_even(view, found)}" if found else ""


@cell
def forecast(view: View, line: str | None = None) -> Block | Note | None:
    """What the plan, run on from the last close, makes of the year of the close and of all that
    follows. The chart shows a line, by default cash, revenue or the first one that is given."""
    projection, (file, _) = view.projection, closed(view)
    found = last_forecast(view)
    if found is None:
        return nothing(view, file) if file else None
    line = line or next((name for name in reversed(FIRST) if name in found.observed),
                        next(name for name in projection.lines if name in found.observed))
    before = analysis.forecast(projection, file, found.close - 1) if found.close else None
    # The year before that of the close, where there is one, that year and the next.
    at, bounds = view.years.index(view.year_at(found.close)), projection.calendar.bounds()
    begin = max(0, at - 1)
    window = slice(bounds[begin], bounds[min(begin + (3 if begin else 2), len(bounds) - 1)])
    months, label, unit = projection.months[window], view.line(line), unit_of(view, line)
    figure = charts.outlook(
        months, found.actual(line)[window], found.ahead[line][0, window],
        projection[line][0, window], unit=unit,
        subtitle=frame.subject(view, f"{frame.inside(label)} · by month"),
        markers=[(projection.months[found.close], "last close")])
    return Block(
        remark_of(file) + _message(view, found, line), figure, "line chart",
        f"{frame.inside(label)} with actuals",
        "Solid: actual. Grey: plan. Dashed: forecast. The model runs on from the last close, so "
        f"that {view.glossary.people}, cash and what is owed start where they stood; a total that "
        "is given without its parts is shared out as planned." + _gaps(view, found),
        [_of_year(view, found, before), _outcomes(view, found, before), _by_year(view, found)],
        open=True)


def _month(month: str | None) -> str:
    return format_month(month) if month else "never"


def _message(view: View, found: Forecast, line: str) -> str:
    row = _expected(view, found, line)
    label, unit = frame.inside(view.line(line)), unit_of(view, line)
    year = view.year_at(found.close)
    end = " ".join(years.end_of(view.projection.calendar, year))
    when = f"in {end}" if view.glossary.term(line).kind == "stock" else f"for {year}"
    off = ", as planned" if row.effect == "on plan" else (
        f", {aside(row, unit)}" if np.isfinite(row.difference) else "")
    return (f"Run on from {_close(view, found)}, {label} {when} is {say(row.actual, unit)}{off}. "
            f"{_breaks_even(view, found)}")


def _close(view: View, found: Forecast) -> str:
    return f"the close of {format_month(view.months[found.close])}"


def _breaks_even(view: View, found: Forecast) -> str:
    """Whether break-even and the lowest cash have moved."""
    plan, ahead = view.breakeven, breakeven(found.ahead)
    when = ("EBITDA reaches zero in no month of the plan" if not ahead.first else
            f"EBITDA first reaches zero in {format_month(ahead.first)}")
    was = ("as planned" if plan.first == ahead.first else "which was not planned"
           if not plan.first else f"planned was {format_month(plan.first)}")
    cash = (f"cash is lowest in {format_month(ahead.trough_month)}, with "
            f"{say(ahead.trough_cash, 'USD')}")
    low = say(plan.trough_cash, "USD")
    same = (plan.trough_month, low) == (ahead.trough_month, say(ahead.trough_cash, "USD"))
    planned = ", as planned" if same else f" (planned: {low} in {format_month(plan.trough_month)})"
    return f"{when}, {was}; {cash}{planned}."


def _gaps(view: View, found: Forecast) -> str:
    """What the figures of closed months leave open."""
    total, parts = float(found.unexplained.sum()), ""
    if abs(total) >= 1:
        more = "fell by" if total < 0 else "rose by"
        parts = (f" Up to the close the owners' equity {more} {say(abs(total), 'USD')} that no "
                 "flow of the file or of the plan explains; it is taken as it stands.")
    if found.omitted:
        names = frame.listed([frame.inside(view.line(line)) for line in found.omitted])
        parts += (f" The forecast does not go on from what was observed of {names}: openings and "
                  "terms of the plan, or other figures of the file, leave another amount at the "
                  "close.")
    return parts


def _expected(view: View, found: Forecast, line: str) -> Variance:
    """The forecast of the year of the last close."""
    year = view.year_at(found.close)
    place = view.years.index(year)
    revenue = (np.nan if found.rests_on("revenue") == "plan"
               else float(found.ahead.by_year("revenue")[0, place]))
    return against.outlook(view.projection, line, year,
                           float(found.ahead.by_year(line)[0, place]), revenue)


def _of_year(view: View, found: Forecast, before: Forecast | None) -> Table:
    projection, year = view.projection, view.year_at(found.close)
    place, (month, _) = view.years.index(year), years.end_of(projection.calendar, year)
    lines = [line for line in projection.lines if line in (*OUTLOOK, *found.observed)]
    rows, units = [_expected(view, found, line) for line in lines], [
        unit_of(view, line) for line in lines]
    earlier = {_before(view, before): [before.ahead.by_year(line)[0, place] for line in lines]
               } if before else {}
    return Table(
        f"{year}: plan and forecast; balances of {month}",
        list(map(view.line, lines)), {
            "Plan": [row.plan for row in rows], **earlier,
            "Forecast": [row.actual for row in rows],
            "Difference": differences(rows, units), "Effect": [row.effect for row in rows],
            "Rests on": [_rests_on(view, found, line) for line in lines]},
        row_units=beside(units), corner="Line")


def _before(view: View, before: Forecast) -> str:
    return f"Forecast from {format_month(view.months[before.close])}"


def _rests_on(view: View, found: Forecast, line: str) -> str:
    there = np.flatnonzero(np.isfinite(found.actual(line)))
    match found.rests_on(line):
        case "actuals":
            return f"actuals to {format_month(view.months[there[-1]])}"
        case "parts":
            return f"actuals of its parts to {format_month(view.months[there[-1]])}"
        case "close":
            return "what follows from the close"
    return "plan"


def _outcomes(view: View, found: Forecast, before: Forecast | None) -> Table:
    columns = {"Plan": view.projection, **({_before(view, before): before.ahead} if before else {}),
               "Forecast": found.ahead}
    return Table("Break-even and cash", list(OUTCOMES), {
        name: [words(breakeven(projection)) for words in OUTCOMES.values()]
        for name, projection in columns.items()}, corner="Outcome")


def _by_year(view: View, found: Forecast) -> Table:
    rows = {f"{view.line(line)}, {name}": projection.by_year(line)[0]
            for line in YEARS for name, projection in
            (("plan", view.projection), ("forecast", found.ahead))}
    caption = f"Plan and forecast by year; balances {years.at_end(view.projection.calendar)}"
    return Table.of_rows(caption, view.years, rows,
                         row_units=["USD"] * len(rows), corner="Line")


@cell
def forecast_accuracy(view: View) -> Block | Note | None:
    """How near the plan came to what was observed, and how near earlier forecasts did."""
    plan, earlier = actuals.plan_accuracy(view), _earlier(view)
    if not (isinstance(plan, Block) and earlier):
        return plan
    return replace(plan, message=f"{plan.message} {earlier.message}",
                   table=[plan.table, *earlier.table], reading=f"{plan.reading} {earlier.reading}")


def _earlier(view: View) -> Block | None:
    """How near earlier forecasts came, by how far they looked ahead, against a naive one; None
    where there was but one close."""
    file, _ = closed(view)
    if file is None:
        return None
    names = [name for name in FIRST if name in file.values]
    records = {name: record for name in names
               if (record := analysis.track_record(view.projection, file, name))}
    if not records:
        return None
    tables = []
    for name, record in records.items():
        tables.append(Table(
            f"{view.line(name)}: error of earlier forecasts, of the actual",
            [count(ahead, "month") for ahead in record], {
                "Forecasts": [number for number, _, _ in record.values()],
                "Mean error": [format_value(own, "fraction") for _, own, _ in record.values()],
                "Naive": [format_value(naive, "fraction") for _, _, naive in record.values()]},
            corner="Ahead"))
    name, record = next(iter(records.items()))
    number, own, naive = record[1] if 1 in record else next(iter(record.values()))
    ahead = next(iter(record))
    return Block(
        f"Looking {count(ahead, 'month')} ahead, earlier forecasts of "
        f"{frame.inside(view.line(name))} missed by {format_value(own, 'fraction')} of the actual "
        f"on average over {count(number, 'forecast')}; the last actual carried on missed by "
        f"{format_value(naive, 'fraction')}.", table=tables,
        reading="Each closed month is forecast anew from every close before it, with what was "
                "known then. Naive: the last actual, unchanged.")
