"""How much money the plan needs, from where it comes, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.engine.figures import figures
from model.engine.projection import Projection


@dataclass(frozen=True)
class RequiredRaise:
    """What a company with an empty account would need, one value a scenario. [USD]

    `need` is how far the flow since the start falls below zero, at month number `month`; `burn`
    the mean net burn of the months up to then, and `worst_burn` that of the three worst in a row
    among them. `months` of burn are kept as a `contingency`; need and contingency are the
    `amount` that must be in the account, `gross` what must be raised for it, as raising costs the
    share `costs`. `worst_contingency` and `worst_amount` are those at the worst burn.
    """

    need: np.ndarray
    month: np.ndarray
    burn: np.ndarray
    worst_burn: np.ndarray
    months: np.ndarray
    costs: np.ndarray
    contingency: np.ndarray
    worst_contingency: np.ndarray
    amount: np.ndarray
    worst_amount: np.ndarray
    gross: np.ndarray


def raise_of(projection: Projection) -> RequiredRaise:
    """The required raise of a projection, from its free cash flow before interest: an account
    that owners fill pays none. Dividends and loans of the plan are left out."""
    found = figures(projection)

    def of(name: str) -> np.ndarray:
        return found.kpi(name)[:, -1]

    def last(line: str) -> np.ndarray:
        return found.line(line)[:, -1]
    return RequiredRaise(
        of("need_until_lowest"), last("lowest_flow_month"), of("burn_until_lowest"),
        last("worst_burn"), projection.assumptions.series["funding.contingency_months"].values[0],
        last("first_raise_costs"), of("contingency"), of("worst_contingency"),
        of("money_needed"), of("worst_money_needed"), of("raise_needed"))


@dataclass(frozen=True)
class Asked:
    """What is asked for beside what a plan has: it opens with `opening` and plans `later` from
    owners and lenders, after the cost of raising it. `missing` is how far both fall short of what
    is needed, below zero where some is to spare, `worst_missing` the same at the worst burn;
    `net` what must come in, `gross` what must be raised for it. `late` says that there is enough
    in all, and too late. [USD]"""

    opening: float
    later: float
    missing: float
    worst_missing: float
    net: float
    gross: float
    late: bool


def asked(projection: Projection, scenario: int = 0) -> Asked:
    """What a plan asks for, beside what it opens with and plans to raise."""
    openings = projection.openings["cash"]

    def of(name: str) -> float:
        return float(figures(projection).kpi(name)[scenario, -1])
    return Asked(float(openings[scenario % len(openings)]),
                 float(figures(projection).line("financed_so_far")[scenario, -1]),
                 of("money_missing"),
                 of("money_missing") + of("worst_money_needed") - of("money_needed"),
                 of("money_asked_for"), of("raise_asked_for"),
                 bool(of("money_is_late")))


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
    """What the required raise pays for, by line; the contingency and the cost of raising come
    last, unless raising costs all that is raised. Sums to what must be raised. [USD]"""
    needed = raise_of(projection)
    if not needed.need[scenario]:
        return {}
    uses = uses_until(projection, int(needed.month[scenario]), scenario)
    fees = float((needed.gross - needed.amount)[scenario])
    return uses | {"contingency": float(needed.contingency[scenario]),
                   **({} if np.isnan(fees) else {"raise_costs": fees})}
