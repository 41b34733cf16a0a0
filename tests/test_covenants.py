"""Demands of lenders, worked by hand on lines that are made up, and what is said of them."""

from dataclasses import replace

import lines
import numpy as np
import pytest

from model import load, project
from model.analysis.investors.covenants import headroom
from model.audit.checks import check
from model.pages import open_view
from model.pages.statements import lenders as page
from model.params.entry import Covenant
from model.params.financing import Financing

LOAN = {"debt.draws": {"2026-06": 500_000}, "debt.repayments": {"2029-06": 500_000}}


def demand(of, limit, **more):
    return Covenant(of=of, limit=limit, source="decision: made up for a test", **more)


def held(covenant, **given):
    """A covenant against lines that are made up."""
    plan = lines.plan("mentorship", **given)
    found = replace(plan.assumptions, financing=Financing((), (covenant,)))
    object.__setattr__(plan, "assumptions", found)
    return headroom(plan)


def test_cash_is_held_to_its_limit_in_each_month_with_debt():
    (found,) = held(demand("minimum_cash", 100), debt=[0, 50, 50, 50, 50, 0],
                    unrestricted_cash=[10, 150, 130, 170, 90, 20])
    assert found.amounts[:2].tolist() == [30, -10] and np.isnan(found.amounts[2:]).all()
    assert found.values[:2].tolist() == [130, 90] and found.broken == "2026-05"


def test_debt_over_ebitda_of_twelve_months_at_the_end_of_each_quarter():
    """A debt of 300 against 12 x 10 and, from a year on, 3 x 20 more in each quarter: 2.5 times
    and 300 / 150 = 2.0 times; at 2 times, EBITDA may be 150."""
    (found,) = held(demand("debt_to_ebitda", 2.0), debt=[300] * 15, ebitda=[10] * 12 + [20] * 3)
    assert np.isnan(found.amounts[:3]).all()
    assert found.values[3:5].tolist() == [2.5, 2.0]
    assert found.amounts[3:5] == pytest.approx([120 - 150, 0]) and found.broken == "2026-12"


def test_debt_against_a_loss_is_a_breach_however_small():
    (found,) = held(demand("debt_to_ebitda", 100.0), debt=[1] * 15, ebitda=[-10] * 15)
    assert np.isinf(found.values[3]) and found.amounts[3] == pytest.approx(-120.01)
    assert found.broken == "2026-12"


def test_cover_of_interest_and_a_later_start():
    """Twelve months of 30 over 12 x 10: 3 times; from the second year on 12 x 10 over as much."""
    given = {"debt": [100] * 24, "interest": [10] * 24, "operating_profit": [30] * 12 + [10] * 12}
    (found,) = held(demand("interest_cover", 2.0), **given)
    assert found.values[3] == 3.0 and found.amounts[3] == 360 - 240
    assert found.values[7] == 1.0 and found.amounts[7] == 120 - 240
    assert found.broken == "2027-09"  # 3 x 30 + 9 x 10 = 180 below 240; in June 240 is enough
    (later,) = held(demand("interest_cover", 2.0, starts="2027-12"), **given)
    assert np.isnan(later.amounts[:7]).all() and later.broken == "2027-12"


def test_without_debt_nothing_is_asked_or_shown():
    view = open_view("mentorship")
    assert page(view) is None
    plan = replace(view.assumptions, financing=Financing((), (demand("minimum_cash", 1e9),)))
    assert headroom(project(plan)) == ()


def test_the_page_and_an_alert_name_the_first_breach():
    assert "names nothing that its lenders demand" in page(
        open_view("mentorship", changes=LOAN)).sentence
    view = open_view("mentorship", changes=LOAN)
    object.__setattr__(view.assumptions, "financing", Financing((), (
        demand("debt_to_ebitda", 3.0, starts="2028-01"), demand("minimum_cash", 200_000))))
    block = page(view)
    assert block.message.startswith(
        "The plan breaks what its lenders demand: debt over EBITDA of at most 3.00 times first in "
        "Mar 2028. A lender may then")
    row = block.table.labels.index("Q1 2028")
    assert block.table.columns["Debt over EBITDA, at most 3.00 times"][row] == \
        "no EBITDA"
    assert [alert for alert in check(view.projection).alerts if alert.startswith("A18")] == [
        "A18 the lenders' demand on debt over EBITDA of twelve months of at most 3 is first broken "
        "in 2028-03: they may ask for their money at once"]


def test_a_plan_that_keeps_all_says_where_it_is_nearest_to_breaking():
    view = open_view("mentorship", changes=LOAN)
    object.__setattr__(view.assumptions, "financing", Financing(
        (), (demand("minimum_cash", 200_000),)))
    (found,) = headroom(view.projection)
    least = float(np.nanmin(found.amounts))
    cash, debt = (view.projection[line][0] for line in ("unrestricted_cash", "debt"))
    assert least == pytest.approx(cash[debt > 0].min() - 200_000)
    assert "The plan keeps what its lenders demand" in page(view).message
    assert load("mentorship").financing == Financing()
