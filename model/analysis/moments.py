"""What an assumption holds beside its years: levels from a month on, single months, a season."""

from __future__ import annotations

from collections import Counter

from model.params.assumptions import Assumptions
from model.params.calendar import MONTHS_PER_YEAR
from model.params.quantities import is_annual
from model.views.formats import MONTH_NAMES, format_month, say

# So many moments are named one by one, and so many weights in words.
_MOST, _WEIGHTS = 4, 3


def moments(assumptions: Assumptions, path: str) -> str:
    """In words, without a full stop; empty for values by year and for dated amounts. Of an annual
    unit it is said what is a month's."""
    entry, setting = assumptions.entries[path], assumptions.settings[path]
    calendar = assumptions.calendar
    if entry.form == "month":
        return ""
    level = setting.without_months().series(entry, calendar).monthly(calendar)[:, 0]
    firsts = {calendar.months_of(year).start for year in calendar.years}
    # Where a delay moves a path, the delay is said instead.
    steps = [] if setting.delay else [
        at for at in range(1, len(level)) if level[at] != level[at - 1] and at not in firsts]
    held = assumptions.monthly(path)[:, 0]

    def told(at: int, value: float) -> str:
        amount = say(value, entry.shown_unit)
        month = f", {say(value / MONTHS_PER_YEAR, 'USD')} a month" \
            if is_annual(entry.unit) else ""
        return f"{amount}{month} {{}} {format_month(calendar.labels[at])}"

    parts = ["another level from month to month"] if len(steps) > _MOST else [
        told(at, level[at]).format("from") for at in steps]
    alone = sorted(setting.single_months(calendar))
    parts += [told(at, held[at]).format("in") + " alone" for at in alone[:_MOST]]
    if len(alone) > _MOST:
        parts.append(f"{len(alone) - _MOST} more months set alone")
    if path in assumptions.weights:
        parts.append(season_words(setting.season))
    return "; ".join(parts)


def season_words(season: tuple[float, ...]) -> str:
    """`season: Sep and Oct weigh 10, the other months 1`."""
    usual = Counter(season).most_common(1)[0][0]
    groups = {weight: [MONTH_NAMES[at] for at, each in enumerate(season) if each == weight]
              for weight in season if weight != usual}
    if len(groups) > _WEIGHTS:
        return f"season: weights from January on {', '.join(f'{each:g}' for each in season)}"
    said = [f"{' and '.join(names)} {'weighs' if len(names) == 1 else 'weigh'} {weight:g}"
            for weight, names in groups.items()]
    return f"season: {', '.join(said)}, the other months {usual:g}"


def season_text(season: tuple[float, ...]) -> str:
    """A season as it is typed: `9: 10, 10: 10`, or twelve weights; nothing for none."""
    some = {month: weight for month, weight in enumerate(season, 1) if weight != 1}
    return ", ".join(f"{month}: {weight:.12g}" for month, weight in some.items()) \
        if len(some) <= len(season) // 2 else ", ".join(f"{weight:.12g}" for weight in season)
