"""Which row of a plan in a spreadsheet is meant, and what its cells show: taken as it is seen, or
refused by cell."""

import openpyxl
import pytest
import yaml
from test_import_plan import MONTHS, Sheets, by_month

from model import load, project

ADS = {"rows": {"Ads": "mentees.marketing"}}
CHURN = {"rows": {"Churn": "mentees.young_pros.churn"}}
SEASON = {"rows": {"S": "mentees.marketing.season"}}
BLOCKS = [["", 2026, 2027], ["Mentees"], ["Ads", 150_000, 300_000], ["Mentors"],
          ["Ads", 60_000, 105_000], ["Total", 210_000, 405_000]]


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


def shown(sheets, rows, formats):
    """The bytes of a workbook whose cells have number formats."""
    path = sheets.write("plan.xlsx", rows)
    book = openpyxl.load_workbook(path)
    for place, form in formats.items():
        book.active[place].number_format = form
    book.save(path)
    return path


def run(sheets, path, /, **keys):
    return sheets.run(path, "--map", sheets.map(**keys), "--name", "sheet", "--force")


# What cells show.

@pytest.mark.parametrize("unit", ["", "percent/month", "fraction/month"])
@pytest.mark.parametrize(("number", "form"), [
    (0.25, "0%"), (0.25, "0.0##%;-0.0##%;0"), (25, '0.0" %"'), (25, "0\\%")])
def test_a_percent_that_a_cell_shows_is_one(sheets, unit, number, form):
    """The plan has 4% a month: 25% would pass for a quarter of a percent."""
    path = shown(sheets, [["", 2026], ["Churn", number]], {"B2": form})
    code, _, err = run(sheets, path, **CHURN, units={"Churn": unit} if unit else {})
    assert (code, err) == (0, "")
    assert by_month(load("mentorship", "sheet"), "mentees.young_pros.churn", 2026) == [0.25] * 12


def test_a_percent_is_refused_where_a_cell_does_not_tell(sheets):
    path = shown(sheets, [["", 2026], ["Churn", 0.25]], {"B2": "[<0.5]0%;0"})
    code, _, err = run(sheets, path, **CHURN)
    assert code == 2 and err == (
        "plan.xlsx, sheet Plan, B2: column 2 (2026): '0.25' has the number format '[<0.5]0%;0', "
        "which shows some numbers in percent and others not, so it may be a percent or a fraction; "
        "give the cell another format; correct it, or the map.\n")
    path = shown(sheets, [["", 2026, 2027], ["Churn", 0.25, 0.3]], {"B2": "0%"})
    code, _, err = run(sheets, path, **CHURN, units={"Churn": "percent/month"})
    assert code == 2 and "where its cells with a sign have 25%; do the cells show 30%?" in err
    path = shown(sheets, [["", 2026], ["CAC", 0.9]], {"B2": "0%"})
    code, _, err = run(sheets, path, rows={"CAC": "mentees.cac"})
    assert code == 2 and "'CAC' is written with %, but mentees.cac is in USD/mentee" in err
    code, _, err = run(sheets, shown(sheets, [["", 2026], ["Churn", "4%"]], {}), **CHURN,
                       units={"Churn": "percent/year"})
    assert code == 2 and "'Churn' is in 'percent/year', but its assumption is in" in err


@pytest.mark.parametrize("form", ['#,##0.00 [$€-407]', '#,##0\\ "€"', "[$EUR] #,##0"])
def test_a_currency_that_a_cell_shows_is_one(sheets, form):
    path = shown(sheets, [["", 2026], ["CAC", 90]], {"B2": form})
    code, _, err = run(sheets, path, rows={"CAC": "mentees.cac"})
    assert code == 2 and "amounts are written in EUR, where the plan of mentorship is in" in err
    # Room as wide as a sign shows none.
    path = shown(sheets, [["", 2026], ["CAC", 90]], {"B2": r"_-* #,##0.00\ _€_-"})
    code, _, err = run(sheets, path, rows={"CAC": "mentees.cac"})
    assert (code, err) == (0, "")


def test_thousands_without_a_unit_are_refused(sheets):
    rows = [["", *range(2026, 2031)], ["Ads", 150, 360, 780, 1070, 1270]]
    assert sheets.refused(rows, **ADS) == [
        "plan.xlsx, sheet Plan, B2 to F2: 'Ads' does not say its unit and is 726 USD/year on "
        "average, where the plan has 726,000; are these amounts in thousand or million? Add its "
        "unit under units in the map, USD/year or thousand USD/year."]
    plan = sheets.plan(rows, **ADS, units={"Ads": "USD/year"})
    assert by_month(plan, "mentees.marketing", 2026) == [150] * 12
    months = [["", *MONTHS], ["Build", *[0] * 3, 40, *[0] * 8]]
    assert "are these amounts in thousand or million?" in sheets.refused(
        months, rows={"Build": "capex.platform"})[0]


# Which row is meant.

def test_a_name_under_two_headings_is_told_by_its_heading(sheets):
    assert sheets.refused(BLOCKS, **ADS) == [
        "plan.xlsx, sheet Plan, A5: 'Ads' stands in lines 3 and 5; say in the map which is meant, "
        "as 'Mentees / Ads' or 'Mentors / Ads'."]
    flat = [BLOCKS[0], BLOCKS[2], BLOCKS[4]]
    assert sheets.refused(flat, **ADS) == [
        "plan.xlsx, sheet Plan, A3: 'Ads' stands in lines 2 and 3; give each row a name of its own "
        "in the file and in the map."]
    both = {"Mentees / Ads": "mentees.marketing", "Mentors / Ads": "mentors.marketing"}
    plan = sheets.plan(BLOCKS, rows=both)
    assert by_month(plan, "mentees.marketing", 2027) == [300_000] * 12
    assert by_month(plan, "mentors.marketing", 2026) == [60_000] * 12
    code, out, _ = sheets.run(sheets.write("plan.xlsx", BLOCKS), "--company", "mentorship")
    assert code == 0 and list(yaml.safe_load(out)["rows"]) == list(both)


def test_a_row_with_one_number_for_the_whole_plan_has_a_heading_as_well(sheets):
    rows = [["", "All years", 2026], ["Mentees", "of each"], ["Loss", 0.05, ""],
            ["Mentors", "of each"], ["Loss", 0.02, ""], ["Match", "", 0.75]]
    columns = {"name": 1, "value": "All years"}
    plan = sheets.plan(rows, columns=columns, rows={
        "Mentees / Loss": "mentees.young_pros.churn",
        "Mentors / Loss": "mentors.mid_career.churn"})
    assert by_month(plan, "mentees.young_pros.churn") == [0.05] * 60
    _, out, _ = sheets.run(sheets.write("plan.xlsx", rows), "--company", "mentorship")
    assert list(yaml.safe_load(out)["rows"]) == ["Mentees / Loss", "Mentors / Loss",
                                                 "Match"]


def test_texts_in_rows_that_are_not_taken_stop_nothing(sheets):
    rows = [["", "Whole", 2026, 2027], ["Costs", "see note", "", ""], ["CAC", "", 90, 85],
            ["Other", "n/a", "open", 3], ["Bonus", "", "tbd", 4]]
    out = sheets.take(rows, rows={"CAC": "mentees.cac"}, left_out=["Other"],
                      columns={"name": 1, "value": "Whole"})
    assert "not in the map, and so not taken: Bonus;" in out
    rows[2][1] = "see note"
    assert sheets.refused(rows, rows={"CAC": "mentees.cac"}, left_out=["Other"],
                          columns={"name": 1, "value": "Whole"})[0].startswith(
        "plan.xlsx, sheet Plan, B3: column 2 (Whole): 'see note' is no amount")


def test_every_row_that_is_added_up_stands_beside_its_change(sheets):
    rows = [["", 2026], ["Search", 90_000], ["Social", 80_000]]
    sheets.take(rows, rows=dict.fromkeys(("Search", "Social"), "mentees.marketing"))
    text = (sheets.scenarios / "sheet.yaml").read_text(encoding="utf-8")
    assert ("mentees.marketing.2026: 170000  # plan.xlsx, sheet Plan, B2; sheet Plan, B3\n"
            in text)


def test_rows_outside_the_plan_are_in_the_file(sheets):
    out = sheets.take([["", 2025, 2026], ["CAC", 130, ""], ["Match", "", 0.7]],
                      rows={"CAC": "mentees.cac", "Match": "mentees.match_rate"})
    silent = len(load("mentorship").entries) - 2
    assert f"As in the plan: 0. Not in the file, and so as they are: {silent}." in out
    assert "notice: the file has nothing else of mentees.cac, so it stays as it is." in out


# Seasons.

def test_years_beside_months_keep_the_season_of_the_plan(sheets, folder):
    """December weighs twice as much: 13 parts a year, of which it has two."""
    sheets.give_season("{12: 2}")
    rows = [["", *MONTHS, *range(2027, 2031)], ["Ads", *[10_000] * 12, *[130_000] * 4]]
    plan = sheets.plan(rows, **ADS, units={"Ads": "USD"})
    assert by_month(plan, "mentees.marketing", 2026) == [120_000] * 12
    for year in range(2027, 2031):
        assert by_month(plan, "mentees.marketing", year) == pytest.approx(
            [120_000] * 11 + [240_000])
    out = sheets.take(rows, **ADS, units={"Ads": "USD"})
    assert "has a season in the plan, by which its years are spread over their months." in out
    every = [["", *plan.calendar.labels], ["Ads", *[10_000] * 60]]
    out = sheets.take(every, **ADS, units={"Ads": "USD"})
    assert "is given for every month, and so without the season that it has in the plan." in out


def test_a_season_may_be_typed_in_percent(sheets):
    for rows in (["S", *["8%"] * 11, "12%"], ["S", *[8] * 11, 12]):
        plan = sheets.plan([["", *MONTHS], rows], **SEASON)
        assert plan.settings["mentees.marketing"].season == pytest.approx(
            tuple(float(f"{float(str(each).rstrip('%')) / (100 if '%' in str(each) else 1)}")
                  for each in rows[1:]))
    assert sheets.refused([["", *MONTHS], ["S", *["8%"] * 11, 12]], **SEASON) == [
        "plan.xlsx, sheet Plan, B2 to M2: 'S' is a season, of which some months are in percent and "
        "others are not; write all of them alike."]


def test_a_season_that_is_too_much_is_named_by_its_cells(sheets):
    rows = [["", *MONTHS], ["S", *[1] * 11, 9]]
    assert sheets.refused(rows, rows={"S": "mentees.match_rate.season"})[0].startswith(
        "plan.xlsx, sheet Plan, B2 to M2: mentees.match_rate = 4.05 fraction in 2026-12, with its "
        "season, is outside what its unit allows")


def test_a_season_and_its_level_are_one_assumption_and_told_when_they_differ(sheets, folder):
    both = {"rows": {"S": "mentees.marketing.season", "Ads": "mentees.marketing"}}
    rows = [["", *MONTHS, 2026], ["S", *[1] * 11, 2, ""], ["Ads", *[""] * 12, 180_000]]
    out = sheets.take(rows, **both)
    assert "Different: 1 assumption." in out and out.count("Marketing budget for mentees") == 1
    assert "(mentees.marketing.season), sheet Plan, B2 to M2; mentees.marketing, sheet Plan, N3:" \
        in out
    sheets.give_season("{12: 2}")
    sheets.take(rows, **both)
    text = (sheets.scenarios / "sheet.yaml").read_text(encoding="utf-8")
    assert "season" not in text and "mentees.marketing.2026: 180000" in text


# What holds for the plan as a whole.

@pytest.mark.parametrize(("path", "values"), [
    ("valuation.discount_rate", (0.2, 0.3)), ("valuation.terminal_growth", (0.01, 0.02)),
    ("opening.headcount.support_specialist", (1, 2))])
def test_years_of_what_holds_for_the_whole_plan_are_named_by_cell(sheets, path, values):
    found = sheets.refused([["", 2026, 2027], ["One", *values]], rows={"One": path})
    assert len(found) == 1 and found[0].startswith(
        f"plan.xlsx, sheet Plan, B2 to C2: {path} holds for the plan as a whole; give it one")


@pytest.mark.parametrize("company", ["mentorship", "influencer", "subscription"])
def test_every_cell_of_a_template_may_be_filled(sheets, company):
    """What stands there now, typed into each cell of a year or a month, is a plan."""
    plan, path = load(company).opened(), sheets.folder / "all.xlsx"
    assert sheets.run("--template", path, "--company", company)[0] == 0
    sheet = openpyxl.load_workbook(path)["Plan"]
    head = next(row for row in sheet.iter_rows(min_row=5, max_row=8) if row[2].value == "Path")
    changes, whole = {}, set()
    for row in sheet.iter_rows(min_row=head[0].row + 1):
        name = row[2].value
        times = [time.value for time, cell in zip(head[4:], row[4:], strict=True)
                 if cell.has_style]
        entry = plan.entries[name]
        whole |= set() if times else {name}
        at = plan.monthly(name)[:, 0]
        changes |= {} if entry.form == "month" else {
            f"{name}.{time}": at[plan.calendar.labels.index(time)] if "-" in time else
            at[plan.calendar.months_of(int(time))][0] for time in times}
    project(plan.with_values(changes))
    assert {"valuation.discount_rate", "valuation.terminal_growth", "opening_cash"} <= whole
