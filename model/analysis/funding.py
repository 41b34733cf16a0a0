"""How much money the plan needs, from where it comes, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.projection import Projection

# Months up to the trough whose burn stands for a month of contingency.
BURN_MONTHS = 6


@dataclass(frozen=True)
class RequiredRaise:
    """What a company with an empty account would have to raise, one value a scenario. [USD]

    `need` is how far the flow since the start falls below zero, at month number `month`;
    `burn` the mean net burn of the six months up to then; `contingency` some months of it.
    """

    need: np.ndarray
    month: np.ndarray
    burn: np.ndarray
    contingency: np.ndarray

    @property
    def amount(self) -> np.ndarray:
        return self.need + self.contingency


def required_raise(flow: np.ndarray, months: np.ndarray | float) -> RequiredRaise:
    """The money needed to survive `flow`, cash flow before financing (scenario, month), with so
    many months of burn as a contingency (domain: six). Zero where the flow since the start is
    never below zero."""
    since = np.cumsum(flow, axis=1)
    at = np.argmin(since, axis=1)
    need = np.maximum(-since.min(axis=1), 0)
    padded = np.concatenate([np.zeros((len(flow), 1)), since], axis=1)
    first = np.maximum(at + 1 - BURN_MONTHS, 0)
    rows = np.arange(len(flow))
    burn = (padded[rows, first] - padded[rows, at + 1]) / (at + 1 - first)
    burn = np.where(need > 0, np.maximum(burn, 0), 0)
    return RequiredRaise(need, np.where(need > 0, at + 1, 0), burn, months * burn)


def raise_of(projection: Projection) -> RequiredRaise:
    """The required raise of a projection, from its free cash flow before interest: an account
    that owners fill pays none. Dividends and loans of the plan are left out."""
    months = projection.assumptions.series["funding.contingency_months"].values[0]
    return required_raise(projection["free_cash_flow"] + projection["interest"], months)


def uses_until(projection: Projection, month: int, scenario: int = 0) -> dict[str, float]:
    """Where money went up to and with a month number, by line; what came in is below zero. [USD]

    Operating losses are EBITDA turned around; working capital is what customers owe, less what
    the company owes to others and has been paid ahead.
    """
    def spent(line: str) -> float:
        return float(projection[line][scenario, :month].sum())

    return {
        "ebitda": -spent("ebitda"),
        "capex": spent("capex"),
        "working_capital": (spent("receivables_rise") - spent("deferred_rise")
                            - spent("payables_rise")),
        "credit_losses": spent("credit_losses"),
        "tax_paid": spent("tax_paid"),
    }


@dataclass(frozen=True)
class SourcesAndUses:
    """Money from outside up to a month, and what became of it; both sum to the same. [USD]"""

    month: str
    sources: dict[str, float]
    uses: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.sources.values())


def sources_and_uses(projection: Projection, scenario: int = 0) -> SourcesAndUses:
    """Up to the month of the lowest cash, or that of the last raise or loan where it is later;
    what is then left stands among the uses."""
    later = np.flatnonzero(projection["raised"][scenario] + projection["drawn"][scenario])
    number = max(int(projection["trough_month"][scenario, -1]), int(later[-1] + 1 if later.size
                                                                    else 0))

    def sum_of(line: str) -> float:
        return float(projection[line][scenario, :number].sum())

    opening = projection.openings["cash"]
    sources = {"opening_cash": float(opening[scenario % len(opening)]),
               "raised": sum_of("raised"), "drawn": sum_of("drawn")}
    uses = uses_until(projection, number, scenario) | {
        "interest": sum_of("interest"), "raise_costs": sum_of("raise_costs"),
        "repaid": sum_of("repaid"), "dividends": sum_of("dividends"),
        "unrestricted_cash": float(projection["unrestricted_cash"][scenario, number - 1])}
    return SourcesAndUses(projection.months[number - 1], sources, uses)


def use_of_funds(projection: Projection, scenario: int = 0) -> dict[str, float]:
    """What the required raise pays for, by line, contingency last; sums to the raise. [USD]"""
    needed = raise_of(projection)
    if not needed.need[scenario]:
        return {}
    uses = uses_until(projection, int(needed.month[scenario]), scenario)
    return uses | {"contingency": float(needed.contingency[scenario])}
