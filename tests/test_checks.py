"""Every check notices what it is there for, and every alert speaks when it should."""

from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis.rules import evaluate
from model.audit.checks import check
from model.companies import COMPANIES, company_module
from model.engine.figures import MONTH, figures
from model.engine.shapes import terms
from model.engine.texts import texts
from model.pages import investor_report, open_view, scoreboard


def tampered(company: str, line: str, amount: float, month: int = 30):
    projection = project(load(company))
    block = projection.block.copy()
    block[month, projection.lines.index(line), 0] += amount
    return replace(projection, block=block)


@pytest.mark.parametrize("company", COMPANIES)
def test_all_hold_on_what_the_model_gives(company):
    checks = check(project(load(company)))
    assert checks.master == "ok" and not checks.failed
    # All of E1 to E19; a principal has no GMV to check, and nothing else of its own.
    assert len(checks.made) == (18 if company == "influencer" else 19)


@pytest.mark.parametrize(("line", "amount", "name"), [
    ("revenue", np.nan, "E13"), ("revenue.young_pros", 1.0, "E8"), ("payroll", 1.0, "E8"),
    ("active_mentees", 5.0, "E11"), ("new_mentors.executive", 1.0, "E8"), ("cash", 1.0, "E1"),
    ("capex.platform", -1e6, "E14"), ("ebitda", 10.0, "E9"), ("marketing", 10.0, "E16"),
    ("mentor_earnings", 10.0, "E6"), ("receivables", 1e-3, "E1"), ("imbalance", 1e-3, "E1"),
    ("payables.overhead", 1e-3, "E3"), ("direct_operating_cash_flow", 1e-3, "E2"),
    ("net_income", 1e-3, "E9"), ("retained_earnings", 1e-3, "E4"), ("dividends", 1e-3, "E4"),
    ("billings", 1e-3, "E15"), ("plans.plan_month_3", 1e-3, "E5"),
    ("fixed_assets.platform", 1e-3, "E7"), ("depreciation", 1e-3, "E4"),
    ("active_mentors", 1e-3, "E11"), ("loss_pool", 1e-3, "E15"), ("income_tax", 1e-3, "E12"),
    ("salary_rise", 1e-9, "E15"), ("breakeven_first", 1.0, "E19"), ("trough_cash", 1.0, "E19"),
    ("out_of_cash", 4.0, "E19")])
def test_a_tampered_figure_fails_its_check(line, amount, name):
    checks = check(tampered("mentorship", line, amount))
    assert checks.master == "failed"
    assert any(sentence.startswith(f"{name} ") for sentence in checks.failed), checks.failed


@pytest.mark.parametrize(("line", "code", "about"), [
    ("dividends", "E4", "net income less dividends"), ("payables.overhead", "E3", "payables"),
    ("direct_operating_cash_flow", "E2", "two methods"), ("income_tax", "E12", "income tax"),
    ("ebitda", "E9", "of a year"), ("marketing", "E16", "contribution margin and CAC"),
    ("fixed_assets.platform", "E7", "each purchase"), ("mentor_earnings", "E6", "GMV"),
    ("capex.platform", "E14", "below zero"), ("active_mentees", "E11", "active")])
def test_a_check_says_what_it_is_about(line, code, about):
    failed = check(tampered("mentorship", line, -1e6)).failed
    (said,) = [sentence for sentence in failed if sentence.startswith(f"{code} ")]
    assert about in said.partition(":")[0]


@pytest.mark.parametrize("company", COMPANIES)
def test_no_check_repeats_the_formula_of_a_line(company):
    found = texts(load(company))
    for name, check_of in found.checks.items():
        differences = sorted(told(check_of.node))
        for ref in check_of.reads:
            if ref.kind != "line" or ref.ago:
                continue
            own = told(found.lines[ref.name].node)
            for sign in (1, -1):
                repeated = [(sign, str(ref)), *((-sign * each, of) for each, of in own)]
                assert differences != sorted(repeated), (name, ref.name)


def told(node):
    """What a formula adds and subtracts."""
    return [(sign, str(term.args[0]) if term.op == "ref" else f"node {id(term)}")
            for sign, term in terms(node)]


def test_money_that_is_spent_on_nothing_fails_the_check_of_sources_and_uses():
    failed = check(tampered("mentorship", "interest", 1.0, month=5)).failed
    assert any(sentence.startswith("E17 ") for sentence in failed), failed


def test_a_kpi_that_is_not_the_statements_fails_its_check(monkeypatch):
    from model.audit import checks
    honest = checks.kpi_values
    monkeypatch.setattr(checks, "kpi_values", lambda p, name: honest(p, name) * 1.001)
    failed = check(project(load("mentorship"))).failed
    assert [sentence[:4] for sentence in failed] == ["E16 "]


def test_nothing_held_for_mentors_is_nothing_of_theirs_spent():
    changes = {"mentees.marketing": 0, "mentors.marketing": 0}
    assert not any(sentence.startswith("A7") for sentence in
                   check(project(load("mentorship", changes=changes))).alerts)


@pytest.mark.parametrize(("company", "changes", "alert"), [
    ("mentorship", {"opening_cash": 300_000}, "A1 cash is below zero from 2026-"),
    ("mentorship", {"mentees.match_rate": 0.4}, "A3 Match rate (mentees.match_rate) is 40% "),
    ("mentorship", {"mentees.marketing": 0, "commission.fee": 0, "cost_of_revenue."
                    "payment_processing": 1, "variable_opex.digital_ads": 1,
                    "mentees.marketing.2026": 1000, "variable_opex.mentor_vetting": 0.5},
     "A4 the contribution margin of 2026 is -15"),
    ("mentorship", {"mentees.marketing": {2026: 1000, 2027: 100_000}}, "A6 revenue rises by"),
    ("influencer", {}, "A6 headcount rises by 122% in 2027-01"),
    ("mentorship", {"opening_cash": 300_000}, "A7 from 2026-"),
    ("mentorship", {"mentees.marketing": 0}, "A9 EBITDA never reaches zero"),
    ("mentorship", {"commission.share": 0.3}, "A10 the take rate is above 25%"),
    ("mentorship", {"mentors.marketing": 1000}, "A11 mentors cannot serve"),
    ("influencer", {"customers.basic_share": 0.2}, "A12 the delivery team is short"),
    ("mentorship", {"equity.dividends": {"2026-06": 100_000}},
     "A13 USD 100,000 is paid out to owners in 2026-06, where retained earnings before it are USD "
     "−268,916.57: nothing can be distributed"),
    ("influencer", {"equity.dividends": {"2026-01": 1, "2026-02": 1}},
     "A13 USD 1 is paid out to owners in 2026-01, where"),
    ("mentorship", {"debt.draws": {"2026-01": 5000}, "debt.repayments": {"2026-03": 5000.5}},
     "A14 USD 5,000.50 is to be repaid in 2026-03, where USD 5,000 is owed: only that is repaid")])
def test_alerts(company, changes, alert):
    assert any(sentence.startswith(alert) for sentence in
               check(project(load(company, changes=changes))).alerts)


@pytest.mark.parametrize(("company", "starts"), [
    ("mentorship", ["A2 ", "A5 R7 ", "A15 100 repeat", "A15 100 repeat", "A15 $75,000 / 400",
                    "A15 9 months as life"]),
    ("influencer", ["A5 R7 ", "A5 R9 ", "A6 head"])])
def test_base_plans_raise_the_alerts_that_their_sources_call_for_and_no_others(company, starts):
    found = check(project(load(company))).alerts
    assert [alert[:len(start)] for alert, start in zip(found, starts, strict=True)] == starts


def test_the_burn_that_goes_on_leaves_out_what_is_dated_purchases():
    # February and March still spend 40k and 20k on the platform; without them April's three months
    # burn what goes on, and cash falls furthest short of the 18 + 6 months that are wanted.
    plan = project(load("mentorship"))
    cash, flow = plan["unrestricted_cash"][0, 3], plan["free_cash_flow"][0, 1:4].sum()
    (alert, *_) = check(plan).alerts
    assert alert.startswith("A2 if the mean burn of the 3 months to 2026-04, dated purchases left "
                            "out, went on, cash "
                            f"would last {3 * cash / (-flow - 60_000):.1f} months "
                            f"({3 * cash / -flow:.1f} with all burn counted), where 24 ")
    assert alert.endswith("in 11 months cash is short so, in this one by most")
    # Content that is put on the balance sheet is made again each month, and stays in.
    made = project(load("mentorship", changes={"content.capitalized": 1}))
    first = [figures(each).kpi("lasting_runway", MONTH)[0, 0] for each in (made, plan)]
    assert first[0] == pytest.approx(first[1])
    made = check(project(load("mentorship", changes={
        "content.capitalized": 1, "content.spending": {"2026-03": 10_000}})))
    assert made.alerts[0].startswith("A2 if the mean burn of the 3 months to 2026-04, dated "
                                     "purchases left out and spending on content counted, went on")


def test_every_month_in_which_a_line_jumps_is_named():
    plan = project(load("influencer"))
    people = plan["headcount"][0]
    jumps = [month for month in range(12, 60) if people[month] > 1.5 * people[month - 1]]
    (alert,) = [said for said in check(plan).alerts if said.startswith("A6 headcount")]
    assert [plan.months[month] in alert for month in jumps] == [True] * 3
    assert alert == ("A6 headcount rises by 122% in 2027-01, by 67% in 2028-01 and by 52% in "
                     "2029-01, more than 50% in a month")


def test_a_rule_that_fires_on_good_news_is_no_alert_and_no_risk():
    view = open_view("influencer")
    assert any(outcome.fired for outcome in evaluate(view.projection)
               if outcome.rule.favorable)
    assert not any("R6" in alert for alert in view.checks.alerts)
    assert "LTV:CAC above 4" not in investor_report.risks(view).text
    assert "LTV:CAC above 4 (good news)" in scoreboard.rules(view).message
    reviewed = scoreboard.review(view)
    assert "the rule on LTV:CAC above 4 fires, which is good news" in reviewed.message
    assert "fired, good news" in reviewed.table[0].text.replace("\u00a0", " ")


def test_a_role_that_unit_economics_count_and_nobody_has_is_told(monkeypatch):
    found = project(load("influencer"))
    monkeypatch.setattr(company_module("influencer"), "SELLS", ("sales_manager", "scout"))
    assert [alert for alert in check(found).alerts if alert.startswith("A16")] == [
        "A16 team has no scout, whom the company counts among those who sell: unit "
        "economics leave out what such people are paid"]


def test_a_dividend_out_of_what_was_kept_and_a_loan_paid_back_in_full_raise_no_alert():
    base = project(load("influencer"))
    month = int(np.argmax(kept := base["retained_earnings"][0] > 0))
    paid = {base.months[month]: float(base["retained_earnings"][0, month])}
    for changes in ({"equity.dividends": paid}, {"debt.draws": {"2026-01": 5000},
                                                 "debt.repayments": {"2026-03": 5000}}):
        alerts = check(project(load("influencer", changes=changes))).alerts
        assert not any(alert.startswith(("A13", "A14")) for alert in alerts)
    more = {"equity.dividends": {time: amount + 1 for time, amount in paid.items()}}
    assert kept.any() and "A13 USD" in str(check(project(load("influencer", changes=more))).alerts)


def test_without_a_breakeven_money_should_last_to_the_end():
    (alert, *_) = [sentence for sentence in check(project(load(
        "mentorship", changes={"mentees.marketing": 0}))).alerts if sentence.startswith("A2")]
    assert "47 are wanted: 41 to the end of the plan, which has no break-even, and 6 more" in alert


def test_sold_hours_and_sessions_that_cannot_be_are_counted_in_words():
    # Facts of the plans: sums over months, worked out here from the lines alone.
    upside = project(load("influencer", "upside"))
    missing = np.maximum(upside["staff_hours"] - upside["delivery_hours"], 0)[0]
    (alert,) = [said for said in check(upside).alerts if said.startswith("A12")]
    assert f"by {missing.sum():,.0f} hours in {int((missing > 0).sum())} months" in alert
    assert "EBITDA counts these hours as sold" in alert
    empty = project(load("mentorship", changes={"mentors.marketing.2026": 0}))
    (alert,) = [said for said in check(empty).alerts if said.startswith("A11")]
    paid = empty["mentee_subscriptions"][0, :12].sum()
    assert f"USD {paid:,.0f} of subscriptions are paid in 12 months without a single" in alert


def test_no_demand_is_no_shortage_of_mentors():
    changes = {"mentees.marketing.2026": 0}
    alerts = check(project(load("mentorship", changes=changes))).alerts
    assert not any(sentence.startswith("A11") for sentence in alerts)


def test_a_retyped_unit_fails_its_check():
    plan = load("mentorship")
    entry = plan.entries["mentees.marketing"].model_copy(update={"unit": "USD/order"})
    wrong = replace(plan, entries={**plan.entries, "mentees.marketing": entry})
    (failed,) = check(project(wrong)).failed
    assert failed.startswith("E18 units fit in every formula: ") and "mentee_marketing" in failed


def test_marketing_that_buys_nothing_fails_its_check():
    assert any(sentence.startswith("E10") for sentence in
               check(tampered("influencer", "new_customers", 5.0)).failed)
