"""The part of a month that both companies share: from revenue to cash, and the break-evens.

Flows happen during the month, balances are month-end, annual amounts are spread evenly over
their months. Costs are positive amounts that are subtracted.
"""

from __future__ import annotations

import numpy as np


def total(now, line, names):
    """The sum of a line over segments."""
    first, *others = [getattr(now[name], line) for name in names]
    for other in others:
        first = first + other
    return first


def contribution(a, now):
    """Percentage cost lines, by name, down to contribution."""
    for name in a.cost_of_revenue:
        now[name].cost_of_revenue = a.cost_of_revenue[name] * now.revenue
    now.cost_of_revenue = total(now, "cost_of_revenue", a.cost_of_revenue)
    now.gross_profit    = now.revenue - now.cost_of_revenue

    for name in a.variable_opex:
        now[name].variable_opex = a.variable_opex[name] * now.revenue
    now.variable_opex = total(now, "variable_opex", a.variable_opex)
    now.contribution  = now.gross_profit - now.variable_opex


def overhead(a, prev, now):
    """Payroll by dated role, and fixed cost by name."""
    now.salary_rise  = prev.salary_rise + (a.timeline.new_year * a.payroll.salary_growth
                                           * (1 + prev.salary_rise))
    now.salary_share = (1 + now.salary_rise) / a.timeline.months_per_year
    for role in a.team:
        now[role].headcount = prev[role].headcount + a.team[role].hires
        now[role].payroll   = now[role].headcount * a.team[role].salary * now.salary_share
    now.headcount = total(now, "headcount", a.team)
    now.payroll   = total(now, "payroll", a.team)

    for name in a.fixed_opex:
        now[name].fixed_opex = a.fixed_opex[name] / a.timeline.months_per_year
    now.fixed_opex = total(now, "fixed_opex", a.fixed_opex)


def ebitda_and_cash(a, prev, now):
    """EBITDA, capital spending and the cash account."""
    now.ebitda = now.contribution - now.marketing - now.payroll - now.fixed_opex

    for item in a.capex:
        now[item].capex = a.capex[item]
    now.capex          = total(now, "capex", a.capex)
    now.free_cash_flow = now.ebitda - now.capex
    now.cash           = prev.cash + now.free_cash_flow


def breakevens(a, prev, now):
    """Three break-evens and the cash trough, as month numbers; 0 stands for not yet."""
    month, tolerance = a.timeline.month, a.timeline.tolerance

    now.positive_months = np.where(now.ebitda >= -tolerance, prev.positive_months + 1, 0)
    now.breakeven_first = np.where(
        np.logical_and(prev.breakeven_first == 0, now.positive_months > 0),
        month, prev.breakeven_first)
    now.breakeven_operating = np.where(
        np.logical_and(prev.breakeven_operating == 0,
                       now.positive_months >= a.breakeven.months_in_a_row),
        month - a.breakeven.months_in_a_row + 1, prev.breakeven_operating)

    now.cumulative_flow = prev.cumulative_flow + now.ebitda - a.breakeven.count_capex * now.capex
    now.was_negative    = np.where(now.cumulative_flow < -tolerance, 1, prev.was_negative)
    now.recovered       = np.where(
        np.logical_and(prev.was_negative > 0, now.cumulative_flow >= -tolerance), 1, 0)
    now.breakeven_cumulative = np.where(
        np.logical_and(prev.breakeven_cumulative == 0, now.recovered > 0),
        month, prev.breakeven_cumulative)

    now.cash_is_lower = np.where(
        np.logical_or(month <= 1, now.cash < prev.trough_cash - tolerance), 1, 0)
    now.trough_cash   = np.where(now.cash_is_lower > 0, now.cash, prev.trough_cash)
    now.trough_month  = np.where(now.cash_is_lower > 0, month, prev.trough_month)
