"""Alerts: what a reader would want to know. They say nothing against the figures themselves.

Each takes a projection whose first scenario speaks, and returns sentences.
"""

from __future__ import annotations

import numpy as np

from model.analysis import rules
from model.analysis.doubts import CENT
from model.analysis.full_cost import short_of_hours
from model.analysis.investors.covenants import headroom
from model.analysis.investors.milestones import tranches
from model.analysis.variance import observed_kpis
from model.audit.alternatives import LeftOut, left_out
from model.companies import company_module
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.counts import count, inside, listed, plural
from model.engine.figures import MONTH, YEAR, figures
from model.engine.projection import Projection, ratio
from model.params.entry import Milestone
from model.params.quantities import in_percent, is_share
from model.tolerance import RELATIVE

# So many months of one alert are named, and the others counted.
_MOST = 6
_DEMANDS = {"minimum_cash": "unrestricted cash of at least",
            "debt_to_ebitda": "debt over EBITDA of twelve months of at most",
            "interest_cover": "operating profit over interest of twelve months of at least"}


def alerts(projection: Projection) -> list[str]:
    """Every alert, in the order of their numbers."""
    sentences = [*_cash(projection), *_short_runway(projection)]
    sentences += [f"A3 {sentence}" for sentence in projection.assumptions.outside_range()]
    sentences += _margins(projection)
    sentences += [f"A5 {sentence}" for sentence in
                  rules.fired(projection, observed=observed_kpis(projection))]
    sentences += [*_jumps(projection), *_custody(projection)]
    sentences += [f"A8 {path} is read by no formula" for path in projection.unread]
    if projection["breakeven_first"][0, -1] == 0:
        sentences.append("A9 EBITDA never reaches zero within the horizon")
    sentences += company_module(projection.company).alerts(projection)
    return [*sentences, *_short_of_hours(projection), *_dividends(projection),
            *_repayments(projection), *_left_out(projection), *_missing_roles(projection),
            *_tranches(projection), *_covenants(projection)]


def _short_of_hours(projection: Projection) -> list[str]:
    missing, capacity = short_of_hours(projection)[0], company_module(projection.company).CAPACITY
    if not missing.any():
        return []
    share = missing.sum() / projection[capacity.needed][0][missing > 0].sum()
    units = plural(glossary(projection.company).term(capacity.needed).unit)
    return [f"A12 the {capacity.team} is short of {units} from "
            f"{_first(projection, missing > 0)}: by "
            f"{missing.sum():,.0f} {units} in {count(int((missing > 0).sum()), 'month')}, "
            f"{share:.1%} of what it is to deliver in them; the payroll of this plan is too low "
            f"for what it sells, and its EBITDA counts these {units} as sold all the same"]


def _missing_roles(projection: Projection) -> list[str]:
    """Roles that the company counts in its unit economics, and that nobody in the plan has."""
    module, sentences = company_module(projection.company), []
    for roles, do in ((module.DELIVERS, "deliver"), (module.SELLS, "sell")):
        missing = [role for role in roles if f"payroll.{role}" not in projection.lines]
        if missing:
            sentences.append(f"A16 team has no {listed(missing)}, whom the company counts among "
                             f"those who {do}: unit economics leave out what such people are paid")
    return sentences


def _first(projection: Projection, where: np.ndarray) -> str | None:
    return projection.months[int(np.argmax(where))] if where.any() else None


def _cash(projection: Projection) -> list[str]:
    month = projection.assumptions.calendar.label(projection["out_of_cash"][0, -1])
    return [f"A1 cash is below zero from {month}: the plan needs more money than it has"
            ] if month else []


def _short_runway(projection: Projection) -> list[str]:
    """Before the first break-even, money should last to it and some months more, at the burn of
    the day; dated purchases do not go on."""
    labels = projection.assumptions.calendar.labels
    spare = projection.assumptions.series["funding.contingency_months"].values[0, 0]
    model = figures(projection)
    need, left = (model.kpi(name, MONTH)[0] for name in ("runway_needed", "lasting_runway"))
    short = (left < need * (1 - RELATIVE)) & (need > spare)
    if not short.any():
        return []
    # The month that is short by most stands for all.
    month = int(np.argmax(np.where(short, need - left, -np.inf)))
    until = ("to the first break-even" if projection["breakeven_first"][0, -1] else
             "to the end of the plan, which has no break-even,")
    months = int(short.sum())
    others = (f"in {months:,} months cash is short so, in this one by most" if months > 1 else
              "in no other month cash is short so")
    recent = slice(max(0, month - 2), month + 1)
    purchases = model.line("dated_purchases")[0, recent]
    goes_on = (model.line("capex")[0, recent] - purchases > CENT).any()
    content = " and spending on content counted" if goes_on else ""
    once = f", dated purchases left out{content}," if (purchases > CENT).any() else ""
    every = model.kpi("runway", MONTH)[0, month]
    whole = f" ({every:.1f} with all burn counted)" if once else ""
    since = ("burn of" if not month else
             f"mean burn of the {month + 1 if month < 2 else 3} months to")
    return [f"A2 if the {since} {labels[month]}{once} went on, cash would last "
            f"{left[month]:.1f} months{whole}, where {need[month]:.0f} are wanted: "
            f"{need[month] - spare:.0f} {until} and {spare:.0f} more; "
            f"{others}"]


def _margins(projection: Projection) -> list[str]:
    """A margin beyond all of revenue is a sign of a figure whose decimals were lost."""
    sentences = []
    for line, name in (("gross_profit", "gross margin"), ("contribution", "contribution margin")):
        margin = ratio(projection.by_year(line), projection.by_year("revenue"))[0]
        odd = np.abs(np.nan_to_num(margin)) > 1 + RELATIVE
        if odd.any():
            at = int(np.argmax(odd))
            sentences.append(f"A4 the {name} of {projection.years[at]} is {margin[at]:.0%} of "
                             "revenue: look for a figure whose decimals were lost")
    return sentences


def _jumps(projection: Projection) -> list[str]:
    sentences = []
    for line, most in profile(projection.company).jumps.items():
        values = projection[line][0]
        before = values[YEAR - 1:-1]
        growth = ratio(values[YEAR:] - before, np.where(before > 0, before, 0))
        at = np.flatnonzero(np.nan_to_num(growth) > most * (1 + RELATIVE))
        if at.size:
            jumps = [f"by {growth[i]:.0%} in {projection.months[YEAR + i]}" for i in at[:_MOST]]
            if more := len(at) - len(jumps):
                jumps.append(f"so in {count(more, 'more month')}")
            words = ", ".join([*jumps[:-2], " and ".join(jumps[-2:])])
            sentences.append(f"A6 {line} rises {words}, more than {most:.0%} in a month")
    return sentences


def _dividends(projection: Projection) -> list[str]:
    """What owners take out should have been earned and kept before."""
    dividends = projection["dividends"][0]
    earnings = projection["retained_earnings"][0] + dividends
    month = _first(projection, beyond := dividends > np.maximum(earnings, 0) + CENT)
    if month is None:
        return []
    at = projection.months.index(month)
    left = (f"no more than {_usd(earnings[at])} can" if earnings[at] > CENT else "nothing can")
    return [f"A13 {_usd(dividends[at])} is paid out to owners in {month}, where retained earnings "
            f"before it are {_usd(earnings[at])}: {left} be distributed{_others(beyond)}"]


def _repayments(projection: Projection) -> list[str]:
    """A repayment of more than is owed is cut to that, so its plan is not what happens."""
    plan = projection.assumptions.monthly("debt.repayments")[:, 0]
    actual = projection["repaid"][0]
    month = _first(projection, beyond := plan > actual + CENT)
    if month is None:
        return []
    at = projection.months.index(month)
    return [f"A14 {_usd(plan[at])} is to be repaid in {month}, where {_usd(actual[at])} is "
            f"owed: only that is repaid{_others(beyond)}"]


def _tranches(projection: Projection) -> list[str]:
    """Money that would not come, and terms of money that the plan does not raise."""
    terms = glossary(projection.company)
    sentences = []
    for each in tranches(projection):
        goal, there = each.terms.milestone, np.isfinite(each.value)
        line = inside(terms.label(goal.line)) if there else goal.line
        has = f"has {each.value:,.6g}" if there else "has no such line"
        if not each.met:
            sentences.append(f"A17 {_usd(each.amount)} of {each.month} comes only with {line} of "
                             f"{_bound(goal)} in {each.before}, where the plan {has}: it would "
                             "not come, and all figures count it")
    idle = [each.month for each in projection.assumptions.financing.terms
            if not projection["raised"][0, projection.months.index(each.month)]]
    return sentences + ([f"A17 no money is raised in {listed(idle)}, for which terms are stated: "
                         "they change nothing"] if idle else [])


def _bound(milestone: Milestone) -> str:
    least = milestone.at_least is not None
    return f"at {'least' if least else 'most'} " \
        f"{milestone.at_least if least else milestone.at_most:,.12g}"


def _covenants(projection: Projection) -> list[str]:
    """Demands of lenders that the plan breaks."""
    return [f"A18 the lenders' demand on {_DEMANDS[each.covenant.of]} "
            f"{each.covenant.limit:,.12g} is first broken in {each.broken}: they may ask for "
            "their money at once"
            for each in headroom(projection) if each.broken]


def _usd(amount: float) -> str:
    """An amount in whole cents, the minus before it."""
    sign = "\u2212" if amount < -CENT / 2 else ""
    return f"USD {sign}{abs(amount):,.2f}".removesuffix(".00")


def _others(where: np.ndarray) -> str:
    """How many months beside the first one have the same."""
    more = int(where.sum()) - 1
    return f"; so it is in {count(more, 'more month')}" if more else ""


def _left_out(projection: Projection) -> list[str]:
    """Published figures, and readings of them, beyond the plausible range of their assumption."""
    by_claim: dict[tuple[str, str], list[LeftOut]] = {}
    for each in left_out(projection):
        by_claim.setdefault((each.claim.id, each.beyond[0].path), []).append(each)
    return [f"A15 {_beyond_range(projection, cases)}" for cases in by_claim.values()]


def _beyond_range(projection: Projection, cases: list[LeftOut]) -> str:
    """What one published figure, in its readings, would make of assumptions."""
    entries, first = projection.assumptions.entries, cases[0]
    one, *others = first.beyond
    entry, labels = entries[one.path], " and ".join(entries[each.path].label for each in others)
    low, high, *values = (_digits(number, entry.shown_unit) for number in (
        one.low, one.high, *(each.beyond[0].value for each in cases)))
    readings = ", or as ".join(inside(each.reading) for each in cases if each.reading)
    read_as = f", read as {readings}," if readings else ""
    alike = f", taken for {labels}, too" if others else ""
    here = ", worked out here" if first.made else ""
    return (f"{first.printed} as {inside(first.claim.label)}{read_as} makes {entry.label} "
            f"({one.path}) {' or '.join(values)}{here}{alike}; plausible is {low} to {high}")


def _digits(number: float, unit: str) -> str:
    """Three digits of a figure with its unit; a share in percent."""
    if is_share(unit):
        return in_percent(float(f"{number:.3g}"))
    head, *per = unit.split("/")
    amount = _usd(number) if head == "USD" else f"{float(f'{number:.3g}'):g} {head}"
    return f"{amount} per {' and '.join(per)}" if per else amount


def _custody(projection: Projection) -> list[str]:
    if "custodial_cash" not in projection:
        return []
    custody = projection["custodial_cash"][0]
    short = (custody > CENT) & (custody > projection["cash"][0] + CENT)
    month, others = _first(projection, short), company_module(projection.company).HELD_FOR
    return [f"A7 from {month} the account holds less than {others} are owed: their money is being "
            "spent"] if month else []
