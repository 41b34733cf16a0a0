"""Four texts beside the month, as far as all companies share them.

memory    runs over the months, and looks back
customer  runs over the years, and describes one customer of those won in the year
life      runs over the months of that customer's life
kpis      runs over months, quarters and years alike: `now` are the lines of the period, `customer`
          is that customer at the end of its life, `plan` the last month of the plan
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.companies import capital, ratios, retention
from model.companies.glossary import Side
from model.companies.vocabulary import (
    QUARTER,
    UNDEFINED,
    YEAR,
    at_path,
    of_quarter,
    of_year,
    part,
    ratio,
    sum_of,
)

# A customer's life ends here at the latest: five years, as practitioners cap it. [months]
LONGEST_LIFE = 60


def memory(a, prev, now, sides: Iterable[Side], ads: Iterable[str] = (), taxed: bool = False):
    """What is needed of more than one month. The company itself writes `now.recurring`."""
    months, year = a.timeline.month, a.timeline.months_per_year * a.timeline.one_year
    quarter = a.timeline.months_per_quarter
    for side in sides:
        for s in side.segments:
            now[s].months_billed = getattr(now[s], side.billed)
    now.contribution_before_ads = sum_of([now.contribution, *(_line(now, ad) for ad in ads)])

    now.flow_of_quarter   = of_quarter(prev, now, "free_cash_flow")
    now.net_burn          = -now.flow_of_quarter / np.minimum(months, quarter)
    # Purchases at set dates do not repeat in later months.
    now.dated_purchases   = now.capex - now[capital.CONTENT].capex
    now.lasting_burn      = (now.net_burn - of_quarter(prev, now, "dated_purchases")
                             / np.minimum(months, quarter))
    now.recurring_rise    = year * (now.recurring - prev.recurring)
    now.recent_rise       = of_quarter(prev, now, "recurring_rise")
    now.recent_flow       = now.flow_of_quarter

    now.recurring_of_quarter     = of_quarter(prev, now, "recurring")
    now.recurring_quarter_before = prev.ago(QUARTER).recurring_of_quarter
    now.marketing_of_quarter     = of_quarter(prev, now, "marketing")
    now.marketing_quarter_before = np.where(months - quarter >= quarter,
                                            prev.ago(QUARTER).marketing_of_quarter, 0)

    now.revenue_of_quarter  = of_quarter(prev, now, "revenue")
    now.ebitda_of_quarter   = of_quarter(prev, now, "ebitda")
    now.revenue_of_year     = of_year(prev, now, "revenue_of_quarter")
    now.ebitda_of_year      = of_year(prev, now, "ebitda_of_quarter")
    now.revenue_year_before = np.where(months - year >= year, prev.ago(YEAR).revenue_of_year, 0)

    now.relapse  = np.where(np.logical_and(now.breakeven_first > 0, now.positive_months <= 0), 1, 0)
    now.relapses = prev.relapses + now.relapse
    ratios.memory(a, prev, now, taxed)


def _line(now, name: str):
    """A line by its full name, such as variable_opex.digital_ads."""
    line, _, segment = name.partition(".")
    return getattr(now[segment], line)


def customer(a, now, sides: Iterable[Side]):
    """One customer of each segment, and one of each side: the mean of its segments, by those won
    in the year. Its margin leaves out ads, as CAC counts marketing alone."""
    now.margin_before_ads = ratio(now.contribution_before_ads, now.revenue)
    for side in sides:
        whole = now[side.name]
        for path in side.billed_later:
            setattr(now, path.rpartition(".")[2], at_path(a, path))
        for s in side.segments:
            now[s].share        = part(getattr(now[s], side.new), getattr(now, side.new))
            now[s].price        = ratio(now[s].revenue, now[s].months_billed)
            now[s].paid_a_month = part(now[s].revenue, now[s].months_billed)
            if side.first_churn:
                retention.rates(a, now, side, s)
            else:
                now[s].churn     = at_path(a, f"{side.section}.{s}.churn")
                now[s].mean_life = ratio(1, now[s].churn)
            if side.climbs:
                retention.moving_rates(a, now, side, s)
            now[s].mean_life_won = np.where(now[s].share > 0, now[s].mean_life, 0)
        won = getattr(now, side.new)
        whole.churn     = ratio(sum_of(getattr(now[s], side.new) * now[s].churn
                                      for s in side.segments), won)
        whole.mean_life = ratio(sum_of(getattr(now[s], side.new) * now[s].mean_life_won
                                      for s in side.segments), won)
        if side.marketing:
            whole.cac   = ratio(getattr(now, side.marketing), won)


def life(a, won, prev, now, sides: Iterable[Side]):
    """What share of one customer is left in each month of life, and what it has brought."""
    month = a.timeline.month_of_life
    for side in sides:
        whole = now[side.name]
        if side.first_months:
            whole.billed = _billed(month, won, side.first_months)
        rates = {s: retention.leaving(a, won, now, side, s) for s in side.segments}
        for s in side.segments:
            if side.climbs:
                retention.places(a, won, prev, now, side, s)
                now[s].earned_won = now[s].earned
                continue
            now[s].left   = np.where(month <= 1, 1, prev[s].left * (1 - rates[s]))
            billed        = whole.billed * now[s].left if side.first_months else now[s].left
            now[s].lived  = prev[s].lived + billed
            now[s].earned = won[s].price * now[s].lived
            now[s].earned_won = won[s].paid_a_month * now[s].lived
        whole.lived  = sum_of(won[s].share * now[s].lived for s in side.segments)
        whole.earned = sum_of(won[s].share * now[s].earned_won for s in side.segments)
        for who in (side.name, *side.segments):
            now[who].worth = now[who].earned * won.margin_before_ads
        if side.marketing:
            pay_back(a, won, prev, now, side)


def pay_back(a, won, prev, now, side: Side):
    """The month of life in which a customer has paid for its CAC."""
    enough = won[side.name].cac * (1 - a.timeline.share_tolerance)
    for who in (side.name, *side.segments):
        now[who].paid_back = np.where(
            np.logical_and(prev[who].paid_back == 0, now[who].worth >= enough),
            a.timeline.month_of_life, prev[who].paid_back)


def _billed(month, won, first_months):
    """The share of a month of life that is billed."""
    if not first_months:
        return 1
    first, *others = first_months
    share = first if isinstance(first, float) else getattr(won, first.rpartition(".")[2])
    return np.where(month <= 1, share, _billed(month - 1, won, others))


def kpis(a, now, customer, plan, sides: Iterable[Side], agent: bool, taxed: bool = False):
    """The KPIs that all companies share. An agent holds money that is not its own, and who is
    `taxed` holds sales tax."""
    for side in sides:
        whole = customer[side.name]
        now[side.name].lifetime_value = np.where(whole.lived > 0, whole.worth, UNDEFINED)
        for s in side.segments:
            now[s].lifetime_value = np.where(customer[s].share > 0, customer[s].worth, UNDEFINED)
        if side.marketing:
            acquisition(now, customer, side)
    profits_and_cash(a, now, plan)
    growth(a, now)
    ratios.kpis(a, now, plan, agent, taxed)


def acquisition(now, customer, side: Side):
    """What those who were won bring, beside what winning them has cost."""
    for who in (side.name, *side.segments):
        now[who].lifetime_value_to_cac = ratio(now[who].lifetime_value, customer[side.name].cac)
        now[who].payback = np.where(
            np.logical_and(customer[who].paid_back > 0, customer[who].worth > 0),
            customer[who].paid_back, UNDEFINED)


def profits_and_cash(a, now, plan):
    """Margins, break-evens and how long cash lasts."""
    now.gross_margin        = ratio(now.gross_profit, now.revenue)
    now.contribution_margin = ratio(now.contribution, now.revenue)
    now.months_to_breakeven = np.where(plan.breakeven_first > 0, plan.breakeven_first, UNDEFINED)
    now.months_to_earn_back = np.where(plan.breakeven_earned_back > 0,
                                       plan.breakeven_earned_back, UNDEFINED)
    cash = np.maximum(now.unrestricted_cash, 0)
    for runway, burn in (("runway", now.net_burn), ("lasting_runway", now.lasting_burn)):
        setattr(now, runway, np.where(burn > a.timeline.tolerance, cash / burn, UNDEFINED))
    now.runway_needed = (np.maximum(np.where(plan.breakeven_first > 0, plan.breakeven_first,
                                             a.timeline.months) - a.timeline.month, 0)
                         + a.funding.contingency_months)


def growth(a, now):
    """What growth costs, and what it brings."""
    now.recent_burn   = -now.recent_flow
    now.burn_multiple = np.where(
        np.logical_and(now.recent_burn > a.timeline.tolerance,
                       now.recent_rise > a.timeline.tolerance),
        now.recent_burn / now.recent_rise, UNDEFINED)
    now.revenue_growth = ratio(now.revenue_of_year - now.revenue_year_before,
                               now.revenue_year_before)
    now.margin_of_year = ratio(now.ebitda_of_year, now.revenue_of_year)
    now.rule_of_40     = now.revenue_growth + now.margin_of_year
    quarters = (a.timeline.months_per_year * a.timeline.one_year) / a.timeline.months_per_quarter
    now.magic_number   = ratio(
        quarters * (now.recurring_of_quarter - now.recurring_quarter_before),
        now.marketing_quarter_before)
