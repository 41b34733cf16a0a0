"""Two groups of learners or two periods, from their exports: who completes more, and at what cost.

A learner is an observation: completed or not, with the money for one-to-one and workshops that went
to the learner. Differences of means are by Welch's t, interval and p-value alike. The cost of a
completion is a ratio of two means; its interval is that of the mean of the ratio's linear part
(delta method).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.budget.programme.export import Records
from model.budget.programme.weeks import spendings
from model.counts import count
from model.problems import InputError, nearest, quoted
from model.views.formats import MINUS

_COVERAGE = 0.95
_DIRECT = ("ONE", "GRP")
# Fewer learners or completions than these give no interval worth printing.
_FEWEST = 5


@dataclass(frozen=True)
class Group:
    """Some learners of an export: arrays (learner,) of who completed and of the cents that went to
    each; `under_way` have neither completed nor left."""

    name: str
    completed: np.ndarray
    cents: np.ndarray
    under_way: int

    @property
    def share(self) -> float:
        return float(self.completed.mean())

    @property
    def cost(self) -> float | None:
        """USD for a completion; None without one."""
        completions = self.completed.sum()
        return float(self.cents.sum() / completions / 100) if completions else None


@dataclass(frozen=True)
class Contrast:
    """A figure of the first group less that of the second, with its 95% interval and p-value; these
    are None where the groups are too small."""

    difference: float
    low: float | None
    high: float | None
    p: float | None


def group(name: str, records: Records, cohort: str = "") -> Group:
    """All learners of an export, or those of a cohort. Raises InputError.

    Workshop money that names no learner is shared out by seats that were not canceled; without any
    seat, evenly.
    """
    if cohort and cohort not in records.cohorts:
        raise InputError.of("--cohorts", f"{quoted(cohort)} is no cohort of {records.name}; "
                            f"{nearest(cohort, records.cohorts)}")
    codes = [code for code, learner in records.learners.items()
             if not cohort or learner.cohort == cohort]
    if len(codes) < 2:
        raise InputError.of(name, f"has {count(len(codes), 'learner')}; groups of 2 or more can be "
                            "compared.")
    own: dict[str, int] = defaultdict(int)
    for each in spendings(records):
        if each.bucket in _DIRECT:
            own[each.learner] += each.cents
    seats = Counter(booking.learner for booking in records.bookings.values()
                    if booking.bucket == "GRP" and booking.outcome in ("held", "no_show"))
    every = seats or Counter(list(records.learners))
    shared, whole = own.pop("", 0), every.total()
    cents = [own[code] + shared * every[code] / whole for code in codes]
    learners = [records.learners[code] for code in codes]
    return Group(name, np.array([each.completed is not None for each in learners]),
                 np.array(cents, float), sum(each.end is None for each in learners))


def completions(first: Group, second: Group) -> Contrast:
    """The share of learners who completed."""
    return _welch(first.completed.astype(float), second.completed.astype(float))


def costs(first: Group, second: Group) -> Contrast | None:
    """USD for a completion; None where nobody completed in one of the groups."""
    if first.cost is None or second.cost is None:
        return None
    parts = [each.cost + (each.cents / 100 - each.cost * each.completed) / each.share
             for each in (first, second)]
    found = _welch(*parts)
    if min(first.completed.sum(), second.completed.sum()) < _FEWEST:
        return Contrast(found.difference, None, None, None)
    return found


def _welch(first: np.ndarray, second: np.ndarray) -> Contrast:
    difference = float(first.mean() - second.mean())
    if min(len(first), len(second)) < _FEWEST or not first.var() + second.var():
        return Contrast(difference, None, None, None)
    # SciPy's statistics take longer to load than most commands take to run.
    from scipy.stats import ttest_ind

    test = ttest_ind(first, second, equal_var=False)
    interval = test.confidence_interval(_COVERAGE)
    return Contrast(difference, float(interval.low), float(interval.high), float(test.pvalue))


def sentences(first: Group, second: Group) -> list[str]:
    """Who completes more and what a completion costs, and what that does not show."""
    return [_completions_sentence(first, second), _cost_sentence(first, second),
            *_caution((first, second))]


def _completions_sentence(first: Group, second: Group) -> str:
    parts = [f"{int(each.completed.sum()):,} of {len(each.completed):,} learners of {each.name} "
             f"completed ({each.share:.1%})" for each in (first, second)]
    found = completions(first, second)
    return (f"{parts[0]}, and {parts[1]}: a difference of {_points(found.difference)} points"
            f"{_certainty(found, _points)}.")


def _cost_sentence(first: Group, second: Group) -> str:
    found = costs(first, second)
    if found is None:
        none = [each.name for each in (first, second) if each.cost is None]
        return f"What a completion costs is undefined, as nobody completed in {' and '.join(none)}."
    return (f"A completion took {_usd(first.cost)} of one-to-one and workshop money in "
            f"{first.name} and {_usd(second.cost)} in {second.name}: a difference of "
            f"{_signed_usd(found.difference)}{_certainty(found, _signed_usd)}.")


def _certainty(found: Contrast, say) -> str:
    """The interval, and whether the difference may be chance."""
    if found.low is None:
        return ", of too few learners for an interval"
    verdict = "so it may be chance" if found.low <= 0 <= found.high else "more than chance explains"
    p = "below 0.0001" if found.p < 1e-4 else f"{found.p:.2g}"
    return f", 95% interval {say(found.low)} to {say(found.high)} (p {p}), {verdict}"


def _caution(groups: Sequence[Group]) -> list[str]:
    words = ["The files do not say that learners came into these groups by lot, so a difference "
             "may have other causes than the way of steering."]
    open_ = [f"{each.under_way:,} of {each.name}" for each in groups if each.under_way]
    if open_:
        words.append(f"{' and '.join(open_)} are still learning and count as not completed.")
    return words


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", MINUS)


def _usd(value: float) -> str:
    return f"USD {value:,.0f}"


def _signed_usd(value: float) -> str:
    return ("+" if value > 0 else MINUS if value < 0 else "") + _usd(abs(value))
