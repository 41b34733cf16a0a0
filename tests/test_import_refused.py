"""What no import can mean is refused in sentences, with everything left as it was."""

import os
import re
from datetime import date

import openpyxl
import pytest
from exports import GERMAN, GERMAN_MAP, WIDE, WIDE_MAP, edited, workbook


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
    (edited(GERMAN_MAP, accounts="{8400: cac_payback, 8401: cac_payback, 4600: "
                                 "time_to_first_match, 4120: time_to_first_match}",
            signs="{}"),
     ["cac_payback is in months, and what several accounts say of it does not add up",
      "time_to_first_match is in days, and what several"]),
    (GERMAN_MAP + "zzz: 1\n", ["unknown key 'zzz'; known: decimal, thousands, dates, separator, "
                               "encoding, sheet, header, signs, totals, left_out, company, layout, "
                               "columns, accounts."]),
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
