"""The comparison: paired, reproducible to the byte, and honest about what it found."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest

from model import cli
from model.budget.plan.plan import load_plan
from model.budget.simulator.tape import ENVIRONMENTS
from model.budget.strategies import bounds, compare, drivers, findings, jobs, tuning
from model.budget.strategies import table as compare_table
from model.budget.strategies.comparison import (
    Flip,
    Lead,
    Sensitivity,
    as_json,
)
from model.budget.strategies.measures import Difference, Mean, holm, mean_of, paired_difference
from model.budget.strategies.replications import Work, work
from model.problems import InputError

PAIRS = 15
SPLIT = bounds.splits(load_plan())[1]


@pytest.fixture(scope="module")
def result():
    """A comparison of three quarters with two assumptions varied."""
    patch = pytest.MonkeyPatch()
    patch.setattr(drivers, "VALUES", {"simulation.marketing.gain": (0.0,),
                                      "prices.one_hour": (60.0, 110.0)})
    yield compare.compare(load_plan(), 3, 5, workers=2)
    patch.undo()


def test_a_comparison_has_every_environment_strategy_and_pair(result):
    assert list(result.environments) == list(ENVIRONMENTS)
    for each in result.environments.values():
        assert list(each.strategies) == list(tuning.TITLES)
        assert len(each.tapes) == 3 and each.bounds.exceeded == 0
    assert len(result.pairs) == PAIRS
    assert all(pair.p_holm >= pair.difference.p for pair in result.pairs)


def test_json_holds_the_comparison_as_plain_data_under_its_own_keys(result):
    plain = as_json(result)
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain) == [
        "subject", "plan", "title", "seed", "replications", "strategies", "tuned", "edges",
        "trained", "environments", "pairs", "work", "sensitivity", "without_effect", "decides",
        "goals", "limits"]
    environment, own = plain["environments"]["E3"], result.environments["E3"]
    assert list(environment) == [
        "title", "tapes", "bites", "strategies", "against", "spent_by_week", "moved", "bounds",
        "hindsight", "ablation"]
    assert list(environment["bounds"])[:2] == ["U1", "U2"]
    assert environment["against"]["S5"]["share_low"] == own.against["S5"].share_low
    assert environment["hindsight"]["S5"] == own.hindsight.hybrid
    assert list(plain["pairs"][0]) == ["first", "second", "mean", "low", "high", "defined",
                                       "share", "share_low", "share_high", "variance_ratio", "p",
                                       "p_holm"]
    assert plain["sensitivity"]["prices.one_hour"]["S5_lead"][0]["value"] == 60.0
    assert list(as_json(findings.decision({}))) == ["path", "words"]


def test_differences_are_those_of_the_means(result):
    for each in result.environments.values():
        base = each.strategies["S2"]["completions"].mean
        for name, lead in each.against.items():
            mean = each.strategies[name]["completions"].mean
            assert lead.mean == pytest.approx(mean - base, abs=1e-5)
            assert lead.low <= lead.mean <= lead.high


def test_a_pair_that_is_turned_around_has_the_opposite_difference(result):
    pair = result.pairs[0]
    turned = pair.reverse()
    assert (turned.first, turned.second) == (pair.second, pair.first)
    assert turned.difference.mean == -pair.difference.mean
    assert turned.difference.low == -pair.difference.high
    assert turned.p_holm == pair.p_holm and turned.difference.share is None


def test_all_money_is_accounted_for_by_week_and_bucket(result):
    for each in result.environments.values():
        for name, buckets in each.spent_by_week.items():
            spent = sum(map(sum, buckets.values()))
            assert spent == pytest.approx(120_000 * each.strategies[name]["spent"].mean)


def test_the_strategies_as_written_and_without_each_rule_are_reported(result):
    assert {"S3 as written", "S3 without R10", "S3 without R13", "S5 without levers",
            "S5 without redesign",
            "S2 with a smaller library"} <= set(result.environments["E0"].variants)


def test_goals_and_limits_are_sentences(result):
    for goal in result.goals:
        assert goal.words.endswith(".") and isinstance(goal.met, bool)
        assert goal.met or goal.value is not None
    assert all(sentence.endswith(".") for sentence in result.limits)
    assert result.decision.words.endswith(".")


def test_the_way_to_hindsight_is_judged_on_each_tape_and_half_of_it_is_by_hand():
    """Two tapes: fixed 100 and 100, S5 104 and 104; splits 110 and 100, 100 and 106. The best of
    each tape is 8 above the fixed total on average, so S5 stands at half; the best single one 5."""
    plan = load_plan()
    completions = {"S2": np.array([100.0, 100]), "S5": np.array([104.0, 104])}
    hindsight = compare.hindsight(plan, completions, np.array([[110, 100], [100, 106]]))
    assert hindsight.closed_each == pytest.approx(4 / 8)
    assert hindsight.closed_one == pytest.approx(4 / 5)
    assert hindsight.beyond_half_each.mean == 0 and hindsight.split.number == 0
    assert sum(hindsight.split.opening.values()) == pytest.approx(plan.total / 100)
    goal = findings.half_way({"E0": hindsight})
    # Half-way is 5 and 3 above the fixed total: S5 is 1 short on one tape, 1 beyond on the other.
    assert goal.value == pytest.approx(0.5) and goal.verdict == "undecided"
    assert not goal.met and "50.0%" in goal.words and "80.0%" in goal.words


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (-0.048, -0.024, "undecided"), (-0.029, 0.0, "met"), (-0.07, -0.04, "not met"),
    (-0.03, -0.01, "met"), (None, None, "undecided")])
def test_an_interval_on_both_sides_of_a_limit_decides_nothing(low, high, verdict):
    middle = 0.0 if low is None else (low + high) / 2
    assert findings.against_limit(middle, low, high, -0.03) == verdict
    lead = Difference(100 * middle, None, None, 2, middle, low, high, None, 0.5)
    goal = findings.without_harm({"E2": lead, "E3": replace(lead, share=None)})
    assert goal.verdict == verdict and goal.met == (verdict == "met")
    assert ("both sides" in goal.words) == (verdict == "undecided" and low is not None)


def test_administration_says_what_it_leaves_out(result):
    goal = next(each for each in result.goals if "Administration" in each.goal)
    s5 = [each.strategies["S5"] for each in result.environments.values()]
    for key, shown in (("moves", ".1f"), ("moved", ",.0f"), ("reviews", ".1f")):
        mean = sum(each[key].mean for each in s5) / len(s5)
        assert format(mean, shown) in goal.words, key
    assert "R21" in goal.words and "Were each move of S5 reviewed" in goal.words


def test_settings_at_an_end_of_what_was_tried_are_named():
    first = {name: tuning.candidates(name)[0] for name in tuning.SPACES}
    assert len(tuning.edges(first)) == sum(len(space) for space in tuning.SPACES.values())
    inner = first | {"S2": tuning.candidates("S2")[1]}
    assert set(tuning.edges(first)) - set(tuning.edges(inner)) == {"S2 days 0.2 (lowest of 20)"}


@pytest.mark.long
def test_one_worker_or_two_give_the_same_bytes():
    plan = load_plan()
    def text(seed, workers):
        return json.dumps(as_json(compare.compare_two(plan, "S2", "R10,R17", 3, seed, workers)))

    assert text(9, 1) == text(9, 2) != text(10, 1)


def test_what_runs_side_by_side_is_what_runs_alone(monkeypatch):
    plan = load_plan()
    fixed = jobs.bounds.fixed_splits(plan, tuning.tuned_strategies()["S2"])[::12]
    monkeypatch.setattr(jobs.bounds, "fixed_splits", lambda plan, tuned: fixed)
    monkeypatch.setattr(jobs, "ablations", lambda plan, tuned: [])
    both = jobs.in_hindsight("base", ("E1", "E4"), range(2), 3)
    for environment, tries in both.items():
        alone = jobs.in_hindsight("base", (environment,), range(2), 3)[environment]
        np.testing.assert_array_equal(tries.splits, alone.splits)
        for name, completions in alone.variants.items():
            np.testing.assert_array_equal(tries.variants[name], completions)


def test_fewer_quarters_take_less_work_and_two_hundred_all_of_it():
    plan = load_plan()
    assert [work(200), work(5000)] == [Work(8, 40, 20, 12, 50, False)] * 2
    assert work(20) == Work(4, 4, 4, 4, 20, True) and work(2) == Work(2, 2, 2, 2, 2, True)
    ends, every = (drivers.settings(plan, which) for which in (True, False))
    assert list(ends) == list(every) == [*drivers.VALUES]
    for path in drivers.VALUES:
        assert ends[path] == sorted({every[path][0], plan[path], every[path][-1]})
    runs = drivers.runs(plan, every)
    own = [path for path, value in runs if value == plan[path]]
    assert len(own) == 1 and len(runs) == len(set(runs))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_workers_end_with_the_process_that_was_killed():
    script = ("from model import processes\nimport time\n"
              "processes.run([(time.sleep, 0), (time.sleep, 0), *[(time.sleep, 3600)] * 2], 2,\n"
              "            lambda done, count: print(done, flush=True))")
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "1\n"
    workers = psutil.Process(parent.pid).children()
    assert len(workers) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    # Bounded only so that a fault ends: on time nothing depends.
    assert not psutil.wait_procs(workers, timeout=300)[1]


def test_jobs_of_the_comparison_do_not_depend_on_their_chunks():
    whole = jobs.all_strategies("base", "E2", range(4), 3, SPLIT)
    parts_together = jobs.joint_outcome([
        jobs.all_strategies("base", "E2", range(at, at + 2), 3, SPLIT) for at in (0, 2)])
    assert parts_together.hashes == whole.hashes
    np.testing.assert_array_equal(parts_together.bounds.knapsack, whole.bounds.knapsack)
    for name, metrics in whole.metrics.items():
        np.testing.assert_array_equal(parts_together.spending[name], whole.spending[name])
        for key, values in metrics.items():
            np.testing.assert_array_equal(parts_together.metrics[name][key], values, err_msg=key)


def test_training_tapes_are_never_held_out():
    assert tuning.TRAINING.start > 10_000


def test_a_strategy_against_itself_differs_by_nothing():
    comparison = compare.compare_two(load_plan(), "S2", "S2", 2, 4, 1)
    for each in comparison.environments.values():
        assert each.difference.mean == 0 and each.difference.p == 1
        assert each.first == each.second


def test_unknown_sides_are_refused_with_the_nearest_name():
    with pytest.raises(InputError) as caught:
        compare.compare_two(load_plan(), "S2", "R10,R71", 2, 4, 1)
    assert "R71" in str(caught.value.problems[0]) and "R1" in str(caught.value.problems[0])


def test_holm_by_hand():
    """0.01 × 4; then 0.02 × 3, 0.03 × 2 and 0.5, none below the one before."""
    np.testing.assert_allclose(holm([0.03, 0.01, 0.5, 0.02]), [0.06, 0.04, 0.5, 0.06])


def test_paired_intervals_by_hand():
    """Differences 1, 2, 3: mean 2, standard deviation 1, t of 2 degrees of freedom 4.3027."""
    lead = paired_difference(np.array([11.0, 22.0, 33.0]), np.array([10.0, 20.0, 30.0]))
    assert lead.mean == 2 and lead.share == pytest.approx(0.1)
    assert lead.high - 2 == pytest.approx(4.302653 / 3 ** 0.5, rel=1e-5)
    assert lead.variance_ratio == pytest.approx(121 + 100)
    # With 2 degrees of freedom P(|T| > t) = 1 − t ÷ √(2 + t²), and t = 2√3.
    assert lead.p == pytest.approx(1 - (12 / 14) ** 0.5)
    assert mean_of(np.array([np.nan])) == Mean(None, None, None, 0)
    assert mean_of(np.array([3.0])) == Mean(3.0, None, None, 1)


@pytest.mark.parametrize("count", [2, 3, 5, 40])
def test_an_interval_that_ends_at_zero_has_a_p_value_of_5_percent(count):
    """The interval and the p-value are by the same distribution."""
    noise = np.random.default_rng(count).normal(size=count)
    half = mean_of(noise).high - noise.mean()
    zero = np.zeros(count)
    assert paired_difference(noise - noise.mean() + half, zero).p == pytest.approx(0.05)
    for lead in (0.9 * half, 1.1 * half):
        difference = paired_difference(noise - noise.mean() + lead, zero)
        assert (difference.low > 0) == (difference.p < 0.05)


def test_a_flip_is_found_where_two_lines_cross_and_lies_in_the_interval_of_two_quarters():
    """At 0 the second less the first is −1 and −3, at 1 it is 3 and 1: zero on average at 0.5. At
    a value v the two are 4v − 1 and 4v − 3, 2 apart, so half an interval is 12.7062 × √2 ÷ √2."""
    at_0, at_1 = (np.zeros((1, len(drivers.NAMES), 2)) for _ in range(2))
    at_0[0, :2], at_1[0, :2] = [[5, 5], [4, 2]], [[5, 5], [8, 6]]
    flip, = drivers.flips([0.0, 1.0], [at_0, at_1])
    assert flip == Flip("S1", "S2", 0.5, None, None, "S2", True)
    low, high = drivers.undecided([0.0, 10.0], np.array([[-19.0, -21.0], [21.0, 19.0]]), 5.0)
    # 4v − 20 is 12.7062 from zero at 5 ± 3.1766, looked for on a grid of 0.05.
    assert low == pytest.approx(5 - 3.1766, abs=0.05) and low < 5 - 3.1766
    assert findings.around(flip, str) == "undecided at all values tried"
    assert findings.around(replace(flip, low=3.0), str) == \
        "undecided from 3.0 to the end of what was tried"
    assert high == pytest.approx(5 + 3.1766, abs=0.05) and high > 5 + 3.1766


def test_what_decides_is_the_flip_of_the_lead_nearest_to_the_plan():
    def varied(base, value, lead):
        return Sensitivity("Gain", "fraction", base, [0, 1], [0.0, 1.0], {}, [],
                           [Lead(0.0, 0.1, {}), Lead(1.0, 0.1, {})],
                           [Flip("S5", "S2", value, value - 0.01, value + 0.02, "S5", lead)])
    decision = findings.decision({"far": varied(0.5, 0.9, True), "near": varied(0.5, 0.6, True),
                                  "other": varied(0.5, 0.51, False)})
    assert decision.path == "near" and "0.6" in decision.words
    assert "undecided from 0.59 to 0.62; plan: 0.5" in decision.words
    row = varied(0.5, 0.9, True)
    for none in ([], [replace(row.flips[0], low=None)]):
        assert findings.decision({"none": replace(row, flips=none)}).path is None


def test_tuned_settings_that_are_missing_or_wrong_are_refused(monkeypatch, tmp_path):
    path = tmp_path / "tuned.yaml"
    monkeypatch.setattr(tuning, "tuned_file", lambda: path)
    with pytest.raises(InputError, match="derive it"):
        tuning.tuned_strategies()
    path.write_text("S2: {days: 1}\nS9: {days: 1}\nS5: {buffer: yes, window: 3}\n")
    with pytest.raises(InputError) as caught:
        tuning.tuned_strategies()
    said = "\n".join(map(str, caught.value.problems))
    for word in ("S9", "buffer", "window", "S1"):
        assert word in said
    tuning.write_settings({name: {key: values[0] for key, values in space.items()}
                           for name, space in tuning.SPACES.items()}, 3)
    assert tuning.COMMAND in path.read_text() and tuning.tuned_strategies()["S1"].slack == 1.0


def test_the_command_prints_a_table_and_json(capsys, monkeypatch):
    found, compare_two = [], compare.compare_two
    # Compared once; the second command prints the same result in the other format.
    monkeypatch.setattr(compare, "compare_two",
                        lambda *given: found[0] if found else found.append(compare_two(*given))
                        or found[0])
    options = ["budget", "compare", "--replications", "2", "--seed", "3", "--ab", "S2", "S5",
               "--workers", "1"]
    assert cli.main(options) == 0
    told = capsys.readouterr()
    table = told.out
    assert "A is S2, B is S5" in table and "E5  Learners shift to workshops" in table
    assert "Comparing two strategies on 2 quarters" in told.err and "may take" in told.err
    assert cli.main([*options, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["B"] == "S5"


def test_the_command_compares_on_the_plan_that_is_named(capsys):
    assert cli.main(["budget", "compare", "--replications", "2", "--ab", "S0", "S2", "--workers",
                     "1", "--plan", "small_pilot", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["plan"] == "small_pilot"


@pytest.mark.parametrize("wrong", [["--replications", "1"], ["--seed", "-1"], ["--workers", "0"],
                                   ["--ab", "S2", "nothing"], ["--plan", "small_pilot", "--tune"]])
def test_the_command_refuses_what_cannot_be_compared(capsys, wrong):
    assert cli.main(["budget", "compare", "--replications", "2", *wrong]) == cli.BAD_INPUT
    said = capsys.readouterr().err
    assert wrong[0] in said and said.strip().endswith((".", "?"))


def compared(result, leads, bare=0.0):
    """A comparison in which S5 has so many more completions than S2 in each environment."""
    def completions(mean):
        return {"completions": Mean(mean, mean - 1, mean + 1, 3)}

    def lead(mean):
        return Difference(mean, mean - 1, mean + 1, 3, None, None, None, None, 0.5)
    first = result.environments["E0"]
    return replace(result, environments={f"E{number}": replace(
        first, strategies={"S2": completions(50.0), "S5": completions(50.0 + more)},
        against={"S5": lead(more)}, variants={"S5 without levers": lead(bare)})
        for number, more in enumerate(leads)})


def test_the_answer_says_who_leads_where_by_how_much_and_why(result):
    said = compare_table.answer(compared(result, [4.0, 12.0, -2.0]))
    assert said.startswith("Hybrid predictive rolling (S5) has the most completions in 2 of 3 "
                           "environments, +4.0 to +12.0 against the fixed total (S2) there")
    assert "nothing certain of that lead is left (0" in said or "left (+0" in said
    assert "certain in 2 of them" in compare_table.answer(compared(result, [4.0, 12.0, -2.0], 3.0))
    assert compare_table.answer(compared(result, [-1.0, -2.0])) == (
        "Fixed total (S2) has the most completions in 2 of 2 environments.")
    assert "No strategy serves learners best" in compare_table.answer(
        compared(result, [1.0, -1.0]))
    assert compare_table.answer(compared(result, [0.0])) == (
        "No strategy leads alone in any environment.")


def test_progress_is_told_for_every_job_and_changes_nothing(capsys):
    heard = []
    plan = load_plan()
    told = compare.compare_two(plan, "S2", "S3", 2, 4, 1, lambda *each: heard.append(each))
    assert heard == [(number, 6) for number in range(1, 7)]
    assert told == compare.compare_two(plan, "S2", "S3", 2, 4, 1)


def test_the_whole_comparison_as_a_table(result):
    from model.budget.strategies.table import table

    lines = table(result)
    assert lines[0] == compare_table.answer(result) and lines[0].endswith(".")
    assert all(f"  {name}  {title}" in lines for name, title in ENVIRONMENTS.items())
    assert any("Hybrid predictive rolling" in line for line in lines)
    assert all(goal.words in "\n".join(lines) for goal in result.goals)
