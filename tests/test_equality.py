"""The workbook, calculated by another program, gives the model's numbers; and the record says so
only while that is known."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
import wild
from workbooks import alone, calculated, kept, of_months, shortened
from workbooks import place as input_place

from model import load, project
from model.companies import COMPANIES
from model.engine.figures import figures
from model.engine.texts import texts
from model.workbook import equality, verification
from model.workbook.book import book
from model.workbook.equality import Comparison, by_package, compare
from model.workbook.file import workbook
from model.workbook.paths import Plans, load_plans
from model.workbook.recalculation import Formualizer, IronCalc

DRAWS = 1  # `make equality` draws twenty
SHORT = 24  # months that show what a row of formulas does, where their number does not matter
# Quotients of differences of large amounts, which lose digits in plans that are far beyond.
CANCELS = ("burn_multiple", "magic_number")


# Equality.

@pytest.mark.long
@pytest.mark.parametrize(("package", "months"), [(Formualizer, 60), (IronCalc, 24)])
@pytest.mark.parametrize("company", COMPANIES)
def test_every_scenario_and_random_plans_are_equal(folder, company, package, months):
    """Every figure of every text and scenario, from wrong values in every formula cell; `make
    equality` calculates all months with the second program, too."""
    if months < 60:
        of_months(folder, company, months)
    plans = load_plans(company)
    name, found = by_package(package, plans, DRAWS)
    assert name.casefold().startswith(package.__name__.casefold()) and found.holds, found
    said, years = texts(plans.base), months // 12
    cells = ((len(said.lines) + len(said.kpis)) * (months + years) + len(said.customer) * years
             + len(said.life) * years * 60 + len(said.checks) * months)
    assert found.cells == cells * (len(plans.scenarios) + DRAWS)
    assert found.undefined > (1000 if months == 60 else 400)
    assert found.relative <= 1e-9 and found.money <= 1e-6


@pytest.mark.parametrize(("company", "changes"), [
    ("mentorship", {"mentees.marketing": {2026: 0, 2027: 400000}, "mentors.marketing": 0}),
    ("mentorship", {f"{side}.churn": 1 for side in (
        "mentees.young_pros", "mentees.career_changers", "mentees.senior_experts",
        "mentors.early_career", "mentors.mid_career", "mentors.executive")}),
    ("influencer", {"customers.marketing": {2026: 0, 2027: 200000}}),
    ("influencer", {f"tiers.{tier}.churn": 1 for tier in (
        "basic", "pro", "managed_service", "one_off")})])
def test_plans_without_customers_or_with_none_that_stay_are_equal(company, changes):
    found, base = (alone(company, each, SHORT) for each in (changes, {}))
    undefined = [sum(int(np.isnan(place.figures(figures(plan.projection))).sum())
                     for place in plan.places) for plan in (found, base)]
    compared = compare(found, found.projection, calculated(found).value)
    assert compared.holds, compared
    assert compared.undefined == undefined[0] > undefined[1]


def test_random_plans_differ_from_base_and_from_each_other():
    base = load("influencer")
    one, other = equality.random_plans(base, 2)
    ebitda = [project(plan)["ebitda"] for plan in (base, one, other)]
    assert not np.allclose(ebitda[0], ebitda[1]) and not np.allclose(ebitda[1], ebitda[2])


@pytest.mark.parametrize("company", COMPANIES)
def test_plans_far_beyond_what_is_plausible_are_equal(company):
    base = shortened(company, SHORT)
    drawn = wild.values(base, 2, seed=5)
    for at in range(2):
        plan = equality.one_of(base, drawn, at)
        found = book(Plans({"base": plan}, "base"))
        values = calculated(found).value
        for name, within in (*((name, 1e-6) for name in CANCELS), ("", 1e-9)):
            some = replace(found, places=tuple(
                place for place in found.places if place.name == name
                or (not name and place.name not in CANCELS)))
            compared = compare(some, project(plan), values)
            assert compared.relative <= within and not compared.unequal, compared


@pytest.mark.long
@pytest.mark.parametrize("months", [12, 120])
def test_plans_of_another_length_are_equal(folder, months):
    of_months(folder, "influencer", months)
    plan = load("influencer")
    found = book(Plans({"base": plan}, "base"))
    assert len(found.axis.months) == months
    compared = compare(found, project(plan), calculated(found).value)
    assert compared.relative <= 1e-9 and not compared.unequal, compared
    outcome = found.sheet("About").cells[3, 0].value
    assert outcome.count("EBITDA is USD") == 1
    assert outcome.count(" and USD") == (0 if months == 12 else 1)


# Controls: a comparison that cannot fail proves nothing.

@pytest.fixture(scope="module")
def program():
    """The service's workbook, calculated; tests put back what they change."""
    found, _ = kept("influencer", "base")
    return found, calculated(found)


def test_values_that_were_not_calculated_are_found():
    found, _ = kept("influencer", "base")
    compared = compare(found, found.projection, lambda sheet, row, col: 123.456)
    assert not compared.holds and compared.unequal


def test_a_changed_input_changes_both_alike(program):
    found, calculating = program
    sheet, row, col = input_place(found, "base", "tax.tax_rate")
    calculating._workbook.set_value(sheet, row, col, 0.3)
    calculating._workbook.evaluate_all()
    changed = project(load("influencer", changes={"tax.tax_rate": 0.3}))
    assert compare(found, changed, calculating.value).holds
    assert not compare(found, found.projection, calculating.value).holds
    calculating._workbook.set_value(sheet, row, col, 0.25)
    calculating._workbook.evaluate_all()
    assert compare(found, found.projection, calculating.value).holds


@pytest.mark.parametrize(("line", "at", "old", "new"), [
    ("ebitda", 40, "-", "+"), ("active_customers.basic", 1, "+", "-"),
    ("breakeven_operating", 8, "+1", "+2"),
    ("written_down.platform", 37, "Timeline!", "1+Timeline!"),
    ("tax_paid", 40, "tax.payment_month", "tax.payment_month+1"),
    ("ebitda by year", 3, "SUMIF", "1+SUMIF"), ("recent_flow", 30, "=", "=1+"),
    ("recent_flow by year", 2, "=", "=1+"), ("churn.pro", 2, "=", "=0.001+"),
    ("paid_back.basic", 1, ">=", "<"), ("left.pro", 60, "1-", "1.01-"),
    ("ltv by year", 1, "=", "=-"), ("cac_payback", 17, "=", "=1+"),
    ("rule_of_40", 1, '"n/a"', "1"), ("runway", 1, "MAX", "-MAX"),
    ("runway_needed", 1, "-Timeline", "-1-Timeline")])
def test_a_tampered_formula_is_found(program, line, at, old, new):
    """One cell of one row, whatever it changes after it."""
    found, calculating = program
    name, _, by_year = line.partition(" by ")
    place = [place for place in found.places if place.name == name][0 if by_year else -1]
    sheet, row, col = place.sheet, place.row, place.columns[at - 1]
    own = found.sheet(sheet).cells[row, col].content
    assert old in own, own
    workbook = calculating._workbook
    workbook.set_formula(sheet, row + 1, col + 1, own.replace(old, new))
    workbook.evaluate_all()
    compared = compare(found, found.projection, calculating.value)
    # The next test calculates it again, and the last of them that all is as it was.
    workbook.set_formula(sheet, row + 1, col + 1, own)
    assert not compared.holds


def test_what_was_put_back_is_equal_again(program):
    found, calculating = program
    calculating._workbook.evaluate_all()
    assert compare(found, found.projection, calculating.value).holds


def test_an_error_in_a_cell_is_found(program):
    found, calculating = program
    sheet, row = found.lines["revenue"]
    col = found.axis.months[3]

    def values(*at):
        return "#DIV/0!" if at == (sheet, row, col) else calculating.value(*at)

    assert compare(found, found.projection, values).unequal == ("revenue is '#DIV/0!'",)


@pytest.mark.parametrize(("kpi", "col", "instead"), [
    ("cac", 3, "n/a"), ("rule_of_40", 0, 0.0), ("rule_of_40", 0, ""), ("rule_of_40", 0, None)])
def test_what_is_undefined_in_one_alone_is_found(program, kpi, col, instead):
    """A year that has a figure, and one that has none, and what a cell could say instead."""
    found, calculating = program
    place = next(place for place in found.places if place.name == kpi)
    at = (place.sheet, place.row, place.columns[col])
    whole = compare(found, found.projection, calculating.value)
    compared = compare(found, found.projection,
                       lambda *cell: instead if cell == at else calculating.value(*cell))
    assert whole.holds and not compared.holds and compared.unequal == (f"{kpi} is {instead!r}",)


def test_a_break_even_month_is_equal_or_not(program):
    found, calculating = program
    at = found.lines["breakeven_first"]

    def values(sheet, row, col):
        value = calculating.value(sheet, row, col)
        return value + 1e-12 if (sheet, row) == at else value

    compared = compare(found, found.projection, values)
    assert compared.relative < 1e-9 and not compared.holds
    assert compared.unequal[0].startswith("breakeven_first differs by 1.0")


def test_a_break_even_that_is_a_month_off_is_found_however_small_that_is():
    assert Comparison(unequal=("breakeven_first differs by 1",)).holds is False
    assert Comparison(5, 1.0, 1e-10, 1e-7).holds is True
    assert Comparison(5, 1.0, 1e-8).holds is False and Comparison(5, money=1e-5).holds is False
    assert (Comparison(1, 1.0, 2.0, 3.0) + Comparison(2, 4.0, 1.0)) == Comparison(3, 4.0, 2.0, 3.0)


# The record.

@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """A record of base as it is; returns it, to be changed."""
    plan = load("influencer")
    mark = kept("influencer", "base")[0].version
    engine = {"scenarios": 6, "draws": 20, "variants": ["seasons", "a close"], "cells": 1000,
              "greatest_absolute_difference": 1e-7,
              "greatest_relative_difference": 2e-14, "greatest_difference_of_check_lines": 1e-8}
    record = {"influencer": {"texts": verification.texts_mark(plan),
                             "params": verification.params_mark("influencer"), "formulas": mark,
                             "engines": {"formualizer 1": engine, "LibreOffice 2": engine}}}
    monkeypatch.setattr(verification, "record", lambda: record)
    monkeypatch.setattr(equality, "record", lambda: record)
    return record, plan, mark


def test_what_was_found_equal_is_said_with_its_measure(recorded):
    _, plan, mark = recorded
    text = verification.sentence(plan, mark)
    assert "2,000 cells" in text and "formualizer 1 and LibreOffice 2" in text
    assert "2e-14 of their row's greatest value" in text and "must be 0 by 1e-08 USD" in text
    assert verification.sentence(plan) == text and verification.short(plan) == "Workbook verified"


def test_what_was_compared_is_said(recorded):
    """The sentence is that of the pages and of the workbook's first sheet."""
    _, plan, mark = recorded
    text = verification.sentence(plan, mark)
    for part in ("every line by month and year", "the customers of each year and their lives by "
                 "month", "every KPI by month and year"):
        assert part in text


@pytest.mark.parametrize("part", ["texts", "params", "formulas"])
def test_nothing_is_said_equal_since_a_change(recorded, part):
    record, plan, mark = recorded
    record["influencer"][part] = "another"
    assert "Not verified since the last change" in verification.sentence(plan, mark)
    if part != "formulas":
        assert verification.short(plan) == "Workbook not verified since the last change"


def test_a_company_without_a_record_is_not_verified(recorded):
    record, plan, mark = recorded
    record.clear()
    assert "Not verified" in verification.sentence(plan, mark)


@pytest.mark.parametrize(("text", "line"), [
    ("month", "fees"), ("memory", "recurring"), ("customer", "cac.customers"),
    ("life", "left.pro"), ("kpis", "runway")])
def test_a_changed_formula_of_any_text_changes_the_mark(monkeypatch, text, line):
    plan = load("influencer")
    before, found = verification.texts_mark(plan), texts(plan)
    formulas = found.month.formulas if text == "month" else getattr(found, text)
    other = formulas | {line: replace(formulas[line], node=-formulas[line].node)}
    changed = replace(found, **{text: replace(found.month, formulas=other) if text == "month"
                                else other})
    monkeypatch.setattr(verification, "texts", lambda a: changed)
    assert verification.texts_mark(plan) != before


def test_any_changed_parameter_changes_the_mark_of_the_params(folder):
    before = verification.params_mark("influencer")
    scenario = folder / "params" / "influencer" / "scenarios" / "upside.yaml"
    scenario.write_text(scenario.read_text().replace("0.024", "0.025"))
    changed = verification.params_mark("influencer")
    assert changed != before
    scenario.unlink()
    assert verification.params_mark("influencer") not in (before, changed)


def test_what_a_company_does_is_no_parameter(folder):
    before = verification.params_mark("influencer")
    base = folder / "params" / "influencer" / "base.yaml"
    text = base.read_text()
    assert "\nabout: " in text
    for about in ("", "\nabout: Another.", '\nabout: "On two\n  lines."'):
        base.write_text(re.sub(r"\nabout: .*", about, text))
        assert verification.params_mark("influencer") == before
    assert "printed_for: 2026\n" in text
    base.write_text(text.replace("printed_for: 2026\n", "printed_for: [2026, 2027]\n"))
    assert verification.params_mark("influencer") == before
    base.write_text(text.replace("value: 1000000", "value: 1000001", 1))
    assert verification.params_mark("influencer") != before


def test_a_record_that_is_no_longer_true_is_stale(recorded):
    record, _, _ = recorded
    same = json.loads(json.dumps(record))
    assert equality.stale(same) == []
    same["influencer"]["engines"]["formualizer 1"]["greatest_relative_difference"] = 3e-14
    assert equality.stale(same) == []  # last digits differ from machine to machine
    same["influencer"]["texts"] = "another"
    assert len(equality.stale(same)) == 1
    same["influencer"]["engines"]["formualizer 1"]["cells"] = 5
    assert len(equality.stale(same)) == 2


def test_the_committed_record_can_be_read():
    record = json.loads(verification.RECORD.read_text())
    assert set(record["companies"]) == set(COMPANIES)
    for found in record["companies"].values():
        for engine in found["engines"].values():
            assert engine["greatest_relative_difference"] <= equality.RELATIVE
            assert engine["greatest_difference_of_check_lines"] <= equality.MONEY


def test_the_first_sheet_says_whether_the_workbook_was_verified(recorded):
    content = io.BytesIO(workbook(kept("influencer", "base")[0].plans))
    page = openpyxl.load_workbook(content, read_only=True)["About"]
    texts = [row[1].value for row in page.iter_rows(max_row=14) if len(row) > 1]
    assert any("2,000 cells" in str(text) for text in texts)
