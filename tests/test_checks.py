"""Every check notices what it is there for, and every alert speaks when it should."""

from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis.checks import check


def tampered(company: str, line: str, amount: float, month: int = 30):
    projection = project(load(company))
    block = projection.block.copy()
    block[month, projection.lines.index(line), 0] += amount
    return replace(projection, block=block)


@pytest.mark.parametrize("company", ["mentorship", "influencer"])
def test_all_hold_on_what_the_model_gives(company):
    checks = check(project(load(company)))
    assert checks.master == "ok" and not checks.failed and len(checks.made) >= 7


@pytest.mark.parametrize(("line", "amount", "name"), [
    ("revenue", np.nan, "E13"), ("revenue.young_pros", 1.0, "E8"), ("payroll", 1.0, "E8"),
    ("active_mentees", 5.0, "E3"), ("new_mentors.executive", 1.0, "E3"), ("cash", 1.0, "E2"),
    ("capex.platform", -1e6, "E14"), ("ebitda", 10.0, "E9"), ("marketing", 10.0, "E10"),
    ("mentor_earnings", 10.0, "E6")])
def test_a_tampered_figure_fails_its_check(line, amount, name):
    checks = check(tampered("mentorship", line, amount))
    assert checks.master == "failed"
    assert any(sentence.startswith(f"{name} ") for sentence in checks.failed), checks.failed


@pytest.mark.parametrize(("company", "changes", "alert"), [
    ("mentorship", {"opening_cash": 300_000}, "A1 cash is below zero from 2026-"),
    ("mentorship", {"mentees.match_rate": 0.4}, "A3 Match rate (mentees.match_rate) is 0.4 "),
    ("mentorship", {"mentees.marketing": 0}, "A9 EBITDA never reaches zero"),
    ("mentorship", {"commission.share": 0.3}, "A10 the take rate is above 25%"),
    ("mentorship", {"mentors.marketing": 1000}, "A11 mentors cannot serve"),
    ("influencer", {"customers.basic_share": 0.2}, "A12 the delivery team is short")])
def test_alerts(company, changes, alert):
    assert any(sentence.startswith(alert) for sentence in
               check(project(load(company, changes=changes))).alerts)


def test_base_plans_raise_the_runway_alert_alone():
    for company, lasts in (("mentorship", "8.2 months, where 21 to break-even and 6 more"),
                           ("influencer", "5.8 months, where 5 to break-even and 6 more")):
        (alert,) = check(project(load(company))).alerts
        assert alert.startswith("A2 at the burn of 2026-01 cash lasts") and lasts in alert


def test_without_a_breakeven_money_should_last_to_the_end():
    (alert, *_) = [sentence for sentence in check(project(load(
        "mentorship", changes={"mentees.marketing": 0}))).alerts if sentence.startswith("A2")]
    assert "where 60 to the end of the horizon without a break-even and 6 more" in alert


def test_no_demand_is_no_shortage_of_mentors():
    changes = {"mentees.marketing.2026": 0}
    alerts = check(project(load("mentorship", changes=changes))).alerts
    assert not any(sentence.startswith("A11") for sentence in alerts)


def test_marketing_that_buys_nothing_fails_its_check():
    assert any(sentence.startswith("E10") for sentence in
               check(tampered("influencer", "new_customers", 5.0)).failed)
