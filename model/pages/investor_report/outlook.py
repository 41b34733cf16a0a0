"""Cells of the investor report on what the plan earns, how long its cash lasts, and all scenarios
side by side."""

from __future__ import annotations

import numpy as np

from model.analysis import forecast
from model.analysis.breakeven import months_to_breakeven
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.audit.alerts import short_of_hours
from model.counts import count
from model.engine.figures import MONTH, figures
from model.engine.projection import Projection, ratio
from model.pages import breakeven, frame, sensitivity
from model.pages import comparison as comparing
from model.pages.comparison.view import Comparison
from model.pages.scoreboard import actuals as actuals_page
from model.pages.view import View, cell
from model.params.calendar import MONTHS_PER_YEAR
from model.views import charts, style
from model.views.blocks import Block, Table
from model.views.formats import format_month, format_value, say

LINES = ("revenue", "ebitda")
# Amounts closer to zero than this are neither profit nor loss. [USD]
NOTHING = 1e-6
# An EBITDA that falls by less of base's is no test. [share]
_LESS = 0.05
# Beside the runway of the scoreboard, which counts all burn, this one has a name of its own.
RUNWAY = "Runway without dated purchases"


def growth(view: View) -> Block:
    """Revenue and EBITDA by year; base light behind, and a forecast where there are actuals."""
    labels = {line: view.line(line) for line in LINES}
    panels = {label: view.by_year(line) for line, label in labels.items()}
    reference = {} if view.is_base else {
        label: view.base.by_year(line)[0] for line, label in labels.items()}
    ahead = _forecast(view)
    figure = charts.columns_by_year(
        view.years, panels | ahead, unit="USD", reference=reference,
        notation=dict.fromkeys(ahead, style.FORECAST),
        subtitle=frame.subject(view, "revenue and EBITDA · USD · by year"))
    reading = "All panels share one scale."
    if reference:
        reading += " The grey columns behind are the base scenario."
    if ahead:
        reading += " Hatched: the forecast, which is the plan run on from the last close."
    (revenue, ebitda), contribution = panels.values(), view.by_year("contribution")
    growth_ = np.append(np.nan, ratio(revenue[1:], revenue[:-1]) - 1)
    # Years of which months are missing cannot be compared with others.
    partial = view.projection.calendar.lengths() < MONTHS_PER_YEAR
    growth_[partial | np.append(False, partial[:-1])] = np.nan
    rows = {labels["revenue"]: revenue, "Growth on the year before": growth_,
            view.line("contribution"): contribution,
            "Contribution, of revenue": ratio(contribution, revenue),
            labels["ebitda"]: ebitda, "EBITDA, of revenue": ratio(ebitda, revenue), **ahead,
            **{f"{name}, end of year": values for name, (values, _) in _size(view).items()}}
    units = ["USD", "fraction", "USD", "fraction", "USD", "fraction", *["USD"] * len(ahead),
             *(unit for _, unit in _size(view).values())]
    table = Table.of_rows(f"Revenue, contribution, EBITDA, {view.glossary.people} and staff",
                          view.years, rows, row_units=units, corner="Line", lines={
                              **{view.line(line): line for line in (*LINES, "contribution")},
                              "Growth on the year before": "revenue / before:revenue - 1",
                              "Contribution, of revenue": "contribution / revenue",
                              "EBITDA, of revenue": "ebitda / revenue",
                              **{f"{view.line(line)}, end of year": line for line in _ends(view)}})
    message = _growth_message(view, revenue, ebitda)
    moves = [f"{frame.inside(name)} from {format_value(values[0], unit)} to {say(values[-1], unit)}"
             for name, (values, unit) in _size(view).items()]
    size = (f"From the end of {view.years[0]} to that of {view.years[-1]}, the plan takes "
            f"{frame.listed(moves)}.")
    plain = view.projection.calendar.whole(view.years[-1])
    reach = (f"EBITDA of {view.years[-1]} is at or above {'that' if plain else 'the plan’s'} in "
             f"{sensitivity.share_of(sensitivity.odds(view).ends, 'the random draws')}.")
    return Block(f"{actuals_page.remark(view)}{message} {reach} {size}", figure,
                 "column chart", "revenue and EBITDA by year", reading, table, alt_message=message)


def _size(view: View) -> dict[str, tuple[np.ndarray, str]]:
    """Active customers of each side and staff at the end of each year, with their unit."""
    return {view.line(line): (view.by_year(line), unit) for line, unit in _ends(view).items()}


def _ends(view: View) -> dict[str, str]:
    """The lines of customers and staff with their unit."""
    return {side.active: side.name for side in sides(view.company)} | {"headcount": "FTE"}


def _forecast(view: View) -> dict[str, np.ndarray]:
    """Revenue and EBITDA of the forecast from the last close, where it is not the plan."""
    file = actuals(view.projection)
    found = forecast.forecast(view.projection, file) if file else None
    return {f"{view.line(line)}, forecast": found.ahead.by_year(line)[0]
            for line in LINES if found.rests_on(line) != "plan"} if found else {}


def _growth_message(view: View, revenue: np.ndarray, ebitda: np.ndarray) -> str:
    years, judged = view.years, view.projection.calendar.judged_years
    first, last = judged[0], judged[-1]
    (sold_first, sold_last), (first_ebitda, last_ebitda) = (
        (values[years.index(first)], values[years.index(last)]) for values in (revenue, ebitda))
    if not revenue.any():
        return (f"There is no revenue in any year; EBITDA is {say(first_ebitda, 'USD')} in {first} "
                f"and {say(last_ebitda, 'USD')} in {last}.")
    # Only what twelve months bring can be said to grow from year to year.
    verb, to = ("goes from", "to") if view.projection.calendar.whole(first) else ("is", "and")
    sold = (f"Revenue is {say(sold_last, 'USD')} in {last}" if first == last else
            f"Revenue {verb} {say(sold_first, 'USD')} in {first} {to} "
            f"{say(sold_last, 'USD')} in {last}")
    end = f"{say(last_ebitda, 'USD')} in {last}"
    if sold_last and last_ebitda > NOTHING:
        end += f", {format_value(last_ebitda / sold_last, 'fraction')} of revenue"
    above = ebitda > NOTHING
    when = ("above zero in every year" if above.all() else
            f"first above zero in {years[int(np.argmax(above))]}" if above.any() else
            "above zero in no year")
    return f"{sold}; EBITDA is {when} and {end}."


@cell
def cash(view: View) -> Block:
    """Cash by month with its lowest point, and how long it would last at the burn of the day."""
    projection, found = view.projection, view.breakeven
    plain = breakeven.cash(view)
    left, wanted, every = (figures(projection).kpi(name, MONTH)[0]
                           for name in ("lasting_runway", "runway_needed", "runway"))
    spare = view.value("funding.contingency_months")
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
    once, every = (figures(projection).line(line).sum() for line in ("dated_purchases", "capex"))
    goes_on = every - once
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
    every = burning.sum()
    where = f"{'every month' if short == every else f'{short} of the {every} months'} with a runway"
    return f"{shortest}; in {where} it is shorter than is wanted."


def scenarios(view: View) -> Block:
    """First break-even, lowest cash and EBITDA of the last year of every scenario."""
    comparison = Comparison(view)
    plain, plans = comparing.outcome_table(comparison), comparison.plans
    titles, every = list(plans), [other.breakeven for other in plans.values()]
    measures = {
        "First break-even": charts.Measure(
            [months_to_breakeven(other.projection)[0] for other in plans.values()],
            "months", higher_is_better=False, texts=[frame.or_never(one.first) for one in every]),
        "Lowest cash, USD": charts.Measure([one.trough_cash for one in every], "USD"),
        f"EBITDA {view.years[-1]}, USD": charts.Measure(
            [other.by_year("ebitda")[-1] for other in plans.values()], "USD")}
    here = _place(view, comparison, titles)
    figure = charts.side_by_side(
        titles, measures, highlight=here,
        subtitle=f"{view.assumptions.title} · headline figures by scenario")
    reading = ("Each figure has a scale of its own; bars of months begin with the plan. Below a "
               "figure stands its difference from base, in months or USD")
    if here is not None:
        reading += f"; the row in bold is {titles[here]}, which this page shows"
    odd = [f"{title} ({count(outside, 'assumption')})" for title, other in plans.items()
           if (outside := len(other.assumptions.outside_range()))]
    if odd:
        reading += f". Beyond their plausible ranges go assumptions of {frame.listed(odd)}"
    if short := [title for title, other in plans.items()
                 if (short_of_hours(other.projection) > 0).any()]:
        reading += (f". In {frame.listed(short)} the {frame.short_of_capacity(view)} in some "
                    f"month: {view.glossary.people} pay for them and nobody is paid to work them, "
                    "so EBITDA is too high")
    base = view.base
    if kept := [title for title, other in plans.items()
                if other.projection["revenue"].sum() < base["revenue"].sum() - NOTHING
                and np.array_equal(other.projection["headcount"], base["headcount"])]:
        reading += (f". In {frame.listed(kept)} less is sold than in base with as many people: "
                    "hiring goes on as planned")
    least = min(range(len(every)), key=lambda place: every[place].trough_cash)
    return Block(f"{plain.message} {_adverse(view, plans)}".strip(), figure, "bar chart",
                 "headline figures by scenario", f"{reading}.", plain.table,
                 alt_message=f"{comparing.carried(every)} of {len(every)} break even without "
                             f"running out of cash, which is lowest in {titles[least]}, "
                             f"{say(every[least].trough_cash, 'USD')}")


def _adverse(view: View, plans: dict[str, View]) -> str:
    """Which scenarios put the first year to a test."""
    base, year = view.base.by_year("ebitda")[0, view.first], view.first_year
    others = {title: other.by_year("ebitda")[view.first] for title, other in plans.items()
              if not other.is_base}
    if not others:
        return ""
    worse = [f"{title} ({say(value, 'USD')}"
             + (f", {format_value(1 - value / base, 'fraction')} less)" if base > NOTHING else ")")
             for title, value in others.items() if value < base - _LESS * abs(base)]
    alike = [title for title, value in others.items() if abs(value - base) < NOTHING]
    later = (f" {frame.listed(alike)} {'tests' if len(alike) == 1 else 'test'} later years "
             f"alone: {year} is as in base.") if alike else ""
    if not worse:
        return (f"None has an EBITDA of {year} that is over {_LESS:.0%} below base, so the first "
                f"year is put to no test.{later}")
    return (f"{'Only ' if len(worse) < len(others) else ''}{frame.listed(worse)} "
            f"{'has' if len(worse) == 1 else 'have'} an EBITDA of {year} that is over {_LESS:.0%} "
            f"below base.{later}")


def _place(view: View, comparison: Comparison, titles: list[str]) -> int | None:
    """The row of the scenario that the page shows; None where it has none."""
    for title, other in zip(comparison.titles, comparison.views.values(), strict=True):
        same = (other is view or (not view.changes
                                  and other.assumptions.scenario == view.assumptions.scenario))
        if same and title in titles:
            return titles.index(title)
    return None
