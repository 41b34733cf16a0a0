"""Break-evens, the need for money and KPIs, worked out again from whole rows of the statements.

The texts remember from month to month; this looks at all months at once, and reads no line that
the text itself keeps for the purpose. Each function yields names of what it works out, with the
values: of lines (scenario, month), of KPIs (scenario, month), (scenario, year) or (scenario, 1).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.analysis.unit_economics import sides
from model.audit.lives import paybacks, worths
from model.companies.capital import CONTENT
from model.companies.vocabulary import MONTH, QUARTER, YEAR
from model.engine.figures import figures
from model.engine.projection import Projection, ago, ratio
from model.engine.timeline import timeline

Rows = Iterator[tuple[str, np.ndarray]]
# Two ways to the same figure leave no more than this. [share of it; unit of the figure]
NEAR, LEAST = 1e-7, 1e-6


def fault(projection: Projection) -> str | None:
    """E19. The first line or KPI that whole rows do not give, in a sentence; None where all do."""
    model, kpis = figures(projection), figures(projection).texts.kpis
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, values in (*breakevens(projection), *lowest(projection)):
            if not _same(projection[name], values):
                return f"{name} is not what its months lead to"
        for period, rows in ((MONTH, by_month), (YEAR, by_year), (YEAR, of_plan),
                             (YEAR, worths), (YEAR, paybacks)):
            for name, values in rows(projection):
                if name in kpis and not _same(model.kpi(name, period), values):
                    return f"{name} is not what the statements lead to"
    return None


def _same(found: np.ndarray, again: np.ndarray) -> bool:
    """Whether figures are alike in every period in which the second way says something: infinite
    is what it leaves open, NaN is undefined."""
    found, again = np.broadcast_arrays(found, again)
    said = ~np.isinf(again)
    return bool(np.allclose(found[said], again[said], rtol=NEAR, atol=LEAST, equal_nan=True))


def _row(projection: Projection, name: str) -> np.ndarray:
    return timeline(projection.assumptions.calendar)[name][None]


def _assumed(projection: Projection, path: str) -> np.ndarray:
    """An assumption by month, (scenario, month) or (1, month)."""
    return projection.assumptions.monthly(path).T


def _months(projection: Projection) -> np.ndarray:
    return np.arange(1.0, projection["ebitda"].shape[1] + 1)[None]


def _since(happens: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The number of the first month in which something happens, from then on; 0 before."""
    first = np.where(happens.any(axis=1, keepdims=True),
                     1 + np.argmax(happens, axis=1)[:, None], np.inf)
    return np.where(months >= first, first, 0.0)


def _streak(holds: np.ndarray) -> np.ndarray:
    """For how many months in a row something has held."""
    months = np.arange(holds.shape[1])[None]
    broken = np.maximum.accumulate(np.where(holds, -1, months), axis=1)
    return (months - broken).astype(float)


def breakevens(projection: Projection) -> Rows:
    """The break-evens by month, from EBITDA and cash flows."""
    months, tolerance = _months(projection), _row(projection, "tolerance")
    ebitda, interest = projection["ebitda"], projection["interest"]
    positive = ebitda >= -tolerance
    yield "breakeven_first", _since(positive, months)
    wanted = _assumed(projection, "breakeven.months_in_a_row")
    found = _since(_streak(positive) >= wanted, months)
    yield "breakeven_operating", np.where(found > 0, found - wanted + 1, 0)
    counted = np.where(_assumed(projection, "breakeven.count_cash") > 0,
                       projection["free_cash_flow"] + interest, ebitda)
    so_far = np.cumsum(counted, axis=1)
    below = np.maximum.accumulate(so_far < -tolerance, axis=1)
    yield "breakeven_cumulative", _since(below & (so_far >= -tolerance), months)
    earned = np.cumsum(ebitda, axis=1) >= -tolerance
    streak = _streak(earned)
    yield "breakeven_earned_back", np.where(earned, months - streak + 1, 0)


def lowest(projection: Projection) -> Rows:
    """The lowest cash so far, and when cash has run out."""
    months, tolerance = _months(projection), _row(projection, "tolerance")
    cash = projection["unrestricted_cash"]
    yield "out_of_cash", _since(cash < -tolerance, months)
    least = np.minimum.accumulate(cash, axis=1)
    yield "trough_cash", least
    # The first month that is as low as any up to then, but for the tolerance.
    first = np.array([[np.argmax(row[:at + 1] <= least[place, at] + tolerance[0, 0]) + 1
                       for at in range(row.size)] for place, row in enumerate(cash)], float)
    yield "trough_month", first


def _last(values: np.ndarray, months: int) -> np.ndarray:
    """The sum of so many months up to each, or of those since the plan began."""
    return sum(ago(values, month, 0.0) for month in range(months))


def by_month(projection: Projection) -> Rows:
    """KPIs of months: how long cash lasts, growth, and what growth costs."""
    months, tolerance = _months(projection), _row(projection, "tolerance")
    model, count = figures(projection), np.minimum(_months(projection), QUARTER)
    flow, cash = projection["free_cash_flow"], np.maximum(projection["unrestricted_cash"], 0)
    burn = -_last(flow, QUARTER) / count
    dated = projection["capex"] - projection[f"capex.{CONTENT}"]
    lasting = burn - _last(dated, QUARTER) / count
    for name, each in (("runway", burn), ("lasting_runway", lasting)):
        yield name, np.where(each > tolerance, cash / each, np.nan)
    first = projection["breakeven_first"][:, -1:]
    yield "runway_needed", (np.maximum(np.where(first > 0, first, months.size) - months, 0)
                            + _assumed(projection, "funding.contingency_months"))
    revenue, ebitda = projection["revenue"], projection["ebitda"]
    year, before = _last(revenue, YEAR), ago(_last(revenue, YEAR), YEAR, 0.0)
    growth = ratio(year - before, np.where(months >= 2 * YEAR, before, 0))
    margin = ratio(_last(ebitda, YEAR), year)
    yield "revenue_growth", growth
    yield "margin_of_year", margin
    yield "rule_of_40", growth + margin
    recurring = model.line("recurring")
    opening = projection.openings.get("recurring", 0.0)
    rise = YEAR * (recurring - ago(recurring, QUARTER, opening))
    spent = -_last(flow, QUARTER)
    yield "recent_burn", spent
    yield "burn_multiple", np.where((spent > tolerance) & (rise > tolerance), spent / rise, np.nan)
    quarter = _last(recurring, QUARTER)
    marketing = ago(_last(projection["marketing"], QUARTER), QUARTER, 0.0)
    magic = ratio(YEAR / QUARTER * (quarter - ago(quarter, QUARTER, 0.0)), marketing)
    yield "magic_number", np.where(months >= 2 * QUARTER, magic, np.inf)
    if "lost_subscriptions" in projection:
        yield from _retention(projection, months)


def _retention(projection: Projection, months: np.ndarray) -> Rows:
    start = projection.before("subscriptions")
    gone = projection["lost_subscriptions"] + projection["contraction"]
    for name, left in (("gross", start - gone), ("net", start - gone + projection["expansion"])):
        share = np.where(start != 0, left / start, 0.0)
        year = np.array([share[:, max(0, at - YEAR + 1):at + 1].prod(axis=1)
                         for at in range(share.shape[1])]).T
        there = ago(projection["subscriptions"], YEAR, 0.0)
        yield f"{name}_revenue_retention", np.where(
            months > YEAR, np.where(there > 0, year, np.nan), np.inf)


def by_year(projection: Projection) -> Rows:
    """Ratios of the statements of a year."""
    calendar = projection.calendar

    def year(line: str) -> np.ndarray:
        return projection.by_year(line)

    def start(*lines: str) -> np.ndarray:
        return sum(calendar.firsts(projection.before(line)) for line in lines)

    def over(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return ratio(one, np.where(other > 0, other, 0))

    def mean(before: np.ndarray, after: np.ndarray) -> np.ndarray:
        return np.where((before >= 0) & (after >= 0), (before + after) / 2, np.nan)
    revenue, net = year("revenue"), year("net_income")
    yield "gross_margin", ratio(revenue - year("cost_of_revenue"), revenue)
    yield "contribution_margin", ratio(
        revenue - year("cost_of_revenue") - year("variable_opex"), revenue)
    profit = year("ebitda") - year("credit_losses") - year("depreciation")
    for name, amount in (("ebitda_margin", year("ebitda")), ("operating_margin", profit),
                         ("net_margin", net)):
        yield name, over(amount, revenue)
    assets, debt = year("assets"), year("debt")
    equity = year("paid_in_capital") + year("retained_earnings")
    cash, own = year("cash"), year("unrestricted_cash")
    due = year("liabilities") - debt
    # What subtraction leaves of nothing says nothing.
    due = np.where(due > NEAR * year("liabilities"), due, np.inf)
    yield "due_within_a_year", due
    for name, there, money in (("current_ratio", cash + year("receivables"), cash),
                               ("quick_ratio", own + year("receivables"), own),
                               ("cash_ratio", own, own)):
        yield name, np.where(np.isinf(due), due, np.where(money >= 0, there / due, np.nan))
    yield "debt_to_equity", over(debt, equity)
    yield "liabilities_to_assets", over(assets - equity, assets)
    yield "interest_cover", over(profit, year("interest"))
    before = start("paid_in_capital", "retained_earnings")
    funds = mean(before + start("liabilities"), assets)
    mean_equity = mean(before, equity)
    taxed = profit - np.maximum(profit, 0) * calendar.lasts(_assumed(projection, "tax.tax_rate"))
    for name, found in (("mean_assets", funds), ("mean_equity", mean_equity),
                        ("taxed_profit", taxed)):
        yield name, found
    yield "roe", over(net, mean_equity)
    yield "roa", over(net, funds)
    capital = before + start("debt"), equity + debt
    for name, ends in (("", capital), ("_without_cash", (
            capital[0] - start("unrestricted_cash"), capital[1] - own))):
        yield f"capital_at_start{name}", ends[0]
        yield f"capital_at_end{name}", ends[1]
        yield f"mean_capital{name}", mean(*ends)
        yield f"roic{name}", over(taxed, mean(*ends))
    yield "asset_turnover", over(revenue, funds)
    yield "equity_multiplier", over(funds, mean_equity)
    for side in sides(projection.company):
        if side.marketing:
            yield side.cac_kpi, ratio(year(side.marketing), year(side.new))


def of_plan(projection: Projection) -> Rows:
    """The need for money of the whole plan, and the months to the break-evens."""
    for name, line in (("months_to_breakeven", "breakeven_first"),
                       ("months_to_earn_back", "breakeven_earned_back")):
        last = projection[line][:, -1:]
        yield name, np.where(last > 0, last, np.nan)
    months = _months(projection)
    own = projection["free_cash_flow"] + projection["interest"]
    so_far = np.cumsum(own, axis=1)
    need = np.maximum(-so_far.min(axis=1, keepdims=True), 0)
    month = np.where(need > 0, 1 + np.argmin(so_far, axis=1)[:, None], 0)
    spare = _assumed(projection, "funding.contingency_months")[:, :1]
    mean = np.where(month > 0, need / month, 0)
    needed = need + spare * mean
    burn = -_last(own, QUARTER) / np.minimum(months, QUARTER)
    begun = np.where((months < QUARTER) & (months != month), -np.inf, burn)
    worst = np.where(months <= month, begun, -np.inf).max(axis=1, keepdims=True)
    kept = 1 - _assumed(projection, "equity.raise_costs")[:, :1]

    def gross(amount: np.ndarray) -> np.ndarray:
        return np.where(amount == 0, 0, ratio(amount, kept))
    yield "need_until_lowest", need
    yield "burn_until_lowest", mean
    yield "contingency", spare * mean
    yield "money_needed", needed
    yield "raise_needed", gross(needed)
    worst = np.where(month > 0, worst, 0)
    yield "worst_contingency", spare * worst
    yield "worst_money_needed", need + spare * worst
    financed = (projection["raised"] - projection["raise_costs"]
                + projection["drawn"]).sum(axis=1, keepdims=True)
    missing = needed - projection.before("unrestricted_cash")[:, :1] - financed
    yield "money_missing", missing
    least = projection["unrestricted_cash"].min(axis=1, keepdims=True)
    asked = np.where((missing <= 0) & (least < 0), -least, np.maximum(missing, 0))
    yield "money_asked_for", asked
    yield "raise_asked_for", gross(asked)
