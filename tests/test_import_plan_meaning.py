"""What may be meant in two ways in a plan in a spreadsheet is read as its cells say, or refused."""

import pytest
from test_import_plan import MONTHS, Sheets, by_month

from model import load

SUPPORT = "team.support_specialist.hires"
ADS = {"rows": {"Ads": "mentees.marketing"}}


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


# Headcounts.

def two_teams(unit):
    return {"rows": {"A": SUPPORT, "B": SUPPORT}, "units": {"A": "headcount", "B": unit}}


def test_headcounts_of_one_role_are_added_up_before_who_joins(sheets, folder):
    rows = [["", "2026-01", "2026-02", "2026-03"], ["A", 2, 2, 3], ["B", 1, 1, 1]]
    assert by_month(sheets.plan(rows, **two_teams("headcount")), SUPPORT)[:3] == [3, 0, 1]
    late = [["", "2027-02", "2027-03"], ["A", 2, 1], ["B", 1, 1]]
    plan = sheets.plan(late, **two_teams("headcount"))
    assert sum(by_month(plan, SUPPORT)[:14]) == pytest.approx(3)
    path = folder / "params" / "mentorship" / "base.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("assumptions:\n", (
        "assumptions:\n  opening:\n    headcount:\n      support_specialist:\n"
        "        {label: Headcount, unit: FTE, value: 2, range: [0, 9], confidence: low,\n"
        "         source: 'decision: two are there'}\n"), 1), encoding="utf-8")
    assert by_month(sheets.plan(rows, **two_teams("headcount")), SUPPORT)[:3] == [1, 0, 1]


def test_a_headcount_beside_who_joins_is_refused(sheets):
    rows = [["", "2026-01", "2026-02"], ["A", 2, 2], ["B", 1, 1]]
    assert sheets.refused(rows, **two_teams("FTE")) == [
        "plan.xlsx, sheet Plan, B3 to C3: 'B' says who joins and leaves, and 'A' is a headcount of "
        f"{SUPPORT} as well; give both in one of the two."]


def test_a_headcount_outside_the_plan_is_not_taken(sheets):
    out = sheets.take([["", "2025-01", 2026], ["A", 2, ""], ["CAC", "", 90]],
                      rows={"A": SUPPORT, "CAC": "mentees.cac"}, units={"A": "headcount"})
    assert "not taken: 2025-01." in out
