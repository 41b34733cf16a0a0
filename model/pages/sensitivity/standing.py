"""Where the plan stands among its draws, and each chance with its standard error."""

from __future__ import annotations

from model.analysis.uncertainty import sensitivity
from model.analysis.uncertainty.chances import CASH, FIRST, TROUGH, figures
from model.analysis.uncertainty.chances import Share as Chance
from model.analysis.uncertainty.standing import Standing, standings
from model.engine.headlines import Headline
from model.pages import frame
from model.pages.sensitivity.shares import error_of, percent, share_of
from model.pages.view import View
from model.views.blocks import Block, Table
from model.views.formats import say


def sentence(view: View, runs: sensitivity.Fan) -> str:
    """Than how many draws the plan is better, by the headlines that decide."""
    wanted = {FIRST: "first break-even", Headline("ebitda", frame.target_year(view)):
              f"EBITDA of {frame.target_year(view)}", TROUGH: "lowest cash"}
    parts = [f"in {wanted[each.headline]} than {share_of(each.worse)}"
             for each in _standings(view, runs) if each.headline in wanted
             and (each.headline != FIRST or each.plan)]
    return (f"The plan's own place among its draws: it is better {frame.listed(parts)}; half would "
            "be the middle.")


def chances(view: View, runs: sensitivity.Fan, short: Chance) -> Block:
    """Every chance with its standard error, and the plan's own place beside it."""
    every = _standings(view, runs)
    out = view.breakeven.out_of_cash
    rows = [*((_label(view, each), _plan(view, each), each.good, percent(each.worse),
               _lines(each.headline)) for each in every),
            ("Cash below zero in some month", frame.or_never(out), short, "–",
             "out_of_cash|share:short|")]
    labels, plan, shares, worse, lines = zip(*rows, strict=True)
    return Block(
        sentence(view, runs), table=Table(
            f"How likely the plan is by {runs.size:,} random draws", labels,
            {"The plan has": plan, "In how many draws": [percent(share) for share in shares],
             "Standard error": list(map(error_of, shares)), "Draws that do worse": worse},
            lines={"The plan has": "{0}", "In how many draws": "{1}", "Draws that do worse": "{2}"},
            row_lines=lines, corner="What may happen", stacked=True),
        open=True, summary="Each chance with its standard error",
        reading="In 19 of 20 cases a share is off by at most twice its standard error because so "
                "few draws were made; what the ranges leave out comes on top.")


def _standings(view: View, runs: sensitivity.Fan) -> list[Standing]:
    plan = view.projection
    return standings(figures(runs.projection, plan.years), figures(plan, plan.years), plan.years)


def _label(view: View, standing: Standing) -> str:
    headline = standing.headline
    if headline == FIRST:
        by = f" by {_plan(view, standing)}" if standing.plan else ""
        return f"First break-even{by}, without cash having run out before"
    what = {TROUGH: "lowest cash", CASH: f"cash at the end of {view.years[-1]}"}
    return f"At or above the plan's {what.get(headline) or f'EBITDA of {headline.year}'}"


def _lines(headline: Headline) -> str:
    """What the page works out again of a row: the plan's figure, and both shares of draws."""
    line, name = {FIRST: ("breakeven_first", "first"), TROUGH: ("trough_cash", "trough"),
                  CASH: ("unrestricted_cash", "cash")}.get(headline, ("ebitda", "ebitda"))
    return f"{line}|share:good.{name}|share:worse.{name}"


def _plan(view: View, standing: Standing) -> str:
    """The plan's own figure, which no line end parts from its currency."""
    if standing.headline != FIRST:
        return say(standing.plan, "USD").replace(" ", "\N{NO-BREAK SPACE}")
    months = view.projection.months
    return frame.or_never(months[int(standing.plan) - 1] if standing.plan else None)
