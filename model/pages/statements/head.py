"""Whether the statements tie, and what they say: the answer at the head of the page."""

from __future__ import annotations

from model.counts import count
from model.pages.frame import Answer
from model.pages.view import View
from model.views.blocks import Tile
from model.views.formats import say

# Less than this is neither profit nor loss. [USD]
_NOTHING = 0.5


def answer(view: View) -> Answer:
    """Whether every check holds, and the figures of the first and the last year."""
    failed, every = len(view.checks.failed), view.years
    tied = (f"No: {count(failed, 'check')} of the arithmetic {'fails' if failed == 1 else 'fail'}. "
            if failed else f"They tie in all {len(view.months)} months. ")
    revenue, net, cash, equity = map(view.by_year, (
        "revenue", "net_income", "unrestricted_cash", "equity"))
    profit = "profit" if net[-1] >= _NOTHING else "loss" if net[-1] <= -_NOTHING else "result"
    headline = (f"{tied}Revenue is {say(revenue[0], 'USD')} in {every[0]} and "
                f"{say(revenue[-1], 'USD')} in {every[-1]}; {every[-1]} ends with a {profit} after "
                f"tax of {say(abs(net[-1]), 'USD')}, {say(cash[-1], 'USD')} of cash and equity of "
                f"{say(equity[-1], 'USD')}.")
    last = str(every[-1])
    return Answer(headline, [
        Tile(label, say(values[-1], "USD"), f"{every[0]}: {say(values[0], 'USD')}",
             warn=bool(values[-1] < -_NOTHING), plan=(line, last))
        for label, line, values in (
            (f"Revenue {last}", "revenue", revenue), (f"Net income {last}", "net_income", net),
            (f"Cash, end of {last}", "unrestricted_cash", cash),
            (f"Equity, end of {last}", "equity", equity))])
