"""Years between typed ones follow them in the workbook, and come back as what was typed alone."""

import re

import numpy as np
import pytest
from workbooks import Sent, calculated, kept, place, said

from model import cli, load
from model.companies import COMPANIES
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.params.overlay import Setting
from model.params.series import annual_series
from model.workbook import intake, interpolation, reading
from model.workbook.recalculation import fields

CALENDAR = Calendar("2026-01", 84)
ENTRY = {"label": "x", "unit": "USD/year", "value": 1, "range": [1, 1], "source": "estimate: x",
         "confidence": "low"}


def entry(how):
    return Entry(**ENTRY, between=how)


@pytest.mark.parametrize("how", ["linear", "step", "geometric"])
@pytest.mark.parametrize("given", [{2026: 100, 2030: 60}, {2027: 5, 2029: 9}, {2028: 7},
                                   {2026: 1, 2028: 4, 2032: 2}, 12.5])
def test_formulas_fill_years_as_the_model_does(how, given):
    setting = Setting({str(year): value for year, value in given.items()}
                      if isinstance(given, dict) else given)
    years = interpolation.input_years(setting, entry(how), CALENDAR)
    wanted = setting.series(entry(how), CALENDAR).monthly(CALENDAR)[::12, 0]
    cells, heads = [f"c{at}" for at in range(7)], [f"h{at}" for at in range(7)]
    names = dict(zip(cells, wanted, strict=True)) | {"SQRT": np.sqrt}
    for at in range(7):
        if at not in years:
            text = interpolation.formula(
                at, years.nodes, how if isinstance(given, dict) else "step", cells, heads)[1:]
            for low in range(7):
                for high in range(low, 7):
                    text = text.replace(f"COLUMNS(h{low}:h{high})", str(high - low + 1))
            assert eval(text, names) == pytest.approx(wanted[at], rel=1e-15), text
    assert len(years.nodes) == (len(given) if isinstance(given, dict) else 1)


@pytest.mark.parametrize(("how", "value", "years", "nodes", "overrides"), [
    ("geometric", {"2026": 1, "2029": 4}, {}, 7, 0),  # thirds would need a power
    ("linear", {"2026": 1, "2029": 4}, {}, 2, 0),
    ("linear", {"2026": 1, "2029": 4}, {2027: 3.0}, 2, 1),
    ("linear", {"2026": 1, "2029": 4}, {2029: 3.0}, 7, 0)])  # 2027 and 2028 stayed as they were
def test_a_year_stands_for_itself_where_others_do_not_follow_it(how, value, years, nodes,
                                                                overrides):
    found = interpolation.input_years(Setting(value, years), entry(how), CALENDAR)
    assert (len(found.nodes), len(found.overrides)) == (nodes, overrides)


def test_what_follows_is_what_the_model_fills():
    found = interpolation.values({"2026": 100.0, "2030": 50.0}, entry("linear"), CALENDAR)
    assert list(found.values()) == annual_series({2026: 100.0, 2030: 50.0}, CALENDAR.years,
                                                 "linear").values[:, 0].tolist()


@pytest.mark.parametrize("company", COMPANIES)
def test_no_year_is_typed_that_base_does_not_type(company):
    found, _ = kept(company, "base")
    kinds = {field: found.sheet(sheet).cells[row, col].kind
             for field, (sheet, row, col) in fields(found).items()}
    for path, given in found.plans.base.entries.items():
        if found.plans.forms[path] == "year" and isinstance(given.value, dict):
            typed = {year for year in map(str, found.axis.calendar.years)
                     if kinds["base", path, year] == "input"}
            assert typed == set(given.value), path


# A change of a typed year moves its path, in the workbook and when it comes back.

PATHS = {"mentorship": ["mentees.cac", "mentees.young_pros.orders", "mentees.mix.senior_experts",
                        "fixed_opex.office"],
         "influencer": ["customers.cac", "tiers.pro.hourly_rate", "fixed_opex.software"]}


@pytest.mark.parametrize("company", PATHS)
def test_a_change_of_the_last_year_is_that_change_alone(folder, tmp_path, company):
    base, new = load(company), {}
    sent = Sent(tmp_path, company)
    for path in PATHS[company]:
        given = {str(year): value for year, value in base.entries[path].value.items()}
        new[path] = given | {"2030": round(given["2030"] * 0.9, 6)}
        sent.type(new[path]["2030"], path, 2030)
    returned = reading.read(sent.back())
    assert {(change.field.path, change.field.field, change.new) for change in returned.changes} == {
        (path, "2030", values["2030"]) for path, values in new.items()}
    found = intake.draft(returned)
    assert found.changes == new and not found.delay
    intake.write(found, "sent_back", "Sent back", "To see.")
    wanted, written_back = load(company, changes=new), load(company, "sent_back")
    shown = calculated(sent.found)
    shown.type({("base", path, "2030"): values["2030"] for path, values in new.items()})
    for path in new:
        assert written_back.series[path].values.tolist() == wanted.series[path].values.tolist()
        row = next(row for (row, col), own in sent.found.sheet("Monthly").cells.items()
                   if col == 2 and own.content == path)
        assert [shown.value("Monthly", row, col) for col in sent.found.axis.months] == (
            pytest.approx(wanted.monthly(path)[:, 0], rel=1e-12))


def test_a_year_between_typed_over_is_a_change_of_that_year(tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(77, "mentees.cac", 2028)
    found = intake.draft(reading.read(sent.back()))
    assert found.changes == {"mentees.cac.2028": 77.0}
    assert cli.main(["read-workbook", str(sent.path)]) == 0
    assert "2028 (mentees.cac): 80 → 77 USD per mentee" in capsys.readouterr().out


def test_a_typed_year_and_one_between_are_both_said(tmp_path):
    sent = Sent(tmp_path)
    sent.type(50, "mentees.cac", 2030)
    sent.type(77, "mentees.cac", 2028)
    found = intake.draft(reading.read(sent.back()))
    assert found.changes == {"mentees.cac": {"2026": 100.0, "2030": 50.0}, "mentees.cac.2028": 77.0}
    assert found.assumptions.yearly("mentees.cac")[:, 0].tolist() == [100, 87.5, 77, 62.5, 50]


def test_years_between_that_were_fixed_where_they_stood_are_no_change(tmp_path):
    sent = Sent(tmp_path)
    for year, value in ((2027, 90), (2028, 80), (2029, 70)):
        sent.type(value, "mentees.cac", year)
    assert reading.read(sent.back()).changes == ()
    sent.type(50, "mentees.cac", 2030)
    found = intake.draft(reading.read(sent.back()))
    assert found.assumptions.yearly("mentees.cac")[:, 0].tolist() == [100, 90, 80, 70, 50]


def test_another_formula_between_is_refused(tmp_path):
    sent = Sent(tmp_path)
    where = sent.type("=E12*2", "mentees.cac", 2028)
    text = said(sent.back())
    assert where in text and "holds a formula" in text


def test_one_number_that_others_give_by_year_holds_in_all_years(tmp_path):
    """Marketing is one number in one scenario, so its first cell moves the others."""
    sent = Sent(tmp_path, "mentorship", "flat_marketing")
    sent.type(100_000, "mentees.marketing", 2026, "flat_marketing")
    found = intake.draft(reading.read(sent.back()))
    assert set(found.assumptions.yearly("mentees.marketing")[:, 0]) == {100_000.0}


# What only the notebooks read.

IDLE = {"valuation.discount_rate", "valuation.terminal_growth", "cap_table.pre_money",
        "cap_table.founder_shares", "cap_table.option_pool"}


@pytest.mark.parametrize("company", COMPANIES)
def test_a_yellow_cell_is_read_by_some_formula(company):
    """Each cell that may be typed into leads to a line, a statement, a KPI or a check; those that
    the notebooks alone read are not yellow, and stand apart."""
    found, _ = kept(company, "base")
    texts = "\n".join({re.sub(r"\$?[A-Z]+\$?(\d+)", r"\1", own.content)
                       for sheet in found.sheets if sheet.kind != "inputs"
                       and sheet.title != "Monthly" for own in sheet.cells.values()
                       if own.kind == "formula"})
    words = set(re.findall(r"Monthly!\d+|[a-z_]+(?:\.[a-z_0-9]+)+|opening_cash", texts))
    rows = {own.content: row + 1 for (row, col), own in found.sheet("Monthly").cells.items()
            if col == 2 and own.kind == "text"}
    aside = set()
    for field, (sheet, row, col) in fields(found).items():
        if not field.path:
            continue
        used = (f"Monthly!{rows[field.path]}" if field.path in rows else field.path) in words
        role = found.sheet(sheet).cells[row, col].style[1]
        assert (role == "aside") is not used, field
        aside |= {field.path} if role == "aside" else set()
    assert aside == IDLE


def test_what_the_notebooks_alone_read_comes_back(folder, tmp_path):
    sent = Sent(tmp_path)
    sent.type(0.2, "valuation.discount_rate")
    returned = reading.read(sent.back())
    assert returned.other_changes == ()
    assert intake.draft(returned).changes == {"valuation.discount_rate": 0.2}


def test_they_stand_below_a_head_that_says_so():
    found, _ = kept("mentorship", "base")
    sheet = found.sheet("Assumptions")
    _, row, _ = place(found, "base", "valuation.discount_rate")
    heads = [at for (at, col), own in sheet.cells.items() if own.style[1] == "section"]
    above = max(at for at in heads if at < row)
    assert [sheet.cells[at, 0].content for at in (above, above + 1)] == [
        "Read by the notebooks alone", "Nothing in this workbook follows a change."]
