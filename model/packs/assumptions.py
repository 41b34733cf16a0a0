"""Which assumptions differ between two plans of one company, with old and new values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.views.formats import typed, unit_label

# What of an entry may differ beside its values, and how readers call it.
_ABOUT = {"label": "label", "unit": "unit", "source": "source", "confidence": "confidence",
          "range": "range", "between": "between", "distribution": "distribution",
          "printed": "printed", "printed_for": "printed for", "season": "season", "note": "note"}


@dataclass(frozen=True)
class Value:
    """The value of an assumption before and after, None for none, in the years (2027 to 2029) or
    months (2027-03) from `first` to `last`. Both are empty for one that holds in every month."""

    first: str
    last: str
    old: float | None
    new: float | None

    @property
    def when(self) -> str:
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True)
class AssumptionChange:
    """An assumption that was changed, added or removed (`what`): its values, and what else of its
    entry differs, by name, before and after."""

    path: str
    label: str
    unit: str
    what: str
    values: tuple[Value, ...]
    about: Mapping[str, tuple[str, str]]

    def lines(self) -> Iterator[str]:
        """In words: `Match rate (mentees.match_rate): 75 → 72 %`."""
        name, unit = f"{self.label} ({self.path})", unit_label(self.unit)
        for value in self.values:
            old, new = (typed(each, self.unit) for each in (value.old, value.new))
            figures = {"added": new, "removed": old}.get(self.what, f"{old} → {new}")
            yield (f"{name}{value.when and f', {value.when}'}: "
                   f"{'' if self.what == 'changed' else f'{self.what}, '}"
                   f"{figures}{unit and f' {unit}'}")
        for word, (old, new) in self.about.items():
            yield f"{name}, {word}: {old or 'nothing'} → {new or 'nothing'}"


def changed_assumptions(old: Assumptions, new: Assumptions) -> tuple[AssumptionChange, ...]:
    """What differs, in the order of the newer plan; what was removed comes last."""
    old, new = old.opened(new.entries), new.opened(old.entries)
    paths = [*new.entries, *(path for path in old.entries if path not in new.entries)]
    years = _years(old) | _years(new)
    changes = [_change(old, new, path, years) for path in paths]
    return tuple(change for change in changes if change.values or change.about)


def _change(old: Assumptions, new: Assumptions, path: str,
            years: Mapping[str, str]) -> AssumptionChange:
    one, other = old.entries.get(path), new.entries.get(path)
    what = "added" if one is None else "removed" if other is None else "changed"
    entry = other or one
    before, after = _by_month(old, path), _by_month(new, path)
    if what == "changed":
        # Months that one plan alone has say nothing of what was changed.
        both = before.keys() & after.keys()
        before, after = ({month: value for month, value in each.items() if month in both}
                         for each in (before, after))
    values = tuple(_values(before, after, years, entry.form == "month"))
    about = {} if what != "changed" else {
        word: (_said(one, name), _said(other, name)) for name, word in _ABOUT.items()
        if getattr(one, name) != getattr(other, name)}
    return AssumptionChange(path, entry.label, entry.shown_unit, what, values, about)


def _said(entry: Entry, name: str) -> str:
    value = getattr(entry, name)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")


def _by_month(plan: Assumptions, path: str) -> dict[str, float]:
    """The values by month; none where the plan does not have the assumption."""
    if path not in plan.entries:
        return {}
    return dict(zip(plan.calendar.labels, plan.monthly(path)[:, 0].tolist(), strict=True))


def _values(old: Mapping[str, float], new: Mapping[str, float], years: Mapping[str, str],
            dated: bool) -> Iterator[Value]:
    """The values that differ, by runs of months that have the same ones; dated amounts by month.
    `years` says in which year each month lies."""
    months = sorted({*old, *new})
    pairs = {month: (old.get(month), new.get(month)) for month in months}
    runs: list[list[str]] = []
    for month, pair in pairs.items():
        if runs and pairs[runs[-1][-1]] == pair and not dated:
            runs[-1].append(month)
        else:
            runs.append([month])
    for run in runs:
        before, after = pairs[run[0]]
        if before != after:
            yield Value(*(("", "") if run == months else _ends(run, months, years)), before, after)


def _ends(run: Sequence[str], months: Sequence[str], years: Mapping[str, str]) -> tuple[str, str]:
    """The first and the last month of a run, or its years where it begins and ends with one."""
    first, last = months.index(run[0]), months.index(run[-1])
    begins = first == 0 or years[months[first - 1]] != years[run[0]]
    closes = last == len(months) - 1 or years[months[last + 1]] != years[run[-1]]
    return (years[run[0]], years[run[-1]]) if begins and closes else (run[0], run[-1])


def _years(plan: Assumptions) -> dict[str, str]:
    """The year of each month, as texts call it."""
    calendar = plan.calendar
    names = tuple(map(str, calendar.named_years))
    return {month: names[place]
            for month, place in zip(calendar.labels, calendar.years_of().tolist(), strict=True)}


def horizon(calendar: Calendar) -> str:
    """The months of a plan: `2026-01 to 2030-12`."""
    return f"{calendar.labels[0]} to {calendar.labels[-1]}"
