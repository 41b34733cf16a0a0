"""A comparison of strategies: what it holds, and how that is written as JSON.

Dictionaries go by the names of environments (E0 to E5), strategies (S0 to S6) or metrics. `fixed`
is the fixed total (S2), `hybrid` the rolling plan (S5), and `trained` the fixed split that was best
on training quarters (S6). Money is in USD.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np

from model.budget.strategies.measures import Difference, Mean
from model.budget.strategies.replications import Work

DAILY, FIXED, HYBRID, TRAINED = "S1", "S2", "S5", "S6"
# Variants of S3, one of them without each of its rules, of S5, and of S2.
AS_WRITTEN, WITHOUT_RULE = "S3 as written", "S3 without "
WITHOUT_REDESIGN, RECRUITING_ALONE, WITHOUT_LEVERS = (
    "S5 without redesign", "S5 with recruiting alone", "S5 without levers")
LESS_LIBRARY = "S2 with a smaller library"


@dataclass(frozen=True)
class Scarcity:
    """Whether money is scarce under the fixed total: the shares of the total that is spent and of
    the requests that are refused."""

    spent: float
    unmet: float
    holds: bool


@dataclass(frozen=True)
class Transfer:
    """What moves from one bucket to another in a quarter, on average."""

    source: str
    destination: str
    usd: float


@dataclass(frozen=True)
class Reach:
    """How near strategies come to bounds that none can exceed.

    `knapsack` and `program` are completions of U1 and U2, and `dual` what one more USD adds to U2
    at most; `budget_tested` says whether it does on any tape. `share` is of the lower bound, which
    strategies exceed in `exceeded` quarters, which would be an error.
    """

    knapsack: Mean
    program: Mean
    dual: Mean
    budget_tested: bool
    share: dict[str, Mean]
    exceeded: int


@dataclass(frozen=True)
class Split:
    """One of the fixed splits that are tried, by its number, and what buckets open with."""

    number: int
    opening: dict[str, float]


@dataclass(frozen=True)
class Hindsight:
    """Completions of fixed splits, against the fixed total and the hybrid on the same tapes.

    tapes, splits    how many of each were tried
    best_each        the split that is best on each tape, chosen with knowledge of the tape
    best_one         the one `split` that is best over all tapes
    closed_…         how far the hybrid goes from the fixed total to that, as a share of the way
    beyond_half_…    completions by which the hybrid is beyond half of that way
    """

    tapes: int
    splits: int
    fixed: float
    hybrid: float
    best_each: Mean
    best_one: Mean
    split: Split
    closed_each: float | None
    beyond_half_each: Mean
    closed_one: float | None
    beyond_half_one: Mean


@dataclass(frozen=True)
class Environment:
    """What the strategies reach in one environment, by strategy.

    `tapes` are hashes of each quarter's draws; `spent_by_week` is by bucket. `against` and
    `variants`, of single rules and levers, are completions less those of the fixed total.
    """

    title: str
    tapes: list[str]
    scarcity: Scarcity
    strategies: dict[str, dict[str, Mean]]
    against: dict[str, Difference]
    spent_by_week: dict[str, dict[str, list[float]]]
    transfers: dict[str, list[Transfer]]
    bounds: Reach
    hindsight: Hindsight
    variants: dict[str, Difference]


@dataclass(frozen=True)
class Pair:
    """Completions of a first strategy less those of a second, over all environments together;
    `p_holm` is adjusted for the number of pairs."""

    first: str
    second: str
    difference: Difference
    p_holm: float

    def reverse(self) -> Pair:
        """The second less the first; shares, which have another base, are left out."""
        mean, low, high = (None if value is None else -value for value in (
            self.difference.mean, self.difference.high, self.difference.low))
        return Pair(self.second, self.first, replace(
            self.difference, mean=mean, low=low, high=high, share=None, share_low=None,
            share_high=None), self.p_holm)


@dataclass(frozen=True)
class Lead:
    """Completions of the hybrid over those of the fixed total, less 1, at a value."""

    value: float
    mean: float
    by_environment: dict[str, float]


@dataclass(frozen=True)
class Flip:
    """A value of an assumption at which two strategies change places; `for_the_lead` says that
    they are first and second there.

    From `low` to `high` the quarters do not decide which is ahead (95%); None where that reaches
    to the end of the values tried.
    """

    first: str
    second: str
    value: float
    low: float | None
    high: float | None
    leads_above: str
    for_the_lead: bool


@dataclass(frozen=True)
class Sensitivity:
    """The strategies at several values of one assumption, of which `range` are plausible.

    `completions` are means, and `rankings` strategies, most first, for each of `values`.
    """

    label: str
    unit: str
    base: float
    range: list[float]
    values: list[float]
    completions: dict[str, list[float]]
    rankings: list[list[str]]
    leads: list[Lead]
    flips: list[Flip]


@dataclass(frozen=True)
class Decision:
    """The assumption that decides the ranking, as a sentence and in figures: two strategies change
    places at `value`, for the lead or another place. Without such an assumption, a sentence alone.
    """

    path: str | None
    value: float | None = None
    base: float | None = None
    unit: str | None = None
    first: str | None = None
    second: str | None = None
    lead: bool | None = None
    words: str = ""


@dataclass(frozen=True)
class Goal:
    """What the hybrid was to reach, its figure, and the verdict: met, not met or undecided."""

    goal: str
    value: float | None
    met: bool
    verdict: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """All strategies on the same quarters, with their titles and `tuned` settings.

    `edges` are settings at an end of what was tried, `trained` is the split of S6.
    `sensitivity` goes by assumption, `without_effect`, of levers that the hybrid believes in though
    they have none, by lever and environment.
    """

    subject: str
    plan: str
    title: str
    seed: int
    replications: int
    strategies: dict[str, str]
    tuned: dict[str, dict[str, float]]
    edges: list[str]
    trained: Split
    environments: dict[str, Environment]
    pairs: list[Pair]
    work: Work
    sensitivity: dict[str, Sensitivity]
    without_effect: dict[str, dict[str, Difference]]
    decision: Decision
    goals: list[Goal]
    limits: list[str]


@dataclass(frozen=True)
class EnvironmentOfTwo:
    """Two strategies in one environment: their metrics, and completions of the first less those of
    the second."""

    title: str
    tapes: list[str]
    first: dict[str, Mean]
    second: dict[str, Mean]
    difference: Difference


@dataclass(frozen=True)
class ComparisonOfTwo:
    """Two strategies, or sets of rules, on the same quarters."""

    subject: str
    plan: str
    seed: int
    replications: int
    first: str
    second: str
    environments: dict[str, EnvironmentOfTwo]


def with_eight_digits(value):
    """A comparison, or a part, with floats of eight digits; what is not finite is None."""
    if is_dataclass(value):
        return replace(value, **{each.name: with_eight_digits(getattr(value, each.name))
                                 for each in fields(value)})
    if isinstance(value, dict):
        return {key: with_eight_digits(content) for key, content in value.items()}
    if isinstance(value, list):
        return [with_eight_digits(content) for content in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.8g}") if np.isfinite(value) else None
    return value


# Fields that JSON calls otherwise.
_KEYS: dict[type, dict[str, str]] = {
    Reach: {"knapsack": "U1", "program": "U2"}, Hindsight: {"fixed": FIXED, "hybrid": HYBRID},
    Environment: {"scarcity": "bites", "transfers": "moved", "variants": "ablation"},
    Sensitivity: {"leads": "S5_lead"}, Comparison: {"decision": "decides"},
    EnvironmentOfTwo: {"first": "A", "second": "B"}, ComparisonOfTwo: {"first": "A", "second": "B"}}


def as_json(value):
    """A comparison, or a part of it, as dictionaries, lists, numbers and texts."""
    if isinstance(value, dict):
        return {key: as_json(content) for key, content in value.items()}
    if isinstance(value, list):
        return [as_json(content) for content in value]
    if isinstance(value, Pair):
        return {"first": value.first, "second": value.second, **as_json(value.difference),
                "p_holm": value.p_holm}
    if isinstance(value, Decision) and value.path is None:
        return {"path": None, "words": value.words}
    if not is_dataclass(value):
        return value
    keys = _KEYS.get(type(value), {})
    return {keys.get(each.name, each.name): as_json(getattr(value, each.name))
            for each in fields(value)}
