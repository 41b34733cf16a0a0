"""What is earned or owed in one month and paid in another: a part of the month of both companies.

With payment after so many days, a balance is the flow of the months within those days, the oldest
month in part (a month has 30 days). What is paid in a month follows from the same days, and reads
no balance: a check holds opening and flows against the balance.
"""

from __future__ import annotations

import itertools

import numpy as np

from model.companies.vocabulary import YEAR, sum_of, total

# Annual plans by the month of their year that they are in.
PLANS = tuple(f"plan_month_{month}" for month in range(1, YEAR + 1))
# The months of which something may be outstanding: assumptions of days end at 120.
AGES = ("this_month", "one_month_old", "two_months_old", "three_months_old")
PURCHASES = ("variable_cost", "overhead")

# Lines of money that is held for others.
HELD, HELD_RISE, EARNED_BY_OTHERS = "mentor_payable", "mentor_payable_rise", "mentor_earnings"
RECEIVED_FOR_OTHERS, PAID_TO_OTHERS = "mentor_receipts", "mentors_paid"


def unpaid_shares(days, timeline):
    """The share of a month's flow that is unpaid at each of AGES, with payment after `days`."""
    months_left = days / timeline.days_per_month
    shares = [np.minimum(months_left, 1)]
    for _ in AGES[1:]:
        months_left = months_left - 1
        shares.append(np.minimum(np.maximum(months_left, 0), 1))
    return zip(AGES, shares, strict=True)


def outstanding(now, what, flows):
    """What is unpaid of flows, which are those of this month, last month and so on."""
    return sum_of(now[f"{what}_{age}"].unpaid_share * flow
                 for age, flow in zip(AGES, flows, strict=False))


def payments(now, what, flows):
    """What is paid in the month of such flows, by parts: what was unpaid a month ago, and now is
    not. It reads no balance, so that a balance and its payments check each other."""
    unpaid = [now[f"{what}_{age}"].unpaid_share for age in AGES]
    shares = [1 - unpaid[0], *(before - after for before, after in itertools.pairwise(unpaid)),
              unpaid[-1]]
    return [(part, share * flow)
            for part, share, flow in zip(parts(what), shares, flows, strict=True)]


def parts(what):
    """The names of the parts of what is paid in a month: one for each age of the flow."""
    return [f"{what}_{age}" for age in (*AGES, "four_months_old")]


def by_age(prev, now, flow):
    """A flow of this month, and of each earlier month of which something may be paid now."""
    return [flow(now), *(flow(prev.ago(age)) for age in range(1, len(AGES) + 1))]


def prepaid_plans(a, prev, now, earned=None):
    """Subscriptions that are paid a year ahead: billed at once, earned over twelve months.

    The amount `earned` in the month is a share of `subscriptions` if nothing else is said, so
    prepayment moves cash and never revenue; where plans have a price of their own, the month says
    what it earns from them.
    Plans that run would earn what they earned last month. If less is earned, a share of each plan
    ends, and what it has not delivered is refunded; if more is earned, new plans are sold.
    """
    now.prepaid       = (a.terms.prepaid_share * np.maximum(now.subscriptions, 0)
                         if earned is None else earned)
    now.plans_running = total(prev, "plans", PLANS[:-1])
    now.plans_kept    = np.where(
        now.plans_running > now.prepaid,
        now.prepaid / np.where(now.plans_running > 0, now.plans_running, 1), 1)
    now[PLANS[0]].plans = np.maximum(now.prepaid - now.plans_running, 0)
    for younger, plan in itertools.pairwise(PLANS):
        now[plan].plans = now.plans_kept * prev[younger].plans
    now.plans = total(now, "plans", PLANS)

    now.billings         = a.timeline.months_per_year * a.timeline.one_year * now[PLANS[0]].plans
    now.refunds          = (1 - now.plans_kept) * prev.deferred_revenue
    now.deferred_revenue = prev.deferred_revenue + now.billings - now.refunds - now.prepaid


def opening_plans(a, now):
    """Plans that run when the first month begins: as much in each month of their year but the last,
    so that half a year is left of them on the mean."""
    year = a.timeline.months_per_year * a.timeline.one_year
    now.deferred_revenue = a.opening.deferred_revenue
    for plan in PLANS[:-1]:
        now[plan].plans = (a.opening.deferred_revenue / (year - 1)
                           / (year / a.timeline.ends_of_a_period))


def flow_behind(balance, days, timeline):
    """The flow of every earlier month of which a balance is what is outstanding."""
    return balance * timeline.days_per_month / np.where(days > 0, days, 1)


def receivables(a, prev, now):
    """Fees on invoices; all other revenue is collected at once."""
    now.invoiced      = a.terms.invoiced_share * now.fees
    for age, share in unpaid_shares(a.terms.days_to_collect, a.timeline):
        now[f"invoices_{age}"].unpaid_share = share
    invoices = by_age(prev, now, lambda at: at.invoiced)
    now.receivables   = outstanding(now, "invoices", invoices)
    for part, amount in payments(now, "invoices", invoices):
        now[part].paid_by_age = amount
    now.settled       = total(now, "paid_by_age", parts("invoices"))
    now.credit_losses = a.terms.credit_losses * now.settled
    now.collected     = now.settled - now.credit_losses


def opening_receivables(a, now):
    """Invoices that are open when the first month begins, and what was invoiced a month."""
    now.receivables = a.opening.receivables
    now.invoiced    = flow_behind(a.opening.receivables, a.terms.days_to_collect, a.timeline)


def payouts(a, prev, now):
    """What mentees pay for mentors: money in custody until it is paid out, and never revenue."""
    for age, share in unpaid_shares(a.terms.days_to_pay_mentors, a.timeline):
        now[f"payouts_{age}"].unpaid_share = share
    earnings = by_age(prev, now, lambda at: at.mentor_earnings)
    now.mentor_payable = outstanding(now, "payouts", earnings)
    for part, amount in payments(now, "payouts", earnings):
        now[part].paid_by_age = amount
    now.mentors_paid   = total(now, "paid_by_age", parts("payouts"))


def opening_payouts(a, now):
    """Money in custody when the first month begins, and what mentors earned a month."""
    now.mentor_payable  = a.opening.mentor_payable
    now.mentor_earnings = flow_behind(a.opening.mentor_payable, a.terms.days_to_pay_mentors,
                                      a.timeline)


def payables(a, prev, now):
    """What is owed to suppliers; salaries are paid in their month."""
    now["variable_cost"].purchases = now.cost_of_revenue + now.variable_opex
    now["overhead"].purchases      = now.marketing + now.fixed_opex
    for kind in PURCHASES:
        for age, share in unpaid_shares(a.terms.days_to_pay[kind], a.timeline):
            now[f"{kind}_{age}"].unpaid_share = share
        purchases = by_age(prev, now, lambda at, kind=kind: at[kind].purchases)
        now[kind].payables = outstanding(now, kind, purchases)
        for part, amount in payments(now, kind, purchases):
            now[part].paid_by_age = amount
        now[kind].suppliers_paid = total(now, "paid_by_age", parts(kind))
    now.purchases      = total(now, "purchases", PURCHASES)
    now.payables       = total(now, "payables", PURCHASES)
    now.suppliers_paid = total(now, "suppliers_paid", PURCHASES)


def opening_payables(a, now):
    """What is owed to suppliers when the first month begins, and what was bought a month."""
    for kind in PURCHASES:
        now[kind].payables  = a.opening.payables[kind]
        now[kind].purchases = flow_behind(a.opening.payables[kind], a.terms.days_to_pay[kind],
                                          a.timeline)
    now.payables = total(now, "payables", PURCHASES)
