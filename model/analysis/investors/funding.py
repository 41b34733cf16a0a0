"""How much money the plan needs, from where it comes, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.statements import moves, opening
from model.engine.figures import figures
from model.engine.projection import Projection


@dataclass(frozen=True)
class RequiredRaise:
    """What a company with an empty account would need, one value a scenario. [USD]

    `need` is how far the flow since the start falls below zero, at month number `month`; `burn`
    the mean net burn up to then, and `worst_burn` that of the three worst months in a row.
    `months` of burn are kept as a `contingency`; need and contingency are the `amount` that must
    be in the account, `gross` what must be raised for it.
    """

    need: np.ndarray
    month: np.ndarray
    burn: np.ndarray
    worst_burn: np.ndarray
    months: np.ndarray
    contingency: np.ndarray
    worst_contingency: np.ndarray
    amount: np.ndarray
    worst_amount: np.ndarray
    gross: np.ndarray


def raise_of(projection: Projection) -> RequiredRaise:
    """The required raise of a projection, from its free cash flow before interest: an account
    that owners fill pays none. Dividends and loans of the plan are left out."""
    model = figures(projection)

    def of(name: str) -> np.ndarray:
        return model.kpi(name)[:, -1]

    def last(line: str) -> np.ndarray:
        return model.line(line)[:, -1]
    return RequiredRaise(
        of("need_until_lowest"), last("lowest_flow_month"), of("burn_until_lowest"),
        last("worst_burn"), projection.assumptions.series["funding.contingency_months"].values[0],
        of("contingency"), of("worst_contingency"),
        of("money_needed"), of("worst_money_needed"), of("raise_needed"))


@dataclass(frozen=True)
class Asked:
    """What is asked for beside what a plan has: it opens with `opening` and plans `later` from
    owners and lenders, net of cost. `missing` is how far both fall short of the need, below zero
    where some is to spare, `worst_missing` the same at the worst burn; `net` must come in, `gross`
    be raised for it. `late`: there is enough in all, and too late. [USD]"""

    opening: float
    later: float
    missing: float
    worst_missing: float
    net: float
    gross: float
    late: bool


def asked(projection: Projection) -> Asked:
    """What a plan asks for, beside what it opens with and plans to raise."""
    def of(name: str) -> float:
        return float(figures(projection).kpi(name)[0, -1])
    return Asked(float(opening(projection, "unrestricted_cash")[0]),
                 float(figures(projection).line("financed_so_far")[0, -1]),
                 of("money_missing"),
                 of("money_missing") + of("worst_money_needed") - of("money_needed"),
                 of("money_asked_for"), of("raise_asked_for"),
                 bool(of("money_is_late")))


# What a plan spends on, as statements.BRIDGE names it: the last only where there is sales tax.
_USES = ("ebitda", "capex", "working_capital", "credit_losses", "tax_paid", "sales_tax_claim")


def uses_until(projection: Projection, month: int, scenario: int = 0) -> dict[str, float]:
    """Where money went up to and with a month number, by line; what came in is below zero. [USD]
    EBITDA turned around is an operating loss."""
    amounts = moves(projection, 0, month, scenario)
    # Nothing is 0, and not the 0 below zero that a minus would make of it.
    return {name: 0.0 - amounts[name] for name in _USES if name in amounts}


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
    """Up to the month of the lowest cash or of the last money raised; what is left is a use,
    too."""
    later = np.flatnonzero(projection["raised"][scenario] + projection["drawn"][scenario])
    number = max(int(projection["trough_month"][scenario, -1]), *(later[-1:] + 1), 0)

    def sums(*lines: str) -> dict[str, float]:
        return {line: float(projection[line][scenario, :number].sum()) for line in lines}
    cash = float(opening(projection, "unrestricted_cash")[scenario])
    sources = {"opening_cash": cash, **sums("raised", "drawn")}
    uses = (uses_until(projection, number, scenario)
            | sums("interest", "raise_costs", "repaid", "dividends")
            | {"unrestricted_cash": float(projection["unrestricted_cash"][scenario, number - 1])})
    return SourcesAndUses(projection.months[number - 1], sources, uses)


def use_of_funds(projection: Projection, scenario: int = 0) -> dict[str, float]:
    """What the required raise pays for, by line; the contingency and the cost of raising come
    last, unless raising costs all that is raised. Sums to what must be raised. [USD]"""
    need = raise_of(projection)
    if not need.need[scenario]:
        return {}
    uses = uses_until(projection, int(need.month[scenario]), scenario)
    fees = float((need.gross - need.amount)[scenario])
    return uses | {"contingency": float(need.contingency[scenario]),
                   **({} if np.isnan(fees) else {"raise_costs": fees})}
