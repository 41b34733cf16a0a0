"""How much money the plan needs, from where it comes, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.ratios import ratio, rolling_sum
from model.projection import Projection

# Months in a row over which the burn at its worst is taken.
WORST_MONTHS = 3


@dataclass(frozen=True)
class RequiredRaise:
    """What a company with an empty account would need, one value a scenario. [USD]

    `need` is how far the flow since the start falls below zero, at month number `month`; `burn`
    the mean net burn of the months up to then, and `worst_burn` that of the three worst in a row
    among them. `months` of burn are kept as a contingency; a raise costs the share `costs` of it.

    A month of contingency is a mean month of the way to the trough, all that was bought on it
    counted. The burn just before the trough would not do: a plan burns least there, because
    losses become small before they end, so the longer and slower it recovers, the less it would
    keep back.
    """

    need: np.ndarray
    month: np.ndarray
    burn: np.ndarray
    worst_burn: np.ndarray
    months: np.ndarray | float
    costs: np.ndarray | float

    @property
    def contingency(self) -> np.ndarray:
        return self.months * self.burn

    @property
    def amount(self) -> np.ndarray:
        """What must be in the account, after the cost of raising it."""
        return self.need + self.contingency

    @property
    def worst_contingency(self) -> np.ndarray:
        """The contingency if the worst months were the measure."""
        return self.months * self.worst_burn

    @property
    def worst_amount(self) -> np.ndarray:
        """The amount with that contingency."""
        return self.need + self.worst_contingency

    @property
    def gross(self) -> np.ndarray:
        """What must be raised so that the amount is left after the cost of raising."""
        return grossed(self.amount, self.costs)


def grossed(net: np.ndarray | float, costs: np.ndarray | float) -> np.ndarray:
    """What must be raised to have an amount after costs that are a share of the raise; NaN where
    they take all of it."""
    return np.where(np.equal(net, 0), 0.0, ratio(net, 1 - np.asarray(costs, float)))


def required_raise(flow: np.ndarray, months: np.ndarray | float,
                   costs: np.ndarray | float = 0.0) -> RequiredRaise:
    """The money needed to survive `flow`, cash flow before financing (scenario, month), with so
    many months of burn as a contingency (domain: six). Zero where the flow since the start is
    never below zero."""
    since = np.cumsum(flow, axis=1)
    at = np.argmin(since, axis=1)
    need = np.maximum(-since.min(axis=1), 0)
    number = np.arange(1, flow.shape[1] + 1)
    recent = -rolling_sum(flow, WORST_MONTHS) / np.minimum(number, WORST_MONTHS)
    whole = np.minimum(WORST_MONTHS, at + 1)[:, None]
    within = (number <= at[:, None] + 1) & (number >= whole)
    worst = np.where(within, recent, -np.inf).max(axis=1)
    return RequiredRaise(need, np.where(need > 0, at + 1, 0), need / (at + 1),
                         np.where(need > 0, worst, 0), months, costs)


def raise_of(projection: Projection) -> RequiredRaise:
    """The required raise of a projection, from its free cash flow before interest: an account
    that owners fill pays none. Dividends and loans of the plan are left out."""
    return required_raise(projection["free_cash_flow"] + projection["interest"],
                          _first(projection, "funding.contingency_months"),
                          _first(projection, "equity.raise_costs"))


def _first(projection: Projection, path: str) -> np.ndarray:
    """The value of an assumption in the first month, (scenario,)."""
    return projection.assumptions.series[path].values[0]


@dataclass(frozen=True)
class Asked:
    """What is asked for beside what a plan has: it opens with `opening` and plans `later` from
    owners and lenders, after the cost of raising it. `missing` is how far both fall short of what
    is needed, below zero where some is to spare; `net` what must come in, `gross` what must be
    raised for it. `late` says that there is enough in all, and too late. [USD]"""

    opening: float
    later: float
    missing: float
    net: float
    gross: float
    late: bool


def asked(projection: Projection, scenario: int = 0) -> Asked:
    """What a plan asks for, beside what it opens with and plans to raise."""
    needed = raise_of(projection)
    openings = projection.openings["cash"]
    opening = float(openings[scenario % len(openings)])
    later = float((projection["raised"] - projection["raise_costs"] + projection["drawn"])
                  [scenario].sum())
    missing = float(needed.amount[scenario]) - opening - later
    low = float(projection["trough_cash"][scenario, -1])
    late = missing <= 0 and low < 0
    net = -low if late else max(missing, 0.0)
    costs = np.broadcast_to(needed.costs, len(needed.need))[scenario]
    return Asked(opening, later, missing, net, float(grossed(net, costs)), late)


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
