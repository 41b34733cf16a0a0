"""What published figures leave open: plans that meet all of them, and how far they differ."""

import numpy as np
import pytest

from model.analysis.uncertainty import draws, normal, sampling
from model.audit.identification import (
    _moved,
    _slopes,
    conditions,
    identified,
    missed,
    value,
)
from model.audit.source_check import SourceCheck
from model.companies.arithmetic import Expression
from model.engine.numbers import batch
from model.pages import open_view
from model.pages import source_check as page

SIZE = 200
LOWEST, LAST = Expression("trough.cash"), Expression("line.ebitda[2030]")


def figures(plans):
    return {"lowest": value(plans, LOWEST), "last": value(plans, LAST)}


@pytest.fixture(scope="module", params=["mentorship", "influencer"])
def check(request):
    return SourceCheck(open_view(request.param).projection)


@pytest.fixture(scope="module")
def found(check):
    return identified(check, figures, SIZE, 11)


def test_of_figures_in_proportion_draws_become_those_of_the_plans_that_meet_them():
    """Normal variables of which two sums are given have a mean and a covariance in closed form."""
    chance = np.random.default_rng(2)
    sums, given = np.array([[1.0, 2.0, 0.0, -1.0], [0.0, 1.0, 1.0, 1.0]]), np.array([1.5, -0.7])
    points = chance.normal(size=(4, 20_000))

    def misses(at):
        return sums @ at - given[:, None]
    held = _moved(misses, points, misses(points), _slopes(misses, 4))
    assert np.abs(misses(held)).max() < 1e-9
    gain = sums.T @ np.linalg.inv(sums @ sums.T)
    assert held.mean(axis=1) == pytest.approx(gain @ given, abs=0.03)
    assert np.cov(held) == pytest.approx(np.eye(4) - gain @ sums, abs=0.03)


def test_figures_out_of_proportion_and_figures_that_say_the_same_are_met_too():
    def misses(at):
        curved = np.exp(0.4 * at[0]) + 0.5 * at[1]**2 + at[2] - 2.0
        return np.array([curved, 3 * curved, at[1] * at[2] + at[0] + 4 * at[1] - 1.0])
    points = np.random.default_rng(4).normal(size=(3, 300))
    held = _moved(misses, points, misses(points), _slopes(misses, 3))
    assert (np.abs(misses(held)).max(axis=0) < 1e-3).mean() > 0.9


def test_the_plan_meets_each_condition_and_outcomes_are_among_them(check):
    wanted = conditions(check)
    names = {each.claim.id for each in wanted}
    outcomes = {"mentorship": {"ebitda_y3", "breakeven_month", "burn_years", "aov_blended"},
                "influencer": {"ebitda_y1", "ebitda_y5", "min_cash", "breakeven_month"}}
    assert outcomes[check.company] <= names and not missed(check)
    assert all(each.claim.kind in ("plan", "outcome") for each in wanted)
    for each in wanted:
        assert abs(check.value(each.formula) - each.target) <= each.near
    # As the source means it, all losses earned back, the plan does not have it.
    assert {each.formula.text for each in wanted if each.claim.id == "breakeven_month"} == {
        "breakeven.first"}


def test_many_plans_at_once_give_the_figures_of_each(check):
    plan, formulas = check.projection.assumptions, [each.formula for each in conditions(check)]
    drawn = sampling.drawn(plan, sampling.uncertain(plan), 3, 5)
    plans = batch(plan, drawn)
    alone = SourceCheck(batch(plan, {path: each[1:2] for path, each in drawn.items()}))
    assert [value(plans, each)[1] for each in formulas] == pytest.approx(
        [alone.value(each) for each in formulas], rel=1e-12)


def test_each_plan_that_is_kept_meets_every_claim_by_itself(check, found):
    assert found.kept.sum() > 0.8 * SIZE
    paths, place = sampling.uncertain(check.projection.assumptions), np.flatnonzero(found.kept)[3]
    places = {path: normal.positions(score[place:place + 1])
              for path, score in zip(paths, found.scores, strict=True)}
    plan = check.projection.assumptions
    alone = SourceCheck(batch(plan, sampling.within_mixes(
        plan, sampling.values_at(plan, places))))
    for each in found.conditions:
        assert abs(alone.value(each.formula) - each.target) <= each.near, each.claim.id
    assert alone.value(LAST) == pytest.approx(found.held["last"][3], rel=1e-12)
    assert found.firsts(["opening_cash"])["opening_cash"][3] == pytest.approx(
        alone.projection.assumptions.series["opening_cash"].values[0, 0])


def test_what_is_held_differs_less_than_what_is_free(found):
    for name in ("lowest", "last"):
        assert found.held[name].std() < 0.7 * found.free[name].std()
    left = dict(zip(found.paths, found.left, strict=True))
    printed = {"mentorship": ("mentors.cac", "commission.share"),
               "influencer": ("customers.cac", "tiers.managed_service.hourly_rate")}
    for path in printed[found.assumptions.company]:
        assert left[path] < 0.05
    assert left["valuation.discount_rate"] == pytest.approx(1, abs=0.2)


def test_without_conditions_draws_are_those_of_every_page(check):
    plan, paths = check.projection.assumptions, sampling.uncertain(check.projection.assumptions)
    found = identified(check, figures, 40, 6, wanted=())
    assert found.kept.all()
    assert np.array_equal(found.held["last"], found.free["last"])
    own = value(batch(plan, sampling.drawn(plan, paths, 40, 6)), LAST)
    assert found.free["last"] == pytest.approx(own, rel=1e-6)
    assert found.scores[0] == pytest.approx(normal.scores(draws.positions(6, paths[0], 40)))


def test_the_page_says_what_stays_open():
    block = page.open_figures(open_view("mentorship"))
    assert block.message.startswith("The 26 published claims that the plan meets do not fix the "
                                    "rest of it: ")
    # Of 2026 or 2030: which of the two is left more open, draws hardly tell.
    assert "They leave most open LTV:CAC of Young Pros, 20" in block.message
    assert ": nine in ten of these plans have " in block.message
    ranges, narrowed, beside = block.table
    assert "EBITDA 2028" not in ranges.labels and "EBITDA 2030" in ranges.labels
    assert "CAC, mentee" in narrowed.labels
    assert beside.labels[len(ranges.labels)] == "Churn, Young Pros"
    assert list(beside.columns) == ["The plan", "One plan", "Another"]


def test_of_a_company_of_which_nothing_is_published_nothing_is_said():
    note = page.open_figures(open_view("subscription"))
    assert note.text == "Nothing is published that this plan meets, so nothing is held by it."


def test_the_command_prints_it_and_refuses_numbers_that_cannot_be(run):
    code, out, errors = run("identify", "influencer", "--draws", "120", "--seed", "3")
    assert (code, errors) == (0, [])
    assert out.startswith("Micro-influencer marketing service, Base: The 26 published claims ")
    assert "\n  EBITDA 2029 " in out and "of 120 draws (seed 3)." in out
    code, out, errors = run("identify", "influencer", "--draws", "1", "--seed", "-1")
    assert (code, out, len(errors)) == (2, "", 2)
