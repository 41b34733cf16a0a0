"""Checks that roll into one: an error check that fails means, do not trust the figures; an alert
means, you would want to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.analysis.breakeven import runway
from model.analysis.ratios import ratio
from model.companies import company_module
from model.companies.glossary import glossary
from model.projection import Projection

# Sums of many amounts differ in their last digits by the order of adding. [share of the largest]
ROUNDING = 1e-9
# Months of cash beyond break-even that a plan should have. [months]
CONTINGENCY = 6


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
    """Every error check and alert on every scenario of a projection that keeps all lines."""
    tests: dict[str, Callable[[Projection], str | None]] = {
        "E13 every figure is a number": _finite,
        "E8 segments add up to totals": _segments,
        "E3 stocks roll forward": _corkscrews,
        "E2 cash rolls forward": _cash,
        "E14 signs are as agreed": _signs,
        "E9 annual parts give annual EBITDA": _subtotals,
        "E10 marketing buys what it pays for": _marketing,
    }
    if "gmv" in projection:
        tests["E6 GMV is commission and mentor earnings"] = _gmv
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
    return None


def _cash(projection: Projection) -> str | None:
    opening = projection.assumptions.series["opening_cash"].values[0][:, None]
    earned = np.cumsum(projection["ebitda"] - projection["capex"], axis=1)
    return "cash is not opening cash plus all flows" if _differs(
        projection["cash"], opening + earned) else None


def _signs(projection: Projection) -> str | None:
    for line in projection.lines:
        if glossary().term(line).sign == "plus":
            values = projection[line]
            if np.any(values < -ROUNDING * max(1.0, float(np.max(np.abs(values))))):
                return f"{line} is below zero in some month"
    return None


def _subtotals(projection: Projection) -> str | None:
    year = projection.by_year
    left = year("revenue") - year("cost_of_revenue") - year("variable_opex") - year("marketing")
    return "annual EBITDA is not what its annual parts give" if _differs(
        left - year("payroll") - year("fixed_opex"), year("ebitda")) else None


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


def _gmv(projection: Projection) -> str | None:
    return "GMV is not commission plus mentor earnings" if _differs(
        projection["gmv"], projection["commission"] + projection["mentor_earnings"]) else None


def _short_runway(projection: Projection) -> list[str]:
    """Before break-even, money should last to it and six months more, at the burn of the day."""
    labels = projection.assumptions.calendar.labels
    first = int(projection["breakeven_first"][0, -1])
    ahead = (first or len(labels) + 1) - 1 - np.arange(len(labels))
    short = (runway(projection)[0] < ahead + CONTINGENCY) & (ahead > 0)
    if not short.any():
        return []
    month = int(np.argmax(short))
    until = "to break-even" if first else "to the end of the horizon without a break-even"
    return [f"A2 at the burn of {labels[month]} cash lasts {runway(projection)[0, month]:.1f} "
            f"months, where {ahead[month]} {until} and {CONTINGENCY} more are wanted (short in "
            f"{int(short.sum())} months)"]


def alerts(projection: Projection) -> list[str]:
    """Sentences on what a reader would want to know; the first scenario speaks."""
    calendar, found = projection.assumptions.calendar, []
    cash = projection["cash"][0]
    if (cash < 0).any():
        month = calendar.labels[int(np.argmax(cash < 0))]
        found.append(f"A1 cash is below zero from {month}: the plan needs more money than the "
                     "account opens with")
    found += _short_runway(projection)
    found += [f"A3 {sentence}" for sentence in projection.assumptions.outside_range()]
    found += [f"A8 {path} is read by no formula" for path in projection.unread]
    if projection["breakeven_first"][0, -1] == 0:
        found.append("A9 EBITDA never reaches zero within the horizon")
    if "gmv" in projection:
        take = ratio(projection.by_year("commission"), projection.by_year("gmv"))[0]
        if np.nanmax(take, initial=0) > 0.25:
            found.append("A10 the take rate is above 25%, where mentors and mentees begin to "
                         "settle beside the platform")
        unserved = projection["orders"][0] < (1 - ROUNDING) * projection["orders_wanted"][0]
        if unserved.any():
            month = calendar.labels[int(np.argmax(unserved))]
            found.append(f"A11 mentors cannot serve all that mentees want from {month}")
    if "staff_hours" in projection:
        short = projection["staff_hours"][0] > projection["delivery_hours"][0]
        if short.any():
            month = calendar.labels[int(np.argmax(short))]
            found.append(f"A12 the delivery team is short of hours from {month}: the payroll of "
                         "this plan is too low for what it sells")
    return found
