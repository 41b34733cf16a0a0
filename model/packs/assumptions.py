"""Which assumptions differ between two plans of one company, with old and new values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.views.formats import typed, unit_label

# What of an entry may differ beside its values, and how readers call it.
_ABOUT = {"label": "label", "unit": "unit", "source": "source", "confidence": "confidence",
          "range": "range", "between": "between", "distribution": "distribution",
          "printed": "printed", "printed_for": "printed for", "note": "note"}


@dataclass(frozen=True)
class Value:
    """The value of an assumption before and after, None for none, in the months from `first` to
    `last`: of calendar years 2027 to 2029, of months 2027-03. Both are empty for one that holds in
    every month."""

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
    paths = [*new.entries, *(path for path in old.entries if path not in new.entries)]
    changes = [_change(old, new, path) for path in paths]
    return tuple(change for change in changes if change.values or change.about)


def _change(old: Assumptions, new: Assumptions, path: str) -> AssumptionChange:
    one, other = old.entries.get(path), new.entries.get(path)
    what = "added" if one is None else "removed" if other is None else "changed"
    entry = other or one
    values = tuple(_values(_by_month(old, path), _by_month(new, path), entry.form == "month"))
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


def _values(old: Mapping[str, float], new: Mapping[str, float], dated: bool) -> Iterator[Value]:
    """The values that differ: one for the whole plan, else by year, else by month."""
    months = sorted({*old, *new})
    pairs = {month: (old.get(month), new.get(month)) for month in months}
    if len(set(pairs.values())) == 1 and not dated:
        before, after = pairs[months[0]]
        if before != after:
            yield Value("", "", before, after)
        return
    run: Value | None = None
    for first, last, pair in _pieces(pairs, dated):
        if run and (run.old, run.new) == pair and len(run.last) == len(first) == 4:
            run = Value(run.first, last, *pair)
            continue
        if run and run.old != run.new:
            yield run
        run = Value(first, last, *pair)
    if run and run.old != run.new:
        yield run


def _pieces(pairs: Mapping[str, tuple], dated: bool) -> Iterator[tuple[str, str, tuple]]:
    """The pairs of values by calendar year where a year has one, else by month."""
    by_year: dict[str, dict[str, tuple]] = {}
    for month, pair in pairs.items():
        by_year.setdefault(month[:4], {})[month] = pair
    for year, months in by_year.items():
        found = set(months.values())
        if len(found) == 1 and not dated:
            yield year, year, found.pop()
        else:
            yield from ((month, month, pair) for month, pair in months.items())


def horizon(calendar: Calendar) -> str:
    """The months of a plan: `2026-01 to 2030-12`."""
    return f"{calendar.labels[0]} to {calendar.labels[-1]}"
