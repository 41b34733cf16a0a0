"""The forecast is the arithmetic that it says, honest about its errors; unusual weeks are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarter import FEW, PLAN, enrolled, offered, on, paid, parsed, programmes, text, usd

from model.budget.programme.anomalies import anomalies, robust_z
from model.budget.programme.forecast import (
    course,
    learners_course,
    outlook,
    shortage,
    spending_forecast,
    students_t,
    with_commitments,
    within,
    without_bookings,
)
from model.budget.programme.weeks import weekly_signals

EVEN = np.full(13, 1 / 13)
CODES = tuple(PLAN.buckets)


def spending(bucket, cents, plan=PLAN, **more):
    """Signals of a programme that pays so much at the end of each week."""
    rows = [paid(on(week, 5), bucket, usd(int(amount))) for week, amount in enumerate(cents, 1)]
    return weekly_signals(parsed(text(*rows), plan), plan)


def forecast(bucket, cents, **more):
    found = {each.bucket: each for each in spending_forecast(spending(bucket, cents), PLAN, **more)}
    assert tuple(found) == (*CODES, "all")
    return found


# By hand ------------------------------------------------------------------------------------------

def test_the_rate_of_the_last_four_weeks_goes_on():
    # (200 + 300 + 200 + 400) ÷ 4 = 275 a week for eight weeks, after 1,200.
    found = forecast("LIB", [100, 200, 300, 200, 400])["LIB"]
    assert (found.spent, found.expected) == (1_200, pytest.approx(3_400))
    assert found.path[[4, 5, 12]] == pytest.approx([1_200, 1_475, 3_400])


@pytest.mark.parametrize("bucket", ["ONE", "GRP"])
def test_session_money_follows_the_hours_on_offer(bucket):
    # Six weeks of the plan's own course, and the course goes on to its whole.
    found = forecast(bucket, np.round(1_000_000 * PLAN.profile[:6]))[bucket]
    assert found.expected == pytest.approx(1_000_000, abs=5)
    assert found.error == pytest.approx(0, abs=1e-4)


def test_the_errors_of_the_back_test_by_hand():
    # From week 2: 150, and 300 came; from week 3: 200, 200 came; from week 4: 200, and 400 came.
    found = forecast("LIB", [100, 200, 300, 200, 400])["LIB"]
    assert (found.error, found.origins) == (pytest.approx(350 / 900), 3)


def test_the_interval_by_hand():
    # Noise of a week: (150² ÷ 1.5 + 0 + 200² ÷ 1.25) ÷ 3; of eight weeks and a rate from four:
    # times 8 + 8² ÷ 4; Student's t of three degrees at 80% is 1.6377.
    found = forecast("LIB", [100, 200, 300, 200, 400])["LIB"]
    half = 1.637744 * ((150 ** 2 / 1.5 + 200 ** 2 / 1.25) / 3 * (8 + 8 ** 2 / 4)) ** 0.5
    assert found.coverage == 0.8
    assert (found.low, found.high) == (pytest.approx(3_400 - half), pytest.approx(3_400 + half))


@pytest.mark.parametrize("coverage, freedom, t", [
    (0.8, 1, 3.078), (0.8, 3, 1.638), (0.95, 2, 4.303), (0.95, 10, 2.228), (0.9, 5, 2.015),
    (0.5, 26, 0.684)])
def test_students_t_is_that_of_the_tables(coverage, freedom, t):
    assert students_t(coverage, freedom) == pytest.approx(t, abs=5e-4)


def test_money_that_runs_out_says_in_which_week():
    # 1,200,000 cents of library at 200,000 a week last six weeks: week 7 is above.
    found = forecast("LIB", [200_000] * 4)
    assert found["LIB"].runs_out == 7 and found["LIB"].planned == 1_200_000
    assert forecast("LIB", [200_000] * 4, planned=PLAN.opening * 2)["LIB"].runs_out == 13
    assert found["MKT"].runs_out is None


# Learners, ends of money, and freezes -------------------------------------------------------------

def test_sessions_follow_the_learners_of_the_week_before_and_those_that_the_plan_still_expects():
    # Four cohorts of 56 start in weeks 1 to 4; 40, 90 and 150 are there on three Mondays.
    index = learners_course(PLAN, np.array([40.0, 90.0, 150.0]), np.array(168))
    assert index[:4].tolist() == [0, 40, 90, 150]
    # Cohort 4 is still to come, and what follows runs off as hours do: 1, 1, 1, 0.95.
    assert index[4] == 206 and index[7] == pytest.approx(206 * 0.95)
    assert index[12] == pytest.approx(206 * 0.5)
    # Half of those whom the plan expected by then have come, and so will half of cohort 4.
    half = learners_course(PLAN, np.array([20.0, 45.0, 75.0]), np.array(84))
    assert half[4] == 75 + 28


def test_the_same_spending_for_each_learner_goes_on():
    rows = []
    for cohort in range(4):
        rows += [enrolled(on(cohort + 1), f"L{cohort}-{number}", f"C{cohort}")
                 for number in range(56)]
    # USD 10 a learner of the week before: 0, 560, 1,120, 1,680 and 2,240 in five weeks.
    rows += [paid(on(week, 5), "ONE", str(560 * (week - 1))) for week in range(2, 6)]
    signals = weekly_signals(parsed(text(*rows)), PLAN)
    found = spending_forecast(signals, PLAN)[0]
    left = sum([1.0, 1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5])
    assert found.expected == pytest.approx(560_000 + 224_000 * left)
    # The plan's hours alone take the first weeks, in which few had come, for the usual rate.
    alone = outlook(signals.spent[:5, 0].astype(float), course(PLAN)[:, 0]).sum()
    assert 560_000 + alone < 0.95 * found.expected


def test_no_bucket_is_expected_to_spend_more_than_it_has_and_what_it_would_need_is_said():
    found = forecast("LIB", [200_000] * 4)
    assert (found["LIB"].expected, found["LIB"].demand) == (1_200_000, 2_600_000)
    assert found["all"].expected == 1_200_000
    more = PLAN.opening.copy()
    more[[2, 0]] += 500_000, -500_000
    assert forecast("LIB", [200_000] * 4, planned=more)["LIB"].expected == 1_700_000
    # Who has spent more than there was is held to no end.
    assert forecast("LIB", [400_000] * 4)["LIB"].expected == 400_000 * 13
    ahead = np.full((3, 2), 10.0)
    assert within(ahead, np.array([5.0, 50.0]), np.array([20.0, 40.0])).tolist() == [
        [15, 60], [20, 70], [20, 80]]


def test_the_next_week_brings_of_what_is_committed_what_others_brought_before():
    ahead = np.full((2, 1), 50.0)
    spent, booked = np.array([[0.0], [80], [160], [90]]), np.array([[100.0], [200], [100], [300]])
    # Of 400 that were committed 330 were spent a week later; of 300 now it will be 247.50.
    assert with_commitments(ahead, spent, booked).tolist() == [[247.5], [50]]
    # Where few sessions had been booked a week before, the rate goes on.
    assert with_commitments(ahead, spent, booked / 3).tolist() == [[50], [50]]
    assert with_commitments(ahead, spent[:1], booked[:1]).tolist() == [[50], [50]]


def test_no_less_is_expected_than_is_spent_in_a_week_that_has_begun():
    found = spending_forecast(spending("LIB", [100] * 5), PLAN,
                              spent=np.array([9_000, 0, 500, 0, 0, 0, 0, 0]))
    assert [each.expected for each in found[:3]] == [9_000, 0, 1_300]
    assert found[-1].expected == 10_300 and found[-1].low >= 9_500


def test_rule_r18_reads_what_a_bucket_will_lack_even_by_the_low_forecast():
    signals = spending("LIB", [200_000] * 6)
    # 2,600,000 of 1,200,000, and six equal weeks leave no doubt.
    assert shortage(signals, PLAN, PLAN.opening).tolist() == [0, 0, 1_400_000, 0, 0, 0, 0, 0]
    assert not shortage(signals, PLAN, PLAN.opening * 3).any()
    assert not shortage(spending("LIB", [200_000] * 3), PLAN, PLAN.opening).any()


def test_a_freeze_stops_the_sessions_of_the_weeks_after_it():
    index = np.full(13, 5.0)
    assert without_bookings(index, 5, (6, 7)).tolist() == [5] * 6 + [0, 0] + [5] * 5
    # Where nothing else is left to take a rate from, the course stays.
    assert without_bookings(index, 5, (1, 2, 3, 4)).tolist() == [5] * 13
    rows = [enrolled(on(1), "L1"), *(paid(on(week, 5), "ONE", "100") for week in range(1, 6))]
    signals = weekly_signals(parsed(text(*rows)), PLAN)
    plain, frozen = (spending_forecast(signals, PLAN, frozen=weeks)[0].expected
                     for weeks in ((), (6, 7)))
    course_of = learners_course(PLAN, signals.cohort_active[:5, 0], np.array(1))
    gone = course_of[6:8].sum() / course_of[5:].sum()
    assert frozen - 50_000 == pytest.approx((plain - 50_000) * (1 - gone))


# Not enough to say --------------------------------------------------------------------------------

@pytest.mark.parametrize("weeks, expected, sure", [(1, False, False), (2, True, False),
                                                   (4, True, False), (5, True, True)])
def test_few_weeks_give_no_forecast_and_a_few_more_no_interval(weeks, expected, sure):
    found = forecast("LIB", [100, 120, 90, 110, 100][:weeks])["LIB"]
    assert (found.expected is not None, found.low is not None) == (expected, sure)
    assert (found.reason is None, found.unsure is None) == (expected, sure)


def test_a_bucket_of_which_nothing_was_spent_has_no_interval():
    found = forecast("LIB", [100] * 6)["CON"]
    assert (found.expected, found.low, found.error) == (0, None, None)
    assert "nothing has been spent" in found.unsure


def test_at_the_end_the_forecast_is_what_was_spent():
    found = forecast("LIB", [100] * 12 + [500])["LIB"]
    assert (found.expected, found.low, found.high) == (1_700, 1_700, 1_700)
    assert found.reason is None and found.unsure is None and found.origins == 11


def test_without_a_complete_week_there_is_a_reason():
    for found in spending_forecast(weekly_signals(parsed(text(enrolled(on(1), "L1"))), PLAN), PLAN):
        assert found.expected is None and "needs 2 complete weeks" in found.reason


# Properties ---------------------------------------------------------------------------------------

@FEW
@given(st.integers(2, 13), st.integers(1, 1_000_000))
def test_spending_along_the_plan_s_course_is_forecast_exactly(weeks, cents):
    along = cents * course(PLAN)[:, 0]
    told = np.concatenate([along[:weeks], outlook(along[:weeks], course(PLAN)[:, 0])])
    assert told == pytest.approx(along)


@FEW
@given(st.lists(st.integers(0, 80_000), min_size=1, max_size=13))
def test_buckets_add_up_and_the_interval_holds_the_forecast(cents):
    found = forecast("LIB", cents)
    whole, parts = found["all"], [found[code] for code in CODES]
    assert whole.spent == sum(part.spent for part in parts) == sum(cents)
    assert (whole.expected is None) == (len(cents) < 2)
    if whole.expected is not None:
        assert whole.expected == pytest.approx(sum(part.expected for part in parts))
    for each in found.values():
        if each.low is not None:
            assert each.spent <= each.low <= each.expected * (1 + 1e-12) <= each.high * (1 + 1e-9)
            assert (np.diff(each.path) >= -1e-9).all()


@FEW
@given(programmes())
def test_any_programme_is_forecast_or_has_a_reason(rows):
    seen = weekly_signals(parsed(text(*rows)), PLAN)
    for found in spending_forecast(seen, PLAN):
        assert (found.expected is None) == bool(found.reason)
        assert (found.low is None) == (found.high is None) == bool(found.unsure)
        assert len(found.path) == len(found.path_low) == len(found.path_high) == PLAN.weeks


@FEW
@given(st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=2, max_size=8))
def test_each_replication_is_forecast_as_if_it_were_alone(weeks):
    many = np.array(weeks, float)
    together = outlook(many, EVEN)
    for at in range(3):
        assert np.array_equal(together[:, at], outlook(many[:, at], EVEN))


def test_the_interval_holds_about_as_often_as_it_says():
    # Weeks drawn around the plan's course, forecast after week 9.
    random = np.random.default_rng(5)
    held = []
    for _ in range(150):
        weeks = (50_000 * (1 + 0.2 * random.standard_normal(13))).clip(0)
        found = forecast("LIB", weeks[:9])["LIB"]
        held.append(found.low <= weeks[:9].astype(int).sum() + weeks[9:].sum() <= found.high)
    assert 0.72 <= np.mean(held) <= 0.9


# Unusual weeks ------------------------------------------------------------------------------------

def test_a_robust_z_by_hand():
    # Median 10, distances 1, 0, 1, 0, 90: their median is 1.
    assert robust_z(np.array([9, 10, 11, 10, 100.0])).tolist() == pytest.approx(
        [-0.6745, 0, 0.6745, 0, 60.705])
    assert robust_z(np.array([5.0, 5, 5, 5])).tolist() == [0] * 4
    # More than half alike: the mean distance, 2, takes the place of the median one.
    assert robust_z(np.array([5.0, 5, 5, 5, 15]))[4] == pytest.approx(0.7979 * 10 / 2)


def test_an_unusual_week_is_named_with_what_would_be_usual():
    seen = spending("MEA", [10_000, 10_100, 9_900, 10_000, 10_200, 9_800, 20_000])
    found = anomalies(seen, PLAN)
    assert [(one.series, one.week, one.value, one.usual) for one in found] == [
        ("spent MEA", 7, 20_000, pytest.approx(10_000))]
    assert found[0].words == ("Week 7: spending of measurement stood at USD 200.00, where USD "
                              "100.00 would "
                              "be usual; robust z 67.5, and 3.5 is the line.")


def test_a_rate_is_named_with_the_number_that_it_is_of():
    rows = [enrolled(on(1), "L1")]
    for week in range(1, 8):
        hours = "10" if week != 4 else "100"
        rows += [offered(on(week), hours)]
        for number in range(5 + week % 2):
            name = f"B{week}-{number}"
            rows += [(on(week), "booked", {"booking": name, "due": on(week, 5), "learner": "L1",
                                           "bucket": "ONE", "hours": "1", "amount": "0"}),
                     (on(week, 5), "held", {"booking": name})]
    found = {one.series: one for one in anomalies(weekly_signals(parsed(text(*rows)), PLAN), PLAN)}
    assert found["utilization"].week == 4 and found["utilization"].z < 0
    assert "5.0% of 100 hours" in found["utilization"].words
    assert "robust z \u2212" in found["utilization"].words


@FEW
@given(st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_nothing_is_unusual_among_few_weeks(cents):
    assert anomalies(spending("MEA", [100 * each for each in cents]), PLAN) == ()


@FEW
@given(st.integers(1, 10_000), st.integers(5, 13))
def test_weeks_that_are_alike_are_never_unusual(cents, weeks):
    assert anomalies(spending("MEA", [cents] * weeks), PLAN) == ()


@FEW
@given(programmes())
def test_any_programme_has_its_unusual_weeks_in_sentences(rows):
    seen = weekly_signals(parsed(text(*rows)), PLAN)
    for one in anomalies(seen, PLAN):
        assert 1 <= one.week <= seen.complete and abs(one.z) > 3.5
        assert one.words.endswith("is the line.") and "nan" not in one.words
