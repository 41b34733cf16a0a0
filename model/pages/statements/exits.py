"""What who joins in a round would get back: a cell of the statements notebook."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.analysis.investors.returns import Exit, Returns
from model.analysis.investors.returns import returns as returned
from model.analysis.investors.rounds import rounds
from model.pages import frame
from model.pages.statements.owners import names_of, within
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

# Multiples of EBITDA over which returns are shown: a scale, and no estimate of any price.
_MULTIPLES = (2, 4, 6, 8, 10, 12)
_CORNER = "Sold at the end of"
# What is told of a return: three times the money.
_TIMES = 3


def returns(view: View) -> Block | Note:
    """What who joins would get back by year and price of a sale."""
    found = returned(view.projection)
    if found is None and rounds(view.projection).open:
        return Note("What the plan raises becomes shares in a later round alone, and it has none, "
                    "so there is no share of a price that who paid it could get.")
    if found is None:
        return Note("No shares are sold, so there is nothing that who joins could get back.")
    if not found.exits:
        return Note("Money comes in up to the end of the plan, so no year is left after which a "
                    "sale could be worked out.")
    heads = [*_MULTIPLES, *([found.implied] if np.isfinite(found.implied) else [])]
    names = names_of(view, found.rounds, found.tables)
    outs = [str(each.year) for each in found.exits]
    first = [[found.of(0, out, multiple).rate for multiple in sorted(heads)]
             for out in found.exits]
    figure = charts.heat_grid(
        outs, [_head(each) for each in sorted(heads)], first, unit="fraction",
        row_title=_CORNER, column_title="Price, times EBITDA of the year",
        never="all lost", subtitle=frame.subject(
            view, f"return a year of {within(names[found.holders[0].name])} · %"),
        base=(len(outs) - 1, sorted(heads).index(found.implied))
        if np.isfinite(found.implied) else None)
    return Block(
        _returns_message(found, names), figure, "heat map",
        "return a year by year and price of a sale",
        "A method, and no forecast that anybody buys: the multiples are a scale chosen here"
        + (", with the one that the discounted flows imply for what follows the plan"
           if np.isfinite(found.implied) else "") +
        ". The price goes with the cash and less the debt to all shares alike, the whole option "
        "pool among them; none is served before others, and tax and the cost of selling are left "
        "out. A return is the rate a year at which what is paid in and what comes back are worth "
        f"the same.{_left(found)}", list(_return_tables(found, names, sorted(heads))))


def _returns_message(found: Returns, names: dict[str, str]) -> str:
    start = ("Nothing is asked for, so nobody joins. If the account were empty and one round "
             f"filled it with {say(found.rounds.amount, 'USD')}, and "
             if found.rounds.why == "if" else "If ")
    out = found.exits[-1]
    price = (f" for {_multiple(found.implied)} its EBITDA, as the discounted flows imply"
             if np.isfinite(found.implied) and out.ebitda > 0 else "")
    told = [_told(found, number, out, within(names[holder.name]))
            for number, holder in enumerate(found.holders)]
    return f"{start}all shares were sold at the end of {out.year}{price}, {'; '.join(told)}."


def _left(found: Returns) -> str:
    """What is left out where some money finds no round to become shares in."""
    return (" Money that finds no later round to become shares in is left out: its holders would "
            "be paid before this price is shared.") if found.rounds.open else ""


def _told(found: Returns, number: int, out: Exit, who: str) -> str:
    """What who joins in a round gets of the last exit, at the multiple that the flows imply."""
    share = format_value(found.share(number), "fraction")
    if out.ebitda <= 0:
        gets = found.of(number, out, 0.0)
        return (f"{who} would get {share} of the cash alone, {_times(gets.times)} what they pay "
                "in, as EBITDA of the year is not above zero and no multiple of it is a price")
    needed = found.multiple_for(number, out, _TIMES)
    enough = (f"{_multiple(needed)} EBITDA would bring {_TIMES} times it" if needed else
              f"the cash alone would bring at least {_TIMES} times it")
    if not np.isfinite(found.implied):
        return f"{who} would get {share} of the price; of their money, {enough}"
    gets = found.of(number, out, found.implied)
    rate = f", {format_value(gets.rate, 'fraction')} a year" if np.isfinite(gets.rate) else ""
    return f"{who} would get back {_times(gets.times)} their money{rate}, and {enough}"


def _times(number: float) -> str:
    return f"{format_value(number, 'ratio')} times"


def _multiple(number: float) -> str:
    return f"{number:.1f} times" if number != int(number) else f"{number:.0f} times"


def _formulas(found: Returns, number: int, multiples: list[float]) -> dict[str, str]:
    """What a round's money becomes, as pages work it out again: by exit whether EBITDA has a price,
    by multiple the rest. None where a dividend comes back as well, or an exit brings nothing."""
    if found.dividends.any() or any(out.price(0) <= 0 for out in found.exits):
        return {}
    amount, share = found.holders[number].amount, found.share(number)
    return {str(out.year): "ebitda" if out.ebitda > 0 else "0" for out in found.exits} | {
        _head(multiple): f"{share:.15f}*({multiple:.15f}*{{0}}+unrestricted_cash-debt"
                         f"+{found.exits[0].beside:.6f})/{amount:.6f}" for multiple in multiples}


def _head(multiple: float) -> str:
    """A multiple as the head of a column."""
    return f"{_multiple(multiple).split()[0]}\u00d7"


def _return_tables(found: Returns, names: dict[str, str], multiples: list[float],
                   ) -> Iterator[Table]:
    """For each round, its money so many times and the return a year, by exit and multiple."""
    outs = [str(each.year) for each in found.exits]
    for number, holder in enumerate(found.holders):
        who = names[holder.name]
        gets = [[found.of(number, out, multiple) for out in found.exits] for multiple in multiples]
        yield Table(f"{who}: how many times their money, by price in times EBITDA", outs, {
            _head(multiple): [each.times for each in of]
            for multiple, of in zip(multiples, gets, strict=True)},
            units="ratio", corner=_CORNER, lines=_formulas(found, number, multiples))
        yield Table(f"{who}: return a year, by price in times EBITDA", outs, {
            _head(multiple): [each.rate for each in of]
            for multiple, of in zip(multiples, gets, strict=True)},
            units="fraction", corner=_CORNER,
            absent=dict.fromkeys(outs, "all lost"))
    first = found.exits
    yield Table("What is sold", outs, {
        "EBITDA of the year": [each.ebitda for each in first],
        "Cash less debt": [each.cash for each in first],
        **({"Price at the multiple implied": [each.price(found.implied) for each in first]}
           if np.isfinite(found.implied) else {})},
        units="USD", scale="k", corner=_CORNER)
