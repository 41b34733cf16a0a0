"""What money goes into by quarter ties to the cash account, without a rest."""

import numpy as np
import pytest

from model import load, project
from model.analysis.investors.funding import raise_of
from model.analysis.investors.spending import spending
from model.companies import COMPANIES
from model.pages import investor_report, open_view
from model.pages.breakeven import funding
from model.params import catalog


@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)])
def test_every_quarter_adds_up_to_the_change_of_cash(company, scenario):
    plan = project(load(company, scenario))
    found = spending(plan)
    moved = sum(found.rows.values())
    assert found.end - found.start == pytest.approx(moved, abs=1e-6)
    assert np.array_equal(found.start[1:], found.end[:-1])
    assert found.last == plan.months[int(raise_of(plan).month[0]) - 1]
    # Each spending line in whole, over whole quarters.
    months = plan.months.index(found.last) + 1
    months += -months % 3
    for row, line in (("payroll", "payroll"), ("marketing", "marketing")):
        assert found.total(row) == pytest.approx(-plan[line][0, :months].sum())


def test_loans_and_raises_are_among_what_comes_in():
    plan = project(load("mentorship", changes={
        "equity.raises": {"2026-05": 100_000}, "debt.draws": {"2026-05": 50_000}}))
    found = spending(plan)
    assert found.rows["financing_cash_flow"][1] == pytest.approx(95_000 + 50_000)
    assert found.rows["interest"][2] < 0


def test_the_report_says_where_the_money_goes():
    view = open_view("mentorship")
    block = investor_report.funding_ask(view)
    sentence, table = funding.by_quarter(view)
    assert sentence in block.message and table.caption in [each.caption for each in block.table]
    assert sentence.startswith("Up to Q3 2027, in which the money put in is greatest (Sep 2027), "
                               "USD 1.53m goes out: payroll USD 697.9k, marketing USD 548.8k, ")
    assert table.columns["All"][-1] == pytest.approx(view.projection["unrestricted_cash"][0, 20])


def test_a_plan_that_needs_nothing_has_no_such_table():
    rich = {"mentees.young_pros.order_value": 30_000, "capex.platform": {"2026-03": 1000}}
    assert funding.by_quarter(open_view("mentorship", changes=rich)) is None
