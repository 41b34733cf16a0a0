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

from model.analysis.balances import MEMORY, Months, carriers, changes, continuation, is_of
from model.analysis.doubts import is_line, last_close, merge
from model.companies import company_module
from model.companies.glossary import glossary
from model.engine.close import observe
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection, ago, ratio
from model.engine.trace import Trace, trace
from model.params.observations import Actuals
from model.tolerance import MONEY, near

# What the balance sheet leaves to owners beside what they paid in.
EARNINGS = "retained_earnings"


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is to be expected after a close.

    close        the place of the last closed month
    plan, ahead  the plan, and the same run on from the close
    observed     lines of which something was observed, (month,), NaN where nothing was
    unexplained  (closed month,): changes of the owners' equity of which no flow is known [USD]
    omitted      balances that were observed, but that the forecast does not go on from
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
        actual = self.actual(line)
        if np.isfinite(actual).any() and _same(self.ahead[line][0], actual):
            return "actuals" if line in self.observed else "parts"
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
    """Balances first, as flows of closed months carry them on; then the cash account, totals, and
    what is left to owners."""
    formulas = trace(plan.assumptions)
    first = _shared_out(plan, formulas, observed)
    # All lines that a run may set, so that every run reads the same text.
    settable = {*first, *changes(plan, first), EARNINGS}
    settable |= set(itertools.chain(*(carriers(plan, line) for line in settable)))
    if first.keys() & {"cash", "unrestricted_cash"}:
        settable |= {"cash", "operating_cash_flow"}
    names = [line for line in plan.lines if line in settable]
    nothing = np.full(len(plan.months), np.nan)

    def run(known: Months) -> Projection:
        return project(observe(plan.assumptions, {line: known.get(line, nothing)
                                                  for line in names}))
    known = continuation({line: months for line, months in first.items()
                          if not is_of(line, (EARNINGS, *MEMORY))}, run)
    ahead = run(known)
    if cash := _cash(ahead, formulas, first):
        ahead = run(known := known | cash)
    if apart := _apart(ahead, formulas, known):
        ahead = run(known := {line: months for line, months in known.items()
                              if line not in apart})
    # Equity is what assets and liabilities leave, whatever flows say.
    gap = figures(ahead).check("assets_unfunded")[0, :close + 1]
    if np.any(np.abs(gap) > MONEY):
        ahead = run(known | {EARNINGS: np.append(ahead[EARNINGS][0, :close + 1] + gap,
                                             nothing[close + 1:])})
    else:
        gap = np.zeros_like(gap)
    return Forecast(close, plan, ahead, observed, np.diff(gap, prepend=0.0), tuple(
        line for line, months in observed.items() if not _same(ahead[line][0], months)))


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
    """The lines that a flow adds up, or the segments of a balance, or the one line that it is;
    none of what subtracts."""
    signed = formulas.signed(line)
    if kind not in ("flow", "stock") or any(sign < 0 for sign in signed.values()):
        return ()
    if kind == "stock" and len(signed) > 1 and not all(
            part.startswith(f"{line}.") for part in signed):
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


def _apart(ahead: Projection, formulas: Trace, known: Months) -> list[str]:
    """Totals of balances that are known, but are not what their items add up to: later months
    follow from the items alone."""
    return [line for line, months in known.items()
            if not _same(_items(ahead, formulas, line), months)]


def _items(ahead: Projection, formulas: Trace, line: str) -> np.ndarray:
    """What the items of a balance add up to, (month,), and what any other line is."""
    stock = glossary(ahead.company).term(line).kind == "stock"
    signed = formulas.signed(line) if stock else {}
    return sum(sign * _items(ahead, formulas, item)
               for item, sign in signed.items()) if signed else ahead[line][0]


def _same(months: np.ndarray, observed: np.ndarray) -> bool:
    """Whether months are what was observed, wherever something was."""
    there = np.isfinite(observed)
    return bool(np.all(near(months[there], observed[there])))


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
