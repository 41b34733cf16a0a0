"""The texts of the career-mentorship marketplace.

Flows happen during the month, stocks are month-end, churn applies to last month-end's stock. A
new customer is billed from the first month. Mentees want orders, and each mentor can serve so many
mentees (fewer in premium matching): orders are the lesser of the two. The platform is an agent:
it keeps a commission inside the order value, and earns subscriptions of both sides.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from model.companies import checks as shared_checks
from model.companies import judged, saturation, statements, working_capital
from model.companies.glossary import Side
from model.companies.mentorship.market import alerts as alerts
from model.companies.statements import BESIDE as BESIDE
from model.companies.vocabulary import ratio, remainder, sum_of, total

KIND = "marketplace"
MENTEES = ("young_pros", "career_changers", "senior_experts")
MENTORS = ("early_career", "mid_career", "executive")
# Acquisition cost inside contribution; neither LTV nor the plain CAC counts it.
ADS = ("variable_opex.digital_ads",)
KEPT = ("commission", "orders")
PARTS = {"revenue": ("commission", "mentee_subscriptions", "mentor_subscriptions"),
         "marketing": ("mentee_marketing", "mentor_marketing")}
RESTS = {"gmv": "mentor_earnings"}
SHARE_OF = {"commission": "gmv"}
HELD_FOR = "mentors"
# Roles that deliver what is sold or help those who buy it, and roles that win customers.
DELIVERS = ("mentor_relations", "support_specialist", "mentor_success")
SELLS = ("marketing_manager", "partnerships_manager")
SIDES = (
    Side("mentees", "mentee", "mentees", MENTEES, "new_mentees", "active_mentees",
         "active_mentees", "mentee_marketing", "mentees.cac", "mentee_cac",
         won="onboarded_mentees", price="onboarding_cost", served="mentees_per_mentor",
         streams=("commission", "mentee_subscriptions")),
    Side("mentors", "mentor", "mentors", MENTORS, "new_mentors", "active_mentors",
         "active_mentors", "mentor_marketing", "mentors.cac", "mentor_cac"),
)


def month(a, prev, now):
    """Every line of a month."""
    mentees(a.mentees, prev, now, a.timeline)
    mentors(a.mentors, prev, now, a.timeline)
    matching(a, now)
    revenue(a, now)
    working_capital.prepaid_plans(a, prev, now)
    now.fees = now.subscriptions - now.prepaid
    statements.contribution(a, now)
    now.marketing = now.mentee_marketing + now.mentor_marketing
    statements.overhead(a, prev, now)
    statements.from_ebitda_on(a, prev, now, agent=True)


def opening(a, now):
    """What a month before the first would have left: customers, balances, and what recurs."""
    # What recurs is worth the first month's prices, so that not all of it is growth of that month.
    for s in MENTEES:
        now[s].active_mentees       = a.opening.active_mentees[s]
        now[s].mentee_subscriptions = (a.mentees[s].adoption * a.mentees[s].subscription
                                       * now[s].active_mentees)
    for t in MENTORS:
        now[t].active_mentors       = a.opening.active_mentors[t]
        now[t].mentor_subscriptions = (a.mentors[t].adoption * a.mentors[t].subscription
                                       * now[t].active_mentors)
    now.active_mentees = total(now, "active_mentees", MENTEES)
    now.active_mentors = total(now, "active_mentors", MENTORS)
    now.recurring      = (total(now, "mentee_subscriptions", MENTEES)
                          + total(now, "mentor_subscriptions", MENTORS))
    statements.opening(a, now, agent=True)


def mentees(a, prev, now, timeline):
    """Mentees won, lost and active, with the orders and mentors that they want."""
    now.mentee_marketing  = a.marketing / timeline.months_per_year
    now.onboarding_cost   = saturation.price(a, a.marketing, a.cac) * a.match_rate_in_cac
    now.onboarded_mentees = now.mentee_marketing / now.onboarding_cost

    now["career_changers"].mentee_share = a.mix.career_changers
    now["senior_experts"].mentee_share  = a.mix.senior_experts
    now["young_pros"].mentee_share      = remainder(a.mix.career_changers, a.mix.senior_experts,
                                                    timeline.share_tolerance)
    for s in MENTEES:
        now[s].new_mentees     = a.match_rate * now[s].mentee_share * now.onboarded_mentees
        now[s].churned_mentees = a[s].churn * prev[s].active_mentees
        now[s].active_mentees  = (prev[s].active_mentees + now[s].new_mentees
                                  - now[s].churned_mentees)
        now[s].orders_wanted   = a[s].orders * now[s].active_mentees
        now[s].mentors_wanted  = now[s].active_mentees / a[s].mentees_per_mentor
    now.new_mentees     = total(now, "new_mentees", MENTEES)
    now.churned_mentees = total(now, "churned_mentees", MENTEES)
    now.active_mentees  = total(now, "active_mentees", MENTEES)
    now.orders_wanted   = total(now, "orders_wanted", MENTEES)
    now.mentors_wanted  = total(now, "mentors_wanted", MENTEES)


def mentors(a, prev, now, timeline):
    """Mentors won, lost and active."""
    now.mentor_marketing = a.marketing / timeline.months_per_year

    now["mid_career"].mentor_share   = a.mix.mid_career
    now["executive"].mentor_share    = a.mix.executive
    now["early_career"].mentor_share = remainder(a.mix.mid_career, a.mix.executive,
                                                 timeline.share_tolerance)
    cac = saturation.price(a, a.marketing, a.cac)
    for t in MENTORS:
        now[t].new_mentors     = now[t].mentor_share * now.mentor_marketing / cac
        now[t].churned_mentors = a[t].churn * prev[t].active_mentors
        now[t].active_mentors  = (prev[t].active_mentors + now[t].new_mentors
                                  - now[t].churned_mentors)
    now.new_mentors     = total(now, "new_mentors", MENTORS)
    now.churned_mentors = total(now, "churned_mentors", MENTORS)
    now.active_mentors  = total(now, "active_mentors", MENTORS)


def matching(a, now):
    """Supply against demand, and the effect of Executive mentors on the price of an order."""
    now.mentors_busy = np.minimum(now.mentors_wanted, now.active_mentors)
    now.fill_rate    = now.mentors_busy / np.where(now.mentors_wanted > 0, now.mentors_wanted, 1)

    now.executive_share = (now["executive"].active_mentors
                           / np.where(now.active_mentors > 0, now.active_mentors, 1))
    now.executive_markup = ((1 + a.orders.executive_premium * now.executive_share)
                            / (1 + a.orders.executive_premium * a.orders.executive_share_in_value))


def revenue(a, now):
    """Orders, GMV, commission and subscriptions."""
    for s in MENTEES:
        now[s].orders      = now.fill_rate * now[s].orders_wanted
        now[s].order_value = a.mentees[s].order_value * now.executive_markup
        now[s].gmv         = now[s].orders * now[s].order_value
        now[s].commission  = np.minimum(now[s].gmv, a.commission.share * now[s].gmv
                                        + a.commission.fee * now[s].orders)
        now[s].mentee_subscriptions = (a.mentees[s].adoption * a.mentees[s].subscription
                                       * now[s].active_mentees)
        now[s].revenue     = now[s].commission + now[s].mentee_subscriptions
    for t in MENTORS:
        now[t].mentor_subscriptions = (a.mentors[t].adoption * a.mentors[t].subscription
                                       * now[t].active_mentors)
        now[t].revenue = now[t].mentor_subscriptions

    now.orders               = total(now, "orders", MENTEES)
    now.gmv                  = total(now, "gmv", MENTEES)
    now.commission           = total(now, "commission", MENTEES)
    now.mentor_earnings      = now.gmv - now.commission
    now.mentee_subscriptions = total(now, "mentee_subscriptions", MENTEES)
    now.mentor_subscriptions = total(now, "mentor_subscriptions", MENTORS)
    now.subscriptions        = now.mentee_subscriptions + now.mentor_subscriptions
    now.revenue              = now.commission + now.subscriptions


def memory(a, prev, now):
    """What KPIs need of more than one month."""
    now.mentees_at_start = prev.active_mentees
    now.mentors_at_start = prev.active_mentors
    now.recurring        = now.subscriptions
    judged.memory(a, prev, now, SIDES, ADS)


# One customer of those won in a year, and its life.
customer = partial(judged.customer, sides=SIDES)
life = partial(judged.life, sides=SIDES)


def kpis(a, now, customer, plan):
    """Every KPI of a period."""
    now.mentee_cac  = ratio(now.mentee_marketing, now.new_mentees)
    now.mentor_cac  = ratio(now.mentor_marketing, now.new_mentors)
    # Here and in mentees per mentor, a mentee or a mentor counts as one customer on purpose.
    now.blended_cac = ratio(now.marketing, a.timeline.customers_per_mentee * now.new_mentees
                                           + a.timeline.customers_per_mentor * now.new_mentors)
    now.match_rate   = ratio(now.new_mentees, now.onboarded_mentees)
    now.take_rate    = ratio(now.commission, now.gmv)
    now.fill_rate    = ratio(now.orders, now.orders_wanted)
    now.mentee_churn = ratio(now.churned_mentees, now.mentees_at_start)
    now.mentor_churn = ratio(now.churned_mentors, now.mentors_at_start)
    now.mentees_per_mentor        = ratio(a.timeline.customers_per_mentee * now.active_mentees,
                                          a.timeline.customers_per_mentor * now.active_mentors)
    now.orders_per_career_changer = ratio(now["career_changers"].orders,
                                          now["career_changers"].months_billed)
    judged.kpis(a, now, customer, plan, SIDES, agent=True)
    now.ltv            = now["young_pros"].lifetime_value
    now.ltv_to_cac     = now["young_pros"].lifetime_value_to_cac
    now.ltv_all        = now["mentees"].lifetime_value
    now.ltv_to_cac_all = now["mentees"].lifetime_value_to_cac
    now.cac_payback    = now["mentees"].payback


def checks(a, prev, now):
    """Differences that must be 0."""
    shared_checks.checks(a, prev, now, SIDES, agent=True)
    now.gmv_unshared = now.mentor_earnings - sum_of(
        now[s].orders * now[s].order_value - now[s].commission for s in MENTEES)
