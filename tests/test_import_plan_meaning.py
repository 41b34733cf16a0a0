"""What may be meant in two ways in a plan in a spreadsheet is read as its cells say, or refused."""

import pytest
from test_import_plan import MONTHS, Sheets, by_month

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


# Currencies and years.

def head(folder, before, after):
    path = folder / "params" / "mentorship" / "base.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_dollars_are_not_the_currency_of_another_plan(sheets, folder):
    head(folder, "\ncurrency: USD\n", "\ncurrency: EUR\n")
    rows = [["", *range(2026, 2031)], ["Ads", *[2e5] * 5]]
    for unit in ("USD", "USD/year", "thousand USD"):
        assert sheets.refused(rows, **ADS, units={"Ads": unit}) == [
            "plan.xlsx, sheet Plan, B2 to F2: 'Ads' is in US dollars, where the plan is in EUR, "
            "and nothing is converted; convert its amounts in the file and correct its unit."]
    assert sheets.refused([["", 2026], ["Ads", "$200000"]], name="plan.csv", **ADS) == [
        "plan.csv: amounts are written in US dollars, where the plan of mentorship is in EUR, and "
        "nothing is converted; convert them in the file."]
    assert set(by_month(sheets.plan(rows, **ADS, units={"Ads": "EUR"}), "mentees.marketing")) == {
        2e5}


def test_years_of_reports_are_not_those_of_values(sheets, folder):
    rows = [["", "FY2026", "FY2027"], ["CAC", 90, 80]]
    cac = {"rows": {"CAC": "mentees.cac"}}
    head(folder, "months: 60\n", "months: 60\nreport_years_from: 7\n")
    assert sheets.refused(rows, **cac) == [
        "plan.xlsx: has a column 'FY2026', but reports of mentorship show years from month 7, and "
        "its values are typed by years from month 1; give months, or amounts of those years under "
        "2027 without FY."]
    rows[0] = ["", 2026, 2027]
    assert by_month(sheets.plan(rows, **cac), "mentees.cac")[:24] == [90] * 12 + [80] * 12
    head(folder, "report_years_from: 7\n", "year_starts: 7\n")
    rows[0] = ["", "FY2026", "FY2027"]
    assert by_month(sheets.plan(rows, **cac), "mentees.cac")[:18] == [90] * 6 + [80] * 12


def test_a_monthly_unit_beside_years_is_refused(sheets):
    rows = [["", *MONTHS, 2027, 2028], ["Ads", *[11_000] * 12, 360_000, 780_000]]
    assert sheets.refused(rows, **ADS, units={"Ads": "USD/month"}) == [
        "plan.xlsx, sheet Plan, N2 to O2: 'Ads' is in USD/month and has months and years, so 2027 "
        "may be the amount of a month or of the year; make its unit USD, that of the month or year "
        "of each column, or empty its years, which then stay as they are in the plan."]
    plan = sheets.plan(rows, **ADS, units={"Ads": "USD"})
    assert by_month(plan, "mentees.marketing")[:36] == [132_000] * 12 + [360_000] * 12 + [
        780_000] * 12
