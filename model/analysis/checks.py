"""Checks that roll into one: an error check that fails means, do not trust the figures; an alert
means, you would want to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis import tying
from model.analysis.alerts import alerts
from model.analysis.cohorts import survivors
from model.analysis.funding import raise_of, sources_and_uses, use_of_funds
from model.analysis.kpis import kpi_values
from model.companies import company_module
from model.companies.glossary import glossary
from model.engine.figures import figures
from model.engine.numbers import SHARE_TOLERANCE, project
from model.engine.projection import Projection
from model.engine.units import check_units


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
    "E6": "GMV is commission plus mentor earnings",
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
}


def check(projection: Projection) -> Checks:
    """Every error check on every scenario of a projection that keeps all lines; alerts speak of
    its first scenario."""
    own = {"E8": _segments, "E11": _cohorts, "E13": _finite, "E14": _signs, "E15": _again,
           "E16": _kpis, "E17": _funds, "E18": _units}
    faults = untied(projection) | {code: test(projection) for code, test in own.items()}
    made = {code: name for code, name in CODES.items() if code in faults}
    return Checks(tuple(f"{code} {name}" for code, name in made.items()),
                  tuple(f"{code} {name}: {faults[code]}" for code, name in made.items()
                        if faults[code]), tuple(alerts(projection)))


def untied(projection: Projection) -> dict[str, str | None]:
    """What is wrong with amounts of money, by the code of each check; None where they tie."""
    differences = {code: unequal(projection, names)
                   for code, names in by_code(projection).items()}
    return differences | {"E7": tying.vintages(projection), "E9": tying.years(projection),
                          "E12": tying.tax(projection)}


def by_code(projection: Projection) -> dict[str, tuple[str, ...]]:
    """The differences of the text that belong to each check; a company without GMV has none of
    its check."""
    found: dict[str, tuple[str, ...]] = {}
    for name in figures(projection).texts.checks:
        if code := glossary().term(name, "check").code:
            found[code] = (*found.get(code, ()), name)
    return found


def unequal(projection: Projection, names: Sequence[str]) -> str | None:
    """What is wrong where one of some differences is not nothing."""
    for name in names:
        if not tying.ties(projection, figures(projection).check(name), 0.0):
            segment = name.partition(".")[2]
            of = f" ({glossary().segment(segment)})" if segment else ""
            return f"{glossary().term(name, 'check').meaning}{of}"
    return None


def _differs(left: np.ndarray, right: np.ndarray) -> bool:
    scale = max(1.0, float(np.max(np.abs(left), initial=0)))
    return bool(np.any(~(np.abs(left - right) <= SHARE_TOLERANCE * scale)))


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


def _signs(projection: Projection) -> str | None:
    for line in projection.lines:
        if glossary().term(line).sign == "plus":
            values = projection[line]
            if np.any(values < -SHARE_TOLERANCE * max(1.0, float(np.max(np.abs(values))))):
                return f"{line} is below zero in some month"
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
        if abs(found.total - sum(found.uses.values())) > SHARE_TOLERANCE * max(1.0, sizes.max()):
            return f"sources are not uses up to {found.month}"
        uses = use_of_funds(projection, scenario)
        if uses and _differs(needed[scenario], np.array(sum(uses.values()))):
            return "the use of funds does not sum to the raise"
    return None


def _units(projection: Projection) -> str | None:
    found = check_units(projection.assumptions)
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0].rstrip('.')}{more}" if found else None
