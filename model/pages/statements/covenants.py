"""How far the plan is from what its lenders demand: a cell that shows nothing without debt."""

from __future__ import annotations

import numpy as np

from model.analysis.investors.covenants import Headroom, has_debt, headroom
from model.companies.vocabulary import QUARTER
from model.pages import frame, years
from model.pages.view import View, cell
from model.params.entry import Covenant
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, format_value, say

_NAMES = {"minimum_cash": "Unrestricted cash", "debt_to_ebitda": "Debt over EBITDA",
          "interest_cover": "Operating profit over interest"}
_LOST = {"minimum_cash": "unrestricted cash", "debt_to_ebitda": "EBITDA of twelve months",
         "interest_cover": "operating profit of twelve months"}
_AT_MOST = ("debt_to_ebitda",)


@cell
def covenants(view: View) -> Block | Note | None:
    """Each demand with what is left until it is broken, by quarter, and the first breach."""
    if not has_debt(view.projection):
        return None
    every = headroom(view.projection)
    if not every:
        return Note("The plan borrows, and names nothing that its lenders demand (covenants), so "
                    "nothing is held against them.")
    tested = np.array([np.isfinite(each.amounts) for each in every]).any(axis=0)
    if not tested.any():
        return Note("No demand of the lenders is tested within the plan: debt is repaid, or no "
                    "twelve months are over, before.")
    calendar = view.projection.calendar
    quarters = [years.quarter_name(quarter, calendar) for quarter, there in zip(
        calendar.period_labels(QUARTER), tested, strict=True) if there]
    columns, units = {}, {}
    for each in every:
        name = f"{_NAMES[each.covenant.of]}, {_limit(each.covenant)}"
        columns[name] = [_value(each, at) for at in np.flatnonzero(tested)]
        columns[f"Headroom, {_LOST[each.covenant.of]}"] = [*each.amounts[tested]]
        units[f"Headroom, {_LOST[each.covenant.of]}"] = "USD"
    return Block(
        _message(view, every), open=True, summary="Headroom by quarter",
        table=Table("What could be lost before a lender's demand is broken, by quarter", quarters,
                    columns, units=units, scale="k", corner="Quarter",
                    absent=dict.fromkeys(quarters, "–")),
        reading="Headroom is what could be lost before a demand is broken; below zero it is. Cash "
                "is held to it at the end of every month with debt, and the worst month of a "
                "quarter is shown; profits of twelve months are at the end of each quarter, once "
                "twelve months of the plan are over. " + _sources(every))


def _limit(covenant: Covenant) -> str:
    bound = "at most" if covenant.of in _AT_MOST else "at least"
    limit = (say(covenant.limit, "USD") if covenant.of == "minimum_cash" else
             f"{format_value(covenant.limit, 'ratio')} times")
    return f"{bound} {limit}"


def _value(each: Headroom, at: int) -> str:
    value = each.values[at]
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "no EBITDA"
    return (say(value, "USD") if each.covenant.of == "minimum_cash" else
            f"{format_value(value, 'ratio')} times")


def _message(view: View, every: tuple[Headroom, ...]) -> str:
    broken = [each for each in every if each.broken]
    if broken:
        parts = [f"{frame.inside(_NAMES[each.covenant.of])} of {_limit(each.covenant)} first in "
                 f"{format_month(each.broken)}" for each in broken]
        return (f"The plan breaks what its lenders demand: {frame.listed(parts)}. A lender may "
                "then ask for all of its money at once, which the plan does not reckon with.")
    parts = []
    for each in every:
        if np.isfinite(each.amounts).any():
            at = int(np.nanargmin(each.amounts))
            quarter = years.quarter_name(
                view.projection.calendar.period_labels(QUARTER)[at], view.projection.calendar)
            parts.append(f"{_LOST[each.covenant.of]} could be {say(each.amounts[at], 'USD')} lower "
                         f"in {quarter}")
    return ("The plan keeps what its lenders demand; it is nearest to breaking it where "
            f"{frame.listed(parts)}.")


def _sources(every: tuple[Headroom, ...]) -> str:
    return " ".join(f"{_NAMES[each.covenant.of]}, {_limit(each.covenant)}: "
                    f"{each.covenant.source}." for each in every)
