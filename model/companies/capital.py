"""What the company owns and how it is financed: assets, debt, equity and tax; both share it."""

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
        now[item].written_down = ended(a.asset_life[item], [
            (years_back, before[item].capex) for years_back, before in earlier])
        now[item].assets_in_use = (prev[item].assets_in_use + now[item].capex
                                   - now[item].written_down)
        now[item].depreciation = (now[item].assets_in_use
                                  / (a.asset_life[item] * a.timeline.months_per_year))
        now[item].fixed_assets = (prev[item].fixed_assets + now[item].capex
                                  - now[item].depreciation)
    for line in ("written_down", "assets_in_use", "depreciation", "fixed_assets"):
        setattr(now, line, total(now, line, items))


def ended(life, bought):
    """What was bought as many years ago as it lasts; nothing in a plan of a single year."""
    found = 0
    for years_back, cost in bought:
        found = np.where(life == years_back, cost, found)
    return found if bought else 0 * life


def debt(a, prev, now):
    """Interest is due on what was owed when the month began, so it never depends on itself."""
    now.drawn    = a.debt.draws
    now.repaid   = np.minimum(a.debt.repayments, prev.debt + now.drawn)
    now.debt     = prev.debt + now.drawn - now.repaid
    now.interest = prev.debt * a.debt.interest_rate / a.timeline.months_per_year


def tax(a, prev, now):
    """One computation a year, in December: losses carried forward are set off against profit up
    to a limit; what is due is paid in a month of the next year. Losses never bring money."""
    december = a.timeline.december
    now.profit_to_date = (1 - a.timeline.new_year) * prev.profit_to_date + now.profit_before_tax
    now.taxable_before = december * np.maximum(now.profit_to_date, 0)
    now.loss_added     = december * np.maximum(-now.profit_to_date, 0)
    now.loss_used      = np.minimum(prev.loss_pool, a.tax.loss_limit * now.taxable_before)
    now.loss_pool      = prev.loss_pool + now.loss_added - now.loss_used
    now.income_tax     = a.tax.tax_rate * (now.taxable_before - now.loss_used)
    now.tax_paid       = np.where(a.timeline.month_of_year == a.tax.payment_month,
                                  prev.tax_payable, 0)
    now.tax_payable    = prev.tax_payable + now.income_tax - now.tax_paid


def equity(a, prev, now):
    """Money that owners put in and take out. The first balance is the opening cash: what the
    account opens with was paid in before."""
    now.raised          = a.equity.raises
    now.raise_costs     = a.equity.raise_costs * now.raised
    now.paid_in_capital = prev.paid_in_capital + now.raised - now.raise_costs
    now.dividends       = a.equity.dividends
    now.retained_earnings = prev.retained_earnings + now.net_income - now.dividends
