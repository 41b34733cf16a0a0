"""What an analyst reads off the statements: liquidity, leverage, margins, returns and days.

Every value has shape (scenario, year); NaN is undefined, and the ratio says when that is. Returns
are on the mean of the balances with which a year begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.ratios import ratio
from model.analysis.tying import before
from model.projection import Projection

GROUPS = ("Liquidity", "Leverage", "Margins", "Returns", "Return on equity, by its factors",
          "Days")
# Months whose sales or purchases a balance may reach back to, the month itself among them.
MONTHS_BACK = 12


@dataclass(frozen=True)
class Ratio:
    """A ratio with its definition in words, and why it may be undefined."""

    name: str
    label: str
    group: str
    unit: str
    definition: str
    undefined: str
    values: np.ndarray


@dataclass(frozen=True)
class Books:
    """What the ratios are made of, (scenario, year): balances of December, means of a year's first
    and last balance, and flows. [USD]"""

    projection: Projection

    def __getitem__(self, line: str) -> np.ndarray:
        """A flow of the year or December's balance; 0 for a line that the company has not."""
        if line not in self.projection:
            return np.zeros((self.projection.scenarios, len(self.projection.years)))
        return self.projection.by_year(line)

    def ends(self, *lines: str) -> tuple[np.ndarray, np.ndarray]:
        """The sum of balances at the start and at the end of each year."""
        start = sum(before(self.projection, line)[:, ::12] for line in lines)
        return start, sum(self[line] for line in lines)

    @property
    def due(self) -> np.ndarray:
        """Short-term liabilities: what is due within a year, in money or in service."""
        return (self["payables"] + self["tax_payable"] + self["deferred_revenue"]
                + self["mentor_payable"])

    @property
    def tax_rate(self) -> np.ndarray:
        rate = self.projection.assumptions.series["tax.tax_rate"]
        return rate.monthly(len(self.projection.months)).T[:, 11::12]

    @property
    def taxed_profit(self) -> np.ndarray:
        """Operating profit after tax (NOPAT): the full rate on a profit, nothing on a loss."""
        profit = self["operating_profit"]
        return profit - self.tax_rate * np.maximum(profit, 0)


def over(amount: np.ndarray, base: np.ndarray) -> np.ndarray:
    """amount / base; NaN, undefined, where the base is not above zero."""
    return np.where(base > 0, ratio(amount, base), np.nan)


def mean(ends: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The mean of a balance at the start and at the end of a year; NaN where it is below zero at
    either, as a return on it would mean nothing."""
    start, end = ends
    return np.where((start >= 0) & (end >= 0), (start + end) / 2, np.nan)


def outstanding_days(balance: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Days of the latest `flow` that a balance amounts to (count-back): the last month's first,
    then earlier ones' as far as it reaches; months have 30 days, and one without a flow passes
    whole. Both are (scenario, month), the answer too; NaN where there was no flow at all."""
    left, days = balance, np.zeros_like(balance)
    seen = np.zeros_like(balance)
    dust = 1e-9 * np.abs(balance)
    for age in range(MONTHS_BACK):
        month = flow if age == 0 else np.concatenate(
            [np.zeros_like(flow[:, :age]), flow[:, :-age]], axis=1)
        taken = np.minimum(left, month)
        days = days + 30 * np.where(month > 0, ratio(taken, month), left > dust)
        left, seen = left - taken, seen + month
    return np.where(seen > 0, days, np.nan)


def financial_ratios(projection: Projection) -> tuple[Ratio, ...]:
    """Every ratio of a projection, by group."""
    books = Books(projection)
    return (*_liquidity(books), *_leverage(books), *_margins(books), *_returns(books),
            *_factors(books), *_days(projection))


def _liquidity(b: Books) -> list[Ratio]:
    cash, own = b["cash"], b["unrestricted_cash"]
    agent = "custodial_cash" in b.projection
    mentors = ", and what mentors are owed" if agent else ""
    owned = "Unrestricted cash" if agent else "Cash"
    nothing = "cash is below zero, or nothing is owed"

    def covered(has: np.ndarray, money: np.ndarray) -> np.ndarray:
        return np.where(money >= 0, over(has, b.due), np.nan)
    rows = (
        ("current_ratio", "Current ratio", "Cash and receivables over short-term liabilities: "
         f"payables, tax payable and deferred revenue{mentors}; debt counts as long-term",
         covered(cash + b["receivables"], cash)),
        ("quick_ratio", "Quick ratio", f"{owned} and receivables over the same liabilities",
         covered(own + b["receivables"], own)),
        ("cash_ratio", "Cash ratio", f"{owned} over the same liabilities", covered(own, own)))
    return [Ratio(name, label, GROUPS[0], "ratio", words, nothing, values)
            for name, label, words, values in rows]


def _leverage(b: Books) -> list[Ratio]:
    return [
        Ratio("debt_to_equity", "Debt to equity", GROUPS[1], "ratio", "Loans over equity",
              "equity is not above zero", over(b["debt"], b["equity"])),
        Ratio("liabilities_to_assets", "Liabilities to assets", GROUPS[1], "fraction",
              "All liabilities over all assets", "assets are not above zero",
              over(b["liabilities"], b["assets"])),
        Ratio("interest_cover", "Interest cover", GROUPS[1], "ratio",
              "Operating profit over interest", "no interest is due",
              over(b["operating_profit"], b["interest"]))]


def _margins(b: Books) -> list[Ratio]:
    names = {"gross_margin": ("Gross margin", "gross_profit"),
             "contribution_margin": ("Contribution margin", "contribution"),
             "ebitda_margin": ("EBITDA margin", "ebitda"),
             "operating_margin": ("Operating margin", "operating_profit"),
             "net_margin": ("Net margin", "net_income")}
    words = {"gross_profit": "Gross profit", "ebitda": "EBITDA", "net_income": "Net income",
             "contribution": "Contribution", "operating_profit": "Operating profit"}
    return [Ratio(name, label, GROUPS[2], "fraction", f"{words[line]} over revenue",
                  "there is no revenue", over(b[line], b["revenue"]))
            for name, (label, line) in names.items()]


def _equity(b: Books) -> np.ndarray:
    return mean(b.ends("paid_in_capital", "retained_earnings"))


def _assets(b: Books) -> np.ndarray:
    return mean(b.ends("cash", "receivables", "fixed_assets"))


def _returns(b: Books) -> list[Ratio]:
    equity, net = _equity(b), b["net_income"]
    capital = mean(b.ends("paid_in_capital", "retained_earnings", "debt"))
    money, invested = (b.ends("unrestricted_cash"),
                       b.ends("paid_in_capital", "retained_earnings", "debt"))
    at_work = mean((invested[0] - money[0], invested[1] - money[1]))
    negative = "equity is below zero at the start or the end of the year"
    nopat = "Operating profit less tax at the full rate, none on a loss (NOPAT), over "
    return [
        Ratio("roe", "Return on equity (ROE)", GROUPS[3], "fraction",
              "Net income over mean equity", negative, over(net, equity)),
        Ratio("roa", "Return on assets (ROA)", GROUPS[3], "fraction",
              "Net income over mean assets", "assets are below zero at the start or the end of "
              "the year", over(net, _assets(b))),
        Ratio("roic", "Return on invested capital (ROIC)", GROUPS[3], "fraction",
              f"{nopat}mean equity and debt, with the cash that they still hold",
              "equity and debt are below zero at the start or the end of the year",
              over(b.taxed_profit, capital)),
        Ratio("roic_without_cash", "ROIC, cash left out", GROUPS[3], "fraction",
              f"{nopat}mean equity and debt less unrestricted cash",
              "customers, suppliers and the tax office lend more than the business ties up, so no "
              "capital but cash is invested", over(b.taxed_profit, at_work))]


def _factors(b: Books) -> list[Ratio]:
    """The DuPont identity: the three multiply to the return on equity."""
    assets, equity = _assets(b), _equity(b)
    return [
        Ratio("dupont_margin", "Net margin", GROUPS[4], "fraction", "Net income over revenue",
              "there is no revenue", over(b["net_income"], b["revenue"])),
        Ratio("asset_turnover", "× Asset turnover", GROUPS[4], "ratio",
              "Revenue over mean assets", "assets are below zero at the start or the end of the "
              "year", over(b["revenue"], assets)),
        Ratio("equity_multiplier", "× Equity multiplier", GROUPS[4], "ratio",
              "Mean assets over mean equity", "equity is below zero at the start or the end of "
              "the year", over(assets, equity))]


def _days(projection: Projection) -> list[Ratio]:
    def december(balance: str, flow: str) -> np.ndarray:
        return outstanding_days(projection[balance], projection[flow])[:, 11::12]
    return [
        Ratio("dso", "Days until invoices are paid (DSO)", GROUPS[5], "days",
              "Receivables in December, in days of the latest invoices; months of 30 days",
              "nothing is invoiced", december("receivables", "invoiced")),
        Ratio("dpo", "Days until purchases are paid (DPO)", GROUPS[5], "days",
              "Payables in December, in days of the latest purchases; payroll is paid at once",
              "nothing is bought", december("payables", "purchases"))]
