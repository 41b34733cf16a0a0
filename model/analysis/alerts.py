"""Alerts: what a reader would want to know. They say nothing against the figures themselves.

Each takes a projection whose first scenario speaks, and returns sentences.
"""

from __future__ import annotations

import numpy as np

from model.analysis import rules
from model.analysis.alternatives import left_out
from model.analysis.division import ratio
from model.analysis.variance import observed_kpis
from model.companies.profiles import profile
from model.counts import count, inside
from model.engine.figures import MONTH, figures
from model.engine.projection import Projection
from model.params.quantities import in_percent, is_share

# Shares that no test of a plan should call equal. [share]
SLACK = 1e-9
# So many months of one alert are named, and the others counted.
_NAMED = 6
# Less than this is not money that somebody is owed. [USD]
CENT = 0.01


def alerts(projection: Projection) -> list[str]:
    """Every alert, in the order of their numbers."""
    limits = profile(projection.assumptions.company)
    found = [*_cash(projection), *_short_runway(projection)]
    found += [f"A3 {sentence}" for sentence in projection.assumptions.outside_range()]
    found += _margins(projection)
    found += [f"A5 {sentence}" for sentence in
              rules.fired(projection, observed=observed_kpis(projection))]
    found += _jumps(projection)
    found += _custody(projection)
    found += [f"A8 {path} is read by no formula" for path in projection.unread]
    if projection["breakeven_first"][0, -1] == 0:
        found.append("A9 EBITDA never reaches zero within the horizon")
    if "gmv" in projection:
        take = ratio(projection.by_year("commission"), projection.by_year("gmv"))[0]
        high = limits.high_take_rate
        if high is not None and np.nanmax(take, initial=0) > high:
            found.append(f"A10 the take rate is above {high:.0%}, where mentors "
                         "and mentees begin to settle beside the platform")
        found += _unserved(projection)
    return [*found, *_short_of_hours(projection), *_dividends(projection),
            *_repayments(projection), *_left_out(projection)]


def _unserved(projection: Projection) -> list[str]:
    """Sessions that no mentor can serve; mentees who want them pay and stay all the same."""
    wanted, served = projection["orders_wanted"][0], projection["orders"][0]
    unserved = served < (1 - SLACK) * wanted
    if not unserved.any():
        return []
    share = (wanted - served)[unserved].sum() / wanted[unserved].sum()
    said = (f"A11 mentors cannot serve all that mentees want from {_first(projection, unserved)}: "
            f"in {count(int(unserved.sum()), 'month')} {share:.1%} of the wanted sessions do not "
            "take place, which in this plan makes no mentee leave or stop paying")
    # Months in which subscriptions are paid for nothing.
    none = unserved & (served <= 0)
    paid = projection["mentee_subscriptions"][0][none].sum()
    if paid > CENT:
        said += (f"; USD {paid:,.0f} of subscriptions are paid in "
                 f"{count(int(none.sum()), 'month')} without a single session, which real mentees "
                 "would not do")
    return [said]


def short_of_hours(projection: Projection) -> np.ndarray:
    """Hours that are sold beyond what the delivery team can bill, (scenario, month); nothing
    where a company has no such team."""
    if "staff_hours" not in projection:
        return np.zeros_like(projection["revenue"])
    missing = projection["staff_hours"] - projection["delivery_hours"]
    return np.where(missing > SLACK * projection["delivery_hours"], missing, 0)


def _short_of_hours(projection: Projection) -> list[str]:
    missing = short_of_hours(projection)[0]
    if not missing.any():
        return []
    share = missing.sum() / projection["staff_hours"][0][missing > 0].sum()
    return [f"A12 the delivery team is short of hours from {_first(projection, missing > 0)}: by "
            f"{missing.sum():,.0f} hours in {count(int((missing > 0).sum()), 'month')}, "
            f"{share:.1%} of what it is to deliver in them; the payroll of this plan is too low "
            "for what it sells, and its EBITDA counts these hours as sold all the same"]


def _first(projection: Projection, where: np.ndarray) -> str | None:
    """The first month in which something holds."""
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
    found = figures(projection)
    wanted, left = (found.kpi(name, MONTH)[0] for name in ("runway_needed", "lasting_runway"))
    short = (left < wanted * (1 - SLACK)) & (wanted > spare)
    if not short.any():
        return []
    # The month that is short by most stands for all.
    month = int(np.argmax(np.where(short, wanted - left, -np.inf)))
    until = ("to the first break-even" if projection["breakeven_first"][0, -1] else
             "to the end of the plan, which has no break-even,")
    months = int(short.sum())
    others = (f"in {months:,} months cash is short so, in this one by most" if months > 1 else
              "in no other month cash is short so")
    recent = slice(max(0, month - 2), month + 1)
    bought = found.line("dated_purchases")[0, recent]
    goes_on = (found.line("capex")[0, recent] - bought > CENT).any()
    counted = " and spending on content counted" if goes_on else ""
    once = f", dated purchases left out{counted}," if (bought > CENT).any() else ""
    every = found.kpi("runway", MONTH)[0, month]
    whole = f" ({every:.1f} with all burn counted)" if once else ""
    since = ("burn of" if not month else
             f"mean burn of the {month + 1 if month < 2 else 3} months to")
    return [f"A2 if the {since} {labels[month]}{once} went on, cash would last "
            f"{left[month]:.1f} months{whole}, where {wanted[month]:.0f} are wanted: "
            f"{wanted[month] - spare:.0f} {until} and {spare:.0f} more; "
            f"{others}"]


def _margins(projection: Projection) -> list[str]:
    """A margin beyond all of revenue is a sign of a figure whose decimals were lost."""
    found = []
    for line, name in (("gross_profit", "gross margin"), ("contribution", "contribution margin")):
        margin = ratio(projection.by_year(line), projection.by_year("revenue"))[0]
        odd = np.abs(np.nan_to_num(margin)) > 1 + SLACK
        if odd.any():
            at = int(np.argmax(odd))
            found.append(f"A4 the {name} of {projection.years[at]} is {margin[at]:.0%} of "
                         "revenue: look for a figure whose decimals were lost")
    return found


def _jumps(projection: Projection) -> list[str]:
    found = []
    for line, most in profile(projection.assumptions.company).jumps.items():
        values = projection[line][0]
        growth = ratio(values[12:] - values[11:-1], np.where(values[11:-1] > 0, values[11:-1], 0))
        jumps = np.nan_to_num(growth) > most * (1 + SLACK)
        if jumps.any():
            at = np.flatnonzero(jumps)
            said = [f"by {growth[i]:.0%} in {projection.months[12 + i]}" for i in at[:_NAMED]]
            if more := len(at) - len(said):
                said.append(f"so in {count(more, 'more month')}")
            listed = ", ".join([*said[:-2], " and ".join(said[-2:])])
            found.append(f"A6 {line} rises {listed}, more than {most:.0%} in a month")
    return found


def _dividends(projection: Projection) -> list[str]:
    """What owners take out should have been earned and kept before."""
    paid = projection["dividends"][0]
    kept = projection["retained_earnings"][0] + paid
    month = _first(projection, beyond := paid > np.maximum(kept, 0) + CENT)
    if month is None:
        return []
    at = projection.months.index(month)
    left = (f"no more than {_usd(kept[at])} can" if kept[at] > CENT else "nothing can")
    return [f"A13 {_usd(paid[at])} is paid out to owners in {month}, where retained earnings "
            f"before it are {_usd(kept[at])}: {left} be distributed{_others(beyond)}"]


def _repayments(projection: Projection) -> list[str]:
    """A repayment of more than is owed is cut to that, so its plan is not what happens."""
    assumptions = projection.assumptions
    planned = assumptions.series["debt.repayments"].monthly(assumptions.calendar.months)[:, 0]
    repaid = projection["repaid"][0]
    month = _first(projection, beyond := planned > repaid + CENT)
    if month is None:
        return []
    at = projection.months.index(month)
    return [f"A14 {_usd(planned[at])} is to be repaid in {month}, where {_usd(repaid[at])} is "
            f"owed: only that is repaid{_others(beyond)}"]


def _usd(amount: float) -> str:
    """An amount in whole cents, the minus before it."""
    sign = "\u2212" if amount < -CENT / 2 else ""
    return f"USD {sign}{abs(amount):,.2f}".removesuffix(".00")


def _others(where: np.ndarray) -> str:
    """How many months beside the first one have the same."""
    more = int(where.sum()) - 1
    return f"; so it is in {count(more, 'more month')}" if more else ""


def _left_out(projection: Projection) -> list[str]:
    """Published figures beyond the plausible range of the assumption that they are, and readings
    of them."""
    entries, found, by_claim = projection.assumptions.entries, [], {}
    for each in left_out(projection):
        by_claim.setdefault((each.claim.id, each.beyond[0].path), []).append(each)
    for first, *more in by_claim.values():
        one, *others = first.beyond
        entry = entries[one.path]
        low, high, *values = (_digits(number, entry.shown_unit) for number in (
            one.low, one.high, one.value, *(each.beyond[0].value for each in more)))
        taken = f", taken for {' and '.join(entries[o.path].label for o in others)}, too" \
            if others else ""
        readings = [inside(each.reading) for each in (first, *more) if each.reading]
        reading = f", read as {', or as '.join(readings)}," if readings else ""
        found.append(f"A15 {first.printed} as {inside(first.claim.label)}{reading} makes "
                     f"{entry.label} ({one.path}) {' or '.join(values)}"
                     f"{', worked out here' if first.made else ''}{taken}; plausible is {low} to "
                     f"{high}")
    return found


def _digits(number: float, unit: str) -> str:
    """Three digits of a figure with its unit; a share in percent."""
    if is_share(unit):
        return in_percent(float(f"{number:.3g}"))
    head, *per = unit.split("/")
    said = _usd(number) if head == "USD" else f"{float(f'{number:.3g}'):g} {head}"
    return f"{said} per {' and '.join(per)}" if per else said


def _custody(projection: Projection) -> list[str]:
    if "custodial_cash" not in projection:
        return []
    held = projection["custodial_cash"][0]
    short = (held > CENT) & (held > projection["cash"][0] + CENT)
    month = _first(projection, short)
    return [f"A7 from {month} the account holds less than mentors are owed: their money is being "
            "spent"] if month else []
