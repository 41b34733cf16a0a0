"""The cell of the investor report on what a customer brings and costs: LTV:CAC on both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.analysis.full_cost import fully_loaded
from model.analysis.kpis import met
from model.analysis.unit_economics import economics, match, sides
from model.pages import frame, unit_economics
from model.pages.unit_economics import customer_value, full_cost
from model.pages.view import View
from model.views.blocks import Block
from model.views.formats import format_value


def segments(view: View) -> Block:
    """LTV:CAC by segment with the line of the goal. Where there are two sides, what the other
    side costs is counted first, and each side on its own CAC beside it."""
    plain, both = unit_economics.segments(view), customer_value.with_other_side(view)
    if not view.buys:
        return replace(plain, open=False)
    servers = sides(view.company)[-1]
    match_table = customer_value.ltv_to_cac_of_both_sides(view).table[:1] if both else ()
    tables = [plain.table, *match_table, *full_cost.ltv_to_cac_by_year(view).table]
    message = " ".join(filter(None, (
        _both_message(view, both), plain.message if not both else
        f"On its own CAC alone: {frame.inside(plain.message)}",
        full_cost.hours_charged(view, full_cost.by_hours(view)))))
    if not both:
        return replace(plain, message=message, table=tables, open=False, alt_message=plain.message)
    year = view.first_year
    shown = {f"{label}, with a {servers.one}": value for label, value in both.items()}
    shown |= dict(zip(plain.table.labels, plain.table.columns["LTV:CAC"], strict=True))
    figure = customer_value.ratio_bars(
        view, shown, f"LTV:CAC with and without the other side · {year}",
        f"no {view.glossary.person} won")
    # What the plan wins, whatever the share is that a match needs.
    payers = sides(view.company)[0]
    first, second = (view.by_year(side.new)[view.first] for side in (payers, servers))
    won = (f" In {year} the plan itself wins one {servers.one} to every {first / second:.1f} new "
           f"{payers.name}."
           if second else "")
    return replace(
        plain, message=message, figure=figure, table=tables, open=False,
        alt_message=_both_message(view, both) or plain.message,
        reading=f"{plain.reading} With a {servers.one}: each {payers.one} also needs its share of "
                f"a {servers.one}, whose CAC is then counted in its cost.{won}")


def below_by_hours(view: View) -> dict[str, np.ndarray]:
    """LTV:CAC by year of the segments whose customers of the first year bring too little once
    they bear the staff whose hours they use."""
    return {name: ratios for name, ratios in full_cost.by_hours(view).items()
            if not met(float(ratios[view.first]), view.ltv_goal, "at_least")}


def below(view: View) -> list[str]:
    """Segments whose customers bring too little once what the other side costs is counted."""
    return customer_value.short_of(customer_value.with_other_side(view), view.ltv_goal)


def unread(view: View) -> str:
    """For whom the rule on LTV:CAC would fire in the first year if it read more than the plain
    ratio: of other sides, with the other side's share of cost, or fully loaded."""
    kpi = view.profile.kpis.get("ltv_to_cac")
    if kpi is None or not view.buys:
        return ""
    thresholds = [rule.threshold for rule in view.profile.rules
                  if rule.kpi == "ltv_to_cac" and not rule.favorable and rule.test == "below"]
    if not thresholds:
        return ""
    projection, (first, *others) = view.projection, sides(view.company)
    name = view.glossary.segment(kpi.segment) if kpi.segment else f"all {first.name}"
    ratios = {f"all {side.name}": economics(projection, side).ltv_to_cac
              for side in others if side.marketing}
    if customer_value.has_match(view) and kpi.segment:
        share = f"{name} with a {others[0].one}'s share"
        ratios[share] = match(projection, kpi.segment).payer_ltv_to_cac
    ratios[f"{name} fully loaded"] = fully_loaded(projection, first, kpi.segment).ltv_to_cac
    low = [f"{name} ({format_value(ratio[0, view.first], 'ratio')})"
           for name, ratio in ratios.items() if met(ratio[0, view.first], max(thresholds), "below")]
    return (f" The rule on {frame.inside(kpi.label) if kpi.segment else 'LTV:CAC'} reads the plain "
            f"ratio; in {view.first_year} it would fire for {frame.listed(low)}, among others."
            if low else "")


def counted(view: View) -> str:
    """The beginning of a sentence on both sides of a match."""
    payers, servers = sides(view.company)
    return f"With the {servers.one} counted that each {payers.one} needs,"


def _both_message(view: View, both: dict[str, float]) -> str:
    """How many segments earn the goal with what both ends of a match cost."""
    known = [value for value in both.values() if not np.isnan(value)]
    if not known:
        return ""
    short, times = below(view), f"{view.ltv_goal:g} times what both ends cost in {view.first_year}"
    payers, lead = sides(view.company)[0].name, counted(view)
    if not short:
        return f"{lead} every segment of {payers} earns at least {times}."
    if len(short) == len(known):
        return f"{lead} no segment of {payers} earns {times}: {frame.listed(short)}."
    above = len(known) - len(short)
    return (f"{lead} {above} of {len(known)} segments of {payers} "
            f"{'earns' if above == 1 else 'earn'} at least {times}; below "
            f"{'is' if len(short) == 1 else 'are'} {frame.listed(short)}.")
