"""The scoreboard says what is off target and what to do, in every period of every scenario."""

import re

import numpy as np
import pytest

from model.analysis.kpis import judged, kpis, kpis_by_month
from model.analysis.rules import FIRED
from model.companies import COMPANIES
from model.companies.profiles import profile
from model.pages import open_view, scoreboard
from model.pages.scoreboard import period
from model.params import catalog
from model.views.charts import render, state_strips

VIEWS = [(company, scenario, {}) for company in COMPANIES
         for scenario in catalog.scenarios(company)]
VIEWS += [
    ("mentorship", "base", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", "base", {"mentees.match_rate.2028": 0}),
    ("mentorship", "base", {"mentees.match_rate": 0.45}),
    ("influencer", "base", {"customers.marketing": 0}),
    ("influencer", "base", {"variable_opex.campaign_tools": 0.2}),
]


@pytest.fixture(scope="module")
def mentorship():
    return open_view("mentorship")


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_every_cell_and_period_says_what_the_kpis_say(sketched, company, scenario, changes):
    view = open_view(company, scenario, changes)
    blocks = [getattr(scoreboard, name)(view) for name in ("history", "trends", "rules")]
    for at in ("2026", "2029", "2026-01", "2028-05", "2030-12"):
        block, found = scoreboard.review(view, at), period.in_period(view, at)
        wrong = [kpi for kpi in found.values() if kpi.status in ("missed", "watch")]
        fired = [each for each in period.outcomes(view)
                 if each.at(at if "-" in at else f"{at}-12") == FIRED]
        first, *rest = block.table
        urgent = first.caption.startswith("What to do now")
        assert urgent == bool(wrong or fired)
        assert not urgent or len(first.labels) == len(wrong) + len(fired)
        assert sum(len(table.labels) for table in (rest if urgent else block.table)) == len(found)
        assert all(kpi.goal.inside in block.message for kpi in wrong)
        assert all(each.condition in block.message for each in fired)
        assert not re.search(r"\bR\d\b", block.text)
        blocks.append(block)
    for block in blocks:
        text = re.sub(r'src(set)?="data:[^"]*"', "", block.screen_html) + block.text
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\$", text)
        assert block.message.endswith(".") and not re.search(r" ,|;\.|\b1 months\b", block.message)


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_the_last_month_counts_every_kpi_with_a_target_and_says_which_have_no_value(
        company, scenario, changes):
    view = open_view(company, scenario, changes)
    last = [of["2030-12"] for of in period.by_month(view).values() if of["2030-12"].goal.test]
    message = scoreboard.trends(view).message
    by = {status: [kpi for kpi in last if kpi.status == status]
          for status in ("met", "missed", "watch", "undefined")}
    blind = sum(all(kpi.goal.test and kpi.value is None for kpi in of.values())
                for of in period.by_month(view).values())
    if blind:
        assert f" {blind} with a target ha" in scoreboard.history(view).message
    assert f"{len(by['met']) or 'none'} of {len(last)} KPIs with a target" in message
    assert sum(map(len, by.values())) == len(last)
    off, _, blind = message.partition(f"{len(by['undefined'])} ha")
    assert all(kpi.goal.inside in off for kpi in by["missed"] + by["watch"])
    assert all(kpi.goal.inside in blind and f"({kpi.reason})" in blind for kpi in by["undefined"])


def test_months_to_earn_back_and_the_take_rate_are_counted(mentorship):
    assert scoreboard.trends(mentorship).message == (
        "In Dec 2030, the last month, 9 of 16 KPIs with a target meet it; months to earn back all "
        "losses and take rate are off target; 5 have no value: match rate of first proposals, time "
        "to first match, onboarding time and repeat order rate (not modeled; needs actuals) and "
        "runway (no cash is burned over the last three months).")


def test_a_target_that_moves_says_what_it_is():
    view = open_view("influencer")
    wanted = period.value_and_target(view, period.in_period(view, "2026-04")["runway"])[1]
    assert wanted == "at\u00a0least\u00a08 (months left to the first break-even and contingency)"
    said = scoreboard.history(view).reading
    assert ("The target of runway moves with the plan: months left to the first break-even and "
            "contingency, 11 months in Jan 2026 and 6 months in Dec 2030.") in said


def test_a_year_shows_the_year_and_a_month_the_month(mentorship):
    assert period.in_period(mentorship, "2027") == {
        name: of[2027] for name, of in kpis(mentorship.projection).items()}
    assert period.in_period(mentorship, "2027-03") == {
        name: of["2027-03"] for name, of in kpis_by_month(mentorship.projection).items()}


def test_the_page_opens_with_the_close_of_the_first_year(mentorship):
    assert scoreboard.review(mentorship).message.startswith(
        "Dec 2026: months to earn back all losses and take rate miss their targets; the "
        "rule on months to earn back all losses above 18 months fires")


def test_a_miss_that_rounding_would_hide_is_shown_with_its_digits(mentorship):
    table = scoreboard.review(mentorship, "2026-12").table[0]
    row = list(table.labels).index("Take rate")
    assert (table.columns["Value"][row], table.columns["Wanted"][row]) == (
        "24.89", "at\u00a0least\u00a024.94")


@pytest.mark.parametrize("company", catalog.companies())
def test_a_value_on_or_just_beside_its_target_is_shown(company):
    for name, goal in profile(company).kpis.items():
        for target in {goal.target_in(year) for year in range(2026, 2031)} - {None}:
            on = judged(name, goal, target, target)
            hit = goal.test in ("at_least", "at_most")
            assert on.status == "met" if hit else on.status in ("watch", "missed"), name
            value, wanted = period.value_and_target(open_view(company), on)
            assert wanted == f"{period.TESTS[goal.test]}\u00a0{value}"
            for near in (np.nextafter(target, 0), target * (1 + 1e-12), target * (1 + 1e-8)):
                assert all(period.value_and_target(open_view(company),
                                                   judged(name, goal, target, near)))


def test_the_page_of_a_plan_whose_kpi_stands_on_a_strict_target_shows_the_miss():
    view = open_view("mentorship", "base", {"mentees.match_rate": 0.7})
    kpi = period.in_period(view, "2026-12")["match_rate"]
    assert (kpi.value, kpi.target, kpi.goal.test, kpi.status) == (0.7, 0.7, "above", "watch")
    table = scoreboard.review(view, "2026-12").table[0]
    row = list(table.labels).index("Match rate")
    assert (table.columns["Value"][row], table.columns["Wanted"][row]) == (
        "70.0", "above\u00a070.0")


def test_status_is_told_by_a_word_and_a_sign(mentorship):
    told = {word for table in scoreboard.review(mentorship).table
            for word in table.columns["Status"]}
    assert {"✓\u00a0met", "✗\u00a0missed", "no\u00a0target", "?\u00a0no\u00a0value"} <= told


def test_every_kpi_prints_its_definition_and_the_quality_of_its_benchmark(mentorship):
    html = scoreboard.review(mentorship).html.replace("&#x27;", "'")
    for kpi in period.in_period(mentorship, "2026-12").values():
        assert kpi.goal.definition in html
        assert not kpi.band or f"Benchmark: {kpi.band} ({kpi.goal.benchmark.quality})" in html


def test_months_that_are_off_are_told_in_runs():
    months = [f"2026-{month:02d}" for month in range(1, 7)]
    row = ["missed", "met", "watch", "missed", "undefined", "missed"]
    assert scoreboard._runs(months, row) == "Jan 2026, Mar 2026 to Apr 2026, Jun 2026"
    assert scoreboard._runs(months, ["met"] * 6) == "none"


def test_firing_that_is_good_news_looks_other_than_firing_that_is_not():
    view = open_view("influencer")
    marks = {(found.rule.id, found.rule.threshold): scoreboard._mark(found, "2027-03")
             for found in period.outcomes(view)}
    assert marks["R6", 4] == "call" and marks["R6", 2] == "good"


def test_a_rule_on_a_fall_has_no_threshold_and_is_told_as_one():
    view = open_view("influencer")
    block = scoreboard.rules(view)
    assert "Average billable rate below that of the month before" in block.table.labels
    due = scoreboard.review(view, "2026-06").table
    rows = {label: (value, wanted) for table in due if "Wanted" in table.columns for
            label, value, wanted in zip(table.labels, table.columns["Value"],
                                        table.columns["Wanted"], strict=True)}
    value, wanted = rows["Rule: average billable rate"]
    assert value.startswith("113") and wanted == "no fall"
    # The goal of the average is the rate of Managed Service in the same year.
    assert rows["Average billable rate"][1] == (
        "at\u00a0least\u00a0180.00 (hourly rate of Managed Service)")
    assert "no channels" in block.reading


def test_a_choice_redraws_the_review(mentorship):
    panel = scoreboard.controls(mentorship)
    (box,) = panel.children[1].children
    box.value = "2028"
    assert "2028: " in panel.children[-1].value


def test_strips_draw_the_same_bytes_twice_and_survive_nothing():
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    rows = {"a <b>": ["good"] * 6 + [""] * 3 + ["bad", "watch", "call"], "b": [""] * 12}
    assert render(state_strips(months, rows)) == render(state_strips(months, rows))
    assert render(state_strips(months, rows).for_phone()) and render(state_strips([], {}))


def test_what_was_observed_is_reviewed(mentorship, monkeypatch):
    days = np.full(60, np.nan)
    days[11] = 20
    monkeypatch.setattr(period, "observed_kpis",
                        lambda projection: {"time_to_first_match": days})
    block = scoreboard.review(open_view("mentorship"), "2026-12")
    assert "the rules on " in block.message
    assert "time to first match above 14 days" in block.message
    assert "Time to first match" in scoreboard.history(open_view("mentorship")).table.labels
    for table in block.table:
        rests = dict(zip(table.labels, table.columns["Rests on"], strict=True))
        assert {label for label, what in rests.items() if what == "actuals"} <= {
            "Time to first match", "Rule: time to first match"}
    assert sum("actuals" in table.columns["Rests on"] for table in block.table) == 2
    assert "values are the forecast's and not observed" in block.message
