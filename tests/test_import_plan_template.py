"""The workbook to fill in comes back as the plan that was typed; a first map is proposed; a plan
becomes base."""

import re

import numpy as np
import openpyxl
import pytest
import yaml
from test_import_plan import EXAMPLES, MONTHS, Sheets, by_month

from model import cli, load, project
from model.intake.plans.template import template
from model.params import catalog

COMPANIES = ("mentorship", "influencer", "subscription")


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


class Template:
    """A template that somebody fills in."""

    def __init__(self, sheets, company):
        self.path = sheets.folder / f"{company}.xlsx"
        code, _, err = sheets.run("--template", self.path, "--company", company)
        assert (code, err) == (0, ""), err
        self.book = openpyxl.load_workbook(self.path)
        sheet = self.sheet = self.book["Plan"]
        self.head = next(row for row in range(1, 20) if sheet.cell(row, 3).value == "Path")
        self.rows = {sheet.cell(row, 3).value: row for row in range(self.head + 1,
                                                                    sheet.max_row + 1)}
        self.columns = {sheet.cell(self.head, at).value: at
                        for at in range(1, sheet.max_column + 1)}

    def type(self, path, values, unit=None):
        """Type over all of a row."""
        row = self.rows[path]
        for at in range(4, self.sheet.max_column + 1):
            self.sheet.cell(row, at).value = None
        for time, value in values.items():
            self.sheet.cell(row, self.columns[time]).value = value
        if unit:
            self.sheet.cell(row, 2).value = unit

    def save(self):
        self.book.save(self.path)
        return self.path


def lines(plan):
    projection = project(plan)
    return {line: projection[line] for line in projection.lines}


@pytest.mark.parametrize("company", COMPANIES)
def test_a_template_as_it_is_says_the_plan(sheets, company):
    filled = Template(sheets, company)
    assert filled.rows.keys() == load(company).opened().entries.keys()
    code, out, err = sheets.run(filled.save(), "--name", "same")
    assert (code, err) == (0, "")
    assert "Nothing differs from the plan, so there is nothing to write." in out
    assert "same" not in catalog.scenarios(company)


@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in COMPANIES for scenario in ("downside", "upside")])
def test_a_filled_template_gives_the_same_projection(sheets, company, scenario):
    """Typed by year what a shipped scenario says: every line is equal in every bit, or where what
    is filled in between has more digits than a cell, in fifteen of them."""
    shipped, filled = load(company, scenario), Template(sheets, company)
    for path in shipped.changed:
        values = shipped.monthly(path)[:, 0]
        years = shipped.calendar.years
        months = [values[shipped.calendar.months_of(year)] for year in years]
        if len(set(values)) == 1:
            filled.type(path, {"Whole plan": values[0]})
        elif all(len(set(year)) == 1 for year in months):
            filled.type(path, {str(year): own[0] for year, own in zip(years, months, strict=True)})
        else:
            filled.type(path, dict(zip(shipped.calendar.labels, values, strict=True)),
                        unit=shipped.entries[path].shown_unit)
    code, _, err = sheets.run(filled.save(), "--name", "filled")
    assert (code, err) == (0, "")
    one, other = lines(shipped), lines(load(company, "filled"))
    assert one.keys() == other.keys()
    exact = all(float(f"{value:.15g}") == value for path in shipped.changed
                for value in shipped.monthly(path)[:, 0])
    assert exact == ((company, scenario) not in {("mentorship", "upside"),
                                                 ("subscription", "downside")})
    for line in one:
        assert (np.array_equal(one[line], other[line]) if exact else
                np.allclose(one[line], other[line], rtol=1e-13, atol=1e-8)), line


def test_months_opening_and_dated_amounts_come_back(sheets):
    filled = Template(sheets, "mentorship")
    filled.type("mentees.marketing", dict.fromkeys(MONTHS, 11_000), unit="USD/month")
    filled.type("capex.platform", {"2026-04": 30_000})
    filled.type("opening.active_mentees.young_pros", {"Whole plan": 250})
    filled.type("mentees.match_rate", {"Whole plan": "70%"})
    code, _, err = sheets.run(filled.save(), "--name", "filled")
    assert (code, err) == (0, "")
    plan, base = load("mentorship", "filled"), load("mentorship")
    assert by_month(plan, "mentees.marketing") == [132_000] * 12 + by_month(
        base, "mentees.marketing")[12:]
    assert by_month(plan, "capex.platform", 2026) == [60_000, 40_000, 20_000, 30_000] + [0] * 8
    assert by_month(plan, "opening.active_mentees.young_pros")[0] == 250
    assert by_month(plan, "mentees.match_rate") == [0.7] * 60
    text = (sheets.scenarios / "filled.yaml").read_text(encoding="utf-8")
    assert re.search(r"\n  capex\.platform: \{.*\}  # mentorship\.xlsx, sheet Plan, [A-Z]+\d+\n",
                     text)


def test_what_is_typed_wrongly_is_named_by_its_cell(sheets):
    filled = Template(sheets, "mentorship")
    filled.type("mentees.match_rate", {"Whole plan": 75})
    filled.type("mentees.cac", {"2026": "about 90"})
    before = sheets.stand()
    code, out, err = sheets.run(filled.save(), "--name", "filled")
    assert (code, out) == (2, "") and sheets.stand() == before
    assert f"mentorship.xlsx, sheet Plan, E{filled.rows['mentees.cac']}: column 5 (2026): " in err
    filled.type("mentees.cac", {"2026": 90})
    code, out, err = sheets.run(filled.save(), "--name", "filled")
    assert code == 2 and err.splitlines() == [
        f"mentorship.xlsx, sheet Plan, D{filled.rows['mentees.match_rate']}: mentees.match_rate = "
        "75 fraction is outside what its unit allows (at least 0 and at most 1); type a value "
        "within, 75% as 0.75."]
    filled.sheet.cell(filled.rows["tax.tax_rate"], 3).value = "tax.rate"
    code, out, err = sheets.run(filled.save(), "--name", "filled")
    assert code == 2 and err.splitlines() == [
        "mentorship.xlsx: sheet Plan has a row of 'tax.rate', which is not an assumption of "
        "mentorship; did you mean tax.tax_rate?"]
    filled.sheet["B4"].value = "acme"
    code, out, err = sheets.run(filled.save(), "--name", "filled")
    assert (code, out) == (2, "")
    assert err.startswith("mentorship.xlsx, sheet Plan, B4: 'acme' has no")


def test_a_template_is_the_same_to_the_byte():
    assert template(load("mentorship")) == template(load("mentorship"))


def test_a_template_has_the_years_and_months_of_any_plan(sheets, folder):
    path = folder / "params" / "mentorship" / "base.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(
        "months: 60\n", "months: 60\nyear_starts: 7\n", 1), encoding="utf-8")
    plan = load("mentorship")
    assert plan.calendar.years == (2026, 2027, 2028, 2029, 2030, 2031)
    filled = Template(sheets, "mentorship")
    assert "2031" in filled.columns and "2032" not in filled.columns
    _, out, _ = sheets.run(filled.save())
    assert "Nothing differs from the plan" in out
    filled.type("mentees.cac", {"2027": 88, "2028": 77})
    assert sheets.run(filled.save(), "--name", "filled")[0] == 0
    values = by_month(load("mentorship", "filled"), "mentees.cac")
    assert values[6:30] == [88] * 12 + [77] * 12
    assert values[:6] == by_month(plan, "mentees.cac")[:6]


# A first map.

def test_the_proposed_map_of_the_example_needs_its_assumptions_alone(sheets):
    file = EXAMPLES / "invented_plan.csv"
    code, out, err = sheets.run(file, "--company", "mentorship")
    assert (code, err) == (0, "Printed only; --propose MAP.yaml writes it.\n")
    for line in ("header: 2", 'thousands: ","', "dates: MMM YY", "  name: Item", "  unit: Unit",
                 '  Search ads: "?"', "  Support specialists: team.support_specialist.hires"):
        assert line in out.splitlines(), line
    assert "Total Acquisition" not in out
    code, printed, err = sheets.run(file, "--company", "mentorship", "--propose", "map.yaml")
    assert (code, err) == (0, "") and "python -m model import-plan" in printed
    path = sheets.folder / "map.yaml"
    assert path.read_text(encoding="utf-8") == out
    code, _, err = sheets.run(file, "--map", path)
    assert code == 2 and "the assumption of 'Search ads' is still ?" in err
    example = yaml.safe_load((EXAMPLES / "invented_plan.yaml").read_text(encoding="utf-8"))["rows"]
    for name, target in example.items():
        out = re.sub(rf"(?m)^(  {name}: ).*$", rf"\g<1>{target}", out)
    path.write_text(out.replace('  Sessions booked: "?"\n', ""), encoding="utf-8")
    code, printed, err = sheets.run(file, "--map", path, "--name", "sheet")
    assert (code, err) == (0, "")
    assert "not in the map, and so not taken: Sessions booked;" in printed
    sheets.run(file, "--map", EXAMPLES / "invented_plan.yaml", "--name", "other")
    one, other = lines(load("mentorship", "sheet")), lines(load("mentorship", "other"))
    assert all(np.array_equal(one[line], other[line]) for line in one)
    code, _, err = sheets.run(file, "--company", "mentorship", "--propose", "map.yaml")
    assert code == 2 and "is there already" in err


def test_a_map_is_proposed_for_years_and_asks_for_units_of_months(sheets):
    path = sheets.write("years.xlsx", [["Plan", ""], ["", 2026, 2027], ["CAC, mentee", 90, 85]])
    _, out, _ = sheets.run(path, "--company", "mentorship")
    assert "  CAC, mentee: mentees.cac" in out or '  "CAC, mentee": mentees.cac' in out
    assert "sheet: Plan" in out and "dates" not in out
    path = sheets.write("months.csv", [["Item", "01/2026", "02/2026"],
                                       ["Marketing budget for mentees", 12000, 12500]])
    _, out, _ = sheets.run(path, "--company", "mentorship")
    assert "dates: MM/YYYY" in out
    assert '  Marketing budget for mentees: "?"  # say one of USD/year, USD/month, USD (' in out
    path = sheets.write("none.csv", [["Item", "Amount"], ["Rent", 5]])
    code, _, err = sheets.run(path, "--company", "mentorship")
    assert code == 2 and "has no line with years (2027) or months above its figures" in err


# Base.

def test_a_plan_becomes_base_with_cells_as_sources(sheets):
    path = sheets.folder / "params" / "mentorship" / "base.yaml"
    before, text = load("mentorship"), path.read_text(encoding="utf-8")
    code, out, err = sheets.run(EXAMPLES / "invented_plan.csv", "--map",
                                EXAMPLES / "invented_plan.yaml", "--base")
    assert (code, err) == (0, "") and "Written: params/mentorship/base.yaml." in out
    base = load("mentorship")
    changed = before.differing(base)
    assert set(changed) == {"mentees.marketing", "mentees.cac", "mentees.match_rate",
                            "team.support_specialist.hires", "capex.platform"}
    assert by_month(base, "mentees.cac")[:7] == [110] * 6 + [100]
    entry = base.entries["mentees.cac"]
    assert entry.source == "estimate: invented_plan.csv, line 7, columns 3 to 19"
    assert (entry.confidence, entry.printed_for) == ("low", ())
    # What a publisher printed stays, as claims are held against it.
    assert entry.printed == before.entries["mentees.cac"].printed
    assert entry.range == before.entries["mentees.cac"].range
    low, high = base.entries["mentees.match_rate"].range
    assert low <= 1 <= high and low == pytest.approx(0.6 / 0.75, rel=0.01)
    for name, one in base.entries.items():
        assert name in changed or one == before.entries[name], name
    after = path.read_text(encoding="utf-8")
    assert after.count("#") == text.count("#") and base.title == before.title
    assert cli.main(["check", "mentorship", "-s", "base"]) == 0


def based(sheets, rows, path, name="plan.xlsx"):
    """An entry of base.yaml once a file is in it."""
    file = sheets.write(name, [["", *rows[0]], ["Own", *rows[1]]])
    code, _, err = sheets.run(file, "--map", sheets.map(rows={"Own": path}), "--base")
    assert (code, err) == (0, "")
    return load("mentorship").entries[path.removesuffix(".season")]


def test_base_keeps_the_source_of_what_the_file_does_not_say(sheets):
    path, was = "mentees.cac", load("mentorship").entries["mentees.cac"]
    one = based(sheets, ([2027], [85]), path)
    assert one.source == f"{was.source}; 2027 as in plan.xlsx (sheet Plan, B2)"
    assert (one.printed, one.printed_for, one.kind) == ("$100", (2026,), "published")
    one = based(sheets, ([2027, 2028], [84, 79]), path)
    assert one.source == f"{was.source}; 2027 to 2028 as in plan.xlsx (sheet Plan, B2 to C2)"
    one = based(sheets, ([2029], [71]), path)
    assert one.source.endswith("(sheet Plan, B2 to C2); 2029 as in plan.xlsx (sheet Plan, B2)")
    one = based(sheets, ([2026, 2027, 2028], [95, 84, 79]), path)
    assert one.source == (
        "estimate: 2026 to 2028 as in plan.xlsx (sheet Plan, B2 to D2); otherwise "
        f"{was.source}; 2029 as in plan.xlsx (sheet Plan, B2)")
    assert (one.printed, one.printed_for) == ("$100", ())
    one = based(sheets, (range(2026, 2031), [95, 84, 79, 70, 61]), path)
    assert one.source == "estimate: plan.xlsx, sheet Plan, B2 to F2"
    dated = based(sheets, (["2026-05"], [45_000]), "capex.platform")
    assert dated.source.startswith("estimate: 2026-05 as in plan.xlsx (sheet Plan, B2); otherwise ")


def test_base_keeps_the_value_of_what_gets_a_season(sheets):
    was = load("mentorship").entries["commission.fee"]
    one = based(sheets, (MONTHS, [1] * 11 + [2]), "commission.fee.season")
    assert one.source == f"{was.source}; season as in plan.xlsx (sheet Plan, B2 to M2)"
    assert (one.value, one.range, one.confidence) == (was.value, was.range, was.confidence)
    assert one.season == (1.0,) * 11 + (2.0,)


def test_one_number_and_an_opening_become_base(sheets):
    filled = Template(sheets, "mentorship")
    filled.type("mentees.match_rate", {"Whole plan": 0.9})
    filled.type("tax.payment_month", {"Whole plan": 5})
    filled.type("opening.debt", {"Whole plan": 40_000})
    code, _, err = sheets.run(filled.save(), "--base")
    assert (code, err) == (0, "")
    base = load("mentorship")
    entry = base.entries["mentees.match_rate"]
    assert entry.value == 0.9 and entry.range == (0.72, 1.0)
    assert base.entries["tax.payment_month"].value == 5
    assert base.entries["opening.debt"].value == 40_000
    source = base.entries["opening.debt"].source
    assert source.startswith("estimate: mentorship.xlsx, sheet Plan, D")


def test_base_stays_where_a_scenario_could_no_longer_be_used(sheets):
    (sheets.scenarios / "late.yaml").write_text(
        "title: Late\nwhy: To try.\ndelay:\n  mentees.cac: 3\n", encoding="utf-8")
    before = sheets.stand()
    rows = [["", *range(2026, 2031)], ["CAC", *[90] * 5]]
    path = sheets.write("plan.xlsx", rows)
    map_path = sheets.map(rows={"CAC": "mentees.cac"})
    code, _, err = sheets.run(path, "--map", map_path, "--base")
    assert code == 2 and "mentees.cac has the same value in every month" in err
    assert {name: own for name, own in sheets.stand().items() if name != map_path} == before


# Over a scenario that is there.

MINE = """\
# by hand
title: Mine
why: To try.
extends: upside
actuals: examples/invented_actuals.csv
changes:
  # the churn that we saw
  mentees.young_pros.churn: 0.05  # seen
  mentees.cac.2027: 88  # old.xlsx, sheet Plan, B2
  mentees.cac.2027-03: 99
delay:
  mentors.cac: 3
"""


@pytest.fixture
def mine(sheets):
    (sheets.scenarios / "mine.yaml").write_text(MINE, encoding="utf-8")
    (sheets.scenarios / "more.yaml").write_text(
        "title: More\nwhy: To try.\nextends: mine\n", encoding="utf-8")
    return sheets


def over(sheets, rows, /, *options, **keys):
    path = sheets.write("plan.xlsx", rows)
    return sheets.run(path, "--map", sheets.map(**keys), "--name", "mine", "--force", *options)


def test_a_scenario_that_is_written_over_keeps_what_the_file_does_not_say(mine):
    code, out, err = over(mine, [["", 2026, 2027], ["CAC", 95, 85], ["Match", 0.75, 0.75]], rows={
        "CAC": "mentees.cac", "Match": "mentees.match_rate"})
    assert (code, err) == (0, "")
    assert (mine.scenarios / "mine.yaml").read_text(encoding="utf-8") == MINE.replace(
        "88  # old.xlsx, sheet Plan, B2\n  mentees.cac.2027-03: 99\n",
        "85  # plan.xlsx, sheet Plan, C2\n"
        "  mentees.cac.2026: 95  # plan.xlsx, sheet Plan, B2\n"
        "  mentees.match_rate.2026: 0.75  # plan.xlsx, sheet Plan, B3\n"
        "  mentees.match_rate.2027: 0.75  # plan.xlsx, sheet Plan, C3\n")
    assert "(mentorship), from plan.xlsx, over scenario mine\n" in out
    assert ("notice: mine keeps what the file does not say: extends, delay, actuals, "
            "mentees.young_pros.churn.\nnotice: more extends mine, and moves with it.\n" in out)
    # 80% is that of the scenario which it extends.
    assert by_month(load("mentorship", "mine"), "mentees.match_rate")[11:25] == [0.75] * 13 + [0.8]


def test_a_delay_goes_where_the_file_says_all_and_else_stands_in_the_way(mine):
    rows = [["", *range(2026, 2031)], ["CAC", 250, 240, 230, 220, 180]]
    before = mine.stand()
    code, _, err = over(mine, [row[:3] for row in rows], rows={"CAC": "mentors.cac"})
    assert code == 2 and "cannot say mentors.cac as it was set here, because it delays it" in err
    assert {path: own for path, own in mine.stand().items() if path.name != "map.yaml"} == before
    code, _, err = over(mine, rows, "--title", "New", rows={"CAC": "mentors.cac"})
    assert (code, err) == (0, "")
    found = yaml.safe_load((mine.scenarios / "mine.yaml").read_text(encoding="utf-8"))
    assert "delay" not in found and (found["title"], found["why"]) == ("New", "To try.")
    assert found["changes"]["mentors.cac"] == dict(zip(rows[0][1:], rows[1][1:], strict=True))
