"""On which terms money comes in: what files may say, and SAFEs and notes worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stand import BASE, BASE_FILE, SCENARIO

from model import load
from model import project as projected
from model.analysis.investors.convertibles import Convertible
from model.analysis.investors.milestones import odds, tranches, without
from model.analysis.investors.returns import returns
from model.analysis.investors.rounds import cap_table, cap_tables, rounds, shares_of
from model.audit.checks import check
from model.pages import open_view
from model.pages.statements import exits, owners
from model.params.entry import Milestone, Terms
from model.params.financing import Financing

FOUNDERS = {"founders": 1_000_000}
PRE, NEW = 10_000_000, 2_500_000
CHANGES = {"equity.raises": {"2026-04": 500_000, "2027-07": 2_500_000},
           "cap_table.pre_money": 10_000_000, "cap_table.option_pool": 0}


def safe(cap=None, discount=0.0, paid=500_000, name="early"):
    return Convertible(name, paid, paid, cap, discount, True)


def note(cap=None, discount=0.0, paid=500_000, owed=540_000, name="early"):
    return Convertible(name, paid, owed, cap, discount, False)


@pytest.mark.parametrize(("early", "shares", "price"), [
    # 10% of all shares before the money: 1 m / 0.9 of them, at 10 m: 9.00 each.
    (safe(cap=5_000_000), 111_111.111111, 9.0),
    # A fifth below the price P: 500,000 / 0.8 P, and P is 10 m over 1 m and these: 9.375.
    (safe(cap=20_000_000, discount=0.2), 66_666.666667, 9.375),
    # The same without a cap.
    (safe(discount=0.2), 66_666.666667, 9.375),
    # At the round's own price: 500,000 of 10 m.
    (safe(), 1_000_000 / 19, 9.5),
    # 540,000 at 5 m over the 1 m shares of today: 5.00 each.
    (note(cap=5_000_000, discount=0.2), 108_000, 10_000_000 / 1_108_000),
    # 5% of 10 m with a discount of 10% on 540,000: 600,000 of 10 m.
    (note(discount=0.1), 1_000_000 * 0.06 / 0.94, 9.4)])
def test_what_money_becomes_worked_by_hand(early, shares, price):
    found = cap_table(PRE, NEW, FOUNDERS, 0, "new", [early])
    assert found.converts["early"] == pytest.approx(shares)
    assert found.price == pytest.approx(price)
    after = shares_of(found.after)
    assert after["new"] == pytest.approx(0.2) and sum(after.values()) == pytest.approx(1)


def test_a_safe_is_diluted_by_what_the_pool_is_raised_by_and_by_the_money():
    # 10% before both; the pool takes 10% and the money 20% of what is after them.
    after = shares_of(cap_table(PRE, NEW, FOUNDERS, 0.1, "new", [safe(cap=5_000_000)]).after)
    assert after == pytest.approx({"founders": 0.63, "early": 0.07, "pool": 0.1, "new": 0.2})


def test_two_safes_and_a_note_worked_by_hand():
    """SAFEs of 10% and 5% of all before the money; a note of 100,000 shares at 5.40 beside them:
    1.1 m shares are 85%."""
    every = [safe(5_000_000, name="one"), safe(10_000_000, name="two"),
             note(cap=5_400_000, name="three")]
    found = cap_table(PRE, NEW, FOUNDERS, 0, "new", every)
    whole = 1_100_000 / 0.85
    assert found.converts == pytest.approx(
        {"one": 0.1 * whole, "two": 0.05 * whole, "three": 100_000})
    assert found.price == pytest.approx(PRE / whole)


@given(pre=st.floats(1e5, 1e8), amount=st.floats(1e4, 1e8), pool=st.floats(0, 0.3),
       cap=st.floats(1e6, 1e8) | st.none(), discount=st.floats(0, 0.5), paid=st.floats(1e3, 9e5),
       post=st.booleans())
def test_in_every_round_shares_sum_and_each_has_its_lower_price(
        pre, amount, pool, cap, discount, paid, post):
    early = Convertible("early", paid, paid, cap, discount, post)
    found = cap_table(pre, amount, FOUNDERS, pool, "new", [early])
    assume(found is not None)
    after = shares_of(found.after)
    assert sum(after.values()) == pytest.approx(1) and min(after.values()) >= 0
    assert after["new"] == pytest.approx(amount / (pre + amount))
    assert after["pool"] == pytest.approx(pool, abs=1e-9)
    shares = found.converts["early"]
    counted = 1_000_000 + (shares if post else 0)
    prices = [found.price * (1 - discount), *([cap / counted] if cap else [])]
    assert paid / shares == pytest.approx(min(prices), rel=1e-6)


def test_what_would_take_all_leaves_no_table():
    assert cap_table(PRE, NEW, FOUNDERS, 0.1, "new", [safe(cap=400_000)]) is None
    assert cap_table(PRE, NEW, FOUNDERS, 0.1, "new", [note(discount=0.9, owed=2e6)]) is None


def told(*terms):
    plan = load("mentorship", changes=CHANGES)
    return projected(replace(plan, financing=Financing(tuple(terms))))


def terms(month, kind, **more):
    return Terms(month=month, kind=kind, source="decision: made up for a test", **more)


def test_interest_of_a_note_is_simple_and_ends_with_the_round():
    plan = told(terms("2026-04", "note", interest=0.08, cap=5_000_000))
    (table,), (only,) = cap_tables(plan), rounds(plan).each
    # 15 months at 8% a year: 550,000 over 5.00 a share.
    assert table.converts == {only.early[0].holder: pytest.approx(110_000)}
    assert table.amount == 2_500_000 and rounds(plan).amount == 3_000_000


def test_who_paid_early_has_a_return_of_its_own():
    found = returns(told(terms("2026-04", "safe", cap=5_000_000)))
    new, early = found.holders
    assert early.money == {4: 500_000} and new.money == {19: 2_500_000}
    assert found.share(1) == pytest.approx(0.08) and found.share(0) == pytest.approx(0.2)
    out = found.exits[-1]
    got = found.of(1, out, 5)
    assert got.times == pytest.approx(0.08 * out.price(5) / 500_000)
    assert got.rate == pytest.approx(got.times ** (12 / (out.month - 4)) - 1)


def test_money_without_a_later_round_stays_open():
    plan = told(terms("2027-07", "safe", cap=5_000_000))
    found = rounds(plan)
    assert [each.month for each in found.open] == [19] and len(cap_tables(plan)) == 1
    only = told(terms("2026-04", "safe", cap=5_000_000), terms("2027-07", "safe"))
    assert cap_tables(only) == [] and returns(only) is None


def test_the_page_says_what_becomes_of_it():
    view = open_view("mentorship", changes=CHANGES)
    object.__setattr__(view.assumptions, "financing", Financing((
        terms("2026-04", "safe", cap=5_000_000),
        terms("2027-07", "shares", milestone=Milestone(line="active_mentees", at_least=5000)))))
    block = owners.ownership(view)
    assert ("The SAFE of Apr 2026, USD 500.0k, becomes 8.0% of the company in the round: its "
            "holders have paid USD 4.50 per share, 50.0% less than the round's investors.") in \
        block.message
    assert "so it would not come. It is reached in " in block.message
    assert " All figures count it all the same; without it, " in block.message
    assert block.table[2].columns["Left"][-1] == pytest.approx(0.95 * 3_000_000)
    assert "holders of the SAFE of Apr 2026 would get back" in exits.returns(view).message


def test_a_file_says_on_which_terms_and_a_scenario_replaces_those_of_a_month(project):
    project.base(BASE + """
terms_of_raises:
  - {month: 2026-02, kind: safe, cap: 500000, source: "decision: made up"}
  - {month: 2026-05, kind: note, interest: 0.08, source: "decision: made up"}
covenants:
  - {of: minimum_cash, limit: 300, source: "decision: made up"}
""")
    project.scenario("other", SCENARIO + """
terms_of_raises:
  - {month: 2026-02, kind: shares, source: "decision: made up"}
covenants:
  - {of: interest_cover, limit: 2, starts: 2027-01, source: "decision: made up"}
""")
    assert [(each.kind, each.cap) for each in project.load().financing.terms] == [
        ("safe", 500_000), ("note", None)]
    found = project.load("other")
    assert [each.kind for each in found.financing.terms] == ["shares", "note"]
    assert [each.of for each in found.financing.covenants] == ["minimum_cash", "interest_cover"]
    assert found.base().financing == project.load().financing


@pytest.mark.parametrize(("line", "what"), [
    ("{month: 2040-01, kind: safe, source: 'decision: x'}", "is no month of the plan"),
    ("{month: 2026-02, kind: safe, interest: 0.1, source: 'decision: x'}", "bears no interest"),
    ("{month: 2026-02, kind: shares, cap: 5, source: 'decision: x'}", "price of their round"),
    ("{month: 2026-02, kind: loan, source: 'decision: x'}", "it must be 'shares', 'safe' or"),
    ("{month: 2026-02, kind: safe, discount: 20%, source: 'decision: x'}", "20%"),
    ("{month: 2026-02, kind: shares, milestone: {line: revenue}, source: 'decision: x'}",
     "either at_least or at_most"),
    ("{month: 2026-02, kind: safe, source: 'decision: x'}\n"
     "  - {month: 2026-02, kind: note, source: 'decision: x'}", "stands in terms 1 already")])
def test_wrong_terms_are_refused_in_a_sentence(project, line, what):
    project.base(BASE + f"\nterms_of_raises:\n  - {line}\n")
    found = project.problem()
    assert what in found.what and found.where.startswith(f"{BASE_FILE}:")


def test_a_milestone_is_checked_in_the_month_before():
    reached = float(projected(load("mentorship"))["active_mentees"][0, 17])
    for goal, met in (({"at_least": reached - 1}, True), ({"at_least": reached + 1}, False),
                      ({"at_most": reached + 1}, True), ({"at_most": reached - 1}, False)):
        plan = told(terms("2027-07", "shares",
                          milestone=Milestone(line="active_mentees", **goal)))
        (tranche,) = tranches(plan)
        assert tranche.met == met and tranche.before == "2027-06"
        alerts = [alert for alert in check(plan).alerts if alert.startswith("A17")]
        assert len(alerts) == (not met) and all(
            "USD 2,500,000 of 2027-07 comes only with active mentees of at " in alert
            for alert in alerts)
    # More than half of all draws stay below the plan's own number.
    found = odds(plan, replace(tranche, terms=terms("2027-07", "shares", milestone=Milestone(
        line="active_mentees", at_least=reached))), size=200)
    assert 0.2 < found.value < 0.5 and odds(plan, replace(tranche, value=np.nan)) is None
    rest = without(plan, (tranche,))
    gone = np.where(np.arange(60) >= 18, 0.95 * 2_500_000, 0)
    assert plan["cash"][0] - rest["cash"][0] == pytest.approx(gone)
    assert np.array_equal(plan["active_mentees"], rest["active_mentees"])


def test_a_milestone_of_a_line_that_no_plan_has_is_not_reached():
    plan = told(terms("2027-07", "shares", milestone=Milestone(line="riders", at_least=1)))
    assert [alert for alert in check(plan).alerts if alert.startswith("A17")] == [
        "A17 USD 2,500,000 of 2027-07 comes only with riders of at least 1 in 2027-06, where the "
        "plan has no such line: it would not come, and all figures count it"]


def test_terms_of_money_that_is_not_raised_are_an_alert():
    plan = told(terms("2028-03", "safe"))
    assert [alert for alert in check(plan).alerts if alert.startswith("A17")] == [
        "A17 no money is raised in 2028-03, for which terms are stated: they change nothing"]
