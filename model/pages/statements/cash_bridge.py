"""What moved cash, from EBITDA on: cells of the statements notebook."""

from __future__ import annotations

from model.analysis.statements import BRIDGE
from model.analysis.statements import bridge as moved
from model.companies.working_capital import HELD_RISE
from model.pages import frame
from model.pages.view import View, cell
from model.pages.what_if import Choice, choose
from model.params.calendar import Year
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import say

# Among the years to choose from, the number that stands for all of them.
WHOLE_PLAN = 0

START, END = "Cash at the start", "Cash at the end"
_MOVES = {"working_capital": "Working capital", HELD_RISE: "Held for {others}",
          "tax_paid": "Tax paid", "sales_tax_payable_rise": "Sales tax held",
          "financing_cash_flow": "Financing"}
_IN_SENTENCE = {HELD_RISE: "money held for {others}", "tax_paid": "tax"}


@cell
def bridge(view: View, year: int | None = None) -> Block:
    """What moved cash in one year or in the whole plan."""
    start, moves, end = moved(view.projection, year or None)
    moves = {name: amount for name, amount in moves.items() if amount}
    first, last = (view.year(year),) * 2 if year else (view.years[0], view.years[-1])
    span = f"{first}" if first == last else f"{first} to {last}"
    steps = [(START, start, "subtotal"),
             *((_move(view, name), amount, "flow") for name, amount in moves.items()),
             (END, end, "subtotal")]
    figure = charts.waterfall(steps, unit="USD",
                              subtitle=frame.subject(view, f"what moved cash · USD · {span}"))
    reading = (f"What is held for {view.glossary.held_for} is in the account and not the company's."
               if moves.keys() & {HELD_RISE, "sales_tax_payable_rise"} else "")
    return Block(_message(view, moves, start, end, last), figure, "waterfall chart",
                 f"what moved cash, {span}", reading,
                 Table(f"What moved cash, {span}", [label for label, _, _ in steps],
                       {"Amount": [amount for _, amount, _ in steps]}, units="USD", scale="k",
                       corner="Step", totals=(START, END)))


def _move(view: View, name: str) -> str:
    return _MOVES.get(name, "").format(others=view.glossary.held_for) or view.glossary.label(name)


def _message(view: View, moves: dict[str, float], start: float, end: float,
             last: Year) -> str:
    parts = [_verb(view, verb, {name: abs(amount) for name, amount in moves.items()
                          if (amount > 0) == (verb == "brings")}) for verb in ("brings", "takes")]
    why = "; ".join(part for part in parts if part)
    return (f"Cash goes from {say(start, 'USD')} to {say(end, 'USD')} by the end of {last}"
            f"{_custody(view, end, last)}{': ' if why else ''}{why}.")


def _verb(view: View, verb: str, amounts: dict[str, float]) -> str:
    """`EBITDA brings USD 9.83m and working capital USD 0.51m`, the largest first."""
    parts = []
    for name in sorted(amounts, key=lambda name: -amounts[name]):
        what = (_IN_SENTENCE.get(name, "").format(others=view.glossary.held_for)
                or frame.inside(_move(view, name)))
        parts.append(f"{what}{'' if parts else f' {verb}'} {say(amounts[name], 'USD')}")
    return frame.listed(parts) if parts else ""


def _custody(view: View, end: float, last: int) -> str:
    if "custodial_cash" not in view.projection:
        return ""
    custody = view.by_year("custodial_cash")[view.years.index(last)]
    if not custody:
        return ""
    if custody > max(end, 0):
        return f", although {say(custody, 'USD')} should be there for {view.glossary.held_for}"
    return f", {say(custody, 'USD')} of it held for {view.glossary.held_for}"


def by_year(view: View) -> Table:
    bridges = {str(year): moved(view.projection, year) for year in view.years}
    bridges["Plan"] = moved(view.projection)
    names = [name for name, amount in bridges["Plan"][1].items()
             if amount or any(moves[name] for _, moves, _ in bridges.values())]
    return Table("What moved cash, by year", [START, *(_move(view, name) for name in names), END],
                 {head: [start, *(moves[name] for name in names), end]
                  for head, (start, moves, end) in bridges.items()},
                 units="USD", scale="k", corner="Step", totals=(START, END),
                 lines={START: "start:cash", END: "cash"} | {
                     _move(view, name): " ".join(f"{'+-'[sign < 0]} {line}" for line, sign in lines
                                           if line in view.projection).removeprefix("+ ")
                     for name, lines in BRIDGE})


def controls(view: View) -> object:
    """The cash bridge of the whole plan or of one year."""
    years = {str(year): year for year in view.years}
    return choose(Choice("Cash bridge of", {"the whole plan": WHOLE_PLAN, **years}),
                  lambda year: bridge(view, year), WHOLE_PLAN)
