"""The workbook says in cells what the model says in numbers, and keeps to the rules of a model."""

import io
import re
import zipfile
from functools import lru_cache

import numpy as np
import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.cell_range import CellRange
from workbooks import alone, calculated, differences, kept, outcome, place, written

from model.analysis.breakeven import breakeven
from model.companies import COMPANIES, company_module
from model.engine.texts import texts
from model.params.assumptions import load
from model.workbook import about, snapshot
from model.workbook.book import book
from model.workbook.cells import HEADS, NAME, letters
from model.workbook.file import ROLES, number_format
from model.workbook.paths import Plans, load_plans
from model.workbook.workings import SECTIONS


@pytest.fixture(scope="module", params=COMPANIES)
def found(request):
    return kept(request.param, "base")[0]


@pytest.fixture(scope="module")
def program(found):
    """The workbook, calculated; tests put back what they change."""
    return calculated(found)


@lru_cache
def loaded(company, **options):
    """A company's workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(kept(company, "base")[1]), **options)


@pytest.fixture(scope="module")
def opened():
    """The marketplace's workbook: formulas, and the values beside them."""
    return loaded("mentorship"), loaded("mentorship", data_only=True)


# Numbers.

def test_every_formula_gives_what_is_written_beside_it(found, program):
    assert differences(found, program.value) == []


@pytest.mark.parametrize(("company", "changes"), [
    ("mentorship", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", {"mentees.young_pros.churn": 1, "mentees.career_changers.churn": 1,
                    "mentees.senior_experts.churn": 0, "mentees.cac.2028": 1}),
    ("mentorship", {"commission.share": 0, "commission.fee": 0, "terms.prepaid_share": 1,
                    "terms.invoiced_share": 1, "terms.days_to_collect": 120,
                    "terms.credit_losses": 0.5, "asset_life.platform": 1,
                    "asset_life.content": 10, "equity.raises": {"2027-05": 300000},
                    "debt.draws": {"2026-02": 500000}, "debt.repayments": {"2026-09": 800000},
                    "content.capitalized": 0, "tax.loss_limit": 0.8, "tax.payment_month": 12}),
    ("influencer", {"customers.marketing": {"2026": 0, "2027": 100000, "2028": 0}}),
    ("influencer", {"customers.second_month_billed": 0, "tiers.basic.churn": 0,
                    "customers.basic_share": 1}),
])
def test_plans_at_the_edge_are_calculated_alike(company, changes):
    edge = alone(company, changes, 36)
    assert differences(edge, calculated(edge).value) == []


def test_no_cell_holds_an_error_or_nothing(opened):
    formulas, values = opened
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    value = values[sheet.title][cell.coordinate].value
                    assert value is not None, (sheet.title, cell.coordinate)
                    assert not str(value).startswith("#"), (sheet.title, cell.coordinate)


def test_annual_columns_are_those_of_the_projection(found):
    for line in found.projection.lines:
        title, row = found.lines[line]
        cells = found.sheet(title).cells
        wanted = found.projection.by_year(line)[0]
        for col, value in zip(found.axis.years, wanted, strict=True):
            shown = cells[row, col].value
            assert shown == "n/a" if np.isnan(value) else shown == value


# What the first sheet says.

def test_the_outcome_says_that_ebitda_is_below_zero_again(found):
    count = breakeven(found.projection).relapses
    title = found.sheet("Charts").cells[3, 0].value
    assert (f"is below zero again in {count} later months)" in outcome(found)) is (count > 1)
    assert (f"EBITDA is below zero again in {count} later months" in title) is (count > 1)


@pytest.mark.parametrize(("changes", "said"), [
    ({"mentees.marketing": 150_000, "mentors.marketing": 50_000},
     "first reaches zero in Dec 2030, after cash has run out in Jan 2029; losses since the start "
     "are not earned back; cash"),
    ({}, "; all losses since the start are earned back in Dec 2028; cash is lowest"),
    ({"mentees.young_pros.order_value": 30_000}, "; there are no losses to earn back; cash")])
def test_the_outcome_says_when_losses_are_earned_back_and_whether_cash_lasts(changes, said):
    plan = alone("mentorship", changes) if changes else kept("mentorship", "base")[0]
    assert said in outcome(plan)
    if changes:  # base is calculated above
        assert differences(plan, calculated(plan).value) == []


@pytest.mark.parametrize(("relapses", "text"), [
    (0, ""), (1, "; EBITDA is below zero again in 1 later month"),
    (2, "; EBITDA is below zero again in 2 later months")])
def test_later_months_below_zero_are_counted_in_words(relapses, text):
    assert about.again("B5", relapses, "; EBITDA", "").text == text


def test_amounts_have_the_minus_sign_of_all_texts():
    assert about.whole(-420175.5) == "\u2212420,176"
    assert about.whole(-0.4) == "0" and about.whole(1234.5) == "1,235"
    assert "USD \u2212420,175 in 2026" in outcome(kept("mentorship", "base")[0])


def test_only_years_at_the_head_of_columns_hide_the_mark_of_a_number_typed_as_text():
    found, data = kept("influencer", "base")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for number, sheet in enumerate(found.sheets, 1):
            text = packed.read(f"xl/worksheets/sheet{number}.xml").decode()
            areas = re.findall(r'<ignoredError sqref="([^"]*)"', text)
            hidden = {at for area in areas for part in area.split()
                      for at in CellRange(part).cells}
            assert not hidden & {(row + 1, col + 1) for row, col in sheet.inputs}
            years = {(row + 1, col + 1) for (row, col), own in sheet.cells.items()
                     if own.kind == "text" and own.content in map(str, found.axis.calendar.years)}
            assert years <= hidden


# Looks.

@pytest.mark.parametrize(("unit", "wanted"), [
    ("orders/mentee/month", "[<10]#,##0.000;#,##0.0"), ("mentee", "#,##0.0;\"\u2212\"#,##0.0;0"),
    ("USD/mentee", "#,##0.00;\"\u2212\"#,##0.00;0")])
def test_a_figure_has_the_decimals_that_tell_it_apart(unit, wanted):
    assert number_format(unit) == wanted


def test_every_calculated_figure_has_a_format(found):
    """General shows whatever digits a figure has."""
    for sheet in found.sheets:
        for at, own in sheet.cells.items():
            if own.kind == "formula" and isinstance(own.value, float):
                assert own.style[0] and number_format(*own.style[:1]) != "General", (
                    sheet.title, at)


def test_no_head_stands_over_an_empty_column(found):
    for sheet in found.sheets:
        if sheet.axis:
            filled = {col for (row, col), own in sheet.cells.items()
                      if row > HEADS and own.content != ""}
            heads = {col for row, col in sheet.cells if row == HEADS and col > NAME}
            assert heads <= filled, (sheet.title, heads - filled)


def test_what_bounds_nothing_is_not_shown_as_a_bound(found):
    """The domain of amounts ends where numbers would become endless."""
    for own in found.sheet("Assumptions").cells.values():
        assert own.kind != "number" or abs(own.content) < 1e12


def test_names_are_not_cut(opened):
    formulas, _ = opened
    for sheet in formulas.worksheets[2:-1]:
        longest = max(len(str(cell.value or "")) for (cell,) in sheet.iter_rows(
            min_col=3, max_col=3) if cell.data_type == "s")
        assert sheet.column_dimensions["C"].width >= 0.9 * longest, sheet.title


def test_workings_print_by_year_and_assumptions_as_large_as_can_be_read(opened):
    formulas, _ = opened
    assert "$A$1:$I$" in formulas["Market"].print_area
    page = formulas["Assumptions"]
    assert page.page_setup.scale >= 50 and page.print_title_rows == "$1:$5"
    assert [found.id for found in page.col_breaks.brk] == [10, 17]


# Rules of a model.

def test_a_row_has_one_formula(found):
    """The first month's formula, moved to any other month, is that month's formula."""
    workbook = loaded(found.plans.base.company)
    for sheet in found.sheets:
        if not sheet.axis:
            continue
        page, axis = workbook[sheet.title], sheet.axis
        for row in {row for row, col in sheet.cells if col == axis.first_month + 1}:
            first, second, last = (page.cell(row + 1, col + 1) for col in
                                   (axis.first_month, axis.first_month + 1, axis.last_month))
            if first.data_type == "f":
                for other in (second, last):
                    moved = Translator(first.value, first.coordinate).translate_formula(
                        other.coordinate)
                    assert moved == other.value, (sheet.title, other.coordinate)


@pytest.mark.parametrize("company", COMPANIES)
def test_every_function_of_a_month_has_its_sheet(company):
    written_by = {found.section for found in texts(load(company)).lines.values()}
    shared = {section for found in SECTIONS.values() for section in found}
    assert written_by <= {*shared, *vars(company_module(company))}


def test_every_assumption_can_be_typed_once_and_shows_whence_it_is(found):
    typed = {field.path for sheet in found.sheets for field in sheet.inputs.values()
             if field.scenario == "base"}
    assert typed == set(found.plans.base.entries)
    texts = {cell.content for cell in found.sheet("Assumptions").cells.values()
             if cell.kind == "text"}
    for path, entry in found.plans.base.entries.items():
        if found.plans.forms[path] != "month":
            assert {entry.label, path, entry.confidence} <= texts
            assert any(str(text).startswith(entry.source) for text in texts)


def test_inputs_look_like_inputs_and_refuse_what_is_not_allowed(found):
    workbook = loaded(found.plans.base.company)
    yellow = ROLES["input"]["bg_color"].lstrip("#").upper()
    for sheet in found.sheets:
        page = workbook[sheet.title]
        checked = {(row, col) for rule in page.data_validations.dataValidation
                   for area in rule.sqref.ranges for row, col in area.cells}
        for row, col in sheet.inputs:
            cell = page.cell(row + 1, col + 1)
            # What the notebooks alone read is typed as well, but moves nothing here.
            aside = sheet.cells[row, col].style[1] == "aside"
            assert cell.fill.fgColor.rgb.endswith(yellow) is not aside
            assert not cell.protection.locked
            assert (row + 1, col + 1) in checked
        for (row, col), cell in sheet.cells.items():
            if cell.kind == "formula":
                assert not page.cell(row + 1, col + 1).fill.fgColor.rgb.endswith(yellow)


def test_one_value_outside_its_plausible_range_turns_orange(opened):
    """The range of the match rate stands in the two columns after the row of the scenario."""
    found, page = kept("mentorship", "base")[0], opened[0]["Assumptions"]
    _, row, col = place(found, "base", "mentees.match_rate")
    low, high = (letters(found.inputs.row_in_use + at) for at in (1, 2))
    formulas = [rule.formula[0] for area in page.conditional_formatting
                if f"{letters(col - 1)}{row}" in area.sqref for rule in area.rules]
    assert any(f"<${low}" in text and f">${high}" in text for text in formulas), formulas


def test_no_macro_no_link_and_nothing_that_changes_by_itself(found):
    data = kept(found.plans.base.company, "base")[1]
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]
    volatile = re.compile(r"\b(OFFSET|INDIRECT|NOW|TODAY|RAND\w*|CELL|INFO|HYPERLINK)\(|\[|://")
    for sheet in found.sheets:
        for cell in sheet.cells.values():
            if cell.kind == "formula":
                assert not volatile.search(cell.content), cell.content


def test_the_same_plan_gives_the_same_bytes():
    assert written("influencer")[1] == kept("influencer", "base")[1]


def test_sheets_over_time_are_frozen_and_set_up_for_print(opened):
    formulas, _ = opened
    assert formulas["Income statement"].freeze_panes == "D6"
    for sheet in formulas.worksheets[:-1]:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
    assert formulas.worksheets[-1].title == snapshot.SHEET
    assert formulas.worksheets[-1].sheet_state == "veryHidden"
    assert len(formulas["Charts"]._charts) == 4
    assert formulas.sheetnames[0] == "About"


# The selector.

def test_one_cell_switches_the_whole_workbook(found, program):
    sheet, row, col = place(found, "", "", "scenario")
    # test_equality.py compares the lines of every scenario; here it is every cell, of one that is
    # late and one that is not.
    late = [name for name in ("cac_delay", "price_rise") if name in found.plans.scenarios]
    for name in (*late, "downside", "base"):
        program._workbook.set_value(sheet, row, col, name)
        program._workbook.evaluate_all()
        other = book(Plans(found.plans.scenarios, name))
        assert other.version == found.version
        assert differences(other, program.value) == []


# Scenarios of every kind.

def test_values_typed_after_a_delay_and_dated_ones_are_laid_out(folder):
    scenarios = folder / "params" / "mentorship" / "scenarios"
    (scenarios / "later.yaml").write_text(
        "title: Later\nwhy: To see.\nextends: cac_delay\nchanges:\n  mentees.cac.2028: 70\n"
        "  mentees.match_rate: {2026: 0.7, 2028: 0.8}\n  capex.platform: {2026-05: 90000}\n"
        "  team.developer.hires.2027-02: 3\n")
    (scenarios / "dated.yaml").write_text(
        "title: Dated\nwhy: To see.\ndelay:\n  capex.platform: 4\n")
    plans = load_plans("mentorship", "later")
    assert plans.input("later", "mentees.cac").later == (None, None, 70.0, None, None)
    found = book(plans)
    program = calculated(found)
    assert differences(found, program.value) == []
    for name in ("base", "dated", "cac_delay"):
        sheet, row, col = place(found, "", "", "scenario")
        program._workbook.set_value(sheet, row, col, name)
        program._workbook.evaluate_all()
        assert differences(book(Plans(plans.scenarios, name)), program.value) == []


def test_a_scenario_that_cannot_be_used_is_left_out_of_the_others_workbooks(folder):
    broken = folder / "params" / "influencer" / "scenarios" / "broken.yaml"
    broken.write_text("title: Broken\nwhy: To see.\nchanges: {no.such.path: 1}\n")
    plans = load_plans("influencer")
    assert "broken" not in plans.scenarios
    assert "no.such.path" in str(plans.omitted["broken"][0])


def test_what_a_parameter_file_says_is_never_a_formula(folder):
    """Texts that begin like formulas, and a note that would be one in a cell."""
    base = folder / "params" / "influencer" / "base.yaml"
    text = base.read_text()
    text = text.replace('title: ', 'title: "=1+1"  # ', 1)
    text = text.replace("label: Opening cash", 'label: "=HYPERLINK(\\"http://x\\",\\"y\\")"', 1)
    base.write_text(text)
    (folder / "params" / "influencer" / "scenarios" / "odd.yaml").write_text(
        'title: "+cmd|x!A1"\nwhy: "@SUM(1)"\nchanges: {tiers.basic.churn: 0.01}\n')
    found, data = written("influencer", "odd")
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    ours = {cell.content for sheet in found.sheets for cell in sheet.cells.values()
            if cell.kind in ("formula", "filled")}
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert cell.value in ours
    assert workbook["About"]["A1"].value == "=1+1"
    assert workbook["About"]["A1"].data_type == "s"
    assert not [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if "rels" in name
                and b"http://x" in zipfile.ZipFile(io.BytesIO(data)).read(name)]
