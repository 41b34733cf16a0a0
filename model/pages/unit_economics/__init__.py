"""Cells of the unit_economics notebook."""

from __future__ import annotations

from functools import partial

import numpy as np

from model.analysis import lifetime
from model.analysis.statements import part_label
from model.analysis.unit_economics import Economics, before_ads, economics, layers, sides
from model.companies.claims import claims
from model.counts import a, count, plural
from model.engine.projection import ratio
from model.pages import formulas, frame, live
from model.pages.unit_economics import customer_value, full_cost, head, vintages
from model.pages.view import View, cell
from model.pages.what_if import Steering
from model.params.values import EVIDENCE
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value, say, sentence_case

# Blanks that do not break: the last column of a wide table is squeezed.
# Columns that only those have who cost something to win.
_OF_CAC = ("CAC", "LTV:CAC", "Payback")
NOT_BACK = "not\u00a0in\u00a0plan"

checks, words = frame.checks_and_limits, frame.words
what_if = live.what_if
customer_layers, ltv_variants = customer_value.customer_layers, customer_value.ltv_variants
value_controls, cohorts = customer_value.value_controls, vintages.cohorts
ltv_to_cac_by_part, ltv_to_cac_by_year = (customer_value.ltv_to_cac_by_part,
                                          full_cost.ltv_to_cac_by_year)
ltv_to_cac_of_both_sides = customer_value.ltv_to_cac_of_both_sides
formula = formulas.formula


header = partial(frame.header, page="Unit economics", answer=head.answer)


def contribution(view: View) -> Block:
    """Contribution layers of the first year: what is left of revenue, cost by cost."""
    year = view.first_year
    found = layers(view.projection, year)
    amounts = {line: amount for line, amount, _ in found}
    steps = [(part_label(view.glossary, view.entries, line), amount, kind)
             for line, amount, kind in found]
    revenue, ebitda = steps[0][1], steps[-1][1]
    if revenue:
        margin = format_value(100 * amounts["contribution"] / revenue, "USD/piece")
        message = (f"Of each 100 USD of revenue in {year}, {margin} are left as contribution; "
                   f"after {'marketing, ' if view.buys else ''}payroll and fixed cost EBITDA is "
                   f"{say(ebitda, 'USD')}.")
    else:
        message = f"There is no revenue in {year}; EBITDA is {say(ebitda, 'USD')}."
    figure = charts.waterfall(steps, unit="USD", subtitle=frame.subject(
        view, f"from revenue to EBITDA · USD · {year}"))
    return Block(message, figure, "waterfall chart", f"revenue to EBITDA in {year}",
                 "Solid bars are subtotals; the bars between them are what each cost takes.",
                 Table(f"From revenue to EBITDA, {year}", [label for label, _, _ in steps],
                       {"Amount": list(amounts.values()),
                        "Of revenue": [amount / revenue if revenue else np.nan
                                       for amount in amounts.values()]},
                       units={"Amount": "USD", "Of revenue": "fraction"}, corner="Layer",
                       totals=tuple(label for label, _, kind in steps if kind == "subtotal"),
                       lines={"Amount": "{0}", "Of revenue": "{0} / revenue"},
                       row_lines=[line if kind == "subtotal" else f"- {line}"
                                  for line, _, kind in found]))


@cell
def segments(view: View, year: int | None = None) -> Block:
    """LTV:CAC by side and segment in one year (the first by default) with the goal line."""
    year = view.year(year)
    column = view.years.index(year)
    by_label = {label: economics(view.projection, side, segment)
                for label, side, segment in customer_value.every(view)}
    if not view.buys:
        return _values(view, by_label, column, year)
    ratios = {label: float(e.ltv_to_cac[0, column]) for label, e in by_label.items()}
    person = view.glossary.person
    figure = customer_value.ratio_bars(view, ratios, f"LTV:CAC · {year}", f"no {person} won")
    return Block(_segments_message(view, ratios, year), figure, "bar chart",
                 f"LTV:CAC by segment in {year}",
                 f"Lifetime value over the cost of winning a {person}; value counts contribution"
                 f"{frame.ads_apart(view)} over a life of five years at most."
                 f"{_means(view)}{_leaving(view)}{_onboarding(view, column)}"
                 f"{_discount(view, column, year)}",
                 _table(view, by_label, column, year), open=True)


def _values(view: View, by_label: dict[str, Economics], column: int, year: int) -> Block:
    """What people bring over their lives, of a company that spends nothing to win them."""
    ltv = {label: float(one.ltv[0, column]) for label, one in by_label.items()}
    person, people = view.glossary.person, view.glossary.people
    figure = customer_value.bars(view, ltv, None, "USD", f"LTV · USD · {year}", f"no {person} won")
    valid = {label: value for label, value in ltv.items()
             if not np.isnan(value) and not label.startswith("All ")}
    message = (f"A {person} won in {year} brings " + frame.listed(
        [f"{say(value, 'USD')} in {label}" for label, value in valid.items()])
        + f" over its life; winning {people} costs nothing in this plan." if valid else
        f"No {person} is won or billed in {year}, so there is no lifetime value.")
    return Block(message, figure, "bar chart", f"LTV by segment in {year}",
                 f"Value counts contribution{frame.ads_apart(view)} over a life of five years at "
                 f"most.{_onboarding(view, column)}",
                 _table(view, by_label, column, year), open=True)


def _discount(view: View, column: int, year: int) -> str:
    """LTV:CAC of the segment that the page opens with, discounted, beside the plain one."""
    if lifetime.DISCOUNT not in view.assumptions.series:
        return ""
    side, segment = customer_value.of_side(view)
    one = economics(view.projection, side, segment)
    variant = lifetime.variants(view.projection, side, segment)["fixed_start"]
    value = ratio(variant.value, one.cac)[0, column]
    if np.isnan(value):
        return ""
    rate = view.assumptions.yearly(lifetime.DISCOUNT)[column, 0]
    sources = ", as in the sources" if view.profile.published else ""
    return (f" Nothing is discounted{sources}; at {format_value(rate, 'fraction')} a "
            f"year, if each stayed for just {one.customer_months[0, column]:.1f} billed months, "
            f"LTV:CAC of {view.glossary.segment(segment)} in {year} would be "
            f"{format_value(value, 'ratio')} and not "
            f"{format_value(one.ltv_to_cac[0, column], 'ratio')}.")


def _means(view: View) -> str:
    """What the rows of a table of segments assume, and what those of a whole side are."""
    many = len(sides(view.company)) > 1
    names = frame.listed([f"all {side.name}" for side in sides(view.company)])
    person, people = view.glossary.person, view.glossary.people
    return (f" It is an assumption that a {person} of any segment{' of a side' if many else ''} "
            f"costs the same to win; for {names} churn and months billed are means over new "
            f"{people}, and one over the mean churn is not the mean life.")


def _leaving(view: View) -> str:
    """What of a life is not one churn in one segment."""
    sentences = []
    for side in sides(view.company):
        one = sentence_case(a(side.one))
        if side.first_churn:
            sentences.append(f" {one} leaves at a rate of its own in the month after it was won; "
                             "churn is one over the mean life, that month counted in.")
        if side.climbs:
            sentences.append(f" {one} that moves to another segment pays the price of that one, "
                             "and counts where it was won.")
    return "".join(sentences)


def _onboarding(view: View, column: int) -> str:
    """What onboarding leaves of the life of those who stay for least long, where the first months
    are not billed in full, and what of them is printed."""
    sentences = []
    for side in (side for side in sides(view.company) if side.first_months):
        shares = [float(view.assumptions.yearly(first)[column, 0]) if isinstance(first, str)
                  else first for first in side.first_months]
        lives = {name: economics(view.projection, side, name) for name in side.segments}
        months = {name: value for name, one in lives.items()
                  if (value := float(one.customer_months[0, column])) > 0}
        if not months:
            continue
        name = min(months, key=months.get)
        label, life = view.glossary.segment(name), float(lives[name].life[0, column])
        parts = [f"{share:.0%} in month {month}" for month, share in enumerate(shares, 1)]
        stays = "" if np.isnan(life) else f", of {life:.1f} that it stays on average"
        sentences.append(f" Of a {side.one}'s {_billed(view)} {frame.listed(parts)} from signing "
                         "are billed, "
                         f"later all, so a {side.one} in {label} is billed for "
                         f"{months[name]:.1f} months{stays}. "
                         + _printed_of(view, side.section, name, label))
    return "".join(sentences)


def _billed(view: View) -> str:
    """What is billed of those who pay, as `hours`: the volume of the plan."""
    line = view.profile.volume
    return plural(view.glossary.term(line).unit) if line else "fees"


def _printed_of(view: View, section: str, segment: str, label: str) -> str:
    """Which assumptions of a segment the source prints."""
    entries = {path: entry for path, entry in view.entries.items()
               if path.startswith(f"{section}.{segment}.")}
    labels = [frame.inside(entry.label) for path, entry in entries.items()
              if entry.kind in EVIDENCE and path not in view.assumptions.changed]
    if not claims(view.company).claims:
        return ""
    return (f"Of {label} the source prints {frame.listed(labels)}." if labels else
            f"The source prints none of the {count(len(entries), 'assumption')} on {label}.")


def _segments_message(view: View, ratios: dict[str, float], year: int) -> str:
    """What the segments say; the totals of a side are shown, but are no segments."""
    goal = view.ltv_goal
    valid = {label: value for label, value in ratios.items()
             if not np.isnan(value) and not label.startswith("All ")}
    if not valid:
        return f"No {view.glossary.person} is won or billed in {year}, so there is no LTV:CAC."
    below = customer_value.short_of(valid, goal)
    if not below:
        least = min(valid, key=valid.get)
        return (f"Every segment earns at least {goal:g} times its CAC in {year}; the least is "
                f"{least} at {format_value(valid[least], 'ratio')}.")
    if len(below) == len(valid):
        return f"No segment earns {goal:g} times its CAC in {year}: {frame.listed(below)}."
    above = len(valid) - len(below)
    return (f"{above} of {count(len(valid), 'segment')} {'earns' if above == 1 else 'earn'} at "
            f"least {goal:g} times {'its' if above == 1 else 'their'} CAC in {year}; below "
            f"{'is' if len(below) == 1 else 'are'} {frame.listed(below)}.")


def _table(view: View, by_label: dict[str, Economics], column: int, year: int) -> Table:
    before = before_ads(view.company)
    price_unit = f"USD/{view.glossary.person}"
    price = "life:earned.{0} / life:lived.{0}"
    measures = {"CAC": ("cac", "USD", "customer:cac.{1}"),
                "Revenue a month": ("revenue_per_month", price_unit, price),
                f"Margin{before}": ("margin", "fraction", "customer:margin_before_ads"),
                f"Contribution{before} a month": ("contribution_per_month", price_unit,
                                                  f"{price} * customer:margin_before_ads"),
                "Churn a month": ("churn", "fraction", "customer:churn.{0}"),
                "Months billed": ("customer_months", "months", "life:lived.{0}"),
                "LTV": ("ltv", "USD", "kpi:lifetime_value.{0}"),
                "LTV:CAC": ("ltv_to_cac", "ratio", "kpi:lifetime_value_to_cac.{0}"),
                "Payback": ("payback_months", "", "kpi:payback.{0}")}
    if not view.buys:
        measures = {head: each for head, each in measures.items() if head not in _OF_CAC}
    columns = {head: [float(getattr(one, name)[0, column]) for one in by_label.values()]
               for head, (name, _, _) in measures.items()}
    if view.buys:
        columns["Payback"] = [NOT_BACK if np.isnan(month) else f"month\u00a0{month:.0f}"
                              for month in columns["Payback"]]
    return Table(f"Unit economics by segment, {year}", list(by_label), columns,
                 units={head: unit for head, (_, unit, _) in measures.items()}, corner="Segment",
                 totals=tuple(label for label in by_label if label.startswith("All ")), scale="",
                 lines={head: line for head, (_, _, line) in measures.items()},
                 row_lines=customer_value.who(view))


def controls(view: View) -> object:
    """Sliders on the levers, and the year; LTV:CAC by segment follows."""
    return Steering(view, segments, years=True).show()
