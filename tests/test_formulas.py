"""Formulas of lines and KPIs in words, as a reader of a notebook asks for them."""

import re

import pytest

from model.analysis.explain import explain
from model.analysis.question import names_of
from model.companies import COMPANIES
from model.engine.texts import texts
from model.pages import open_view
from model.pages.formulas import formula
from model.problems import InputError


def cells(block):
    """The rows of what a formula reads."""
    table = block.table
    return dict(zip(table.labels, zip(*table.columns.values(), strict=True), strict=True))


@pytest.mark.parametrize("company", COMPANIES)
def test_every_line_and_kpi_can_be_printed(company):
    view = open_view(company)
    assert set(view.projection.lines) <= set(names_of(texts(view.assumptions)))
    for name, ref in names_of(texts(view.assumptions)).items():
        block = formula(view, name)
        found = texts(view.assumptions).by_kind[ref.kind][ref.name]
        assert " = " in block.message and block.text.startswith(block.message), name
        assert not re.search(r"\b(nan|None|Ref)\b|\{|timeline\.", block.text), name
        assert "<section" in block.html
        # Each thing that it reads has a row, and no two are called alike.
        rows = cells(block) if found.reads else {}
        assert len(rows) == len(found.reads), name
        # The names lead on.
        for asked, kind, made in rows.values():
            assert made
            if kind == "Assumption":
                assert asked in view.assumptions.entries
            elif kind != "Calendar":
                assert asked in names_of(texts(view.assumptions)), (name, asked)


def test_a_formula_says_how_what_it_reads_is_made():
    block = formula(open_view("mentorship"), "ebitda")
    assert block.message == "EBITDA = Contribution − Marketing − Payroll − Fixed operating cost"
    assert cells(block)["Marketing"] == (
        "marketing", "Line", "Marketing for mentees + Marketing for mentors")
    assert "The formula is that of a month. EBITDA is read by Operating profit, " in block.reading
    # It reads as text too.
    assert "Marketing | marketing | Line | Marketing for mentees + " in " ".join(block.text.split())
    assert repr(block) == block.text


def test_assumptions_the_calendar_and_the_month_before_are_told_apart():
    view = open_view("mentorship")
    rows = cells(formula(view, "mentee_marketing"))
    name, kind, made = rows["Marketing budget for mentees"]
    assert (name, kind) == ("mentees.marketing", "Assumption")
    assert made.startswith("Calibrated: 2026 is published")
    assert rows["Months per year"] == ("–", "Calendar", "Given by the calendar")
    assert cells(formula(view, "cash"))["last month's Cash"] == ("cash", "Line", "By this formula")


@pytest.mark.parametrize(("name", "holds"), [
    ("ebitda", "a month"), ("runway", "a month, a quarter or a year"),
    ("ltv_to_cac", "the customers won in a year"), ("months_to_breakeven", "the whole plan"),
    ("customer.cac.mentees", "the customers won in a year")])
def test_a_formula_says_for_what_it_holds(name, holds):
    assert f"The formula is that of {holds}. " in formula(open_view("mentorship"), name).reading


def test_a_kpi_that_is_called_as_a_line_is_asked_for_apart():
    view = open_view("mentorship")
    assert formula(view, "fill_rate").message != formula(view, "kpi.fill_rate").message


@pytest.mark.parametrize(("name", "said"), [
    ("ebitd", "did you mean ebitda?"), ("ltv_to_ca", "did you mean ltv_to_cac?"),
    ("mentees.cac", "an assumption of mentorship, not a line or KPI; try onboarding_cost"),
    ("repeat_rate", "which only actuals can give")])
def test_a_wrong_name_is_answered_with_the_nearest(name, said):
    with pytest.raises(InputError, match=re.escape(said)):
        formula(open_view("mentorship"), name)


@pytest.mark.parametrize("company", COMPANIES)
def test_readers_are_those_that_a_figure_taken_apart_names(company):
    view = open_view(company)
    found = texts(view.assumptions)
    ref = names_of(found)["cash"]
    assert explain(view.projection, "cash", "2027-10", 0).read_by == found.readers(ref)
    assert found.readers(ref) == tuple(names_of(found)[name] for name, of in names_of(found).items()
                                       if any(read.name == "cash" and read.kind in ("line", "plan")
                                              for read in found.by_kind[of.kind][of.name].reads))
