"""Cells of the unit_economics notebook on what one customer is worth, layer by layer and under
each definition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.analysis import lifetime
from model.analysis import unit_economics as layers
from model.analysis.division import ratio
from model.analysis.kpis import met
from model.analysis.unit_economics import economics, sides
from model.companies import company_module
from model.companies.glossary import Side, glossary
from model.counts import count
from model.pages import frame
from model.pages.view import View, cell
from model.pages.what_if import Choice, panel
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value, say


def focus(view: View) -> str:
    return glossary().segment(view.profile.focus)


def _one(side: Side, segment: str) -> str:
    """`a mentee in Young Pros`."""
    return f"a {side.name.removesuffix('s')} in {glossary().segment(segment)}"


def of_side(view: View, segment: str | None = None) -> tuple[Side, str]:
    """A segment with its side; by default the one that the company's sources speak of."""
    segment = segment or view.profile.focus
    return next(side for side in sides(view.company) if segment in side.segments), segment


def bars(view: View, values: Mapping[str, float], line: tuple[float, str], unit: str, what: str,
         absent: str = "undefined"):
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
def customer_layers(view: View, segment: str | None = None, year: int | None = None) -> Block:
    """The contribution layers of one customer's life, and of all that is sold by year. One
    segment's, of those won in one year, by default the first."""
    projection, (side, segment) = view.projection, of_side(view, segment)
    year = year or projection.years[0]
    one, column = layers.stack_of_customer(projection, side, segment), view.years.index(year)
    life = {name: float(getattr(one, name)[0, column]) for name in vars(one)}
    name = glossary().segment(segment)
    ads = life["cm2"] - life["contribution"]
    steps = [("Revenue of a life", life["revenue"], "subtotal"),
             ("Cost of revenue", life["cm1"] - life["revenue"], "flow"),
             ("CM1, gross profit", life["cm1"], "subtotal"),
             ("Other variable cost", life["cm2"] - life["cm1"], "flow"),
             ("CM2, what LTV counts", life["cm2"], "subtotal"),
             *([("Digital ads", -ads, "flow"), ("Contribution", life["contribution"], "subtotal")]
               if company_module(view.company).ADS else []),
             ("CAC", life["cm3"] - life["contribution"], "flow"),
             ("CM3, after acquisition", life["cm3"], "subtotal")]
    exists = np.isfinite(life["cm3"])
    figure = charts.waterfall(steps, unit="USD", subtitle=frame.subject(
        view, f"one customer · {name} · USD · {year}")) if exists else None
    message = (
        f"Of the {say(life['revenue'], 'USD')} that {_one(side, segment)} won in {year} brings "
        f"in its life, CM2 (contribution margin 2) of {say(life['cm2'], 'USD')} counts as LTV; "
        f"CM3, after what it cost to win, is {say(life['cm3'], 'USD')}." if exists else
        f"Nobody is won or billed in {name} in {year}, so a life has no layers.")
    return Block(
        message, figure, "waterfall chart", f"contribution layers of one customer in {year}",
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
    rows, units = {}, []
    for name, label in labels.items():
        values = getattr(stack, name)[0]
        rows[label], units = values, [*units, "USD"]
        if name != "revenue":
            rows[f"{label.partition(':')[0]}, share of revenue"] = ratio(values, stack.revenue[0])
            units.append("fraction")
    return Table.of_rows("Contribution layers of all that is sold", view.years, rows,
                         row_units=units, groups=tuple(labels.values())[1:], corner="Layer")


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
                         corner="Segment")


def every(view: View) -> list[tuple[str, Side, str | None]]:
    """Segments and sides: (label, side, segment or None)."""
    rows = []
    for side in sides(view.company):
        rows += [(glossary().segment(name), side, name) for name in side.segments]
        rows.append((f"All {side.name}", side, None))
    return rows


@cell
def ltv_variants(view: View, segment: str | None = None, year: int | None = None) -> Block:
    """Lifetime value under each of its names, and which one LTV:CAC uses. One segment's, of those
    won in one year, by default the first."""
    projection, (side, segment) = view.projection, of_side(view, segment)
    year = year or projection.years[0]
    column = projection.years.index(year)
    variants = lifetime.variants(projection, side, segment)
    values = {variant.label: float(variant.value[0, column]) for variant in variants.values()}
    cac = float(economics(projection, side, segment).cac[0, column])
    figure = bars(view, values, (view.ltv_goal * cac, f"{view.ltv_goal:g} × CAC"), "USD",
                  f"LTV of {glossary().segment(segment)} · USD · {year}")
    rate = view.assumptions.yearly(lifetime.DISCOUNT)[column, 0]
    reading = (
        f"LTV:CAC uses the {variants[lifetime.USED].label.lower()} one, with a life of five years "
        "at most, as the sources' own examples do, which do not discount. d is the discount rate, "
        f"{say(rate, 'fraction')} a year or {100 * float(lifetime.monthly_rate(rate)):.3f}% a "
        "month.")
    if side.first_months:
        reading += " Churn and geometric count every month as billed, onboarding too."
    return Block(_variants_message(view, values, cac, year, side, segment), figure, "bar chart",
                 f"LTV by definition in {year}", reading,
                 [_definitions(variants, cac, column, year), _every_variant(view)])


def _variants_message(view: View, values: dict[str, float], cac: float, year: int, side: Side,
                      segment: str) -> str:
    finite = [value for value in values.values() if np.isfinite(value)]
    if not finite or np.isnan(cac):
        return (f"Nobody is won or billed in {glossary().segment(segment)} in {year}, so there is "
                "no lifetime value under any name.")
    times = view.ltv_goal
    reach = sum(met(value, times * cac, "at_least") for value in finite)
    number = len(finite)
    many = {number: f"all {count(reach, 'definition')} reach", 1: f"1 of {number} reaches",
            0: f"none of {count(number, 'definition')} reaches"}.get(
                reach, f"{reach} of {number} definitions reach")
    low, high = say(min(finite), "USD"), say(max(finite), "USD")
    span = f"{low} to {high}, depending on its definition" if low != high else f"{low} in any case"
    return (f"The LTV of {_one(side, segment)} won in {year} is {span}: {many} {times:g} times "
            f"the CAC of {say(cac, 'USD')}.")


def _definitions(variants: dict[str, lifetime.Variant], cac: float, column: int,
                 year: int) -> Table:
    values = [float(variant.value[0, column]) for variant in variants.values()]
    return Table(f"Definitions of LTV, {year}", [variant.label for variant in variants.values()], {
        "LTV": values, "Over CAC": [float(ratio(value, cac)) for value in values],
        "In words": [variant.formula + (" (used for LTV:CAC)" if name == lifetime.USED else "")
                     for name, variant in variants.items()]},
        units={"LTV": "USD", "Over CAC": "ratio"}, corner="Definition", scale="")


def _every_variant(view: View) -> Table:
    labels, groups, columns = [], [], {label: [] for label, _ in lifetime.NAMES.values()}
    for label, side, segment in every(view):
        groups.append(f"{label} {view.years[0]}")
        labels += [f"{label} {year}" for year in view.years]
        for variant in lifetime.variants(view.projection, side, segment).values():
            columns[variant.label] += variant.value[0].tolist()
    return Table("LTV by segment, year and definition", labels, columns, units="USD",
                 groups=groups, corner="Customers won", scale="")


def value_controls(view: View) -> object:
    """Choose a segment, the year in which its customers are won, and what is shown of them."""
    blocks = {"LTV by definition": ltv_variants, "layers of one customer": customer_layers}
    segments = {glossary().segment(name): name
                for side in sides(view.company) for name in side.segments}
    choices = {"shown": Choice("Show", blocks), "segment": Choice("Segment", segments),
               "year": Choice("Won in", {str(year): year for year in view.years})}
    start = {"shown": ltv_variants, "segment": view.profile.focus, "year": view.years[0]}
    return panel(choices, start, lambda shown, **values: shown(view, **values), ltv_variants(view))
