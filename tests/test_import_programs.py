"""The ways in which programs write an export are read as one, and what may be meant otherwise is
asked about."""

import re
from datetime import date

import pytest
from exports import (
    GERMAN,
    GERMAN_MAP,
    GERMAN_ROWS,
    LONG_MAP,
    WIDE,
    WIDE_MAP,
    WIDE_ROWS,
    edited,
    notices,
    workbook,
)


@pytest.mark.parametrize(("content", "text"), [
    (GERMAN.replace(";", "\t"), edited(GERMAN_MAP, separator="tab")),
    (GERMAN[1:].encode("cp1252"), edited(GERMAN_MAP, encoding="cp1252")),
    (GERMAN[1:].encode("utf-16"), edited(GERMAN_MAP, encoding="utf-16")),
    (GERMAN.replace("\n", "\r\n"), GERMAN_MAP),
    (GERMAN.replace("-15.900,00", "15.900,00-").replace("1.000,00", "1.000,00 €"), GERMAN_MAP),
    (GERMAN.replace(".900", " 900").replace("2.680", "2\u00a0680").replace("28.", "28\u202f")
     .replace("1.000", "1\u2009000"), edited(GERMAN_MAP, thousands="space")),
    (GERMAN.replace(".900,00", "'900.00").replace("2.680,50", "2’680.50")
     .replace("28.333,33", "28'333.33").replace("1.000,00", "CHF 1'000.00"),
     edited(GERMAN_MAP, decimal='"."', thousands='"\'"')),
    (re.sub(r"-([0-9.,]+)\n", r"(\1)\n", GERMAN), GERMAN_MAP),
    (GERMAN.replace("31.01.2026", "01/31/2026"), edited(GERMAN_MAP, dates="MM/DD/YYYY")),
    (GERMAN.replace("31.01.2026", "Jan. 26"), edited(GERMAN_MAP, dates="MMM YY")),
    (GERMAN.replace("31.01.2026", "2026-01-31T23:59:59Z"),
     edited(GERMAN_MAP, dates="YYYY-MM-DDThh:mm:ssZ")),
    (GERMAN.replace("\n", ";;;\n") + ";;;;;;\n\n", GERMAN_MAP),
    (GERMAN.replace("\ufeff", "Export vom 05.02.2026\n\n"), edited(GERMAN_MAP, header=3)),
    ("\ufeffKonto;Buchungsdatum;Soll;Haben\n8400;31.01.2026;;2.680,50\n8401;31.01.2026;;1.000,00\n"
     "4600;31.01.2026;16.000,00;\n4600;31.01.2026;;100,00\n4120;31.01.2026;28.333,33;0,00\n"
     "Summe;;44.333,33;3.780,50\n",
     edited(GERMAN_MAP, columns="{account: Konto, period: 2, debit: Soll, credit: Haben}",
            signs="{revenue: reversed}")),
    (GERMAN + "Gesamtsumme;;;-40.552,83\n", edited(GERMAN_MAP, totals="{Gesamtsumme: }")),
    (GERMAN + "1200;Bank;31.01.2026;9,99\n", edited(GERMAN_MAP, left_out="[1200]")),
], ids=["tabs", "cp1252", "utf-16", "line ends", "minus and currency behind", "spaces",
        "apostrophes", "parentheses", "US dates", "names of months", "times", "empty cells",
        "title rows", "debit and credit", "total row", "left out"])
def test_the_ways_in_which_programs_write_are_one(take, content, text):
    code, _out, err = take(content, text)
    assert (code, err) == (0, ""), err
    assert take.rows() == GERMAN_ROWS


def test_a_currency_that_is_not_the_plans_is_remarked(take):
    _, out, _ = take(GERMAN.replace("2.680,50", "2.680,50 €"), GERMAN_MAP)
    assert notices(out) == ["amounts are written in EUR, where the plan is in USD; they are taken "
                            "as they are, and nothing is converted."]


def test_a_workbook_with_dates_and_numbers_in_its_cells_is_read(take):
    rows = [["Export", None], [], ["Konto", "Datum", "Betrag"], [8400, date(2026, 1, 31), 2680.5],
            ["8401", date(2026, 1, 31), 1000], [4600, date(2026, 1, 31), -15900.0],
            [4120, date(2026, 1, 31), -28333.33], [None, None, None]]
    text = edited(GERMAN_MAP, header=3, sheet="Bookings",
                  columns="{account: Konto, period: Datum, amount: Betrag}")
    code, _, err = take(workbook(rows, "Bookings", others=["Notes"]), text, name="export.xlsx")
    assert (code, err) == (0, "") and take.rows() == GERMAN_ROWS


def test_a_workbook_by_month_is_read_with_dates_as_its_header(take):
    rows = [["P&L"], [None, date(2026, 1, 1), date(2026, 2, 28), "Total"], ["Income"],
            ["Subscriptions", 1200, 1450.0, 2650], ["Expenses"],
            ["Advertising", 4715.95, 3002.99, 7718.94],
            ["Net Income", -3515.95, -1552.9899999999998, -5068.94]]
    code, _, err = take(workbook(rows), edited(WIDE_MAP, header=2), name="export.xlsx")
    assert (code, err) == (0, "") and take.rows() == WIDE_ROWS


@pytest.mark.parametrize(("content", "keys"), [
    ("Profit and Loss,2026,,\n,Jan,Feb,Total\nSubscriptions,1200.00,1450.00,2650.00\n"
     "Advertising,4715.95,3002.99,7718.94\n", {"dates": "YYYY MMM"}),
    (",Jan 2026,,Feb 2026,,Total\n,Actual,Budget,Actual,Budget,\n"
     "Subscriptions,1200.00,1.00,1450.00,2.00,2650.00\n"
     "Advertising,4715.95,3.00,3002.99,4.00,7718.94\n", {"left_out": "[Budget]"}),
    (",Actual,,Budget,,Total\n,Jan 2026,Feb 2026,Jan 2026,Feb 2026,\n"
     "Subscriptions,1200.00,1450.00,1.00,2.00,2650.00\n"
     "Advertising,4715.95,3002.99,3.00,4.00,7718.94\n", {"left_out": "[Budget]"}),
])
def test_columns_in_groups_are_read_by_both_lines(take, content, keys):
    text = edited(WIDE_MAP, header="[1, 2]", totals="{}", **keys)
    code, _, err = take(content, text)
    assert (code, err) == (0, "") and take.rows() == WIDE_ROWS
    if "left_out" in keys:
        problems = take.refused(content, edited(text, left_out="[]"))
        assert all("are both 2026-0" in problem for problem in problems) and len(problems) == 2


def test_a_file_without_dates_is_of_the_month_that_is_said(take):
    text = edited(GERMAN_MAP, columns="{account: Konto, amount: Betrag}", dates=None)
    assert take.refused(GERMAN, text) == [
        "--month: is missing: the map names no column with dates, so the whole file must be one "
        "month; say which."]
    assert take(GERMAN, text, "--month", "2026-01")[0] == 0
    assert take.rows() == GERMAN_ROWS


def test_months_can_be_chosen(take):
    assert take(WIDE, WIDE_MAP, "--month", "2026-02")[0] == 0
    assert take.rows() == {key: value for key, value in WIDE_ROWS.items() if key[0] == "2026-02"}


def test_accounts_of_one_name_are_told_apart_by_their_headings(take):
    content = (",Jan 2026\nIncome,\nOther,100.00\nSales,1000.00\nTotal Income,1100.00\nCosts,\n"
               "Other,40.00\nTotal Costs,40.00\n")
    text = edited(WIDE_MAP, header=1, totals="{}", accounts="{Sales: revenue, Other: revenue}")
    _, out, _ = take(content, text, yes=False)
    assert notices(out)[0] == ("'Other' stands below 'Income' and 'Costs', and is one account "
                               "here; to tell them apart name them in the map as 'Costs / Other'.")
    text = edited(text, accounts="{Sales: revenue, Other: revenue, Costs / Other: fixed_opex}")
    assert take(content, text)[0] == 0
    assert take.rows() == {("2026-01", "revenue"): 1100, ("2026-01", "fixed_opex"): 40}


def test_rows_of_one_account_in_one_section_are_added_up_and_remarked(take):
    content = ",Jan 2026\nIncome,\nSales,100.00\nSales,1000.00\nTotal Income,1100.00\n"
    text = edited(WIDE_MAP, header=1, totals="{}", accounts="{Sales: revenue}")
    _, out, _ = take(content, text)
    assert notices(out) == ["'Sales' stands on the lines 3, 4, which are added up."]
    assert take.rows() == {("2026-01", "revenue"): 1100}


def test_a_text_may_run_over_several_lines(take):
    content = GERMAN.replace("Erlöse Abos", '"Erlöse\nAbos"')
    assert take(content, GERMAN_MAP)[0] == 0 and take.rows() == GERMAN_ROWS
    assert "export.csv:4: column 4 (Betrag)" in take.refused(
        content.replace("1.000,00", "x"), GERMAN_MAP)[0]


def test_an_account_may_have_another_sign_than_its_line(take):
    content = "account,date,amount\nSales,2026-01-31,1000\nCredits,2026-01-31,30\n"
    text = edited(LONG_MAP, accounts="{Sales: revenue, Credits: revenue}",
                  signs="{Credits: reversed}")
    assert take(content, text)[0] == 0
    assert take.rows() == {("2026-01", "revenue"): 970}


def test_a_balance_is_taken_once_a_month_and_several_accounts_of_it_are_added(take):
    content = "account,date,amount\nBank,2026-01-31,1000\nSavings,2026-01-31,500.5\n"
    text = edited(LONG_MAP, accounts="{Bank: unrestricted_cash, Savings: unrestricted_cash}")
    assert take(content, text)[0] == 0
    assert take.rows() == {("2026-01", "unrestricted_cash"): 1500.5}
    problem, = take.refused(content + "Bank,2026-01-15,900\n", text)
    assert "unrestricted_cash does not add up over a month, but 'Bank' has 2 rows in 2026-01" \
        in problem


# What may be meant otherwise ----------------------------------------------------------------------

def test_amounts_near_a_thousandth_of_the_plan_are_asked_about(take):
    content = "account,date,amount\nSales,2026-01-31,2.680\nSales,2026-02-28,5.490\n"
    _, out, _ = take(content, LONG_MAP)
    assert notices(out) == [
        "revenue is about a thousandth of the plan in every month, 2.68 where the plan has "
        "3,360.97 in 2026-01; is the decimal sign of the map the sign between thousands, or is the "
        "file in thousands?"]
    assert take.rows()["2026-01", "revenue"] == 2.68


def test_a_line_that_is_negative_in_most_months_is_asked_about(take):
    content = "account,date,amount\nSales,2026-01-31,-2680\nSales,2026-02-28,-5490\n"
    _, out, _ = take(content, LONG_MAP)
    assert notices(out)[0] == ("revenue is below zero in 2 of 2 months; if the file books it with "
                               "the other sign, write signs: {revenue: reversed}.")
    _code, out, _ = take(content, LONG_MAP + "signs: {revenue: reversed}\n")
    assert not notices(out) and take.rows()["2026-01", "revenue"] == 2680


def test_rows_that_repeat_another_are_asked_about(take):
    content = "account,date,amount\n" + "Sales,2026-01-31,1000\n" * 3 + "Sales,2026-01-31,900\n"
    _, out, _ = take(content, LONG_MAP)
    assert notices(out) == ["line 3 repeats line 2 in every cell, and 1 more row another one; all "
                            "of them are counted: was something exported twice?"]
    assert take.rows()["2026-01", "revenue"] == 3900


def test_a_month_that_still_runs_is_asked_about(take):
    content = ("account,date,amount\nSales,2026-01-31,2680\nSales,2026-02-28,5490\n"
               "Sales,2026-03-09,8900\n")
    _, out, _ = take(content, LONG_MAP, yes=False)
    assert notices(out) == ["the last booking of 2026-03 is of day 9; if the month still runs, "
                            "leave it out, or say with --close to which month the books are "
                            "closed."]
    first = content.replace("2026-01-31", "2026-01-09").splitlines(keepends=True)[:2]
    assert "of 2026-01 is of day 9" in take("".join(first), LONG_MAP, yes=False)[1]
    _, out, _ = take(content, LONG_MAP, "--close", "2026-02")
    assert "revenue: 2026-03 is open, as the file is closed to 2026-02: 8,900 so far" in out
