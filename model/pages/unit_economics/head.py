"""Whether a customer earns back what it costs to win: the answer at the head of the page."""

from __future__ import annotations

from math import isnan

from model.analysis.full_cost import fully_loaded
from model.analysis.unit_economics import Economics, Side, economics, sides
from model.counts import a, listed
from model.pages.frame import Answer, before_ads
from model.pages.view import View
from model.views.blocks import Tile
from model.views.formats import format_value, say


def answer(view: View) -> Answer:
    """By side, in the first year that can be judged."""
    year, column = view.first_year, view.first
    every = [(side, economics(view.projection, side)) for side in sides(view.company)]
    if not view.buys:
        return _without_cac(view, every, column)
    told = [(side, float(one.ltv_to_cac[0, column])) for side, one in every if side.marketing]
    said = "; ".join(_verdict(view, side, ratio) for side, ratio in told)
    first, own = every[0]
    loaded = float(fully_loaded(view.projection, first).ltv_to_cac[0, column])
    full = ("" if isnan(loaded) else " With everything counted that wins and serves it, "
            f"{a(first.one)} brings {format_value(loaded, 'ratio')} times its cost.")
    tiles = [_ratio(view, side, ratio, year) for side, ratio in told]
    tiles += [_payback(view, side, one, column) for side, one in every if side.marketing]
    tiles.append(Tile(f"LTV, all {first.name}", say(float(own.ltv[0, column]), f"USD/{first.one}"),
                      f"CAC: {say(float(own.cac[0, column]), f'USD/{first.one}')}"))
    return Answer(f"In {year} {said}.{full}", tiles[:4])


def _verdict(view: View, side: Side, ratio: float) -> str:
    """`a mentee brings 5.88 times what winning it costs, and 3 are asked for`."""
    if isnan(ratio):
        return f"no {side.one} is won or billed, so nothing is earned back"
    brings = f"{a(side.one)} brings {format_value(ratio, 'ratio')} times what winning it costs"
    if ratio < 1:
        return f"{brings}: that is not earned back"
    enough = "at least" if ratio >= view.ltv_goal else "less than"
    return f"{brings}, {enough} the {view.ltv_goal:g} asked for"


def _ratio(view: View, side: Side, ratio: float, year: int) -> Tile:
    goal = f"goal: {format_value(view.ltv_goal, 'ratio')} or more"
    met = ratio >= view.ltv_goal
    return Tile(f"LTV:CAC, all {side.name}, {year}", format_value(ratio, "ratio"),
                f"{goal}, {'met' if met else 'not met' if not isnan(ratio) else 'no value'}",
                warn=not met)


def _payback(view: View, side: Side, one: Economics, column: int) -> Tile:
    """In which month of its life a customer has brought its CAC."""
    month, life = float(one.payback_months[0, column]), float(one.life[0, column])
    stays = "" if isnan(life) else f"{a(side.one)} stays {life:.1f} months on average"
    return Tile(f"CAC earned back, {side.name}", "never" if isnan(month) else f"month {month:.0f}",
                stays, warn=isnan(month))


def _without_cac(view: View, every: list[tuple[Side, Economics]], column: int) -> Answer:
    worth = [(side, float(one.ltv[0, column]), float(one.contribution_per_month[0, column]))
             for side, one in every]
    said = listed([f"{a(side.one)} brings {say(ltv, 'USD')}" for side, ltv, _ in worth
                   if not isnan(ltv)])
    head = f"Winning {view.glossary.people} costs nothing in this plan"
    return Answer(f"{head}; {said} over its life{before_ads(view)}." if said else
                  f"{head}, and nobody is won or billed in {view.first_year}.",
                  [Tile(f"LTV, all {side.name}, {view.first_year}", say(ltv, "USD"),
                        f"{say(month, 'USD')} a month", warn=ltv < 0)
                   for side, ltv, month in worth][:4])
