"""Levels by month, seasons and leavers: what people write is what a plan holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seasonal import seasonal
from stand import CHURN, SCENARIO, SCENARIO_FILE, monthly, replaced, same

from model import batch, load, project
from model.analysis import bridge
from model.analysis.uncertainty import sampling, sensitivity
from model.audit.checks import check
from model.companies import COMPANIES
from model.params.yaml_file import value_of
from model.problems import InputError

MARKETING, PRICE, HIRES = "mentees.marketing", "guests.cac", "team.lead_developer.hires"
AUTUMN = {9: 10, 10: 10}
CAC = "{2026: 130, 2027: 120, 2028: 110, 2029: 100}"


def by_hand(spends):
    """Active mentees in December 2026 and the year's revenue from mentees: what each month's
    marketing buys stays but for its churn, and brings what an active mentee of the plan brings."""
    plan = project(load("mentorship"))
    segments = ("young_pros", "career_changers", "senior_experts")
    values = {name: plan.assumptions.monthly(path)[:, 0] for name, path in {
        "cac": "mentees.cac", "changers": "mentees.mix.career_changers",
        "experts": "mentees.mix.senior_experts",
        **{s: f"mentees.{s}.churn" for s in segments}}.items()}
    active, revenue = dict.fromkeys(segments, 0.0), 0.0
    for month, spend in enumerate(spends):
        new = spend / values["cac"][month]
        shares = {"career_changers": values["changers"][month],
                  "senior_experts": values["experts"][month]}
        shares["young_pros"] = 1 - sum(shares.values())
        for name in segments:
            active[name] = active[name] * (1 - values[name][month]) + shares[name] * new
            there = plan[f"active_mentees.{name}"][0, month]
            earned = sum(plan[f"{line}.{name}"][0, month] for line in BROUGHT)
            revenue += active[name] * earned / there
    return sum(active.values()), revenue


BROUGHT = ("commission", "mentee_subscriptions")


# A level by month ------------------------------------------------------------------------------

def test_a_price_from_july_holds_from_july(project):
    found = project.load(changes={PRICE: {2026: 50, "2026-07": 55, 2028: 60}})
    assert monthly(found, PRICE).tolist() == [50] * 6 + [55] * 18 + [60] * 36
    project.base(replaced(CAC, "{2026-01: 130, 2027-04: 120, 2029: 100}"))
    assert monthly(project.load(), PRICE).tolist() == [130] * 15 + [120] * 21 + [100] * 24


def test_months_between_are_filled_as_years_are(project):
    found = project.load(changes={"guests.marketing": {2026: 120, "2026-07": 180, "2027-01": 60},
                                  "guests.fare": {"2026-01": 100, "2026-03": 121}})
    assert monthly(found, "guests.marketing")[:13].tolist() == (
        [120, 130, 140, 150, 160, 170, 180, 160, 140, 120, 100, 80, 60])
    assert set(monthly(found, "guests.marketing")[12:]) == {60}
    np.testing.assert_allclose(monthly(found, "guests.fare")[:4], [100, 110, 121, 121])


def test_a_month_alone_replaces_that_month_alone(project):
    found = monthly(project.load(changes={f"{PRICE}.2026-09": 7, "guests.churn.2027-02": 0.5}),
                    PRICE)
    assert found.tolist() == [130] * 8 + [7] + [130] * 3 + [120] * 12 + [110] * 12 + [100] * 24
    churn = monthly(project.load(changes={"guests.churn.2027-02": 0.5}), "guests.churn")
    assert churn[13] == 0.5 and set(np.delete(churn, 13)) == {0.05}


def test_what_is_laid_over_last_holds(project):
    project.scenario("first", SCENARIO + f"changes: {{{PRICE}.2026-09: 7, {PRICE}.2027-01: 8}}\n")
    assert monthly(project.load("first", {f"{PRICE}.2026": 5}), PRICE)[:13].tolist() == (
        [5] * 12 + [8])
    both = {f"{PRICE}.2026-09": 7, f"{PRICE}.2026": 5, PRICE: {2026: 1, "2027-03": 2}}
    assert monthly(project.load(changes=both), PRICE)[:15].tolist() == (
        [5] * 8 + [7] + [5] * 3 + [1, 1, 2])
    assert set(monthly(project.load("first", {PRICE: 3}), PRICE)) == {3}


def test_a_year_laid_over_a_path_by_month_replaces_its_own_months(project):
    found = project.load(changes={PRICE: {2026: 50, "2027-07": 55}, f"{PRICE}.2028": 60})
    assert monthly(found, PRICE).tolist() == [50] * 18 + [55] * 6 + [60] * 12 + [55] * 24


def test_a_delay_moves_what_stands_before_it_and_nothing_typed_after(project):
    project.scenario("late", SCENARIO + f"changes:\n  {PRICE}: {{2026: 50, 2026-07: 55}}\n"
                     f"  {PRICE}.2026-09: 7\ndelay: {{{PRICE}: 2}}\n")
    found = monthly(project.load("late"), PRICE)
    assert found[:13].tolist() == [50] * 8 + [55] * 2 + [7] + [55] * 2
    found = monthly(project.load("late", {f"{PRICE}.2026-09": 1, f"{PRICE}.2027": 2}), PRICE)
    assert found[:25].tolist() == [50] * 8 + [1, 55, 7, 55] + [2] * 12 + [55]
    project.scenario("one", SCENARIO + "changes: {guests.churn.2026-09: 0.5}\n"
                     "delay: {guests.churn: 2}\n")
    assert monthly(project.load("one"), "guests.churn")[[8, 10]].tolist() == [0.05, 0.5]


def test_every_way_in_means_the_same(project):
    changes = {PRICE: {2026: 50, "2026-07": 55}, f"{PRICE}.2028": 9, f"{PRICE}.2028-02": 7,
               "guests.fare.season": AUTUMN, "guests.churn.2026-11": 0.07,
               "guests.marketing.season": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
    lines = [f"  {path}: {value}".replace("'", "") for path, value in changes.items()]
    project.scenario("s", SCENARIO + "changes:\n" + "\n".join(lines) + "\n")
    texts = {path: value_of(str(value).replace("'", "")) for path, value in changes.items()}
    typed = project.load(changes=changes)
    assert same(project.load("s"), typed) and same(project.load(changes=texts), typed)
    assert same(project.load().with_values(changes), typed)
    assert set(typed.changed) == {PRICE, "guests.fare", "guests.churn", "guests.marketing"}


# A season ---------------------------------------------------------------------------------------

def test_an_autumn_campaign_is_that_of_the_loop_by_hand():
    plan = project(load("mentorship", changes={f"{MARKETING}.season": AUTUMN}))
    spends = [5000] * 8 + [50000] * 2 + [5000] * 2
    assert plan["mentee_marketing"][0, :12] == pytest.approx(spends)
    assert plan["new_mentees"][0, :12] == pytest.approx([each / 100 * 1 for each in spends])
    assert plan.by_year("mentee_marketing")[0] == pytest.approx(
        project(load("mentorship")).by_year("mentee_marketing")[0], rel=1e-15)
    active, revenue = by_hand(spends)
    assert plan["active_mentees"][0, 11] == pytest.approx(active)
    assert active == pytest.approx(1313.64, abs=.005)
    assert revenue == pytest.approx(167_741.36, abs=0.005)
    assert sum(plan.by_year(line)[0, 0] for line in BROUGHT) == pytest.approx(revenue)
    assert check(plan).master


def test_months_of_an_annual_unit_are_a_year_s_amounts():
    months = {f"{MARKETING}.2026-{month:02d}": 600_000 if month in (9, 10) else 60_000
              for month in range(1, 13)}
    one, other = (project(load("mentorship", changes=changes)) for changes in (
        months, {f"{MARKETING}.season": AUTUMN}))
    assert one["mentee_marketing"][0, :12] == pytest.approx(other["mentee_marketing"][0, :12])


def test_an_audit_in_march_leaves_the_year_as_it_was():
    even, plan = (project(load("mentorship", changes=changes)) for changes in (
        {}, {"fixed_opex.accounting.season": [200, 200, 12200] + [200] * 9}))
    cost = plan["fixed_opex"][0, :12]
    assert cost[2] == pytest.approx(17_050) and np.delete(cost, 2) == pytest.approx([5050] * 11)
    assert plan.by_year("fixed_opex")[0] == pytest.approx(even.by_year("fixed_opex")[0])
    assert plan.by_year("fixed_opex")[0, 0] == pytest.approx(72_600)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.just(0.0) | st.floats(1e-3, 1e6), min_size=12, max_size=12)
       .filter(lambda each: sum(each) > 1e-3))
def test_no_season_changes_a_year(weights):
    even = load("mentorship")
    plan = even.with_values({f"{MARKETING}.season": weights})
    np.testing.assert_allclose(plan.yearly(MARKETING), even.yearly(MARKETING), rtol=1e-12)
    held = plan.monthly(MARKETING)[:, 0]
    np.testing.assert_allclose(held[:12] * sum(weights), 12 * 150_000 * np.array(weights),
                               rtol=1e-12)


def test_a_season_stays_with_its_months_and_its_path(project):
    base = replaced(CHURN, "value: 0.05\n      season: {12: 2}")
    project.base(base)
    low, high = 0.05 / (13 / 12), 0.1 / (13 / 12)
    year = [low] * 11 + [high]
    assert monthly_of(project.load()) == pytest.approx(year * 5)
    assert project.load().changed == ()
    # A new level keeps the season of its path, a delay does not move it.
    assert monthly_of(project.load(changes={"guests.churn": 0.1})) == pytest.approx(
        [2 * each for each in year] * 5)
    project.scenario("late", SCENARIO + "changes: {guests.churn: {2026: 0.05, 2027: 0.1}}\n"
                     "delay: {guests.churn: 2}\n")
    assert monthly_of(project.load("late"))[:24] == pytest.approx(
        year + year[:2] + [2 * each for each in year[2:]])
    # A month that is set by itself is the month itself.
    assert monthly_of(project.load(changes={"guests.churn.2026-12": 0.3}))[11] == 0.3
    assert monthly_of(project.load("late", {"guests.churn.2026-12": 0.3}))[11] == 0.3
    # Twelve equal weights are no season.
    assert monthly_of(project.load(changes={"guests.churn.season": [3] * 12})) == [0.05] * 60


def monthly_of(plan, path="guests.churn"):
    return plan.monthly(path)[:, 0].tolist()


def test_the_plausible_range_judges_the_level_without_its_season():
    plan = load("mentorship", changes={f"{MARKETING}.season": AUTUMN})
    assert not plan.outside_range()
    assert "200,000" in load("mentorship", changes={
        f"{MARKETING}.season": AUTUMN, f"{MARKETING}.2026": 200_000}).outside_range()[0]


# Somebody leaves --------------------------------------------------------------------------------

def test_a_gap_of_four_months_saves_four_months_of_pay():
    changes = {f"{HIRES}.2027-06": -1, f"{HIRES}.2027-10": 1}
    plan = project(load("mentorship", changes=changes))
    assert plan.by_year("payroll")[0, 1] == pytest.approx(487_962.50 - 4 * 105_000 * 1.03 / 12)
    assert plan.by_year("payroll")[0, 1] == pytest.approx(451_912.50)
    heads = plan["headcount.lead_developer"][0]
    assert heads.tolist() == [1] * 17 + [0] * 4 + [1] * 39 and check(plan).master


def test_a_plan_with_a_leaver_can_be_drawn_and_nobody_is_missing():
    base = load("mentorship", changes={"team.support_specialist.hires.2027-06": -0.8})
    drawn = sampling.drawn(base, sampling.uncertain(base), 200, 3)
    heads = batch(base, drawn)["headcount.support_specialist"]
    assert heads.min() >= -1e-12 and np.ptp(heads[:, 3]) > 0.1
    np.testing.assert_allclose(heads[:, 17], 0, atol=1e-12)


# Refusals ---------------------------------------------------------------------------------------

REFUSED = {
    f"{PRICE}: {{2026: 50, 9: 10}}": ["numbers by year or month {2026: 500, 2026-07: 550}",
                                      "not a mixture"],
    f"{PRICE}: {{2026-07: 55}}": [f"{PRICE} says nothing of the months before 2026-07",
                                  "{2026: …, 2026-07: 55}", f"{PRICE}.2026-07"],
    f"{PRICE}: {{2026: 50, 2026-01: 55}}": ["names 2026 and 2026-01, which begin with the same"],
    f"{PRICE}: {{2026: 50, 2031-01: 55}}": ["names 2031-01, outside 2026-01 to 2030-12"],
    f"{PRICE}.2031-01: 5": [f"{PRICE}.2031-01 needs a year from 2026 to 2030, or a month from "
                            "2026-01 to 2030-12"],
    "guests.fare: {2026: 5, 2026-07: 0}": ["guests.fare holds 0 USD/order", "geometric"],
    "rules.streak.2026-03: 5": ["rules.streak", "one number for the whole plan"],
    "rules.streak: {2026-03: 5}": ["rules.streak is one number for the whole plan"],
    "capex.stand: {2026: 5, 2026-03: 4}": ["capex.stand happens once", "dated amounts"],
    "rules.streak.season: {9: 10}": ["rules.streak.season cannot be: rules.streak is one number "
                                     "for the whole plan, so it has no season"],
    "capex.stand.season: {9: 10}": ["cannot be: capex.stand has dated amounts, so it has no "],
    "nobody.season: {9: 10}": ["nobody.season is not an assumption"],
    f"{PRICE}.season: [1, 2]": [f"{PRICE}.season is '[1, 2]'", "twelve weights, January first"],
    f"{PRICE}.season: 3": [f"{PRICE}.season is '3.0'", "twelve weights", "{9: 10, 10: 10}"],
    f"{PRICE}.season: {{13: 5}}": [f"{PRICE}.season", "not a mixture"],
    f"{PRICE}.season: {{9: -1}}": [f"{PRICE}.season", "9 weighs -1", "0 or more"],
    f"{PRICE}.season: {{9: a}}": [f"{PRICE}.season", "'a' is not a number"],
    f"{PRICE}.season: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]": ["all weights are 0", "above 0"],
    f"{PRICE}.season: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]": [
        f"{PRICE} = 0 USD/customer in 2026-01, with its season", "at least 0.01"],
    "guests.mix.tea.season: {9: 10}": ["guests.mix.tea = 2.85714285714 fraction in 2026-09, with "
                                       "its season", "at most 1"],
    f"{PRICE}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]": [
        f"{PRICE} is a list", f"{PRICE}.season"],
    f"{PRICE}: {{9: 10}}": [f"{PRICE}.season"],
    "staff.cook.hires.2026-03: -2": ["staff.cook.hires", "-1 FTE in 2026-03", "let 1 more join"],
    "staff.cook.hires: {2026-05: 1, 2026-04: -1}": ["-1 FTE in 2026-04", "1 more"],
    "capex.stand.2026-04: -1": ["capex.stand.2026-04 = -1 USD is outside", "at least 0"],
}
COOK = """  staff:
    cook:
      hires:
        label: Hires, cook
        unit: FTE
        value: {2026-01: 1}
        range: [1, 1]
        source: "estimate: one"
        confidence: low
"""


@pytest.mark.parametrize("typed", REFUSED)
def test_what_has_no_meaning_is_refused_with_its_line(project, typed):
    project.base(replaced("  rules:\n", COOK + "  rules:\n"))
    project.scenario("wrong", f"{SCENARIO}changes:\n  {typed}\n")
    problem = project.problem("wrong")
    assert problem.where == f"{SCENARIO_FILE.format('wrong')}:4", problem
    assert [part for part in REFUSED[typed] if part not in problem.what] == [], problem.what


def test_amounts_of_a_month_under_an_annual_unit_are_asked_about(project):
    # The file of a person who thinks of 5,000 in the month.
    autumn = {f"2026-{month:02d}": 50 if month in (9, 10) else 5 for month in range(1, 13)}
    project.base(replaced("{2026: 120, 2030: 200}", "{2026: 150, 2030: 150}"))
    what = project.problem(changes={"guests.marketing": autumn}).what
    for part in ("guests.marketing gives 12.5 USD/year on average over the months of 2026",
                 "where base has 150", "2026-01: 60 for 5 in that month", "guests.marketing.season",
                 "name the year instead of 2026-01, 2026: 5."):
        assert part in what, what
    yearly = {month: 12 * amount for month, amount in autumn.items()}
    found = project.load(changes={"guests.marketing": yearly})
    assert monthly(found, "guests.marketing")[:12].tolist() == list(yearly.values())
    named = project.load(changes={"guests.marketing": {2026: 5, "2026-09": 50}})
    assert monthly(named, "guests.marketing")[8] == 50
    # Nothing is no month's amount, and a share has no months of that kind.
    assert project.load(changes={"guests.marketing": {"2026-01": 0}, "guests.churn": {
        "2026-01": 0.004}})


def test_a_wrong_season_in_base_is_named_by_its_line(project):
    text = replaced(CHURN, "value: 0.05\n      season: [1, 2]")
    project.base(text)
    found = project.problem()
    assert found.where.endswith(f":{text[:text.index('season:')].count(chr(10)) + 1}")
    assert "guests.churn: season is '[1, 2]'" in found.what
    project.base(replaced("value: 3\n", "value: 3\n      season: {9: 2}\n"))
    assert "rules.streak is one number for the whole plan, so it has no season" in (
        project.problem().what)


# Plans around one with seasons -------------------------------------------------------------------

@pytest.mark.parametrize("company", COMPANIES)
def test_plans_drawn_around_a_season_are_plans(company):
    plan = seasonal(company)
    drawn = batch(plan, sampling.drawn(plan, sampling.uncertain(plan), 50, 3))
    budget = next(path for path in plan.series if path.endswith(".marketing"))
    one, other = (each.assumptions.monthly(budget) for each in (
        drawn, project(plan)))
    # Each draw moves the whole path, so what months are to each other stays.
    shares = one / one.sum(axis=0)
    np.testing.assert_allclose(shares, np.broadcast_to(other / other.sum(axis=0), shares.shape))


def test_shares_with_a_season_that_fill_a_mix_share_what_there_is():
    plan = seasonal(**{"mentees.mix.senior_experts": 0.49, "mentees.mix.career_changers": 0.27})
    assert sum(plan.monthly(path).max() for path in plan.mixes["mentees.mix"]) > 0.98
    drawn = batch(plan, sampling.drawn(plan, sampling.uncertain(plan), 200, 3)).assumptions
    total = sum(drawn.monthly(path) for path in plan.mixes["mentees.mix"])
    assert 1 - 1e-9 < total.max() <= 1 + 1e-12


def test_a_bridge_to_a_plan_with_seasons_has_the_whole_difference():
    start, end = load("mentorship"), seasonal()
    outcome = sensitivity.outcomes(start.calendar.years)["ebitda_2028"]
    made = bridge.bridge(start, end, outcome)
    wanted = project(end).by_year("ebitda")[0, 2]
    assert made.end == pytest.approx(wanted, rel=1e-12)
    assert made.start + sum(part.amount for part in made.parts) == pytest.approx(wanted)
    back = bridge.bridge(end, start, outcome)
    assert back.end == pytest.approx(made.start) and back.start == pytest.approx(made.end)


def test_who_is_there_before_the_first_month_can_leave():
    changes = {"opening.headcount.lead_developer": 1, f"{HIRES}.2026-03": -2}
    plan = project(load("mentorship", changes=changes))
    assert plan["headcount.lead_developer"][0, :4].tolist() == [2, 2, 0, 0]
    for wrong in ({**changes, f"{HIRES}.2026-03": -3}, {"opening.headcount.lead_developer": -1}):
        with pytest.raises(InputError, match="nobody can leave who is not there"):
            load("mentorship", changes=wrong)


# Several ways to say something of a path, together.

def test_a_month_set_alone_survives_the_financial_year_in_which_it_lies(folder):
    """FY2027, from July 2026 on, is written behind 2026-09, and says less of that month."""
    path = folder / "params" / "influencer" / "base.yaml"
    path.write_text(path.read_text().replace("months: 60", "months: 60\nyear_starts: 7\n"
                                             "year_named: start", 1))
    plan = load("influencer", changes={"customers.cac.2026-09": 510, "customers.cac.2026": 490})
    at = plan.calendar.labels.index
    assert plan.monthly("customers.cac")[[at("2026-08"), at("2026-09")], 0].tolist() == [490, 510]


def test_a_plan_as_a_whole_has_no_season():
    for _ in range(2):  # also where its shape was seen before
        with pytest.raises(InputError, match=r"valuation\.discount_rate holds for the plan as a "
                                             "whole; .* no season"):
            project(load("mentorship", changes={"valuation.discount_rate.season": {1: 5}}))


@pytest.mark.parametrize("change", [
    {"payroll.salary_growth.season": {1: 10}}, {"payroll.salary_growth.2027-06": 0.2},
    {"tax.tax_rate.season": {12: 3}}, {"tax.tax_rate": {2026: 0.25, "2027-03": 0.2}}])
def test_what_is_read_once_a_year_has_no_months(change):
    with pytest.raises(InputError, match=r"month of each .* alone, so single months and seasons"):
        load("mentorship", changes=change)


def test_an_even_season_is_no_change():
    assert load("mentorship", changes={"mentees.cac.season": {1: 1}}).changed == ()


def test_weights_have_an_end():
    with pytest.raises(InputError, match=r"weighs 1\.7e.308; type at most 1e.06"):
        load("mentorship", changes={"mentees.marketing.season": [1.7e308] * 12})


def test_what_multiplies_a_path_by_month_can_be_loaded_however_small():
    plan = load("mentorship", changes={"mentees.marketing": {2026: 150_000, "2026-07": 200_000,
                                                             2027: 360_000}})
    given = plan.settings["mentees.marketing"].times(
        0.1, plan.entries["mentees.marketing"], plan.calendar)
    smaller = load("mentorship", changes={f"mentees.marketing{moment}": value
                                          for moment, value in given.items()})
    assert smaller.monthly("mentees.marketing") == pytest.approx(
        0.1 * plan.monthly("mentees.marketing"))


def test_what_is_delayed_beyond_the_plan_is_gone_and_can_be_multiplied(folder):
    scenario = folder / "params" / "mentorship" / "scenarios" / "late.yaml"
    head = "title: Late\nwhy: To see.\nchanges: {}\ndelay:\n  capex.platform: "
    scenario.write_text(f"{head}58\n")
    plan = load("mentorship", "late")
    kept = plan.settings["capex.platform"].value
    assert kept and set(kept) <= set(plan.calendar.labels)
    scenario.write_text(f"{head}60\n")
    gone = load("mentorship", "late")
    assert not gone.monthly("capex.platform").any()
    again = gone.with_values({"capex.platform": gone.settings["capex.platform"].times(
        2.0, gone.entries["capex.platform"], gone.calendar)[""]})
    assert not again.differing(gone)
