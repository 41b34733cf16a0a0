"""The page on budget strategies: every sentence is true of the comparison, whatever it found."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest

from model.budget.plan.plan import load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.tape import ENVIRONMENTS
from model.budget.strategies import findings
from model.budget.strategies.compare import hindsight
from model.budget.strategies.comparison import (
    Comparison,
    Environment,
    Flip,
    Lead,
    Pair,
    Reach,
    Scarcity,
    Sensitivity,
    Split,
    with_eight_digits,
)
from model.budget.strategies.drivers import LEVERS
from model.budget.strategies.findings import interval, signed
from model.budget.strategies.measures import METRICS, Mean, holm, mean_of, paired_difference
from model.budget.strategies.replications import work
from model.budget.strategies.tuning import TITLES
from model.pages import budget_strategies as page
from model.pages.budget_strategies.view import StrategiesView, open_strategies, verdict
from model.pages.budget_strategies.weeks import run_pair
from model.problems import InputError

CELLS = ("header", "completions", "paired_differences", "flows", "ranking_drivers", "rules",
         "distance_to_bound", "administration", "equity", "goals", "checks")
PRICE = "prices.one_hour"


def made_up(completions: dict[str, list[float]], flip: bool = True,
            dual: float = 0.0) -> Comparison:
    """A comparison whose completions are given by strategy, the same in every environment."""
    plan, values = load_plan(), {name: np.array(each, float) for name, each in completions.items()}
    base, own, few = values["S2"], values["S5"], len(values["S2"])
    flat, one = Mean(0.5, 0.4, 0.6, 3), mean_of(np.ones(few))
    spent = float(plan.total) / 100 / len(BUCKETS) / plan.weeks
    metrics = {name: dict.fromkeys(METRICS, flat) | {
        "completions": mean_of(each), "spent": one, "equity_floor": one}
        for name, each in values.items()}

    def environment(name: str, title: str) -> Environment:
        return Environment(
            title, [f"{name}{place}" for place in range(few)], Scarcity(1.0, 0.0, True), metrics,
            against={each: paired_difference(found, base)
                     for each, found in values.items() if each != "S2"},
            spent_by_week={each: {code: [spent] * plan.weeks for code in BUCKETS}
                           for each in values},
            transfers={each: [] for each in values},
            bounds=Reach(flat, flat, replace(flat, mean=dual), dual > 0,
                         dict.fromkeys(values, flat), 0),
            hindsight=hindsight(plan, values, base[None]),
            variants={each: paired_difference(values["S3"], base) for each in (
                "S3 as written", "S3 without R10", "S5 without redesign",
                "S5 with recruiting alone", "S5 without levers", "S2 with a smaller library")})

    environments = {name: environment(name, title) for name, title in ENVIRONMENTS.items()}
    differences = {(first, second): paired_difference(values[first], values[second])
                   for first, second in (("S5", "S2"), ("S4", "S1"), ("S6", "S5"))}
    adjusted = holm([each.p for each in differences.values()])
    entry = plan.entries[PRICE]
    sensitivity = {PRICE: Sensitivity(
        entry.label, entry.unit, 75.0, list(entry.range), [50.0, 75.0], {},
        [["S5", "S2"], ["S2", "S5"]], [Lead(50.0, 0.1, {}), Lead(75.0, 0.1, {})],
        [Flip("S2", "S5", 62.5, 60.0, 70.0, "S2", True)] if flip else [])}
    harm = {path: dict.fromkeys(ENVIRONMENTS, paired_difference(own, base)) for path in LEVERS}
    pairs = [Pair(first, second, difference, p) for ((first, second), difference), p
             in zip(differences.items(), adjusted, strict=True)]
    split = Split(0, {"ONE": 60_000.0, "GRP": 0.0, "RED": 5_400.0})
    return with_eight_digits(Comparison(
        "budget", plan.scenario, plan.scenario_title, 1, few, TITLES, {"S3": {"patience": 10.0}},
        [], split, environments, pairs, work(few), sensitivity, harm,
        findings.decision(sensitivity), findings.goals(plan, environments, pairs, harm),
        findings.limits(plan, environments, [])))


def view(lead: float = 5.0, **options) -> StrategiesView:
    base = [100.0, 110.0, 120.0]
    completions = dict.fromkeys(TITLES, base) | {
        "S5": [value + lead + place for place, value in enumerate(base)]}
    return StrategiesView(load_plan(), made_up(completions, **options))


def text(part) -> str:
    return part.text


@pytest.mark.parametrize("lead", [5.0, -50.0, -1.0, 0.0])
def test_every_cell_draws_and_says_nothing_undefined_in_markup(sketched, lead):
    found = view(lead)
    for name in CELLS:
        part = getattr(page, name)(found)
        said = text(part) + (part.html if name != "header" else "")
        assert "None" not in said and "nan" not in text(part).lower().split()


def test_the_headline_names_who_completes_most():
    assert "Hybrid predictive rolling (S5) completes most" in page.sentence(view(5.0))
    assert "S5 is ahead everywhere" in page.sentence(view(5.0))
    behind = page.sentence(view(-50.0))
    assert "S5 is behind everywhere" in behind and not behind.startswith("Hybrid")
    assert "undecided everywhere" in page.sentence(view(-1.0))


def test_nobody_who_completes_still_makes_a_page():
    found = StrategiesView(load_plan(), made_up({name: [0.0, 0.0, 0.0] for name in TITLES}))
    assert "complete alike" in page.sentence(found)
    for name in CELLS:
        assert text(getattr(page, name)(found))


def test_winning_everywhere_is_called_a_reason_to_look_again():
    assert "reason to look at the assumptions" in text(page.paired_differences(view(5.0)))
    assert "reason to look at the assumptions" not in text(page.paired_differences(view(-1.0)))


def test_alt_texts_hold_the_figures_of_the_comparison():
    found = view(5.0)
    alt = page.paired_differences(found).parts[0].alt
    assert alt.startswith("Interval chart of S5 less fixed total by environment where S5 is ahead")
    mean = found.environments["E0"].against["S5"].mean
    assert mean == 6 and f"is {signed(mean)} (" in page.paired_differences(found).parts[0].message
    assert "50.0% to 50.0%" in page.distance_to_bound(found).alt


def test_the_assumption_that_decides_is_named_with_the_value_at_which_it_flips():
    said = page.ranking_drivers(view()).message
    assert ("at USD 62.50 per hour (undecided from USD 60.00 per hour to USD 70.00 per hour; plan: "
            "USD 75.00 per hour)") in said
    assert "none of the values tried" not in said
    still = page.ranking_drivers(view(flip=False)).message
    assert still.startswith("No assumption that was varied") and "none of the values tried" in still


def test_words_say_when_rules_act_and_what_the_trained_split_opens_with():
    said = " ".join(page.words(view()).columns["Meaning"])
    assert "none acts before week 11" in said
    assert "USD 60.0k for one-to-one mentoring and USD 5.4k for programme redesign." in said


def test_a_lead_over_the_second_that_may_be_luck_is_called_so():
    """S6 is a learner ahead of S5 on one quarter and behind it on another."""
    base = [100.0, 110.0, 120.0]
    found = StrategiesView(load_plan(), made_up(dict.fromkeys(TITLES, base) | {
        "S5": [110.0, 120.0, 130.0], "S6": [111.0, 119.0, 130.5]}))
    assert "of hybrid predictive rolling (S5), which may be luck;" in page.sentence(found)
    assert "luck" not in page.sentence(view(5.0))


def test_a_dual_of_zero_says_that_money_does_not_bind():
    assert "dual on money is 0 everywhere" in page.distance_to_bound(view()).message
    assert "more money would raise it" in page.distance_to_bound(view(dual=0.01)).message


def test_goals_that_are_missed_are_named():
    found = view(-50.0)
    missed = [goal.goal for goal in found.comparison.goals if goal.verdict != "met"]
    block = page.goals(found).parts[0]
    assert missed and all(goal in block.message for goal in missed)
    assert block.table.columns["Verdict"] == [goal.verdict for goal in found.comparison.goals]


def test_equal_spending_is_no_difference():
    assert "in every bucket within USD 50" in text(page.flows(view()))


def test_checks_find_what_was_tampered_with():
    good = view()
    assert set(page.check(good).values()) == {"holds"}
    comparison = copy.deepcopy(good.comparison)
    environments = comparison.environments
    first, second = environments["E0"], environments["E1"]
    environments["E0"] = replace(first, bounds=replace(first.bounds, exceeded=2))
    second.tapes[0] = first.tapes[0]
    second.spent_by_week["S1"]["ONE"][0] += 7
    bad = StrategiesView(good.plan, comparison)
    assert [said for said in page.check(bad).values() if said != "holds"] == [
        "2 quarters exceed it", "1 occur twice", "it is up to USD 7.00 apart"]
    assert "3 of 5 checks fail" in page.header(bad).text


def test_an_interval_decides_only_where_it_lies_on_one_side():
    def of(low, high):
        return verdict(Mean(1.0, low, high, 3))
    assert of(0.1, 2.0) == "ahead" and of(-2.0, -0.1) == "behind"
    assert {of(-1.0, 1.0), of(0.0, 0.0), of(None, None)} == {"undecided"}


def test_differences_have_signs_and_shares_are_points():
    assert [signed(9.56), signed(-0.25), signed(0.0), signed(-1e-9), signed(None)] == [
        "+9.6", "\u22120.25", "0.0", "0.00", "undefined"]
    assert signed(0.064, "fraction") == "+6.4 points"
    assert interval(Mean(0.064, 0.031, 0.097, 3), "fraction") == \
        "+6.4 points (+3.1 to +9.7)"
    assert interval(Mean(1.0, None, None, 1)) == "+1.0 (no interval)"


def test_a_pair_is_run_with_progress_and_agrees_with_itself():
    heard = []
    found = run_pair(view(), "E4", "S2", "S2", 12, heard.append)
    assert heard == [10 / 12, 1.0]
    assert "alike with" in found.parts[0].message and "0.0" in found.parts[0].message
    other = run_pair(view(), "E4", "S1", "S2", 12)
    whole = re.search(r"\(S2\): (\S+) \(", other.parts[0].message)[1]
    assert other.parts[0].table.text.count(whole.lstrip("+")) >= 1


def test_sizes_and_seeds_that_cannot_be_are_refused_together():
    with pytest.raises(InputError) as refused:
        open_strategies("base", replications=1, seed=-1)
    assert "replications" in str(refused.value) and "seed" in str(refused.value)
