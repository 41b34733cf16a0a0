"""KPIs are what a person would divide by hand, with their parts, and say why one has no value."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarter import (
    FEW,
    PLAN,
    START,
    TWO_WEEKS,
    booked,
    enrolled,
    held,
    on,
    paid,
    parsed,
    programmes,
    text,
)

from model.budget.plan.plan import load_plan
from model.budget.programme.assembly import Learner
from model.budget.programme.kpis import (
    DEFINITIONS,
    NAMES,
    equity_audit,
    headline,
    kpis,
    time_to_outcome,
)
from model.budget.programme.weeks import uses_hours


def found(*rows, plan=PLAN):
    """Every KPI by name, segment and period."""
    return {(kpi.name, kpi.segment, kpi.period): kpi
            for kpi in kpis(parsed(text(*rows), plan), plan)}


@pytest.fixture(scope="module")
def two():
    return found(*TWO_WEEKS)


# By hand ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, over, under", [
    ("utilization", 4.5, 30), ("cancellation_rate", 2, 7), ("mentor_cancellation_rate", 1, 7),
    ("learner_cancellation_rate", 1, 7), ("no_show_rate", 2, 5), ("fill_rate", 7, 9),
    ("completion_rate", 1, 2), ("on_track_rate", 1, 2), ("cost_per_completion", 825, 1),
    ("cost_per_certification", 825, 1), ("satisfaction", 9, 2), ("nps", 0, 3),
    ("equity_session_share", 3, 8), ("equity_spend_share", 150, 675), ("portfolio_pieces", 1, 3),
    ("certification_pass_rate", 1, 2),
])
def test_the_quotients_of_a_worked_export(two, name, over, under):
    kpi = two[name, "all", "weeks 1 to 2"]
    assert (kpi.numerator, kpi.denominator) == (over, under)
    assert kpi.value == pytest.approx(over / under) and kpi.reason is None
    assert kpi.as_of == on(2, 7)


@pytest.mark.parametrize("name, segment, value", [
    ("utilization", "cohort A", 2.5 / (10 + 40 / 3)), ("utilization", "cohort B", 0.3),
    ("cost_per_completion", "bucket ONE", 375), ("cost_per_completion", "bucket GRP", 300),
    ("completion_rate", "equity", 1), ("completion_rate", "others", 0),
    ("completion_rate", "cohort A", 0.5), ("admin_minutes", "all", 45),
    ("admin_minutes", "work move", 15),
    # 6,600,000 cents × (0.3 + 0.55) ÷ 9.55 of the profile, to the cent.
    ("budget_burn", "bucket ONE", 37_500 / 587_434),
    # Two of thirteen weeks of 1,200,000 cents.
    ("budget_burn", "bucket LIB", 10_000 / 184_615),
])
def test_the_parts_of_a_worked_export(two, name, segment, value):
    assert two[name, segment, "weeks 1 to 2"].value == pytest.approx(value)


def test_a_week_alone_is_beside_all_weeks(two):
    assert two["utilization", "all", "week 2"].value == pytest.approx(0.1)
    assert two["cancellation_rate", "all", "week 2"].value == pytest.approx(0.25)


def test_the_equity_floor_of_a_worked_export():
    one, group = equity_audit(parsed(text(*TWO_WEEKS)), PLAN)
    assert (one.bucket, one.reserved, one.spent, one.committed) == ("ONE", 660_000, 15_000, 7_500)
    assert (one.remainder, one.is_full) == (637_500, False)
    assert (group.bucket, group.reserved, group.remainder) == ("GRP", 240_000, 240_000)
    low = load_plan("base", {"equity.floor_share": 0.003})
    assert [floor.is_full for floor in equity_audit(parsed(text(*TWO_WEEKS)), low)] == [True, False]


def learner(days, end=""):
    day = START + timedelta(days=days)
    return Learner("x", "A", False, START, day if end == "completed" else None,
                   day if end == "left" else None)


def under_way(days, as_of):
    return Learner("x", "A", False, START + timedelta(days=as_of - days))


def test_time_to_outcome_by_hand():
    # Completed after 7 and 21 days, left after 14, under way for 28, all followed to day 28.
    # Share completed: 1/4 from day 7; 1/4 + 1/2 × 1/2 = 1/2 from day 21.
    # Mean: 7 + 14 × 3/4 + 7 × 1/2 = 21 days.
    learners = [learner(7, "completed"), learner(21, "completed"), learner(14, "left"),
                under_way(28, 28)]
    assert time_to_outcome(learners, START + timedelta(days=28)) == (pytest.approx(3), 3)


def test_who_is_under_way_is_censored_and_not_failed():
    # One of two completes on day 14; the other is followed for 7 days only: at risk is one.
    learners = [learner(14, "completed"), under_way(7, 14)]
    mean, median = time_to_outcome(learners, START + timedelta(days=14))
    assert (mean, median) == (pytest.approx(2), 2)
    # Had the other left instead, half would never complete.
    mean, median = time_to_outcome([learner(14, "completed"), learner(7, "left")],
                                   START + timedelta(days=28))
    assert (mean, median) == (pytest.approx(2), 2)
    assert time_to_outcome([learner(14, "left")], START + timedelta(days=14))[1] is None


# Undefined ----------------------------------------------------------------------------------------

def test_without_a_complete_week_everything_is_undefined_and_says_so():
    for (name, segment, _), kpi in found(enrolled(on(1), "L1")).items():
        assert (segment, kpi.value, kpi.reason) == ("all", None, "no week is complete"), name


def test_an_empty_denominator_is_undefined_with_its_reason_and_never_0():
    empty = found(paid(on(1, 5), "LIB", "1"))
    defined = {name for (name, *_), kpi in empty.items() if kpi.value is not None}
    assert defined == {"budget_burn"}
    for (name, *_), kpi in empty.items():
        if kpi.value is None:
            assert kpi.reason == DEFINITIONS[name].undefined
    assert {name for name, *_ in empty} == set(NAMES)


def test_offered_hours_that_nobody_used_are_a_utilization_of_0():
    idle = found((on(1), "offered", {"bucket": "ONE", "hours": "5"}), paid(on(1, 5), "LIB", "1"))
    assert idle["utilization", "all", "week 1"].value == 0


def test_a_cohort_before_its_end_has_no_completion_rate(two):
    kpi = two["completion_rate", "cohort B", "weeks 1 to 2"]
    assert kpi.value is None and "past its scheduled end" in kpi.reason


def test_a_week_without_rows_says_so():
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 2), "L1"), held(on(1, 2), "B1"),
            paid(on(3, 2), "LIB", "1")]
    kpi = found(*rows)["cancellation_rate", "all", "week 2"]
    assert (kpi.value, kpi.reason) == (None, "nothing was reported of the week")


def test_the_headline_is_the_plan_s():
    all_kpis = kpis(parsed(text(*TWO_WEEKS)), PLAN)
    assert tuple(kpi.name for kpi in headline(all_kpis, PLAN)) == PLAN.headline
    assert {kpi.segment for kpi in headline(all_kpis, PLAN)} == {"all"}
    assert set(PLAN.headline) <= set(NAMES)


def test_every_definition_says_all_of_it():
    for name, said in DEFINITIONS.items():
        assert all(vars(said).values()) and said.review in ("week", "month", "quarter"), name


# Properties ---------------------------------------------------------------------------------------

@FEW
@given(programmes())
def test_parts_add_up_to_the_whole(rows):
    export = parsed(text(*rows))
    all_kpis = kpis(export, PLAN)
    whole = {(kpi.name, kpi.period): kpi for kpi in all_kpis if kpi.segment == "all"}
    for name in ("cost_per_completion", "budget_burn"):
        parts = [kpi for kpi in all_kpis if kpi.name == name and kpi.segment.startswith("bucket")]
        over = whole[name, parts[0].period].numerator
        assert sum(part.numerator for part in parts) == pytest.approx(over)
    for name in ("completion_rate", "on_track_rate"):
        parts = [kpi for kpi in all_kpis if kpi.name == name and kpi.segment.startswith("cohort")]
        if not parts:  # a programme that has enrolled nobody yet
            assert not export.learners
            continue
        total = whole[name, parts[0].period]
        assert sum(part.numerator for part in parts) == total.numerator
        assert sum(part.denominator for part in parts) == total.denominator


@FEW
@given(programmes())
def test_a_value_is_its_quotient_and_no_value_has_a_reason(rows):
    for kpi in kpis(parsed(text(*rows)), PLAN):
        assert (kpi.value is None) == bool(kpi.reason)
        if kpi.value is not None and kpi.denominator is not None:
            assert kpi.value == pytest.approx(kpi.numerator / kpi.denominator)
        assert kpi.name in DEFINITIONS


@FEW
@given(programmes(), st.integers(2, 4))
def test_money_times_a_number_scales_costs_and_changes_no_rate(rows, times):
    def more(cells):
        return cells | ({"amount": f"{times * round(100 * float(cells['amount'])) / 100:.2f}"}
                        if cells.get("amount") else {})
    scaled = [(day, event, more(cells[0])) for day, event, *cells in rows]
    for plain, other in zip(kpis(parsed(text(*rows)), PLAN), kpis(parsed(text(*scaled)), PLAN),
                            strict=True):
        factor = times if plain.name.startswith("cost") or plain.name == "budget_burn" else 1
        assert (plain.value is None) == (other.value is None)
        if plain.value is not None:
            assert other.value == pytest.approx(factor * plain.value)


@FEW
@given(st.lists(st.tuples(st.integers(1, 90), st.sampled_from(["completed", "left"])), min_size=1,
                max_size=12))
def test_with_everyone_s_end_known_the_mean_is_the_plain_one(ends):
    longest = max(days for days, _ in ends)
    mean, median = time_to_outcome([learner(*end) for end in ends], START + timedelta(days=longest))
    # Who left is without completion for all of the time.
    plain = sum(days if end == "completed" else longest for days, end in ends) / len(ends)
    assert mean == pytest.approx(plain / 7)
    done = sorted(days for days, end in ends if end == "completed")
    half = -(-len(ends) // 2)
    assert median == (pytest.approx(done[half - 1] / 7) if len(done) >= half else None)


@FEW
@given(programmes())
def test_the_audit_never_holds_more_than_was_spent(rows):
    export = parsed(text(*rows))
    for floor in equity_audit(export, PLAN):
        assert 0 <= floor.remainder <= floor.reserved
        booked_in = [b for b in export.bookings.values() if b.bucket == floor.bucket]
        assert floor.spent <= sum(b.charge for b in booked_in)
        assert floor.committed <= sum(b.cents for b in booked_in if not b.outcome)


def test_a_free_no_show_is_no_used_hour():
    export = parsed(text(*TWO_WEEKS))
    free = replace(export, bookings={**export.bookings, "B2": export.bookings["B2"]._replace(
        charge=0)})
    assert export.bookings["B2"].charge == 7_500
    assert uses_hours(export.bookings["B2"]) and not uses_hours(free.bookings["B2"])
