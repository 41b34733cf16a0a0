"""Amounts of a file that may be meant in two ways, seen by how far they are from the plan: each
doubt is the end of a sentence about their row, empty where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from model.currency import UNIT
from model.params.assumptions import Assumptions
from model.params.entry import Entry
from model.params.limits import doubtful_year, meant_thousands
from model.params.quantities import in_percent


def percents(bare: Sequence[float], shown: Sequence[float], usual: float, word: str,
             entry: Entry) -> str:
    """Whether cells in percent may be fractions: those `bare` of a sign, where others of the row
    are `shown` with one and the plan usually has another fraction."""
    typed, others = _mean(bare), _mean(shown)
    known = others or usual
    # What is known is nearer, in proportion, to the cells as fractions than as percents.
    if not 0 < typed <= 1 or known <= typed / 10:
        return ""
    where = "its cells with a sign have" if others else "the plan has"
    return (f"is {typed:.12g} {word} on average, where {where} {in_percent(known)}; do the cells "
            f"show {in_percent(typed)}? Then its unit is {entry.shown_unit}; otherwise type the "
            "sign, as 0.5%, into cells of text.")


def grain(months: dict[str, float], word: str, plan: Assumptions, entry: Entry) -> str:
    """Whether amounts by month that are said to be those of a year may be those of a month."""
    if not (doubt := doubtful_year(entry, months, plan.calendar)):
        return ""
    year, mean, usual = doubt
    return (f"is {mean:,.12g} {entry.shown_unit} on average over the months of {year}, where the "
            f"plan has {usual:,.12g}; are these amounts of a month? Then its unit is "
            f"{word.removesuffix('/year')}; otherwise give {year} in one column of its year.")


def thousands(amounts: dict[str, float], plan: Assumptions, path: str) -> str:
    """Whether amounts without a unit, by time, may be in thousand or million."""
    entry = plan.entries[path]
    unit = entry.shown_unit.replace(UNIT, plan.currency)
    typed, usual = _mean(amounts.values()), _usual(plan, path, amounts)
    if not entry.shown_unit.startswith(UNIT) or not meant_thousands(typed, usual):
        return ""
    means = [f"{float(f'{mean:.6g}'):,.12g}" for mean in (typed, usual)]
    return (f"does not say its unit and is {means[0]} {unit} on average, where the plan has "
            f"{means[1]}; are these amounts in thousand or million? Add its unit under units in "
            f"the map, {unit} or thousand {unit}.")


def _usual(plan: Assumptions, path: str, times: Iterable[str]) -> float:
    """The mean of what the plan has at some times; of dated amounts, the mean of all."""
    values, calendar = plan.monthly(path)[:, 0], plan.calendar
    if plan.entries[path].form == "month":
        return _mean(values)
    places = [at for time in times for at in (
        [calendar.labels.index(time)] if "-" in time else
        range(calendar.months)[calendar.months_of(int(time))] if time else range(calendar.months))]
    return _mean(values[places])


def _mean(amounts: Iterable[float]) -> float:
    """The mean size of amounts that are not 0; 0 where there are none."""
    sizes = [abs(float(amount)) for amount in amounts if amount]
    return float(np.mean(sizes)) if sizes else 0.0
