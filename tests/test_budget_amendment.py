"""A plan can be amended from a week on: the weeks before stay, and what is used stays covered."""

import json
from dataclasses import replace

import numpy as np
import pytest
from quarter import PLAN, on, paid, text
from reviews import IDLE, asked, quarter, reviewed

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Reason, open_balances
from model.budget.accounts.ledger import as_bytes, cells, opening, replay
from model.budget.accounts.log import Log, read_lines, verify
from model.budget.accounts.versions import facts, first_fingerprint, with_facts
from model.budget.plan.plan import ONE, load_plan
from model.budget.steering import workbook
from model.budget.steering.amendment import amend
from model.budget.steering.checks import check
from model.budget.steering.words import as_text
from model.problems import InputError

IDLE_LONG = quarter([80, 80, 80, 74, 74, 74, 74, 74])


def amended(path, changes, week, by="Ann", reason="the funder agreed"):
    """A plan with changes, after a log has taken it from a week on."""
    plan = load_plan(changes=changes)
    amend(plan, path, on(week), by, reason).write()
    return plan


# By hand ------------------------------------------------------------------------------------------

def test_a_top_up_gives_every_bucket_its_share_and_leaves_what_moved_and_was_spent():
    balances = posting.spend(open_balances(PLAN), ONE, 100_000).balances
    balances = moves.make(PLAN, balances, ONE, 5, 660_000, rule="R10", approval_day=0).balances
    more = load_plan(changes={"total": 150_000})
    posted = moves.amend(more, balances, PLAN)
    now = posted.balances
    # 30,000 more: 16,500 of it for one-to-one, which had given 6,600 away.
    assert posted.accepted and int(now.total) == int(now.released_total) == 15_000_000
    assert int(now.planned[ONE]) == 6_600_000 - 660_000 + 1_650_000
    assert int(now.opening[ONE]) == 8_250_000 and int(now.equity_floor[ONE]) == 825_000
    assert int(now.spent[ONE]) == 100_000 and int(now.outflow[ONE]) == 660_000
    assert int(now.planned.sum()) == 15_000_000


@pytest.mark.parametrize(("changes", "spent", "why"), [
    ({"total": 60_000}, 4_000_000, Reason.NO_MONEY),
    ({"total": 60_000}, 3_000_000, Reason.RESERVED),
    ({"shares.one_to_one": 0.5, "shares.workshops": 0.25}, 0, Reason.BOTH_WAYS),
    ({"equity.floor_share": 0.3}, 5_000_000, Reason.RESERVED)])
def test_a_plan_that_what_is_used_does_not_fit_is_refused(changes, spent, why):
    balances = posting.spend(open_balances(PLAN), ONE, spent).balances
    posted = moves.amend(load_plan(changes=changes), balances, PLAN)
    assert (Reason(int(posted.reason)), bool(posted.accepted)) == (why, False)
    assert cells(posted.balances) == cells(balances)


def test_a_cap_below_what_has_moved_is_refused():
    balances = moves.make(PLAN, open_balances(PLAN), ONE, 5, 660_000, rule="R10",
                          approval_day=0).balances
    for changes, why in (({"caps.bucket_share": 0.05}, Reason.ABOVE_CAP),
                         ({"rule_a.transfer_share": 0.05}, Reason.ABOVE_RULE_A)):
        assert moves.amend(load_plan(changes=changes), balances, PLAN).reason == why


def test_many_programmes_are_amended_as_one_is():
    more, spent = load_plan(changes={"total": 100_000}), np.array([0, 5_300_000])
    many = posting.spend(open_balances(PLAN, (2,)), ONE, spent).balances
    posted = moves.amend(more, many, PLAN)
    assert posted.accepted.tolist() == [True, False]
    assert posted.balances.total.tolist() == [10_000_000, 12_000_000]
    assert cells(posted.balances, (0,)) == cells(open_balances(more))


# In a log -----------------------------------------------------------------------------------------

def test_an_amendment_joins_the_log_and_the_weeks_before_stay_as_they_were(tmp_path):
    path = tmp_path / "log"
    first = reviewed(IDLE, path)
    kept = path.read_bytes()
    plan = amended(path, {"rule_a.utilization_below": 0.7, "total": 150_000}, 6)
    assert path.read_bytes().startswith(kept) and verify(path) is None
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["time"]) == ("amend", "Ann", on(6).isoformat())
    assert last["inputs"]["changes"]["total"] == ["120000.0", "150000.0"]
    later = reviewed(IDLE_LONG, path, plan)
    # The proposal of week 5 keeps its id and its 6,600; from week 6 on 74% is not below the line.
    assert asked(later)[0] == asked(first)[0] == ("R10", 5, "ONE", "MKT", 660_000)
    assert later.standing[0].proposal.id == first.standing[0].proposal.id
    assert [int(week.balances.total) for week in later.weeks] == 5 * [12_000_000] + 3 * [15_000_000]
    assert [week.status["R10"] for week in later.weeks][4:] == ["fired"] + 3 * ["quiet"]
    assert [(each.status, each.proposals) for each in later.weeks[:5]] == \
        [(each.status, each.proposals) for each in first.weeks]
    assert as_bytes(replay(path)) == as_bytes(cells(later.balances))
    assert check(plan, later).failed == () and "USD 150,000.00 is spent" in as_text(later)
    assert workbook.content(plan, path)[:2] == b"PK"
    assert reviewed(IDLE_LONG, path, plan).additions == ()
    assert "The plan was amended from week 6 on." in as_text(later)
    assert "amended" not in as_text(first)
    # A second amendment follows on the first.
    again = amended(path, {"rule_a.utilization_below": 0.75, "total": 150_000}, 9)
    assert [week.status["R10"] for week in reviewed(IDLE_LONG, path, again).weeks][5:] == \
        3 * ["quiet"]


def test_a_rule_that_is_switched_off_keeps_what_it_did(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path).standing[0].proposal.id
    reviewed(IDLE, path, approve=[name], by="Ann")
    with pytest.raises(InputError, match=r"rules.R10.active \(true in the log, false now\)"):
        reviewed(IDLE, path, load_plan(changes={"rules.R10.active": False}))
    plan = amended(path, {"rules.R10.active": False}, 6)
    later = reviewed(IDLE_LONG, path, plan)
    assert [week.status["R10"] for week in later.weeks][4:] == ["fired"] + 3 * ["off"]
    assert later.standing[0].state == "approved" and "Ann approved it" in later.standing[0].why


def test_what_only_the_simulator_reads_is_no_other_plan(tmp_path):
    path = tmp_path / "log"
    reviewed(IDLE, path)
    other = load_plan(changes={"simulation.marketing.gain": 0.05})
    assert reviewed(IDLE, path, other).additions == ()


@pytest.mark.parametrize(("changes", "week", "who", "said"), [
    ({"rule_a.dwell": 3}, 5, {}, "exports up to the end of week 5, which stay as they were; give "
     "a day from 2026-02-09 on"),
    ({"rule_a.dwell": 3}, 14, {}, "outside of the plan's weeks"),
    ({}, 6, {}, "says what the log's plan says already"),
    ({"progress.on_track_share": 0.5}, 6, {}, "would change weeks that are over"),
    ({"equity.release_week": 4}, 6, {}, "is or was week 4, before week 6"),
    ({"rule_a.dwell": 3}, 6, {"by": ""}, "names nobody"),
    ({"rule_a.dwell": 3}, 6, {"reason": " "}, "say in words why"),
    ({"total": 30_000}, 6, {}, "cannot be the plan from week 6 on: the bucket has less available")])
def test_an_amendment_that_would_change_the_past_writes_nothing(tmp_path, changes, week, who, said):
    path = tmp_path / "log"
    reviewed(IDLE, path)
    content = path.read_bytes()
    with pytest.raises(InputError) as caught:
        amended(path, changes, week, **who)
    assert said in str(caught.value) and path.read_bytes() == content


def test_a_log_from_before_amendments_is_read_as_it_was_and_cannot_be_amended(tmp_path):
    path = tmp_path / "log"
    entry = opening(PLAN)
    entry["inputs"] = {"scenario": "base", "plan": first_fingerprint(PLAN)}
    with Log.open(path) as log:
        log.append_all([entry])
    review = reviewed(IDLE, path)
    assert int(review.balances.spent[ONE]) == 2_910_000 and reviewed(IDLE, path).additions == ()
    with pytest.raises(InputError, match="was begun with another plan"):
        reviewed(IDLE, path, load_plan(changes={"rule_a.dwell": 3}))
    with pytest.raises(InputError, match="does not say what its plan was"):
        amended(path, {"rule_a.dwell": 3}, 6)


def test_an_amendment_that_is_not_as_it_was_made_is_refused(tmp_path):
    path = tmp_path / "log"
    reviewed([*IDLE, paid(on(5, 5), "LIB", "1")], path)
    plan = amended(path, {"total": 150_000}, 6)
    content = path.read_bytes()
    for old, new in ((b'"total":["120000.0","150000.0"]', b'"total":["120000.0","160000.0"]'),
                     (b'"week":6', b'"week":4')):
        path.write_bytes(content.replace(old, new, 1))
        with pytest.raises(InputError, match=r"log:\d+"):
            reviewed(IDLE, path, plan)


def test_an_edited_plan_is_refused_with_the_way_on_and_the_command_takes_it(folder, run):
    (folder / "events.csv").write_text(text(*IDLE))
    review = ["budget", "review", "--events", "events.csv", "--log", "log"]
    assert run(*review)[0] == 0
    base = folder / "params" / "budget" / "base.yaml"
    base.write_text(base.read_text().replace("value: 120000", "value: 150000", 1))
    code, _, (said,) = run(*review)
    assert code == 2 and "differs in total (120000.0 in the log, 150000.0 now)" in said
    assert "amend it from a week on (“python -m model budget amend”)" in said
    command = ["budget", "amend", "--log", "log", "--by", "Ann", "--reason", "a grant", "--from"]
    assert run(*command, "2026-99-01")[0] == run(*command, on(5))[0] == 2
    code, out, _ = run(*command, on(6, 3))
    assert code == 0 and "from week 6 on the plan says otherwise" in out
    assert "total: 120000.0 → 150000.0" in out and "The total is USD 150,000.00" in out
    assert run(*review)[0] == 0


def test_a_plan_is_what_its_facts_say():
    plan = load_plan("growing_marketplace")
    found = with_facts(PLAN, {name: value for name, value in facts(plan).items()
                              if name not in ("start", "weeks")})
    assert facts(replace(found, start=plan.start, weeks=plan.weeks)) == facts(plan)
    assert found.total == plan.total and found.opening.tolist() == plan.opening.tolist()
    for name, value in (("total", "[1.0]"), ("total", "-1"), ("nothing", "1"),
                       ("rules.R10.active", "1"), ("offered.profile", "[1.0]"), ("total", "{")):
        with pytest.raises(ValueError):
            with_facts(PLAN, {name: value})
    assert json.loads(facts(PLAN)["rules.R10.active"]) is True
