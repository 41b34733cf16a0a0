"""Checks that roll into one: an error check that fails means, do not trust the figures; an alert
means, you would want to know.

The differences of the text `checks` must be nothing. Others work figures out again in another way
than the text; each returns a sentence on what does not tie, or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.investors.funding import raise_of, sources_and_uses, use_of_funds
from model.analysis.kpis import kpi_values
from model.analysis.statements import INCOME
from model.analysis.survival import survivors
from model.analysis.unit_economics import sides
from model.audit import again
from model.audit.alerts import alerts
from model.companies.glossary import glossary
from model.engine.close import closed_months
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection
from model.engine.timeline import timeline
from model.engine.units import check_units
from model.params.calendar import MONTHS_PER_YEAR, Calendar
from model.params.openings import SECTION
from model.tolerance import slack

# Amounts tie that differ by no more than the larger of these. [USD; share of the largest balance]
ABSOLUTE, RELATIVE = 1e-6, 1e-12

# Everything between revenue and profit before tax.
COSTS = tuple(row.line for row in INCOME.rows
              if row.sign < 0 and not row.of and row.line != "income_tax")


def money_tolerance(projection: Projection) -> np.ndarray:
    """By how much amounts that tie may differ, (scenario, 1). [USD]"""
    largest = np.max(np.abs(projection["assets"]), axis=1, keepdims=True)
    return np.maximum(ABSOLUTE, RELATIVE * largest)


def share_tolerance(values: np.ndarray) -> float:
    """By how much other figures that are equal may differ: a share of the largest, or of 1."""
    return float(slack(np.max(np.abs(values), initial=0)))


def first_open_year(projection: Projection, calendar: Calendar) -> int:
    """The place of the first year of which no month is closed: what was observed need not tie."""
    return int(np.searchsorted(calendar.bounds()[:-1], closed_months(projection.assumptions)))


def ties(projection: Projection, left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two amounts are equal. What is not a number ties with nothing."""
    return bool(np.all(np.abs(left - right) <= money_tolerance(projection)))


def vintages(projection: Projection) -> str | None:
    """E7. Every purchase by itself, and what the plan opens with: what is left of it after each
    month of its life."""
    month, series = np.arange(projection["capex"].shape[1]), projection.assumptions.series
    for item in projection.segments("capex"):
        life = MONTHS_PER_YEAR * series[f"asset_life.{item}"].values[0][:, None]
        price, left = projection[f"capex.{item}"], 0.0
        if f"fixed_assets.{item}" in projection.openings:
            months = series[f"{SECTION}.months_left.{item}"].values[0][:, None]
            left = _opening(projection, f"fixed_assets.{item}") * np.clip(
                1 - (month + 1) / months, 0, 1)
        for at in np.flatnonzero(price.any(axis=0)):
            share = np.clip(1 - (month - at + 1) / life, 0, 1) * (month >= at)
            left = left + price[:, at:at + 1] * share
        if not ties(projection, projection[f"fixed_assets.{item}"], left + 0 * price):
            return f"fixed assets of {item} are not what is left of each purchase"
    purchases, depreciation = (np.cumsum(projection[line], axis=1)
                               for line in ("capex", "depreciation"))
    purchases = purchases + _opening(projection, "fixed_assets")
    return None if ties(projection, np.maximum(depreciation - purchases, 0), 0) else (
        "more is depreciated than was bought")


def _opening(projection: Projection, line: str) -> np.ndarray:
    """What a line opens with, (scenario, 1) or (1, 1)."""
    return np.reshape(projection.openings.get(line, 0.0), (-1, 1))


def tax(projection: Projection) -> str | None:
    """E12. The annual computation made again from the profit of each year."""
    calendar = projection.assumptions.calendar
    first = first_open_year(projection, calendar)
    # A year that ends after the plan is not taxed within it.
    closed = calendar.lasts(timeline(calendar)["year_end"])
    profit = calendar.sums(projection["profit_before_tax"]) * closed
    limit, share = (calendar.lasts(projection.assumptions.monthly(f"tax.{name}").T)
                    for name in ("loss_limit", "tax_rate"))
    profit[:, :1] += _opening(projection, "profit_to_date")
    losses = calendar.lasts(projection["loss_pool"])
    pool = losses[:, first - 1] if first else _opening(projection, "loss_pool")[:, 0]
    taxes, pools = [], []
    for year in range(first, profit.shape[1]):
        gain = np.maximum(profit[:, year], 0)
        used = np.minimum(pool, limit[:, year] * gain)
        pool = pool - used + np.maximum(-profit[:, year], 0)
        taxes.append(share[:, year] * (gain - used))
        pools.append(pool)
    if not ties(projection, calendar.sums(projection["income_tax"])[:, first:], np.array(taxes).T):
        return "income tax is not the rate on profit less losses used"
    if not ties(projection, losses[:, first:], np.array(pools).T):
        return "losses carried forward are not those of earlier years less those used"
    after = closed_months(projection.assumptions)
    return None if (projection["loss_pool"][:, after:] >= -ABSOLUTE).all() else (
        "losses carried forward are below zero")


def years(projection: Projection) -> str | None:
    """E9. Annual statements by themselves: from annual parts to annual results."""
    first = first_open_year(projection, projection.calendar)

    def year(line: str) -> np.ndarray:
        return projection.by_year(line)[:, first:]
    rest = year("revenue") - year("cost_of_revenue") - year("variable_opex") - year("marketing")
    if not ties(projection, year("ebitda"), rest - year("payroll") - year("fixed_opex")):
        return "annual EBITDA is not what its annual parts give"
    net = year("revenue") - year("income_tax")
    for cost in COSTS:
        net = net - year(cost)
    if not ties(projection, year("net_income"), net):
        return "annual net income is not what its annual parts give"
    flows = year("operating_cash_flow") + year("investing_cash_flow") + year("financing_cash_flow")
    before = projection.calendar.firsts(projection.before("cash"))[:, first:]
    return None if ties(projection, year("cash"), before + flows) else (
        "cash at the end of a year is not that at its start plus the year's flows")


@dataclass(frozen=True)
class Checks:
    """Names of the checks made, sentences on those that failed, and alerts."""

    made: tuple[str, ...]
    failed: tuple[str, ...]
    alerts: tuple[str, ...]

    @property
    def master(self) -> str:
        return "failed" if self.failed else "ok"


# What each check says where it holds. Those whose code stands in the glossary's checks are
# differences of the text; the others are worked out here, independently of it.
CODES = {
    "E1": "assets equal liabilities and equity",
    "E2": "two methods give one cash flow, and flows explain cash",
    "E3": "receivables and payables change by their flows",
    "E4": "retained earnings change by net income less dividends",
    "E5": "deferred revenue is what plans have still to deliver",
    "E6": "what is taken in for others is shared out in full",
    "E7": "fixed assets are what is left of each purchase",
    "E8": "segments add up to their totals",
    "E9": "results and cash of a year follow from its own parts",
    "E10": "marketing is what those who were won cost",
    "E11": "those active are what is left of all who were won",
    "E12": "income tax and tax losses follow from annual profits",
    "E13": "every line is a number in every month",
    "E14": "what cannot be negative is not below zero",
    "E15": "the same inputs give the same figures",
    "E16": "contribution margin and CAC agree with the statements",
    "E17": "sources of funds equal their uses",
    "E18": "units fit in every formula",
    "E19": "break-evens, KPIs and lifetimes follow from the statements",
}
# Checks that add up every flow since the start, of which a closed month may not know all.
FROM_THE_START = ("E7", "E11", "E17", "E19")


def check(projection: Projection) -> Checks:
    """Every check of a projection that keeps all lines; alerts speak of its first scenario."""
    faults = money_faults(projection) | {
        "E8": _segments(projection), "E11": _cohorts(projection), "E13": _finite(projection),
        "E14": _signs(projection), "E15": _again(projection), "E16": _kpis(projection),
        "E17": _funds(projection), "E18": _units(projection),
        "E19": again.fault(projection)}
    if projection.assumptions.observed:
        faults = {code: fault for code, fault in faults.items() if code not in FROM_THE_START}
    names = {code: f"{code} {name}" for code, name in names_of(projection).items()
             if code in faults}
    return Checks(tuple(names.values()), tuple(f"{name}: {faults[code]}" for code, name
                                               in names.items() if faults[code]),
                  tuple(alerts(projection)))


def names_of(projection: Projection) -> dict[str, str]:
    """What each check says where it holds, by code; the company's own words before others."""
    terms = glossary(projection.company)
    own = {term.code: term.holds for name in terms.names("check")
           if (term := terms.term(name, "check")).holds}
    return CODES | own


def money_faults(projection: Projection) -> dict[str, str | None]:
    """What is wrong with amounts of money, by the code of each check; None where they tie."""
    differences = {code: unequal(projection, names)
                   for code, names in by_code(projection).items()}
    return differences | {"E7": vintages(projection), "E9": years(projection),
                          "E12": tax(projection)}


def by_code(projection: Projection) -> dict[str, tuple[str, ...]]:
    """The differences of the text by check; a company without GMV has none of its check."""
    codes: dict[str, tuple[str, ...]] = {}
    for name in figures(projection).texts.checks:
        if code := glossary(projection.company).term(name, "check").code:
            codes[code] = (*codes.get(code, ()), name)
    return codes


def unequal(projection: Projection, names: Sequence[str]) -> str | None:
    """What is wrong where one of some differences is not nothing. What was observed in closed
    months need not tie."""
    after = closed_months(projection.assumptions)
    for name in names:
        if not ties(projection, figures(projection).check(name)[:, after:], 0.0):
            segment = name.partition(".")[2]
            of = f" ({glossary(projection.company).segment(segment)})" if segment else ""
            return f"{glossary(projection.company).term(name, 'check').meaning}{of}"
    return None


def _differs(left: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.any(~(np.abs(left - right) <= share_tolerance(left))))


def _finite(projection: Projection) -> str | None:
    if np.isfinite(projection.block).all():
        return None
    bad = next(line for line in projection.lines if not np.isfinite(projection[line]).all())
    return f"{bad} is not a number in some month"


def by_segment(projection: Projection) -> dict[str, tuple[str, ...]]:
    """The lines that their segments add up to, with the names of these."""
    lines = {line: projection.segments(line) for line in projection.lines if "." not in line}
    return {line: parts for line, parts in lines.items()
            if parts and glossary(projection.company).term(line).kind != "ratio"}


def never_negative(projection: Projection) -> list[str]:
    terms = glossary(projection.company)
    return [line for line in projection.lines if terms.term(line).sign == "plus"]


def _segments(projection: Projection) -> str | None:
    after = closed_months(projection.assumptions)
    for line, parts in by_segment(projection).items():
        whole = sum(projection[f"{line}.{part}"] for part in parts)
        if _differs(projection[line][:, after:], whole[:, after:]):
            return f"the segments of {line} do not add up to it"
    return None


def _signs(projection: Projection) -> str | None:
    after = closed_months(projection.assumptions)
    for line in never_negative(projection):
        if np.any(projection[line][:, after:] < -share_tolerance(projection[line])):
            return f"{line} is below zero in some month"
    return None


def _cohorts(projection: Projection) -> str | None:
    for side in sides(projection.company):
        if _differs(projection[side.active], survivors(projection, side)):
            return f"what is left of each month's new {side.name} is not {side.active}"
    return None


def _again(projection: Projection) -> str | None:
    """The figures belong to these very assumptions, and to no earlier state of them."""
    again = project(projection.assumptions)
    return None if np.array_equal(again.block, projection.block) else (
        "projecting the same assumptions again gives other figures")


def _kpis(projection: Projection) -> str | None:
    first, year = first_open_year(projection, projection.calendar), projection.by_year
    margin = kpi_values(projection, "contribution_margin") * year("revenue")
    if _differs(year("contribution")[:, first:], np.nan_to_num(margin)[:, first:]):
        return "contribution margin times revenue is not contribution"
    marketing = np.zeros_like(year("marketing"))
    for side in sides(projection.company):
        if not side.marketing:
            continue
        cac, new = np.nan_to_num(kpi_values(projection, side.cac_kpi)), year(side.new)
        marketing = marketing + np.where(new > 0, cac * new, year(side.marketing))
    return "CAC times those who are won is not the marketing of the income statement" if _differs(
        year("marketing")[:, first:], marketing[:, first:]) else None


def _funds(projection: Projection) -> str | None:
    need = raise_of(projection)
    amount = np.where(np.isnan(need.gross), need.amount, need.gross)
    for scenario in range(projection.scenarios):
        funds = sources_and_uses(projection, scenario)
        amounts = np.array([*funds.sources.values(), *funds.uses.values()])
        if abs(funds.total - sum(funds.uses.values())) > share_tolerance(amounts):
            return f"sources are not uses up to {funds.month}"
        uses = use_of_funds(projection, scenario)
        if uses and _differs(amount[scenario], np.array(sum(uses.values()))):
            return "the use of funds does not sum to the raise"
    return None


def _units(projection: Projection) -> str | None:
    faults = check_units(projection.assumptions)
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0].rstrip('.')}{more}" if faults else None
