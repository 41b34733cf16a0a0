"""What a scenario file says of a path whose values by year came back changed in a workbook.

A file delays what it types itself, but not what it types over a delay that is there already. A path
that it sets anew has none of its single years and months any more, and no delay.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.params.calendar import Calendar
from model.params.overlay import Setting
from model.workbook import interpolation
from model.workbook.paths import LATER, PathInput, Plans

Amounts = Mapping[str, float | None]


def is_delay(by: float, calendar: Calendar) -> bool:
    """Whether a number is one of months by which a plan can move a path."""
    return by == int(by) and 0 <= by < calendar.months


def content(plans: Plans, scenario: str, path: str, new: Amounts,
            alone: Amounts) -> tuple[dict[str, object], float | None]:
    """The changes of a path, and its delay where one is said. `new` are the fields that were typed
    in the row of a scenario, `alone` months that were set alone; None is one that was emptied."""
    calendar, entry = plans.calendar, plans.base.entries[path]
    before, labels = plans.input(scenario, path), calendar.labels
    years = {name: value for name, value in new.items() if name.isdigit()}
    later_new = {name.removeprefix(LATER): value for name, value in new.items()
                 if name.startswith(LATER)}
    nodes, overrides = _nodes_and_overrides(calendar, before, years)
    by_year = interpolation.values(nodes, entry, calendar) | overrides
    later = _held(map(str, calendar.years), before.later, later_new)
    months = _held(labels, before.alone, alone)
    delay = new.get("delay", before.delay)
    if not is_delay(delay, calendar):
        return {}, delay
    delay = int(delay)
    if not delay or (not before.delay and len(set(by_year.values())) == 1):
        # Where nothing moves, a year's value is one wherever it was typed.
        by_year, overrides, later, delay = by_year | later, overrides | later, {}, 0
    alike = entry.form == "constant" and len(set(by_year.values())) == 1 and not later
    anew = (None in (*later_new.values(), *alone.values()) or (alike and (years or later_new))
            or (len(nodes) < len(calendar.years) and nodes.keys() & years.keys()))
    if not anew and _is_over(before, delay, years, later_new, months):
        single = years | later_new
        beside = {month: months[month] for year in single
                  for month in labels[calendar.months_of(int(year))] if month in months}
        return (_at_times(path, single | beside | dict(alone)),
                delay if delay != before.delay else None)
    if not later and all(labels.index(month) >= delay for month in months):
        if alike or len(nodes) == len(calendar.years):
            nodes, overrides = by_year, {}
        step = plans.interpolation_method(scenario, path) == "step"
        one = alike or (len(nodes) == 1 and step)
        moved = {labels[labels.index(month) - delay]: value for month, value in months.items()}
        return ({path: next(iter(nodes.values())) if one else nodes,
                 **_at_times(path, overrides | moved)}, delay or None)
    # No delay moves one part of a row and not another, so each month is said as it is shown.
    shown = Setting(by_year, delay=delay, later={int(year): value for year, value in later.items()},
                    later_months=months)
    return {f"{path}{time}": value
            for time, value in shown.times(1.0, entry, calendar).items()}, None


def _held(times, before: tuple[float | None, ...], new: Amounts) -> dict[str, float]:
    """The cells of a row that hold something, by time."""
    return {time: value for time, value in {**dict(zip(times, before, strict=False)),
                                            **new}.items() if value is not None}


def _is_over(before: PathInput, delay: int, years: Amounts, later: Amounts,
             months: Amounts) -> bool:
    """Whether single years and months, typed over what is there, and a delay say all that is
    shown."""
    if before.delay:
        stay = delay == before.delay or set(before.alone) <= {None}
        return bool(delay) and not years and stay
    return not delay or not (later or months)


def _at_times(path: str, values: Amounts) -> dict[str, object]:
    """Changes of single years or months of a path."""
    return {f"{path}.{time}": value for time, value in values.items()}


def _nodes_and_overrides(calendar: Calendar, before: PathInput,
                         new: Amounts) -> tuple[dict[str, float], dict[str, float]]:
    """The years that others follow, and those typed over them."""
    years = list(map(str, calendar.years))
    nodes = {years[at]: before.values[at] for at in before.years.nodes}
    overrides = {years[at]: before.values[at] for at in before.years.overrides}
    return ({year: new.get(year, value) for year, value in nodes.items()},
            {year: value for year, value in (overrides | dict(new)).items() if year not in nodes})
