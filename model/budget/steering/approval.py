"""The state of proposals, and a person's approval of them.

An approval is never dated by the clock: it has the day that is named for it, or else that of the
export, and is then said to be as of the export.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from model.budget.accounts import moves
from model.budget.accounts.balances import Balances, Posting
from model.budget.accounts.ledger import Ledger
from model.budget.plan.plan import Plan
from model.budget.plan.schema import INDEX
from model.budget.steering.history import PastMove, Week
from model.budget.steering.journal import ACTOR
from model.budget.steering.proposals import Proposal
from model.problems import Problem, fail_if, nearest, quoted

OPEN, APPROVED, VOID = "open", "approved", "no longer valid"
_NAME = 60
_HINT = "the review lists its proposals."


class Change(NamedTuple):
    """What a move does: planned before and after by bucket, and what may then still leave its
    source, in all and by its rule; empty and None where no money moves. [cents]"""

    planned: Mapping[str, tuple[int, int]]
    bucket_left: int | None
    rule_left: int | None


_NO_CHANGE = Change({}, None, None)


@dataclass(frozen=True)
class Standing:
    """A proposal, its state, and what it would do now, and after the open ones before it.

    `why` says who approved it, or why it is no longer valid; `competes` why it can not be approved
    after those before it.
    """

    proposal: Proposal
    state: str
    why: str = ""
    now: Change = _NO_CHANGE
    then: Change = _NO_CHANGE
    competes: str = ""


def take(plan: Plan, entry: Mapping, past_moves: list[PastMove], approvals: dict[str, str],
         export_days: Collection[str] = ()) -> None:
    """Note a move or an approval of a log; `export_days` are those of the exports so far."""
    inputs = entry["inputs"]
    proposal = str(inputs.get("event", ""))
    if entry["kind"] == "move" and entry["after"]:
        day = date.fromisoformat(entry["time"][:10])
        past_moves.append(PastMove(
            plan.day_of(day) // 7 + 1, entry["rule"], INDEX[inputs["source"]],
            INDEX[inputs["destination"]], inputs["cents"], proposal))
    if proposal and entry["kind"] in ("move", "freeze", "unfreeze", "increase"):
        approvals[proposal] = _approval(entry["actor"], entry["time"][:10], export_days)


def _approval(by: str, day: str, export_days: Collection[str]) -> str:
    """Who approved and when: on a day, or as of an export of that day."""
    return f"{by} approved it {'as of the export of' if day in export_days else 'on'} {day}"


def standing(plan: Plan, balances: Balances, weeks: Sequence[Week], approvals: Mapping[str, str],
             day: date) -> tuple[Standing, ...]:
    """Every proposal, with what it would do now and after the open ones before it."""
    rows = []
    then = balances
    for each in _proposals(weeks, approvals):
        row = _standing(plan, balances, each, approvals, day, len(weeks))
        if row.now.planned:
            result = _trial(plan, then, each, day)
            if result.accepted:
                row = replace(row, then=_change(plan, each, then, result.balances))
                then = result.balances
            else:
                row = replace(row, competes=result.why)
        rows.append(row)
    return tuple(rows)


def _proposals(weeks: Sequence[Week], approvals: Mapping[str, str]) -> list[Proposal]:
    """The proposals of the weeks, without the end of a freeze that nobody has begun."""
    freeze = any("-freeze-" in each_id for each_id in approvals)
    return [each for week in weeks for each in week.proposals if each.kind != "unfreeze" or freeze]


def _standing(plan: Plan, balances: Balances, each: Proposal, approvals: Mapping[str, str],
              day: date, complete: int) -> Standing:
    if each.id in approvals:
        return Standing(each, APPROVED, approvals[each.id])
    if each.kind != "move":
        why = _too_late(plan, each, complete)
        return Standing(each, VOID if why else OPEN, why)
    result = _trial(plan, balances, each, day)
    if not result.accepted:
        return Standing(each, VOID, result.why)
    return Standing(each, OPEN, now=_change(plan, each, balances, result.balances))


def _change(plan: Plan, each: Proposal, before: Balances, after: Balances) -> Change:
    source = INDEX[each.source]
    planned = {code: (int(before.planned[INDEX[code]]), int(after.planned[INDEX[code]]))
               for code in (each.source, each.destination)}
    return Change(planned, int(moves.headroom(plan, after, source)),
                  int(moves.headroom(plan, after, source, each.rule)))


def _trial(plan: Plan, balances: Balances, each: Proposal, day: date) -> Posting:
    number = plan.day_of(day)
    return moves.make(plan, balances, INDEX[each.source], INDEX[each.destination], each.cents,
                      rule=each.rule, approval_day=number, day=number, has_reason=True)


def _too_late(plan: Plan, each: Proposal, complete: int) -> str:
    last = each.week + plan.whole("gate.longest_freeze")
    if each.kind == "freeze" and complete >= last:
        return f"the freeze would have ended with week {last}"
    return ""


def approve(ledger: Ledger, weeks: Sequence[Week], approvals: dict[str, str],
            ids: Sequence[str], by: str, as_of: date, on: date | None = None) -> None:
    """Approve proposals in the given order: their moves join the ledger, and their ids the
    approvals. They bear the day `on`, or that of the export, `as_of`. Raises InputError with every
    one that cannot be approved."""
    day, by = on or as_of, by.strip()
    plan, problems = ledger.plan, []
    by_id = {each.id: each for each in _proposals(weeks, approvals)}
    if not by or not by.isprintable() or len(by) > _NAME or by == ACTOR:
        problems.append(Problem("--by", f"{quoted(by)} names nobody; give the name of the person "
                                f"who approves, at most {_NAME} characters."))
    if on and on > plan.end:
        problems.append(Problem("--on", f"{on} is after the plan's last day, {plan.end}; give a "
                                        "day of the plan."))
    for name in dict.fromkeys(ids):
        each = by_id.get(name)
        if name in approvals:
            problems.append(Problem("--approve", f"{name}: {approvals[name]} already; leave it "
                                                 "out."))
        elif each is None:
            problems.append(Problem("--approve", f"{quoted(name)} is no proposal of this review; "
                                                 f"{nearest(name, by_id, lists=_HINT)}"))
        elif day < plan.monday(each.week):
            problems.append(Problem("--on", f"{day} is before week {each.week}, which begins on "
                                    f"{plan.monday(each.week)} and in which {name} was proposed; "
                                    "give a day of that week or later."))
        elif why := _post(ledger, each, by, day, len(weeks)):
            problems.append(Problem("--approve", f"{name} is no longer valid: {why}; leave it out, "
                                                 "or make room for it first."))
        else:
            approvals[name] = _approval(by, day.isoformat(), {as_of.isoformat()})
    fail_if(problems)


def _post(ledger: Ledger, each: Proposal, by: str, day: date, complete: int) -> str:
    """Post what a proposal asks for; why that cannot be done, or nothing where it is done."""
    who = {"time": day.isoformat(), "actor": by, "rule": each.rule}
    if each.kind != "move":
        if why := _too_late(ledger.plan, each, complete):
            return why
        ledger.note(each.kind, {"event": each.id, "cents": each.cents, "effect": each.effect,
                                "evidence": each.evidence}, **who)
        return ""
    result = _trial(ledger.plan, ledger.balances, each, day)
    if not result.accepted:
        return result.why
    ledger.move(INDEX[each.source], INDEX[each.destination], each.cents,
                approval=f"{by}: {each.id}", approval_day=day.isoformat(), reason=each.evidence,
                event=each.id, **who)
    return ""
