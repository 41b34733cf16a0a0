"""What the company sells and spends by line, and its plans for people and assets."""

from __future__ import annotations

import numpy as np

from model.analysis.division import ratio
from model.analysis.statements import streams
from model.pages import frame
from model.pages.statement_tables import part_name
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value, say

Lines = dict[str, np.ndarray]

# Costs that the chart shows by themselves; the table has them all.
MOST_COSTS = 7

# Costs that are told apart by their segments, and those that stand as they are.
_BY_SEGMENT = ("cost_of_revenue", "variable_opex", "fixed_opex")
_SIDES = ("mentee_marketing", "mentor_marketing")
_WHOLE = ("payroll", "depreciation", "credit_losses")


def _by_size(lines: Lines) -> Lines:
    """The largest over the whole plan first; what is zero throughout is left out."""
    return dict(sorted(((name, values) for name, values in lines.items() if np.any(values)),
                       key=lambda pair: -float(np.sum(pair[1]))))


def _revenue(view: View) -> Lines:
    return _by_size({part_name(view, line): view.by_year(line)
                     for line in streams(view.projection)})


def _costs(view: View) -> Lines:
    """Every cost down to operating profit, by line."""
    projection = view.projection
    lines = [f"{name}.{part}" for name in _BY_SEGMENT for part in projection.segments(name)]
    lines += _SIDES if all(line in projection for line in _SIDES) else ("marketing",)
    return _by_size({part_name(view, line): projection.by_year(line)[0]
                     for line in (*lines, *_WHOLE)})


def revenue_and_cost_by_line(view: View) -> Block:
    """Revenue and cost by line and year, largest first."""
    revenue, costs = _revenue(view), _costs(view)
    totals = {f"Revenue: {name}": float(np.sum(values)) for name, values in revenue.items()}
    totals |= {f"Cost: {name}": -amount for name, amount in _largest(costs).items()}
    years = view.years
    span = f"{years[0]} to {years[-1]}"
    figure = charts.bars(list(totals), list(totals.values()), unit="USD", subtitle=frame.subject(
        view, f"revenue and cost by line · USD · {span} together"))
    return Block(
        _by_line_message(revenue, costs, span), figure, "bar chart",
        f"revenue and cost by line, {span}", "Blue is revenue, orange all cost above operating "
        "profit, depreciation included and interest and tax not.",
        [_table(view, f"{what} by line, largest first", lines, what)
         for what, lines in (("Revenue", revenue), ("Cost", costs)) if lines],
        summary="Revenue and cost by line and year")


def _largest(costs: Lines) -> dict[str, float]:
    """The plan's largest costs, and all others together where there are several."""
    amounts = {name: float(np.sum(values)) for name, values in costs.items()}
    names = list(amounts)[:MOST_COSTS]
    rest = [name for name in amounts if name not in names]
    if len(rest) < 2:
        return amounts
    return {name: amounts[name] for name in names} | {
        f"{len(rest)} smaller ones": sum(amounts[name] for name in rest)}


def _by_line_message(revenue: Lines, costs: Lines, span: str) -> str:
    parts = []
    for what, lines in (("revenue", revenue), ("cost", costs)):
        if not lines:
            parts.append(f"there is no {what}")
            continue
        total = sum(float(np.sum(values)) for values in lines.values())
        name, values = next(iter(lines.items()))
        share = float(np.sum(values)) / total
        parts.append(f"the largest line of {what} is {name}, "
                     f"{format_value(share, 'fraction')} of {say(total, 'USD')}")
    return f"Over {span}, {', and '.join(parts)}."


def _table(view: View, caption: str, lines: Lines, what: str) -> Table:
    """Lines by year with their total and their share of it."""
    years = list(map(str, view.years))
    every = {**lines, what: sum(lines.values())}
    whole = float(np.sum(every[what]))
    columns = {year: [float(values[i]) for values in every.values()]
               for i, year in enumerate(years)}
    columns["Plan"] = [float(np.sum(values)) for values in every.values()]
    columns["Share"] = [float(ratio(amount, whole)) for amount in columns["Plan"]]
    return Table(caption, list(every), columns, units=dict.fromkeys((*years, "Plan"), "USD")
                 | {"Share": "fraction"}, scale="k", totals=(what,), corner="Line")


def team_and_assets(view: View) -> Block:
    """Headcount and payroll by role, capital spending by item."""
    projection, years = view.projection, view.years
    heads, payroll, assets = (_segments(view, line) for line in ("headcount", "payroll", "capex"))
    people, wages, capex = (projection.by_year(line)[0]
                            for line in ("headcount", "payroll", "capex"))
    tables = [
        _plan(view, "Headcount in December, full-time equivalents", heads, people, "FTE",
              "Headcount"),
        _plan(view, "Payroll by role, on-costs included", payroll, wages, "USD", "Payroll"),
        _plan(view, "Capital spending by item", assets, capex, "USD", "Capital spending")]
    message = (f"The team is {say(float(people[0]), 'FTE')} in December {years[0]} and "
               f"{say(float(people[-1]), 'FTE')} in December {years[-1]}; payroll is "
               f"{say(float(wages[0]), 'USD')} in {years[0]} and {say(float(wages[-1]), 'USD')} in "
               f"{years[-1]}. {_spending(capex, years)}")
    roles = [part_name(view, f"headcount.{role}") for role in projection.segments("headcount")]
    idle = [name for name in roles if name not in heads]
    reading = "Salaries rise each January; a role is paid from the month of hiring."
    if idle:
        reading += f" Planned for nobody and left out: {frame.listed(idle)}."
    return Block(message, table=tables, open=True, reading=reading)


def _spending(capex: np.ndarray, years: tuple[int, ...]) -> str:
    total = float(np.sum(capex))
    if not total:
        return "Nothing is spent on assets."
    most = int(np.argmax(capex))
    share = format_value(float(capex[most]) / total, "fraction")
    return f"Capital spending is {say(total, 'USD')} in all, {share} of it in {years[most]}."


def _segments(view: View, line: str) -> Lines:
    """The segments of a line that are not zero throughout, in the order of the plan."""
    lines = {part_name(view, f"{line}.{part}"): view.by_year(f"{line}.{part}")
             for part in view.projection.segments(line)}
    return {name: values for name, values in lines.items() if np.any(values)}


def _plan(view: View, caption: str, lines: Lines, total: np.ndarray, unit: str,
          name: str) -> Table:
    every = {**lines, name: total}
    return Table(caption, list(every), {str(year): [float(values[i]) for values in every.values()]
                                        for i, year in enumerate(view.years)},
                 units=unit, scale="k" if unit == "USD" else None, totals=(name,),
                 corner="Item" if name.startswith("Capital") else "Role")
