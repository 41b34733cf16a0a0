"""Assets, debt, tax and equity: a part of the month of both companies."""

from __future__ import annotations

import numpy as np

from model.companies.vocabulary import YEAR, total

CONTENT = "content"


def assets(a, prev, now):
    """Capital spending by item, depreciated in equal parts from the month of purchase to the end
    of its life. Content counts as an item where it is capitalized."""
    for item in a.capex:
        now[item].capex = a.capex[item]
    now[CONTENT].capex = a.content.capitalized * a.content.spending
    items = (*a.capex, CONTENT)
    now.capex = total(now, "capex", items)

    # Lives are whole years, so that what ends is always a fixed month back.
    earlier = []
    for years in a.timeline.earlier_years:
        year = now[f"year_{years}"]
        year.years_back = earlier[-1][0] + a.timeline.one_year if earlier else a.timeline.one_year
        earlier.append((year.years_back, prev.ago(YEAR * years)))
    for item in items:
        now[item].written_down = cost_at_end(a.asset_life[item], [
            (years_back, before[item].capex) for years_back, before in earlier])
        now[item].assets_in_use = (prev[item].assets_in_use + now[item].capex
                                   - now[item].written_down)
        now[item].depreciation = (now[item].assets_in_use
                                  / (a.asset_life[item] * a.timeline.months_per_year)
                                  + opening_depreciation(a, item))
        now[item].fixed_assets = (prev[item].fixed_assets + now[item].capex
                                  - now[item].depreciation)
    for line in ("written_down", "assets_in_use", "depreciation", "fixed_assets"):
        setattr(now, line, total(now, line, items))


def opening_depreciation(a, item):
    """The depreciation of what is in use when the first month begins, in equal parts over what is
    left of its life."""
    left = a.opening.months_left[item]
    return np.where(a.timeline.month <= left,
                    a.opening.fixed_assets[item] / np.where(left > 0, left, 1), 0)


def opening_assets(a, now):
    """Assets in use when the first month begins, at their book value."""
    items = (*a.capex, CONTENT)
    for item in items:
        now[item].fixed_assets = a.opening.fixed_assets[item]
    now.fixed_assets = total(now, "fixed_assets", items)


def cost_at_end(life, purchases):
    """The cost of what reaches the end of its life, of purchases by how many years back they are;
    0 in a plan of a single year."""
    cost = 0 if purchases else 0 * life
    for years_back, amount in purchases:
        cost = np.where(life == years_back, amount, cost)
    return cost


def debt(a, prev, now):
    """Loans, and interest on what is owed when the month begins, so that nothing is circular."""
    now.drawn    = a.debt.draws
    now.repaid   = np.minimum(a.debt.repayments, prev.debt + now.drawn)
    now.debt     = prev.debt + now.drawn - now.repaid
    now.interest = prev.debt * a.debt.interest_rate / a.timeline.months_per_year


def tax(a, prev, now):
    """Income tax, calculated in the last month of each year and paid in a month of the next.
    Losses are carried forward, and offset later profits up to a limit."""
    year_end = a.timeline.year_end
    now.profit_to_date = (1 - a.timeline.year_start) * prev.profit_to_date + now.profit_before_tax
    now.taxable_before = year_end * np.maximum(now.profit_to_date, 0)
    now.loss_added     = year_end * np.maximum(-now.profit_to_date, 0)
    now.loss_used      = np.minimum(prev.loss_pool, a.tax.loss_limit * now.taxable_before)
    now.loss_pool      = prev.loss_pool + now.loss_added - now.loss_used
    now.income_tax     = a.tax.tax_rate * (now.taxable_before - now.loss_used)
    now.tax_paid       = np.where(a.timeline.month_of_year == a.tax.payment_month,
                                  prev.tax_payable, 0)
    now.tax_payable    = prev.tax_payable + now.income_tax - now.tax_paid


def equity(a, prev, now):
    """What owners pay in and take out."""
    now.raised          = a.equity.raises
    now.raise_costs     = a.equity.raise_costs * now.raised
    now.paid_in_capital = prev.paid_in_capital + now.raised - now.raise_costs
    now.dividends       = a.equity.dividends
    now.retained_earnings = prev.retained_earnings + now.net_income - now.dividends


def opening_debt_and_tax(a, now):
    """Loans, tax that is due, losses carried forward, and the profit of a tax year that runs, with
    which the first month begins."""
    now.debt           = a.opening.debt
    now.tax_payable    = a.opening.tax_payable
    now.loss_pool      = a.opening.tax_losses
    now.profit_to_date = a.opening.profit_to_date


def opening_equity(a, now):
    """Owners had paid in the opening cash, if nothing else is said; what they have kept is what is
    left of assets, or what is said."""
    paid_in = a.opening.paid_in_capital
    now.paid_in_capital = np.where(paid_in > 0, paid_in, a.opening_cash)
    paid_in_apart       = np.where(paid_in > 0, a.opening_cash - paid_in, 0)
    kept                = now.receivables + now.fixed_assets - now.liabilities + paid_in_apart
    now.retained_earnings = np.where(a.opening.retained_earnings != 0,
                                     a.opening.retained_earnings, kept)
