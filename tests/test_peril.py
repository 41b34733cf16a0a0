"""The least with which cash runs out: the nearest point in closed form, and what pages say."""

from dataclasses import replace

import numpy as np
import pytest

from model import project
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.nearest_point import nearest
from model.analysis.uncertainty.peril import Space, chance, part_of, perils
from model.pages import open_view
from model.pages import sensitivity as page
from model.pages.sensitivity import ruin
from model.params.entry import Correlation

CAC, MATCH, LOSSES = "mentees.cac", "mentees.match_rate", "terms.credit_losses"


def whole(size, starts=1):
    return np.array([np.eye(size)] * starts)


def test_of_straight_margins_the_nearest_is_the_nearest_plane():
    slopes = np.array([[3.0, 4.0, 0.0], [0.0, 1.0, 1.0]])
    for gap, which in ((np.array([10.0, 6.0]), 0), (np.array([10.0, 1.2]), 1)):
        def margins(points, gap=gap):
            return gap - points @ slopes.T
        found = nearest(margins, np.array([[3.0, 3.0, 3.0]]), whole(3))[0]
        exact = gap[which] * slopes[which] / (slopes[which] @ slopes[which])
        assert found == pytest.approx(exact, abs=2e-3)
        assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(exact), rel=1e-3)
        assert margins(found[None]).min() < 0


def test_a_curved_margin_of_the_literature_has_its_known_design_point():
    """A margin that test problems of reliability use: its nearest point is 2.5 away."""
    def margins(points):
        one, other = points.T
        return (0.1 * (one - other)**2 - (one + other) / np.sqrt(2) + 2.5)[:, None]
    found = nearest(margins, np.array([[4.0, 1.5], [1.5, 4.0]]), whole(2, 2))
    assert np.linalg.norm(found, axis=1) == pytest.approx(2.5, rel=1e-3)
    assert found == pytest.approx(np.full((2, 2), 2.5 / np.sqrt(2)), abs=0.02)


def test_a_margin_that_flattens_is_reached_for_all_that():
    """Beyond the end of a range nothing moves any more, so that slopes lead too far."""
    def margins(points):
        return (1.5 - np.tanh(points).sum(axis=1))[:, None]
    found = nearest(margins, np.array([[4.0, 4.0]]), whole(2))[0]
    assert found == pytest.approx(np.full(2, np.arctanh(0.75)), rel=2e-3)


@pytest.fixture(scope="module")
def view():
    return open_view("mentorship")


@pytest.fixture(scope="module")
def plan(view):
    return view.assumptions


@pytest.fixture(scope="module")
def found(view):
    return ruin._found(view)


def test_a_score_is_the_distribution_on_its_side_of_the_plan(plan):
    """One that is as far as a normal value has the share of draws beyond it that this has."""
    low, high = plan.entries[CAC].range
    scores, split = np.array([-2.0, -0.7, 0.4, 1.8]), (1 - low) / (high - low)
    away = np.array([chance(plan, CAC, score) for score in scores])
    places = np.where(scores < 0, away, 1 - away)
    assert away[[1, 2]] == pytest.approx([split * 0.483927, (1 - split) * 0.689157], rel=1e-5)
    drawn = sampling.values_at(plan, {CAC: places})[CAC]
    moved = sampling.on_the_way(plan, {CAC: np.sign(scores) * part_of("triangular", scores)})[CAC]
    assert moved == pytest.approx(drawn, rel=1e-9)
    assert part_of("uniform", np.array([0.0, 40.0])).tolist() == [0, 1]


def test_the_plans_found_run_out_of_cash_and_those_a_little_nearer_do_not(plan, found):
    space = Space(plan, plan.calendar.months)
    for peril in (*found.alone, found.pair, found.together):
        again = project(peril.plan)
        assert -100 < again["trough_cash"][0, -1] < 0
        assert peril.plan.calendar.labels[int(again["out_of_cash"][0, -1]) - 1] == peril.month
        point = np.array([peril.scores.get(path, 0.0) for path in space.paths])
        assert np.linalg.norm(point) == pytest.approx(peril.distance, rel=1e-3)
        assert space.lowest(0.995 * point[None])[0] > 0


def test_one_needs_more_than_two_and_two_more_than_all(found):
    assert found.alone[0].distance > found.pair.distance > found.together.distance
    assert [*found.alone[0].parts] == [CAC]
    assert {*found.pair.parts} == {CAC, MATCH}
    assert found.starts == 2


def test_nothing_nearer_lies_around_the_nearest_of_all(plan, found):
    """Random points, more of them in its direction, that are nearer by a fiftieth."""
    space, chance = Space(plan, plan.calendar.months), np.random.default_rng(3)
    point = np.array([found.together.scores[path] for path in space.paths])
    spread = chance.uniform(0, 0.4, (400, 1)) * chance.normal(size=(400, len(point)))
    around = point + spread * found.together.distance / np.sqrt(len(point))
    around *= 0.98 * found.together.distance / np.linalg.norm(around, axis=1, keepdims=True)
    assert (space.lowest(around) > 0).all()


def test_what_goes_together_moves_together(plan):
    """By as much as is to be expected of it in a normal distribution, which costs nothing more."""
    rank = 0.5
    tied = replace(plan, correlations=(Correlation(
        between=[CAC, MATCH], rank=-rank, source="estimate: made up for a test"),))
    space = Space(tied, 60)
    one, other = map(space.paths.index, (CAC, MATCH))
    for path, others in ((one, other), (other, one)):
        point = 2.0 * space.root[path]
        parts = space.parts(point[None])
        assert np.linalg.norm(point) == pytest.approx(2.0)
        scores = space.root @ point
        assert scores[path] == pytest.approx(2.0)
        assert scores[others] == pytest.approx(-2 * np.sin(np.pi * rank / 6) * 2.0)
        assert sum(map(bool, parts.values())) == 2
    assert space.lowest(2 * space.root[[one]]) < Space(plan, 60).lowest(
        2 * np.eye(len(space.paths))[[one]])


def test_a_plan_at_the_end_of_a_range_has_a_distance_too(plan):
    """None of what is billed is lost as planned: only more can be."""
    space, path = Space(plan, 60), list(sampling.uncertain(plan)).index(LOSSES)
    points = np.outer([1.0, 2.0], np.eye(len(space.paths))[path])
    assert plan.series[LOSSES].values[0, 0] == plan.entries[LOSSES].range[0] == 0
    assert (np.diff(space.lowest(np.vstack([np.zeros_like(points[0]), points]))) < 0).all()
    assert chance(plan, LOSSES, 1.0) == pytest.approx((1 - space.parts(points)[LOSSES][0])**2)


def test_up_to_an_earlier_month_only_cash_up_to_then_counts(plan, found):
    month = plan.calendar.labels.index(found.pair.month)
    point = np.array([[found.pair.scores.get(path, 0.0) for path in sampling.uncertain(plan)]])
    assert Space(plan, month).lowest(point)[0] > 0 > Space(plan, month + 1).lowest(
        1.01 * point)[0]


def test_a_plan_that_runs_out_itself_needs_nothing_to_happen():
    view = open_view("mentorship", changes={"opening_cash": 500000})
    assert perils(view.assumptions) is None
    assert page.perils(view).message == (
        "Nothing has to happen for cash to run out: it does so in Dec 2026 as planned.")
    assert ruin.sentence(view) == ""


def test_the_page_says_it_in_values_of_its_table(view):
    block = page.perils(view)
    assert block.message.startswith(
        "Only one assumption can by itself make cash run out within its plausible range: CAC, "
        "mentee at USD 128.66 instead of USD 100.00 per mentee (Apr 2028). Of two")
    assert "CAC, mentee at USD 116.15 instead of USD 100.00 per mentee and Match rate at 67.7% " \
           "instead of 75.0%" in block.message
    rows = list(zip(block.table.labels, block.table.columns["Together with"], strict=True))
    assert rows[:3] == [("CAC, mentee", "nothing else"), ("CAC, mentee", "Match rate"),
                        ("Match rate", "CAC, mentee")]
    assert block.table.columns["Draws as far or farther"][0] == "under 1%"


def test_a_company_that_no_two_can_ruin_is_told_so():
    view = open_view("influencer")
    assert ruin.sentence(view) == (
        "No assumption alone makes cash run out within its plausible range. No two of those that "
        "lower cash most do so either.")
