"""The texts of a company that sells software by subscription, to small language schools.

Flows happen during the month, stocks are month-end, churn applies to last month-end's stock. A
school begins with a trial and pays from the month after it, in one of three tiers; old schools keep
their price when it changes, but for a share that follows. Whoever pays a year ahead has a price of
its own. Nothing is published of this company: its figures are invented.
"""

from __future__ import annotations

import numpy as np

from model.companies import channels, judged, prices, retention, statements, working_capital
from model.companies import checks as shared_checks
from model.companies.glossary import Side
from model.companies.statements import BESIDE as BESIDE
from model.companies.vocabulary import ratio, remainder, total

KIND = "subscription"
TIERS = ("solo", "team", "campus")
CHANNELS = ("search_ads", "partners")
PARTS = {"marketing": tuple(f"marketing.{channel}" for channel in CHANNELS)}
# Roles that help those who pay, and roles that win them.
DELIVERS = ("support", "onboarding")
SELLS = ("growth_lead", "partner_manager")
# Other costs of winning them.
WINS = ("fixed_opex.sales_tools",)
SIDES = (Side("schools", "school", "offers", TIERS, "new_schools", "active_schools",
              "active_schools", "marketing", cac_kpi="cac", first_churn="first_month_churn",
              climbs=True),)
(SCHOOLS,) = SIDES
# Sales tax is in the account until it is paid.
HELD_FOR = "tax offices"


def month(a, prev, now):
    """Every line of a month."""
    channels.trials(a, prev, now, CHANNELS)
    schools(a, prev, now)
    revenue(a, prev, now)
    working_capital.prepaid_plans(a, prev, now, total(now, "paid_ahead", TIERS))
    now.fees = now.subscriptions - now.prepaid
    statements.contribution(a, now)
    statements.overhead(a, prev, now)
    statements.from_ebitda_on(a, prev, now, agent=False, taxed=True)


def opening(a, now):
    """What a month before the first would have left: schools, trials, balances, what recurs."""
    for t in TIERS:
        now[t].active_schools = a.opening.active_schools[t]
    for c in CHANNELS:
        now[c].trials = a.opening.trials[c]
    now.active_schools = total(now, "active_schools", TIERS)
    prices.opening(a, now, SCHOOLS)
    now.recurring = now.subscriptions
    statements.opening(a, now, agent=False, taxed=True)


def schools(a, prev, now):
    """Schools won, lost, moved between tiers and active."""
    now["team"].school_share   = a.offers.mix.team
    now["campus"].school_share = a.offers.mix.campus
    now["solo"].school_share   = remainder(a.offers.mix.team, a.offers.mix.campus,
                                           a.timeline.share_tolerance)
    for t in TIERS:
        now[t].new_schools = now[t].school_share * now.converted
    now.new_schools = total(now, "new_schools", TIERS)
    retention.people(a.offers, prev, now, SCHOOLS)
    now.billed_schools = now.active_schools


def revenue(a, prev, now):
    """What schools pay, by tier, and what of it is earned from plans paid a year ahead."""
    prices.prices(a, now, SCHOOLS)
    prices.subscriptions(a, prev, now, SCHOOLS)
    for t in TIERS:
        now[t].revenue    = now[t].subscriptions
        now[t].paid_ahead = now[t].yearly_part * np.maximum(now[t].subscriptions, 0)
    now.revenue = total(now, "revenue", TIERS)


def memory(a, prev, now):
    """What KPIs need of more than one month."""
    now.schools_at_start = prev.active_schools
    now.recurring        = now.subscriptions
    channels.memory(prev, now, CHANNELS)
    prices.memory(a, prev, now)
    judged.memory(a, prev, now, SIDES, taxed=True)


def customer(a, now):
    """One school of those won in a year."""
    judged.customer(a, now, SIDES)
    channels.customer(now, CHANNELS)


def life(a, won, prev, now):
    """That school month by month."""
    judged.life(a, won, prev, now, SIDES)
    channels.life(a, won, prev, now, SCHOOLS, CHANNELS)


def kpis(a, now, customer, plan):
    """Every KPI of a period."""
    now.cac          = ratio(now.marketing, now.new_schools)
    now.school_churn = ratio(now.churned_schools, now.schools_at_start)
    judged.kpis(a, now, customer, plan, SIDES, agent=False, taxed=True)
    now.ltv          = now["schools"].lifetime_value
    now.ltv_to_cac   = now["schools"].lifetime_value_to_cac
    now.cac_payback  = now["schools"].payback
    channels.kpis(now, customer, SCHOOLS, CHANNELS)
    now.search_ads_cac     = now["search_ads"].cac_by_channel
    now.partners_cac       = now["partners"].cac_by_channel
    now.search_ads_payback = now["search_ads"].payback_by_channel
    now.partners_payback   = now["partners"].payback_by_channel
    prices.kpis(now)


def checks(a, prev, now):
    """Differences that must be 0."""
    shared_checks.checks(a, prev, now, SIDES, agent=False, taxed=True)
    channels.checks(a, now, CHANNELS)
    prices.checks(prev, now)
