"""The block on what would have to happen for cash to run out."""

from __future__ import annotations

from model.analysis.uncertainty.peril import Peril, Perils, chance, perils
from model.counts import count
from model.pages import frame
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import format_month, say

# So many assumptions have a row of those that do it alone, and of all together.
_ROWS = 6


@cell
def _found(view: View) -> Perils | None:
    return perils(view.assumptions)


def block(view: View) -> Block:
    """The least that makes cash run out: one assumption, two, and all together."""
    found = _found(view)
    if found is None:
        month = format_month(view.breakeven.out_of_cash)
        return Block("Nothing has to happen for cash to run out: it does so in "
                     f"{month} as planned.")
    shown = [*((peril, "nothing else") for peril in found.alone[:_ROWS])]
    if found.pair:
        shown.append((found.pair, ""))
    if found.together:
        shown.append((found.together, "all others"))
    message = " ".join(filter(None, (part(view, found) for part in (_alone, _two, _every))))
    if not shown:
        return Block(message)
    return Block(message, table=_table(view, shown), open=True, reading=(
        "All distances are from the plan, in each assumption's own range and distribution"
        f"{_tied(view)}. Of what changes over the years the first value is shown, and all move by "
        "the same factor. A standard deviation is so far that about a third of the draws on that "
        "side of the plan go farther; one draw in twenty there goes farther than two. Each plan "
        "here was worked out again by itself, and runs out of cash in the month shown. The least "
        f"of all together was sought from {count(found.starts, 'side')}, and two only among the "
        "assumptions that lower cash most: that nothing nearer exists is not proven. The ranges "
        "are chosen here: how far is no measured chance. How often cash runs out in draws, in "
        "whatever way, stands at the top of the page."))


def sentence(view: View) -> str:
    """The least that makes cash run out, of one assumption and of two, for a page that has no room
    for more; empty where cash runs out as planned."""
    found = _brief(view)
    return "" if found is None else " ".join(filter(None, (
        _alone(view, found), _two(view, found))))


@cell
def _brief(view: View) -> Perils | None:
    return perils(view.assumptions, together=False)


def _alone(view: View, found: Perils) -> str:
    if not found.alone:
        return "No assumption alone makes cash run out within its plausible range."
    first, many = found.alone[0], len(found.alone)
    which = ("Only one assumption can by itself make cash run out within its plausible range"
             if many == 1 else f"{many} assumptions can each by itself make cash run out within "
             "their plausible ranges, and it takes least with one")
    return f"{which}: {_changes(view, first, list(first.parts))} ({_month(first)})."


def _two(view: View, found: Perils) -> str:
    if not found.pair:
        return "No two of those that lower cash most do so either." if not found.alone else ""
    return (f"Of two that change at once, less of each is enough: "
            f"{_changes(view, found.pair, _by_size(found.pair))} ({_month(found.pair)}).")


def _every(view: View, found: Perils) -> str:
    if not found.together:
        return "No combination was found that does."
    paths = _by_size(found.together)
    return (f"If all change at once, the least is "
            f"{_changes(view, found.together, paths[:3])}, and still less of the others "
            f"({_month(found.together)}).")


def _by_size(peril: Peril) -> list[str]:
    return sorted(peril.scores, key=lambda path: -abs(peril.scores[path]))


def _month(peril: Peril) -> str:
    return format_month(peril.month)


def _changes(view: View, peril: Peril, paths: list[str]) -> str:
    """`CAC, mentee at USD 116.19 instead of USD 100.00 per mentee`."""
    parts = [(view.label(path), _would_be(view, peril, path).partition(" per ")[0],
              _planned(view, path)) for path in paths]
    return frame.listed([f"{label} at {would_be} instead of {planned}"
                         for label, would_be, planned in parts])


def _planned(view: View, path: str) -> str:
    """What the plan has: the first value, or 1 for dated amounts, which move by a factor."""
    entry = view.entries[path]
    return "× 1.00" if entry.form == "month" else say(view.value(path), entry.shown_unit)


def _would_be(view: View, peril: Peril, path: str) -> str:
    """What it would be."""
    entry, first = view.entries[path], peril.first(path)
    if entry.form == "month":
        return f"× {first / peril.planned(view.assumptions, path):.2f}"
    return say(first, entry.shown_unit)


def _tied(view: View) -> str:
    return (", and those that go together move together" if view.assumptions.correlations else "")


def _table(view: View, shown: list[tuple[Peril, str]]) -> Table:
    rows = []
    for peril, beside in shown:
        paths = _by_size(peril)[:_ROWS]
        for path in paths:
            other = beside or view.label(next(each for each in paths if each != path))
            rows.append((view.label(path), other, _planned(view, path),
                         _would_be(view, peril, path).partition(" per ")[0],
                         f"{100 * abs(peril.parts[path]):.0f}%", f"{abs(peril.scores[path]):.1f}",
                         _share(chance(view.assumptions, path, peril.scores[path])),
                         # No line end parts a month from its year.
                         _month(peril).replace(" ", "\N{NO-BREAK SPACE}")))
    labels, *columns = zip(*rows, strict=True)
    heads = ("Together with", "Plan", "Would be", "Way to the end of its range",
             "Standard deviations", "Draws as far or farther", "Cash below zero in")
    return Table("The least with which cash runs out", list(labels),
                 dict(zip(heads, map(list, columns), strict=True)), corner="What changes",
                 stacked=True)


def _share(value: float) -> str:
    return f"{100 * value:.0f}%" if value >= 0.01 else "under 1%"
