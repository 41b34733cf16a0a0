"""What deserves a look is said: money that will be left, thresholds, targets, freezes not kept."""

from quarter import PLAN, booked, enrolled, held, on, paid
from reviews import IDLE, quarter, reviewed

from model.budget.plan.plan import load_plan
from model.budget.steering.words import as_json, as_text


def test_money_that_will_be_left_is_an_alert_before_all_others():
    review = reviewed(IDLE)
    expected = round(review.forecast[-1].expected)
    assert expected < 0.9 * PLAN.total
    left = f"USD {(PLAN.total - expected) / 100:,.2f} is expected to be left by the end"
    assert review.alerts[0].startswith(left) and "more than 10.0%" in review.alerts[0]
    assert review.alerts[0].endswith("in group workshops.") and left in as_text(review)
    calm = reviewed(IDLE, plan=load_plan(changes={"alerts.left_share": 0.9}))
    assert not any("to be left" in said for said in calm.alerts)


def test_at_the_end_money_that_is_left_is_a_fact():
    review = reviewed([enrolled(on(1), "L1"), paid(on(13, 5), "LIB", "3000")])
    assert review.alerts[0].startswith("USD 117,000.00 is left, 97.5% of the total")


def test_the_highest_threshold_that_a_bucket_has_passed_is_said_once():
    rows = [enrolled(on(1), "L1"), paid(on(1), "LIB", "10800"), paid(on(1), "MEA", "9000"),
            paid(on(1), "CON", "2999.99"), booked(on(1), "B1", on(1, 2), "L1", "12000", "GRP"),
            held(on(1, 2), "B1")]
    said = [each for each in reviewed(rows).alerts if each.startswith("At least")]
    assert said == [
        "At least 90.0% of what is planned for content library is spent or committed.",
        "At least 75.0% of what is planned for measurement is spent or committed.",
        "At least 50.0% of what is planned for group workshops is spent or committed."]


def test_a_headline_kpi_beside_its_target_is_an_alert_once_a_cohort_has_ended():
    rows = [(on(1), "cohort", {"cohort": "A", "due": on(2, 5)}),
            *(enrolled(on(1), f"L{number}") for number in range(10)), paid(on(1), "LIB", "5000"),
            *((on(2, 5), "completed", {"learner": f"L{number}"}) for number in range(5))]
    review = reviewed(rows)
    assert "Completion rate is 50.0%, below its target of 80.0%." in review.alerts
    assert "Cost per completion is USD 1.0k per learner, above its target of USD 700.00 per " \
        "learner." in review.alerts
    said = as_text(review)
    assert "at least 80.0%" in said and "at most USD 700.00 per learner" in said
    started = reviewed([*rows[1:], paid(on(2, 5), "LIB", "1")])
    assert not any("target" in said for said in started.alerts)


def test_bookings_while_a_freeze_is_in_force_are_said(tmp_path):
    path = tmp_path / "log"

    def rows(weeks):
        return quarter([80] * weeks, learners=20) + [
            (on(4, 5), "progress", {"learner": f"L{number}", "value": "0.01"})
            for number in range(20)]

    freeze = next(each.proposal.id for each in reviewed(rows(4), path).standing
                  if each.proposal.kind == "freeze")
    reviewed(rows(4), path, approve=[freeze], by="Ann")
    # Four sessions are booked on the Monday of each week; the freeze lasts to the end of week 6.
    (said,) = [each for each in reviewed(rows(7), path).alerts if "freeze" in each]
    assert said == ("8 one-to-one bookings were made in weeks 5 and 6, although Ann approved a "
                    "freeze of new bookings as of the export of 2026-01-30, up to 2026-02-15.")
    assert not any("freeze" in each for each in reviewed(rows(7)).alerts)
    assert "8 one-to-one bookings" in as_json(reviewed(rows(7), path))
