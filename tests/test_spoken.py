"""Alerts as pages say them: no codes, no paths, and months as readers write them."""

import re
from dataclasses import replace

import pytest

from model import load
from model.audit.checks import check
from model.companies import COMPANIES
from model.pages import comparison, frame, open_view

CODES = re.compile(r"\b[AR]\d{1,2}\b|\b20\d\d-(?:\d\d|Q\d)\b|\b[a-z_]+\.[a-z_]+\b")


@pytest.mark.parametrize(("alert", "said"), [
    ("A5 R7 months to earn back all losses above 18 months: flag the plan",
     "Months to earn back all losses above 18 months: flag the plan"),
    ("A5 R6 LTV:CAC below 2 in 2027-Q1 and 3 later quarters: cut",
     "LTV:CAC below 2 in Q1 2027 and 3 later quarters: cut"),
    ("A3 Match rate (mentees.match_rate) is 40% in 2026-03, below",
     "Match rate is 40% in Mar 2026, below"),
    ("A3 Opening cash (opening_cash) is 1", "Opening cash is 1"),
    ("A13 USD 1 is paid (as planned) in 2026-01, where", "USD 1 is paid (as planned) in Jan 2026, "
                                                        "where")])
def test_an_alert_is_spoken(alert, said):
    assert frame.spoken(alert, load("mentorship").calendar) == said


def test_a_quarter_of_a_year_of_its_own_is_called_so():
    calendar = replace(load("mentorship").calendar, year_starts=4)
    assert frame.spoken("A5 R6 LTV:CAC below 2 in 2027-Q1", calendar) == (
        "LTV:CAC below 2 in Q1 FY2027")


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("changes", [{}, {"opening_cash": 100_000}])
def test_heads_the_index_and_the_comparison_say_alerts_in_words(company, changes):
    view = open_view(company, changes=changes)
    assert any(CODES.search(alert) for alert in view.checks.alerts)
    for alerts in (frame.header(view, "Statements").alerts,
                   frame.headlines(view.projection).checks["alerts"]):
        assert len(alerts) == len(view.checks.alerts)
        assert not [alert for alert in alerts if CODES.search(alert)]


def test_the_comparison_says_alerts_in_words_and_the_check_keeps_their_codes():
    view = open_view("influencer")
    said = comparison.checks(comparison.Comparison(view)).text
    assert "Headcount rises by 122% in Jan 2027" in said and "A6 " not in said
    assert any(alert.startswith("A6 headcount") and "2027-01" in alert
               for alert in check(view.projection).alerts)
