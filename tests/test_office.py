"""LibreOffice opens the workbooks, calculates them and gives them back: make test-office."""

import pytest
from workbooks import Sent, differences, kept

from model.companies import COMPANIES
from model.workbook import equality, intake, reading
from model.workbook.file import WRONG, content
from model.workbook.paths import Plans
from model.workbook.recalculation import by_office, values_of

pytestmark = pytest.mark.office


@pytest.fixture(scope="module")
def opened():
    """Workbooks with wrong values, as they were and as LibreOffice saved them."""
    wrong = {company: content(kept(company, "base")[0], wrong_values=True) for company in COMPANIES}
    return wrong, by_office(wrong)


def test_the_record_of_equality_is_true(capsys):
    """Base, every scenario and random plans, calculated anew by all programs: where this fails
    because the model or its assumptions changed, run make equality and commit the record."""
    assert equality.main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("company", COMPANIES)
def test_every_cell_is_calculated_from_wrong_values(opened, company):
    wrong, right = opened
    found, _ = kept(company, "base")
    line = found.lines["revenue"]
    assert values_of(wrong[company])(*line[:1], line[1], found.axis.months[5]) == WRONG
    assert differences(found, values_of(right[company])) == []


def test_a_changed_input_changes_what_libreoffice_shows(opened, tmp_path):
    sent = Sent(tmp_path, "influencer")
    sent.type(0.3, "tax.tax_rate")
    calculated = values_of(by_office({"sent": sent.back().read_bytes()})["sent"])
    other = intake.draft(reading.read(sent.path)).assumptions
    changed = equality.project(other)
    assert equality.compare(sent.found, changed, calculated).holds
    assert not equality.compare(sent.found, sent.found.projection, calculated).holds


def test_the_selector_works(tmp_path):
    sent = Sent(tmp_path)
    sent.choose("cac_delay")
    calculated = values_of(by_office({"sent": sent.back().read_bytes()})["sent"])
    shown = equality.book(Plans(sent.found.plans.scenarios, "cac_delay"))
    assert differences(shown, calculated) == []


def test_what_libreoffice_saved_reads_back_without_a_change(opened, tmp_path):
    for company, data in opened[1].items():
        path = tmp_path / f"{company}.xlsx"
        path.write_bytes(data)
        returned = reading.read(path)
        assert (returned.changes, returned.other_changes) == ((), ())


def test_what_was_typed_before_libreoffice_saved_it_is_found(tmp_path):
    sent = Sent(tmp_path)
    sent.type(77.7, "mentees.cac", 2028)
    sent.put("Results", "L12", 5000)
    sent.path.write_bytes(by_office({"sent": sent.back().read_bytes()})["sent"])
    returned = reading.read(sent.path)
    assert [change.new for change in returned.changes] == [77.7]
    assert [found.where for found in returned.other_changes] == ["Results!L12"]


def test_the_workbook_can_be_printed():
    pages = by_office({"printed": kept("influencer", "base")[1]}, "pdf")["printed"]
    assert pages.startswith(b"%PDF") and len(pages) > 100_000
