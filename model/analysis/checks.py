"""Checks that roll into one: an error check that fails means, do not trust the figures; an alert
means, you would want to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.analysis import tying
from model.analysis.alerts import alerts
from model.analysis.cohorts import survivors
from model.analysis.funding import raise_of, sources_and_uses, use_of_funds
from model.analysis.kpis import kpi_values
from model.companies import company_module
from model.companies.glossary import glossary
from model.engine.ledger import project
from model.engine.units import check_units
from model.projection import Projection

# Sums of many amounts differ in their last digits by the order of adding. [share of the largest]
ROUNDING = 1e-9


@dataclass(frozen=True)
class Checks:
    """Names of the checks made, sentences on those that failed, and alerts."""

    made: tuple[str, ...]
    failed: tuple[str, ...]
    alerts: tuple[str, ...]

    @property
    def master(self) -> str:
        return "failed" if self.failed else "ok"


def check(projection: Projection) -> Checks:
    """Every error check on every scenario of a projection that keeps all lines; alerts speak of
    its first scenario."""
    tests: dict[str, Callable[[Projection], str | None]] = {
        "E1 assets are liabilities and equity": tying.balance,
        "E2 cash rolls forward, by two methods": tying.cash,
        "E3 balances and stocks roll forward": _corkscrews,
        "E4 retained earnings change by net income": tying.retained,
        "E5 deferred revenue is what plans owe": tying.deferred,
        "E6 GMV is commission and mentor earnings": tying.gmv,
        "E7 fixed assets are what is left of purchases": tying.vintages,
        "E8 segments add up to totals": _segments,
        "E9 years are made of months": tying.years,
        "E10 marketing buys what it pays for": _marketing,
        "E11 cohorts add up to customers": _cohorts,
        "E12 tax losses roll forward": tying.tax,
        "E13 every figure is a number": _finite,
        "E14 signs are as agreed": _signs,
        "E15 the same inputs give the same figures": _again,
        "E16 KPIs agree with the statements": _kpis,
        "E17 sources are uses": _funds,
        "E18 units fit in every formula": _units,
    }
    if "gmv" not in projection:
        tests.pop("E6 GMV is commission and mentor earnings")
    failed = tuple(f"{name}: {fault}" for name, test in tests.items()
                   if (fault := test(projection)))
    return Checks(tuple(tests), failed, tuple(alerts(projection)))


def _differs(left: np.ndarray, right: np.ndarray) -> bool:
    scale = max(1.0, float(np.max(np.abs(left), initial=0)))
    return bool(np.any(~(np.abs(left - right) <= ROUNDING * scale)))


def _finite(projection: Projection) -> str | None:
    if np.isfinite(projection.block).all():
        return None
    bad = next(line for line in projection.lines if not np.isfinite(projection[line]).all())
    return f"{bad} is not a number in some month"


def _segments(projection: Projection) -> str | None:
    for line in projection.lines:
        kind, _ = glossary().kind(line)
        parts = projection.segments(line) if "." not in line else ()
        if not parts or kind == "ratio":
            continue
        if _differs(projection[line], sum(projection[f"{line}.{part}"] for part in parts)):
            return f"the segments of {line} do not add up to it"
    return None


def _corkscrews(projection: Projection) -> str | None:
    for side in company_module(projection.assumptions.company).SIDES:
        for suffix in ("", *(f".{segment}" for segment in side.segments)):
            active = projection[side.active + suffix]
            opening = np.concatenate([np.zeros_like(active[:, :1]), active[:, :-1]], axis=1)
            closing = opening + projection[side.new + suffix] - projection[side.churned + suffix]
            if _differs(active, closing):
                return f"{side.active}{suffix} is not opening plus new less lost"
    return tying.corkscrews(projection)


def _signs(projection: Projection) -> str | None:
    for line in projection.lines:
        if glossary().term(line).sign == "plus":
            values = projection[line]
            if np.any(values < -ROUNDING * max(1.0, float(np.max(np.abs(values))))):
                return f"{line} is below zero in some month"
    return None


def _marketing(projection: Projection) -> str | None:
    sides = company_module(projection.assumptions.company).SIDES
    if _differs(projection["marketing"], sum(projection[side.marketing] for side in sides)):
        return "the sides' marketing does not add up to marketing"
    months = projection.assumptions.calendar.months
    for side in sides:
        price = (projection[side.price] if side.price else
                 projection.assumptions.series[side.cac].monthly(months).T)
        if _differs(projection[side.marketing], projection[side.won or side.new] * price):
            return f"{side.marketing} is not what the {side.name} won in the month cost"
    return None


def _cohorts(projection: Projection) -> str | None:
    for side in company_module(projection.assumptions.company).SIDES:
        if _differs(projection[side.active], survivors(projection, side)):
            return f"what is left of each month's new {side.name} is not {side.active}"
    return None


def _again(projection: Projection) -> str | None:
    """The figures belong to these very assumptions, and to no earlier state of them."""
    again = project(projection.assumptions)
    return None if np.array_equal(again.block, projection.block) else (
        "projecting the same assumptions again gives other figures")


def _kpis(projection: Projection) -> str | None:
    try:
        return _kpis_differ(projection)
    except ValueError as refused:
        return str(refused).rstrip(".")


def _kpis_differ(projection: Projection) -> str | None:
    margin = kpi_values(projection, "contribution_margin") * projection.by_year("revenue")
    if _differs(projection.by_year("contribution"), np.nan_to_num(margin)):
        return "contribution margin times revenue is not contribution"
    spent = 0.0
    for side in company_module(projection.assumptions.company).SIDES:
        each = np.nan_to_num(kpi_values(projection, side.cac_kpi))
        won = each * projection.by_year(side.new)
        bought = projection.by_year(side.new) > 0
        spent = spent + np.where(bought, won, projection.by_year(side.marketing))
    return "CAC times new customers is not the marketing of the income statement" if _differs(
        projection.by_year("marketing"), spent) else None


def _funds(projection: Projection) -> str | None:
    found = raise_of(projection)
    needed = np.where(np.isnan(found.gross), found.amount, found.gross)
    for scenario in range(projection.scenarios):
        found = sources_and_uses(projection, scenario)
        sizes = np.abs([*found.sources.values(), *found.uses.values()])
        if abs(found.total - sum(found.uses.values())) > ROUNDING * max(1.0, sizes.max()):
            return f"sources are not uses up to {found.month}"
        uses = use_of_funds(projection, scenario)
        if uses and _differs(needed[scenario], np.array(sum(uses.values()))):
            return "the use of funds does not sum to the raise"
    return None


def _units(projection: Projection) -> str | None:
    found = check_units(projection.assumptions)
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0].rstrip('.')}{more}" if found else None
