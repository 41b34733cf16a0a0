"""What the published figures of a company leave open: plans within the ranges that meet them all.

Random draws are moved, each by as little as it takes, to where the plan has the published figures
(the least in the space of independent normal scores, which for figures that follow the assumptions
in proportion gives draws of just those plans that meet them; Rue and Held, 2005, 2.3.3). Those that
meet every figure within its tolerance are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from model.analysis.breakeven import months_to_breakeven
from model.analysis.kpis import kpi_values
from model.analysis.uncertainty import draws, normal, sampling
from model.analysis.uncertainty.assurance import lines_read
from model.analysis.uncertainty.dependence import groups_of
from model.analysis.uncertainty.sensitivity import SEED
from model.audit.source_check import SourceCheck, slack_of
from model.companies.arithmetic import Expression, Reference
from model.companies.claims import Claim
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions

# Draws of a page, how often each is moved, and the step by which slopes are found.
DRAWS, ROUNDS, _STEP = 600, 6, 0.05
# Claims that say what the company has or comes to; the others are goals, examples and arguments.
_KINDS = ("plan", "outcome")
# Within which part of a tolerance a draw aims, so that those that come near are within it.
_WITHIN = 0.8
# Singular values below this part of the greatest are those of figures that say the same.
_ALIKE = 1e-6
_SETTLED = 1e-9
# So many standard errors from 0 a correlation is no luck among many.
_LUCK = 4.0


@dataclass(frozen=True)
class Condition:
    """A published figure that the plan meets: its claim, what of the plan it is, and what that must
    be, within what."""

    claim: Claim
    formula: Expression
    target: float
    near: float

    @property
    def counts(self) -> bool:
        """Whether it is a number of months or years, which jumps."""
        return self.claim.unit in ("months", "years")


def conditions(check: SourceCheck) -> tuple[Condition, ...]:
    """The published figures that the plan meets, and that another plan might not: of those that the
    same formula gives, the one with the least tolerance."""
    found: dict[str, Condition] = {}
    for finding in check.findings.values():
        claim = finding.claim
        if claim.kind not in _KINDS or finding.model is None:
            continue
        _, near = check.held_to(finding.model.check, claim, slack_of(claim))
        target = finding.model.expected
        for formula in _readings(claim, finding.model.check.value):
            if _is_vector(check, formula) and abs(check.value(formula) - target) <= near:
                before = found.get(formula.text)
                if before is None or near < before.near:
                    found[formula.text] = Condition(claim, formula, target, near)
                break
    return tuple(found.values())


def missed(check: SourceCheck) -> list[Claim]:
    """The published outcomes that the plan itself does not have: no other is held to them."""
    met = {condition.claim.id for condition in conditions(check)}
    return [finding.claim for finding in check.findings.values()
            if finding.claim.kind == "outcome" and finding.printed and finding.claim.id not in met
            and finding.model and finding.model.check.bound == "equal"]


def _readings(claim: Claim, model: Expression) -> list[Expression]:
    """What of the plan a claim may be: the model's figure, and others that stand beside it."""
    check = claim.model
    if check is not None and check.bound != "equal":
        return []
    return [model, *(each.value for each in claim.beside),
            *(each.value for each in claim.readings
              if each.scenario == "base" and not each.sets and each.implies is None)]


def _is_vector(check: SourceCheck, formula: Expression) -> bool:
    """Whether a formula can be worked out for many plans at once, and reads the plan."""
    names = [reference.name for reference in formula.references]
    return all(name in check.projection.assumptions.entries or name.partition(".")[0] in _OF_PLANS
               for name in names)


def _in_year(plans: Projection, values: np.ndarray, year: int | None) -> np.ndarray:
    year = plans.years[0] if year is None else year
    return values[:, plans.years.index(year)]


_OF_PLANS: dict[str, Callable[[Projection, str, int | None], np.ndarray]] = {
    "line": lambda plans, name, year: _in_year(plans, plans.by_year(name), year),
    "kpi": lambda plans, name, year: _in_year(plans, kpi_values(plans, name), year),
    "trough": lambda plans, name, year: plans["trough_cash"][:, -1],
    "breakeven": lambda plans, name, year: np.nan_to_num(
        months_to_breakeven(plans, name), nan=np.inf),
    "years_below_zero": lambda plans, name, year: (plans.by_year(name) < 0).sum(axis=1) * 1.0,
}


def value(plans: Projection, formula: Expression) -> np.ndarray:
    """A formula over assumptions, lines and KPIs of many plans, (plan,)."""
    def number(reference: Reference) -> np.ndarray:
        entries, name = plans.assumptions.entries, reference.name
        if name in entries:
            if entries[name].form == "constant":
                return plans.assumptions.series[name].values[0]
            return _in_year(plans, plans.assumptions.yearly(name).T, reference.year)
        head, _, rest = name.partition(".")
        return _OF_PLANS[head](plans, rest, reference.year)
    return np.broadcast_to(formula.value(number), (plans.scenarios,))


@dataclass(frozen=True)
class Open:
    """Plans within the ranges of which some meet every condition. `kept` says which, (draw,);
    `scores` are those of each path, (path, draw), of draws that are normal without conditions;
    `free` and `held` are figures by name of the draws as they were, and of those that are kept."""

    assumptions: Assumptions
    conditions: tuple[Condition, ...]
    paths: tuple[str, ...]
    kept: np.ndarray
    scores: np.ndarray
    free: dict[str, np.ndarray]
    held: dict[str, np.ndarray]

    @property
    def left(self) -> np.ndarray:
        """What is left of the spread of each assumption, as a share of its standard deviation
        without conditions, (path,)."""
        return self.scores[:, self.kept].std(axis=1)

    def going_with(self, values: np.ndarray) -> np.ndarray:
        """The correlation of each assumption's score with a figure of the plans that are kept,
        (path,); 0 where it may be luck."""
        scores = self.scores[:, self.kept]
        away, others = values - values.mean(), scores - scores.mean(axis=1, keepdims=True)
        size = np.sqrt((others**2).sum(axis=1) * (away @ away))
        found = np.divide(others @ away, size, out=np.zeros(len(scores)), where=size > 0)
        return np.where(np.abs(found) > _LUCK / np.sqrt(len(values)), found, 0.0)

    def firsts(self, paths: Sequence[str]) -> dict[str, np.ndarray]:
        """The first value of some paths in each plan that is kept, (plan,)."""
        values = _values(self.assumptions, self.paths, self.scores[:, self.kept])
        return {path: values[path] if values[path].ndim == 1 else values[path][:, 0]
                for path in paths}


Figures = Callable[[Projection], dict[str, np.ndarray]]


def identified(check: SourceCheck, figures: Figures, size: int = DRAWS, seed: int = SEED,
               wanted: Sequence[Condition] | None = None) -> Open:
    """Draws moved to where a plan meets all of its conditions, and what figures they have."""
    assumptions, plan = check.projection.assumptions, check.projection
    wanted = conditions(check) if wanted is None else tuple(wanted)
    paths = sampling.uncertain(assumptions)
    lines = lines_read(plan, lambda plans: np.array([
        *(value(plans, each.formula) for each in wanted), *figures(plans).values()]))
    root, of = _root(assumptions, paths), partial(_plans, assumptions, paths, lines)
    own = np.array([normal.scores(draws.positions(seed, path, size)) for path in paths])
    smooth = [each for each in wanted if not each.counts]
    # Each draw aims at a place of its own within the tolerances.
    aims = _WITHIN * np.array([2 * draws.positions(seed, f"aim {each.claim.id}", size) - 1
                               for each in smooth]).reshape(len(smooth), size)
    first = of(root @ own)
    points = _moved(lambda at: _misses(of(root @ at), smooth) - aims, own, _misses(
        first, smooth) - aims, _slopes(lambda at: _misses(of(root @ at), smooth), len(paths)))
    plans = of(root @ points)
    kept = (np.abs(_misses(plans, wanted)) <= 1).all(axis=0)
    held = {name: each[kept] for name, each in figures(plans).items()}
    return Open(assumptions, wanted, paths, kept, root @ points, figures(first), held)


def _root(assumptions: Assumptions, paths: Sequence[str]) -> np.ndarray:
    """What independent scores give those of each path, (path, score)."""
    found = np.eye(len(paths))
    for group in groups_of(assumptions.correlations):
        places = [paths.index(path) for path in group.paths]
        found[np.ix_(places, places)] = group.shares
    return found


def _values(assumptions: Assumptions, paths: Sequence[str], scores: np.ndarray) -> dict:
    """The values of assumptions at scores, (path, draw), in the shape that `batch` takes."""
    places = dict(zip(paths, normal.positions(scores), strict=True))
    return sampling.within_mixes(assumptions, sampling.values_at(assumptions, places))


def _plans(assumptions: Assumptions, paths: Sequence[str], lines: tuple[str, ...] | None,
           scores: np.ndarray) -> Projection:
    """The plans at scores of their assumptions, (path, draw)."""
    return batch(assumptions, _values(assumptions, paths, scores), keep=lines)


def _misses(plans: Projection, wanted: Sequence[Condition]) -> np.ndarray:
    """By how many tolerances plans miss each condition, (condition, plan)."""
    return np.array([(value(plans, each.formula) - each.target) / each.near
                     for each in wanted]).reshape(len(wanted), plans.scenarios)


def _slopes(misses: Callable[[np.ndarray], np.ndarray], size: int) -> np.ndarray:
    """How misses change with each score, (condition, score), in the middle of all ranges."""
    at = np.concatenate([_STEP * np.eye(size), -_STEP * np.eye(size)], axis=1)
    found = misses(at)
    return (found[:, :size] - found[:, size:]) / (2 * _STEP)


def _moved(misses: Callable[[np.ndarray], np.ndarray], points: np.ndarray, now: np.ndarray,
           slopes: np.ndarray) -> np.ndarray:
    """Points (score, draw) moved until nothing is missed: by the least that does it as far as
    slopes tell, which each draw corrects by what came of it (Broyden, 1965)."""
    if not len(now):
        return points
    # (draw, condition, score)
    slopes = np.repeat(slopes[None], points.shape[1], axis=0)
    for _ in range(ROUNDS):
        step = -np.einsum("dnc,cd->nd", np.linalg.pinv(slopes, rcond=_ALIKE), now)
        points = points + step
        after = misses(points)
        length = np.maximum((step**2).sum(axis=0), _SETTLED)
        wrong = (after - now - np.einsum("dcn,nd->cd", slopes, step)) / length
        slopes = slopes + np.einsum("cd,nd->dcn", wrong, step)
        now = after
    return points
