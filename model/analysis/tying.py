"""Error checks that work money out again in another way than the text: purchase by purchase and
year by year. Each returns a sentence on what does not tie, or None."""

from __future__ import annotations

import numpy as np

from model.analysis.statements import INCOME
from model.engine.projection import Projection

# Amounts tie that differ by no more than the larger of these. [USD; share of the largest balance]
ABSOLUTE, RELATIVE = 1e-6, 1e-12

# Everything between revenue and profit before tax.
COSTS = tuple(row.line for row in INCOME.rows
              if row.sign < 0 and not row.of and row.line != "income_tax")


def ties(projection: Projection, left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two amounts are equal within the larger of ABSOLUTE and RELATIVE of the largest
    balance of their scenario. What is not a number ties with nothing."""
    largest = np.max(np.abs(projection["assets"]), axis=1, keepdims=True)
    return bool(np.all(np.abs(left - right) <= np.maximum(ABSOLUTE, RELATIVE * largest)))


def vintages(projection: Projection) -> str | None:
    """E7. Every purchase by itself: what is left of it after each month of its life."""
    month = np.arange(projection["capex"].shape[1])
    for item in projection.segments("capex"):
        life = 12 * projection.assumptions.series[f"asset_life.{item}"].values[0][:, None]
        bought, left = projection[f"capex.{item}"], 0.0
        for at in np.flatnonzero(bought.any(axis=0)):
            share = np.clip(1 - (month - at + 1) / life, 0, 1) * (month >= at)
            left = left + bought[:, at:at + 1] * share
        if not ties(projection, projection[f"fixed_assets.{item}"], left + 0 * bought):
            return f"fixed assets of {item} are not what is left of each purchase"
    spent, gone = (np.cumsum(projection[line], axis=1) for line in ("capex", "depreciation"))
    return None if ties(projection, np.maximum(gone - spent, 0), 0 * gone) else (
        "more is depreciated than was bought")


def tax(projection: Projection) -> str | None:
    """E12. The annual computation made again from the profit of each year."""
    series, profit = projection.assumptions.series, projection.by_year("profit_before_tax")
    limit, share = (series[f"tax.{name}"].monthly(len(projection.months)).T[:, 11::12]
                    for name in ("loss_limit", "tax_rate"))
    pool, wanted, pools = np.zeros(projection.scenarios), [], []
    for year in range(profit.shape[1]):
        gain = np.maximum(profit[:, year], 0)
        used = np.minimum(pool, limit[:, year] * gain)
        pool = pool - used + np.maximum(-profit[:, year], 0)
        wanted.append(share[:, year] * (gain - used))
        pools.append(pool)
    if not ties(projection, projection.by_year("income_tax"), np.stack(wanted, axis=1)):
        return "income tax is not the rate on profit less losses used"
    if not ties(projection, projection.by_year("loss_pool"), np.stack(pools, axis=1)):
        return "losses carried forward are not those of earlier years less those used"
    return None if (projection["loss_pool"] >= -ABSOLUTE).all() else (
        "losses carried forward are below zero")


def years(projection: Projection) -> str | None:
    """E9. Annual statements by themselves: from annual parts to annual results."""
    year = projection.by_year
    earned = year("revenue") - year("cost_of_revenue") - year("variable_opex") - year("marketing")
    if not ties(projection, year("ebitda"), earned - year("payroll") - year("fixed_opex")):
        return "annual EBITDA is not what its annual parts give"
    net = year("revenue") - year("income_tax")
    for cost in COSTS:
        net = net - year(cost)
    if not ties(projection, year("net_income"), net):
        return "annual net income is not what its annual parts give"
    flows = year("operating_cash_flow") + year("investing_cash_flow") + year("financing_cash_flow")
    december = projection.before("cash")[:, ::12] + flows
    return None if ties(projection, year("cash"), december) else (
        "cash in December is not that of the December before plus the year's flows")
