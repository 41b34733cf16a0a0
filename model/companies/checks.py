"""The text of the error checks, as far as all companies share it: differences that must be 0.

A check adds up other lines than the formula that it checks: one that repeats the formula could
not fail.
"""

from __future__ import annotations

from collections.abc import Iterable

from model.companies import sales_tax, saturation
from model.companies.glossary import Side
from model.companies.statements import held
from model.companies.vocabulary import at_path, sum_of, total
from model.companies.working_capital import PLANS, PURCHASES


def checks(a, prev, now, sides: Iterable[Side], agent: bool, taxed: bool = False):
    """All checks. An agent holds money that is not its own, and who is `taxed` holds sales tax."""
    statements(prev, now, agent, taxed)
    balances(prev, now, agent)
    if taxed:
        sales_tax.checks(prev, now)
    plans(now)
    for side in sides:
        if not (side.marketing and (side.price or side.cac)):
            continue
        spent = getattr(now, side.marketing) * a.timeline.months_per_year
        price = getattr(now, side.price) if side.price else saturation.price(
            at_path(a, side.cac.rpartition(".")[0]), spent, at_path(a, side.cac))
        now[side.name].marketing_unspent = (
            getattr(now, side.marketing) - getattr(now, side.won or side.new) * price)


def statements(prev, now, agent: bool, taxed: bool):
    """The balance sheet from its items, cash by two methods, and profit from revenue down."""
    owed = now.deferred_revenue + now.payables + now.tax_payable + now.debt
    owed = sum_of([owed, *held(now, agent, taxed)])
    equity = now.paid_in_capital + now.retained_earnings
    there = now.cash + now.receivables + now.fixed_assets
    there = there + now.sales_tax_claim if taxed else there
    now.assets_unfunded   = there - (owed + equity)
    now.totals_unbalanced = now.imbalance
    now.methods_apart     = now.direct_operating_cash_flow - now.operating_cash_flow

    profit = (now.revenue - now.cost_of_revenue - now.variable_opex - now.marketing - now.payroll
              - now.fixed_opex - now.credit_losses - now.depreciation - now.interest
              - now.income_tax)
    now.profit_unkept = (now.retained_earnings - prev.retained_earnings
                         - (profit - now.dividends))


def balances(prev, now, agent: bool):
    """Balances that follow from terms or from other balances, against opening and flows."""
    now.cash_adrift = (now.unrestricted_cash - prev.unrestricted_cash
                       - (now.free_cash_flow + now.financing_cash_flow))
    now.receivables_adrift = (now.receivables - prev.receivables
                              - (now.invoiced - now.collected - now.credit_losses))
    for kind in PURCHASES:
        now[kind].payables_adrift = (now[kind].payables - prev[kind].payables
                                     - (now[kind].purchases - now[kind].suppliers_paid))
    if agent:
        now.mentor_payable_adrift = (now.mentor_payable - prev.mentor_payable
                                     - (now.mentor_earnings - now.mentors_paid))


def plans(now):
    """What plans still have to deliver, and what they earn. A plan of this month has eleven months
    left: it is counted in the sums of plans up to each of eleven ages."""
    for place, plan in enumerate(PLANS[:-1]):
        now[plan].plans_until = (now[PLANS[place - 1]].plans_until + now[plan].plans if place
                                 else now[plan].plans)
    now.plans_undelivered = now.deferred_revenue - total(now, "plans_until", PLANS[:-1])
    now.plans_unearned    = now.plans - now.prepaid
