"""What is earned or owed in one month and paid in another; both companies share it.

A balance outstanding after so many days is the flow of the months that lie within them, the last
month in part (30 days are a month). Each balance is opening plus flows, and nothing balances it.
"""

from __future__ import annotations

import itertools

import numpy as np

from model.companies.totals import total

# An annual plan by the month that it is in: what it still has to deliver follows from that.
PLANS = tuple(f"plan_month_{month}" for month in range(1, 13))
# Months before this one of which something may be outstanding: `days` end at 120.
LOOK_BACK = 3
PURCHASES = ("variable_cost", "overhead")


def outstanding(flow, earlier, days, timeline):
    """What is unpaid of this month's flow and of `earlier` ones, when each is paid after `days`."""
    months_left = days / timeline.days_per_month
    unpaid = np.minimum(months_left, 1) * flow
    for before in earlier:
        months_left = months_left - 1
        unpaid = unpaid + np.minimum(np.maximum(months_left, 0), 1) * before
    return unpaid


def prepaid_plans(a, prev, now):
    """Subscriptions that are paid a year ahead: billed at once, earned over twelve months.

    What is earned is a share of `subscriptions`, whether or not it was paid ahead, so prepayment
    moves cash and never revenue. Plans that run earn each month what they earned last month; where
    less is earned than they would, a share of each ends and what it has not delivered is
    refunded; where more is earned, new plans are sold.
    """
    now.prepaid       = a.terms.prepaid_share * np.maximum(now.subscriptions, 0)
    now.plans_running = total(prev, "plans", PLANS[:-1])
    now.plans_kept    = np.where(
        now.plans_running > now.prepaid,
        now.prepaid / np.where(now.plans_running > 0, now.plans_running, 1), 1)
    now[PLANS[0]].plans = np.maximum(now.prepaid - now.plans_running, 0)
    for younger, plan in itertools.pairwise(PLANS):
        now[plan].plans = now.plans_kept * prev[younger].plans
    now.plans = total(now, "plans", PLANS)

    now.billings         = a.timeline.months_per_year * now[PLANS[0]].plans
    now.refunds          = (1 - now.plans_kept) * prev.deferred_revenue
    now.deferred_revenue = prev.deferred_revenue + now.billings - now.refunds - now.prepaid


def receivables(a, prev, now):
    """Fees billed on account; the rest of revenue is collected at once."""
    earlier = [prev.ago(age).invoiced for age in range(1, LOOK_BACK + 1)]
    now.invoiced      = a.terms.invoiced_share * now.fees
    now.receivables   = outstanding(now.invoiced, earlier, a.terms.days_to_collect, a.timeline)
    now.settled       = prev.receivables + now.invoiced - now.receivables
    now.credit_losses = a.terms.credit_losses * now.settled
    now.collected     = now.settled - now.credit_losses


def payouts(a, prev, now):
    """What mentees paid for mentors: held for them until it is paid out, and never revenue."""
    earlier = [prev.ago(age).mentor_earnings for age in range(1, LOOK_BACK + 1)]
    now.mentor_payable = outstanding(now.mentor_earnings, earlier, a.terms.days_to_pay_mentors,
                                     a.timeline)
    now.mentors_paid   = prev.mentor_payable + now.mentor_earnings - now.mentor_payable


def payables(a, prev, now):
    """Costs other than payroll; salaries are paid in their month."""
    now["variable_cost"].purchases = now.cost_of_revenue + now.variable_opex
    now["overhead"].purchases      = now.marketing + now.fixed_opex
    for kind in PURCHASES:
        earlier = [prev.ago(age)[kind].purchases for age in range(1, LOOK_BACK + 1)]
        now[kind].payables = outstanding(now[kind].purchases, earlier, a.terms.days_to_pay[kind],
                                         a.timeline)
        now[kind].suppliers_paid = (prev[kind].payables + now[kind].purchases
                                    - now[kind].payables)
    now.purchases      = total(now, "purchases", PURCHASES)
    now.payables       = total(now, "payables", PURCHASES)
    now.suppliers_paid = total(now, "suppliers_paid", PURCHASES)
