"""Two real groups held against each other: by hand, and in a sentence that claims no more."""

import math

import numpy as np
import pytest
from quarter import TWO_WEEKS, on, paid, parsed, text
from scipy.special import stdtrit

from model import cli
from model.budget.groups import Group, completions, costs, group, sentences
from model.problems import InputError


def made(name, completed, usd, under_way=0):
    return Group(name, np.array(completed, bool), 100 * np.array(usd, float), under_way)


FIRST = made("A", [1, 1, 1, 1, 1, 0, 0, 0], [500, 500, 500, 500, 500, 100, 200, 200])
SECOND = made("B", [1, 1, 1, 1, 1, 1, 1, 0], [300, 300, 300, 400, 400, 400, 400, 100])


def test_the_cost_of_a_completion_is_all_money_by_completions():
    """USD 3,000 for 5, and 2,600 for 7."""
    assert FIRST.cost == 600 and SECOND.cost == pytest.approx(2600 / 7)
    found = costs(FIRST, SECOND)
    assert found.difference == pytest.approx(600 - 2600 / 7)
    assert found.low < found.difference < found.high


def test_shares_differ_by_welchs_t_by_hand():
    """5 and 7 of 8: variances of 8 ÷ 7 × share × rest, standard error √(v₁ ÷ 8 + v₂ ÷ 8)."""
    found = completions(FIRST, SECOND)
    error = math.sqrt((5 / 8 * 3 / 8 + 7 / 8 * 1 / 8) / 7)
    assert found.difference == pytest.approx(-0.25)
    # Degrees of freedom by Welch and Satterthwaite.
    one, other = 5 / 8 * 3 / 8 / 7, 7 / 8 / 8 / 7
    freedom = (one + other) ** 2 / (one ** 2 / 7 + other ** 2 / 7)
    assert (found.high - found.low) / 2 == pytest.approx(error * stdtrit(freedom, 0.975))
    assert found.low < 0 < found.high and found.p > 0.05


def test_an_interval_of_the_cost_covers_the_true_difference_as_often_as_it_says():
    """A learner of A costs 300 or so, of B 400 or so, of which 6 and 5 of 10 complete."""
    rng, inside, tries = np.random.default_rng(5), 0, 400
    for _ in range(tries):
        both = [made(name, rng.random(60) < share, rng.normal(usd, 90, 60))
                for name, share, usd in (("A", 0.6, 300), ("B", 0.5, 400))]
        found = costs(*both)
        inside += found.low <= 300 / 0.6 - 400 / 0.5 <= found.high
    # Of 400 tries 95% ± 3 standard errors of 1.1%.
    assert 0.917 < inside / tries < 0.983


def test_small_groups_and_nobody_who_completes_have_no_interval():
    few = made("C", [1, 0], [10, 20])
    assert completions(few, SECOND).low is None
    assert "of too few learners for an interval" in sentences(few, SECOND)[0]
    none = made("D", [0] * 6, [10] * 6)
    assert costs(none, SECOND) is None
    assert sentences(none, SECOND)[1].endswith("undefined, as nobody completed in D.")


def test_sentences_say_the_figures_and_what_they_do_not_show():
    said = sentences(FIRST, made("B", SECOND.completed, SECOND.cents / 100, under_way=1))
    assert said[0].startswith("5 of 8 learners of A completed (62.5%), and 7 of 8 learners of B "
                              "completed (87.5%): a difference of \u221225.0 points, 95% interval")
    assert "so it may be chance" in said[0]
    assert "USD 600 of one-to-one and workshop money in A and USD 371 in B" in said[1]
    assert "by lot" in said[2] and said[3].startswith("1 of B are still learning")


def test_learners_of_an_export_have_their_sessions_and_their_part_of_workshops_by_hand():
    """Sessions of 150, 375 and 150; of a workshop at 90 L2 and L3 had a seat each."""
    records = parsed(text(*TWO_WEEKS, paid(on(2, 5), "GRP", "90")))
    every = group("all", records)
    assert every.cents.tolist() == [15_000, 42_000, 19_500]
    assert every.completed.tolist() == [True, False, False] and every.under_way == 1
    assert group("A", records, "A").cents.tolist() == [15_000, 42_000]


def test_a_cohort_that_is_not_there_or_too_small_is_refused():
    records = parsed(text(*TWO_WEEKS))
    with pytest.raises(InputError, match="is no cohort of export"):
        group("X", records, "X")
    with pytest.raises(InputError, match="has 1 learner; groups of 2 or more"):
        group("B", records, "B")


EXPORT = "params/budget/examples/invented_quarter.csv"


def test_the_command_compares_cohorts_and_refuses_one_export_alone(capsys):
    assert cli.main(["budget", "groups", "--events", EXPORT, "--cohorts", "Cohort 1",
                     "Cohort 2"]) == 0
    assert "17 of 22 learners of Cohort 1" in capsys.readouterr().out
    assert cli.main(["budget", "groups", "--events", EXPORT]) == cli.BAD_INPUT
    assert "--cohorts" in capsys.readouterr().err
