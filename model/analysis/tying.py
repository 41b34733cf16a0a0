"""Error checks on money: what must be equal in every month of every scenario, whatever the
assumptions. Each returns a sentence on what does not tie, or None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.companies.working_capital import PLANS
from model.projection import Projection

# Amounts tie that differ by no more than the larger of these. [USD; share of the largest balance]
ABSOLUTE, RELATIVE = 1e-6, 1e-12

# Everything between revenue and profit before tax.
COSTS = ("cost_of_revenue", "variable_opex", "marketing", "payroll", "fixed_opex",
         "credit_losses", "depreciation", "interest")


@dataclass(frozen=True)
class Corkscrew:
    """A balance, the flows that raise it and those that lower it."""

    closing: str
    more: tuple[str, ...]
    less: tuple[str, ...] = ()
    by_segment: bool = False


CORKSCREWS = (
    Corkscrew("deferred_revenue", ("billings",), ("refunds", "prepaid")),
    Corkscrew("receivables", ("invoiced",), ("collected", "credit_losses")),
    Corkscrew("mentor_payable", ("mentor_earnings",), ("mentors_paid",)),
    Corkscrew("payables", ("purchases",), ("suppliers_paid",), by_segment=True),
    Corkscrew("fixed_assets", ("capex",), ("depreciation",), by_segment=True),
    Corkscrew("debt", ("drawn",), ("repaid",)),
    Corkscrew("loss_pool", ("loss_added",), ("loss_used",)),
    Corkscrew("tax_payable", ("income_tax",), ("tax_paid",)),
    Corkscrew("paid_in_capital", ("raised",), ("raise_costs",)),
    Corkscrew("unrestricted_cash", ("free_cash_flow", "financing_cash_flow")),
)


def ties(projection: Projection, left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two amounts are equal within the larger of ABSOLUTE and RELATIVE of the largest
    balance of their scenario. What is not a number ties with nothing."""
    largest = np.max(np.abs(projection["assets"]), axis=1, keepdims=True)
    return bool(np.all(np.abs(left - right) <= np.maximum(ABSOLUTE, RELATIVE * largest)))


def before(projection: Projection, line: str) -> np.ndarray:
    """The balance with which each month opens, (scenario, month)."""
    values = projection[line]
    opening = np.zeros((projection.scenarios, 1))
    if line in projection.openings:
        opening = opening + projection.openings[line][:, None]
    return np.concatenate([opening, values[:, :-1]], axis=1)


def balance(projection: Projection) -> str | None:
    """E1. The three sides are added up again from their items."""
    has = [projection[line] for line in ("cash", "receivables", "fixed_assets")]
    owes = [projection[line] for line in ("deferred_revenue", "payables", "tax_payable", "debt",
                                          "mentor_payable") if line in projection]
    owned = projection["paid_in_capital"] + projection["retained_earnings"]
    if not ties(projection, sum(has), sum(owes) + owned):
        return "assets are not liabilities and equity in some month"
    return None if ties(projection, projection["imbalance"], 0 * owned) else (
        "the balance sheet's totals differ from its items")


def cash(projection: Projection) -> str | None:
    """E2."""
    flows = sum(projection[f"{kind}_cash_flow"] for kind in ("operating", "investing",
                                                             "financing"))
    if not ties(projection, projection["cash"], before(projection, "cash") + flows):
        return "cash is not opening cash plus the three cash flows"
    if not ties(projection, projection["direct_operating_cash_flow"],
                projection["operating_cash_flow"]):
        return "the cash flow from receipts and payments is not the one from net income"
    return None


def corkscrews(projection: Projection, found: Sequence[Corkscrew] = CORKSCREWS) -> str | None:
    """E3."""
    for item in found:
        if item.closing not in projection:
            continue
        parts = projection.segments(item.closing) if item.by_segment else ()
        for suffix in ("", *(f".{part}" for part in parts)):
            closing = before(projection, item.closing + suffix)
            closing = closing + sum(projection[line + suffix] for line in item.more)
            for line in item.less:
                closing = closing - projection[line + suffix]
            if not ties(projection, projection[item.closing + suffix], closing):
                return f"{item.closing}{suffix} is not opening plus flows"
    return None


def retained(projection: Projection) -> str | None:
    """E4. Net income is added up again from revenue down."""
    earned = projection["revenue"] - projection["income_tax"]
    for cost in COSTS:
        earned = earned - projection[cost]
    change = projection["retained_earnings"] - before(projection, "retained_earnings")
    return None if ties(projection, change, earned - projection["dividends"]) else (
        "retained earnings do not change by net income less dividends")


def deferred(projection: Projection) -> str | None:
    """E5. What each plan sold in each month has still to deliver, added up."""
    left = len(PLANS)
    unexpired = sum((left - age) * projection[f"plans.{plan}"]
                    for age, plan in enumerate(PLANS, start=1))
    if not ties(projection, projection["deferred_revenue"], unexpired):
        return "deferred revenue is not what sold plans have still to deliver"
    moved = np.cumsum(projection["billings"] - projection["prepaid"] - projection["refunds"],
                      axis=1)
    if not ties(projection, projection["deferred_revenue"], moved):
        return "deferred revenue is not all billings less all that was earned and refunded"
    return None if ties(projection, projection["plans"], projection["prepaid"]) else (
        "plans do not earn what was prepaid of subscriptions")


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


def gmv(projection: Projection) -> str | None:
    """E6."""
    if "gmv" not in projection:
        return None
    return None if ties(projection, projection["gmv"], projection["commission"]
                        + projection["mentor_earnings"]) else (
        "GMV is not commission plus mentor earnings")


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
    december = before(projection, "cash")[:, ::12] + flows
    return None if ties(projection, year("cash"), december) else (
        "cash in December is not that of the December before plus the year's flows")
