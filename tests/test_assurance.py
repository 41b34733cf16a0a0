"""Solving for a goal that is to be met in a share of random draws."""

from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis.goals import goal_of
from model.analysis.uncertainty import assurance, sampling
from model.analysis.uncertainty.assurance import _error, assure, lines_read
from model.analysis.uncertainty.chances import Share
from model.analysis.uncertainty.sensitivity import quantile_error
from model.commands.chances import _rounded
from model.engine.numbers import batch
from model.params.entry import Correlation

CASH, CAC, MARKETING = "opening_cash", "customers.cac", "customers.marketing"
SIZE = 200


@pytest.fixture(scope="module")
def plan():
    return project(load("influencer"))


def gap(plan, text):
    return goal_of(text, plan).gap


@pytest.mark.parametrize("correlations", [(), (
    Correlation(between=[CAC, MARKETING], rank=0.9, source="estimate: made up for a test"),)],
    ids=["independent", "together"])
def test_opening_cash_is_the_quantile_of_what_draws_lack(plan, correlations):
    """Cash at the start is in every later balance, so each draw lacks a sum that one batch says."""
    assumptions = replace(plan.assumptions, correlations=correlations)
    others = tuple(path for path in sampling.uncertain(assumptions) if path != CASH)
    drawn = sampling.drawn(assumptions, others, SIZE, 3)
    lowest = batch(assumptions, drawn, keep=("trough_cash",))["trough_cash"][:, -1]
    now = plan.assumptions.series[CASH].values[0, 0]
    found = assure(assumptions, CASH, gap(plan, "trough_cash.2030>=650000"), 0.9, SIZE, 3)
    # Ninety in a hundred: one in ten may stay short.
    wanted = now + 650_000 - np.sort(lowest)[SIZE // 10]
    assert found.solution.value == pytest.approx(wanted, rel=1e-3)
    assert found.solution.value >= wanted * (1 - 1e-9) and found.solution.upward
    # The value is rounded up, by which one draw more may reach it.
    assert found.share.count - SIZE * 0.9 in (0, 1)
    assert found.now.count == int((lowest >= 650_000).sum())
    assert found.error * now == pytest.approx(quantile_error(lowest, 0.1), rel=0.5)


def test_the_goal_is_just_met_and_a_higher_chance_asks_for_more(plan):
    goal, answers = gap(plan, "ebitda.2026>=200000"), []
    for chance in (0.5, 0.8):
        found = assure(plan.assumptions, CAC, goal, chance, SIZE, 4)
        assert found.share.value >= chance and not found.solution.upward
        others = tuple(path for path in sampling.uncertain(plan.assumptions) if path != CAC)
        drawn = sampling.drawn(plan.assumptions, others, SIZE, 4)
        beyond = sampling.scaled(plan.assumptions, CAC, np.full(
            SIZE, found.solution.factor * 1.002))
        assert np.mean(goal(batch(plan.assumptions, {**drawn, CAC: beyond})) >= 0) < chance
        answers.append(found.solution.factor)
    assert answers[1] < answers[0]
    assert assure(plan.assumptions, CAC, goal, 0.8, SIZE, 4).solution.factor == answers[1]


@pytest.mark.long
def test_draws_in_several_batches_are_counted_as_in_one(plan, monkeypatch):
    goal = gap(plan, "ebitda.2026>=200000")
    whole = assure(plan.assumptions, CAC, goal, 0.6, 30, 4)
    monkeypatch.setattr(assurance, "CHUNK", 7)
    assert assure(plan.assumptions, CAC, goal, 0.6, 30, 4) == whole


def test_where_no_value_or_any_value_will_do_it_says_so(plan):
    never = assure(plan.assumptions, CAC, gap(plan, "revenue.2026>=1e12"), 0.9, 20)
    assert never.solution.factor is None and not never.solution.met and never.error is None
    assert never.share == never.now == Share(0, 20)
    always = assure(plan.assumptions, CAC, gap(plan, "revenue.2026>=-1"), 0.9, 20)
    assert always.solution.factor is None and always.solution.met
    assert always.share == Share(20, 20)


def test_only_the_lines_that_a_goal_reads_are_kept(plan):
    for text in ("ltv_to_cac.2026>=3", "ebitda.2028>=1", "breakeven_first<=2027-01"):
        goal = gap(plan, text)
        lines = lines_read(plan, goal)
        assert 0 < len(lines) < len(plan.lines) / 2
        few = batch(plan.assumptions, {CAC: np.array([400.0, 500.0, 600.0])}, lines)
        every = batch(plan.assumptions, {CAC: np.array([400.0, 500.0, 600.0])})
        assert np.array_equal(goal(few), goal(every))


def test_the_error_of_a_value_is_where_the_share_differs_by_its_own():
    """A share that falls by one point per percent of the factor, and its error of three points."""
    found = {1 - step / 100: Share(800 + 10 * step, 1000) for step in range(-9, 10)}
    points = 100 * np.sqrt(0.8 * 0.2 / 1000)
    assert _error(found, 1.0, 0.8) == pytest.approx(points / 100, rel=0.02)
    # One side alone tells, or none.
    one = {factor: share for factor, share in found.items() if factor <= 1}
    assert _error(one, 1.0, 0.8) == pytest.approx(points / 100, rel=0.05)
    assert _error({1.0: Share(800, 1000), 1.01: Share(801, 1000)}, 1.0, 0.8) is None


@pytest.mark.parametrize(("value", "error", "said"), [
    (1_089_837.2, 13_237, "1090000"), (83.5287, 0.6564, "83.53"), (0.8279, 0.0098, "0.8279")])
def test_a_value_has_no_digit_beyond_the_second_of_its_error(value, error, said):
    assert _rounded(value, error) == said


# The command


def test_the_command_says_value_error_and_shares_and_writes_the_scenario(folder, run):
    code, out, _ = run("solve", "influencer", "--goal", "trough_cash.2030>=650000", "--by", CASH,
                       "--chance", "90%", "--draws", "50", "--name", "safe")
    assert code == 0
    assert "in 90% of 50 random draws of all other assumptions, each alone" in out
    head, row = out.splitlines()[2:4]
    assert head.split()[-7:] == ["standard", "error", "share", "of", "draws", "share", "now"]
    assert "90.0% ± 4.2" in row and "these shares are no measured odds" in out
    needed = float(row.split()[3])
    after = load("influencer", "safe")
    assert after.series[CASH].values[0, 0] == pytest.approx(needed, rel=0.01)
    assert after.scenario_why == "Solved for trough_cash.2030>=650000 in 90% of random draws."


def test_of_several_assumptions_each_has_a_row_and_what_cannot_be_is_explained(run):
    code, out, _ = run("solve", "influencer", "--goal", "revenue.2026>=1e12", "--by", CAC, "--by",
                       CASH, "--chance", "0.5", "--draws", "10")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[3:5]] == [CAC, CASH]
    assert "no value" in out and "meets the goal where none is given" in out
    assert "50% of 10 random draws" in out


@pytest.mark.parametrize(("wrong", "said"), [
    (["--chance", "90"], "'90' is no share of draws; give more than 0% and less than 100%"),
    (["--chance", "100%"], "'100%' is no share of draws"),
    (["--chance", "many"], "'many' is no share of draws"),
    (["--chance", "90%", "--draws", "1"], "1 draws are not possible; give 2 to 100,000."),
    (["--chance", "90%", "--seed", "-1"], "-1 is no seed"),
    (["--chance", "90%", "--goal", "revenue.2026>=1"], "is for one goal"),
    (["--chance", "90%", "--by", CASH, "--together"], "is for one goal"),
    (["--draws", "50"], "--draws: is about the draws of --chance, which is not given"),
    (["--seed", "5"], "--seed: is about the draws of --chance")])
def test_what_cannot_be_asked_is_refused_in_a_sentence(run, wrong, said):
    code, out, err = run("solve", "influencer", "--goal", "ebitda.2026>=1", "--by", CAC, *wrong)
    assert (code, out) == (2, "")
    assert said in " ".join(err)


def test_an_exact_goal_is_refused_with_all_else_that_is_wrong(run):
    code, _, err = run("solve", "influencer", "--goal", "ebitda.2026=1", "--by", CAC, "--chance",
                       "2", "--draws", "0")
    assert code == 2 and len(err) == 3
    assert any("ebitda.2026=1 is exact" in line for line in err)
