"""Lifetime value under each of its names: what a customer contributes over its life.

The formulas take plain numbers or arrays: contribution a month, churn a month (the share of
customers that leaves), retention (1 less churn) and a discount rate a month. NaN stands for
undefined: a life without an end, or nothing to divide by. `Variants` are the same for the
customers of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.cohorts import lives
from model.analysis.division import annual_sum, ratio
from model.analysis.unit_economics import before_ads, economics
from model.companies.sides import Side
from model.engine.projection import Projection
from model.problems import InputError, Problem

DISCOUNT = "valuation.discount_rate"
MONTHS_PER_YEAR = 12


def monthly_rate(annual):
    """The effective rate a month of an effective rate a year: twelve of it compound to the year's,
    so 12% a year is 0.948879% a month, and not 1%."""
    return np.expm1(np.log1p(annual) / MONTHS_PER_YEAR)


def simple(margin, months):
    """Contribution a month times the months of a life."""
    return margin * np.asarray(months, float)


def churn_start(margin, churn):
    """Each month paid at its start: a customer pays 1 / churn times on average."""
    return ratio(margin, churn)


def churn_end(margin, churn):
    """Each month paid at its end, by those who are still there."""
    return ratio(margin * (1 - np.asarray(churn, float)), churn)


def fixed_start(margin, months, rate):
    """A life of so many months, each paid at its start and discounted to the month of signing."""
    return fixed_end(margin, months, rate) * (1 + np.asarray(rate, float))


def fixed_end(margin, months, rate):
    """The same, paid at the end of each month. A month that is lived in part counts in part."""
    months, rate = np.asarray(months, float), np.asarray(rate, float)
    whole = np.floor(months)
    lost = -np.expm1(-np.log1p(rate) * whole)
    annuity = np.where(rate != 0, ratio(lost, rate), whole)
    return margin * (annuity + (months - whole) * (1 - lost) / (1 + rate))


def geometric_start(margin, retention, rate):
    """Endless life with the same retention each month, paid at its start (Gupta and Lehmann)."""
    return ratio(margin * (1 + np.asarray(rate, float)), _leaving(retention, rate))


def geometric_end(margin, retention, rate):
    """The same, paid at the end of each month by those who are still there."""
    return ratio(margin * np.asarray(retention, float), _leaving(retention, rate))


def _leaving(retention, rate):
    """What a month takes from a payment's worth; 0 where retention is full and nothing is
    discounted, or payments grow in worth, and the value has no end."""
    taken = 1 + np.asarray(rate, float) - retention
    return np.where(taken > 0, taken, 0)


def cohort(margin, survival, rate=0.0, tail=0.0):
    """Sum over months of life of margin times survival, discounted to the month of signing.

    margin and survival run over months of life on the last axis; the first month is that of
    signing. `tail` is the rule for what comes after the last of them: the retention with which
    the last month's margin goes on for ever; 0 counts nothing after it.
    """
    margin, survival = np.broadcast_arrays(np.asarray(margin, float), np.asarray(survival, float))
    rate, tail = np.asarray(rate, float), np.asarray(tail, float)
    month = np.arange(survival.shape[-1])
    paid = np.where(survival > 0, margin * survival, 0) / (1 + rate[..., None]) ** month
    after = np.where(tail > 0, ratio(tail, _leaving(tail, rate)), 0)
    return paid.sum(axis=-1) + np.where(paid[..., -1] != 0, paid[..., -1] * after, 0)


def payback(cac, margin):
    """Months in which an even contribution earns back the CAC; NaN where it brings nothing."""
    margin = np.asarray(margin, float)
    return np.where(margin > 0, ratio(cac, margin), np.nan)


@dataclass(frozen=True)
class Variant:
    """A named definition: its formula in words, and what it gives, (scenario, year), in USD."""

    label: str
    formula: str
    value: np.ndarray


# Definition by name: label, and formula in words, in which `ads` says whether these are left out.
# LTV:CAC uses the first.
NAMES = {
    "simple": ("Simple",
               "Contribution{ads} a month × months billed within five years"),
    "churn_start": ("Churn, paid at start", "Contribution{ads} a month ÷ churn"),
    "churn_end": ("Churn, paid at end", "Contribution{ads} a month × (1 − churn) ÷ churn"),
    "fixed_start": ("Fixed life, start", "As simple, each month discounted from its start"),
    "fixed_end": ("Fixed life, end", "As simple, each month discounted from its end"),
    "geometric_start": ("Geometric, start",
                        "Contribution{ads} a month × (1 + d) ÷ (1 + d − retention)"),
    "geometric_end": ("Geometric, end",
                      "Contribution{ads} a month × retention ÷ (1 + d − retention)"),
    "cohort": ("Cohort, no tail",
               "Sum of each month's own contribution{ads} × customers left × discount; "
               "nothing after the plan's last month"),
    "cohort_tail": ("Cohort, with tail",
                    "The same; the last month's contribution and churn go on after it"),
}
USED = "simple"


def variants(projection: Projection, side: Side, segment: str | None = None) -> dict[str, Variant]:
    """Every named definition for the customers won in each year, of a segment or a whole side
    (its segments as they are won). Contribution is before digital ads."""
    if segment is not None:
        found = _of_segment(projection, side, segment)
    else:
        new = {name: projection.by_year(f"{side.new}.{name}") for name in side.segments}
        parts = {name: _of_segment(projection, side, name) for name in side.segments}
        found = {name: ratio(sum(np.where(new[part] > 0, new[part] * values[name], 0)
                                 for part, values in parts.items()), sum(new.values()))
                 for name in NAMES}
    ads = before_ads(projection.assumptions.company)
    return {name: Variant(label, formula.format(ads=ads), found[name])
            for name, (label, formula) in NAMES.items()}


def discount_rate(projection: Projection) -> np.ndarray:
    """The discount rate a month by year, (scenario, year), made of the rate a year."""
    assumptions = projection.assumptions
    if DISCOUNT not in assumptions.series:
        raise InputError([Problem(assumptions.where(DISCOUNT), f"{DISCOUNT} is missing; discounted "
                                  "lifetime values need it. Add it with label, unit, value, "
                                  "range, source and confidence.")])
    return monthly_rate(assumptions.yearly(DISCOUNT).T)


def _of_segment(projection: Projection, side: Side, segment: str) -> dict[str, np.ndarray]:
    one, rate = economics(projection, side, segment), discount_rate(projection)
    margin, months, retention = one.contribution_per_month, one.customer_months, 1 - one.churn
    return {
        "simple": simple(margin, months),
        "churn_start": churn_start(margin, one.churn),
        "churn_end": churn_end(margin, one.churn),
        "fixed_start": fixed_start(margin, months, rate),
        "fixed_end": fixed_end(margin, months, rate),
        "geometric_start": geometric_start(margin, retention, rate),
        "geometric_end": geometric_end(margin, retention, rate),
        **_cohorts(projection, side, segment, rate),
    }


def _cohorts(projection: Projection, side: Side, segment: str,
             rate: np.ndarray) -> dict[str, np.ndarray]:
    """The months' cohorts of a year, each customer counting the same."""
    new, life = projection[f"{side.new}.{segment}"], lives(projection, side, segment)
    rate = np.repeat(rate, MONTHS_PER_YEAR, axis=1)

    def year(values: np.ndarray) -> np.ndarray:
        return ratio(annual_sum(np.where(new > 0, new * values, 0)), annual_sum(new))

    return {
        "cohort": year(cohort(life.contribution, life.survival * life.observed, rate)),
        "cohort_tail": year(cohort(life.contribution, life.survival, rate, life.last_retention)),
    }
