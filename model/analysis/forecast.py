"""The forecast from a close: the company's own text, run on from where the company stood.

In closed months a line is what was observed; all else follows by the formulas of the month, so
that every later line, KPI, statement and break-even starts from there. A total that was observed
without its parts is shared out as the plan shares it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.analysis.doubts import is_line, last_close, merge
from model.companies.capital import BOOK_VALUE
from model.companies import company_module
from model.companies.glossary import glossary
from model.companies.working_capital import AGES, CARRIERS
from model.engine.close import observe
from model.engine.numbers import project
from model.engine.projection import Projection, ago, ratio
from model.engine.trace import Trace, trace
from model.params.observations import Actuals
from model.tolerance import MONEY

Months = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is to be expected after a close.

    close        the place of the last closed month
    plan, ahead  the plan, and the same run on from the close
    observed     lines of which something was observed, (month,), NaN where nothing was
    unexplained  (closed month,): changes of the owners' equity of which no flow is known [USD]
    omitted      balances that were observed, but that no term of the plan could carry on
    """

    close: int
    plan: Projection
    ahead: Projection
    observed: Mapping[str, np.ndarray]
    unexplained: np.ndarray
    omitted: tuple[str, ...]

    def rests_on(self, line: str) -> str:
        """`actuals`; `parts`, where they add up to it; `close`, where it follows from what was
        observed of other lines; or `plan`, where it is as planned in every month."""
        if line in self.observed:
            return "actuals"
        if np.isfinite(self.actual(line)).any():
            return "parts"
        return "plan" if np.array_equal(self.ahead[line], self.plan[line]) else "close"

    def actual(self, line: str) -> np.ndarray:
        """What was observed of a line, or of all that it adds up, (month,), NaN where nothing
        was."""
        if line in self.observed:
            return self.observed[line]
        parts = trace(self.plan.assumptions).signed(line)
        return sum((sign * self.actual(part) for part, sign in parts.items()),
                   np.zeros(len(self.plan.months)) if parts else np.full(len(self.plan.months),
                                                                         np.nan))


def forecast(projection: Projection, actuals: Actuals, close: int | None = None) -> Forecast | None:
    """The forecast of a plan from its last close, or from an earlier one, which knows nothing of
    later months; None where no line is closed. The same object every time."""
    last = last_close(projection, actuals)
    close = last if close is None or last is None else min(close, last)
    observed = {line: np.where(np.arange(len(months)) <= close, months, np.nan)
                for line, months in actuals.values.items()
                if is_line(projection, line)} if last is not None else {}
    observed = {line: months for line, months in observed.items() if np.isfinite(months).any()}
    if not observed:
        return None
    key = ("forecast", actuals, close)
    if key not in projection.worked_out:
        projection.worked_out[key] = _forecast(projection, observed, close)
    return projection.worked_out[key]


def _forecast(plan: Projection, observed: Months, close: int) -> Forecast:
    formulas = trace(plan.assumptions)
    first = _shared_out(plan, formulas, observed)
    # Lines that follow from observed ones and their formulas: they are known after a first run.
    carried = {balance: lines for balance in first if (lines := _carriers(plan, balance))}
    derived = ["retained_earnings", *itertools.chain(*carried.values())]
    if observed.keys() & {"cash", "unrestricted_cash"}:
        derived += ["cash", "operating_cash_flow"]
    names = [line for line in plan.lines if line in first or line in derived]
    nothing = np.full(len(plan.months), np.nan)

    def run(known: Mapping[str, np.ndarray]) -> Projection:
        return project(observe(plan.assumptions, {line: known.get(line, nothing)
                                                  for line in names}))
    ahead = run({line: months for line, months in first.items() if line not in carried})
    known, omitted = dict(first), []
    for balance, lines in carried.items():
        scaled = _carried(ahead, balance, lines, first[balance])
        if scaled is None:
            omitted.append(balance)
            del known[balance]
        known |= scaled or {}
    ahead = run(known)
    if cash := _cash(ahead, formulas, first):
        ahead = run(known := known | cash)
    adrift = ahead["imbalance"][0, :close + 1]
    if np.any(np.abs(adrift) > MONEY):
        kept = ahead["retained_earnings"][0] + ahead["imbalance"][0]
        ahead = run(known | {"retained_earnings": np.where(
            np.arange(len(kept)) <= close, kept, np.nan)})
    else:
        adrift = np.zeros_like(adrift)
    return Forecast(close, plan, ahead, observed, np.diff(adrift, prepend=0.0), tuple(omitted))


def _shared_out(plan: Projection, formulas: Trace, observed: Months) -> Months:
    """What was observed, with the parts of totals: what is not known of a total's parts is shared
    out as the plan shares it in that month, or over all months where it has nothing in that."""
    known = dict(observed)
    for line in reversed(plan.lines):
        parts = _parts(formulas, line, glossary(plan.company).term(line).kind)
        if line not in known or not parts:
            continue
        values = np.array([known.get(part, np.full_like(known[line], np.nan)) for part in parts])
        shares = np.array([plan[part][0] for part in parts])
        shares = np.where(shares.sum(axis=0) > 0, shares, shares.sum(axis=1, keepdims=True))
        unknown = np.isnan(values)
        open_shares = np.where(unknown, shares, 0.0)
        rest = known[line] - np.nansum(values, axis=0)
        split = ratio(open_shares, np.broadcast_to(open_shares.sum(axis=0), shares.shape)) * rest
        for part, own, more in zip(parts, values, split, strict=True):
            whole = merge(own, more)
            if np.isfinite(whole).any():
                known[part] = whole
    return _with_bases(plan, known, observed)


def _with_bases(plan: Projection, known: Months, observed: Months) -> Months:
    """With the amounts of which some of the known ones are a share, as large as in the plan."""
    # What is a share of another amount tells of that amount, too, where it is not given itself.
    bases, share_of = {}, company_module(plan.company).SHARE_OF
    for line, months in known.items():
        name, dot, segment = line.partition(".")
        base = f"{share_of.get(name)}{dot}{segment}"
        whole = share_of.get(name) in observed or (not dot and plan.segments(name))
        if base in plan and base not in known and not whole:
            bases[base] = ratio(months, plan[line][0]) * plan[base][0]
    return known | bases


def _parts(formulas: Trace, line: str, kind: str) -> tuple[str, ...]:
    """The lines that a flow adds up, or the segments of a balance; none of what subtracts."""
    signed = formulas.signed(line)
    if kind not in ("flow", "stock") or any(sign < 0 for sign in signed.values()):
        return ()
    if kind == "stock" and not all(part.startswith(f"{line}.") for part in signed):
        return ()
    return tuple(signed)


def _cash(ahead: Projection, formulas: Trace, first: Months) -> Months:
    """The cash account that goes with the cash that was observed, and the operating cash flow that
    leads there."""
    cash = first.get("cash")
    if "unrestricted_cash" in first:
        rest = sum(sign * ahead[part][0] for part, sign
                   in formulas.signed("unrestricted_cash").items() if part != "cash")
        cash = merge(cash, first["unrestricted_cash"] - rest)
    if cash is None:
        return {}
    cash_then = merge(cash, ahead["cash"][0])
    change = cash_then - ago(cash_then[None], 1, ahead.openings["cash"])[0]
    flow = change - ahead["investing_cash_flow"][0] - ahead["financing_cash_flow"][0]
    return {"cash": cash, "operating_cash_flow": merge(first.get("operating_cash_flow"),
                                                       np.where(np.isfinite(cash), flow, np.nan))}


def _carriers(plan: Projection, balance: str) -> tuple[str, ...]:
    """The lines of earlier months through which the plan carries a balance on, with those of its
    segments; none of a balance that the next month reads itself."""
    name, _, segment = balance.partition(".")
    lines = CARRIERS.get(name, BOOK_VALUE.get(name, ()))
    whole = [each for line in lines for each in (
        [f"{line}.{segment}"] if segment else
        [f"{line}.{part}" for part in plan.segments(line)] or [line])]
    return tuple(line for line in whole if line in plan)


def _carried(ahead: Projection, balance: str, lines: tuple[str, ...],
             observed: np.ndarray) -> Months | None:
    """The carriers of a balance, in proportion to what was observed of it at its last close. None
    where they carry nothing, so that the plan's terms do not know such a balance."""
    last = int(np.flatnonzero(np.isfinite(observed))[-1])
    share = float(ratio(observed[last], ahead[balance][0, last]))
    if not np.isfinite(share) or share < 0:
        return {} if abs(observed[last]) <= MONEY else None
    month = np.arange(len(observed))
    first = 0 if balance.partition(".")[0] in BOOK_VALUE else last - len(AGES)
    inside = (month <= last) & (month >= first)
    return {line: np.where(inside, share * ahead[line][0], np.nan) for line in lines}


def track_record(projection: Projection, actuals: Actuals, line: str) -> dict[int, tuple]:
    """How near earlier forecasts of a line came, by how many months ahead they looked: the number
    of forecasts, and the mean errors, as shares of the actual, of the forecast and of the naive one
    that the last actual stays. NaN where an actual is 0."""
    actual = actuals.values.get(line)
    if actual is None:
        return {}
    places, errors = np.flatnonzero(np.isfinite(actual)), {}
    for close in places[:-1]:
        then = forecast(projection, actuals, int(close))
        for month in places[places > close]:
            errors.setdefault(int(month - close), []).append(
                [float(ratio(abs(value - actual[month]), abs(actual[month])))
                 for value in (then.ahead[line][0, month], actual[close])])
    return {ahead: (len(each), *np.mean(each, axis=0).tolist())
            for ahead, each in sorted(errors.items())}
