"""Exports of other programs become actuals as a map says, whole or not at all."""

import io
import os
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from readmes import READMES
from test_readme import commands

from model import cli, load, project
from model.analysis import variance
from model.intake.mapping import Columns, Map, Total
from model.intake.table import MAX_ROWS
from model.params.actuals_file import read_actuals

GERMAN = """\ufeffKonto;Bezeichnung;Buchungsdatum;Betrag
8400;Erlöse Abos;31.01.2026;2.680,50
8401;Erlöse Provision;31.01.2026;1.000,00
4600;Werbekosten;31.01.2026;-15.900,00
4120;Gehälter;31.01.2026;-28.333,33
"""
GERMAN_MAP = """\
company: mentorship
layout: long
separator: ";"
decimal: ","
thousands: "."
dates: DD.MM.YYYY
columns: {account: Konto, period: Buchungsdatum, amount: Betrag}
accounts: {8400: revenue, 8401: revenue, 4600: marketing, 4120: payroll}
signs: {marketing: reversed, payroll: reversed}
"""
GERMAN_ROWS = {("2026-01", "revenue"): 3680.5, ("2026-01", "marketing"): 15900,
               ("2026-01", "payroll"): 28333.33}
WIDE = """\
Acme Coaching,,,
Profit and Loss,,,
January - February 2026,,,
,Jan 2026,Feb 2026,Total
Income,,,
   Subscriptions,"1,200.00","1,450.00","2,650.00"
Expenses,,,
   Advertising,"4,715.95","3,002.99","7,718.94"
Net Income,"$(3,515.95)","$(1,552.99)","$(5,068.94)"
,,,
,,,
"""
WIDE_MAP = """\
company: mentorship
layout: wide
header: 4
decimal: "."
thousands: ","
dates: MMM YYYY
columns: {account: 1}
accounts: {Subscriptions: revenue, Advertising: marketing}
totals: {Net Income: {plus: Income, minus: Expenses}}
"""
WIDE_ROWS = {("2026-01", "revenue"): 1200, ("2026-02", "revenue"): 1450,
             ("2026-01", "marketing"): 4715.95, ("2026-02", "marketing"): 3002.99}
LONG_MAP = """\
company: mentorship
layout: long
decimal: "."
columns: {account: account, period: date, amount: amount}
dates: YYYY-MM-DD
accounts: {Sales: revenue, Ads: marketing}
"""
EXAMPLES = Path("params/mentorship/examples")


class Import:
    """A file, its map, and the command that takes the one by the other."""

    def __init__(self, folder, capsys):
        self.folder, self._capsys = folder, capsys
        self.actuals = folder / "params" / "mentorship" / "actuals.csv"

    def __call__(self, content, text, *options, yes=True, name="export.csv"):
        """Exit code, what was printed, and what stands on the stream of errors."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes)
                                         else content.encode())
        (self.folder / "map.yaml").write_text(text, encoding="utf-8")
        return self.run("import", name, "--map", "map.yaml", *options, *["--yes"] * yes)

    def run(self, *arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        return code, *self._capsys.readouterr()

    def rows(self):
        """What the actuals hold: values by month and name."""
        file = read_actuals(self.actuals)
        assert not file.problems
        return {(row.period, row.name): row.value for row in file.rows}

    def refused(self, content, text=LONG_MAP, *options, name="export.csv"):
        """The problems of a file that is refused, and leaves everything as it was."""
        before = self.actuals.read_bytes() if self.actuals.exists() else None
        code, out, err = self(content, text, *options, name=name)
        assert (code, out) == (2, ""), out
        assert (self.actuals.read_bytes() if self.actuals.exists() else None) == before
        lines = err.splitlines()
        assert all(line.endswith((".", "?")) and line.isprintable() for line in lines), lines
        return lines


@pytest.fixture
def take(folder, capsys):
    return Import(folder, capsys)


def notices(out):
    return [line.removeprefix("notice: ") for line in out.splitlines()
            if line.startswith("notice: ")]


def workbook(rows, title="Sheet1", others=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for other in others:
        book.create_sheet(other)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# What is right ------------------------------------------------------------------------------------

def test_a_german_export_gives_three_figures(take):
    code, out, _ = take(GERMAN, GERMAN_MAP)
    assert code == 0 and take.rows() == GERMAN_ROWS
    assert "3 new, 0 changed, 0 unchanged." in out
    assert re.search(r"2026-01 +revenue +8400, 8401 \(lines 2, 3\) +3,680\.50 +new", out)
    assert not notices(out)
    assert "does not say to which month the books are closed" in out
    assert out.endswith("Written: params/mentorship/actuals.csv.\n")


def test_a_profit_and_loss_by_month_gives_its_accounts_and_its_totals_are_checked(take):
    code, out, _ = take(WIDE, WIDE_MAP)
    assert code == 0 and take.rows() == WIDE_ROWS
    assert "Totals that add up, and are left out: Net Income, Total." in out


def test_what_is_imported_is_what_the_plan_is_held_against(take):
    take(GERMAN, GERMAN_MAP)
    plan = project(load("mentorship"))
    rows = {row.name: row for row in variance.variance(plan, variance.actuals(plan))}
    assert rows["revenue"].actual == 3680.5
    assert round(rows["revenue"].difference, 2) == round(3680.5 - 3360.97, 2)
    assert take.run("check", "mentorship", "-s", "base")[0] == 0


def test_the_example_in_params_is_read_by_its_map(take):
    code, out, _ = take.run("import", str(EXAMPLES / "invented_export.csv"), "--map",
                            str(EXAMPLES / "invented_export.yaml"), "--yes")
    assert code == 0 and not notices(out)
    assert take.rows() == {("2026-01", "revenue"): 3225.25, ("2026-01", "marketing"): 15550,
                           ("2026-01", "payroll"): 28333.33}


def test_the_example_explains_every_key_of_a_map(take):
    text = (take.folder / EXAMPLES / "invented_export.yaml").read_text(encoding="utf-8")
    for part in (Map, Columns, Total):
        assert all(re.search(rf"\b{key}\b", text) for key in part.model_fields)


def test_the_readme_proposes_a_map_and_imports_by_one(take):
    section = READMES["params/README.md"].partition("Take it from your bookkeeping\n")[2]
    propose, bring = (words for words in commands(section) if words[0] == "import")
    code, out, err = take.run(*propose)
    assert code == 0 and 'accounts:' in out and "--propose MAP.yaml writes it" in err
    code, out, _ = take.run(*bring)
    assert code == 0 and "Nothing was written: nobody can be asked here" in out
    assert take.run(*bring, "--yes")[0] == 0
    assert read_actuals(take.folder / EXAMPLES / "mine.csv").rows[0].value == 3225.25
    assert "0 new, 0 changed, 3 unchanged." in take.run(*bring)[1]


# How programs write -------------------------------------------------------------------------------

def edited(text, **keys):
    """A map with other values of some keys."""
    for key, value in keys.items():
        text, found = re.subn(rf"(?m)^{key}: .*\n", "", text)
        assert found or key in ("encoding", "thousands", "sheet", "header", "left_out", "separator",
                                "signs", "totals")
        text += f"{key}: {value}\n" if value is not None else ""
    return text


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


# What is refused, with everything left as it was --------------------------------------------------

@pytest.mark.parametrize(("content", "text", "said"), [
    (GERMAN.replace("2.680,50", "2,680.50"), GERMAN_MAP,
     ["export.csv:2: column 4 (Betrag): '2,680.50' is no amount with the decimal sign ',' and '.' "
      "between thousands; correct it, or the map."]),
    (GERMAN.replace("31.01.2026;2", "01/31/2026;2"), GERMAN_MAP,
     ["export.csv:2: column 3 (Buchungsdatum): '01/31/2026' is no date of the form DD.MM.YYYY; "
      "correct it, or dates in the map."]),
    (GERMAN.replace("31.01.2026;2", "31.02.2026;2"), GERMAN_MAP, ["31.02.2026"]),
    (GERMAN + "4711;Porto;31.01.2026;-3,70\n4711;Porto;31.01.2026;-1,30\n", GERMAN_MAP,
     ["export.csv: '4711' is not in the map: 2 amounts, -5.00 together. Give it a line under "
      "accounts, or put it under left_out."]),
    (GERMAN + "Summe;;;-40.552,82\n", GERMAN_MAP,
     ["export.csv:6: 'Summe' is -40,552.82, where what it totals makes -40,552.83: +0.01 of "
      "difference"]),
    (GERMAN[1:].encode("cp1252"), GERMAN_MAP,
     ["export.csv:2: byte 47 is not text in utf-8; encoding: cp1252"]),
    (GERMAN, edited(GERMAN_MAP, encoding="cp1252"), ["begins as files in UTF-8 do"]),
    (GERMAN, edited(GERMAN_MAP, separator='"|"'), ["has one column only; is another separator"]),
    (GERMAN, edited(GERMAN_MAP, header=9), ["export.csv:9: is no line with names of columns"]),
    (GERMAN, edited(GERMAN_MAP, columns="{account: Konten, period: 3, amount: Betrag}"),
     ["export.csv:1: has no column 'Konten'; did you mean Konto?"]),
    (GERMAN.replace("Bezeichnung", "Konto"), GERMAN_MAP, ["names 2 columns 'Konto'; say in the map "
                                                          "by its number which is meant."]),
    (GERMAN.replace("Gehälter;", "Gehälter;;;;"), GERMAN_MAP, ["has 7 cells where the header has "
                                                               "4"]),
    (GERMAN.replace("2.680,50", ""), GERMAN_MAP, ["'8400' has no amount"]),
    (GERMAN.replace("8400;Erlöse Abos", ";"), GERMAN_MAP, ["has an amount and no account"]),
    (GERMAN.replace("2.680,50", "9" * 20), GERMAN_MAP, ["more than any company has"]),
    (GERMAN.replace("Gehälter", '"Gehälter'), GERMAN_MAP, ["export.csv:5: has a quote that does"]),
    (GERMAN.replace("Gehälter", "Gehä\0lter"), GERMAN_MAP, ["a control character (U+0000)"]),
    (GERMAN.replace("2026", "2036"), GERMAN_MAP,
     ["export.csv, revenue of 2036-01: 2036-01 is after the plan", "marketing", "payroll"]),
    ("", GERMAN_MAP, ["export.csv: holds no rows"]),
    (";;\n;;\n", GERMAN_MAP, ["export.csv: holds no rows"]),
    (GERMAN.splitlines()[0], GERMAN_MAP, ["export.csv:1: has no amounts of accounts below it"]),
    (b"\xd0\xcf\x11\xe0\0\0", GERMAN_MAP, ["export.csv: is a workbook of an old kind"]),
    (GERMAN.encode("utf-16"), GERMAN_MAP, ["export.csv:1: byte 0 is not text in utf-8; encoding: "
                                           "utf-16"]),
    ("Konto\n8400\n", GERMAN_MAP, ["has one column only"]),
    (WIDE.replace("Jan 2026,Feb", "Q1 2026,Q2"), WIDE_MAP,
     ["export.csv:4: column 2: 'Q1 2026' is no date of the form MMM YYYY, and no total. A quarter",
      "column 3: 'Q2 2026'"]),
    (WIDE.replace("Jan 2026", "Feb 2026"), WIDE_MAP,
     ["export.csv:4: columns 2 and 3 are both 2026-02; keep one of the two in the file"]),
    (WIDE.replace("(3,515.95)", "(3,514.95)"), WIDE_MAP,
     ["export.csv:9: 'Net Income' is -3,514.95, where what it totals makes -3,515.95: +1.00 of "
      "difference", "column 4 (Total) is -5,068.94, where what it totals makes -5,067.94"]),
    (WIDE.replace("7,718.94", "7,719.94"), WIDE_MAP,
     ["export.csv:8: column 4 (Total) is 7,719.94, where what it totals makes 7,718.94: +1.00 of",
      "'Net Income' is -5,068.94, where what it totals makes -5,069.94"]),
    (WIDE.replace("4,715.95", "4.715,95"), WIDE_MAP,
     ["export.csv:8: column 2 (Jan 2026): '4.715,95' is no amount"]),
    (WIDE, edited(WIDE_MAP, totals="{Net Income: {plus: Incomes}}"),
     ["'Net Income' is to total 'Incomes', which is no row of the file; did you mean Income?"]),
    (WIDE, edited(WIDE_MAP, header=5), ["names no month of the form MMM YYYY"]),
    (WIDE.replace('"2,650.00"', '"2,650.00",7'), WIDE_MAP,
     ["column 5 holds '7', but has no name in the header"]),
])
def test_what_does_not_fit_is_named_by_row_and_column_and_nothing_is_written(take, content, text,
                                                                             said):
    take.actuals.write_text("period,name,value\n2026-01,revenue,5\n", encoding="utf-8")
    problems = take.refused(content, text)
    assert len(problems) == len(said), problems
    for problem, words in zip(problems, said, strict=True):
        assert words in problem


@pytest.mark.parametrize(("text", "said"), [
    (edited(GERMAN_MAP, company="acme"), ["map.yaml:9: 'acme' has no assumptions"]),
    (GERMAN_MAP + "seperator: x\n", ["map.yaml:10: the map has an unknown key 'seperator'; did you "
                                     "mean separator?"]),
    (edited(GERMAN_MAP, columns="{acount: Konto, amount: Betrag}"),
     ["columns has no 'account'; add it.", "unknown key 'acount'; did you mean account?"]),
    (edited(GERMAN_MAP, dates="MM/DD"), ["must name a year and a month"]),
    (edited(GERMAN_MAP, dates='"?"'), ["is '?', but must name a year and a month, and at most a "
                                       "day, as DD.MM.YYYY, MM/DD/YYYY, YYYY-MM or MMM YYYY do; "
                                       "the map asks for it"]),
    (edited(GERMAN_MAP, decimal='"?"'), ["the map: decimal is '?'; it must be '.' or ','"]),
    (edited(GERMAN_MAP, thousands='","'), ["as the decimal sign is"]),
    (edited(GERMAN_MAP, accounts='{8400: "?", 8401: revenue, 4600: marketing, 4120: payroll}'),
     ["the line of '8400' is still ?; name a line, or put the account under left_out."]),
    (edited(GERMAN_MAP, accounts="{8400: revenu, 8401: breakeven_first, 4600: marketing, 4120: "
                                 "payroll}"),
     ["'8400': 'revenu' is neither a line nor a KPI of mentorship; did you mean revenue?",
      "'8401': breakeven_first is a counter of the model"]),
    (edited(GERMAN_MAP, accounts="{8400: match_rate, 8401: match_rate, 4600: marketing, 4120: "
                                 "payroll}"), ["match_rate is in fraction, and what several"]),
    (edited(GERMAN_MAP, signs="{marketing: reversed, payrol: reversed}"),
     ["'payrol' has a sign, but is neither an account of the map nor a line of one"]),
    (edited(GERMAN_MAP, left_out="[8400]"), ["'8400' is both an account and left out"]),
    (edited(GERMAN_MAP, left_out="[8400.5]"), ["holds '8400.5', which is no name; put it in"]),
    (edited(GERMAN_MAP, columns="{account: Konto, period: 3}"), ["in one column, amount, or in "
                                                                 "two"]),
    (edited(GERMAN_MAP, columns="{account: Konto, period: 3, amount: 4, debit: 2}"), ["in one"]),
    (edited(GERMAN_MAP, dates=None), ["does not say how the file writes months; add dates"]),
    (edited(WIDE_MAP, columns="{account: 1, period: 2}"), ["a wide file has no column period"]),
    (edited(GERMAN_MAP, header="[1, 2]"), ["a long file has one line with the names"]),
    (edited(WIDE_MAP, header="[4, 3]"), ["header is '[4, 3]', but must be the number of a line"]),
    (edited(WIDE_MAP, header="0"), ["header is '0', but must be the number of a line from 1, or"]),
    (edited(WIDE_MAP, totals="{Net Income: {sum: Income}}"),
     ["the total 'Net Income' has no 'plus'; add it.", "unknown key 'sum'"]),
])
def test_a_map_that_cannot_be_is_refused_by_line(take, text, said):
    problems = take.refused(GERMAN, text)
    assert len(problems) == len(said), problems
    for words in said:
        problem, = (each for each in problems if words in each)
        assert re.match(r"map\.yaml:\d+: ", problem)


def test_a_workbook_is_refused_in_a_sentence(take):
    rows = [["Konto", "Buchungsdatum", "Betrag"], [8400, date(2026, 1, 31), "=1+1"]]
    assert take.refused(workbook(rows), GERMAN_MAP, name="export.xlsx") == [
        "export.xlsx:2: column 3 holds a formula without its value; open the file in a spreadsheet "
        "program, save it, and import it again."]
    two = workbook(rows, others=["Other"])
    assert "has 2 sheets; name one in the map" in take.refused(two, GERMAN_MAP,
                                                               name="export.xlsx")[0]
    assert "has no sheet 'Oter'; did you mean Other?" in take.refused(
        two, edited(GERMAN_MAP, sheet="Oter"), name="export.xlsx")[0]
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    book.save(take.folder / "far.xlsx")
    far = (take.folder / "far.xlsx").read_bytes()
    assert take.refused(far, GERMAN_MAP, name="export.xlsx") == [
        "export.xlsx: reaches to XFD1048576, farther than a workbook that is read; empty those "
        "cells, or save the sheet as CSV."]
    assert take.refused(b"PK\3\4no workbook", GERMAN_MAP, name="export.xlsx") == [
        "export.xlsx: is not an .xlsx workbook, or a damaged one; save it as .xlsx and send it "
        "again."]


def test_a_pipe_and_a_missing_file_are_no_exports(take):
    os.mkfifo(take.folder / "pipe.csv")
    (take.folder / "map.yaml").write_text(GERMAN_MAP, encoding="utf-8")
    for name, said in (("pipe.csv", "is no file"), ("none.csv", "No such file")):
        code, out, err = take.run("import", name, "--map", "map.yaml")
        assert (code, out) == (2, "") and said in err


@pytest.mark.parametrize(("options", "said"), [
    (["--month", "Jan"], "--month: 'Jan' is no month"), (["--close", "2026-13"], "--close"),
    (["--to", "../x.csv"], "--to"), (["--company", "mentorship"], "--company"),
    (["--propose", "x.yaml"], "--propose"), (["--close", "2031-01"], "after the plan"),
    (["--month", "2026-02"], "--month: export.csv has nothing of 2026-02; it has 2026-01 to")])
def test_options_that_cannot_be_are_refused(take, options, said):
    assert said in take.refused(GERMAN, GERMAN_MAP, *options)[0]


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


# The file of actuals ------------------------------------------------------------------------------

KEPT = ("\ufeff# Closed by hand\r\n# closed to 2026-01\r\nperiod,name,value,note\r\n"
        '2026-01,revenue,5, so it is \r\n"2026-01","payroll",28333.330,"a, ""b"""\r\n\r\n'
        "2026-W07,match_rate,0.7,\r\n# the end")


def test_all_else_in_the_file_stays_as_it_is(take):
    take.actuals.write_bytes(KEPT.encode())
    code, out, _ = take(GERMAN, GERMAN_MAP)
    assert "1 new, 1 changed, 1 unchanged." in out and code == 0
    assert take.actuals.read_bytes().decode() == (
        KEPT.replace("2026-01,revenue,5,", "2026-01,revenue,3680.5,")
        + "\r\n2026-01,marketing,15900,\r\n")
    assert re.search(r"revenue .* 3,680\.50 +5\n", out)
    assert "The books are closed to 2026-01; --close moves that." in out


def test_the_same_file_twice_changes_nothing_and_says_so(take):
    take(WIDE, WIDE_MAP)
    before = take.actuals.read_bytes(), take.actuals.stat().st_mtime_ns
    code, out, _ = take(WIDE, WIDE_MAP)
    assert code == 0 and "0 new, 0 changed, 4 unchanged." in out
    assert out.endswith("Nothing is new or changed, so params/mentorship/actuals.csv stays as it "
                        "is.\n")
    assert (take.actuals.read_bytes(), take.actuals.stat().st_mtime_ns) == before


@pytest.mark.parametrize("before", [
    "period,name,value\n2026-01,revenue,5\n",
    "# remark\n# closed to 2026-02\nperiod,name,value\n2026-01,revenue,5"])
def test_the_close_is_moved_only_when_that_is_said(take, before):
    take.actuals.write_text(before, encoding="utf-8")
    take(GERMAN, GERMAN_MAP)
    closed = read_actuals(take.actuals).closed
    assert (closed and closed[0]) == ("2026-02" if "closed" in before else None)
    _, out, _ = take(GERMAN, GERMAN_MAP, "--close", "2026-01")
    file = read_actuals(take.actuals)
    assert file.closed[0] == "2026-01" and not file.problems
    assert take.rows() == GERMAN_ROWS
    assert "The books are closed to 2026-01 (" in out


def test_without_a_terminal_and_without_yes_nothing_is_written(take):
    code, out, _ = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 0 and not take.actuals.exists()
    assert out.endswith("Nothing was written: nobody can be asked here; --yes writes it.\n")


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("yes\n", True), ("\n", False),
                                                 ("n\n", False), ("", False)])
def test_on_a_terminal_it_is_asked(take, monkeypatch, answer, written):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    code, out, _ = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 0 and take.actuals.exists() == written
    assert "Write params/mentorship/actuals.csv? [y/N] " in out


def test_a_file_that_was_changed_meanwhile_is_not_written_over(take, monkeypatch):
    class Slow(io.StringIO):
        def isatty(self):
            return True

        def readline(self):
            take.actuals.write_text("period,name,value\n2026-01,revenue,7\n", encoding="utf-8")
            return "y\n"

    monkeypatch.setattr("sys.stdin", Slow())
    code, _, err = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 2 and "was changed by somebody else meanwhile; import again." in err
    assert take.rows() == {("2026-01", "revenue"): 7}


def test_a_disk_that_is_full_leaves_the_old_file(take, monkeypatch):
    take.actuals.write_text("period,name,value\n2026-01,revenue,5\n", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device", "actuals.csv")

    monkeypatch.setattr("os.replace", full)
    code, _, err = take(GERMAN, GERMAN_MAP)
    assert code == 1 and "No space left" in err
    assert take.rows() == {("2026-01", "revenue"): 5}
    assert not list(take.actuals.parent.glob(".*"))


def test_what_is_given_by_week_is_not_given_by_month_as_well(take):
    take.actuals.write_text("period,name,value\n2026-W02,revenue,5\n", encoding="utf-8")
    problem, = take.refused(GERMAN, GERMAN_MAP)
    assert problem.startswith("export.csv, revenue of 2026-01: revenue is given for 2026-01 both "
                              "as a month and by week")


def test_a_file_of_actuals_with_a_fault_is_not_added_to(take):
    take.actuals.write_text("period,name,value\n2026-01,revenue,a\n", encoding="utf-8")
    problem, = take.refused(GERMAN, GERMAN_MAP)
    assert problem.startswith("params/mentorship/actuals.csv:2: 'revenue': 'a' is not a number")


def test_another_file_of_actuals_can_be_named(take):
    code, out, _ = take(GERMAN, GERMAN_MAP, "--to", "examples/mine.csv")
    assert code == 0 and not take.actuals.exists()
    assert out.endswith("No scenario reads it yet; one that says actuals: examples/mine.csv "
                        "does.\n")
    assert read_actuals(take.actuals.parent / "examples" / "mine.csv").rows[0].value == 3680.5


def test_an_amount_with_three_decimals_is_written_so_that_nobody_asks(take):
    content = "account,date,amount\nSales,2026-01-31,1.2005\nSales,2026-01-31,1.0495\n" \
              "Ads,2026-01-31,16000.125\n"
    take(content, LONG_MAP)
    text = take.actuals.read_text(encoding="utf-8")
    assert "2026-01,revenue,2.25," in text and "2026-01,marketing,16000.1250," in text


def test_very_many_bookings_are_read(take):
    number = 20_000
    lines = "".join(f"Sales,2026-{1 + at % 12:02d}-{1 + at % 28:02d},{at % 97}.50\n"
                    for at in range(number))
    code, out, _ = take("account,date,amount\n" + lines, LONG_MAP)
    assert code == 0 and "rows from line 2 on" in out
    assert sum(take.rows().values()) == sum(at % 97 + 0.5 for at in range(number))
    assert MAX_ROWS >= 100_000
