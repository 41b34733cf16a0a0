"""Spreadsheets as people write them: two lines of heads, German forms, totals of everything,
quarters, hidden rows."""

import openpyxl
import pytest
import yaml
from test_import_plan import MONTHS, Sheets, by_month

from model import load

NAMES = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
CAC = {"rows": {"CAC": "mentees.cac"}}


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


def proposed(sheets, path):
    code, out, err = sheets.run(path, "--company", "mentorship")
    assert code == 0, err
    return out


def test_a_german_sheet_needs_its_assumptions_alone(sheets, folder):
    """12.000,00 € a month are 144,000 a year; percents are in no sum of amounts, and their year is
    the mean of its months."""
    base = folder / "params" / "mentorship" / "base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace("currency: USD", "currency: EUR"),
                    encoding="utf-8")
    path = folder / "plan.csv"
    amounts = ";".join(["12.000,00 €"] * 12)
    path.write_text("\n".join((
        "Finanzplan", "", f"Position;Einheit;{';'.join(f'{name} 26' for name in NAMES)};Summe 2026",
        "Marketing", f"Marketing budget for mentees;EUR;{amounts};144.000,00 €",
        f"Match rate;%;{';'.join(['72,5 %'] * 12)};72,5 %",
        f"Summe Marketing;EUR;{amounts};144.000,00 €", "")), encoding="cp1252")
    out = proposed(sheets, path)
    assert yaml.safe_load(out)["rows"] == {"Marketing budget for mentees": "mentees.marketing",
                                           "Match rate": "mentees.match_rate"}
    (folder / "map.yaml").write_text(out, encoding="utf-8")
    code, out, err = sheets.run(path, "--map", "map.yaml", "--name", "sheet")
    assert (code, err) == (0, "")
    assert "Totals that add up, and are left out: Summe Marketing, Summe 2026." in out
    plan = load("mentorship", "sheet")
    assert by_month(plan, "mentees.marketing", 2026) == [144_000] * 12
    assert by_month(plan, "mentees.match_rate", 2026) == [0.725] * 12
    path.write_text(path.read_text(encoding="cp1252").replace("72,5 %\nSumme", "71,5 %\nSumme"),
                    encoding="cp1252")
    code, _, err = sheets.run(path, "--map", "map.yaml", "--name", "sheet")
    assert code == 2 and "plan.csv:6: column 15 (Summe 2026) is 0.715, where" in err


def test_a_map_is_proposed_for_years_above_months_in_merged_cells(sheets):
    path = sheets.write("plan.xlsx", [
        ["My plan"], [], ["Item", "Unit", 2026, *[""] * 11, 2027], ["", "", *NAMES, ""],
        ["CAC, mentee", "USD/mentee", *range(112, 100, -1), 90]])
    book = openpyxl.load_workbook(path)
    for cells in ("A1:O1", "A3:A4", "B3:B4", "C3:N3", "O3:O4"):
        book.active.merge_cells(cells)
    book.save(path)
    out = proposed(sheets, path)
    for line in ("header: [3, 4]", "dates: YYYY MMM", "  name: Item", "  unit: Unit"):
        assert line in out.splitlines(), line
    (sheets.folder / "map.yaml").write_text(out, encoding="utf-8")
    assert sheets.run(path, "--map", "map.yaml", "--name", "sheet")[0] == 0
    assert by_month(load("mentorship", "sheet"), "mentees.cac")[:24] == [
        *range(112, 100, -1), *[90] * 12]


@pytest.mark.parametrize(("heads", "form"), [
    ([f"{month}/2026" for month in range(1, 13)], "M/YYYY"),
    ([f"{month}.2026" for month in range(1, 13)], "M.YYYY"),
    ([f"{name} '26" for name in NAMES], "MMM 'YY"), ([f"{name} 26" for name in NAMES], "MMM YY")])
def test_no_month_is_left_out_by_its_form(sheets, heads, form):
    path = sheets.write("plan.xlsx", [["", *heads], ["CAC, mentee", *range(112, 100, -1)]])
    out = proposed(sheets, path)
    assert yaml.safe_load(out)["dates"] == form and "left_out: []\n" in out
    (sheets.folder / "map.yaml").write_text(out, encoding="utf-8")
    assert sheets.run(path, "--map", "map.yaml", "--name", "sheet")[0] == 0
    assert by_month(load("mentorship", "sheet"), "mentees.cac", 2026) == [*range(112, 100, -1)]


def test_quarters_are_no_columns_that_are_left_out_silently(sheets):
    path = sheets.write("plan.xlsx", [["", "Q1 2026", "Q2 2026", 2027, "Who"],
                                      ["CAC, mentee", 99, 98, 90, "Ann"]])
    out = proposed(sheets, path)
    assert ("left_out: [Who]  # Q1 2026, Q2 2026: neither months nor years; give those, or name "
            "them here\n" in out)
    (sheets.folder / "map.yaml").write_text(out, encoding="utf-8")
    code, _, err = sheets.run(path, "--map", "map.yaml", "--name", "sheet")
    assert code == 2 and "plan.xlsx:1: column 2: 'Q1 2026' is no date" in err
    path = sheets.write("plan.xlsx", [["", *NAMES], ["CAC, mentee", *[99] * 12]])
    code, _, err = sheets.run(path, "--company", "mentorship")
    assert code == 2 and "months need their year (Jan 2027), and a quarter is neither." in err


def test_what_is_hidden_is_taken_and_told(sheets):
    path = sheets.write("plan.xlsx", [["", 2026, 2027], ["CAC", 95, 85], ["Match", 0.7, 0.72]])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = book.active.column_dimensions["C"].hidden = True
    book.save(path)
    code, out, _ = sheets.run(path, "--map", sheets.map(
        rows=CAC["rows"] | {"Match": "mentees.match_rate"}), "--name", "sheet")
    assert code == 0 and "notice: hidden in the file, and taken all the same: Match, 2027;" in out


def test_a_year_of_months_may_be_their_sum_their_mean_or_their_last(sheets):
    costs = [["", *MONTHS, "Total 2026"], ["Ads", *[10_000] * 12, 120_000],
             ["CAC", *range(112, 100, -1), 106.5]]
    both = {"rows": {"Ads": "mentees.marketing", "CAC": "mentees.cac"}, "units": {"Ads": "USD"}}
    assert by_month(sheets.plan(costs, **both), "mentees.cac", 2026) == [*range(112, 100, -1)]
    costs[2][-1] = 101
    sheets.plan(costs, **both)
    costs[2][-1] = 105
    assert "column 14 (Total 2026) is 105, where what it totals makes 1,278" in sheets.refused(
        costs, **both)[0]


def test_a_map_is_proposed_where_some_cells_are_no_amounts_and_units_are_asked_for(sheets):
    """What the import would name by its cell, or refuse by its unit, hides no header."""
    rows = [["Item", "Einheit", 2026, 2027], ["Costs", "", "plan", "plan"],
            ["Marketing budget for mentees", "TEUR", 150, "360k"],
            ["CAC, mentee", "USD/mentee", "n/a", 90]]
    out = proposed(sheets, sheets.write("plan.xlsx", rows))
    assert "header: 1\n" in out and list(yaml.safe_load(out)["rows"]) == [
        "Marketing budget for mentees", "CAC, mentee"]
    assert ('  Marketing budget for mentees: "?"  # the file says TEUR; say one of USD/year, '
            "USD/month, USD (" in out)
    rows[:1] = [["Item", "Einheit", 2026, "", 2027], ["", "", "Jan", "Feb", ""]]
    rows[2:] = [[*row, 1] for row in rows[2:]]
    assert "header: [1, 2]\n" in proposed(sheets, sheets.write("plan.xlsx", rows))


def test_the_head_is_the_line_with_most_times_of_the_plan(sheets):
    """A year in the title, and an amount of 2,000, read as years as well."""
    rows = [["Budget", 2026], ["", "2025A", "2026B", "2027E"], ["Revenue", 1000, 2000, 3000],
            ["CAC, mentee", 120, 105, 95]]
    path = sheets.write("plan.xlsx", rows)
    out = proposed(sheets, path)
    assert "header: 2\n" in out and "left_out: []\n" in out
    (sheets.folder / "map.yaml").write_text(out.replace('  Revenue: "?"\n', ""), encoding="utf-8")
    code, out, _ = sheets.run(path, "--map", "map.yaml", "--name", "sheet")
    assert code == 0 and "and so not taken: 2025." in out
    assert by_month(load("mentorship", "sheet"), "mentees.cac")[:24] == [105] * 12 + [95] * 12


def test_headings_may_stand_left_of_the_names(sheets):
    """In merged cells beside the first of their rows, or in a line of their own; a note in a column
    without a name is nothing that is lost, a figure is."""
    rows = [["", "", 2026, 2027], ["Mentees", "CAC", 100, 95, "see contract"],
            ["", "Ads", 150_000, 300_000], ["Mentors"], ["", "CAC", 250, 240],
            ["", "Ads", 50_000, 60_000], ["Total", "", 200_350, 360_335]]
    path = sheets.write("plan.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:A3")
    book.save(path)
    found = yaml.safe_load(proposed(sheets, path))
    assert found["columns"] == {"name": 2} and found["rows"] == {
        "Mentees / CAC": "mentees.cac", "Mentees / Ads": "?", "Mentors / CAC": "mentors.cac",
        "Mentors / Ads": "?"}
    keys = {"columns": {"name": 2}, "rows": {"Mentees / CAC": "mentees.cac",
                                             "Mentors / CAC": "mentors.cac"}}
    plan = sheets.plan(rows, **keys)
    assert by_month(plan, "mentors.cac", 2027) == [240] * 12
    units = [["Unit", "", 2026], ["", "Mentees", ""], ["USD/mentee", "CAC", 91]]
    assert by_month(sheets.plan(units, columns={"name": 2, "unit": "Unit"}, rows={
        "Mentees / CAC": "mentees.cac"}), "mentees.cac", 2026) == [91] * 12
    rows[1][-1] = 7
    assert sheets.refused(rows, **keys) == ["plan.xlsx:2: column 5 holds '7', but has no name in "
                                            "the header; give it one there."]


@pytest.mark.parametrize("place", [1, 13])
def test_a_year_beside_all_of_its_months_is_proposed_as_their_total(sheets, place):
    """Before its months or behind them; a year of which there are no months is none."""
    heads, ads = [*MONTHS, 2027], [*[12_000] * 12, 300_000]
    cac = [*range(112, 100, -1), 95]
    for row, year in ((heads, 2026), (ads, 144_000), (cac, 106.5)):
        row.insert(place - 1, year)
    path = sheets.write("plan.xlsx", [["", "Unit", *heads], ["CAC, mentee", "", *cac],
                                      ["Marketing budget for mentees", "USD", *ads]])
    out = proposed(sheets, path)
    assert yaml.safe_load(out)["totals"] == {"2026": None}
    (sheets.folder / "map.yaml").write_text(out, encoding="utf-8")
    code, out, err = sheets.run(path, "--map", "map.yaml", "--name", "sheet")
    assert (code, err) == (0, "") and "Totals that add up, and are left out: 2026." in out
    plan = load("mentorship", "sheet")
    assert by_month(plan, "mentees.cac")[:13] == [*range(112, 100, -1), 95]
    assert by_month(plan, "mentees.marketing")[:24] == [144_000] * 12 + [300_000] * 12
