"""A file of actuals is read as it is meant, and whatever is wrong in it is said by line at once."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import cli, load, project
from model.analysis.variance import actuals, observed_kpis
from model.params import catalog
from model.params.actuals_file import read_actuals
from model.params.calendar import Calendar
from model.params.observations import Kind, monthly_actuals, week_month, weeks_of
from model.params.yaml_file import MAX_BYTES
from model.problems import InputError
from model.reporting.jobs import load_all

CALENDAR = Calendar("2026-01", 24)
KNOWN = {
    "revenue": Kind("USD", adds_up=True, sign="plus"),
    "ebitda": Kind("USD", adds_up=True),
    "active_mentees": Kind("mentee", adds_up=False, sign="plus"),
    "match_rate": Kind("fraction", adds_up=False),
    "breakeven_first": Kind("month number", adds_up=False, observable=False),
}
HEAD = "period,name,value\n"


@pytest.fixture
def says(tmp_path):
    """What a file with some content says, by month."""
    def of(content, known=KNOWN):
        path = tmp_path / "actuals.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return monthly_actuals(read_actuals(path), CALENDAR, known, "mentorship")
    return of


@pytest.fixture
def problems(says):
    """Line and sentence of every problem of a file."""
    def of(content):
        with pytest.raises(InputError) as caught:
            says(content)
        for problem in caught.value.problems:
            assert str(problem).isprintable() and problem.what.endswith((".", "?")), problem
        return [(int(problem.where.rpartition(":")[2]), problem.what)
                for problem in caught.value.problems]
    return of


# Reading ------------------------------------------------------------------------------------------

def test_a_month_and_a_comment_are_read(says):
    found = says("# Closed by hand\n" + HEAD + "2026-03,revenue,9800.50\n2026-04,revenue,1e4\n")
    assert found.remark == "Closed by hand"
    assert found.values["revenue"][2:4].tolist() == [9800.5, 10_000]
    assert np.isnan(np.delete(found.values["revenue"], [2, 3])).all()
    assert (found.last("revenue"), found.notices) == (3, ())


@pytest.mark.parametrize("content", [
    HEAD + "2026-01,revenue,5\n",
    "\ufeff" + HEAD + "2026-01,revenue,5",
    HEAD.replace("\n", "\r\n") + "2026-01,revenue,5\r\n\r\n",
    "Period, Name ,VALUE\r2026-01, revenue , 5\r",
    '"period","name","value"\n"2026-01","revenue","5"\n',
    "period,name,value,,\n2026-01,revenue,5,,\n,,,,\n",
    '"# a comment, that a spreadsheet saved",,\n' + HEAD + "2026-01,revenue,5\n# the end, or so\n",
    "period,name,value,note\n2026-01,revenue,5,\n",
    'period,name,value,note\n2026-01,revenue,5,"so it is, ""final"""\n',
])
def test_the_ways_in_which_programs_write_csv_are_one(says, content):
    found = says(content)
    assert found.values["revenue"][0] == 5
    assert found.notes in ({}, {("revenue", "2026-01"): 'so it is, "final"'})


def test_a_header_alone_holds_nothing(says):
    assert says(HEAD).values == {}


@pytest.mark.parametrize("comment", ["# To the 5th, by hand", "#To the 5th, by hand,,,",
                                     '"# To the 5th, by hand",,,', "  #  To the 5th,  by hand"])
def test_the_first_comment_is_the_remark_on_the_file(says, comment):
    assert says(f"{comment}\n# later\n{HEAD}").remark == "To the 5th, by hand"


@given(st.lists(st.tuples(st.sampled_from(CALENDAR.labels), st.sampled_from(["ebitda", "revenue"]),
                          st.floats(0, 1e12)), unique_by=lambda row: row[:2]),
       st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
       st.booleans())
def test_what_is_written_is_read_back_to_the_last_bit(tmp_path_factory, rows, end, quoting, bom):
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(
        [("period", "name", "value"), *((p, n, repr(v)) for p, n, v in rows)])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    found = monthly_actuals(read_actuals(path), CALENDAR, KNOWN, "mentorship")
    for period, name, value in rows:
        assert found.values[name][CALENDAR.labels.index(period)] == value
    assert sum(np.isfinite(values).sum() for values in found.values.values()) == len(rows)


# What is wrong ------------------------------------------------------------------------------------

WRONG_ROWS = {
    "percent": ("2026-01,match_rate,71%", ["'71%' is not a number", "5% as 0.05"]),
    "boolean": ("2026-01,revenue,true", ["'true' is not a number", "write digits"]),
    "text": ("2026-01,revenue,about 5", ["'about 5' is not a number"]),
    "nan": ("2026-01,revenue,nan", ["'nan' is not a number"]),
    "infinity": ("2026-01,revenue,-inf", ["'-inf' is not a number"]),
    "huge": ("2026-01,revenue,1e999", ["more than any company has", "1e+15"]),
    "underscore": ("2026-01,revenue,1_000", ["'1_000' is not a number"]),
    "foreign digits": ("2026-01,revenue,1٢", ["'1٢' is not a number"]),
    "currency": ("2026-01,revenue,USD 5", ["without units"]),
    "formula": ("2026-01,revenue,=1+1", ["'=1+1' is not a number"]),
    "decimal comma in quotes": ('2026-01,revenue,"1234,5"', ["'1234,5' is not a number", "point"]),
    "decimal comma": ("2026-01,revenue,1234,5", ["has the value '1234' and the number '5' as its "
                                                 "note", "with a point"]),
    "thousands": ("2026-01,revenue,1,234.50", ["has the value '1' and the number '234.50'"]),
    "too many": ("2026-01,revenue,5,a,b", ["has 5 columns where the header names 4", "in quotes"]),
    "no value": ("2026-01,revenue", ["has no value", "complete the row"]),
    "no name, no value": ("2026-01", ["has no name and no value"]),
    "no period": (",revenue,5", ["has no period"]),
    "quote": ('2026-01,"revenue,5', ["a quote that does not close on its line"]),
    "control": ("2026-01,revenue,5,a\x07b", ["a control character (U+0007)"]),
    "long note": (f"2026-01,revenue,5,{'x' * 201}", ["a note of 201 characters", "shorten it"]),
    "unknown": ("2026-01,revenu,5", ["'revenu' is neither a line nor a KPI of mentorship; did you "
                                     "mean revenue?"]),
    "other word": ("2026-01,evenues,5", ["did you mean revenue?"]),
    "far off": ("2026-01,xyz,5", ["'xyz' is neither", "known: revenue, ebitda"]),
    "counter": ("2026-01,breakeven_first,5", ["breakeven_first is a counter of the model"]),
    "negative count": ("2026-01,active_mentees,-5", ["active_mentees = -5 is below zero, which no "
                                                     "count", "correct it"]),
    "month": ("2026-13,revenue,5", ["'2026-13' is neither a month such as 2026-03 nor"]),
    "short month": ("2026-3,revenue,5", ["'2026-3' is neither"]),
    "day": ("2026-03-31,revenue,5", ["'2026-03-31' is neither"]),
    "spreadsheet's month": ("Mar-26,revenue,5", ["'Mar-26' is neither", "spreadsheet"]),
    "week of no year": ("2027-W53,revenue,5", ["2027-W53 is not a week", "W01 to W52"]),
    "week 0": ("2026-W00,revenue,5", ["2026-W00 is not a week", "W01 to W53"]),
    "after": ("2028-01,revenue,5", ["2028-01 is after the plan, which ends in 2027-12; remove"]),
    "week after": ("2028-W01,revenue,5", ["2028-W01 is after the plan"]),
    "twice": ("2026-02,revenue,5", ["revenue of 2026-02 stands twice (first on line 2)"]),
    "month and week": ("2026-W07,revenue,5", ["revenue is given for 2026-02 both as a month and by "
                                              "week (line 2: 2026-02)"]),
}


@pytest.mark.parametrize(("row", "parts"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_a_wrong_row_is_said_with_its_line_and_a_remedy(problems, row, parts):
    ((line, said),) = problems(f"period,name,value,note\n2026-02,revenue,7,\n{row}\n")
    assert line == 3
    for part in parts:
        assert part in said


def test_a_note_needs_its_column(problems):
    ((line, said),) = problems(HEAD + "2026-01,revenue,5,closed\n")
    assert line == 2 and "has 4 columns where the header names 3" in said


@pytest.mark.parametrize(("head", "parts"), [
    ("period;name;value", ["'period;name;value'", "with commas, not with ';'"]),
    ("month,line,amount", ["'month,line,amount'", "write period,name,value"]),
    ("period,name", ["'period,name'"]),
    ("period,name,value,note,who", ["'period,name,value,note,who'"]),
])
def test_a_wrong_header_is_said_once_and_the_rows_are_still_checked(problems, head, parts):
    found = problems(f"{head}\n2026-01,revenu,5\n")
    assert [line for line, _ in found] == [1, 2]
    for part in parts:
        assert part in found[0][1]
    assert "did you mean revenue?" in found[1][1]


@pytest.mark.parametrize(("content", "line", "part"), [
    ("", 1, "is empty; begin with the line period,name,value"),
    ("# only a comment\n", 1, "is empty"),
    (HEAD.encode() + b"2026-01,revenue,5\n\xff\n", 3, "not UTF-8 text"),
    (b"#" * (MAX_BYTES + 1), 1, "more than 1,000,000 bytes"),
])
def test_a_file_that_cannot_be_read_is_said_so(problems, content, line, part):
    ((where, said),) = problems(content)
    assert where == line and part in said


def test_every_problem_of_a_file_is_said_at_once_in_order(problems):
    found = problems(HEAD + "2026-1,revenu,5%\n2026-01,revenue,x\n2026-01,ebitda,5\n"
                            "2026-01,ebitda,6\n")
    assert [line for line, _ in found] == [2, 2, 2, 3, 5]


def test_what_is_odd_but_possible_is_a_notice(says):
    found = says(HEAD + "2026-01,match_rate,75\n2026-01,revenue,1\n2026-04,revenue,2\n")
    assert found.notices == (
        ("match_rate", "2026-01: 75 is 7,500%; if 75% is meant, write 0.75"),
        ("revenue", "nothing is given for 2026-02, 2026-03, though for later months"))


# Weeks --------------------------------------------------------------------------------------------

def test_a_week_belongs_to_the_month_of_its_thursday():
    # 2026 begins on a Thursday, so its first week began in 2025, and it has 53 weeks.
    assert weeks_of("2026-01") == ("2026-W01", "2026-W02", "2026-W03", "2026-W04", "2026-W05")
    assert weeks_of("2026-02") == ("2026-W06", "2026-W07", "2026-W08", "2026-W09")
    assert week_month("2026-W14") == "2026-04"  # Monday 30 March to Sunday 5 April
    assert week_month("2026-W53") == "2026-12"
    assert weeks_of("2027-01")[0] == "2027-W01"
    assert week_month("2027-W53") is None


def test_every_week_of_a_century_belongs_to_one_month():
    thursday, given = date(1999, 12, 30), []
    months = [f"{year}-{month:02d}" for year in range(2000, 2100) for month in range(1, 13)]
    for month in months:
        given += [(week, month) for week in weeks_of(month)]
    assert len(given) == len({week for week, _ in given})
    for week, month in given:
        thursday += timedelta(7)
        assert week == "{}-W{:02d}".format(*thursday.isocalendar())
        assert week_month(week) == month == f"{thursday:%Y-%m}"


def test_a_flow_by_week_is_summed_once_all_weeks_are_there(says):
    rows = [f"2026-W{week:02d},revenue,{10 * week}" for week in range(1, 9)]
    found = says(HEAD + "\n".join(reversed(rows)))
    assert found.values["revenue"][0] == 10 + 20 + 30 + 40 + 50
    assert np.isnan(found.values["revenue"][1])
    assert found.notices == ()
    assert found.open_months == (("revenue", "2026-02 is not closed: 3 of its 4 weeks are there, "
                                             "without 2026-W09"),)
    assert list(found.weeks["revenue"].values()) == [10, 20, 30, 40, 50, 60, 70, 80]


@pytest.mark.parametrize("name", ["active_mentees", "match_rate"])
def test_of_a_stock_and_a_kpi_the_last_week_stands_for_the_month(says, name):
    found = says(HEAD + f"2026-W02,{name},0.5\n2026-W05,{name},0.75\n2026-W08,{name},0.9\n")
    assert found.values[name][0] == 0.75
    assert np.isnan(found.values[name][1])
    assert found.notices == ()
    assert found.open_months == ((name, "2026-02 is not closed: its last week, 2026-W09, is not "
                                        "there"),)


def test_months_and_weeks_may_follow_each_other(says):
    weeks = "".join(f"{week},revenue,1\n" for week in weeks_of("2026-02"))
    assert says(HEAD + "2026-01,revenue,9\n" + weeks).values["revenue"][:2].tolist() == [9, 4]


# In a company's folder ----------------------------------------------------------------------------

def write(folder, name, *rows):
    path = folder / "params" / "mentorship" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def scenario(folder, name, *lines):
    text = "".join(f"{line}\n" for line in ("title: T", "why: W", *lines))
    (folder / "params" / "mentorship" / "scenarios" / f"{name}.yaml").write_text(text)


def test_without_a_file_there_are_no_actuals(folder):
    assert load("mentorship").actuals_file is None
    assert actuals(project(load("mentorship"))) is None
    assert observed_kpis(project(load("mentorship"))) == {}


def test_the_companys_file_serves_every_scenario_that_names_none(folder):
    own = write(folder, "actuals.csv", "2026-01,revenue,5", "2026-01,revenue.young_pros,2")
    scenario(folder, "mine", "actuals: examples/mine.csv")
    scenario(folder, "next", "extends: mine", "changes: {mentees.cac: 90}")
    mine = write(folder, "examples/mine.csv", "2026-01,match_rate,0.5", "2026-01,revenue,6")
    for name, path in (("base", own), ("upside", own), ("mine", mine), ("next", mine)):
        assert load("mentorship", name).actuals_file == path
        assert catalog.actuals_file("mentorship", name) == path
    assert load("influencer").actuals_file is None
    scenario(folder, "own", "extends: next", "actuals: own.csv")
    written = write(folder, "own.csv")
    assert load("mentorship", "own").actuals_file == written
    found = actuals(project(load("mentorship")))
    assert found.values["revenue.young_pros"][0] == 2
    kpis = observed_kpis(project(load("mentorship", "next")))
    assert list(kpis) == ["match_rate"] and kpis["match_rate"].shape == (60,)
    assert kpis["match_rate"][0] == 0.5 and np.isnan(kpis["match_rate"][1:]).all()


def test_weeks_are_added_up_for_flows_alone_and_counters_are_refused(folder):
    rows = [f"{week},{name},10" for week in weeks_of("2026-02")
            for name in ("revenue", "active_mentees", "fill_rate", "match_rate")]
    path = write(folder, "actuals.csv", *rows)
    found = actuals(project(load("mentorship"))).values
    assert {name: values[1] for name, values in found.items()} == {
        "revenue": 40, "active_mentees": 10, "fill_rate": 10, "match_rate": 10}
    path.write_text(HEAD + "2026-02,breakeven_first,2\n")
    with pytest.raises(InputError, match="is a counter of the model"):
        actuals(project(load("mentorship")))


@pytest.mark.parametrize("name", ["../actuals.csv", "/etc/x.csv", "a/../b.csv", "./a.csv", "a.txt",
                                  "a\\b.csv", ".hidden.csv", "a//b.csv", "C:/a.csv", "[a]", "5"])
def test_a_scenario_names_no_file_outside_the_folder(folder, name):
    scenario(folder, "mine", f"actuals: {name}")
    with pytest.raises(InputError) as caught:
        load("mentorship", "mine")
    (problem,) = caught.value.problems
    assert problem.where.endswith("mine.yaml:3")
    assert "must be the plain name of a CSV file in the company's folder" in problem.what


def test_a_file_that_is_named_must_be_there(folder):
    scenario(folder, "mine", "actuals: examples/invented_actual.csv")
    with pytest.raises(InputError) as caught:
        load("mentorship", "mine")
    (problem,) = caught.value.problems
    assert problem.where == "params/mentorship/scenarios/mine.yaml:3"
    assert problem.what == ("actuals 'examples/invented_actual.csv' is not a file in "
                            "params/mentorship; did you mean examples/invented_actuals.csv?")


def test_check_names_every_problem_of_the_file_once_and_ends_with_2(folder, capsys):
    write(folder, "actuals.csv", "2026-01,revenu,5", "2026-01,match_rate,71%",
          "2026-01,billable_hours,5", "2026-01,active_mentees,-5", "2031-01,revenue.young_pro,5")
    assert cli.main(["check", "mentorship"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in said] == [
        f"params/mentorship/actuals.csv:{number}" for number in (2, 3, 4, 5, 6, 6)]
    for part in ("did you mean revenue?", "5% as 0.05", "'billable_hours' is neither a line nor a "
                 "KPI of mentorship", "active_mentees = -5 is below zero", "did you mean "
                 "revenue.young_pros?", "2031-01 is after the plan"):
        assert sum(part in line for line in said) == 1, part


def test_a_run_is_refused_before_anything_is_executed(folder):
    write(folder, "actuals.csv", "2026-01,revenu,5")
    problems = []
    load_all([("mentorship", "base"), ("mentorship", "upside")], problems)
    assert [problem.where for problem in problems] == ["params/mentorship/actuals.csv:2"]


def test_check_alerts_to_open_points_and_passes(folder, capsys):
    write(folder, "actuals.csv", "2026-01,revenue,5", "2026-03,revenue,5")
    assert cli.main(["check", "mentorship", "-s", "base"]) == 0
    assert ("alert: mentorship base: params/mentorship/actuals.csv, revenue: nothing is given for "
            "2026-02") in capsys.readouterr().out


def test_a_file_called_like_actuals_that_nothing_reads_is_named(folder, capsys):
    write(folder, "Actual.csv", "2026-01,revenue,5")
    assert cli.main(["check", "mentorship", "-s", "base"]) == 2
    assert capsys.readouterr().err == ("params/mentorship/Actual.csv:1: is read by no command; "
                                       "name it actuals.csv, or name it in a scenario, or remove "
                                       "it.\n")


def test_a_folder_in_place_of_the_file_is_said_to_be_unreadable(folder, capsys):
    (folder / "params" / "mentorship" / "actuals.csv").mkdir()
    assert cli.main(["check", "mentorship", "-s", "base"]) == 2
    assert "actuals.csv:1: is no file; mend or remove it." in capsys.readouterr().err


def test_the_shipped_example_says_that_it_is_invented_and_serves_its_scenario_alone(capsys):
    examples = [path for company in catalog.companies()
                for path in (catalog.params() / company).rglob("*.csv")]
    assert {path.name for path in examples} == {
        "invented_actuals.csv", "invented_export.csv", "invented_plan.csv"}
    assert all(path.read_text().startswith(("# INVENTED EXAMPLE", "INVENTED EXAMPLE"))
               for path in examples)
    read = {(company, name): load(company, name).actuals_file for company in catalog.companies()
            for name in catalog.scenarios(company)}
    assert [key for key, path in read.items() if path] == [("mentorship", "demo_actuals")]
    demo = load("mentorship", "demo_actuals")
    assert demo.changed == () and "invented" in demo.scenario_title
    assert actuals(project(demo)).notices == ()
