"""A person's approval moves money, once, where the plan allows it; nothing else does."""
import json

import pytest
from quarter import (
    PLAN,
    enrolled,
    on,
    paid,
    parsed,
    text,
)
from reviews import IDLE, asked, example, quarter, reviewed

from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import read_lines, verify
from model.budget.plan.plan import LIB, MKT, ONE, load_plan
from model.budget.programme.export import read_records
from model.budget.steering import approval
from model.budget.steering.checks import check
from model.budget.steering.history import ANSWERED, FIRED
from model.budget.steering.review import draft
from model.budget.steering.words import as_json, as_text
from model.problems import InputError


def test_an_approval_joins_the_log_with_who_and_the_export_s_date(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path).standing[0].proposal.id
    review = reviewed(IDLE, path, approve=[name], by=" Ann Lee ")
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["time"], last["rule"]) == (
        "move", "Ann Lee", on(5, 5).isoformat(), "R10")
    assert last["inputs"]["approved"] == on(5, 5).isoformat()
    assert int(review.balances.planned[ONE]) == 5_940_000
    assert int(review.balances.planned[MKT]) == 660_000
    assert verify(path) is None and as_bytes(replay(path)) == as_bytes(cells(review.balances))
    again = reviewed(IDLE, path)
    assert again.standing[0].state == approval.APPROVED and again.standing[0].proposal.id == name
    assert "Ann Lee approved it as of the export of 2026-02-06" in again.standing[0].why
    assert again.additions == () and not again.open


def test_a_freeze_is_approved_while_it_is_of_use_and_ended_when_cohorts_are_back(tmp_path):
    path = tmp_path / "log"

    def rows(weeks, done):
        return quarter([80] * weeks, learners=20) + [
            (on(week, 5), "progress", {"learner": f"L{number}", "value": value})
            for week, value in done for number in range(20)]

    review = reviewed(rows(4, [(4, "0.01")]), path)
    freeze = next(each for each in review.standing if each.proposal.kind == "freeze")
    assert freeze.state == approval.OPEN and freeze.proposal.needs_approval
    reviewed(rows(4, [(4, "0.01")]), path, approve=[freeze.proposal.id], by="Ann")
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["after"]) == ("freeze", "Ann", {})
    later = rows(5, [(4, "0.01"), (5, "1")])
    kinds = {each.proposal.kind: each.state for each in reviewed(later, path).standing}
    assert kinds == {"freeze": approval.APPROVED, "move": approval.OPEN,
                     "unfreeze": approval.OPEN}
    # Nobody began the freeze, so nobody is asked to end it.
    assert "unfreeze" not in {each.proposal.kind for each in reviewed(later).standing}


def test_a_row_cannot_pass_for_the_release_of_the_equity_reserve(tmp_path):
    content = text(enrolled(on(1), "L1"), paid(on(11, 5), "LIB", "3")).replace(
        "\n2,", "\nequity-release,")
    review = draft(PLAN, parsed(content), tmp_path / "log")
    assert review.balances.equity_open and int(review.balances.spent[LIB]) == 300


@pytest.mark.parametrize(("approve", "by", "said"), [
    (["R10-w05-ONE-MKT-0000"], "Ann", "is no proposal of this review; did you mean R10-w05-ONE"),
    (["nothing"], "Ann", "'nothing' is no proposal"), (["{}"], "", "names nobody"),
    (["{}"], " export", "names nobody"),
    (["{}"], "a\nb", "names nobody"), (["{}", "x"], "Ann", "'x' is no proposal")])
def test_an_approval_that_cannot_be_given_writes_nothing(tmp_path, approve, by, said):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    with pytest.raises(InputError) as caught:
        reviewed(IDLE, path, approve=[each.format(name) for each in approve], by=by)
    assert said in str(caught.value) and not path.exists()


def test_a_move_whose_money_is_gone_is_no_longer_valid(tmp_path):
    path, rows = tmp_path / "log", [*IDLE, paid(on(6), "ONE", "29000")]
    review = reviewed(rows)
    (each,) = review.standing
    assert each.state == approval.VOID and each.why.startswith("what the bucket has left")
    before = path.exists()
    with pytest.raises(InputError, match="no longer valid"):
        reviewed(rows, path, approve=[each.proposal.id], by="Ann")
    assert path.exists() == before


def test_what_is_approved_twice_is_told_when_and_by_whom(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    reviewed(IDLE, path, approve=[name, name], by="Ann")
    size = path.stat().st_size
    with pytest.raises(InputError, match="Ann approved it as of the export of "
                                         "2026-02-06 already"):
        reviewed(IDLE, path, approve=[name], by="Bob")
    assert path.stat().st_size == size


def test_waiting_money_is_not_asked_for_twice():
    review = reviewed(quarter([80, 80, 80, 74, 74, 74, 74]))
    assert asked(review) == [("R10", 5, "ONE", "MKT", 660_000)]


def test_an_approval_bears_the_day_that_is_named_for_it(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path).standing[0].proposal.id
    first = reviewed(IDLE, path, approve=[name], by="Ann", on=on(6, 2))
    last = list(read_lines(path))[-1]
    assert last["time"] == last["inputs"]["approved"] == on(6, 2).isoformat()
    for review in (first, reviewed(IDLE, path)):
        assert review.standing[0].why == "Ann approved it on 2026-02-10"
    later = quarter([80, 80, 80, 74, 74, 80])
    assert reviewed(later, path).standing[0].state == approval.APPROVED
    assert check(PLAN, reviewed(later, path)).failed == ()


@pytest.mark.parametrize(("day", "said"), [
    (on(4, 7), "--on: 2026-02-01 is before week 5, which begins on 2026-02-02"),
    (on(14), "--on: 2026-04-06 is after the plan's last day, 2026-04-05")])
def test_an_approval_on_a_day_that_cannot_be_writes_nothing(tmp_path, day, said):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    with pytest.raises(InputError) as caught:
        reviewed(IDLE, path, approve=[name], by="Ann", on=day)
    assert said in str(caught.value) and not path.exists()


def test_proposals_that_compete_are_marked_and_the_rest_can_be_approved_together(tmp_path):
    plan, records = PLAN, read_records(example(), PLAN)
    review = draft(plan, records)
    fit, lost = review.together, [each for each in review.open if each.competes]
    # 66,000 less 39,000 spent, 4,762.50 committed and 1,312.50 still reserved: 20,925 can leave.
    assert [each.proposal.rule for each in lost] == ["R12"] and len(fit) == len(review.open) - 1
    leaving = sum(each.proposal.cents for each in fit if each.proposal.source == "ONE")
    assert leaving <= 2_092_500 < leaving + lost[0].proposal.cents
    # Each goes on where the one before it left its bucket.
    planned = 6_600_000
    for each in fit:
        if each.proposal.source == "ONE":
            assert each.then.planned["ONE"] == (planned, planned := planned - each.proposal.cents)
    ids = [each.proposal.id for each in fit]
    done = draft(plan, records, tmp_path / "log", approve=ids, by="Ann")
    assert int(done.balances.planned[ONE]) == planned and not done.together
    with pytest.raises(InputError, match="no longer valid"):
        draft(plan, records, tmp_path / "log", by="Ann",
              approve=[*ids, lost[0].proposal.id])
    said = as_text(review)
    assert "which 7 can be approved together" in said and "competes with those before it" in said
    told = {each["id"]: each["together"] for each in json.loads(as_json(review))["proposals"]}
    assert [name for name, together in told.items() if together] == ids


# Declined and expired -----------------------------------------------------------------------------

# Idle from week 4 on, a third of the planned one-to-one money unused in week 6, and a cap that rule
# A's request uses up: 10% of 99,000.
LOW = [80, 80, 80, 74, 74, 74, 74, 74]
TIGHT = {"total": 180_000, "caps.bucket_share": 0.1}


def test_a_refusal_joins_the_log_with_its_reason_and_frees_what_was_set_aside(tmp_path):
    path, plan = tmp_path / "log", load_plan(changes=TIGHT)
    rows = quarter(LOW)
    first = reviewed(quarter(LOW[:5]), path, plan)
    assert asked(first) == [("R10", 5, "ONE", "MKT", 990_000)]
    name = first.standing[0].proposal.id
    # It waits, so R17 finds nothing in any week.
    assert {rule for rule, *_ in asked(reviewed(rows, plan=plan))} == {"R10"}
    done = reviewed(quarter(LOW[:5]), path, plan, decline=[name], by="Ann",
                    reason="bookings are rising")
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["rule"], last["after"]) == ("decline", "Ann", "R10",
                                                                          {})
    assert last["inputs"] == {"event": name, "reason": "bookings are rising"}
    (each,) = done.standing
    assert (each.state, each.why) == (approval.DECLINED, "Ann declined it as of the export of "
                                      "2026-02-06: bookings are rising")
    later = reviewed(rows, path, plan)
    # Rule A holds in every week from 5 on, was answered, and does not ask again.
    assert [week.status["R10"] for week in later.weeks][4:] == [FIRED] + 3 * [ANSWERED]
    (move,) = [each for each in asked(later) if each[0] == "R17"]
    # 48,204.18 would be used by week 6, and 34,650 is; the cap of 9,900 is whole quarter hours.
    assert move[1:] == (6, "ONE", "GRP", 990_000) and not later.balances.planned[MKT]
    assert "declined: Ann declined it" in as_text(later)
    assert as_bytes(replay(path)) == as_bytes(cells(later.balances)) and verify(path) is None
    for more in ({"approve": [name]}, {"decline": [name], "reason": "again"}):
        with pytest.raises(InputError, match=r"Ann declined it .* already"):
            reviewed(rows, path, plan, by="Bob", **more)


def test_a_rule_that_was_refused_asks_again_once_its_condition_has_lapsed(tmp_path):
    path, used = tmp_path / "log", [80, 80, 80, 74, 74, 90, 74, 74]
    name = reviewed(quarter(used[:5]), path).standing[0].proposal.id
    reviewed(quarter(used[:5]), path, decline=[name], by="Ann", reason="not now")
    assert [week for rule, week, *_ in asked(reviewed(quarter(used), path)) if rule == "R10"] == [
        5, 8]


def test_a_refusal_leaves_the_weeks_before_its_day_as_they_were(tmp_path):
    path, rows, plan = tmp_path / "log", quarter(LOW), load_plan(changes=TIGHT)
    before = reviewed(rows, path, plan)
    name = next(each.proposal.id for each in before.standing if each.proposal.rule == "R10")
    after = reviewed(rows, path, plan, decline=[name], by="Ann", on=on(8, 2), reason="too late")
    assert [(week.status, week.proposals) for week in before.weeks[:7]] == \
        [(week.status, week.proposals) for week in after.weeks[:7]]
    assert {rule: week for rule, week, *_ in asked(after)}["R17"] == 8


def test_a_proposal_without_an_answer_expires_and_its_money_is_free_again():
    plan = load_plan(changes={**TIGHT, "review.expires": 2})
    review = reviewed(quarter(LOW), plan=plan)
    first = review.standing[0]
    assert (first.state, first.why) == (approval.EXPIRED, "nobody answered within 2 weeks")
    assert {rule: week for rule, week, *_ in asked(review)}["R17"] == 8
    with pytest.raises(InputError, match="has expired, as nobody answered within 2 weeks"):
        reviewed(quarter(LOW), plan=plan, approve=[first.proposal.id], by="Ann")


def test_a_person_s_own_move_has_a_reason_and_keeps_to_the_caps(tmp_path):
    path = tmp_path / "log"
    done = reviewed(IDLE, path, move=[("ONE", "GRP", 50_000), ("CON", "REC", 100)], by="Ann",
                    reason="a workshop more")
    assert int(done.balances.planned[ONE]) == 6_550_000 and not done.answers.approvals
    last = list(read_lines(path))[-2]
    assert (last["kind"], last["actor"], last["rule"]) == ("move", "Ann", "")
    assert last["inputs"]["reason"] == "a workshop more" and verify(path) is None
    rows = quarter([80, 80, 80, 74, 74, 80])
    later = reviewed(rows, path)
    assert later.additions and check(PLAN, later).failed == ()
    # It was made after the rules of week 5 were read, whose proposal stays, and is seen in week 6.
    assert later.standing[0].proposal.id == reviewed(IDLE).standing[0].proposal.id
    assert [int(week.balances.planned[ONE]) for week in later.weeks[4:]] == [6_600_000, 6_550_000]
    content = path.read_bytes()
    for move, said in ((("ONE", "GRP", 1_300_000), "more would leave the bucket this quarter than "
                        "its cap allows"), (("MEA", "GRP", 1), "no money moves into measurement")):
        with pytest.raises(InputError, match=said):
            reviewed(rows, path, move=[move], by="Ann", reason="x")
    with pytest.raises(InputError, match="say in words why"):
        reviewed(rows, path, move=[("ONE", "GRP", 1)], by="Ann")
    assert path.read_bytes() == content


@pytest.mark.parametrize(("answer", "said"), [
    ({"by": "Ann"}, "--reason: is ''; say in words why"), ({"reason": "x"}, "names nobody"),
    ({"by": "Ann", "reason": "a\nb"}, "say in words why"),
    ({"by": "Ann", "reason": "x", "on": on(4)}, "is before week 5")])
def test_a_refusal_that_cannot_be_given_writes_nothing(tmp_path, answer, said):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    with pytest.raises(InputError) as caught:
        reviewed(IDLE, path, decline=[name], **answer)
    assert said in str(caught.value) and not path.exists()


def test_what_r21_asks_for_is_a_review_and_every_move_is_a_person_s():
    said = as_text(reviewed(IDLE))
    assert "[open; further review needed]" in said and "approved by a person" in said
    assert "no review" not in said and "approval by rule R21" not in said
