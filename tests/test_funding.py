"""How much must be raised and sold: worked by hand, and tied to the plan."""

import lines
import numpy as np
import pytest

from model import load, project
from model.analysis.breakeven import alone, breakeven, overhead, units
from model.analysis.investors.funding import asked, raise_of, sources_and_uses, use_of_funds
from model.pages import open_view
from model.pages.breakeven import funding as pages
from model.pages.breakeven import selling as selling_pages
from model.views.formats import format_month

MONTHS = "funding.contingency_months"


def required(flow, months=6, costs=0):
    """What a flow before financing asks for, with so many months of burn kept back."""
    return raise_of(lines.plan("influencer", {MONTHS: months, "equity.raise_costs": costs},
                               free_cash_flow=flow, interest=0))


PLANS = [("mentorship", "base"), ("influencer", "base"), ("mentorship", "flat_marketing"),
         ("influencer", "rate_as_printed")]


def test_a_constant_burn_asks_for_the_trough_and_six_months_more():
    found = required([-50_000] * 20 + [10_000] * 10)
    assert found.need[0] == 1_000_000 and found.month[0] == 20
    assert found.amount[0] == pytest.approx(1_300_000)


def test_a_month_of_contingency_is_a_mean_month_of_the_way_to_the_trough():
    flow = [-100, -100, -30, -30, -30, -30, -30, -30, 5, 5]
    found = required(flow)
    assert found.need[0] == 380 and found.burn[0] == 380 / 8
    assert required(flow, 3).amount[0] == 380 + 3 * 47.5
    # The three worst months in a row are the first: 230 / 3.
    assert found.worst_burn[0] == pytest.approx(230 / 3)
    assert found.worst_amount[0] == pytest.approx(380 + 460)
    # A trough before the third month has fewer months to read.
    short = required([-40.0, -20, 90], 6)
    assert short.burn[0] == short.worst_burn[0] == 30


def test_a_recovery_that_takes_longer_does_not_shrink_the_contingency():
    # The burn dies away before the trough: what is kept back must not die with it.
    quick = required([-100.0] * 6 + [10.0] * 9)
    slow = required([-100.0] * 6 + [-1.0] * 6 + [10.0] * 3)
    assert quick.contingency[0] == 600
    assert slow.contingency[0] == pytest.approx(6 * 606 / 12)
    found = raise_of(project(load("mentorship")))
    # 707.0k over the 21 months to September 2027; the worst three are the first.
    flow = project(load("mentorship"))["free_cash_flow"][0]
    assert found.contingency[0] == pytest.approx(-6 * flow[:21].mean())
    assert found.worst_contingency[0] == pytest.approx(-6 * flow[:3].mean())


def test_a_raise_nets_what_is_needed_after_its_cost():
    found = required([-95.0, 10], 1, 0.05)
    assert found.amount[0] == 190 and found.gross[0] == pytest.approx(200)
    assert np.isnan(required([-95.0, 10], 1, 1).gross[0])
    view = open_view("mentorship", changes={"equity.raise_costs": 1, "opening_cash": 0})
    assert "which no raise could bring" in pages.funding_need(view).message
    assert not view.checks.failed
    # What is asked for is enough: raised in the first month, it leaves what is needed.
    short = asked(project(load("mentorship", "flat_marketing")))
    assert short.gross == pytest.approx(short.net / 0.95)
    filled = asked(project(load("mentorship", "flat_marketing",
                                {"equity.raises": {"2026-01": short.gross}})))
    assert filled.missing == pytest.approx(0, abs=1e-6) and not filled.late


def test_a_plan_that_is_never_below_zero_raises_nothing():
    found = required([5.0, -3, 10], 6)
    assert found.amount[0] == 0 and found.month[0] == 0
    assert required([0.0, 0.0], 6).amount[0] == 0


@pytest.mark.parametrize(("company", "scenario"), PLANS)
def test_sources_are_uses_and_the_use_of_funds_is_the_raise(company, scenario):
    projection = project(load(company, scenario))
    found = sources_and_uses(projection)
    assert found.total == pytest.approx(sum(found.uses.values()))
    assert found.month == breakeven(projection).trough_month
    assert sum(use_of_funds(projection).values()) == pytest.approx(raise_of(projection).gross[0])


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
    assert "plans USD 475.0k more from owners and lenders" in pages.funding_need(view).message
    assert "Mar 2027" not in sources_and_uses(view.projection).month
    late = open_view("mentorship", changes={"equity.raises": {"2028-03": 500_000}})
    assert sources_and_uses(late.projection).month == "2028-03"
    assert "when the last money from outside comes in" in pages.sources(late).message


@pytest.mark.parametrize(("opening", "raises", "said"), [
    (1_000_000, {}, "opens with USD 1.00m, so nothing more is asked for: USD 91.0k of it is to "
                    "spare at the mean burn, and USD 183.6k is missing at that of the worst 3 "
                    "months in a row."),
    (700_000, {}, "opens with USD 700.0k, so USD 209.0k more is asked for after the cost of "
                  "raising it, for which USD 220.0k must be raised."),
    (0, {}, "opens with USD 0, so USD 909.0k more is asked for after the cost of raising it, for "
            "which USD 956.8k must be raised."),
    (0, {"2026-01": 500_000}, "opens with USD 0 and plans USD 475.0k more from owners and lenders, "
                              "after the cost of raising, so beside these USD 434.0k more is asked "
                              "for after the cost of raising it, for which USD 456.8k must be "
                              "raised."),
    (500_000, {"2026-02": 500_000}, "so beside these nothing more is asked for: USD 66.0k")])
def test_the_message_begins_with_what_is_needed_and_says_what_is_asked_for(opening, raises, said):
    # 707.0k until the trough and six mean months of it, 202.0k: from an empty account, whatever
    # the plan opens with. At the burn of the first three months it would be 476.6k and 1.18m.
    changes = {"opening_cash": opening, "equity.raises": raises} if raises else {
        "opening_cash": opening}
    message = pages.funding_need(open_view("mentorship", changes=changes)).message
    assert message.startswith(
        "Needed: USD 909.0k from an empty account, USD 707.0k until Sep 2027 and USD 202.0k for 6 "
        "more months (USD 476.6k at the burn of the worst 3 months in a row, USD 1.18m in all). ")
    assert said in message


def test_what_the_plan_opens_with_is_an_assumption_that_someone_pays():
    said = "Someone must put in the USD 1.00m with which the plan opens"
    assert said in pages.funding_need(open_view("influencer")).message
    nothing = open_view("influencer", changes={"opening_cash": 0})
    assert "Someone must" not in pages.funding_need(nothing).message


def test_money_that_comes_too_late_is_asked_for_sooner():
    view = open_view("mentorship", changes={"opening_cash": 100_000,
                                            "equity.raises": {"2028-03": 950_000}})
    low, month = view.breakeven.trough_cash, view.breakeven.trough_month
    assert low < 0
    assert (f"cash still falls to USD {_k(low)} in {format_month(month)}, so USD "
            f"{_k(-low)} more is asked for after the cost of raising it, for which USD "
            f"{_k(-low / 0.95)} must be raised by then.") in pages.funding_need(view).message


def test_a_plan_that_burns_to_its_end_says_that_the_need_goes_on():
    view = open_view("mentorship", changes={"mentees.match_rate": 0})
    assert "still burns cash at its end" in pages.funding_need(view).message
    idle = open_view("mentorship", changes={"mentees.marketing": 0, "mentors.marketing": 0})
    assert "Nothing is sold in 2026" in selling_pages.volume_by_price(idle).message


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
    needed, sources = pages.funding_need(view), pages.sources(view)
    raised = raise_of(view.projection)
    assert needed.message.startswith(f"Needed: USD {_k(raised.amount[0])} from an empty account")
    assert _k(view.breakeven.trough_cash).lstrip("\u2212") in sources.message
    assert selling_pages.volume_by_price(view).message.startswith("Sold alone, ")


def test_a_plan_without_need_or_income_is_told_so():
    plan = load("influencer")
    nothing = {path: {"2026-01": 0} for path, entry in plan.entries.items()
               if entry.form == "month"} | {"customers.marketing": 0}
    nothing |= {path: 0 for path in plan.entries if path.startswith("fixed_opex.")}
    idle = open_view("influencer", changes=nothing)
    assert "needs no money from outside" in pages.funding_need(idle).sentence
    free = open_view("mentorship", changes={"cost_of_revenue.payment_processing": 1})
    assert "No price alone pays" in selling_pages.volume_by_price(free).message


def _k(value: float) -> str:
    from model.views.formats import format_value
    return format_value(float(value), "USD")
