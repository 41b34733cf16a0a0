"""The texts of the micro-influencer marketing service.

Flows happen during the month, stocks are month-end, churn applies to last month-end's stock. A
new customer is billed for nothing in the month of signing, for a part of the hours in the next,
and in full after that. The service is a principal: revenue is the full fee, and payment of
creators is a cost of revenue.
"""

from __future__ import annotations

from functools import partial

from model.companies import checks as shared_checks
from model.companies import judged, saturation, statements, working_capital
from model.companies.glossary import Capacity, Side
from model.companies.statements import BESIDE as BESIDE
from model.companies.vocabulary import ratio, remainder, sum_of, total

KIND = "service"
TIERS = ("basic", "pro", "managed_service", "one_off")
# What is billed anew each month.
RECURRING = ("basic", "pro", "managed_service")
HIGH_VALUE = ("pro", "managed_service", "one_off")
# Paid for as long as a customer pays: a cost of its life, and not of winning it.
COMMISSIONS = ("variable_opex.sales_commissions",)
# Roles that deliver what is sold or help those who buy it, and roles that win customers.
DELIVERS = ("delivery_team", "head_of_delivery", "customer_support")
SELLS = ("sales_manager", "sales_representative", "marketing_manager")
CAPACITY = Capacity("staff_hours", "delivery_hours", "delivery team", HIGH_VALUE, "hours")
SIDES = (
    Side("customers", "customer", "tiers", TIERS, "new_customers", "active_customers",
         "billed_customers", "marketing", "customers.cac", "cac",
         first_months=(0.0, "customers.second_month_billed")),
)


def month(a, prev, now):
    """Every line of a month."""
    customers(a, prev, now)
    revenue(a, now)
    working_capital.prepaid_plans(a, prev, now)
    now.fees = now.high_value_revenue
    statements.contribution(a, now)
    statements.overhead(a, prev, now)
    delivery(a, now)
    statements.from_ebitda_on(a, prev, now, agent=False)


def opening(a, now):
    """What a month before the first would have left: customers, balances, and what recurs."""
    # What recurs is worth the first month's rates, so that not all of it is growth of that month.
    for t in TIERS:
        now[t].active_customers = a.opening.active_customers[t]
        now[t].billable_hours   = a.tiers[t].hours * now[t].active_customers
    now.active_customers = total(now, "active_customers", TIERS)
    now.recurring        = sum_of(now[t].billable_hours * a.tiers[t].hourly_rate
                                  for t in RECURRING)
    statements.opening(a, now, agent=False)


def customers(a, prev, now):
    """Customers won, lost, active and billed, by tier."""
    now.marketing = a.customers.marketing / a.timeline.months_per_year
    now.high_value_share = 1 - a.customers.basic_share

    now["basic"].customer_share           = a.customers.basic_share
    now["pro"].customer_share             = now.high_value_share * a.customers.mix.pro
    now["managed_service"].customer_share = now.high_value_share * a.customers.mix.managed_service
    now["one_off"].customer_share         = now.high_value_share * remainder(
        a.customers.mix.pro, a.customers.mix.managed_service, a.timeline.share_tolerance)
    cac = saturation.price(a.customers, a.customers.marketing, a.customers.cac)
    for t in TIERS:
        now[t].new_customers     = now[t].customer_share * now.marketing / cac
        now[t].churned_customers = a.tiers[t].churn * prev[t].active_customers
        now[t].active_customers  = (prev[t].active_customers + now[t].new_customers
                                    - now[t].churned_customers)
        now[t].onboarding_customers = (1 - a.customers.second_month_billed) * prev[t].new_customers
        now[t].billed_customers  = ((1 - a.tiers[t].churn)
                                    * (prev[t].active_customers - now[t].onboarding_customers))
    now.new_customers     = total(now, "new_customers", TIERS)
    now.churned_customers = total(now, "churned_customers", TIERS)
    now.active_customers  = total(now, "active_customers", TIERS)
    now.billed_customers  = total(now, "billed_customers", TIERS)


def revenue(a, now):
    """Billable hours and revenue, by tier."""
    for t in TIERS:
        now[t].billable_hours = a.tiers[t].hours * now[t].billed_customers
        now[t].revenue        = now[t].billable_hours * a.tiers[t].hourly_rate
    now.billable_hours     = total(now, "billable_hours", TIERS)
    now.revenue            = total(now, "revenue", TIERS)
    now.high_value_revenue = total(now, "revenue", HIGH_VALUE)
    now.subscriptions      = now["basic"].revenue


def delivery(a, now):
    """Hours that tiers with own staff need, and those of the delivery team."""
    now.staff_hours    = total(now, "billable_hours", HIGH_VALUE)
    now.delivery_hours = a.delivery.hours_per_head * now["delivery_team"].headcount


def memory(a, prev, now):
    """What KPIs need of more than one month."""
    now.customers_at_start = prev.active_customers
    now.recurring          = total(now, "revenue", RECURRING)
    now.managed_rate       = a.tiers.managed_service.hourly_rate
    judged.memory(a, prev, now, SIDES)


# One customer of those won in a year, and its life.
customer = partial(judged.customer, sides=SIDES)
life = partial(judged.life, sides=SIDES)


def kpis(a, now, customer, plan):
    """Every KPI of a period."""
    now.cac                   = ratio(now.marketing, now.new_customers)
    now.customer_churn        = ratio(now.churned_customers, now.customers_at_start)
    now.average_billable_rate = ratio(now.revenue, now.billable_hours)
    now.high_value_mix        = ratio(now.high_value_revenue, now.revenue)
    judged.kpis(a, now, customer, plan, SIDES, agent=False)
    now.ltv         = now["customers"].lifetime_value
    now.ltv_to_cac  = now["customers"].lifetime_value_to_cac
    now.cac_payback = now["customers"].payback
    now.rate_typed  = now.managed_rate


def checks(a, prev, now):
    """Differences that must be 0."""
    shared_checks.checks(a, prev, now, SIDES, agent=False)
