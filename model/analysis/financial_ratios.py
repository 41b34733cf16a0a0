"""What an analyst reads off the statements: liquidity, leverage, margins, returns and days.

The formulas stand in the text of `model/companies/ratios.py`. Days are worked out here: they count
back month by month, as far as a balance reaches, which no formula of one period can say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine.figures import YEAR, figures
from model.engine.projection import Projection, ago, ratio
from model.tolerance import RELATIVE

FACTORS = "Return on equity, by its factors"
# The ratios by group, in the order of a page.
GROUPS = {
    "Liquidity": ("current_ratio", "quick_ratio", "cash_ratio"),
    "Leverage": ("debt_to_equity", "liabilities_to_assets", "interest_cover"),
    "Margins": ("gross_margin", "contribution_margin", "ebitda_margin", "operating_margin",
                "net_margin"),
    "Returns": ("roe", "roa", "roic", "roic_without_cash"),
    FACTORS: ("net_margin", "asset_turnover", "equity_multiplier"),
    "Days": (),
}


@dataclass(frozen=True)
class Ratio:
    """A ratio by year, (scenario, year), and its definition; `undefined` says why it may be NaN."""

    name: str
    label: str
    group: str
    unit: str
    definition: str
    undefined: str
    values: np.ndarray


def financial_ratios(projection: Projection) -> tuple[Ratio, ...]:
    return (*(_ratio(projection, name, group) for group, names in GROUPS.items()
              for name in names), *_days(projection))


def _ratio(projection: Projection, name: str, group: str) -> Ratio:
    goal = profile(projection.company).kpis.get(name)
    term = goal or glossary(projection.company).term(name, "kpi")
    definition = goal.definition.rstrip(".") if goal else term.meaning
    # The factors are multiplied, as their labels say.
    sign = "× " if name in GROUPS[FACTORS][1:] else ""
    return Ratio(name, sign + term.label, group, term.unit, definition, term.undefined,
                 figures(projection).kpi(name))


def outstanding_days(balance: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Days of the latest `flow` that a balance amounts to (count-back): the last month's first,
    then earlier ones' as far as it reaches, twelve months in all; months have 30 days, and one
    without a flow passes whole. All are (scenario, month); NaN where there was no flow at all."""
    left, days, total = balance, 0.0, 0.0
    dust = RELATIVE * np.abs(balance)
    for age in range(YEAR):
        month = ago(flow, age, 0.0)
        part = np.minimum(left, month)
        days = days + 30 * np.where(month > 0, ratio(part, month), left > dust)
        left, total = left - part, total + month
    return np.where(total > 0, days, np.nan)


def _days(projection: Projection) -> list[Ratio]:
    def at_end(balance: str, flow: str) -> np.ndarray:
        return projection.calendar.lasts(outstanding_days(projection[balance], projection[flow]))
    return [
        Ratio("dso", "Days until invoices are paid (DSO)", "Days", "days",
              "Receivables at year-end, in days of the latest invoices; months of 30 days",
              "nothing is invoiced", at_end("receivables", "invoiced")),
        Ratio("dpo", "Days until purchases are paid (DPO)", "Days", "days",
              "Payables at year-end, in days of the latest purchases; payroll is paid at once",
              "nothing is bought", at_end("payables", "purchases"))]
