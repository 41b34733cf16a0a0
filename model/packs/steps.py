"""The way of each headline from one pack to another, in steps that sum to the cent.

Both plans are worked out with today's formulas, and what each assumption adds is its part of the
bridge between them (analysis/bridge.py). What is left to the figures as they were recorded is what
formulas, or actuals, have done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.analysis.bridge import Bridge, bridged, bridges, to_cents
from model.packs.pack import Pack, in_today
from model.params.assumptions import load
from model.params.entry import Entry
from model.views.formats import sentence_case

_CENT = 0.005


@dataclass(frozen=True)
class Way:
    """A headline's way, of one `year` if it has one: `start` and `end` as recorded, None for never,
    and what each step adds, by its label, in whole cents (of months, hundredths), the largest
    first. Never counts as `counted`, the first month beyond the horizon."""

    name: str
    label: str
    year: str
    unit: str
    start: float | None
    end: float | None
    steps: Mapping[str, float]
    counted: float


@dataclass(frozen=True)
class Kind:
    """The ways of one kind of headline: EBITDA of each year, or the lowest cash alone. `heads` are
    the years, or empty."""

    label: str
    unit: str
    heads: tuple[str, ...]
    ways: tuple[Way, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that move any of them."""
        return tuple(dict.fromkeys(step for way in self.ways
                                   for step, amount in way.steps.items() if amount))

    def rows(self, start: str, end: str) -> list[tuple[str, list[float | None]]]:
        """The rows of a table, a column a way: where it begins, what each step adds, where it
        ends."""
        return [(start, [way.start for way in self.ways]),
                *((step, [way.steps.get(step, 0.0) for way in self.ways]) for step in self.steps),
                (end, [way.end for way in self.ways])]


def by_kind(several: Iterable[Way]) -> list[Kind]:
    """The ways that move by a cent or more, by kind."""
    kinds: dict[str, list[Way]] = {}
    for way in several:
        kind, _, year = way.name.rpartition("_")
        if any(way.steps.values()):
            kinds.setdefault(kind if year.isdigit() else way.name, []).append(way)
    found = []
    for name, members in kinds.items():
        label, heads = members[0].label, tuple(way.year for way in members)
        if members[0].name != name:
            label = label.removesuffix(heads[0]).rstrip()
            label += " the year" * label.endswith(" of")
        found.append(Kind(label, members[0].unit, heads, tuple(members)))
    return found


def ways(one: Pack, other: Pack, texts_differ: bool, actuals_differ: bool) -> tuple[Way, ...]:
    """The way of every headline that both packs have; none between plans of other months or
    years."""
    if one.plan.calendar != other.plan.calendar:
        return ()
    base = load(other.company).opened([*one.plan.entries, *other.plan.entries])
    start, end = (in_today(pack.plan, base) for pack in (one, other))
    rest = _rest(texts_differ, actuals_differ,
                 one.plan.opened(other.plan.entries).entries.keys()
                 != other.plan.opened(one.plan.entries).entries.keys())
    recorded = [{name: each["value"] for name, each in pack.record["headlines"].items()}
                for pack in (one, other)]
    years = start.calendar.reported.named_years
    outcomes = [outcome for name, outcome in bridged(years).items()
                if all(name in values for values in recorded)]
    entries = {**one.plan.entries, **end.entries}
    names = {str(int(year)): str(year) for year in years}
    return tuple(_way(found, names.get(found.outcome.name.rpartition("_")[2], ""), entries,
                      [values[found.outcome.name] for values in recorded], rest)
                 for found in bridges(start, end, outcomes))


def _rest(texts_differ: bool, actuals_differ: bool, entries_differ: bool) -> str:
    """How the step is called that no assumption explains."""
    causes = [word for word, differs in (
        ("formulas", texts_differ), ("assumptions added or removed", entries_differ),
        ("actuals", actuals_differ)) if differs]
    words = " and ".join(causes) or "other versions of Python or its libraries"
    return sentence_case(words)


def _way(found: Bridge, year: str, entries: Mapping[str, Entry], ends: Sequence[float | None],
         rest: str) -> Way:
    start, end = (found.counted if value is None else value for value in ends)
    amounts = {part.group.label(entries): part.amount for part in found.parts}
    # Two assumptions may have one label.
    if len(amounts) < len(found.parts):
        amounts = {f"{part.group.label(entries)} ({', '.join(part.group.paths[:1])})": part.amount
                   for part in found.parts}
    total = (round(100 * end) - round(100 * start)) / 100
    left = end - start - sum(amounts.values())
    if abs(left) >= _CENT:
        amounts[rest] = left
    steps = dict(zip(amounts, to_cents(list(amounts.values()), total), strict=True))
    return Way(found.outcome.name, found.outcome.label, year, found.outcome.unit, *ends, steps,
               found.counted)
