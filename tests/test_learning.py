"""Draws that learn from closed months: posteriors that are known, and what must hold of any."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from model import batch, load, project
from model.analysis.forecast import forecast
from model.analysis.uncertainty import learning as analysis
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.learning import (
    LASTING,
    MONTHLY,
    SHARED,
    errors_of,
    evidence,
    learning,
    likelihood,
)
from model.analysis.uncertainty.tempering import effective, learned, weights_of
from model.analysis.variance import actuals
from model.pages import open_view
from model.pages.scoreboard import learning as page

SIZE = 4000


@pytest.fixture(scope="module")
def plan():
    return project(load("mentorship", "demo_actuals"))


def test_a_normal_that_is_observed_where_few_draws_are():
    """A score that is observed as 3 with an error of 0.3: mean 3 / 1.09, variance 0.09 / 1.09."""
    first = np.random.default_rng(1).standard_normal((1, SIZE))
    found = learned(first, lambda z: -(z[0] - 3) ** 2 / (2 * 0.09), seed=1)
    assert found.stages > 1 and found.counted < 0.05 * SIZE
    assert found.effective == pytest.approx(SIZE)
    spread = np.sqrt(0.09 / 1.09)
    assert found.scores.mean() == pytest.approx(3 / 1.09, abs=4 * spread / np.sqrt(SIZE))
    assert found.scores.std() == pytest.approx(spread, rel=0.08)


def test_a_normal_that_is_observed_where_draws_are_is_weighed_alone():
    first = np.random.default_rng(4).standard_normal((2, SIZE))
    found = learned(first, lambda z: -(z[0] - 0.5) ** 2 / 2, seed=2)
    assert found.stages == 0 and found.scores is first and found.effective == found.counted
    mean = found.weights @ first.T
    assert mean == pytest.approx([0.25, 0], abs=0.05)
    assert found.weights @ (first[0] - mean[0]) ** 2 == pytest.approx(0.5, abs=0.05)


def test_without_anything_observed_all_draws_count_alike():
    found = learned(np.zeros((1, 10)), lambda z: np.zeros(10), seed=3)
    assert (found.weights == 0.1).all() and found.effective == pytest.approx(10)
    assert effective(np.array([1.0, 0, 0])) == 1 and effective(np.ones(4)) == 4


def drawn(plan, lines, size):
    values = sampling.drawn(plan.assumptions, sampling.uncertain(plan.assumptions), size, 1)
    return batch(plan.assumptions, values, [each.line for each in lines], 4)


def test_the_likelihood_is_that_of_a_normal_whose_errors_last_in_part(plan):
    lines = [each for each in evidence(plan, actuals(plan)) if each.line == "revenue"]
    plans = drawn(plan, lines, 3)
    errors = LASTING ** 2 + np.diag([MONTHLY ** 2] * 4)
    assert errors_of(lines, plans) == pytest.approx(errors)
    logs = multivariate_normal([0] * 4, errors).logpdf(np.log(
        plans["revenue"] / [2680, 5490, 8720, 12980]))
    assert np.diff(likelihood(lines, errors, plans)) == pytest.approx(np.diff(logs))


def test_lines_share_errors_as_far_as_they_go_together_in_draws(plan):
    """And so what has one cause counts little more than once, where it would count twice."""
    lines = [each for each in evidence(plan, actuals(plan))
             if each.line in ("new_mentees", "active_mentees", "payroll")]
    plans = drawn(plan, lines, 50)
    found = errors_of(lines, plans)
    names = [each.line for each in lines]
    assert found == pytest.approx(found.T) and np.linalg.eigvalsh(found).min() > 0
    means = np.array([each.misses(plans).mean(axis=1) for each in lines])
    shared = SHARED * np.corrcoef(means) * (LASTING ** 2 + MONTHLY ** 2)
    at = {name: 4 * names.index(name) for name in names}
    new, active = at["new_mentees"], at["active_mentees"]
    assert found[new, active] == pytest.approx(shared[new // 4, active // 4])
    assert found[new, active] > 0.7 * found[new, new] > 3 * abs(found[new, at["payroll"]])
    one, both = np.arange(new, new + 4), np.r_[new:new + 4, active:active + 4]
    told = [np.linalg.inv(found[np.ix_(each, each)]).sum() for each in (one, both)]
    assert told[0] < told[1] < 1.3 * told[0]


def test_with_errors_of_any_size_nothing_moves(plan):
    lines = evidence(plan, actuals(plan))
    plans = drawn(plan, lines, 50)
    errors = errors_of(lines, plans)
    assert weights_of(likelihood(lines, 1e12 * errors, plans)) == pytest.approx(
        np.full(50, 1 / 50))
    assert effective(weights_of(likelihood(lines, errors, plans))) < 30


def test_the_first_months_alone_are_those_of_the_whole_plan(plan):
    values = {"mentees.match_rate": np.array([0.6, 0.8])}
    some, every = (batch(plan.assumptions, values, ("revenue", "cash"), months)
                   for months in (4, None))
    assert np.array_equal(some["cash"], every["cash"][:, :4])


def test_sums_of_what_is_known_are_no_evidence_of_their_own(plan):
    file = actuals(plan)
    more = file.values["revenue"] - file.values["cost_of_revenue"]
    told = replace(file, values={**file.values, "gross_profit": more})
    lines = {each.line for each in evidence(plan, told)}
    assert "revenue" in lines and "gross_profit" not in lines and "match_rate" not in lines


@pytest.mark.parametrize("rise", [1.0, 1.6])
def test_one_assumption_on_a_grid(plan, rise, monkeypatch):
    """Where CAC alone is uncertain, draws have the quantiles that a grid over its range has."""
    path = "mentees.cac"
    monkeypatch.setattr(sampling, "uncertain", lambda assumptions: (path,))
    months = np.where(np.arange(60) < 4, plan["new_mentees"][0] / rise, np.nan)
    file = replace(actuals(plan), values={"new_mentees": months})
    found = learning(plan, file, forecast(plan, file), 2028, size=400)
    factors = np.linspace(0.8, 1.3, 2001)[1:-1]
    prior = np.where(factors < 1, (factors - 0.8) / 0.2, (1.3 - factors) / 0.3)
    # New mentees are in inverse proportion to their CAC in every month.
    variance = LASTING ** 2 + MONTHLY ** 2 / 4
    below = np.cumsum(prior * np.exp(-np.log(rise / factors) ** 2 / (2 * variance)))
    wanted = np.interp([0.05, 0.5, 0.95], below / below[-1], factors)
    (cac,) = [each for each in found.ranges if each.path == path] if rise > 1 else [None]
    if cac:
        assert cac.after == pytest.approx(wanted, abs=0.02) and cac.moved > 1
        assert (found.draws.stages > 0) == (found.draws.counted < 100)
    else:
        assert wanted[1] == pytest.approx(1.02, abs=0.03) and not found.draws.stages
    assert found.now.on_time.value < found.start.on_time.value if rise > 1 else True


def test_what_no_range_reaches_is_named(plan):
    months = np.where(np.arange(60) < 4, 1.6 * plan["payroll"][0], np.nan)
    file = replace(actuals(plan), values={"payroll": months})
    assert learning(plan, file, forecast(plan, file), 2028, size=100).far == ("payroll",)


def test_the_page_says_what_the_figures_say(monkeypatch):
    monkeypatch.setattr(analysis, "learning", partial(learning, size=300))
    view = open_view("mentorship", "demo_actuals")
    block = page(view)
    chances, ranges = block.table
    assert block.message.startswith("INVENTED EXAMPLE: no company had these figures. The months "
                                    "to Apr 2026 make break-even by Oct 2027 less likely: it ")
    columns = {head: [float(text.removeprefix("about ").removesuffix("%")) for text in column]
               for head, column in chances.columns.items() if head != "Standard error"}
    assert columns["Before any month"][0] > 3 * columns["With what the months say"][0] > 0
    assert "CAC, mentee" in ranges.labels and "a higher CAC, mentee" in block.message
    assert "of 300 draws are worth, fewer than the 25% that are wanted" in block.reading
    assert page(open_view("mentorship")) is None
