"""The month from revenue down, as both companies share it: three statements and the break-evens.

Flows happen during the month, balances are month-end, annual amounts are spread evenly over
their months. Costs are positive amounts that are subtracted; in the cash flow, what comes in is
above zero. No line is made to balance: a check holds assets against liabilities and equity.
"""

from __future__ import annotations

import numpy as np

from model.companies import capital, sales_tax, working_capital
from model.companies.vocabulary import sum_of, total

# Assumptions that no month reads, but KPIs or the analysis do, with the units that they expect.
BESIDE = {
    "valuation.discount_rate": "fraction/year", "valuation.terminal_growth": "fraction/year",
    "funding.contingency_months": "months", "cap_table.pre_money": "level USD",
    "cap_table.founder_shares": "shares", "cap_table.option_pool": "fraction",
}
# Those of them that may be others in each round; the rest hold for the plan as a whole.
OF_A_ROUND = ("cap_table.pre_money", "cap_table.option_pool")


def contribution(a, now):
    """From revenue to contribution: costs that are a share of revenue, by name."""
    for name in a.cost_of_revenue:
        now[name].cost_of_revenue = a.cost_of_revenue[name] * now.revenue
    now.cost_of_revenue = total(now, "cost_of_revenue", a.cost_of_revenue)
    now.gross_profit    = now.revenue - now.cost_of_revenue

    for name in a.variable_opex:
        now[name].variable_opex = a.variable_opex[name] * now.revenue
    now.variable_opex = total(now, "variable_opex", a.variable_opex)
    now.contribution  = now.gross_profit - now.variable_opex


def held(now, agent, taxed, of="payable"):
    """The lines of money that is held and not the company's: that of an agent, and sales tax."""
    names = ["mentor"] * agent + ["sales_tax"] * taxed
    return [getattr(now, f"{name}_{of}") for name in names]


def opening(a, now, agent, taxed=False):
    """What the company has and owes when the first month begins. An agent holds money that is not
    its own, and who is `taxed` holds sales tax."""
    now.cash = a.opening_cash
    for role in a.team:
        now[role].headcount = a.opening.headcount[role]
    now.headcount = total(now, "headcount", a.team)
    working_capital.opening_plans(a, now)
    working_capital.opening_receivables(a, now)
    working_capital.opening_payables(a, now)
    capital.opening_assets(a, now)
    capital.opening_debt_and_tax(a, now)
    own = now.deferred_revenue + now.payables + now.tax_payable + now.debt
    if agent:
        working_capital.opening_payouts(a, now)
    if taxed:
        sales_tax.opening(a, now)
    if agent or taxed:
        now.custodial_cash    = sum_of(held(now, agent, taxed))
        now.unrestricted_cash = a.opening_cash - sum_of(held(now, agent, taxed))
    else:
        now.unrestricted_cash = a.opening_cash
    now.liabilities = sum_of([own, *held(now, agent, taxed)])
    capital.opening_equity(a, now)


def overhead(a, prev, now):
    """Payroll by role, and fixed cost by name, with the part of content that is not capitalized."""
    now.salary_rise  = prev.salary_rise + (a.timeline.year_start * a.payroll.salary_growth
                                           * a.timeline.one_year * (1 + prev.salary_rise))
    now.salary_share = (1 + now.salary_rise) / a.timeline.months_per_year
    for role in a.team:
        now[role].headcount = prev[role].headcount + a.team[role].hires
        now[role].payroll   = now[role].headcount * a.team[role].salary * now.salary_share
    now.headcount = total(now, "headcount", a.team)
    now.payroll   = total(now, "payroll", a.team)

    for name in a.fixed_opex:
        now[name].fixed_opex = a.fixed_opex[name] / a.timeline.months_per_year
    now[capital.CONTENT].fixed_opex = (1 - a.content.capitalized) * a.content.spending
    now.fixed_opex = total(now, "fixed_opex", (*a.fixed_opex, capital.CONTENT))


def from_ebitda_on(a, prev, now, agent, taxed=False):
    """EBITDA and all that follows from it. An agent holds money that is not its own, and who is
    `taxed` holds sales tax."""
    now.ebitda = now.contribution - now.marketing - now.payroll - now.fixed_opex

    working_capital.receivables(a, prev, now)
    working_capital.payables(a, prev, now)
    if agent:
        working_capital.payouts(a, prev, now)
    capital.assets(a, prev, now)
    capital.debt(a, prev, now)
    income(a, prev, now)
    capital.equity(a, prev, now)
    if taxed:
        sales_tax.sales_tax(a, prev, now)
    cash_flow(prev, now, agent, taxed)
    direct_cash_flow(now, agent, taxed)
    balance_sheet(now, agent, taxed)
    breakevens(a, prev, now)


def income(a, prev, now):
    """From EBITDA to net income."""
    now.operating_profit  = now.ebitda - now.credit_losses - now.depreciation
    now.profit_before_tax = now.operating_profit - now.interest
    capital.tax(a, prev, now)
    now.net_income = now.profit_before_tax - now.income_tax


def cash_flow(prev, now, agent, taxed):
    """The cash flow from net income (the indirect method), and the cash account."""
    now.receivables_rise = now.receivables - prev.receivables
    now.deferred_rise    = now.deferred_revenue - prev.deferred_revenue
    now.payables_rise    = now.payables - prev.payables
    now.tax_payable_rise = now.tax_payable - prev.tax_payable
    own = (now.net_income + now.depreciation - now.receivables_rise + now.deferred_rise
           + now.payables_rise + now.tax_payable_rise)
    if agent:
        now.mentor_payable_rise = now.mentor_payable - prev.mentor_payable
    if taxed:
        own = own - now.sales_tax_claim_rise
    now.operating_cash_flow = sum_of([own, *held(now, agent, taxed, "payable_rise")])
    now.investing_cash_flow = -now.capex
    now.financing_cash_flow = (now.raised - now.raise_costs + now.drawn - now.repaid
                               - now.dividends)
    now.cash = (prev.cash + now.operating_cash_flow + now.investing_cash_flow
                + now.financing_cash_flow)
    if agent or taxed:
        now.custodial_cash    = sum_of(held(now, agent, taxed))
        now.unrestricted_cash = now.cash - now.custodial_cash
        free = now.operating_cash_flow
        for rise in held(now, agent, taxed, "payable_rise"):
            free = free - rise
        now.free_cash_flow    = free + now.investing_cash_flow
    else:
        now.unrestricted_cash = now.cash
        now.free_cash_flow    = now.operating_cash_flow + now.investing_cash_flow


def direct_cash_flow(now, agent, taxed):
    """The operating cash flow from what is received and paid (the direct method). It reads neither
    profit nor a balance, and so checks the indirect method."""
    now.customer_receipts = (now.revenue - now.invoiced - now.prepaid + now.collected
                             + now.billings - now.refunds)
    received = now.customer_receipts
    if agent:
        now.mentor_receipts = now.gmv - now.commission
        received = received + now.mentor_receipts - now.mentors_paid
    if taxed:
        received = received + now.sales_tax_flow
    now.direct_operating_cash_flow = received - (now.suppliers_paid + now.payroll + now.interest
                                                 + now.tax_paid)


def balance_sheet(now, agent, taxed):
    """Assets, liabilities and equity."""
    assets = now.cash + now.receivables + now.fixed_assets
    now.assets      = assets + now.sales_tax_claim if taxed else assets
    own = now.deferred_revenue + now.payables + now.tax_payable + now.debt
    now.liabilities = sum_of([own, *held(now, agent, taxed)])
    now.equity      = now.paid_in_capital + now.retained_earnings
    now.imbalance   = now.assets - now.liabilities - now.equity


def breakevens(a, prev, now):
    """The break-evens and the cash trough, as month numbers; 0 stands for not yet."""
    month, tolerance = a.timeline.month, a.timeline.tolerance

    now.positive_months = np.where(now.ebitda >= -tolerance, prev.positive_months + 1, 0)
    now.breakeven_first = np.where(
        np.logical_and(prev.breakeven_first == 0, now.positive_months > 0),
        month, prev.breakeven_first)
    now.breakeven_operating = np.where(
        np.logical_and(prev.breakeven_operating == 0,
                       now.positive_months >= a.breakeven.months_in_a_row),
        month - a.breakeven.months_in_a_row + 1, prev.breakeven_operating)

    # Free cash flow before financing: interest is a cost of financing.
    now.counted_flow    = np.where(a.breakeven.count_cash > 0, now.free_cash_flow + now.interest,
                                   now.ebitda)
    now.cumulative_flow = prev.cumulative_flow + now.counted_flow
    now.was_negative    = np.where(now.cumulative_flow < -tolerance, 1, prev.was_negative)
    now.recovered       = np.where(
        np.logical_and(prev.was_negative > 0, now.cumulative_flow >= -tolerance), 1, 0)
    now.breakeven_cumulative = np.where(
        np.logical_and(prev.breakeven_cumulative == 0, now.recovered > 0),
        month, prev.breakeven_cumulative)

    # What the sources call break-even: profits since the start cover losses since the start.
    now.cumulative_ebitda     = prev.cumulative_ebitda + now.ebitda
    now.breakeven_earned_back = np.where(
        now.cumulative_ebitda < -tolerance, 0,
        np.where(prev.breakeven_earned_back == 0, month, prev.breakeven_earned_back))

    now.out_of_cash   = np.where(
        np.logical_and(prev.out_of_cash == 0, now.unrestricted_cash < -tolerance),
        month, prev.out_of_cash)
    now.cash_is_lower = np.where(
        np.logical_or(month <= 1, now.unrestricted_cash < prev.trough_cash - tolerance), 1, 0)
    now.trough_cash   = np.where(now.cash_is_lower > 0, now.unrestricted_cash, prev.trough_cash)
    now.trough_month  = np.where(now.cash_is_lower > 0, month, prev.trough_month)
