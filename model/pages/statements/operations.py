"""What the company sells and spends by line, and its plans for people and assets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.statements import streams
from model.engine.projection import ratio
from model.pages import frame
from model.pages.statement_tables import part_name
from model.pages.view import View
from model.pages.years import at_end, end_of, first_month
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value, say

Lines = dict[str, np.ndarray]

# Costs that the chart shows by themselves; the table has them all.
MOST_COSTS = 7

# Costs that are told apart by their segments, and those that stand as they are.
_BY_SEGMENT = ("cost_of_revenue", "variable_opex", "fixed_opex")
_WHOLE = ("payroll", "depreciation", "credit_losses")


def _by_size(lines: Lines) -> Lines:
    """The largest over the whole plan first; what is zero throughout is left out."""
    return dict(sorted(_moving(lines).items(), key=lambda pair: -np.sum(pair[1])))


def _moving(lines: Lines) -> Lines:
    return {name: values for name, values in lines.items() if np.any(values)}


def _revenue(view: View) -> Lines:
    return _by_size({part_name(view, line): view.by_year(line)
                     for line in streams(view.projection)})


def _costs(view: View) -> Lines:
    """Every cost down to operating profit, by line."""
    return _by_size({part_name(view, line): view.by_year(line) for line in _cost_lines(view)})


def _cost_lines(view: View) -> list[str]:
    projection = view.projection
    lines = [f"{name}.{part}" for name in _BY_SEGMENT for part in projection.segments(name)]
    lines += view.module.PARTS.get("marketing", ("marketing",))
    return [*lines, *_WHOLE]


def revenue_and_cost_by_line(view: View) -> Block:
    """Revenue and cost by line and year, largest first."""
    revenue, costs = _revenue(view), _costs(view)
    totals = {f"Revenue: {name}": np.sum(values) for name, values in revenue.items()}
    totals |= {f"Cost: {name}": -amount for name, amount in _largest(costs).items()}
    span = f"{view.years[0]} to {view.years[-1]}"
    figure = charts.bars(list(totals), list(totals.values()), unit="USD", subtitle=frame.subject(
        view, f"revenue and cost by line · USD · {span} together"))
    return Block(
        _by_line_message(revenue, costs, span), figure, "bar chart",
        f"revenue and cost by line, {span}", "Blue is revenue, orange all cost above operating "
        "profit, depreciation included and interest and tax not.",
        [_table(view, f"{what} by line, largest first", amounts, what, lines)
         for what, amounts, lines in (("Revenue", revenue, streams(view.projection)),
                                      ("Cost", costs, _cost_lines(view))) if amounts],
        summary="Revenue and cost by line and year")


def _largest(costs: Lines) -> dict[str, float]:
    """The plan's largest costs, and all others together where there are several."""
    amounts = [(name, float(np.sum(values))) for name, values in costs.items()]
    rest = [amount for _, amount in amounts[MOST_COSTS:]]
    if len(rest) < 2:
        return dict(amounts)
    return dict(amounts[:MOST_COSTS]) | {f"{len(rest)} smaller ones": sum(rest)}


def _by_line_message(revenue: Lines, costs: Lines, span: str) -> str:
    parts = []
    for what, lines in (("revenue", revenue), ("cost", costs)):
        if not lines:
            parts.append(f"there is no {what}")
            continue
        name, values = next(iter(lines.items()))
        total = sum(map(np.sum, lines.values()))
        parts.append(f"the largest line of {what} is {name}, "
                     f"{format_value(np.sum(values) / total, 'fraction')} of {say(total, 'USD')}")
    return f"Over {span}, {', and '.join(parts)}."


def _table(view: View, caption: str, amounts: Lines, what: str, lines: Sequence[str]) -> Table:
    """Amounts of lines by year with their total and their share of it."""
    every = {**amounts, what: sum(amounts.values())}
    whole = np.sum(every[what])
    rows = {name: [*values, np.sum(values), ratio(np.sum(values), whole)]
            for name, values in every.items()}
    heads, total = [*map(str, view.years), "Plan"], " + ".join(lines)
    return Table.of_rows(caption, [*heads, "Share"], rows, scale="k", totals=(what,), corner="Line",
                         units=dict.fromkeys(heads, "USD") | {"Share": "fraction"},
                         lines={
                             part_name(view, line): line for line in lines} | {what: total})


def team_and_assets(view: View) -> Block:
    """Headcount and payroll by role, capital spending by item."""
    every, calendar = view.years, view.projection.calendar
    rise = first_month(view.assumptions.calendar)
    people, wages, capex = map(view.by_year, ("headcount", "payroll", "capex"))
    ends = [" ".join(end_of(calendar, year)) for year in every]
    tables = [
        _plan(view, f"Headcount {at_end(calendar)}, full-time equivalents", "headcount", "FTE",
              "Headcount"),
        _plan(view, "Payroll by role, on-costs included", "payroll", "USD", "Payroll"),
        _plan(view, "Capital spending by item", "capex", "USD", "Capital spending")]
    message = (f"The team is {say(people[0], 'FTE')} in {ends[0]} and "
               f"{say(people[-1], 'FTE')} in {ends[-1]}; payroll is "
               f"{say(wages[0], 'USD')} in {every[0]} and {say(wages[-1], 'USD')} in "
               f"{every[-1]}. {_spending(capex, every)}")
    idle = [name for name, heads in _segments(view, "headcount").items() if not np.any(heads)]
    reading = f"Salaries rise each {rise}; a role is paid from the month of hiring."
    if idle:
        reading += f" Planned for nobody and left out: {frame.listed(idle)}."
    return Block(message, table=tables, open=True, reading=reading)


def _spending(capex: np.ndarray, years: tuple[int, ...]) -> str:
    total = np.sum(capex)
    if not total:
        return "Nothing is spent on assets."
    most = int(np.argmax(capex))
    return (f"Capital spending is {say(total, 'USD')} in all, "
            f"{format_value(capex[most] / total, 'fraction')} of it in {years[most]}.")


def _segments(view: View, line: str) -> Lines:
    """The segments of a line, in the order of the plan."""
    return {part_name(view, f"{line}.{part}"): view.by_year(f"{line}.{part}")
            for part in view.projection.segments(line)}


def _plan(view: View, caption: str, line: str, unit: str, name: str) -> Table:
    rows = {**_moving(_segments(view, line)), name: view.by_year(line)}
    parts = {part_name(view, f"{line}.{part}"): f"{line}.{part}"
             for part in view.projection.segments(line)}
    return Table.of_rows(caption, view.years, rows, units=unit, totals=(name,),
                         scale="k" if unit == "USD" else None,
                         corner="Item" if line == "capex" else "Role",
                         lines=parts | {name: line})
