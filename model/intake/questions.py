"""What an export may mean otherwise than it is read: asked about, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from model.analysis.doubts import plan_of
from model.counts import count
from model.engine.projection import Projection
from model.intake.accounts import Figure
from model.intake.layouts import Export
from model.intake.mapping import Map
from model.params.limits import meant_thousands
from model.params.observations import Kind
from model.problems import quoted

# Days by which a last month ends earlier than those before it, if it still runs.
_SHORT = 5
# The day up to which a first month has its last booking, if it still runs.
_EARLY = 20


def questions(export: Export, figures: Sequence[Figure], found: Map, projection: Projection,
              kinds: Mapping[str, Kind], closed: str | None) -> list[str]:
    """Sentences on what looks odd in an export, beside those that a file of actuals gets; `closed`
    is the month to which the books are closed."""
    lines: dict[str, list[Figure]] = {}
    for figure in figures:
        lines.setdefault(figure.name, []).append(figure)
    sentences = [*_currency(export, projection), *_alike(export), *_headings(export)]
    if figures and (closed is None or figures[-1].month <= closed):
        sentences += _running(export, figures[-1].month)
    for name, own in lines.items():
        sentences += [*_thousandth(name, own, projection),
                      *_other_sign(name, own, found, kinds[name])]
    return sentences


def _currency(export: Export, projection: Projection) -> Iterator[str]:
    own = projection.assumptions.currency
    if others := [code for code in export.currencies if code != own]:
        yield (f"amounts are written in {' and '.join(others)}, where the plan is in {own}; they "
               "are taken as they are, and nothing is converted")


def _alike(export: Export) -> Iterator[str]:
    if export.alike:
        first, second = export.alike[0]
        more = len(export.alike) - 1
        others = f", and {count(more, 'more row')} another one" if more else ""
        yield (f"line {second} repeats line {first} in every cell{others}; all of them are "
               "counted: was something exported twice?")


def _headings(export: Export) -> Iterator[str]:
    """Accounts of one name in several rows of a file by month, as `Other` of income and of
    expenses."""
    headings: dict[str, list[str]] = {}
    for booking in export.bookings:
        under = headings.setdefault(booking.account, [])
        if booking.heading not in under:
            under.append(booking.heading)
    for account, under in headings.items():
        if len(under) > 1:
            yield (f"{quoted(account)} stands below {' and '.join(map(quoted, under))}, and is one "
                   f"account here; to tell them apart name them in the map as "
                   f"{quoted(f'{under[-1]} / {account}')}")
    rows: dict[tuple[str, str], list[int]] = {}
    for booking in export.bookings if export.by_month else ():
        own = rows.setdefault((booking.heading, booking.account), [])
        if booking.row not in own:
            own.append(booking.row)
    for (_, account), own in rows.items():
        if len(own) > 1:
            yield (f"{quoted(account)} stands on the lines {', '.join(map(str, own))}, which are "
                   "added up")


def _running(export: Export, final: str) -> Iterator[str]:
    """A final month whose last booking is early, as of one that is not over."""
    last: dict[str, int] = {}
    for booking in export.bookings:
        if booking.day is not None:
            last[booking.month] = max(booking.day, last.get(booking.month, 0))
    if final not in last:
        return
    before = [day for month, day in last.items() if month < final]
    if last[final] + _SHORT < min(before) if before else last[final] < _EARLY:
        yield (f"the last booking of {final} is of day {last[final]}; if the month still runs, "
               "leave it out, or say with --close to which month the books are closed")


def _thousandth(name: str, own: Sequence[Figure], projection: Projection) -> Iterator[str]:
    """A line that in every month is nearer to a thousandth of its plan than to its plan."""
    labels = projection.months
    plan = plan_of(projection, name)
    beside = [(figure.month, float(figure.value), float(plan[labels.index(figure.month)]))
              for figure in own if figure.month in labels and figure.value]
    beside = [each for each in beside if np.isfinite(each[-1]) and each[-1]]
    if beside and all(meant_thousands(value, usual) for _, value, usual in beside):
        month, value, usual = beside[0]
        yield (f"{name} is about a thousandth of the plan in every month, {value:,.6g} where the "
               f"plan has {usual:,.6g} in {month}; is the decimal sign of the map the sign "
               "between thousands, or is the file in thousands?")


def _other_sign(name: str, own: Sequence[Figure], found: Map, kind: Kind) -> Iterator[str]:
    """A line that is positive in the model and negative in most months of the file."""
    below = sum(figure.value < 0 for figure in own)
    if kind.sign == "plus" and 2 * below > len(own):
        now = found.signs.get(name, "as booked")
        other = "reversed" if now == "as booked" else "as booked"
        yield (f"{name} is below zero in {below} of {count(len(own), 'month')}; if the file books "
               f"it with the other sign, write signs: {{{name}: {other}}}")
