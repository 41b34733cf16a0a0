"""Cells of the unit_economics notebook on what a value is made of, and on both sides of the
market."""

from __future__ import annotations

import numpy as np

from model.analysis import lifetime
from model.analysis.division import ratio
from model.analysis.kpis import met
from model.analysis.unit_economics import Match, before_ads, economics, sides, streams
from model.analysis.unit_economics import match as match_of
from model.companies.glossary import glossary
from model.pages import frame
from model.pages.unit_economics.customer_value import focus, ratio_bars, short_of
from model.pages.view import View
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

# Months of life in its first year.
YEAR = 12


def ltv_to_cac_by_part(view: View) -> Block:
    """LTV:CAC of the focus segment with only a part of its life or of what it buys counted."""
    projection, side = view.projection, sides(view.company)[0]
    year, name = projection.years[0], view.profile.focus
    one = economics(projection, side, name)
    worth = {"As planned": one.ltv, "First year of life alone": one.earned[YEAR - 1]}
    worth |= {f"{glossary().label(line)} alone": value
              for line, value in streams(projection, side, name).items()}
    ratios = {label: ratio(value, one.cac)[0] for label, value in worth.items()}
    first = {label: float(values[0]) for label, values in ratios.items()}
    reading = ("Each bar counts only what it names, with all else as planned; customers who leave "
               "are counted as gone." + _payback(view, float(lifetime.even_payback(
                   one.cac, one.contribution_per_month)[0, 0]),
                          float(one.payback_months[0, 0])))
    return Block(_made_of_message(view, first, float(one.months_to(view.ltv_goal)[0, 0]), year),
                 ratio_bars(view, first, f"LTV:CAC of {focus(view)} · {year}"), "bar chart",
                 f"LTV:CAC by what is counted in {year}", reading,
                 Table.of_rows(f"LTV:CAC of {focus(view)} by what is counted", view.years, ratios,
                               units="ratio", corner="Counted"))


def _payback(view: View, even: float, month: float) -> str:
    """The plain payback beside the one in which customers leave."""
    if np.isnan(even):
        return ""
    when = "not within five years" if np.isnan(month) else f"in month {month:.0f}"
    return (f" CAC over a month's contribution{before_ads(view.company)} is {say(even, 'months')}; "
            f"with those who leave and any onboarding counted, it is earned back {when}.")


def _made_of_message(view: View, ratios: dict[str, float], month: float, year: int) -> str:
    plan, *others = ratios.items()
    if np.isnan(plan[1]):
        return (f"Nobody is won or billed in {focus(view)} in {year}, so there is no value to take "
                "apart.")
    others = {frame.inside(label): value for label, value in others}
    short, times = short_of(others, view.ltv_goal), f"{view.ltv_goal:g} times their CAC"
    if np.isnan(month):
        start = (f"{focus(view)} of {year} do not earn {times} within five years, with all "
                 "that they buy counted")
    else:
        start = f"{focus(view)} of {year} have earned {times} after {say(month, 'months')}"
    if not short:
        every = [f"{label} ({format_value(value, 'ratio')})" for label, value in others.items()]
        return f"{start}; the ratio is {view.ltv_goal:g} or more for {frame.listed(every)} too."
    return f"{start}; the ratio is below {view.ltv_goal:g} for {frame.listed(short)}."


def ltv_to_cac_of_both_sides(view: View) -> Block | Note:
    """A mentee alone, a mentor alone, and the match that needs both: value and cost."""
    if len(sides(view.company)) == 1:
        return Note("This company has one side: every customer pays, and one CAC covers all that "
                    "must be won. Those who deliver are paid out of revenue, as a cost.")
    projection, mentees = view.projection, sides(view.company)[0]
    year = projection.years[0]
    matches = {name: match_of(projection, name) for name in (*mentees.segments, None)}
    ratios = {glossary().segment(name) if name else "All mentees": {
        "Mentee on its own CAC": match.mentee.ltv_to_cac[0],
        "Mentee on both CACs": match.mentee_ltv_to_cac[0],
        "Mentor on its own CAC": match.mentor.ltv_to_cac[0],
        "Match: both values, both CACs": match.ltv_to_cac[0]} for name, match in matches.items()}
    mine, match = ratios[focus(view)], matches[view.profile.focus]
    first = {label: float(values[0]) for label, values in mine.items()}
    years = list(map(str, projection.years))
    return Block(
        _both_message(view, match, first),
        ratio_bars(view, first, f"LTV:CAC of {focus(view)} and mentors · {year}"), "bar chart",
        f"LTV:CAC of both sides in {year}", _both_reading(view),
        [Table(f"LTV:CAC of both sides, {year}", list(ratios),
               {label: [float(row[label][0]) for row in ratios.values()] for label in mine},
               units="ratio", totals=("All mentees",), corner="Mentee"),
         Table(f"A match of {focus(view)} by year", years, {
             "CAC, mentee": match.mentee.cac[0], "CAC, with a mentor's share": match.cac[0],
             "LTV, mentee": match.mentee.ltv[0], "LTV, with a mentor's share": match.ltv[0]},
             units="USD", corner="Year", scale=""),
         Table(f"LTV:CAC, {focus(view)} and mentors by year", years, mine, units="ratio",
               corner="Year")])


def with_mentors(view: View) -> dict[str, float]:
    """LTV:CAC of each segment of mentees in the first year, on what a mentee and its share of a
    mentor cost; nothing where the company has one side."""
    if len(sides(view.company)) == 1:
        return {}
    return {glossary().segment(name): float(match_of(view.projection, name).mentee_ltv_to_cac[0, 0])
            for name in sides(view.company)[0].segments}


def _both_message(view: View, match: Match, ratios: dict[str, float]) -> str:
    year, times = view.years[0], view.ltv_goal
    own, with_share, mentor, both = ratios.values()
    if np.isnan(own) or np.isnan(with_share):
        return f"No mentees or no mentors are won in {year}, so a match has no cost to compare."
    before, after = met(own, times, "at_least"), met(with_share, times, "at_least")
    verdict = {(True, True): "still earn", (True, False): "no longer earn",
               (False, False): "do not earn", (False, True): "earn"}[before, after]
    return (f"A mentee also needs a mentor: with its share, {focus(view)} cost "
            f"{say(float(match.cac[0, 0]), 'USD/mentee')} in {year} and {verdict} {times:g} times "
            f"that: {format_value(with_share, 'ratio')}, against {format_value(own, 'ratio')} on "
            f"their own CAC. Mentors pay too: alone they earn {format_value(mentor, 'ratio')} "
            f"times their CAC, and with that counted a match earns {format_value(both, 'ratio')}.")


def _both_reading(view: View) -> str:
    mentees = sides(view.company)[0]
    shared_by = [f"{view.value(f'mentees.{s}.mentees_per_mentor'):g} "
                 f"{glossary().segment(s)}" for s in mentees.segments]
    return (f"One mentor serves {frame.listed(shared_by)}, who share that mentor's CAC and what it "
            "pays, whole even where the mentor stays longer. Match rate and fill rate change "
            "neither churn nor subscriptions here, so a market out of balance costs more than "
            "these ratios show.")
