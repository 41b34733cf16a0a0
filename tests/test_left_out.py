"""A published figure that a plausible range leaves out is an alert, and the plan with it a risk."""

from dataclasses import replace

import pytest

from model import load, project
from model.analysis.checks import check
from model.analysis.left_out import at_printed, left_out
from model.companies.claims import claims
from model.pages import investor_report, open_view


def with_range(path, ends):
    """The base plan with another plausible range of one assumption."""
    plan = load("mentorship")
    entry = plan.entries[path].model_copy(update={"range": tuple(ends)})
    return replace(plan, entries={**plan.entries, path: entry})


CHURN = "mentees.young_pros.churn"


def test_the_only_published_life_lies_beyond_the_range_of_its_churn():
    # A life of 9 months is a churn of a ninth, 11.1%; plausible are 2.4% to 6.4%.
    (found,) = left_out(project(load("mentorship")))
    assert (found.path, found.printed) == (CHURN, "9 months")
    assert found.value == pytest.approx(1 / 9) and (found.low, found.high) == (0.024, 0.064)
    assert left_out(project(load("influencer"))) == []
    said = [alert for alert in check(project(load("mentorship"))).alerts
            if alert.startswith("A15 ")]
    assert said == ["A15 Churn, Young Pros (mentees.young_pros.churn) is plausible from 2.4% to "
                    "6.4%, which leaves out 11.1%: the source prints 9 months as "
                    "life of a Young Pro in the LTV example"]


@pytest.mark.parametrize(("path", "ends", "found"), [
    (CHURN, [0.024, 0.112], False), ("mentees.cac", [1.1, 1.3], True),
    ("mentees.cac", [1.0, 1.3], False), ("commission.fee", [5.5, 6], True)])
def test_a_range_is_held_against_every_figure_that_a_claim_is_or_implies(path, ends, found):
    # Of values by year the range is a factor on the path, and the figure that of its year.
    found_in = {each.path for each in left_out(project(with_range(path, ends)))}
    assert (path in found_in) == found


def test_the_investor_report_says_what_becomes_of_the_plan_with_it():
    view = open_view("mentorship")
    _, block, *_ = investor_report.risks(view).parts
    alone = project(load("mentorship", changes={CHURN: 1 / 9}))
    (found,) = left_out(view.projection)
    moved = at_printed(view.projection, found)
    assert (moved.block == alone.block).all()
    # As the audit found with its own model: April 2028, 134k, and LTV:CAC of 1.30.
    for said in ("first reaches zero in Apr 2028 (plan: Oct 2027)",
                 "cash is lowest at USD 133.9k (plan: USD 293.0k)",
                 "LTV:CAC of Young Pros in 2026 is 1.30 (plan: 3.31; goal: 3 or more)",
                 "no draw and no bar of this page shows it"):
        assert said in block.message, said
    beyond = investor_report.risks(open_view("mentorship", changes={CHURN: 0.12}))
    assert "no draw" not in beyond.text and "leaves that figure out. With it" in beyond.text


def test_a_path_by_year_is_scaled_to_the_figure_of_its_year():
    narrow = project(with_range("mentees.cac", (1.1, 1.3)))
    projection = project(load("mentorship", changes={"mentees.cac": {2026: 200, 2030: 120}}))
    found = next(each for each in left_out(narrow) if each.path == "mentees.cac"
                 and not each.period)
    values = at_printed(projection, found).assumptions.series["mentees.cac"].values[:, 0]
    assert values[[0, -1]].tolist() == pytest.approx([100, 60])


def test_carriers_take_what_a_claim_implies():
    known = claims("mentorship")
    assert known.carriers.literal[0] == known.claims["example_months"].implies


def test_a_claim_of_a_year_after_the_plan_is_held_against_nothing():
    plan = project(load("influencer"))
    calendar = replace(plan.assumptions.calendar, months=12)
    short = replace(plan, assumptions=replace(plan.assumptions, calendar=calendar))
    assert short.assumptions.calendar.years == (2026,) and left_out(short) == []
