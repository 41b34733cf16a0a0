"""How the scenarios compare: the answer at the head of the page."""

from __future__ import annotations

from dataclasses import replace

from model.counts import count
from model.pages import frame
from model.pages.comparison.view import Comparison
from model.views.blocks import Header, Tile
from model.views.formats import format_month, say


def header(comparison: Comparison) -> Header:
    """The head of a page of all scenarios, of which no single one is the outcome."""
    plain = frame.header(comparison.view, "Scenarios side by side", lambda _: answer(comparison))
    return replace(plain, scenario="All scenarios", outcome="")


def answer(comparison: Comparison) -> frame.Answer:
    """How many plans carry themselves, and the ends between which they lie."""
    plans = comparison.plans
    found = {title: view.breakeven for title, view in plans.items()}
    carried = [title for title, each in found.items() if each.carried]
    deep = min(found, key=lambda title: found[title].trough_cash)
    year = comparison.view.years[-1]
    last = {title: float(view.by_year("ebitda")[-1]) for title, view in plans.items()}
    best, worst = max(last, key=last.get), min(last, key=last.get)
    first = {title: each.first for title, each in found.items() if each.first}
    early = min(first, key=first.get) if first else None
    headline = (f"{len(carried)} of {count(len(plans), 'scenario')} "
                f"{'breaks' if len(carried) == 1 else 'break'} even without running out of cash; "
                f"EBITDA of {year} lies between {say(last[worst], 'USD')} ({worst}) and "
                f"{say(last[best], 'USD')} ({best}).")
    return frame.Answer(headline, [
        Tile("Carry themselves", f"{len(carried)} of {len(plans)}",
             "break even, and cash never runs out", warn=len(carried) < len(plans)),
        Tile("Earliest first break-even", format_month(first[early]) if early else "never",
             early or "in no scenario", warn=early is None),
        Tile("Lowest cash of all", say(found[deep].trough_cash, "USD"), deep,
             warn=found[deep].trough_cash < 0),
        Tile(f"Lowest EBITDA {year}", say(last[worst], "USD"), worst, warn=last[worst] < 0)])
