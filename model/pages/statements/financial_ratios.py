"""Ratios of the statements: a cell of the statements notebook."""

from __future__ import annotations

import numpy as np

from model.analysis.financial_ratios import GROUPS, Ratio, financial_ratios
from model.pages import frame
from model.pages.view import View
from model.pages.years import of_end
from model.params.calendar import Year
from model.views.blocks import Block, Table
from model.views.formats import format_value

_NO_VALUE = "undefined"
_IN_SENTENCE = {
    "quick_ratio": "the quick ratio is {}", "liabilities_to_assets": "liabilities are {} of assets",
    "net_margin": "the net margin is {}", "roe": "the return on equity is {}"}


def ratios(view: View) -> Block:
    """Liquidity, leverage, margins, returns and days, with their definitions."""
    every, years = financial_ratios(view.projection), view.years
    tables = [_table(every, years), _without_value(every, years)]
    message = _message(every, view.projection.calendar.judged_years[-1], years)
    return Block(message, table=list(filter(None, tables)), open=True,
                 reading=f"Balances are {of_end(view.projection.calendar)}; returns are on the "
                         "mean of a year's first and last balance.")


def _message(every: tuple[Ratio, ...], year: Year, years: tuple[Year, ...]) -> str:
    values, missing = [], []
    by_name = {each.name: each for each in every}
    for name, words in _IN_SENTENCE.items():
        each, last = by_name[name], by_name[name].values[0, years.index(year)]
        if np.isnan(last):
            missing.append(frame.inside(each.label))
        else:
            values.append(words.format(format_value(last, each.unit)))
    if not values:
        return f"In {year} these are undefined: {frame.listed(missing)}."
    return (f"In {year} {frame.listed(values)}"
            f"{f'; undefined: {frame.listed(missing)}' if missing else ''}.")


def _table(every: tuple[Ratio, ...], years: tuple[int, ...]) -> Table:
    """Ratios below the names of their groups."""
    rows = []
    for group, names in GROUPS.items():
        rows.append((group, "", [""] * (len(years) + 1), ""))
        rows += [(each.label, each.unit if each.unit == "fraction" else "",
                  [*(_cell(value, each.unit) for value in each.values[0]), each.definition],
                  f"kpi:{each.name}" if each.name in names else "")
                 for each in every if each.group == group]
    labels, units, cells, lines = zip(*rows, strict=True)
    heads = [*map(str, years), "Definition"]
    return Table("Ratios by year", labels, dict(zip(heads, zip(*cells, strict=True), strict=True)),
                 row_units=units, totals=tuple(GROUPS), corner="Ratio", row_lines=lines)


def _without_value(every: tuple[Ratio, ...], years: tuple[int, ...]) -> Table | None:
    """Where ratios are undefined and why; those of the same years and reason in one row."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in every:
        missing = [str(year) for year, value in zip(years, each.values[0], strict=True)
                   if np.isnan(value)]
        if missing:
            when = "every year" if len(missing) == len(years) else frame.listed(missing)
            names = groups.setdefault((when, each.undefined), [])
            label = each.label.removeprefix("× ")
            names += [] if label in names else [label]
    if not groups:
        return None
    return Table("Where a ratio is undefined",
                 [frame.listed(names) for names in groups.values()],
                 {"In": [when for when, _ in groups], "Because": [why for _, why in groups]},
                 corner="Ratio")


def _cell(value: float, unit: str) -> float | str:
    """A share as it is, for its row says so; written out what would repeat its unit's name."""
    if np.isnan(value):
        return _NO_VALUE
    return value if unit == "fraction" else format_value(value, unit)
