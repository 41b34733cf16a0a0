"""What the lines of a plan open with, before the first month."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import numpy as np

from model.companies.glossary import Glossary, glossary
from model.engine.nodes import Ref, evaluate
from model.engine.timeline import timeline
from model.engine.trace import Trace, month_trace, opening_trace
from model.params.assumptions import Assumptions
from model.params.openings import SECTION
from model.problems import InputError
from model.tolerance import MONEY, slack

# The line that is 0 where a balance sheet balances: assets less liabilities less equity.
BALANCE = "imbalance"


def opening_values(company: ModuleType, assumptions: Assumptions) -> dict[str, np.ndarray]:
    """The balances and stocks before the first month, (scenario,) or (1,), by line; those of others
    are 0. What rests on an assumption that is missing is left out."""
    series, times = assumptions.held, timeline(assumptions.calendar)
    of = opening_trace(company.opening, tuple(series), assumptions.calendar.years_begun)
    found: dict[str, np.ndarray] = {}

    def value(ref: Ref) -> np.ndarray:
        if ref.kind == "opening":
            return found[ref.name]
        return times[ref.name][:1] if ref.kind == "timeline" else series[ref.name].values[0]
    for line, formula in of.formulas.items():
        if all((series if ref.kind == "assumption" else found).__contains__(ref.name)
               for ref in formula.reads if ref.kind != "timeline"):
            found[line] = np.atleast_1d(evaluate(formula.node, value))
    return found


def check_opening(company: ModuleType, assumptions: Assumptions) -> None:
    """Raise InputError where a plan by itself opens with a balance sheet that does not balance."""
    if any(each.values.shape[1] > 1 for path, each in assumptions.series.items()) or not any(
            path.startswith(f"{SECTION}.") for path in assumptions.series):
        return
    of = month_trace(company.month, company.opening, tuple(assumptions.series),
                     assumptions.calendar.years_begun)
    if BALANCE not in of.formulas:
        return
    values = opening_values(company, assumptions)
    apart = at_start(of, values, BALANCE)
    sides = {line: at_start(of, values, line) for line in of.signed(BALANCE)}
    if abs(apart) <= max(MONEY, *map(slack, sides.values())):
        return
    terms = glossary(assumptions.company)
    said = "; ".join(f"{line} {amount:,.2f} ({_parts(of, values, line, terms)})"
                     for line, amount in sides.items())
    raise InputError.of(f"{assumptions.company}, opening balance sheet", (
        f"does not balance: {said}. Assets are {abs(apart):,.2f} {assumptions.currency} "
        f"{'more' if apart > 0 else 'less'} than liabilities and equity; correct one of these "
        f"openings, or leave {SECTION}.retained_earnings out, which then is the rest."))


def at_start(of: Trace, values: Mapping[str, np.ndarray], line: str) -> float:
    """What a line opens with, or what the lines that it adds up do."""
    if line in values:
        return float(values[line][0])
    return sum(sign * at_start(of, values, part) for part, sign in of.signed(line).items())


def _parts(of: Trace, values: Mapping[str, np.ndarray], line: str, terms: Glossary) -> str:
    return ", ".join(f"{terms.label(part)} {at_start(of, values, part):,.2f}"
                     for part in of.signed(line)) or terms.label(line)
