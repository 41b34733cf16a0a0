"""How much must be sold: cells of the break-even notebook."""

from __future__ import annotations

import numpy as np

from model.analysis import breakeven
from model.analysis.breakeven import units, volume
from model.counts import plural
from model.engine.projection import ratio
from model.pages import frame
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say, unit_label


def volumes(view: View) -> Block | Note:
    """What must be sold a month to pay the overhead, against what is planned."""
    projection, line = view.projection, view.profile.volume
    if line is None:
        return Note("The profile of this company names no volume that would have to be sold.")
    plan = breakeven.sold(projection, line)[0]
    need, before = (units(volume(projection, line, marketing)[0], 1.0)
                    for marketing in (True, False))
    unit, name = plural(view.glossary.term(line).unit), view.line(line)
    message = _volumes_message(view, plan, need, before, unit, name)
    figure = charts.columns_by_year(
        projection.years, {"Planned": plan, "To break even": need}, unit=unit,
        subtitle=frame.subject(view, f"{frame.inside(name)} · a month · mean of the year"))
    amounts = {"Planned": plan, "To pay payroll and fixed cost alone": before,
               "To break even": need}
    if not view.buys:
        del amounts["To pay payroll and fixed cost alone"]
    alone, every = (f"ceil ( ( {cost} ) * {line} / contribution / months )" for cost in
                    ("payroll + fixed_opex", "payroll + fixed_opex + marketing"))
    lines = dict(zip(amounts, (f"{line} / months", *([alone] * view.buys), every), strict=True))
    return Block(
        message, figure, "column chart", f"{frame.inside(name)} planned and needed",
        f"To break even over the year: {_costs(view)} over the contribution that "
        "one unit brings in that year, with all that is sold beside it.",
        Table(f"{name} a month", list(map(str, view.years)),
              {**amounts, "Planned over needed to break even": ratio(plan, need)}, corner="Year",
              units=dict.fromkeys(amounts, unit) | {
                  "Planned over needed to break even": "fraction"},
              lines=lines | {"Planned over needed to break even": f"{line} / months / {every}"}))


def _volumes_message(view: View, plans, needs, before, unit: str, name: str) -> str:
    """Whether the plan sells enough: throughout, from a year on, in some years, or never; and
    how much would be enough if marketing cost nothing."""
    years, costs = view.years, _costs(view)
    enough = [plan >= need for plan, need in zip(plans, needs, strict=True)]
    if not np.isfinite(needs).any():
        return f"No number of {unit} pays the overhead: none is sold, or each brings nothing."
    start = next((i for i in range(len(years)) if all(enough[i:])), None)
    if start is None and any(enough):
        some = frame.listed([str(year) for year, ok in zip(years, enough, strict=True) if ok])
        return (f"The plan sells enough to pay {costs} in {some}, but "
                "not after that.")
    if start is None:
        at, verb = int(np.flatnonzero(np.isfinite(needs))[-1]), "are needed"
        sentence = f"{name} stay below what pays {costs} in every year"
    else:
        at, verb = start, "would do"
        sentence = f"From {years[start]} the plan sells enough to pay {costs}"
    return (f"{sentence}: in {years[at]} {format_value(plans[at], unit)} {unit} a month are "
            f"planned, where {format_value(needs[at], unit)} {verb}"
            + (f", and {format_value(before[at], unit)} without marketing." if view.buys else "."))


def _costs(view: View) -> str:
    """What has to be paid before the plan breaks even."""
    return f"payroll{', fixed cost and marketing' if view.buys else ' and fixed cost'}"


def volume_by_price(view: View) -> Block:
    """What each price would have to bring in by itself to pay the overhead of the first year."""
    year = view.first_year
    rows = breakeven.alone(view.projection, year)
    fixed = breakeven.overhead(view.projection)[0, view.first]
    counted = "The sources count" if view.profile.published else "A simple count takes"
    table = Table(
        f"Sold alone to pay the overhead of {year}, a month",
        [row.label for row in rows],
        {"Brings": [f"{format_value(row.price, row.unit)} {unit_label(row.unit)}" for row in rows],
         "Needed, revenue alone": [row.plain for row in rows],
         "Needed, after variable cost": [row.needed for row in rows]},
        units={"Needed, revenue alone": "units", "Needed, after variable cost": "units"},
        corner="Price")
    return Block(_alone_message(rows, fixed, year), table=table, open=True,
                 reading=f"Overhead is payroll and fixed cost{', without marketing' * view.buys}. "
                         f"{counted} revenue alone, but what is left after variable cost has to "
                         "pay it.")


def _alone_message(rows: list[breakeven.Alone], fixed: float, year: int) -> str:
    able = [row for row in rows if np.isfinite(row.needed)]
    if not rows:
        return ("No price of this plan is paid for one thing sold, so none can be set alone "
                f"against the overhead of {say(fixed, 'USD')} a month in {year}.")
    # Without sales the margin is undefined, and so is every count.
    if not able and not any(np.isfinite(row.margin) for row in rows):
        return (f"Nothing is sold in {year}, so there is no margin after variable cost that could "
                f"pay the overhead of {say(fixed, 'USD')} a month.")
    if not able:
        return (f"No price alone pays the overhead of {say(fixed, 'USD')} a month in {year}: none "
                "leaves anything after variable cost.")
    most, least = max(able, key=lambda r: r.needed), min(able, key=lambda r: r.needed)
    sentence = (f"Sold alone, {_inside(most)} would have to be paid {most.needed:,.0f} times a "
                f"month to cover the overhead of {say(fixed, 'USD')} in {year}")
    return sentence + ("." if most is least else f"; {_inside(least)} {least.needed:,.0f} times.")


def _inside(row: breakeven.Alone) -> str:
    return f"{frame.inside(row.label)} ({say(row.price, row.unit)})"


