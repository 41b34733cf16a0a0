"""An interval holds as many quarters as it names, and reaches as far as forecasts missed them."""

import numpy as np
import pytest
from quarter import PLAN, parsed, text
from reviews import quarter, reviewed

from model import cli, folders
from model.budget.programme import misses as kept
from model.budget.programme.forecast import course, outlook
from model.budget.programme.hindsight import hindsight
from model.budget.programme.misses import LEVELS, Misses, misses_of
from model.budget.simulator.quarter import simulate
from model.budget.simulator.tape import draw
from model.budget.steering.words import as_text
from model.budget.strategies.misses import measure, misses, quantiles
from model.budget.strategies.published import Fixed
from model.problems import InputError

USED = [80, 80, 80, 78, 82, 79, 81, 80]


def test_quantiles_lie_where_the_ordered_misses_are():
    # Of 99 misses from -49 to 49 hundredths, a new one is within the 10th from either end with a
    # chance of 80 of 100.
    found = np.random.default_rng(1).permutation(np.arange(-49, 50)) / 100
    low, high = quantiles(found, 0.8)
    assert (low, high) == (0.4, 0.4)
    assert quantiles(np.abs(found), 0.8)[0] == 0


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_intervals_hold_the_named_share_of_quarters_that_took_no_part_in_them(level):
    """Exchangeable misses of any shape: a property of split-conformal quantiles."""
    rng = np.random.default_rng(7)
    draws = np.exp(rng.normal(size=(400, 60))) - 1
    low, high = quantiles(draws[:, :59], level)
    assert ((draws[:, 59] >= -low) & (draws[:, 59] <= high)).mean() > level - 0.05


def test_simulated_quarters_lie_within_what_the_file_holds():
    known = misses_of("base", PLAN.weeks)
    assert known.held[0.8][0] > 0.75 and known.quarters == 100
    # Other draws than those of the file, in the environments where the rolling origin alone fails.
    for environment in ("E1", "E4"):
        found = misses(PLAN, environment, range(500, 540), seed=11)[:, :, 2]
        for complete in (4, 5, 8, 10):
            low, high = known.of("all", complete, 0.8)
            at = found[:, complete - 2]
            assert ((at >= -low) & (at <= high)).mean(axis=-1).min() > 0.65, (environment, complete)


def test_a_small_measure_says_what_it_measured(monkeypatch):
    monkeypatch.setattr("model.budget.strategies.misses.ENVIRONMENTS", ("E1",))
    found = measure(PLAN, seed=3, size=12, held=6)
    assert set(found.reach) == {(group, level) for group in kept.GROUPS for level in LEVELS}
    low, _ = found.reach["all", 0.95]
    assert low.shape == (PLAN.weeks - 2,) and (low >= found.reach["all", 0.5][0]).all()
    assert 0 <= found.held[0.5][0] <= found.held[0.95][1] <= 1


def test_the_interval_reaches_as_far_as_quarters_missed_and_says_how_often_it_held(monkeypatch):
    review = reviewed(quarter(USED))
    whole = review.forecast[-1]
    below, above = review.misses.of("all", 8, 0.8)
    assert whole.low <= max(whole.spent, whole.expected - below * PLAN.total)
    assert whole.high >= whole.expected + above * PLAN.total - 1
    assert "held the end of 82% to 100% of simulated quarters" in as_text(review)
    # After three weeks the rolling error has too few origins; there is an interval all the same.
    early = reviewed(quarter(USED[:3])).forecast[-1]
    assert early.unsure is None and early.low <= early.expected < early.high
    monkeypatch.setattr("model.budget.steering.review.misses_of", lambda *_: None)
    alone = reviewed(quarter(USED)).forecast[-1]
    assert alone.expected == whole.expected and alone.high - alone.low < whole.high - whole.low
    assert "simulated" not in as_text(reviewed(quarter(USED)))


def test_a_period_that_is_over_says_in_which_weeks_its_interval_held(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(folders.root())
    export = tmp_path / "export.csv"
    export.write_text(text(*quarter([80] * 13)))
    assert cli.main(["budget", "misses", "--events", str(export)]) == 0
    said = capsys.readouterr().out
    records = parsed(text(*quarter([80] * 13)))
    rows = hindsight(records, PLAN, misses_of("base", 13))
    assert {row.came for row in rows} == {13 * 80 * 7_500} and "78,000.00 came" in said
    # After the last week but one there is one week to come, of about as much as each before.
    assert rows[0].is_held is None and rows[-1].is_held
    held = [row for row in rows if row.is_held]
    assert f"held what came in {len(held)} of 11 weeks" in said
    for row in rows[1:]:
        assert row.is_held == (row.forecast.low <= row.came <= row.forecast.high)
    export.write_text(text(*quarter([80] * 4)))
    assert cli.main(["budget", "misses", "--events", str(export)]) == 2
    assert "ends with week 4 of 13" in capsys.readouterr().err


def test_a_coverage_between_two_levels_takes_the_wider():
    known = misses_of("base", PLAN.weeks)
    assert known.of("all", 8, 0.75) == known.of("all", 8, 0.8) and known.of("all", 8, 0.99) is None
    assert known.of("LIB", 8, 0.8) is None and known.of("all", 13, 0.8) is None


@pytest.mark.parametrize("content", ["base: 3\n", "base: {weeks: 13}\n", "base: {weeks: x}\n"])
def test_a_file_that_is_not_as_it_was_written_is_refused(tmp_path, monkeypatch, content):
    (tmp_path / "misses.yaml").write_text(content)
    monkeypatch.setattr(kept, "misses_file", lambda: tmp_path / "misses.yaml")
    with pytest.raises(InputError, match="is not as the command writes it"):
        misses_of("base", 13)
    assert misses_of("other", 13) is None and isinstance(Misses(13, 1, {}, {}), Misses)


def test_the_forecast_misses_less_than_half_of_what_the_plan_s_hours_alone_would():
    tape = draw(PLAN, "E0", range(12), 999)
    (quarter,) = simulate(PLAN, tape, [Fixed()])
    spent = np.asarray(quarter.weeks.spent, float)
    whole, shares = spent.sum(axis=(0, 1)), course(PLAN)
    ours, hours = np.abs(misses(PLAN, "E0", range(12), 999)[0, :, 2]).mean(axis=1), []
    for week in range(2, PLAN.weeks):
        rest = [outlook(spent[:week, at], shares[:, at]).sum(axis=0) for at in range(8)]
        hours.append(np.abs(spent[:week].sum(axis=(0, 1)) + sum(rest) - whole).mean() / PLAN.total)
    assert ours.mean() < 0.5 * np.mean(hours), (ours.mean(), np.mean(hours))
