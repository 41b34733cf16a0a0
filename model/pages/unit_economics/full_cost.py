"""LTV:CAC by year, as it is defined and with the costs that it leaves out: a cell of the
unit_economics notebook, and its sentence for the investor report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis import full_cost
from model.analysis.kpis import band_of, met
from model.analysis.unit_economics import economics, sides
from model.companies import company_module
from model.companies.glossary import Side
from model.engine.projection import ratio
from model.pages import frame
from model.pages.view import View, cell, needs_cac
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value, sentence_case


@cell
@needs_cac
def ltv_to_cac_by_year(view: View) -> Block:
    """LTV:CAC of each side by year, as it is defined and with the costs that it leaves out."""
    ratios = {label: values for side in sides(view.company)
              for label, values in countings(view, side).items()}
    figure = charts.columns_by_year(view.years, ratios, unit="ratio",
                                    subtitle=frame.subject(view, "LTV:CAC · by year"))
    costs, years = _costs(view), list(map(str, view.years))
    message = _path_message(sides(view.company)[0].name, view.years, next(iter(ratios.values())))
    return Block(
        f"{message} {left_out(view)}".strip(), figure, "column chart", "LTV:CAC by year",
        _reading(view),
        [Table("LTV:CAC by year", years, ratios, units="ratio", corner="Year",
               lines=dict(zip(ratios, _formulas(view), strict=True))),
         Table("What the plain ratio leaves out, by year", years, costs, corner="Year",
               units={head: "fraction" if head.startswith("Gross") else "USD" for head in costs},
               lines=dict(zip(costs, _cost_formulas(view), strict=True)))],
        alt_message=message)


def countings(view: View, side: Side) -> dict[str, np.ndarray]:
    """LTV:CAC of a side by year under each way of counting, by what it is called."""
    projection, name = view.projection, f"All {side.name}"
    ratios = {name: economics(projection, side).ltv_to_cac[0]}
    if company_module(view.company).ADS and side == sides(view.company)[0]:
        ratios[f"{name}, ads in CAC"] = full_cost.with_ads(projection, side).ltv_to_cac[0]
    ratios[f"{name}, fully loaded"] = full_cost.fully_loaded(projection, side).ltv_to_cac[0]
    return ratios


def _formulas(view: View) -> list[str]:
    """The same as a page works them out again."""
    module, formulas = company_module(view.company), []
    sells, delivers = _sum(view, _selling(view)), _pay(view, module.DELIVERS)
    for side in sides(view.company):
        plain, first = f"customer:cac.{side.name}", side == sides(view.company)[0]
        ads = " + ".join(module.ADS) if module.ADS and first else "0"
        formulas.append(f"kpi:lifetime_value_to_cac.{side.name}")
        if ads != "0":
            formulas.append(f"kpi:lifetime_value.{side.name} / "
                            f"( {plain} + ( {ads} ) / {side.new} )")
        formulas.append(
            f"life:earned.{side.name} * ( contribution_before_ads - ( {delivers} ) ) / revenue / "
            f"( {plain} + ( ( {sells} ) * {side.marketing} / marketing + {ads} ) / {side.new} )")
    return formulas


def _cost_formulas(view: View) -> list[str]:
    module = company_module(view.company)
    delivers = _pay(view, module.DELIVERS)
    return ["marketing", *(line for line in (*module.ADS, *module.WINS)
                           if line in view.projection), _pay(view, module.SELLS), delivers,
            "gross_profit / revenue", f"( gross_profit - ( {delivers} ) ) / revenue"]


def _selling(view: View) -> list[str]:
    """The lines of what wins those who pay beside marketing and ads."""
    module = company_module(view.company)
    return [*(f"payroll.{role}" for role in module.SELLS), *module.WINS]


def _pay(view: View, roles: Sequence[str]) -> str:
    """The pay of some roles, as far as a plan has them."""
    return _sum(view, [f"payroll.{role}" for role in roles])


def _sum(view: View, lines: Sequence[str]) -> str:
    return " + ".join(line for line in lines if line in view.projection) or "0"


def left_out(view: View) -> str:
    """What the plain ratio leaves out, and what it is with that, in the first year that has one
    and in the last."""
    if not view.buys:
        return ""
    side = sides(view.company)[0]
    plain, *others = countings(view, side).values()
    places = [i for i, value in enumerate(plain) if np.isfinite(value)]
    if not places:
        return ""
    ends, whose = list(dict.fromkeys((places[0], places[-1]))), f"LTV:CAC of all {side.name}"
    ads = (f"{sentence_case(frame.ads_of(view))} stand in neither LTV nor CAC; with them in the "
           f"CAC, {whose} is {_at(view, others[0], ends)}. " if len(others) == 2 else "")
    also = f" and {frame.listed(names)}" if (names := _names(view, view.module.WINS)) else ""
    return (f"{ads}Fully loaded, with those who deliver, as a share of all revenue, and who sell"
            f"{also} counted too, {'it' if ads else whose} is {_at(view, others[-1], ends)}; "
            f"plainly it is {_at(view, plain, ends)}.")


def by_hours(view: View) -> dict[str, np.ndarray]:
    """LTV:CAC by year of the segments that use hours of staff, with those who deliver charged to
    them by the hour; those that have one in the first year."""
    return {view.glossary.segment(segment): value.ltv_to_cac[0] for segment, value in
            full_cost.by_hours(view.projection, sides(view.company)[0]).items()
            if np.isfinite(value.ltv_to_cac[0, view.first])}


def hours_charged(view: View, ratios: dict[str, np.ndarray], remark: str = "") -> str:
    """What LTV:CAC of some segments is with all pay for delivery spread over the hours used, in
    the first two years; empty where a company counts no hours of staff."""
    if not ratios:
        return ""
    capacity = view.module.CAPACITY
    used, paid = (view.by_year(line)[view.first] for line in (capacity.needed, capacity.there))
    year, shown = view.first_year, range(view.first, min(view.first + 2, len(view.years)))
    values = [_at(view, of, list(shown)).replace(
        f" in {year}", f" in {year}{remark}") + f" for {name}" for name, of in ratios.items()]
    return (f"With all pay for delivery spread over the {frame.capacity_unit(view)} used, "
            f"{format_value(float(ratio(used, paid)), 'fraction')} of those paid for in {year}, "
            f"LTV:CAC is {'; '.join(values)}.")


def _at(view: View, values: np.ndarray, at: list[int]) -> str:
    return frame.listed([f"{format_value(float(values[i]), 'ratio')} in "
                          f"{view.years[i]}" for i in at])


def margin(view: View) -> str:
    """Gross margin with those who deliver, beside the plain one, in the first year."""
    year, plain = view.first_year, float(_gross_margin(view)[view.first])
    with_staff = float(full_cost.gross_margin_with_staff(view.projection)[0, view.first])
    if np.isnan(plain):
        return ""
    after, before = (format_value(value, "fraction") for value in (with_staff, plain))
    sentence = (f"With {_roles(view, company_module(view.company).DELIVERS)} counted as a cost of "
                f"revenue, gross margin in {year} "
                + (f"is {after} and not {before}" if after != before else f"stays at {after}"))
    goal = view.profile.kpis.get("gross_margin")
    target = goal.target_in(year) if goal else None
    if target is not None and not met(with_staff, target, goal.test):
        sentence += f", short of the goal of {format_value(target, 'fraction')}"
    if goal and (band := band_of(goal.benchmark, with_staff)):
        sentence += f" (benchmark: {band})"
    return sentence + "."


def _reading(view: View) -> str:
    module = company_module(view.company)
    costs = [*_names(view, (*module.ADS, *module.WINS)),
             f"the pay of {_roles(view, module.SELLS)}"]
    whose = "The goal of the sources" if view.profile.published else "The goal"
    parts = [f"{whose} is {view.ltv_goal:g} or more, for the plain ratio, whose "
             "CAC counts the marketing budget alone. "
             f"Fully loaded: {frame.listed(costs)} in the CAC, the pay of "
             f"{_roles(view, module.DELIVERS)} taken out of the LTV, as a share of all revenue of "
             "the year."]
    if there := [line for line in module.COMMISSIONS if line in view.projection]:
        parts.append(f"{sentence_case(frame.listed(_names(view, there)))} stay in the LTV in both, "
                     f"as they are paid for as long as a {view.glossary.person} pays.")
    return " ".join([*parts, margin(view)]).strip()


def _names(view: View, lines: Sequence[str]) -> list[str]:
    return [frame.inside(view.glossary.segment(line.partition(".")[2])) for line in lines
            if line in view.projection]


def _roles(view: View, roles: tuple[str, ...]) -> str:
    """The roles that a plan has, by name."""
    there = [view.glossary.segment(role) for role in roles if f"payroll.{role}" in view.projection]
    return frame.listed(there) if there else "nobody"


def _gross_margin(view: View) -> np.ndarray:
    return ratio(view.by_year("gross_profit"), view.by_year("revenue"))


def _costs(view: View) -> dict[str, np.ndarray]:
    module, projection = company_module(view.company), view.projection
    ads = {view.glossary.segment(line.partition(".")[2]): view.by_year(line)
           for line in (*module.ADS, *module.WINS) if line in projection}
    return {"Marketing": view.by_year("marketing"), **ads,
            "Pay of those who sell": full_cost.payroll_of(projection, module.SELLS)[0],
            "Pay of those who deliver": full_cost.payroll_of(projection, module.DELIVERS)[0],
            "Gross margin": _gross_margin(view),
            "Gross margin with those who deliver": full_cost.gross_margin_with_staff(projection)[0]}


def _path_message(name: str, years: tuple[int, ...], ratios: np.ndarray) -> str:
    points = [point for point in zip(years, ratios, strict=True) if not np.isnan(point[1])]
    if not points:
        return f"No {name} are won or billed in any year, so there is no LTV:CAC."
    (first, start), (last, end) = points[0], points[-1]
    if len(points) == 1:
        return f"LTV:CAC of {name} is {format_value(start, 'ratio')} in {first} alone."
    moves = "stays at" if abs(start - end) < 0.005 else "rises to" if end > start else "falls to"
    return (f"LTV:CAC of {name} is {format_value(start, 'ratio')} in {first} and {moves} "
            f"{format_value(end, 'ratio')} in {last}.")
