"""Cells of the unit_economics notebook on what one customer is worth, layer by layer, under each
definition and part by part, and on both sides of the market."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.analysis import lifetime
from model.analysis import unit_economics as layers
from model.analysis.kpis import met
from model.analysis.unit_economics import Match, before_ads, economics, sides, streams
from model.analysis.unit_economics import match as match_of
from model.companies import company_module
from model.companies.glossary import Side
from model.companies.vocabulary import YEAR
from model.counts import count
from model.engine.projection import ratio
from model.pages import frame
from model.pages.view import View, cell, needs_cac
from model.pages.what_if import Choice, panel
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say, sentence_case

# Contribution layers as formulas over lines.
_LAYERS = {"revenue": "revenue", "cm1": "gross_profit", "cm2": "contribution_before_ads",
           "contribution": "contribution", "cm3": "contribution - marketing"}


def focus(view: View) -> str:
    return view.glossary.segment(view.profile.focus)


def _one(view: View, side: Side, segment: str) -> str:
    """`a mentee in Young Pros`."""
    return f"a {side.one} in {view.glossary.segment(segment)}"


def of_side(view: View, segment: str | None = None) -> tuple[Side, str]:
    """A segment with its side; by default the one that the company's sources speak of."""
    segment = segment or view.profile.focus
    return next(side for side in sides(view.company) if segment in side.segments), segment


def bars(view: View, values: Mapping[str, float], line: tuple[float, str] | None, unit: str,
         what: str, absent: str = "undefined"):
    """Bars against a goal; `absent` stands where there is no value."""
    return charts.bars(list(values), list(values.values()), unit=unit, line=line,
                       reasons=dict.fromkeys(values, absent), subtitle=frame.subject(view, what))


def ratio_bars(view: View, ratios: Mapping[str, float], what: str, absent: str = "undefined"):
    return bars(view, ratios, (view.ltv_goal, f"{view.ltv_goal:g}:1"), "ratio", what, absent)


def short_of(ratios: Mapping[str, float], goal: float) -> list[str]:
    """The labels, with their LTV:CAC, of those that have one below the goal."""
    return [f"{label} ({format_value(value, 'ratio')})" for label, value in ratios.items()
            if not np.isnan(value) and not met(value, goal, "at_least")]


@cell
@needs_cac
def customer_layers(view: View, segment: str | None = None, year: int | None = None) -> Block:
    """The contribution layers of one customer's life, and of all that is sold by year. One
    segment's, of those won in one year, by default the first."""
    projection, (side, segment) = view.projection, of_side(view, segment)
    year = view.year(year)
    life = {name: float(values[0, view.years.index(year)]) for name, values in
            vars(layers.stack_of_customer(projection, side, segment)).items()}
    name = view.glossary.segment(segment)
    ads = life["cm2"] - life["contribution"]
    steps = [("Revenue of a life", life["revenue"], "subtotal"),
             ("Cost of revenue", life["cm1"] - life["revenue"], "flow"),
             ("CM1, gross profit", life["cm1"], "subtotal"),
             ("Other variable cost", life["cm2"] - life["cm1"], "flow"),
             ("CM2, what LTV counts", life["cm2"], "subtotal"),
             *([(sentence_case(frame.ads_of(view)), -ads, "flow"),
                ("Contribution", life["contribution"], "subtotal")]
               if company_module(view.company).ADS else []),
             ("CAC", life["cm3"] - life["contribution"], "flow"),
             ("CM3, after acquisition", life["cm3"], "subtotal")]
    exists = np.isfinite(life["cm3"])
    figure = charts.waterfall(steps, unit="USD", subtitle=frame.subject(
        view, f"one {view.glossary.person} · {name} · USD · {year}")) if exists else None
    message = (
        f"Of the {say(life['revenue'], 'USD')} that {_one(view, side, segment)} won in {year} "
        f"brings in its life, CM2 (contribution margin 2) of {say(life['cm2'], 'USD')} counts as "
        "LTV; "
        f"CM3, after what it cost to win, is {say(life['cm3'], 'USD')}." if exists else
        f"Nobody is won or billed in {name} in {year}, so a life has no layers.")
    return Block(
        message, figure, "waterfall chart",
        f"contribution layers of one {view.glossary.person} in {year}",
        "CM1, CM2 and CM3 (contribution margin 1, 2 and 3) have no standard meaning, so each bar "
        "names what it takes off. LTV:CAC takes CM2: on CM3 the cost of winning would count twice, "
        "on revenue or CM1 the cost of serving not at all.",
        [_layers_by_year(view), _ratio_by_layer(view, year)])


def _layers_by_year(view: View) -> Table:
    """The layers of the whole company; each layer's share of revenue below it."""
    stack = layers.stack(view.projection)
    labels = {"revenue": "Revenue", "cm1": "CM1: less cost of revenue",
              "cm2": "CM2: less other variable cost", "contribution": "Contribution: less ads",
              "cm3": "CM3: less marketing"}
    if not company_module(view.company).ADS:
        del labels["contribution"]
    rows, units, lines = {}, [], {}
    for name, label in labels.items():
        values = getattr(stack, name)[0]
        rows[label], units, lines[label] = values, [*units, "USD"], _LAYERS[name]
        if name != "revenue":
            share = f"{label.partition(':')[0]}, share of revenue"
            rows[share] = ratio(values, stack.revenue[0])
            units.append("fraction")
            lines[share] = f"( {_LAYERS[name]} ) / revenue"
    return Table.of_rows("Contribution layers of all that is sold", view.years, rows,
                         row_units=units, groups=tuple(labels.values())[1:], corner="Layer",
                         lines=lines)


def _ratio_by_layer(view: View, year: int) -> Table:
    rows, column = {}, view.years.index(year)
    heads = {"On revenue": "revenue", "On CM1": "cm1", "On CM2, as used": "cm2"}
    if company_module(view.company).ADS:
        heads["On contribution after ads"] = "contribution"
    for label, side, segment in every(view):
        one = layers.stack_of_customer(view.projection, side, segment)
        cac = one.contribution - one.cm3
        rows[label] = [ratio(getattr(one, layer), cac)[0, column] for layer in heads.values()]
    return Table.of_rows(f"LTV:CAC by layer, {year}", list(heads), rows, units="ratio",
                         totals=tuple(label for label in rows if label.startswith("All ")),
                         corner="Segment", row_lines=who(view), lines={
                             head: f"life:earned.{{0}} * {_LAYERS[layer]} / revenue"
                                   " / customer:cac.{1}" for head, layer in heads.items()})


def every(view: View) -> list[tuple[str, Side, str | None]]:
    """Segments and sides: (label, side, segment or None)."""
    return [(view.glossary.segment(name) if name else f"All {side.name}", side, name)
            for side in sides(view.company) for name in (*side.segments, None)]


def who(view: View) -> list[str]:
    """The same as a page works them out again: the names of segment, or side, and of the side."""
    return [f"{segment or side.name}|{side.name}" for _, side, segment in every(view)]


@cell
def ltv_variants(view: View, segment: str | None = None, year: int | None = None) -> Block:
    """Lifetime value under each of its names, and which one LTV:CAC uses. One segment's, of those
    won in one year, by default the first."""
    projection, (side, segment) = view.projection, of_side(view, segment)
    year = view.year(year)
    column = projection.years.index(year)
    variants = lifetime.variants(projection, side, segment)
    values = {variant.label: float(variant.value[0, column]) for variant in variants.values()}
    cac = float(economics(projection, side, segment).cac[0, column])
    goal = (view.ltv_goal * cac, f"{view.ltv_goal:g} × CAC") if side.marketing else None
    figure = bars(view, values, goal, "USD",
                  f"LTV of {view.glossary.segment(segment)} · USD · {year}")
    rate = view.assumptions.yearly(lifetime.DISCOUNT)[column, 0]
    sources = (", as the sources' own examples do, which do not discount"
               if view.profile.published else "")
    used = "used for LTV:CAC" if side.marketing else "used here"
    uses = "LTV:CAC uses" if side.marketing else "The pages use"
    reading = (
        f"{uses} the {variants[lifetime.USED].label.lower()} one, with a life of five years "
        f"at most{sources}. d is the discount rate, "
        f"{say(rate, 'fraction')} a year or {100 * float(lifetime.monthly_rate(rate)):.3f}% a "
        "month.")
    if side.first_months:
        reading += " Churn and geometric count every month as billed, onboarding too."
    return Block(_variants_message(view, values, cac, year, side, segment), figure, "bar chart",
                 f"LTV by definition in {year}", reading,
                 [Table(f"Definitions of LTV, {year}", list(values), {
                     "LTV": list(values.values()),
                     **({"Over CAC": [float(ratio(value, cac)) for value in values.values()]}
                        if side.marketing else {}),
                     "In words": [variant.formula + (f" ({used})" if name == lifetime.USED else "")
                                  for name, variant in variants.items()]},
                     units={"LTV": "USD", "Over CAC": "ratio"}, corner="Definition", scale="",
                     lines={"LTV": "{0}", "Over CAC": f"{{0}} / customer:cac.{side.name}"},
                     row_lines=[f"ltv:{name}.{segment}" for name in variants]),
                  _every_variant(view)])


def _variants_message(view: View, values: dict[str, float], cac: float, year: int, side: Side,
                      segment: str) -> str:
    finite = [value for value in values.values() if np.isfinite(value)]
    if not finite or (side.marketing and np.isnan(cac)):
        return (f"Nobody is won or billed in {view.glossary.segment(segment)} in {year}, so there "
                "is no lifetime value under any name.")
    low, high = say(min(finite), "USD"), say(max(finite), "USD")
    span = f"{low} to {high}, depending on its definition" if low != high else f"{low} in any case"
    lead = f"The LTV of {_one(view, side, segment)} won in {year} is {span}"
    if not side.marketing:
        return f"{lead}."
    times = view.ltv_goal
    reach = sum(met(value, times * cac, "at_least") for value in finite)
    number = len(finite)
    many = {number: f"all {count(reach, 'definition')} reach", 1: f"1 of {number} reaches",
            0: f"none of {count(number, 'definition')} reaches"}.get(
                reach, f"{reach} of {number} definitions reach")
    return f"{lead}: {many} {times:g} times the CAC of {say(cac, 'USD')}."


def _every_variant(view: View) -> Table:
    labels, groups, columns = [], [], {label: [] for label, _ in lifetime.NAMES.values()}
    for label, side, segment in every(view):
        groups.append(f"{label} {view.years[0]}")
        labels += [f"{label} {year}" for year in view.years]
        for variant in lifetime.variants(view.projection, side, segment).values():
            columns[variant.label] += variant.value[0].tolist()
    return Table("LTV by segment, year and definition", labels, columns, units="USD",
                 groups=groups, corner=f"{sentence_case(view.glossary.people)} won", scale="",
                 lines={label: f"ltv:{name}.{{0}}" for name, (label, _) in lifetime.NAMES.items()},
                 row_lines=[segment or side.name for _, side, segment in every(view)
                            for _ in view.years])


def value_controls(view: View) -> object:
    """Choose a segment, the year in which its customers are won, and what is shown of them."""
    if not view.buys:
        return ltv_variants(view)
    blocks = {"LTV by definition": ltv_variants,
              f"layers of one {view.glossary.person}": customer_layers}
    segments = {view.glossary.segment(name): name
                for side in sides(view.company) for name in side.segments}
    choices = {"shown": Choice("Show", blocks), "segment": Choice("Segment", segments),
               "year": Choice("Won in", {str(year): year for year in view.years})}
    start = {"shown": ltv_variants, "segment": view.profile.focus, "year": view.first_year}
    return panel(choices, start, lambda shown, **values: shown(view, **values), ltv_variants(view))


@needs_cac
def ltv_to_cac_by_part(view: View) -> Block:
    """LTV:CAC of the focus segment with only a part of its life or of what it buys counted."""
    projection, side = view.projection, sides(view.company)[0]
    year, name = view.first_year, view.profile.focus
    one = economics(projection, side, name)
    worth = {"As planned": one.ltv, "First year of life alone": one.earned[YEAR - 1]}
    worth |= {f"{view.glossary.label(line)} alone": value
              for line, value in streams(projection, side, name).items()}
    ratios = {label: ratio(value, one.cac)[0] for label, value in worth.items()}
    first = {label: float(values[view.first]) for label, values in ratios.items()}
    reading = ("Each bar counts only what it names, with all else as planned; "
               f"{view.glossary.people} who leave are counted as gone."
               + _payback(view, float(lifetime.even_payback(
                   one.cac, one.contribution_per_month)[0, view.first]),
                          float(one.payback_months[0, view.first])))
    months = float(one.months_to(view.ltv_goal)[0, view.first])
    return Block(_made_of_message(view, first, months, year),
                 ratio_bars(view, first, f"LTV:CAC of {focus(view)} · {year}"), "bar chart",
                 f"LTV:CAC by what is counted in {year}", reading,
                 Table.of_rows(f"LTV:CAC of {focus(view)} by what is counted", view.years, ratios,
                               units="ratio", corner="Counted", lines={
                                   "As planned": f"kpi:lifetime_value_to_cac.{name}",
                                   "First year of life alone":
                                   f"life:worth.{name}@{YEAR} / customer:cac.{side.name}"} | {
                                   f"{view.glossary.label(line)} alone":
                                   f"kpi:lifetime_value_to_cac.{name} * {line}.{name} "
                                   f"/ revenue.{name}" for line in side.streams}))


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
    """One who pays alone, one of the other side alone, and the match that needs both: value and
    cost."""
    if not has_match(view):
        return Note(f"This company has one side: every {view.glossary.person} pays, and one CAC "
                    "covers all that must be won. Those who deliver are paid out of revenue, as a "
                    "cost." if len(sides(view.company)) == 1 else
                    "No side of this company serves the other one by one, so there is no match "
                    "whose cost could be compared.")
    projection, (payers, servers) = view.projection, sides(view.company)
    one, other, whole = payers.one, servers.one, f"All {payers.name}"
    year = view.first_year
    matches = {name: match_of(projection, name) for name in (*payers.segments, None)}
    ratios = {view.glossary.segment(name) if name else whole: {
        f"{one.capitalize()} on its own CAC": match.payer.ltv_to_cac[0],
        f"{one.capitalize()} on both CACs": match.payer_ltv_to_cac[0],
        f"{other.capitalize()} on its own CAC": match.server.ltv_to_cac[0],
        "Match: both values, both CACs": match.ltv_to_cac[0]} for name, match in matches.items()}
    mine, match = ratios[focus(view)], matches[view.profile.focus]
    first = {label: float(values[view.first]) for label, values in mine.items()}
    years = list(map(str, projection.years))
    # What one who pays, {0}, costs and brings with its share, {1}, of the other side.
    cacs = f"customer:cac.{payers.name} + {{1}} * customer:cac.{servers.name}"
    ltvs = f"kpi:lifetime_value.{{0}} + {{1}} * kpi:lifetime_value.{servers.name}"
    lines = dict(zip(mine, (
        "kpi:lifetime_value_to_cac.{0}", f"kpi:lifetime_value.{{0}} / ( {cacs} )",
        f"kpi:lifetime_value_to_cac.{servers.name}", f"( {ltvs} ) / ( {cacs} )"), strict=True))
    focused = view.profile.focus, _share_of_other(payers, view.profile.focus)
    return Block(
        _both_message(view, match, first),
        ratio_bars(view, first, f"LTV:CAC of {focus(view)} and {servers.name} · {year}"),
        "bar chart", f"LTV:CAC of both sides in {year}", _both_reading(view),
        [Table(f"LTV:CAC of both sides, {year}", list(ratios),
               {label: [float(row[label][view.first]) for row in ratios.values()]
                for label in mine},
               units="ratio", totals=(whole,), corner=one.capitalize(),
               lines=lines, row_lines=[name and f"{name}|{_share_of_other(payers, name)}"
                                       for name in matches]),
         Table(f"A match of {focus(view)} by year", years, {
             f"CAC, {one}": match.payer.cac[0], f"CAC, with a {other}'s share": match.cac[0],
             f"LTV, {one}": match.payer.ltv[0], f"LTV, with a {other}'s share": match.ltv[0]},
             units="USD", corner="Year", scale="", lines={
                 f"CAC, {one}": f"customer:cac.{payers.name}",
                 f"CAC, with a {other}'s share": cacs.format(*focused),
                 f"LTV, {one}": "kpi:lifetime_value.{}".format(*focused),
                 f"LTV, with a {other}'s share": ltvs.format(*focused)}),
         Table(f"LTV:CAC, {focus(view)} and {servers.name} by year", years, mine, units="ratio",
               corner="Year", lines={head: line.format(*focused) for head, line in lines.items()})])


def has_match(view: View) -> bool:
    """Whether one on the other side serves so many of those who pay."""
    return len(sides(view.company)) > 1 and sides(view.company)[0].served is not None


def _share_of_other(payers: Side, segment: str) -> str:
    """The share of one on the other side that serves one of a segment, as a page works it out
    again."""
    return f"1 / path:{payers.section}.{segment}.{payers.served}"


def with_other_side(view: View) -> dict[str, float]:
    """LTV:CAC of each segment of those who pay in the first year, on what one of them and its
    share of the other side cost; nothing where there is no match."""
    if not has_match(view):
        return {}
    matches = {name: match_of(view.projection, name) for name in sides(view.company)[0].segments}
    return {view.glossary.segment(name): float(match.payer_ltv_to_cac[0, view.first])
            for name, match in matches.items()}


def _both_message(view: View, match: Match, ratios: dict[str, float]) -> str:
    year, times, (payers, servers) = view.first_year, view.ltv_goal, sides(view.company)
    own, with_share, alone, both = ratios.values()
    if np.isnan(own) or np.isnan(with_share):
        return (f"No {payers.name} or no {servers.name} are won in {year}, so a match has no cost "
                "to compare.")
    before, after = met(own, times, "at_least"), met(with_share, times, "at_least")
    verdict = {(True, True): "still earn", (True, False): "no longer earn",
               (False, False): "do not earn", (False, True): "earn"}[before, after]
    return (f"A {payers.one} also needs a {servers.one}: with its share, {focus(view)} cost "
            f"{say(float(match.cac[0, view.first]), f'USD/{payers.one}')} in {year} and {verdict} "
            f"{times:g} times that: {format_value(with_share, 'ratio')}, against "
            f"{format_value(own, 'ratio')} on their own CAC. {servers.name.capitalize()} pay too: "
            f"alone they earn {format_value(alone, 'ratio')} times their CAC, and with that "
            f"counted a match earns {format_value(both, 'ratio')}.")


def _both_reading(view: View) -> str:
    payers, servers = sides(view.company)
    shared_by = [f"{view.value(f'{payers.section}.{s}.{payers.served}'):g} "
                 f"{view.glossary.segment(s)}" for s in payers.segments]
    return (f"One {servers.one} serves {frame.listed(shared_by)}, who share that {servers.one}'s "
            f"CAC and what it pays, whole even where the {servers.one} stays longer. Match rate "
            "and fill rate change neither churn nor subscriptions here, so a market out of balance "
            "costs more than these ratios show.")
