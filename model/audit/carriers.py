"""Which assumption carries LTV:CAC: one segment's ratio with one assumption at a time taken at
the publisher's word, at its worst plausible end, and at the value that just meets the goal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.solve import Solution, ltv_to_cac_gap, solve
from model.analysis.uncertainty import sampling
from model.analysis.unit_economics import economics, sides
from model.audit.source_check import SourceCheck
from model.companies.claims import Literal
from model.companies.profiles import profile
from model.engine.numbers import batch, project
from model.engine.projection import Projection
from model.params.assumptions import Assumptions


@dataclass(frozen=True)
class Carrier:
    """An assumption under a segment's LTV:CAC.

    `literal` is its value as the page would have it, NaN where the page says nothing; `worst` the
    plausible end that lowers the ratio; `needed` the value at which the goal is just met. The
    ratios are those of the segment with this assumption alone moved.
    """

    path: str
    now: float
    literal: float
    words: str
    literal_ratio: float
    worst: float
    worst_ratio: float
    needed: Solution


@dataclass(frozen=True)
class Carried:
    """LTV:CAC of one segment in one year as it stands, and what it rests on. `together` is the
    ratio with every literal value at once, NaN where there is none."""

    segment: str
    year: int
    goal: float
    ratio: float
    together: float
    carriers: tuple[Carrier, ...]

    @property
    def chief(self) -> Carrier | None:
        """The assumption with which the ratio falls deepest: at the page's word if it has any,
        otherwise at the worst plausible end. None where there is no ratio."""
        literal = [c for c in self.carriers if not np.isnan(c.literal_ratio)]
        worst = [c for c in self.carriers if not np.isnan(c.worst_ratio)]
        if literal:
            return min(literal, key=lambda c: c.literal_ratio)
        return min(worst, key=lambda c: c.worst_ratio, default=None)


def carried(check: SourceCheck) -> Carried:
    """What LTV:CAC of the company's chief segment rests on, in the first year."""
    assumptions, spec = check.projection.assumptions, check.claims.carriers
    year = check.projection.calendar.judged_years[0]
    goal = profile(check.company).kpis["ltv_to_cac"].target_in(year)
    ratio = _ratios(check.projection, spec.segment)[0]
    gap = ltv_to_cac_gap(_side(check.projection, spec.segment), spec.segment, year, goal)
    solutions = solve(assumptions, [(path, gap) for path in spec.paths])
    ends = _ratios(batch(assumptions, sampling.one_at_a_time(assumptions, spec.paths)),
                   spec.segment)
    literal = {entry.path: _literal(check, entry) for entry in spec.literal}
    rows = []
    for i, path in enumerate(spec.paths):
        low, high = (float(end[0]) for end in sampling.ends(assumptions, path))
        at_low, at_high = (float(end) for end in ends[2 * i:2 * i + 2])
        to, words, then = literal.get(path, (np.nan, "", np.nan))
        rows.append(Carrier(path, float(assumptions.series[path].values[0, 0]), to, words, then,
                            *((low, at_low) if at_low <= at_high else (high, at_high)),
                            solutions[i]))
    return Carried(spec.segment, year, goal, float(ratio), _together(check), tuple(rows))


def _literal(check: SourceCheck, entry: Literal) -> tuple[float, str, float]:
    """The value at the page's word, what that is, and the ratio with it."""
    to = check.value(entry.to)
    plan = _plan_with(check.projection.assumptions, entry.path, to)
    ratio = np.nan if plan is None else _ratios(plan, check.claims.carriers.segment)[0]
    return to, entry.words, float(ratio)


def _together(check: SourceCheck) -> float:
    """The ratio with every literal value, each worked out with those before it in place."""
    spec, now = check.claims.carriers, check.projection
    for entry in spec.literal:
        plan = _plan_with(now.assumptions, entry.path, SourceCheck(now).value(entry.to))
        if plan is None:
            return np.nan
        now = plan
    return float(_ratios(now, spec.segment)[0]) if spec.literal else np.nan


def _plan_with(assumptions: Assumptions, path: str, to: float) -> Projection | None:
    """The projection with one path at a value throughout; None where that is undefined."""
    return None if np.isnan(to) else project(assumptions.with_values({path: to}))


def _ratios(projection: Projection, segment: str) -> np.ndarray:
    """LTV:CAC of a segment in the first year that can be judged, (scenario,)."""
    first = projection.years.index(projection.calendar.judged_years[0])
    return economics(projection, _side(projection, segment), segment).ltv_to_cac[:, first]


def _side(projection: Projection, segment: str):
    return next(side for side in sides(projection.company)
                if segment in side.segments)
