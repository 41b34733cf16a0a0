"""A CAC that rises with marketing: worked by hand, without a trace where none is said, and the same
in every reading."""

import numpy as np
import pytest
from workbooks import alone, calculated

from model import load, project
from model.audit.checks import check
from model.companies import COMPANIES
from model.engine import kernel
from model.engine.headlines import Headline, headlines
from model.engine.numbers import batch
from model.engine.parity import compare as compare_scripts
from model.engine.texts import texts
from model.problems import InputError
from model.workbook.equality import compare
from model.workbook.variants import cac_that_rises

RISE, BUDGET = "customers.saturation.rise", "customers.saturation.budget"


def influencer(rise, budget, marketing=450_000):
    return project(load("influencer", changes={
        RISE: rise, BUDGET: budget, "customers.marketing": marketing, "customers.cac": 400}))


def test_cac_worked_by_hand():
    """450,000 a year is two budgets of 150,000 beyond the first: 400 x (1 + 2 x 10%) = 480."""
    plan = influencer(0.1, 150_000)
    assert plan["new_customers"][0] == pytest.approx(np.full(60, 450_000 / 12 / 480))


def test_up_to_the_budget_cac_is_as_planned():
    for marketing in (60_000, 150_000):
        plan = influencer(0.1, 150_000, marketing)
        assert plan["new_customers"][0] == pytest.approx(np.full(60, marketing / 12 / 400))


def test_however_much_is_spent_those_won_stay_below_a_limit():
    """With a rise of 10% for each budget, ten times what one budget wins, and a little more."""
    one = 150_000 / 12 / 400
    won = [influencer(0.1, 150_000, marketing)["new_customers"][0, 0]
           for marketing in (1e6, 1e8, 1e10)]
    assert won == sorted(won) and won[-1] == pytest.approx(10 * one, rel=1e-3)


@pytest.mark.parametrize("company", COMPANIES)
def test_a_plan_without_it_knows_nothing_of_it(company):
    plan = load(company)
    assert not [path for path in plan.entries if "saturation" in path]
    assert not [ref for formula in texts(plan).formulas for ref in formula.reads
                if "saturation" in ref.name]
    # And a rise of nothing leaves every bit.
    paths = [path for path in cac_that_rises(company).entries if "saturation" in path]
    nothing = load(company, changes={path: 0 if path.endswith("rise") else 1000 for path in paths})
    assert len(paths) >= 2 and np.array_equal(project(plan).block, project(nothing).block)


def test_a_rise_needs_a_budget():
    with pytest.raises(InputError, match=r"customers\.saturation\.budget is not given, so there is "
                                         "no budget from which on it could rise"):
        load("influencer", changes={RISE: 0.1})


@pytest.mark.parametrize("company", COMPANIES)
def test_every_reading_gives_the_same(company):
    plan = cac_that_rises(company)
    found = project(plan)
    assert not check(found).failed and (found.by_year("ebitda") <= project(
        load(company)).by_year("ebitda") + 1e-6).all()
    path = "opening_cash"
    now = float(plan.series[path].values[0, 0])
    among = batch(plan, {path: np.array([now, 2 * now])})
    assert np.array_equal(among.block[:, :, :1], found.block)
    _, compared, different = compare_scripts([plan])
    assert compared and not different
    if kernel.available():
        plans = plan.with_values({path: np.array([now, 2 * now])})
        wanted = (Headline("trough_cash"), Headline("ebitda", plan.calendar.years[-1]))
        assert np.array_equal(headlines(plans, wanted, compiled=True), headlines(plans, wanted))


def test_the_workbook_calculates_it():
    changes = {RISE: 0.05, BUDGET: 100_000}
    book = alone("influencer", changes, 24)
    assert compare(book, book.projection, calculated(book).value).holds
