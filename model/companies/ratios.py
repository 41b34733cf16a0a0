"""Financial ratios and the need for money: a part of the texts memory and kpis of both companies.

Returns are on the mean of the balances with which a period begins and ends.
"""

from __future__ import annotations

import numpy as np

from model.companies.statements import held
from model.companies.vocabulary import UNDEFINED, of_quarter, part, share_of, sum_of


def memory(a, prev, now, taxed: bool):
    """Balances at the start of a period, and what the way to the lowest cash has cost."""
    there = prev.cash + prev.receivables + prev.fixed_assets
    now.assets_at_start = there + prev.sales_tax_claim if taxed else there
    now.equity_at_start = prev.paid_in_capital + prev.retained_earnings
    now.debt_at_start   = prev.debt
    now.money_at_start  = prev.unrestricted_cash
    now.tax_rate        = a.tax.tax_rate
    need(a, prev, now)


def need(a, prev, now):
    """How far an account that opens empty would fall, and the burn on the way; without interest,
    which is a cost of financing."""
    month, quarter = a.timeline.month, a.timeline.months_per_quarter
    now.own_flow       = now.free_cash_flow + now.interest
    now.own_flow_so_far = prev.own_flow_so_far + now.own_flow
    now.lowest_flow    = np.minimum(prev.lowest_flow, now.own_flow_so_far)
    now.flow_is_lower  = np.where(now.own_flow_so_far < prev.lowest_flow, 1, 0)
    now.lowest_flow_month = np.where(now.flow_is_lower > 0, month, prev.lowest_flow_month)

    now.own_burn   = -of_quarter(prev, now, "own_flow") / np.minimum(month, quarter)
    now.burn_at_worst = np.where(month <= quarter, now.own_burn,
                                 np.maximum(prev.burn_at_worst, now.own_burn))
    now.worst_burn = np.where(now.flow_is_lower > 0, now.burn_at_worst, prev.worst_burn)
    now.financed_so_far   = prev.financed_so_far + (now.raised - now.raise_costs + now.drawn)
    now.first_raise_costs = np.where(month <= 1, a.equity.raise_costs, prev.first_raise_costs)


def kpis(a, now, plan, agent: bool, taxed: bool):
    """Ratios of a period, and the need for money of the plan."""
    liquidity(now, agent, taxed)
    leverage(now)
    margins(now)
    returns(a, now)
    raise_needed(a, now, plan, agent, taxed)


def liquidity(now, agent: bool, taxed: bool):
    """What there is, over what is due within a year in money or in service."""
    due = now.payables + now.tax_payable + now.deferred_revenue
    now.due_within_a_year = sum_of([due, *held(now, agent, taxed)])
    for name, has, money in (
            ("current_ratio", now.cash + now.receivables, now.cash),
            ("quick_ratio", now.unrestricted_cash + now.receivables, now.unrestricted_cash),
            ("cash_ratio", now.unrestricted_cash, now.unrestricted_cash)):
        setattr(now, name, np.where(np.logical_and(money >= 0, now.due_within_a_year > 0),
                                    has / now.due_within_a_year, UNDEFINED))


def leverage(now):
    """What is owed over what there is."""
    now.debt_to_equity        = share_of(now.debt, now.equity)
    now.liabilities_to_assets = share_of(now.liabilities, now.assets)
    now.interest_cover        = share_of(now.operating_profit, now.interest)


def margins(now):
    """Profits over revenue."""
    now.ebitda_margin    = share_of(now.ebitda, now.revenue)
    now.operating_margin = share_of(now.operating_profit, now.revenue)
    now.net_margin       = share_of(now.net_income, now.revenue)


def returns(a, now):
    """Profits over assets, equity and capital. The return on equity is the product of the net
    margin, the asset turnover and the equity multiplier (DuPont)."""
    now.capital_at_start = now.equity_at_start + now.debt_at_start
    now.capital_at_end   = now.equity + now.debt
    now.capital_at_start_without_cash = now.capital_at_start - now.money_at_start
    now.capital_at_end_without_cash   = now.capital_at_end - now.unrestricted_cash
    for name, start, end in (
            ("mean_assets", now.assets_at_start, now.assets),
            ("mean_equity", now.equity_at_start, now.equity),
            ("mean_capital", now.capital_at_start, now.capital_at_end),
            ("mean_capital_without_cash", now.capital_at_start_without_cash,
             now.capital_at_end_without_cash)):
        setattr(now, name, np.where(np.logical_and(start >= 0, end >= 0),
                                    (start + end) / a.timeline.ends_of_a_period, UNDEFINED))
    now.taxed_profit = (now.operating_profit
                        - now.tax_rate * np.maximum(now.operating_profit, 0))
    now.roe               = share_of(now.net_income, now.mean_equity)
    now.roa               = share_of(now.net_income, now.mean_assets)
    now.roic              = share_of(now.taxed_profit, now.mean_capital)
    now.roic_without_cash = share_of(now.taxed_profit, now.mean_capital_without_cash)
    now.asset_turnover    = share_of(now.revenue, now.mean_assets)
    now.equity_multiplier = share_of(now.mean_assets, now.mean_equity)


def raise_needed(a, now, plan, agent: bool, taxed: bool):
    """What a company with an empty account would have to raise, to survive the lowest month, keep
    some months of burn and pay for the raise; and what it must ask for beside what the plan opens
    with and raises itself or, if that comes too late, what cash lacks at its lowest.

    A month of contingency is a mean month of the way to the trough, with all that is bought on
    it. The burn just before the trough is too low a measure: losses become small before they end,
    so a plan that recovers slowly would keep back least.
    """
    now.need_until_lowest = -plan.lowest_flow
    now.burn_until_lowest = part(now.need_until_lowest, plan.lowest_flow_month)
    now.contingency       = a.funding.contingency_months * now.burn_until_lowest
    now.worst_contingency = a.funding.contingency_months * plan.worst_burn
    now.money_needed      = now.need_until_lowest + now.contingency
    now.worst_money_needed = now.need_until_lowest + now.worst_contingency
    now.raise_needed      = gross_amount(now.money_needed, plan.first_raise_costs)

    opens_with = a.opening_cash
    for owed in held(a.opening, agent, taxed):
        opens_with = opens_with - owed
    now.money_missing   = now.money_needed - opens_with - plan.financed_so_far
    now.money_is_late   = np.where(np.logical_and(now.money_missing <= 0, plan.trough_cash < 0),
                                   1, 0)
    now.money_asked_for = np.where(now.money_is_late > 0, -plan.trough_cash,
                                   np.maximum(now.money_missing, 0))
    now.raise_asked_for = gross_amount(now.money_asked_for, plan.first_raise_costs)


def gross_amount(net, costs):
    """What must be raised to have an amount after costs, which are a share of the raise; undefined
    where they take all of it."""
    net_share = 1 - costs
    return np.where(net == 0, 0, np.where(net_share != 0, net / net_share, UNDEFINED))
