"""Sentences of the investor report that only some plans bring, one plan at a time."""

import pytest
import yaml

from model.pages import investor_report as page
from model.pages import open_view, sensitivity
from model.params import catalog
from model.workbook import verification


def test_the_draws_are_made_once(monkeypatch):
    made, draw = [], sensitivity.sensitivity.fan
    monkeypatch.setattr(sensitivity.sensitivity, "fan",
                        lambda *given: made.append(given) or draw(*given))
    view = open_view("mentorship")
    assert "(0.91)" in page.header(view).text and page.must_be_true(view)
    assert len(made) == 1


def test_only_scenarios_that_are_shown_are_counted():
    block = page.scenarios(open_view("mentorship"))
    rows = len(catalog.scenarios("mentorship")) - 1  # The demonstration has the plan of base.
    # Flat marketing has no cash from 2029 on, two years before it breaks even.
    assert block.message.startswith(f"{rows - 1} of {rows} scenarios break even without running "
                                    "out of cash; Flat marketing runs out of cash in Jan 2029, "
                                    "before it first breaks even in Dec 2030, without an operating "
                                    "break-even; the lowest cash")
    assert f"{rows - 1} of {rows} break even without running out" in block.alt_message
    assert "out of cash" not in page.scenarios(open_view("influencer")).message.partition("; ")[2]
    assert ("Demonstration: invented actuals has the plan of base, so it is neither counted nor "
            "shown. Not a plan of its own but base, beside figures that we invented" in
            block.message)
    assert all(len(table.labels) == rows and not any("invented" in label for label in table.labels)
               for table in block.table)


def test_the_head_says_in_two_words_whether_the_workbook_is_verified(monkeypatch):
    view = open_view("mentorship")
    monkeypatch.setattr(verification, "current", lambda *given: None)
    assert "Workbook not verified since the last change" in page.head(view).facts
    assert "Not verified since the last change" in page.checks(view).table.columns["Result"][-1]
    record = {"engines": {"LibreOffice": {"cells": 1200, "scenarios": 6, "draws": 20,
                                            "variants": ["a close"],
                                          "greatest_relative_difference": 9e-15,
                                          "greatest_difference_of_check_lines": 1e-8}}}
    monkeypatch.setattr(verification, "current", lambda *given: record)
    assert page.head(view).facts[0] == "Workbook verified"
    assert "LibreOffice calculated 1,200 cells of 6 scenarios" in page.checks(view).text


def test_actuals_bring_a_hatched_forecast_and_their_remark():
    block = page.growth(open_view("mentorship", "demo_actuals"))
    assert "INVENTED" in block.message and "Hatched" in block.reading
    assert "Revenue, forecast" in [text.text for text in block.figure.texts]
    plain = page.growth(open_view("mentorship"))
    assert "Hatched" not in plain.reading and "grey" not in plain.reading
    assert "grey columns behind are the base" in page.growth(
        open_view("mentorship", "downside")).reading


def test_a_plan_that_needs_no_money_says_so():
    rich = {"mentees.young_pros.order_value": 300_000}
    block = page.funding_ask(open_view("mentorship", changes=rich))
    assert "needs no money from outside" in block.message and block.table is not None


def test_the_head_marks_what_was_made_to_meet_the_source():
    first, cash, ebitda, _ = page.head(open_view("influencer")).tiles
    assert first.compared == ("source: Jun 2026 for all losses earned back, which here is Oct "
                              "2026, 4 months later; the first month was set by choice of an "
                              "assumption")
    assert ("calibrated to the source's $671,000, unresolved; other reading: a need for money"
            in cash.compared)
    assert ebitda.compared == "calibrated to the source's $210k"
    said = page.evidence(open_view("influencer")).message
    assert ("In base, assumptions were set so that it meets 11 printed figures, and the month of "
            "its first break-even, which the source check names: that it does is no test of it."
            ) in said
    # Of the marketplace EBITDA 2028 was, and the month, by the budget of 2027.
    first, cash, ebitda, _ = page.head(open_view("mentorship")).tiles
    assert "by choice of an assumption" in first.compared and "calibrated" not in cash.compared
    assert ebitda.compared == "calibrated to the source's $710,000"
    assert "calibrated" not in str(page.head(open_view("mentorship", "downside")).tiles)


def test_the_report_says_how_large_the_company_is_and_that_nothing_has_happened():
    view = open_view("influencer")
    said = page.growth(view).message
    assert ("the plan takes active customers from 249 to 2,711 customers and headcount from 4.5 to "
            "91 FTE.") in said
    assert "There are no figures of what has happened" in page.evidence(view).message
    seen = page.evidence(open_view("mentorship", "demo_actuals")).message
    assert ("Figures that are given as what has happened reach to Apr 2026 (INVENTED EXAMPLE: no "
            "company had these figures).") in seen


def test_scenarios_say_what_tests_the_first_year_and_what_goes_beyond_ranges():
    block = page.scenarios(open_view("influencer"))
    assert ("Only Downside (USD 16.3k, 92.2% less) has an EBITDA of 2026 that is over 5% below "
            "base." in block.message)
    assert "EBITDA of 1.5 million in 2030 (11 assumptions)" in block.reading
    assert "In Upside the delivery team is short of hours" in block.reading


def test_scenarios_say_which_keep_the_team_and_which_leave_the_first_year():
    block = page.scenarios(open_view("mentorship"))
    assert ("In CAC three months late, CAC stays, Downside and Flat marketing less is sold than "
            "in base with as many people: hiring goes on as planned") in block.reading
    assert ("CAC three months late, CAC stays and Flat marketing test later years alone: 2026 is "
            "as in base." in block.message)
    # Of the marketing service, the plan with the smaller outcome hires less.
    block = page.scenarios(open_view("influencer"))
    assert "In CAC three months late and Downside less is sold" in block.reading


@pytest.mark.parametrize(("company", "said", "odds"), [
    ("mentorship", "USD 91.0k of it is to spare at the mean burn, and USD 183.6k is missing at "
                   "that of the worst 3 months in a row.", "about 21% of 1,000 random draws"),
    ("influencer", "USD 276.9k of it is to spare at the mean burn, and USD 63.2k is at that of "
                   "the worst 3 months in a row.", "none of 1,000 random draws around the plan.")])
def test_what_is_to_spare_is_said_at_both_burns_and_how_often_cash_runs_out(company, said, odds):
    message = page.funding_ask(open_view(company)).message
    assert said in message and f"Cash falls below zero in {odds}" in message


@pytest.mark.parametrize(("company", "said"), [
    ("mentorship", "With all burn counted, runway is shortest in Feb 2026, 9.3 months (wanted: "
                   "26); in 12 of the 22 months with a runway it is shorter than is wanted."),
    ("influencer", "nowhere shorter than is wanted. With all burn counted, runway is shortest in "
                   "Feb 2026, 6.1 months (wanted: 10); in 3 of the 6 months")])
def test_the_runway_is_said_with_and_without_dated_purchases(company, said):
    block = page.cash(open_view(company))
    assert said in block.message
    assert "left out in the chart" in block.reading and "of content are counted" in block.reading


def test_the_rule_on_a_ratio_is_held_against_what_the_ratio_leaves_out():
    rules = page.risks(open_view("mentorship")).parts[-2].message
    assert ("reads the plain ratio; in 2026 it would fire for all mentors (0.91), Young Pros with "
            "a mentor's share (2.65) and Young Pros fully loaded (1.42), among others.") in rules
    assert "would fire" not in page.risks(open_view("influencer")).parts[-2].message


def test_a_rule_on_one_figure_of_the_plan_counts_no_readings():
    table = page.risks(open_view("influencer")).parts[-2].table
    assert table.columns["First in"] == ["–", "Mar 2026"]
    assert table.columns["Readings"][0] == "one figure of the plan"


@pytest.mark.parametrize(("company", "decides", "claims", "reach"), [
    ("mentorship", "with CAC, mentee at × 1.3 (Mar 2028). Of the 10 that move it most, 4 are "
                   "estimates or calibrated, 2 are published for 2028 itself or without a year",
     "13 follow from other printed figures", "in about 23% of the random draws"),
    ("influencer", "No assumption alone brings cash below zero within its range.",
     "5 follow from other printed figures", "in about 34% of the random draws")])
def test_what_decides_what_agrees_and_the_last_year_say_how_much_they_prove(
        company, decides, claims, reach):
    view = open_view(company)
    assert decides in page.must_be_true(view).parts[0].message
    assert claims in page.risks(view).parts[-1].message
    assert f"EBITDA of 2030 is at or above that {reach}" in page.growth(view).message


def test_the_first_break_even_says_how_far_above_zero_it_is():
    said = page.breakeven_months(open_view("mentorship")).message
    assert said.endswith("EBITDA of Oct 2027 is USD 1.8k, and 2 later months are below zero again.")
    said = page.breakeven_months(open_view("influencer")).message
    assert said.endswith("EBITDA of Jun 2026 is USD 12.6k.")


def test_the_share_of_a_mentor_stands_beside_what_the_plan_wins():
    reading = page.segments(open_view("mentorship")).reading
    assert "In 2026 the plan itself wins one mentor to every 7.5 new mentees." in reading


def test_risks_say_where_each_alert_stands():
    view = open_view("influencer")
    assert page.head(view).facts[-1] == "3 alerts, among the risks below"
    alerts, *_, rules, _ = page.risks(view).parts
    assert alerts.sentence == (
        "3 alerts speak against this plan; 2 on rules and published figures stand in the tables "
        "that follow:")
    assert len(alerts.items) == 1
    # As the scoreboard counts: the first month has none before it to fall from.
    assert [text.split()[-1] for text in rules.table.columns["Readings"]][-1] == "59"


def test_a_ratio_that_looks_too_good_is_said_by_how_much_and_on_what():
    said = " ".join(page.header(open_view("influencer")).parts[1].items)
    assert "is 9.1 times the 4:1 at which" in said
    assert "All 4 churn rates behind how long they stay are estimates or calibrated" in said


def test_the_notation_is_explained_once_a_page():
    for scenario, said in (("base", "Charts: outlined = plan"),
                           ("demo_actuals", "hatched = forecast, solid = actual")):
        head = page.head(open_view("mentorship", scenario))
        assert sum(said in fact for fact in head.facts) == 1


@pytest.mark.parametrize(("printed", "said"), [
    (None, "has no printed figure"), ("no figure at all", "holds 0 figures where 1 are read")])
def test_a_printed_figure_that_is_gone_does_not_cost_the_page(folder, printed, said):
    base = folder / "params/mentorship/base.yaml"
    content = yaml.safe_load(base.read_text())
    for entry in entries(content["assumptions"]):
        if "printed" in entry:
            entry["printed"] = printed
            if printed is None:
                del entry["printed"]
    base.write_text(yaml.safe_dump(content, sort_keys=False))
    text = page.risks(open_view("mentorship", "base")).text
    assert "cannot be held against the plan" in text and said in text


def entries(tree):
    if "label" in tree:
        return [tree]
    return [entry for branch in tree.values() for entry in entries(branch)]
