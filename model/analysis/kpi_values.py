"""The formulas of the KPIs: each by month and by calendar year, NaN where it is undefined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.analysis.breakeven import months_to_breakeven, runway
from model.analysis.counted import cost_per_customer
from model.analysis.ratios import annual_sum, ratio, rolling_sum
from model.analysis.unit_economics import Economics, economics, sides
from model.companies.profiles import profile
from model.engine.ledger import TOLERANCE as NOTHING
from model.projection import Projection

QUARTER, YEAR = 3, 12

Values = Callable[[Projection], np.ndarray]

# What only a running company can know; the plan says nothing about it.
NOT_MODELED = ("proposal_match_rate", "time_to_first_match", "onboarding_days", "repeat_rate")
NEEDS_ACTUALS = "not modeled; needs actuals"
MANAGED_RATE = "tiers.managed_service.hourly_rate"


@dataclass(frozen=True)
class Measure:
    """A KPI's values by month, (scenario, month), and by year, (scenario, year), and why it may
    have none. `whole` marks what is one figure for the whole plan, `held` what is one for a year;
    `of` names the two lines of a plain quotient."""

    months: Values
    years: Values
    undefined: str
    whole: bool = False
    held: bool = False
    of: tuple[str, ...] = ()


def _of(over: str, under: str, undefined: str) -> Measure:
    """One line over another; of a year its flows are summed and its balances December's."""
    return Measure(lambda p: ratio(p[over], p[under]),
                   lambda p: ratio(p.by_year(over), p.by_year(under)), undefined,
                   of=(over, under))


def _held(years: Values, undefined: str) -> Measure:
    """What is defined by the year; each of its months shows it."""
    return Measure(lambda p: np.repeat(years(p), YEAR, axis=1), years, undefined, held=True)


def _at_december(months: Values, undefined: str) -> Measure:
    """What is defined by the month; a year shows its last."""
    return Measure(months, lambda p: months(p)[:, YEAR - 1::YEAR], undefined)


def _a_month(over: str, under: Values, undefined: str) -> Measure:
    """A flow over a stock, a month; of a year all its months together."""
    return Measure(lambda p: ratio(p[over], under(p)),
                   lambda p: ratio(annual_sum(p[over]), annual_sum(under(p))), undefined)


def _churn(side: str) -> Measure:
    """Those lost over those who were there when the month began."""
    return _a_month(f"churned_{side}", lambda p: before(p[f"active_{side}"], 1),
                    "nobody was there when the month began")


def _cac(side: str, of: tuple[str, str]) -> Measure:
    """Acquisition cost of one side of the marketplace; the sides share the whole budget."""
    def among(line: Values) -> np.ndarray:
        spent = {"mentees": line("mentee_marketing"), "mentors": line("mentor_marketing")}
        won = {"mentees": line("new_mentees"), "mentors": line("new_mentors")}
        return cost_per_customer(line("marketing"), spent, won)[side]
    return Measure(lambda p: among(p.__getitem__), lambda p: among(p.by_year), NOBODY_WON,
                   of=of)


def _blended_cac(line: Values) -> np.ndarray:
    return ratio(line("marketing"), line("new_mentees") + line("new_mentors"))


def buyers(p: Projection) -> Economics:
    """Unit economics of the side that pays first: mentees, or customers."""
    return economics(p, sides(p.assumptions.company)[0])


def judged_customers(p: Projection, kpi: str) -> Economics:
    """Unit economics behind a KPI: of the segment that it is about, or of the side that pays
    first."""
    segment = profile(p.assumptions.company).kpis[kpi].segment
    return economics(p, sides(p.assumptions.company)[0], segment) if segment else buyers(p)


def _where_won(p: Projection, kpi: str, values: np.ndarray) -> np.ndarray:
    """The values in the years in which somebody is won of the segment that a KPI is about."""
    segment = profile(p.assumptions.company).kpis[kpi].segment
    new = sides(p.assumptions.company)[0].new
    return np.where(p.by_year(f"{new}.{segment}") > 0, values, np.nan) if segment else values


def before(values: np.ndarray, months: int) -> np.ndarray:
    """Values so many months earlier; 0 before the plan begins."""
    early = np.zeros_like(values[:, :months])
    return np.concatenate([early, values[:, :-months]], axis=1)


def from_month(number: int, values: np.ndarray) -> np.ndarray:
    """The values from a month number on; NaN before it."""
    return np.where(np.arange(values.shape[1]) + 1 >= number, values, np.nan)


def recurring(p: Projection) -> np.ndarray:
    """Revenue that recurs, (scenario, month): subscriptions and retainers. [USD]"""
    return sum(p[line] for line in profile(p.assumptions.company).recurring)


def _burn_multiple(burn: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Net burn over new annual recurring revenue; undefined without either (Sacks 2020)."""
    return np.where((burn > NOTHING) & (new > NOTHING), ratio(burn, new), np.nan)


def _burn_multiple_by_month(p: Projection) -> np.ndarray:
    annual = YEAR * recurring(p)
    return _burn_multiple(-rolling_sum(p["free_cash_flow"], QUARTER),
                          annual - before(annual, QUARTER))


def _burn_multiple_by_year(p: Projection) -> np.ndarray:
    annual = YEAR * recurring(p)
    rise = (annual - before(annual, YEAR))[:, YEAR - 1::YEAR]
    return _burn_multiple(-p.by_year("free_cash_flow"), rise)


def _rule_of_40(p: Projection) -> np.ndarray:
    revenue = rolling_sum(p["revenue"], YEAR)
    growth = ratio(revenue, before(revenue, YEAR)) - 1
    return from_month(2 * YEAR, growth + ratio(rolling_sum(p["ebitda"], YEAR), revenue))


def _magic_number(p: Projection) -> np.ndarray:
    quarter = rolling_sum(recurring(p), QUARTER)
    rise = YEAR / QUARTER * (quarter - before(quarter, QUARTER))
    spent = before(rolling_sum(p["marketing"], QUARTER), QUARTER)
    return from_month(2 * QUARTER, ratio(rise, spent))


def _to_breakeven(name: str, undefined: str) -> Measure:
    """Months to a named break-even: one figure, which every month and year shows."""
    def shown(p: Projection, periods: tuple) -> np.ndarray:
        return np.repeat(months_to_breakeven(p, name)[:, None], len(periods), axis=1)
    return Measure(lambda p: shown(p, p.months), lambda p: shown(p, p.years), undefined,
                   whole=True)


def left_to_breakeven(p: Projection) -> np.ndarray:
    """Months that cash should last, (scenario, month): those left to the first break-even, or to
    the end of the plan where it never comes, and the contingency."""
    months = len(p.months)
    first = np.nan_to_num(months_to_breakeven(p), nan=months)[:, None]
    spare = p.assumptions.series["funding.contingency_months"].values[0][:, None]
    return np.maximum(first - np.arange(1, months + 1), 0) + spare


def _typed(p: Projection, path: str) -> np.ndarray:
    """What is typed for an assumption, (scenario, month)."""
    months = p.assumptions.series[path].monthly(len(p.months)).T
    return np.broadcast_to(months, (p.scenarios, len(p.months)))


NOBODY_WON = "nobody is won in the period"
_NOTHING_SOLD = "nothing is sold in the period"
_NO_CUSTOMER = "no customer is won, or nothing is billed, in the year"

MEASURES: dict[str, Measure] = {
    "cac": _of("marketing", "new_customers", NOBODY_WON),
    "mentee_cac": _cac("mentees", ("mentee_marketing", "new_mentees")),
    "mentor_cac": _cac("mentors", ("mentor_marketing", "new_mentors")),
    "blended_cac": Measure(lambda p: _blended_cac(p.__getitem__),
                           lambda p: _blended_cac(p.by_year), NOBODY_WON),
    "ltv": _held(lambda p: _where_won(p, "ltv", judged_customers(p, "ltv").ltv), _NO_CUSTOMER),
    "ltv_to_cac": _held(lambda p: _where_won(
        p, "ltv_to_cac", judged_customers(p, "ltv_to_cac").ltv_to_cac), _NO_CUSTOMER),
    "ltv_all": _held(lambda p: buyers(p).ltv, _NO_CUSTOMER),
    "ltv_to_cac_all": _held(lambda p: buyers(p).ltv_to_cac, _NO_CUSTOMER),
    "cac_payback": _held(lambda p: buyers(p).payback_months,
                         "no customer is won in the year, or none pays for its CAC"),
    "gross_margin": _of("gross_profit", "revenue", _NOTHING_SOLD),
    "contribution_margin": _of("contribution", "revenue", _NOTHING_SOLD),
    "match_rate": _of("new_mentees", "onboarded_mentees", "no mentee is onboarded in the period"),
    "take_rate": _of("commission", "gmv", "no session is sold in the period"),
    "fill_rate": _of("orders", "orders_wanted", "no session is wanted in the period"),
    "orders_per_career_changer": _a_month(
        "orders.career_changers", lambda p: p["active_mentees.career_changers"],
        "there is no active Career Changer in the period"),
    "mentees_per_mentor": _of("active_mentees", "active_mentors",
                              "there is no active mentor at the end of the period"),
    "mentee_churn": _churn("mentees"),
    "mentor_churn": _churn("mentors"),
    "customer_churn": _churn("customers"),
    "average_billable_rate": _of("revenue", "billable_hours", "no hour is billed in the period"),
    "high_value_mix": _of("high_value_revenue", "revenue", _NOTHING_SOLD),
    "months_to_breakeven": _to_breakeven("first", "EBITDA never reaches zero within the horizon"),
    "months_to_earn_back": _to_breakeven(
        "earned_back", "losses since the start are not earned back within the horizon"),
    "runway": _at_december(runway, "no cash is burned over the last three months"),
    "burn_multiple": Measure(_burn_multiple_by_month, _burn_multiple_by_year,
                             "no cash is burned, or recurring revenue does not rise"),
    "rule_of_40": _at_december(_rule_of_40, "it needs revenue in a full year and the one before"),
    "magic_number": _at_december(_magic_number,
                                 "it needs two full quarters, with marketing in the first"),
}
# Targets that a plan gives itself, (scenario, month), by the name that a profile gives them.
MOVING: dict[str, Values] = {
    "months left to the first break-even and contingency": left_to_breakeven,
    "hourly rate of Managed Service": lambda p: _typed(p, MANAGED_RATE),
}


def by_year(projection: Projection, name: str) -> np.ndarray:
    """One KPI of every scenario, (scenario, year); NaN is undefined."""
    if name in NOT_MODELED:
        return np.full((projection.scenarios, len(projection.years)), np.nan)
    return MEASURES[name].years(projection)


def by_month(projection: Projection, name: str) -> np.ndarray:
    """One KPI of every scenario, (scenario, month); NaN is undefined."""
    if name in NOT_MODELED:
        return np.full((projection.scenarios, len(projection.months)), np.nan)
    return MEASURES[name].months(projection)


def undefined(name: str) -> str:
    """Why a KPI may have no value."""
    return NEEDS_ACTUALS if name in NOT_MODELED else MEASURES[name].undefined
