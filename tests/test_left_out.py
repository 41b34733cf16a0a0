"""A published figure, or a reading of one, that a plausible range leaves out is an alert, and the
plan with it a risk."""

from dataclasses import replace

import pytest

from model import load, project
from model.analysis.breakeven import breakeven
from model.analysis.unit_economics import economics, sides
from model.audit.alternatives import at_printed, left_out
from model.audit.checks import check
from model.companies.claims import claims
from model.pages import investor_report, open_view, sensitivity


def with_range(path, ends, company="mentorship"):
    """The base plan with another plausible range of one assumption."""
    plan = load(company)
    entry = plan.entries[path].model_copy(update={"range": tuple(ends)})
    return replace(plan, entries={**plan.entries, path: entry})


CHURN = "mentees.young_pros.churn"


def test_the_only_published_life_lies_beyond_the_range_of_its_churn():
    # A life of 9 months is a churn of a ninth, 11.1%; plausible are 2.4% to 6.4%.
    found = left_out(project(load("mentorship")))[-1]
    (churn,) = found.implied
    assert (churn.path, found.printed) == (CHURN, "9 months")
    assert churn.value == pytest.approx(1 / 9) and (churn.low, churn.high) == (0.024, 0.064)
    said = [alert for alert in check(project(load("mentorship"))).alerts
            if alert.startswith("A15 ")]
    assert said[-1] == (
        "A15 9 months as life of a Young Pro in the LTV example makes Churn, Young Pros "
        "(mentees.young_pros.churn) 11.1%, worked out here; plausible is 2.4% to 6.4%")
    # A Young Pro's life stands for every segment, and is said to.
    assert "Senior Experts, too; plausible is" in said[0]
    words = {each.words for each in left_out(project(load("mentorship"))) if len(each.implied) == 3
             and "life" in each.words}
    assert len(words) == 2 and all("Young Pro" in each and each.count("taken for every segment")
                                   for each in words)
    # Both narrower readings of one claim are one alert.
    assert len(said) == 4 and said[0].startswith(
        "A15 100 repeat orders as repeat orders of one mentee, read as one a year, two decimals "
        "lost, or as one in a whole relationship, two decimals lost, makes Orders")
    assert "0.127 orders per mentee and month or 0.0876" in said[0]
    assert "read as all those of the segment in 2026, no decimal lost, makes" in said[1]


def test_narrower_readings_of_the_repeat_orders_are_run_to_the_end():
    plan = project(load("mentorship"))
    found = {each.reading: each for each in left_out(plan) if each.reading}
    life = float(economics(plan, sides("mentorship")[0], "young_pros").customer_months[0, 0])
    for reading, orders in (("One a year, two decimals lost", 1 / life + 1 / 12),
                            ("One in a whole relationship, two decimals lost", 2 / life)):
        assert [each.value for each in found[reading].implied] == 3 * [pytest.approx(orders)]
    # 300 Career Changers begin in 2026 and order once each; the plan has 1,751 orders of theirs.
    segment = found["All those of the segment in 2026, no decimal lost"].implied[0]
    assert segment.value == pytest.approx(400 / plan.by_year("orders.career_changers")[0, 0])
    moved = at_printed(plan, found["One in a whole relationship, two decimals lost"])
    # A reader's own run had 0.0876 orders a month in all years, and the lowest cash at -1.27m.
    assert breakeven(moved).out_of_cash == "2027-07"
    assert breakeven(moved).trough_cash == pytest.approx(-1.24e6, rel=0.01)
    grown = moved["orders_wanted"][0, -12:].sum() / moved["active_mentees"][0, -12:].sum()
    assert grown == pytest.approx(1.126 * 2 / life, rel=1e-6)


@pytest.mark.parametrize(("path", "ends", "found"), [
    (CHURN, [0.024, 0.112], False), ("mentees.cac", [1.1, 1.3], True),
    ("mentees.cac", [0.9, 1.9], False), ("mentees.cac", [0.9, 1.8], True),
    ("commission.fee", [5.5, 6], True)])
def test_a_range_is_held_against_every_figure_that_a_claim_is_or_implies(path, ends, found):
    # Of values by year the range is a factor on the path, and the figure that of its year.
    found_in = {each.path for found in left_out(project(with_range(path, ends)))
                for each in found.beyond}
    assert (path in found_in) == found


def test_the_investor_report_says_what_becomes_of_the_plan_with_it():
    view = open_view("mentorship")
    _, block, *_ = investor_report.risks(view).parts
    alone = project(load("mentorship", changes={CHURN: 1 / 9}))
    *others, found = left_out(view.projection)
    moved = at_printed(view.projection, found)
    assert (moved.block == alone.block).all()
    # As the audit found with its own model: April 2028, 134k, and LTV:CAC of 1.30.
    assert all(table.labels[-1] == "9 months as life of a Young Pro in the LTV example"
               for table in block.table)
    row = {head: values[-1] for table in block.table for head, values in table.columns.items()}
    assert row.items() >= {
        "First break-even": "Apr 2028", "Losses earned back": "Apr 2029",
        "In the plan with it": "8.99 months", "Lowest cash": "USD 133.9k",
        "Cash below zero from": "never", "EBITDA 2028": "USD 344.6k", "EBITDA 2030": "USD 5.03m",
        "LTV:CAC of Young Pros, 2026": "1.30", "In the plan": "22.84 months"}.items()
    assert "Churn, Young Pros: 11.1% per month (plan: 4.0%; plausible: 2.4% to 6.4%)" in row[
        "Assumption"]
    assert len(block.table[0].labels) == 2 + len(others) and len(others) == 4
    assert block.message == (
        "The 5 published figures and readings below lie beyond the plausible range of an "
        "assumption. With "
        "the worst, 100 repeat orders as repeat orders of one mentee, read as one in a whole "
        "relationship, two decimals lost: "
        "break-even in Oct 2029, out of cash; losses earned back: never; lowest "
        "cash USD −1.24m, below zero from Jul 2027.")
    assert block.table[0].columns["First break-even"][:2] == ["Oct 2027", "Aug 2029, out of cash"]


def test_what_would_ruin_the_plan_stands_where_a_reader_begins():
    for page in (investor_report, sensitivity):
        said = page.header(open_view("mentorship")).parts[1].items[-1]
        assert said.startswith(
            "4 published figures and readings beyond the plausible ranges would leave the "
            "plan without cash or without a break-even: 100 repeat orders as repeat orders of one "
            "mentee, read as one a year, two decimals lost; 100")
    example = investor_report.risks(open_view("mentorship")).parts[1].table[1].text
    assert ". That is the CAC of the printed example, which pays for mentors, too" in example
    # What a source asks for at least is no figure that a plan could have instead.
    assert left_out(open_view("influencer").projection) == []
    # A plan that fails by itself owes that to no printed figure.
    failed = open_view("mentorship", "flat_marketing")
    assert "would leave the plan" not in str(investor_report.header(failed).parts[1].items)


def test_a_path_by_year_is_scaled_to_the_figure_of_its_year():
    narrow = project(with_range("mentees.cac", (1.1, 1.3)))
    projection = project(load("mentorship", changes={"mentees.cac": {2026: 200, 2030: 120}}))
    found = next(each for each in left_out(narrow) if each.claim.id == "buyer_cac")
    values = at_printed(projection, found).assumptions.series["mentees.cac"].values[:, 0]
    assert values[[0, -1]].tolist() == pytest.approx([100, 60])


def test_carriers_take_what_a_claim_implies():
    known = claims("mentorship")
    assert known.carriers.literal[0] == known.claims["example_months"].implies
    assert known.carriers.literal[1] == known.claims["repeat_orders_period"].readings[-1].implies


def test_a_claim_of_a_year_after_the_plan_is_held_against_nothing():
    plan = project(with_range("customers.cac", (1.1, 1.3), "influencer"))
    calendar = replace(plan.assumptions.calendar, months=12)
    short = replace(plan, assumptions=replace(plan.assumptions, calendar=calendar))
    assert short.assumptions.calendar.years == (2026,)
    ids, left = ([each.claim.id for each in left_out(each)] for each in (plan, short))
    assert set(left) < set(ids)
