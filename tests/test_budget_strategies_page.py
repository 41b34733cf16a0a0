"""The page on budget strategies: every sentence is true of the comparison, whatever it found."""

import copy
import re
from dataclasses import asdict

import numpy as np
import pytest

from model.budget.plan.plan import load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.tape import ENVIRONMENTS
from model.budget.strategies.compare import rounded
from model.budget.strategies.decides import HARMFUL
from model.budget.strategies.findings import findings, interval, signed
from model.budget.strategies.measures import METRICS, holm, mean_of, paired
from model.budget.strategies.replications import work
from model.budget.strategies.tuning import TITLES
from model.pages import budget_strategies as page
from model.pages.budget_strategies.view import StrategiesView, open_strategies, verdict
from model.pages.budget_strategies.weeks import run_pair
from model.problems import InputError

CELLS = ("header", "completions", "paired_differences", "flows", "ranking_drivers", "rules",
         "distance_to_bound", "administration", "equity", "goals", "checks")
PRICE = "prices.one_hour"


def made_up(completions: dict[str, list[float]], flip: bool = True, dual: float = 0.0) -> dict:
    """A comparison whose completions are given by strategy, the same in every environment."""
    plan, values = load_plan(), {name: np.array(found, float)
                                 for name, found in completions.items()}
    flat = {"mean": 0.5, "low": 0.4, "high": 0.6, "defined": 3}
    spent = float(plan.total) / 100 / len(BUCKETS) / plan.weeks

    def environment(name: str, title: str) -> dict:
        few = len(values["S2"])
        return {
            "title": title, "tapes": [f"{name}{place}" for place in range(few)],
            "bites": {"spent": 1.0, "unmet": 0.0, "holds": True},
            "strategies": {each: {**dict.fromkeys(METRICS, flat),
                                  "completions": mean_of(found), "spent": mean_of(found * 0 + 1),
                                  "equity_floor": mean_of(found * 0 + 1)}
                           for each, found in values.items()},
            "against": {each: paired(found, values["S2"]) for each, found in values.items()
                        if each != "S2"},
            "spent_by_week": {each: {code: [spent] * plan.weeks for code in BUCKETS}
                              for each in values},
            "moved": {each: [] for each in values},
            "bounds": {"U1": flat, "U2": flat, "dual": flat | {"mean": dual},
                       "budget_tested": dual > 0, "share": dict.fromkeys(values, flat),
                       "exceeded": 0},
            "hindsight": {"tapes": few, "best_each": mean_of(values["S2"]),
                          "best_one": mean_of(values["S2"]), "S2": float(values["S2"].mean()),
                          "S5": float(values["S5"].mean()), "number": 0,
                          "closed_each": None, "closed_one": None},
            "ablation": {each: paired(values["S3"], values["S2"]) for each in (
                "S3 as written", "S3 without R10", "S5 with redesign", "S5 without marketing",
                "S5 without levers")}}

    environments = {name: environment(name, title) for name, title in ENVIRONMENTS.items()}
    pairs = [{"first": "S5", "second": "S2"} | paired(values["S5"], values["S2"]),
             {"first": "S4", "second": "S1"} | paired(values["S4"], values["S1"])]
    for pair, adjusted in zip(pairs, holm([pair["p"] for pair in pairs]), strict=True):
        pair["p_holm"] = adjusted
    entry = plan.entries[PRICE]
    varied = {PRICE: {
        "label": entry.label, "unit": entry.unit, "base": 75.0, "range": list(entry.range),
        "values": [50.0, 75.0], "completions": {}, "rankings": [["S5", "S2"], ["S2", "S5"]],
        "S5_lead": [{"value": value, "mean": 0.1, "by_environment": {}} for value in (50.0, 75.0)],
        "flips": [{"first": "S2", "second": "S5", "value": 62.5, "leads_above": "S2",
                   "for_the_lead": True}] if flip else []}}
    result = rounded({
        "subject": "budget", "plan": plan.scenario, "title": plan.scenario_title, "seed": 1,
        "replications": len(values["S2"]), "work": asdict(work(len(values["S2"]))),
        "strategies": TITLES, "tuned": {},
        "environments": environments, "pairs": pairs, "sensitivity": varied,
        "without_effect": {path: {name: paired(values["S5"], values["S2"])
                                  for name in ENVIRONMENTS} for path in HARMFUL}})
    return rounded(result | findings(plan, result))


def view(lead: float = 5.0, **options) -> StrategiesView:
    base = [100.0, 110.0, 120.0]
    found = dict.fromkeys(TITLES, base) | {"S5": [value + lead + place
                                                      for place, value in enumerate(base)]}
    return StrategiesView(load_plan(), made_up(found, **options))


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
    mean = found.environments["E0"]["against"]["S5"]["mean"]
    assert mean == 6 and f"is {signed(mean)} (" in page.paired_differences(found).parts[0].message
    assert "50.0% to 50.0%" in page.distance_to_bound(found).alt


def test_the_assumption_that_decides_is_named_with_the_value_at_which_it_flips():
    said = page.ranking_drivers(view()).message
    assert "at USD 62.50 per hour (plan: USD 75.00 per hour)" in said
    assert "none of the values tried" not in said
    still = page.ranking_drivers(view(flip=False)).message
    assert still.startswith("No assumption that was varied") and "none of the values tried" in still


def test_a_dual_of_zero_says_that_money_does_not_bind():
    assert "dual on money is 0 everywhere" in page.distance_to_bound(view()).message
    assert "more money would raise it" in page.distance_to_bound(view(dual=0.01)).message


def test_goals_that_are_missed_are_named():
    found = view(-50.0)
    missed = [goal["goal"] for goal in found.result["goals"] if goal["verdict"] != "met"]
    block = page.goals(found).parts[0]
    assert missed and all(goal in block.message for goal in missed)
    assert block.table.columns["Verdict"] == [goal["verdict"] for goal in found.result["goals"]]


def test_equal_spending_is_no_difference():
    assert "in every bucket within USD 50" in text(page.flows(view()))


def test_checks_find_what_was_tampered_with():
    good = view()
    assert set(page.checked(good).values()) == {"holds"}
    result = copy.deepcopy(good.result)
    first, second = list(result["environments"].values())[:2]
    first["bounds"]["exceeded"] = 2
    second["tapes"][0] = first["tapes"][0]
    second["spent_by_week"]["S1"]["ONE"][0] += 7
    bad = StrategiesView(good.plan, result)
    assert [said for said in page.checked(bad).values() if said != "holds"] == [
        "2 quarters exceed it", "1 occur twice", "it is up to USD 7.00 apart"]
    assert "3 of 5 checks fail" in page.header(bad).text


def test_an_interval_decides_only_where_it_lies_on_one_side():
    assert verdict({"low": 0.1, "high": 2.0}) == "ahead"
    assert verdict({"low": -2.0, "high": -0.1}) == "behind"
    assert {verdict({"low": -1.0, "high": 1.0}), verdict({"low": 0.0, "high": 0.0}),
            verdict({"low": None, "high": None})} == {"undecided"}


def test_differences_have_signs_and_shares_are_points():
    assert [signed(9.56), signed(-0.25), signed(0.0), signed(-1e-9), signed(None)] == [
        "+9.6", "\u22120.25", "0.0", "0.00", "undefined"]
    assert signed(0.064, "fraction") == "+6.4 points"
    assert interval({"mean": 0.064, "low": 0.031, "high": 0.097}, "fraction") == \
        "+6.4 points (+3.1 to +9.7)"
    assert interval({"mean": 1.0, "low": None, "high": None}) == "+1.0 (no interval)"


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
