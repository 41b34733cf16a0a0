"""Cells of the breakeven notebook."""

from __future__ import annotations

import math

import numpy as np

from model.analysis import solve as solving
from model.analysis.breakeven import back_after_tax
from model.analysis.unit_economics import sides
from model.companies.glossary import glossary
from model.counts import count
from model.engine.figures import MONTH, figures
from model.pages import consequences, formulas, frame, live
from model.pages.breakeven import funding, selling
from model.pages.explain import explain
from model.pages.view import View, cell
from model.pages.what_if import Steering
from model.views import charts
from model.views.blocks import Block, Header, Table
from model.views.controls import Choice, Panel, Slider
from model.views.formats import format_month, say
from model.views.tree import Tree

# Digits of a solved value: with these it still meets the goal when it is typed in.
DIGITS = 4
# What the goal for LTV:CAC can be moved over.
GOALS = (1.0, 8.0)

checks, limits, words = frame.checks, frame.limits, frame.words
what_if = live.what_if
volumes, volume_by_price = selling.volumes, selling.volume_by_price
funding_need, formula = funding.funding_need, formulas.formula


def header(view: View) -> Header:
    return frame.header(view, "Break-even")


@cell
def breakeven_months(view: View) -> Block:
    """EBITDA by month with the named break-evens."""
    breakeven, projection = view.breakeven, view.projection
    flags = {_title(name): month for name, month in breakeven.months().items() if month}
    figure = charts.columns_over_months(
        projection.months, projection["ebitda"][0], unit="USD",
        subtitle=frame.subject(view, "EBITDA · USD · by month"),
        markers=[(month, name) for name, month in flags.items()])
    outcome = _outcome(view)
    return Block(
        f"{outcome}{_come_back(view)}.{_how_far(view)}", figure, "column chart", "EBITDA by month",
        _published(view), _definitions(view), open=True, alt_message=outcome)


def _title(name: str) -> str:
    """`earned-back break-even` of `earned_back`."""
    return f"{name} break-even".replace("_", "-")


def _published(view: View) -> str:
    """The published month with the source's own definition, and what the plan has by that and by
    the first month without a loss."""
    breakeven, month = view.breakeven, view.profile.published.breakeven
    back, first = (f"{format_month(own)}{' (the published month)' if own == month else ''}"
                   if own else "" for own in (breakeven.earned_back, breakeven.first))
    return (f"The source publishes {format_month(month)} as break-even, which it defines as all "
            "losses earned back. In this plan losses are "
            + (f"earned back in {back}" if back else "not earned back within the horizon")
            + (f", and the first month with EBITDA at or above zero is {first}." if first else
               ", and no month has EBITDA at or above zero."))


def _cash_counts(view: View) -> bool:
    """Whether the cumulative break-even counts all cash, and not EBITDA alone."""
    return bool(view.assumptions.series["breakeven.count_cash"].values[0, 0])


def _definitions(view: View) -> Table:
    by_name = view.breakeven.months() | {"lasting": view.breakeven.lasting}
    months = view.projection.months
    in_a_row = round(view.assumptions.series["breakeven.months_in_a_row"].values[0, 0])
    flow = ("the flow since the start is back at zero, money for assets, tax and what customers "
            "owe or pay ahead counted" if _cash_counts(view) else
            "EBITDA since the start is back at zero")
    meaning = {
        "first": "The first month with EBITDA at or above zero",
        "operating": f"The first of {count(in_a_row, 'such month')} in a row",
        "cumulative": f"The month in which {flow}",
        "earned_back": "From then on EBITDA since the start adds up to zero or more",
        "lasting": "From then on no month is below zero"}
    return Table("Break-evens", [_title(name).capitalize() for name in by_name], {
        "Month": [format_month(m) if m else "never within the horizon" for m in by_name.values()],
        "Month number": [str(months.index(m) + 1) if m else "–" for m in by_name.values()],
        "Meaning": [meaning[name] for name in by_name]}, corner="Break-even")


def _outcome(view: View) -> str:
    """When EBITDA reaches zero, by the month and added up since the start."""
    breakeven = view.breakeven
    if breakeven.first is None:
        best = float(np.max(view.projection["ebitda"][0]))
        return (f"EBITDA does not reach zero before {format_month(view.projection.months[-1])}; "
                f"its best month is {say(best, 'USD')}")
    first = f"EBITDA first reaches zero in {format_month(breakeven.first)}"
    if breakeven.too_late:
        first += f", after cash has run out in {format_month(breakeven.out_of_cash)}"
    if breakeven.operating is None:
        stays = ", but never stays there long enough to count as an operating break-even"
    elif breakeven.operating == breakeven.first:
        stays = " and stays there long enough to count as the operating break-even too"
    else:
        stays = f"; the operating break-even follows in {format_month(breakeven.operating)}"
    return f"{first}{stays}; {frame.earned_back(view.projection)}"


def _how_far(view: View) -> str:
    """How much EBITDA the first break-even has, and how many months are below zero again."""
    breakeven, projection = view.breakeven, view.projection
    if breakeven.first is None:
        return ""
    value = float(projection["ebitda"][0, projection.months.index(breakeven.first)])
    number = breakeven.relapses
    again = (f", and {count(number, 'later month')} {'is' if number == 1 else 'are'} below zero "
             "again" if number else "")
    return f" EBITDA of {format_month(breakeven.first)} is {say(value, 'USD')}{again}."


def _come_back(view: View) -> str:
    """When the money that was spent has come back."""
    breakeven = view.breakeven
    if breakeven.first is None:
        return ""
    if breakeven.cumulative:
        month = format_month(breakeven.cumulative)
        back = f"what was spent has come back by {month}{_after_tax(view)}"
    elif view.projection["was_negative"][0, -1]:
        back = "what was spent does not come back within the horizon"
    else:
        back = "nothing has to come back, as the flow since the start is never below zero"
    return f"; {back}"


def _after_tax(view: View) -> str:
    """By when, if tax that is owed by then is counted, where that is later."""
    if not _cash_counts(view):
        return ""
    after_tax, plain = back_after_tax(view.projection), view.breakeven.cumulative
    if after_tax == plain:
        return ""
    return (f", in which tax of {plain[:4]}, paid in the year after, is not yet counted; if each "
            "month bore the tax on its own profit, "
            + (f"by {format_month(after_tax)}" if after_tax else "not within the horizon"))


@cell
def cash(view: View) -> Block:
    """Cash by month with its trough, against base, and the runway."""
    projection, breakeven = view.projection, view.breakeven
    reference = None if view.is_base else {"Base": view.base["unrestricted_cash"][0]}
    figure = charts.line_over_months(
        projection.months, {"Cash": projection["unrestricted_cash"][0]}, unit="USD",
        subtitle=frame.subject(view, "cash · USD · month-end"), reference=reference,
        point=(breakeven.trough_month, breakeven.trough_cash, "lowest"))
    left = figures(projection).kpi("runway", MONTH)[0]
    ends = [projection.months.index(f"{year}-12") for year in projection.years]
    return Block(
        _cash_message(view), figure, "line chart", "cash at month-end",
        "The dot is the lowest month-end cash" + ("" if view.is_base else
        "; the grey line is the base scenario") + _custody(view) + ". Runway is cash over the mean "
        "net burn of three months, and has no value where none is burned.",
        Table("Cash and runway at the end of each year", list(map(str, projection.years)), {
            "Cash": projection["unrestricted_cash"][0, ends], "Net flow of the year":
            projection.by_year("free_cash_flow")[0],
            "Runway": [say(float(left[i]), "months") if np.isfinite(left[i]) else "no burn"
                       for i in ends]},
            units={"Cash": "USD", "Net flow of the year": "USD"}, corner="Year",
            lines={"Cash": "unrestricted_cash", "Net flow of the year": "free_cash_flow"}))


def _custody(view: View) -> str:
    return ("; what is held for mentors is not counted"
            if "custodial_cash" in view.projection else "")


def _cash_message(view: View) -> str:
    breakeven, projection = view.breakeven, view.projection
    start = float(projection.openings["cash"][0])
    # Only what has come by the month of the lowest cash has carried the plan to it.
    until = int(projection["trough_month"][0, -1])
    later = float(sum(sign * projection[line][0, :until].sum() for line, sign in
                      (("raised", 1), ("raise_costs", -1), ("drawn", 1))))
    money = f"Opening cash of {say(start, 'USD')}"
    if later:
        money += f" and {say(later, 'USD')} from owners and lenders later"
    carries = "carry" if later else "carries"
    if breakeven.trough_cash < 0:
        return (f"{money} {'do' if later else 'does'} not carry the plan: it is short of "
                f"{say(-breakeven.trough_cash, 'USD')} in {format_month(breakeven.trough_month)}.")
    return (f"{money} {carries} the plan: at its lowest, in "
            f"{format_month(breakeven.trough_month)}, {say(breakeven.trough_cash, 'USD')} are "
            "left.")


@cell
def solve(view: View, goal: float | None = None, month: str | None = None) -> Block:
    """For each of a few assumptions: which value gives the LTV:CAC goal, which a wanted month;
    both are the company's own by default."""
    profile, side = view.profile, sides(view.company)[0]
    calendar = view.assumptions.calendar
    month = month or calendar.labels[min(profile.due_month, calendar.months) - 1]
    year = calendar.years[0]
    goal = profile.kpis["ltv_to_cac"].target_in(year) if goal is None else goal
    to_ratio = solving.ltv_to_cac_gap(side, profile.focus, year, goal)
    to_month = solving.breakeven_gap(month)
    to_back = solving.earned_back_gap(month)
    questions = [(path, gap) for path in profile.solve for gap in (to_ratio, to_month, to_back)]
    answers = solving.solve(view.assumptions, questions)
    by_path = dict(zip(profile.solve, zip(answers[::3], answers[1::3], answers[2::3], strict=True),
                       strict=True))
    then = solving.aftermath(view.assumptions, answers)
    segment = glossary().segment(profile.focus)
    heads = [f"For LTV:CAC {goal:g} ({segment})",
             f"For the first break-even by {format_month(month)}",
             f"For losses earned back by {format_month(month)}"]
    units = [view.assumptions.entries[path].shown_unit for path in by_path]
    values = [[_value(each, unit) for each, unit in zip(answers[start::3], units, strict=True)]
              for start in range(3)]
    plans = [consequences.plan_with(view.projection, after) for after in then]
    table = Table(
        f"Value in {year} that just meets the goal, all else as it stands",
        list(map(view.label, by_path)),
        {"Now": [say(each.now, unit) for each, unit in zip(answers[::3], units, strict=True)],
         heads[0]: values[0], "The plan with it": plans[::3],
         heads[1]: values[1], "The plan with that": plans[1::3], heads[2]: values[2]},
        corner="Assumption")
    return Block(_solve_message(view, by_path, then[0], month, goal, segment), table=table,
                 open=True,
                 reading="Each row moves one assumption alone, by the same factor in every year: "
                         "a value that just meets one goal is a limit, and no advice. Tried is a "
                         "fiftieth to fifty times the plan's value."
                         f"{_due(view, month)}")


def _due(view: View, month: str) -> str:
    """Why that month, where it is the company's own."""
    number = view.projection.months.index(month) + 1
    return (f" {format_month(month)} is month {number}, the last in which the source's rule on "
            "losses earned back does not fire." if number == view.profile.due_month else "")


def _value(solution: solving.Solution, unit: str) -> str:
    if solution.now == 0:
        return "0 cannot be scaled"
    if solution.factor is None:
        return "any value" if solution.met else "no value"
    return f"{_limit(solution, unit)} (×\u00a0{solution.factor:.2f})"


def _limit(solution: solving.Solution, unit: str) -> str:
    """`at most USD 969.96 per customer`: on which side of a solved value the goal is met."""
    return f"at {'least' if solution.upward else 'most'} {just_meets(solution, unit)}"


def just_meets(solution: solving.Solution, unit: str) -> str:
    """A solved value with four digits, or to the cent, rounded to the side that meets the goal."""
    head, *per = unit.split("/")
    step = 10.0 ** (math.floor(math.log10(solution.value)) - DIGITS + 1)
    step = min(step, 0.01) if head == "USD" else step
    aside = math.ceil if solution.upward else math.floor
    value = aside(solution.value / step) * step
    words = f" per {' and '.join(per)}" if per else ""
    if head == "fraction":
        return f"{100 * value:.{DIGITS}g}%{words}"
    return f"USD {value:,.2f}{words}" if head == "USD" else f"{value:,.{DIGITS}g} {head}{words}"


def _solve_message(view: View, by_path, then, month: str, goal: float, segment: str) -> str:
    path, (to_ratio, to_month, to_back) = next(iter(by_path.items()))
    label, unit = view.label(path), view.assumptions.entries[path].shown_unit
    if to_ratio.factor is None:
        which = "any" if to_ratio.met else "no"
        first = f"{which} value of it gives {segment} an LTV:CAC of {goal:g}"
    else:
        first = (f"LTV:CAC of {segment} would be {goal:g} with {label} of "
                 f"{just_meets(to_ratio, unit)} alone: "
                 f"{consequences.outcome(view.projection, then)}")
    if to_month.factor is None:
        which = "any" if to_month.met else "no"
        second = f"{which} value of it alone brings the first break-even by {format_month(month)}"
    else:
        second = (f"some month up to {format_month(month)} has EBITDA at or above zero with "
                  f"{_limit(to_month, unit)}, all else as planned")
    if to_back.factor is None:
        which = "any" if to_back.met else "no"
        third = f"{which} value of it alone earns all losses back by {format_month(month)}"
    else:
        third = (f"all losses are earned back by {format_month(month)} with "
                 f"{_limit(to_back, unit)}")
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in (
        f"{label} is {say(to_ratio.now, unit)} in the plan", second, third, first))


def solve_controls(view: View) -> object:
    """The goal for LTV:CAC and the month by which to break even; what each assumption would have
    to be follows."""
    profile, calendar = view.profile, view.assumptions.calendar
    start = {"goal": profile.kpis["ltv_to_cac"].target_in(calendar.years[0]),
             "month": calendar.labels[min(profile.due_month, calendar.months) - 1]}
    months = {format_month(month): month for month in calendar.labels}
    return Panel({"goal": Slider("Goal for LTV:CAC", *GOALS, start["goal"], 0.1, ".1f",
                                 live=False),
                  "month": Choice("First break-even by", months)}, start,
                 lambda values: (solve(view, **values).screen_html, ""),
                 solve(view).screen_html).show()


def breakeven_ebitda(view: View) -> Tree:
    """EBITDA of the break-even month, taken apart down to the entries of params."""
    return explain(view, "ebitda")


def controls(view: View) -> object:
    """Sliders on the levers; EBITDA by month follows."""
    return Steering(view, breakeven_months).show()
