"""Lifetime value under each of its names, and customers by the month in which they were won.

The formulas take numbers or arrays: contribution a month, churn a month (the share of customers
that leaves), retention (1 less churn) and a discount rate a month. NaN stands for undefined: a life
without an end, or nothing to divide by. `variants` are the same for the customers of a plan.

A cohort is a month of signing, which is month of life 1. Cohorts follow from the plan's lines, and
add up to them. Contribution is before digital ads, as everywhere that CAC is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from model.analysis.survival import churn, whereabouts
from model.analysis.unit_economics import before_ads, economics, payback
from model.companies.glossary import Side, glossary
from model.companies.vocabulary import QUARTER, YEAR
from model.engine.figures import figures
from model.engine.projection import Projection, ratio
from model.params.calendar import Calendar
from model.problems import InputError

DISCOUNT = "valuation.discount_rate"


def monthly_rate(annual):
    """The effective rate a month of one a year: 12% a year is 0.948879% a month, and not 1%."""
    return np.expm1(np.log1p(annual) / YEAR)


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
    loss = -np.expm1(-np.log1p(rate) * whole)
    annuity = np.where(rate != 0, ratio(loss, rate), whole)
    return margin * (annuity + (months - whole) * (1 - loss) / (1 + rate))


def geometric_start(margin, retention, rate):
    """Endless life with the same retention each month, paid at its start (Gupta and Lehmann)."""
    return ratio(margin * (1 + np.asarray(rate, float)), _leaving(retention, rate))


def geometric_end(margin, retention, rate):
    """The same, paid at the end of each month by those who are still there."""
    return ratio(margin * np.asarray(retention, float), _leaving(retention, rate))


def _leaving(retention, rate):
    """What a month takes from a payment's worth; 0 where retention is full and nothing is
    discounted, or payments grow in worth, and the value has no end."""
    loss = 1 + np.asarray(rate, float) - retention
    return np.where(loss > 0, loss, 0)


def cohort(margin, survival, rate=0.0, tail=0.0):
    """Margin times survival, summed over months of life (the last axis) and discounted to the
    first; the last month's margin goes on with the retention `tail`, for ever."""
    margin, survival = np.broadcast_arrays(np.asarray(margin, float), np.asarray(survival, float))
    rate, tail = np.asarray(rate, float), np.asarray(tail, float)
    month = np.arange(survival.shape[-1])
    payments = np.where(survival > 0, margin * survival, 0) / (1 + rate[..., None]) ** month
    after = np.where(tail > 0, ratio(tail, _leaving(tail, rate)), 0)
    return payments.sum(axis=-1) + np.where(payments[..., -1] != 0, payments[..., -1] * after, 0)


def even_payback(cac, margin):
    """Months in which an even contribution earns back the CAC; NaN where it brings nothing."""
    margin = np.asarray(margin, float)
    return np.where(margin > 0, ratio(cac, margin), np.nan)


@dataclass(frozen=True)
class Variant:
    """A named definition: its formula in words, and what it gives, (scenario, year), in USD."""

    label: str
    formula: str
    value: np.ndarray


# Definition by name: label, and formula in words, in which `ads` says whether these are left out,
# and `people` who pays.
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
               "Sum of each month's own contribution{ads} × {people} left × discount; "
               "nothing after the plan's last month"),
    "cohort_tail": ("Cohort, with tail",
                    "The same; the last month's contribution and churn go on after it"),
}
USED = "simple"


def variants(projection: Projection, side: Side, segment: str | None = None) -> dict[str, Variant]:
    """Every named definition for the customers won in each year, of a segment or a whole side
    (its segments as they are won). Contribution is before digital ads."""
    if segment is not None:
        values_of = _of_segment(projection, side, segment)
    else:
        new = {name: projection.by_year(f"{side.new}.{name}") for name in side.segments}
        parts = {name: _of_segment(projection, side, name) for name in side.segments}
        values_of = {name: ratio(sum(np.where(new[part] > 0, new[part] * values[name], 0)
                                     for part, values in parts.items()), sum(new.values()))
                     for name in NAMES}
    ads, people = before_ads(projection.company), glossary(projection.company).people
    return {name: Variant(label, formula.format(ads=ads, people=people), values_of[name])
            for name, (label, formula) in NAMES.items()}


def discount_rate(projection: Projection) -> np.ndarray:
    """The discount rate a month by year, (scenario, year), made of the rate a year."""
    assumptions = projection.assumptions
    if DISCOUNT not in assumptions.series:
        raise InputError.of(assumptions.where(DISCOUNT), f"{DISCOUNT} is missing; discounted "
                            "lifetime values need it. Add it with label, unit, value, range, "
                            "source and confidence.")
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
    years = projection.calendar
    rate = rate[:, years.years_of()]

    def year(values: np.ndarray) -> np.ndarray:
        return ratio(years.sums(np.where(new > 0, new * values, 0)), years.sums(new))
    return {
        "cohort": year(cohort(life.contribution, life.survival * life.observed, rate)),
        "cohort_tail": year(cohort(life.contribution, life.survival, rate, life.last_retention)),
    }


@dataclass(frozen=True)
class Lives:
    """One customer of a segment, by month of signing and of life: (scenario, cohort, month).

    `survival` is the chance to be still there; `revenue` and `contribution` are those of one who
    is, in USD. After the horizon, where `observed`, (cohort, month), ends, the last month's churn,
    price and margin hold, and `last_retention`, (scenario, 1 or cohort), after all of it.
    """

    survival: np.ndarray
    revenue: np.ndarray
    contribution: np.ndarray
    observed: np.ndarray
    last_retention: np.ndarray


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of a segment or of a whole side; beyond the horizon everything is 0.

    Those `signed`, the money `spent` to win them [USD] and those `remaining` when the plan ends
    are (scenario, cohort); `customers` who are still there, and their `revenue` and `contribution`
    before digital ads [USD], (scenario, cohort, month of life). `observed` says whether all of a
    cohort reach the month within the horizon, (cohort, month of life).
    """

    signed: np.ndarray
    spent: np.ndarray
    remaining: np.ndarray
    customers: np.ndarray
    revenue: np.ndarray
    contribution: np.ndarray
    observed: np.ndarray

    @property
    def retention(self) -> np.ndarray:
        """Share of a cohort that is still there, by month of life; NaN beyond the horizon."""
        return self._known(ratio(self.customers, self.signed[..., None]))

    @property
    def recovered(self) -> np.ndarray:
        """Contribution since signing over what the cohort cost; NaN beyond the horizon."""
        contribution = np.cumsum(self.contribution, axis=-1)
        return self._known(ratio(contribution, self.spent[..., None]))

    @property
    def payback_months(self) -> np.ndarray:
        """The month of life in which contribution since signing reaches what the cohort cost,
        (scenario, cohort); NaN where it does not within the horizon. Where only some of a cohort
        of several months reach a month of life, it counts what these bring."""
        contribution = np.cumsum(self.contribution, axis=-1)
        return payback(np.moveaxis(contribution, -1, 0), self.spent)

    def _known(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.observed, values, np.nan)

    def grouped(self, calendar: Calendar, months: int = QUARTER) -> Cohorts:
        """Cohorts of periods of several months as one, each customer at its own month of life.
        Nothing up to the end of the plan is left out; shares are known where all have reached the
        month."""
        def together(values: np.ndarray) -> np.ndarray:
            return np.add.reduceat(values, starts, axis=1)

        starts = calendar.bounds(months)[:-1]
        amounts = {each.name: together(getattr(self, each.name)) for each in fields(self)[:-1]}
        within = np.logical_and.reduceat(self.observed, starts, axis=0)
        return Cohorts(**amounts, observed=within)


def cohorts(projection: Projection, side: Side, segment: str | None = None) -> Cohorts:
    """Cohorts by month of signing, of one segment or of a side's segments together."""
    segments = side.segments if segment is None else (segment,)
    every = [lives(projection, side, name) for name in segments]
    new_customers = [projection[f"{side.new}.{name}"] for name in segments]
    there = [new[..., None] * life.survival * life.observed
             for new, life in zip(new_customers, every, strict=True)]

    def total(of: str) -> np.ndarray:
        # Where nobody is billed there is no price, and nothing to multiply it with.
        return sum(customers * np.nan_to_num(getattr(life, of))
                   for customers, life in zip(there, every, strict=True))

    new = sum(new_customers)
    cac = ratio(projection[side.marketing], projection[side.new])
    customers = sum(there)
    first, oldest = np.arange(new.shape[1]), np.arange(new.shape[1])[::-1]
    return Cohorts(new, np.where(new > 0, new * cac, 0), customers[:, first, oldest], customers,
                   total("revenue"), total("contribution"), every[0].observed)


def lives(projection: Projection, side: Side, segment: str) -> Lives:
    """How long one customer of each month stays, and what it brings."""
    months = projection.assumptions.calendar.months
    life = np.arange(months)
    when = life[:, None] + life
    within, at = when < months, np.minimum(when, months - 1)
    where = whereabouts(projection, side, segment)
    survival = sum(where.values())
    margin = ratio(figures(projection).line("contribution_before_ads"), projection["revenue"])
    share = _billed_share(projection, side, at)
    revenue = np.where(share > 0, _price(projection, side, where, at) * share, 0)
    contribution = np.where(share > 0, margin[:, at] * revenue, 0)
    return Lives(survival, revenue, contribution, within, _last_retention(projection, side, where))


def _price(projection: Projection, side: Side, where: Mapping[str, np.ndarray],
           at: np.ndarray) -> np.ndarray:
    """What one who is still there pays in a month of life: the price of the segment or, of several,
    the mean of those where one may be."""
    prices = {name: ratio(projection[f"revenue.{name}"], projection[f"{side.billed}.{name}"])[:, at]
              for name in where}
    if len(prices) == 1:
        return next(iter(prices.values()))
    paid = sum(np.where(there > 0, there * prices[name], 0) for name, there in where.items())
    return ratio(paid, sum(where.values()))


def _last_retention(projection: Projection, side: Side,
                    where: Mapping[str, np.ndarray]) -> np.ndarray:
    """The share that stays in each month after all those that are followed."""
    stay = {name: 1 - churn(projection, side, name)[:, -1:] for name in where}
    if len(stay) == 1:
        return next(iter(stay.values()))
    last = {name: there[:, :, -1] for name, there in where.items()}
    return np.nan_to_num(ratio(sum(last[name] * stay[name] for name in last), sum(last.values())))


def _billed_share(projection: Projection, side: Side, at: np.ndarray) -> np.ndarray:
    """Share of a customer's month of life that is billed, (scenario, cohort, month of life)."""
    firsts = [np.full((1, len(at)), first) if isinstance(first, float)
              else projection.assumptions.monthly(first).T for first in side.first_months]
    share = np.ones((max((len(first) for first in firsts), default=1), *at.shape))
    for month, first in enumerate(firsts):
        share[:, :, month] = first[:, at[:, month]]
    return share
