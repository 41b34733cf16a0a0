"""What the source check says about the published claims: computed, and true in every plan."""

import math
import re
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import PUBLISHED

from model import folders
from model.audit.grounds import PRINTED, ground
from model.audit.verdicts import AGREES, NOT_COMPARED, REPEATS, UNRESOLVED, VERDICTS, WRONG
from model.companies.claims import KINDS
from model.pages import investor_report, open_view
from model.pages import source_check as page
from model.pages.claim_words import full, proof, quantity
from model.views.blocks import Table


@pytest.fixture(scope="module")
def views():
    return {company: open_view(company) for company in PUBLISHED}


def test_the_summary_counts_every_claim_once(views):
    for view in views.values():
        block, check = page.verdicts(view), page._check(view)
        findings = check.findings.values()
        assert {finding.verdict for finding in findings} <= set(VERDICTS)
        total, follow, plan = map(int, re.findall(r"\d+", block.message.partition(" Among")[0]))
        table, _, rests = block.table
        by_name = dict(zip(table.labels, table.columns["All"], strict=True))
        assert total == len(findings) == by_name["All claims"] == sum(
            by_name[name.capitalize()] for name in VERDICTS if name != NOT_COMPARED)
        numbers = {name: int(number) for number, name in
                   re.findall(r"(\d+) “(.+?)”", block.message)}
        assert len(numbers) >= 5 and all(by_name[name.capitalize()] == number
                                         for name, number in numbers.items())
        kinds = [each.claim.kind for each in findings
                 if each.verdict == AGREES and ground(check, each) == PRINTED]
        assert follow == len(kinds) == rests.columns["Agrees"][0]
        assert plan == kinds.count("plan") + kinds.count("outcome")
        tied = {check.identity(each.claim) for each in findings
                if ground(check, each) == PRINTED} - {frozenset()}
        assert rests.columns["Identities"][0] == len(tied) > 5
        assert sum(rests.columns["Agrees"]) + sum(rests.columns["Printed wrong"]) == sum(
            finding.verdict in (AGREES, WRONG) for finding in findings)
    assert page.verdicts(views["influencer"]).message.startswith(
        "Of 56 claims, 5 follow from other printed figures, 3 of them about the plan itself. Among "
        "the verdicts are 7 “calibrated”, 13 “goal met”, 5 “goal not met”, 4 “printed wrong”")


def test_what_was_calibrated_says_so_beside_the_model(views):
    text = page.claim_table(views["mentorship"]).text
    assert "USD 72.01 (order value, 2026; calibrated to it)" in text
    assert "USD 412,600 (payroll and fixed operating cost, 2026; calibrated to it)" in text
    assert "(mentee CAC, 2026)" in text
    assert "9% (variable operating cost over revenue, 2026; calibrated to it)" in page.claim_table(
        views["influencer"]).text
    cheap = page.claim_table(open_view("mentorship", changes={
        "mentees.young_pros.order_value.2026": 30}))
    assert "order value, 2026; calibrated" not in cheap.text


def test_a_goal_that_is_met_only_without_staff_says_so(views):
    check = page._check(views["influencer"])
    for name, words in {"gm_floor": "not at least 80%", "gm_healthy": "not above 70%"}.items():
        said = proof(check, check.findings[name])
        assert f"counted as a cost of revenue it is, in the plan: 66.48%, {words}" in said
    lean = page._check(open_view("influencer", changes={"team.delivery_team.salary": 1}))
    assert "not above 70%" not in proof(lean, lean.findings["gm_healthy"])
    # The same months of which the alert on short runways speaks.
    for view, months in (views["mentorship"], 11), (views["influencer"], None):
        said = [alert for alert in view.checks.alerts if alert.startswith("A2 ")]
        assert bool(said) == bool(months) and all(f"in {months} months" in one for one in said)
    check = page._check(views["mentorship"])
    assert "dated purchases left out: 11 months" in proof(check, check.findings[
        "contingency_months"])


def test_what_was_argued_beyond_the_figures_is_not_said(views):
    text = page.unresolved_claims(views["influencer"]).text
    assert "proven lost on the page on operating costs only" in text
    assert "nearly stops growing" not in text and "drawn around the larger" in text
    assert "if customers come evenly" in page.ratio_carriers(views["influencer"]).text
    assert "the article's own numbers" in page.claim_table(views["mentorship"]).text


def test_a_value_that_meets_the_goal_is_written_as_in_the_investor_report(views):
    view = views["influencer"]
    needed = page.ratio_carriers(view).table[0].columns["For 3:1"][1]
    assert needed == "0.7735 hours per customer and month"
    assert needed in investor_report.must_be_true(view).text


def test_only_what_is_printed_is_counted_as_read_otherwise(views):
    for company, start in {"mentorship": "16 of 79", "influencer": "7 of 52"}.items():
        said = page.claim_table(views[company]).message
        assert said.startswith(f"{start} printed claims are read")


def test_an_identity_that_stands_twice_says_of_which_claim(views):
    text = page._chosen(views["mentorship"], REPEATS).text
    assert text.startswith("Repeats: 2 claims.")
    assert "repeats: the identity of CAC of a mentee, 2026" in text
    assert "2 of the agreements hold only with another figure" in page.verdicts(
        views["mentorship"]).reading


def test_figures_of_another_page_are_said_to_be_so(views):
    assert ("12 of them are not in the article: they are printed on the publisher's page on "
            "operating costs or follow from it.") in page.verdicts(views["influencer"]).reading
    assert "page on" not in page.verdicts(views["mentorship"]).reading
    for path in ("team.chief_executive.salary", "cost_of_revenue.creator_payouts"):
        entry = views["influencer"].assumptions.entries[path]
        assert "page on operating costs" in entry.source and entry.confidence != "high"


def test_the_sentences_say_the_figures(views):
    mentorship, influencer = views["mentorship"], views["influencer"]
    lost = page.lost_decimals(mentorship)
    assert "negative 75% becomes 82.5%" in lost.message and "39 becomes 3,821" in lost.message
    for figure in ("4,631", "1,438", "34,383 ÷ 900, rounded up = 39", "20 months"):
        assert figure in lost.text
    ladder = page.ltv_to_cac_readings(mentorship)
    assert ladder.message.startswith("4 of 12 readings")
    assert "0.30" in ladder.message and "3.31" in ladder.message
    assert page.ltv_to_cac_readings(influencer).message.startswith(
        "No page prints what a customer brings. The published outcomes of 2026 force at least "
        "5.88, if they hold; the model")
    carries = page.ratio_carriers(mentorship)
    assert "both are estimates" not in carries.text
    assert "1.18 with a first order and the printed repeat order" in carries.message
    assert carries.message.endswith("; 0.90 with all of these at once.")
    assert "(45 − 29) ÷ 17.96" in carries.text
    assert "churn, basic" in page.ratio_carriers(influencer).message.lower()
    assert "No argument of the page is overturned" in page.lost_decimals(influencer).message
    unresolved = page.unresolved_claims(influencer).text
    assert "EBITDA of 1.5 million in 2030" in unresolved and "ebitda_1_5m" not in unresolved
    assert "USD 1.50m" in unresolved and "USD 15.0" in unresolved


def test_every_reading_is_run_through_the_plan_that_it_would_be(views):
    """Worked out beside the model: budgets of 2026 typed in, orders in all years."""
    def rows(view):
        table = page.unresolved_claims(view).table[1]
        return {label: (plan, ends) for label, plan, ends in zip(
            table.labels, table.columns["Plan"], table.columns["What becomes of it"], strict=True)}
    found = rows(views["mentorship"])
    for label, ends in {
            "Whom the marketing budget buys: mentees alone (the model)":
                "Oct 2027; losses earned back: Dec 2028; lowest cash USD 293.0k",
            "Whom the marketing budget buys: both sides, one mentor to ten mentees":
                "Nov 2027; losses earned back: Dec 2028; lowest cash USD 236.5k",
            "Repeat orders of one mentee: one a year, two decimals lost":
                "Aug 2029, out of cash; losses earned back: never; lowest cash USD −1.06m, below "
                "zero from Jul 2027",
            "Repeat orders of one mentee: one in a whole relationship, two decimals lost":
                "Oct 2029, out of cash; losses earned back: never; lowest cash USD −1.24m, below "
                "zero from Jul 2027",
            "Repeat orders, Career Changers, 2026: all those of the segment in 2026, no decimal "
            "lost":
                "May 2029, out of cash; losses earned back: Nov 2030; lowest cash USD −735.2k, "
                "below zero from Aug 2027"}.items():
        assert found[label][1] == f"break-even in {ends}", label
        assert (found[label][0] == "Base") == label.endswith("(the model)")
    said = page.unresolved_claims(views["mentorship"])
    assert ("The plan runs out of cash or never breaks even with repeat orders of one mentee: one "
            "a year, two decimals lost; ") in said.message and said.message.count("; ") == 2
    assert "1,450.75 orders" in said.text and "a preference and rests on no evidence" in said.text
    # A reading is held against base, whatever a reader changes.
    assert rows(open_view("mentorship", "downside", {"opening_cash": 0})) == found
    as_printed = rows(views["influencer"])["Hourly rate of Managed Service, 2026: as printed"]
    assert as_printed == ("Managed Service at the printed rate", "break-even in Apr 2026; losses "
                          "earned back: May 2026; lowest cash USD 700.7k")
    assert "runs out of cash" not in page.unresolved_claims(views["influencer"]).message


def test_a_proof_shows_its_numbers_and_what_it_fails(views):
    check = page._check(views["mentorship"])
    found = check.findings
    assert "18% + 5 ÷ 72 = 24.94%" in proof(check, found["effective_take_rate"])
    assert "18% + 5 ÷ 7,200 = 18.07%" in proof(check, found["aov_blended"])
    assert "= USD 150,000, not USD 75,000" in proof(check, found["buyer_cac_example"])
    assert "45 × 9 = USD 405, not USD 324" in proof(check, found["ltv_example_1"])
    assert "page's own plan takes: 22 months" in proof(check, found["wanted_months"])
    assert "25 months, not at most 22 months" in proof(check, found["breakeven_month"])
    assert "in the plan: 22 months" in proof(check, found["breakeven_month"])
    assert "does not decide how to read it: it holds with one lost decimal, too" in proof(
        check, found["seller_sub_executive"])
    assert "rests on an assumption of the plan: share of onboarded mentees, Career Changers " \
           "(estimate)" in proof(check, found["aov_career_changers"])
    assert "Oct 2027 − Jan 2026 + 1 = 22 months" in proof(check, found["breakeven_month"])
    assert "not below USD 100, which differs in wording only" in proof(
        check, found["buyer_cac_goal"])
    assert "Another measure: printed as a line" in proof(check, found["match_rate_proposals"])
    assert "= 2,321 orders" in proof(check, found["fixed_overhead_month"])


@pytest.mark.parametrize(("number", "unit", "text"), [
    (34_383.333, "USD", "USD 34,383.33"), (72.0, "USD", "USD 72"), (4.5, "USD", "USD 4.50"),
    (0.175, "USD", "USD 0.175"), (0.2494444, "fraction", "24.94%"), (-0.75, "fraction", "−75%"),
    (4.2857142, "ratio", "4.286"), (1.0, "orders", "1 order"), (2321.0, "orders", "2,321 orders"),
    (2028.0, "year", "2028"), (24_333.0, "month", "Oct 2027"), (math.nan, "USD", "–"),
    (1e6, "USD", "USD 1,000,000"),
])
def test_a_number_is_written_in_full(number, unit, text):
    assert quantity(number, unit) == text


@given(st.floats(-1e9, 1e9), st.sampled_from(["USD", "fraction", "ratio", "months", ""]))
def test_a_number_written_in_full_reads_back(number, unit):
    text = full(number, unit).replace("−", "-").replace(",", "")
    scale = 100 if unit == "fraction" else 1
    assert float(text.removesuffix("%")) / scale == pytest.approx(number, rel=6e-3, abs=1e-4)


def test_every_claim_stands_in_the_tables_with_what_was_printed(views):
    for company, view in views.items():
        text = page.claim_table(view).text
        for finding in page._check(view).findings.values():
            assert finding.claim.label in text
            assert finding.printed in text
        assert all(label in text for label in KINDS.values()) == (company == "mentorship")


EXTREME = [
    ("mentorship", "base", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", "base", {"mentees.cac": 0.01}),
    ("mentorship", "base", {f"mentees.{s}.churn": 1 for s in
                            ("young_pros", "career_changers", "senior_experts")}),
    ("mentorship", "base", {"mentees.young_pros.churn": 0}),
    ("mentorship", "base", {"opening_cash": 0}),
    ("influencer", "base", {"customers.marketing": 0}),
    ("influencer", "base", {"customers.basic_share": 0}),
    ("influencer", "base", {"tiers.basic.hourly_rate": 0}),
]
PLANS = [(company, scenario, {}) for company in PUBLISHED
         for scenario in ("downside", "upside")] + EXTREME


@pytest.mark.parametrize(("company", "scenario", "changes"), PLANS)
def test_every_cell_draws_in_plans_that_fail_and_says_no_nonsense(
        sketched, company, scenario, changes):
    view = open_view(company, scenario, changes)
    for name in ("header", "verdicts", "ltv_to_cac_readings", "lost_decimals", "ratio_carriers",
                 "unresolved_claims", "claim_table"):
        words = re.sub(r'src(set)?="data:[^"]*"|<style>.*?</style>', "",
                       getattr(page, name)(view)._repr_html_(), flags=re.DOTALL)
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"\bnp\.", r"−0\b(?!\.)", r"\.\."):
            found = re.search(nonsense, words)
            assert not found, (name, words[max(0, found.start() - 80):found.end() + 20])


def test_a_reading_whose_scenario_is_gone_is_left_out(tmp_path, monkeypatch):
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params/influencer/scenarios/ebitda_1_5m.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    text = page.unresolved_claims(open_view("influencer")).text
    assert "1.5 million in 2030" not in text and "Managed Service at the printed rate" in text


def test_a_choice_shows_the_claims_of_one_verdict(views):
    view = views["mentorship"]
    text = page._chosen(view, UNRESOLVED).text
    assert text.startswith("Unresolved: 6 claims.") and "Repeat orders of one mentee" in text
    assert "Contribution margin, 2026" not in text
    still = open_view("influencer")
    for finding in page._check(still).findings.values():
        object.__setattr__(finding, "verdict", AGREES)
    assert page._chosen(still, WRONG).text == "Printed wrong: 0 claims."


def test_a_stacked_table_says_of_each_cell_which_column_it_is():
    html = Table("Claims", ["a"], {"Printed": ["$7,200"], "Proof": ["x" * 150]}, corner="Claim",
                 stacked=True).html
    assert 'class="fm-stack" role="table"' in html
    assert '<td role="cell" data-label="Printed"' in html
    assert 'data-label="Proof" class="fm-text fm-long fm-prose"' in html
    plain = Table("Claims", ["a"], {"Printed": ["$7,200"]}).html
    assert "data-label" not in plain and 'role="table"' not in plain
