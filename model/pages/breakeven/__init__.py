"""Cells of the breakeven notebook."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from model.analysis import solve as solving
from model.analysis.breakeven import back_after_tax
from model.analysis.unit_economics import sides
from model.counts import count
from model.engine.figures import MONTH, figures
from model.pages import consequences, formulas, frame, live
from model.pages.breakeven import funding, head, selling
from model.pages.explain import explain
from model.pages.view import View, cell
from model.pages.what_if import Choice, Slider, Steering, panel
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_month, say
from model.views.tree import Tree

# Digits of a solved value: with these it still meets the goal when it is typed in.
DIGITS = 4
# What the goal for LTV:CAC can be moved over.
GOALS = (1.0, 8.0)
# Heads of what becomes of the plan with a solved value.
_THEN = ("The plan with it", "The plan with that")

checks, limits, words = frame.checks, frame.limits, frame.words
what_if = live.what_if
volumes, volume_by_price = selling.volumes, selling.volume_by_price
funding_need, formula = funding.funding_need, formulas.formula


header = partial(frame.header, page="Break-even", answer=head.answer)


@cell
def breakeven_months(view: View) -> Block:
    """EBITDA by month with the named break-evens."""
    figure = charts.columns_over_months(
        view.months, view.projection["ebitda"][0], unit="USD",
        subtitle=frame.subject(view, "EBITDA · USD · by month"),
        markers=[(month, _title(name)) for name, month in view.breakeven.months().items() if month])
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
    if not view.profile.published:
        return ""
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
    return bool(view.value("breakeven.count_cash"))


def _definitions(view: View) -> Table:
    by_name = view.breakeven.months() | {"lasting": view.breakeven.lasting}
    in_a_row = round(view.value("breakeven.months_in_a_row"))
    flow = ("the flow since the start is back at zero, money for assets, tax and what "
            f"{view.glossary.people} owe or pay ahead counted" if _cash_counts(view) else
            "EBITDA since the start is back at zero")
    meaning = {
        "first": "The first month with EBITDA at or above zero",
        "operating": f"The first of {count(in_a_row, 'such month')} in a row",
        "cumulative": f"The month in which {flow}",
        "earned_back": "From then on EBITDA since the start adds up to zero or more",
        "lasting": "From then on no month is below zero"}
    return Table("Break-evens", [_title(name).capitalize() for name in by_name], {
        "Month": [format_month(m) if m else "never within the horizon" for m in by_name.values()],
        "Month number": [str(view.months.index(m) + 1) if m else "–" for m in by_name.values()],
        "Meaning": [meaning[name] for name in by_name]}, corner="Break-even",
        lines={"Month": "{0}", "Month number": "{0}"} | {
            _title(name).capitalize(): f"breakeven_{name}" for name in view.breakeven.months()})


def _outcome(view: View) -> str:
    """When EBITDA reaches zero, by the month and added up since the start."""
    breakeven = view.breakeven
    if breakeven.first is None:
        return (f"EBITDA does not reach zero before {format_month(view.months[-1])}; "
                f"its best month is {say(np.max(view.projection['ebitda'][0]), 'USD')}")
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
    first, number = view.breakeven.first, view.breakeven.relapses
    if first is None:
        return ""
    value = view.projection["ebitda"][0, view.months.index(first)]
    again = (f", and {count(number, 'later month')} {'is' if number == 1 else 'are'} below zero "
             "again" if number else "")
    return f" EBITDA of {format_month(first)} is {say(value, 'USD')}{again}."


def _come_back(view: View) -> str:
    """When the money that was spent has come back."""
    breakeven = view.breakeven
    if breakeven.first is None:
        return ""
    if breakeven.cumulative:
        return (f"; what was spent has come back by {format_month(breakeven.cumulative)}"
                f"{_after_tax(view)}")
    if view.projection["was_negative"][0, -1]:
        return "; what was spent does not come back within the horizon"
    return "; nothing has to come back, as the flow since the start is never below zero"


def _after_tax(view: View) -> str:
    """By when, if tax that is owed by then is counted, where that is later."""
    if not _cash_counts(view):
        return ""
    after_tax, plain = back_after_tax(view.projection), view.breakeven.cumulative
    if after_tax == plain:
        return ""
    year = view.assumptions.calendar.year_of(plain)
    return (f", in which tax of {year}, paid in the year after, is not yet counted; if each "
            "month bore the tax on its own profit, "
            + (f"by {format_month(after_tax)}" if after_tax else "not within the horizon"))


@cell
def cash(view: View) -> Block:
    """Cash by month with its trough, against base, and the runway."""
    breakeven = view.breakeven
    figure = charts.cash_path(
        view.months, view.projection["unrestricted_cash"][0], unit="USD",
        subtitle=frame.subject(view, "cash · USD · month-end"),
        reference=None if view.is_base else {"Base": view.base["unrestricted_cash"][0]},
        point=(breakeven.trough_month, breakeven.trough_cash, "lowest"))
    left = view.projection.calendar.lasts(figures(view.projection).kpi("runway", MONTH)[0])
    custody = (f"; what is held for {view.glossary.held_for} is not counted"
               if "custodial_cash" in view.projection else "")
    return Block(
        _cash_message(view), figure, "line chart", "cash at month-end",
        "The dot is the lowest month-end cash" + ("" if view.is_base else
        "; the grey line is the base scenario") + custody + ". Runway is cash over the mean "
        "net burn of three months, and has no value where none is burned.",
        Table("Cash and runway at the end of each year", list(map(str, view.years)), {
            "Cash": view.by_year("unrestricted_cash"),
            "Net flow of the year": view.by_year("free_cash_flow"),
            "Runway": [say(months, "months") if np.isfinite(months) else "no burn"
                       for months in left]},
            units={"Cash": "USD", "Net flow of the year": "USD"}, corner="Year",
            lines={"Cash": "unrestricted_cash", "Net flow of the year": "free_cash_flow",
                   "Runway": "kpi:runway"}))


def _cash_message(view: View) -> str:
    breakeven, projection = view.breakeven, view.projection
    # Only what has come by the month of the lowest cash has carried the plan to it.
    until = int(projection["trough_month"][0, -1])
    later = sum(sign * projection[line][0, :until].sum() for line, sign in
                (("raised", 1), ("raise_costs", -1), ("drawn", 1)))
    money = f"Opening cash of {say(projection.openings['unrestricted_cash'][0], 'USD')}"
    if later:
        money += f" and {say(later, 'USD')} from owners and lenders later"
    month = format_month(breakeven.trough_month)
    if breakeven.trough_cash < 0:
        return (f"{money} {'do' if later else 'does'} not carry the plan: it is short of "
                f"{say(-breakeven.trough_cash, 'USD')} in {month}.")
    return (f"{money} {'carry' if later else 'carries'} the plan: at its lowest, in {month}, "
            f"{say(breakeven.trough_cash, 'USD')} are left.")


@cell
def solve(view: View, goal: float | None = None, month: str | None = None) -> Block:
    """For each of a few assumptions: which value gives the LTV:CAC goal, which a wanted month;
    both are the company's own by default."""
    paths, year, month = view.solvable, view.first_year, month or _due_month(view)
    goal = view.ltv_goal if goal is None else goal
    focus, by = view.profile.focus, format_month(month)
    segment = view.glossary.segment(focus)
    goals = {f"For LTV:CAC {goal:g} ({segment})":
             solving.ltv_to_cac_gap(sides(view.company)[0], focus, year, goal)} if view.buys else {}
    goals |= {f"For the first break-even by {by}": solving.breakeven_gap(month),
              f"For losses earned back by {by}": solving.earned_back_gap(month)}
    many = len(goals)
    answers = solving.solve(view.assumptions, [(path, gap) for path in paths
                                               for gap in goals.values()])
    then = solving.aftermath(view.assumptions, answers)
    units = [view.entries[path].shown_unit for path in paths]
    plans = [consequences.plan_with(view.projection, after) for after in then]
    columns = {"Now": [say(each.now, unit)
                       for each, unit in zip(answers[::many], units, strict=True)]}
    for place, heading in enumerate(goals):
        columns[heading] = list(map(_value, answers[place::many], units))
        if place < many - 1:
            columns[_THEN[place]] = plans[place::many]
    table = Table(f"Value in {year} that just meets the goal, all else as it stands",
                  list(map(view.label, paths)), columns, corner="Assumption")
    number = view.months.index(month) + 1
    whose = "the source's rule" if view.profile.published else "the rule"
    due = (f" {by} is month {number}, the last in which {whose} on "
           "losses earned back does not fire." if number == view.profile.due_month else "")
    return Block(_solve_message(view, answers[:many], then[0], month, goal, segment), table=table,
                 open=True,
                 reading="Each row moves one assumption alone, by the same factor in every year: "
                         "a value that just meets one goal is a limit, and no advice. Tried is a "
                         f"fiftieth to fifty times the plan's value.{due}")


def _due_month(view: View) -> str:
    """The month by which the company is to break even, or its last."""
    due = view.profile.due_month or len(view.months)
    return view.months[min(due, len(view.months)) - 1]


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


def _solve_message(view: View, answers, then, month: str, goal: float, segment: str) -> str:
    """What the first assumption would have to be for each of the three goals."""
    path, (*to_ratio, to_month, to_back) = view.solvable[0], answers
    label, unit, by = view.label(path), view.entries[path].shown_unit, format_month(month)

    after = consequences.outcome(view.projection, then) if then else ""

    def either(solution: solving.Solution, result: str, words: str, written=_limit) -> str:
        if solution.factor is None:
            return f"{'Any' if solution.met else 'No'} value of it {result}."
        return words.format(written(solution, unit))

    return " ".join((
        f"{label} is {say(to_month.now, unit)} in the plan.",
        either(to_month, f"alone brings the first break-even by {by}",
               f"Some month up to {by} has EBITDA at or above zero with {{}}, all else as "
               "planned."),
        either(to_back, f"alone earns all losses back by {by}",
               f"All losses are earned back by {by} with {{}}."),
        *(either(each, f"gives {segment} an LTV:CAC of {goal:g}",
                 f"LTV:CAC of {segment} would be {goal:g} with {label} of {{}} alone: {after}.",
                 just_meets) for each in to_ratio)))


def solve_controls(view: View) -> object:
    """The goal for LTV:CAC and the month by which to break even; what each assumption would have
    to be follows."""
    months = {format_month(month): month for month in view.months}
    choices = {"month": Choice("First break-even by", months)}
    start = {"month": _due_month(view)}
    if view.buys:
        choices = {"goal": Slider("Goal for LTV:CAC", *GOALS, view.ltv_goal, 0.1, ".1f",
                                  live=False), **choices}
        start = {"goal": view.ltv_goal, **start}
    return panel(choices, start, partial(solve, view), solve(view))


def breakeven_ebitda(view: View) -> Tree:
    """EBITDA of the break-even month, taken apart down to the entries of params."""
    return explain(view, "ebitda")


def controls(view: View) -> object:
    """Sliders on the levers; EBITDA by month follows."""
    return Steering(view, breakeven_months).show()
