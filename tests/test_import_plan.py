"""A plan in a spreadsheet becomes a scenario, amount by amount."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest
import yaml
from readmes import READMES
from test_readme import commands

from model import cli, load

EXAMPLES = Path("params/mentorship/examples")
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


class Sheets:
    """A project in which plans are imported."""

    def __init__(self, folder, capsys):
        self.folder, self._capsys = folder, capsys
        self.scenarios = folder / "params" / "mentorship" / "scenarios"

    def run(self, *arguments):
        """Exit code, what was printed, and what stands on the stream of errors."""
        try:
            code = cli.main(["import-plan", *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        return code, *self._capsys.readouterr()

    def write(self, name, rows):
        """A file of rows: CSV, or the first sheet of a workbook, called Plan."""
        path = self.folder / name
        if name.endswith(".csv"):
            path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows),
                            encoding="utf-8")
        else:
            book = openpyxl.Workbook()
            book.active.title = "Plan"
            for row in rows:
                book.active.append(row)
            book.save(path)
        return path

    def give_season(self, weights):
        """Give the plan's marketing for mentees a season, as YAML writes it."""
        path = self.folder / "params" / "mentorship" / "base.yaml"
        text = path.read_text(encoding="utf-8")
        head = "      label: Marketing budget for mentees\n"
        assert text.count(head) == 1
        path.write_text(text.replace(head, f"{head}      season: {weights}\n"), encoding="utf-8")

    def map(self, **keys):
        """A map of a company's plan."""
        path = self.folder / "map.yaml"
        path.write_text(yaml.safe_dump({"company": "mentorship", "decimal": ".",
                                        "columns": {"name": 1}} | keys, sort_keys=False),
                        encoding="utf-8")
        return path

    def take(self, rows, /, *options, name="plan.xlsx", **keys):
        """What is printed where a plan becomes the scenario `sheet`."""
        path = self.write(name, rows)
        (self.scenarios / "sheet.yaml").unlink(missing_ok=True)
        code, out, err = self.run(path, "--map", self.map(**keys), "--name", "sheet", *options)
        assert (code, err) == (0, ""), err
        return out

    def plan(self, rows, /, name="plan.xlsx", **keys):
        """The plan that rows make."""
        self.take(rows, name=name, **keys)
        return load("mentorship", "sheet")

    def refused(self, rows, /, *options, name="plan.xlsx", **keys):
        """The problems of a plan that is refused, and leaves everything as it was."""
        path, before = self.write(name, rows), self.stand()
        code, out, err = self.run(path, "--map", self.map(**keys), "--name", "sheet", *options)
        assert (code, out) == (2, ""), out
        assert self.stand() == before
        lines = err.splitlines()
        assert all(line.endswith((".", "?")) and line.isprintable() for line in lines), lines
        return [line.removeprefix(f"{self.folder}/") for line in lines]

    def stand(self):
        return {path: path.read_bytes() for path in (self.folder / "params").rglob("*.yaml")}


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


def by_month(plan, path, year=None):
    values = plan.monthly(path)[:, 0]
    return (values if year is None else values[plan.calendar.months_of(year)]).tolist()


def test_the_invented_plan_by_hand(sheets):
    """Each figure of params/mentorship/examples/invented_plan.csv, worked out by hand: amounts of a
    month are a twelfth of what is typed by year, rows add up, percents are shares."""
    code, out, err = sheets.run(EXAMPLES / "invented_plan.csv", "--map",
                                EXAMPLES / "invented_plan.yaml", "--name", "sheet")
    assert (code, err) == (0, "")
    base, plan = load("mentorship"), load("mentorship", "sheet")
    ads = [12 * (6000 + 4000)] * 6 + [12 * (9000 + 4000)] * 2 + [12 * (9000 + 6000)] * 4
    assert by_month(plan, "mentees.marketing") == ads + [360_000] * 12 + [780_000] * 12 + (
        [1_070_000] * 12 + [1_270_000] * 12)
    assert by_month(plan, "mentees.cac") == [110] * 6 + [100] * 6 + [90] * 12 + [80] * 12 + (
        [70] * 12 + [60] * 12)
    assert by_month(plan, "mentees.match_rate") == [0.72] * 6 + [0.75] * 6 + [0.76] * 24 + (
        [0.77] * 24)
    joining = by_month(plan, "team.support_specialist.hires")
    assert joining[:12] == [0] * 8 + [1] + [0] * 3
    assert joining[12:] == by_month(base, "team.support_specialist.hires")[12:]
    assert by_month(plan, "capex.platform", 2026) == [0, 0, 45_000] + [0] * 9
    assert set(plan.changed) == {"mentees.marketing", "mentees.cac", "mentees.match_rate",
                                 "team.support_specialist.hires", "capex.platform"}
    text = (sheets.scenarios / "sheet.yaml").read_text(encoding="utf-8")
    assert "  # invented_plan.csv, line 4, columns 3 to 19; line 5, columns 3 to 19\n" in text
    assert "Totals that add up, and are left out: Total Acquisition, Total 2026." in out


def test_years_across_say_what_the_cells_say(sheets):
    rows = [["", 2026, 2027, "FY2028", 2029, 2030],
            ["Ads", 100_000, 200_000, 300_000, 400_000, 500_000],
            ["CAC", 95, 85, 75, 65, 55], ["Match", 0.7, 0.7, 0.7, 0.7, 0.7]]
    plan = sheets.plan(rows, rows={"Ads": "mentees.marketing", "CAC": "mentees.cac",
                                   "Match": "mentees.match_rate"})
    file = yaml.safe_load((sheets.scenarios / "sheet.yaml").read_text(encoding="utf-8"))
    assert file["changes"] == {
        "mentees.marketing": {2026: 100_000, 2027: 200_000, 2028: 300_000, 2029: 400_000,
                              2030: 500_000},
        "mentees.cac": {2026: 95, 2027: 85, 2028: 75, 2029: 65, 2030: 55},
        "mentees.match_rate": 0.7}
    assert plan.yearly("mentees.cac")[:, 0].tolist() == [95, 85, 75, 65, 55]
    text = (sheets.scenarios / "sheet.yaml").read_text(encoding="utf-8")
    assert "2030: 500000}  # plan.xlsx, sheet Plan, B2 to F2\n" in text
    assert "mentees.match_rate: 0.7  # plan.xlsx, sheet Plan, B4 to F4\n" in text


@pytest.mark.parametrize(("path", "unit", "cell", "typed"), [
    ("mentees.marketing", "USD/month", 12_000, 144_000),
    ("mentees.marketing", "USD", 12_000, 144_000),
    ("mentees.marketing", "thousand USD/month", 12, 144_000),
    ("mentees.marketing", "million USD/year", 0.144, 144_000),
    ("team.lead_developer.salary", "USD/FTE/month", 10_000, 120_000),
    ("team.lead_developer.salary", "USD/FTE/year", 120_000, 120_000),
    ("mentees.match_rate", "percent", 72, 0.72),
    ("mentees.match_rate", "%", "72%", 0.72),
    ("mentees.match_rate", "", "72%", 0.72),
    ("mentees.match_rate", "fraction", 0.72, 0.72),
    ("mentees.young_pros.churn", "percent/month", 5, 0.05),
    ("mentees.young_pros.subscription", "USD/mentee/year", 120, 10),
    ("mentees.cac", "thousand USD/mentee", 0.12, 120),
])
def test_units_of_the_file_become_those_of_the_model(sheets, path, unit, cell, typed):
    rows = [["Item", "Unit", *MONTHS], ["Own", unit, *[cell] * 12]]
    plan = sheets.plan(rows, columns={"name": "Item", "unit": "Unit"}, rows={"Own": path})
    base = load("mentorship")
    assert by_month(plan, path, 2026) == pytest.approx([typed] * 12, rel=1e-15)
    assert by_month(plan, path)[12:] == by_month(base, path)[12:]


def test_an_amount_is_that_of_the_month_or_year_of_its_column(sheets):
    rows = [["", *MONTHS, 2027, 2028, 2029, 2030],
            ["Ads", *range(1000, 13000, 1000), 90_000, 100_000, 110_000, 120_000]]
    plan = sheets.plan(rows, rows={"Ads": "mentees.marketing"}, units={"Ads": "USD"})
    assert by_month(plan, "mentees.marketing", 2026) == [12_000 * month for month in range(1, 13)]
    assert plan.yearly("mentees.marketing")[:, 0].tolist() == [78_000, 90_000, 100_000, 110_000,
                                                               120_000]


def test_what_the_file_does_not_name_stays_as_in_the_plan(sheets):
    base = load("mentorship")
    plan = sheets.plan([["", "2027-03", "2027-04"], ["CAC", 80, 81], ["Build", 5000, 0]],
                       rows={"CAC": "mentees.cac", "Build": "capex.platform"})
    expected = by_month(base, "mentees.cac")
    expected[14:16] = [80, 81]
    assert by_month(plan, "mentees.cac") == expected
    built = by_month(base, "capex.platform")
    built[14] = 5000
    assert by_month(plan, "capex.platform") == built


def test_months_are_what_the_file_says_whatever_the_season_of_the_plan(sheets):
    sheets.give_season("{9: 10}")
    months = list(load("mentorship").calendar.labels)
    amounts = list(range(100_000, 160_000, 1000))
    for count in (12, 60):
        plan = sheets.plan([["", *months[:count]], ["Ads", *amounts[:count]]],
                           rows={"Ads": "mentees.marketing"}, units={"Ads": "USD"})
        assert by_month(plan, "mentees.marketing")[:count] == [12 * amount for amount in
                                                               amounts[:count]]
    out = sheets.take([["", 2026], ["Ads", 120_000]], rows={"Ads": "mentees.marketing"})
    assert "notice: mentees.marketing has a season in the plan" in out
    held = by_month(load("mentorship", "sheet"), "mentees.marketing", 2026)
    assert sum(held) == pytest.approx(12 * 120_000) and held[8] == pytest.approx(10 * held[7])


@pytest.mark.parametrize("dates", ["MMM YYYY", "YYYY MMM"])
def test_a_year_may_stand_above_its_months(sheets, dates):
    table = [["", "", 2026, "", 2027], ["Item", "Whole", "Jan", "Feb", ""],
             ["CAC", "", 105, 104, ""], ["Match", 0.7, "", "", ""], ["Churn", "", "", "", 0.05]]
    plan = sheets.plan(table, header=[1, 2], dates=dates, columns={"name": "Item", "value": 2},
                       rows={"CAC": "mentees.cac", "Match": "mentees.match_rate",
                             "Churn": "mentees.young_pros.churn"})
    assert by_month(plan, "mentees.cac")[:3] == [105, 104, 100]
    assert by_month(plan, "mentees.match_rate") == [0.7] * 60
    assert by_month(plan, "mentees.young_pros.churn") == [0.04] * 12 + [0.05] * 12 + [0.04] * 36


def test_a_season_comes_from_twelve_months(sheets):
    weights = [1, 1, 1, 1, 1, 1, 0.5, 0.5, 3, 2, 1, 1]
    plan = sheets.plan([["", *MONTHS], ["Season", *weights]],
                       rows={"Season": "mentees.marketing.season"})
    assert plan.settings["mentees.marketing"].season == tuple(weights)


def test_a_headcount_becomes_who_joins_and_leaves(sheets):
    path = "team.support_specialist.hires"
    rows = [["", *MONTHS], ["Support", 2, 2, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1.5]]
    plan = sheets.plan(rows, rows={"Support": path}, units={"Support": "headcount"})
    assert by_month(plan, path, 2026) == [2, 0, 0, 1, 0, 0, -2, 0, 0, 0, 0, 0.5]
    late = [["", "2027-02", "2027-03"], ["Support", 2, 1]]
    plan = sheets.plan(late, rows={"Support": path}, units={"Support": "headcount"})
    there = np.add.accumulate(by_month(plan, path))
    assert there[12:15].tolist() == [0.8, 2, 1]


def test_costs_below_zero_are_turned_where_the_map_says_so(sheets):
    for name, cell in (("plan.xlsx", -120_000), ("plan.csv", "(120000)")):
        for turned in ("Ads", "mentees.marketing"):
            plan = sheets.plan([["", 2026], ["Ads", cell]], name=name,
                               rows={"Ads": "mentees.marketing"}, signs={turned: "reversed"})
            assert by_month(plan, "mentees.marketing", 2026) == [120_000] * 12


def test_what_was_not_taken_is_told(sheets):
    out = sheets.take([["", 2025, 2026, 2027], ["CAC", 130, 90, 85], ["Revenue", 1, 2, 3],
                       ["Match", 0.7, 0.75, 0.75], ["Note", "", "", ""]],
                      rows={"CAC": "mentees.cac", "Match": "mentees.match_rate"})
    assert "notice: not in the map, and so not taken: Revenue;" in out
    assert "not taken: 2025." in out
    assert "Different: 1 assumption. As in the plan: 1." in out


def test_without_a_name_nothing_is_written(sheets):
    before = sheets.stand()
    path = sheets.write("plan.xlsx", [["", 2026], ["CAC", 90]])
    code, out, err = sheets.run(path, "--map", sheets.map(rows={"CAC": "mentees.cac"}))
    assert (code, err) == (0, "")
    assert "Nothing was written: --name NAME writes it as a scenario, --base into base.yaml." in out
    assert sheets.stand() == before


def test_a_plan_can_be_read_for_another_company(sheets):
    path = sheets.write("plan.xlsx", [["", 2026], ["CAC", 510]])
    options = (path, "--map", sheets.map(rows={"CAC": "customers.cac"}))
    code, _, err = sheets.run(*options, "--company", "influencer", "--name", "sheet")
    assert (code, err) == (0, "")
    assert load("influencer", "sheet").yearly("customers.cac")[0, 0] == 510
    code, _, err = sheets.run(*options)
    assert code == 2 and "'customers.cac' is not an assumption" in err


def test_the_commands_of_the_readme_do_what_it_says(sheets):
    found = [words[1:] for words in commands(READMES["params/README.md"])
             if words[0] == "import-plan"]
    assert len(found) == 5
    for words in found:
        code, out, err = sheets.run(*words)
        assert code == 0, (words, err)
        if words[:1] == ["plan.xlsx"]:
            assert "Nothing differs from the plan" in out
    assert load("mentorship", "sheet").changed
