"""How much must be raised and sold: worked by hand, and tied to the plan."""

import numpy as np
import pytest

from model import load, project
from model.analysis.breakeven import breakeven
from model.analysis.funding import (
    raise_of,
    required_raise,
    sources_and_uses,
    use_of_funds,
)
from model.analysis.selling import alone, overhead, units
from model.pages import funding as pages
from model.pages import open_view
from model.pages import selling as selling_pages
from model.views.formats import format_month

PLANS = [("mentorship", "base"), ("influencer", "base"), ("mentorship", "flat_marketing"),
         ("influencer", "rate_as_printed")]


def test_a_constant_burn_asks_for_the_trough_and_six_months_more():
    flow = np.array([[-50_000.0] * 20 + [10_000.0] * 10])
    found = required_raise(flow, 6)
    assert found.need[0] == 1_000_000 and found.month[0] == 20
    assert found.amount[0] == pytest.approx(1_300_000)


def test_the_contingency_reads_the_burn_of_the_months_up_to_the_trough():
    flow = np.array([[-100.0, -100, -30, -30, -30, -30, -30, -30, 5, 5]])
    found = required_raise(flow, 6)
    assert found.need[0] == 380 and found.burn[0] == 30
    assert required_raise(flow, 3).amount[0] == 380 + 90
    # A trough before the sixth month has fewer months to read.
    assert required_raise(np.array([[-40.0, -20, 90]]), 6).burn[0] == 30


def test_a_plan_that_is_never_below_zero_raises_nothing():
    found = required_raise(np.array([[5.0, -3, 10]]), 6)
    assert found.amount[0] == 0 and found.month[0] == 0
    assert required_raise(np.array([[0.0, 0.0]]), 6).amount[0] == 0


@pytest.mark.parametrize(("company", "scenario"), PLANS)
def test_sources_are_uses_and_the_use_of_funds_is_the_raise(company, scenario):
    projection = project(load(company, scenario))
    found = sources_and_uses(projection)
    assert found.total == pytest.approx(sum(found.uses.values()))
    assert found.month == breakeven(projection).trough_month
    assert sum(use_of_funds(projection).values()) == pytest.approx(raise_of(projection).amount[0])


def test_a_loan_and_a_raise_are_sources():
    found = sources_and_uses(project(load("mentorship", changes={
        "debt.draws": {"2026-02": 90_000}, "equity.raises": {"2026-03": 200_000}})))
    assert found.sources == {"opening_cash": 1_000_000, "raised": 200_000, "drawn": 90_000}
    assert found.uses["raise_costs"] == 10_000 and found.uses["interest"] > 0
    assert found.total == pytest.approx(sum(found.uses.values()))


def test_interest_and_loans_are_no_part_of_what_owners_would_have_to_raise():
    loan = project(load("mentorship", changes={"debt.draws": {"2026-02": 300_000}}))
    alone = raise_of(project(load("mentorship")))
    assert raise_of(loan).amount[0] == pytest.approx(alone.amount[0])
    view = open_view("mentorship", changes={"equity.raises": {"2027-03": 500_000}})
    assert "plans USD 500.0k more from owners and lenders" in pages.needed(view).message
    assert "Mar 2027" not in sources_and_uses(view.projection).month
    late = open_view("mentorship", changes={"equity.raises": {"2028-03": 500_000}})
    assert sources_and_uses(late.projection).month == "2028-03"
    assert "when the last money from outside comes in" in pages.sources(late).message


@pytest.mark.parametrize(("opening", "raises", "said"), [
    (1_000_000, {}, "opens with USD 1.00m, so nothing more is asked for; USD 212.1k of it is to "
                    "spare."),
    (700_000, {}, "opens with USD 700.0k, so USD 87.9k more is asked for."),
    (0, {}, "opens with USD 0, so USD 787.9k more is asked for."),
    (0, {"2026-01": 500_000}, "opens with USD 0 and plans USD 500.0k more from owners and lenders, "
                              "so beside these USD 287.9k more is asked for."),
    (500_000, {"2026-02": 500_000}, "so beside these nothing more is asked for; USD 212.1k")])
def test_the_message_begins_with_what_is_needed_and_says_what_is_asked_for(opening, raises, said):
    # 787.9k are needed from an empty account, whatever the plan opens with.
    changes = {"opening_cash": opening, "equity.raises": raises} if raises else {
        "opening_cash": opening}
    message = pages.needed(open_view("mentorship", changes=changes)).message
    assert message.startswith("Needed: USD 787.9k from an empty account, USD 707.0k until Sep 2027")
    assert said in message


def test_money_that_comes_too_late_is_asked_for_sooner():
    view = open_view("mentorship", changes={"opening_cash": 100_000,
                                            "equity.raises": {"2028-03": 900_000}})
    low, month = view.breakeven.trough_cash, view.breakeven.trough_month
    assert low < 0 and (f"cash still falls to USD {_k(low)} in {format_month(month)}, so USD "
                        f"{_k(-low)} more is asked for by then") in pages.needed(view).message


def test_a_plan_that_burns_to_its_end_says_that_the_need_goes_on():
    view = open_view("mentorship", changes={"mentees.match_rate": 0})
    assert "still burns cash at its end" in pages.needed(view).message
    idle = open_view("mentorship", changes={"mentees.marketing": 0, "mentors.marketing": 0})
    assert "Nothing is sold in 2026" in selling_pages.alone(idle).message


def test_units_are_whole_and_forgive_rounding():
    assert units(34_383.33, 9) == 3_821 and units(34_383.33, 29) == 1_186
    assert units(34_383.33, 9 * 0.825) == 4_631 and units(34_383.33, 29 * 0.825) == 1_438
    assert units(412_600 / 12, (0.18 * 72 + 5) * 0.825) == 2_321
    assert units(412_600 / 12, 900) == 39 and units(412_600 / 12, 2_900) == 12  # as printed
    assert units(0.3, 0.1) == 3 and units(100, 100) == 1 and units(0, 9) == 0
    assert np.isnan(units(100, 0)) and np.isnan(units(100, -1))


def test_published_fees_alone_pay_the_published_overhead():
    projection = project(load("mentorship"))
    assert overhead(projection)[0, 0] == pytest.approx(412_600 / 12)
    found = {row.label: row for row in alone(projection, 2026)}
    low, high = (found[f"Mentee subscription, {name}"] for name in ("Young Pros",
                                                                    "Senior Experts"))
    assert (low.price, low.plain, low.needed) == (9, 3_821, 4_631)
    assert (high.price, high.plain, high.needed) == (29, 1_186, 1_438)


def test_a_lasting_breakeven_has_no_later_loss():
    plan = project(load("mentorship"))
    found = breakeven(plan)
    assert (found.first, found.lasting) == ("2027-10", "2028-03")
    at = plan.months.index(found.lasting)
    assert (plan["ebitda"][0, at:] >= 0).all() and plan["ebitda"][0, at - 1] < 0
    assert breakeven(project(load("mentorship", changes={"mentees.marketing": 0}))).lasting is None


@pytest.mark.parametrize(("company", "scenario"), PLANS)
def test_pages_on_money_say_what_the_model_gives(company, scenario):
    view = open_view(company, scenario)
    needed, sources = pages.needed(view), pages.sources(view)
    raised = raise_of(view.projection)
    assert needed.message.startswith(f"Needed: USD {_k(raised.amount[0])} from an empty account")
    assert _k(view.breakeven.trough_cash).lstrip("\u2212") in sources.message
    assert selling_pages.alone(view).message.startswith("Sold alone, ")


def test_a_plan_without_need_or_income_is_told_so():
    plan = load("influencer")
    nothing = {path: {"2026-01": 0} for path, entry in plan.entries.items()
               if entry.form == "month"} | {"customers.marketing": 0}
    nothing |= {path: 0 for path in plan.entries if path.startswith("fixed_opex.")}
    idle = open_view("influencer", changes=nothing)
    assert "needs no money from outside" in pages.needed(idle).sentence
    free = open_view("mentorship", changes={"cost_of_revenue.payment_processing": 1})
    assert "No price alone pays" in selling_pages.alone(free).message


def _k(value: float) -> str:
    from model.views.formats import format_value
    return format_value(float(value), "USD")
