"""Which proposals are open, and a person's approval of them.

An approval is never dated by the clock. It has the day that is named for it, or else that of the
export, up to which the programme is known; it is then said to be as of the export.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from model.budget.accounts import moves
from model.budget.accounts.balances import Balances
from model.budget.accounts.ledger import Ledger
from model.budget.plan.plan import Plan
from model.budget.plan.schema import INDEX
from model.budget.steering.history import Made, Week
from model.budget.steering.journal import ACTOR
from model.budget.steering.proposals import Proposal
from model.problems import Problem, fail_if, nearest, quoted

OPEN, APPROVED, VOID = "open", "approved", "no longer valid"
_NAME = 60
_LISTED = "the review lists its proposals."


@dataclass(frozen=True)
class Standing:
    """A proposal, whether it is open, and what it would do now. [cents]

    why         who approved it and when, or why it is no longer valid; empty where it is open
    planned     by bucket, before and after; empty where no money moves
    bucket_left, rule_left
                what may still leave the source afterwards within its cap, and what the rule may
                still move out of it; None where no money moves
    then, bucket_then, rule_then
                the same after the open proposals before it were approved
    competes    why it can then not be approved; empty where it can
    """

    proposal: Proposal
    state: str
    why: str
    planned: Mapping[str, tuple[int, int]]
    bucket_left: int | None = None
    rule_left: int | None = None
    then: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    bucket_then: int | None = None
    rule_then: int | None = None
    competes: str = ""


def take(plan: Plan, entry: Mapping, made: list[Made], approvals: dict[str, str],
         exported: Collection[str] = ()) -> None:
    """Note an entry of a log where it is a move or an approval. `exported` are the dates of the
    exports before it."""
    inputs = entry["inputs"]
    known = str(inputs.get("event", ""))
    if entry["kind"] == "move" and entry["after"]:
        day = date.fromisoformat(entry["time"][:10])
        made.append(Made(plan.day_of(day) // 7 + 1, entry["rule"],
                         INDEX[inputs["source"]], INDEX[inputs["destination"]],
                         inputs["cents"], known))
    if known and entry["kind"] in ("move", "freeze", "unfreeze", "increase"):
        approvals[known] = _given(entry["actor"], entry["time"][:10], exported)


def _given(by: str, day: str, exported: Collection[str]) -> str:
    """Who approved and when: on a day, or as of an export where nobody named another day."""
    return f"{by} approved it {'as of the export of' if day in exported else 'on'} {day}"


def standing(plan: Plan, balances: Balances, weeks: Sequence[Week], approvals: Mapping[str, str],
             day: date) -> tuple[Standing, ...]:
    """Every proposal of the weeks, in their order."""
    return _in_order(plan, balances, day, (
        _standing(plan, balances, each, approvals, day, len(weeks))
        for week in weeks for each in _wanted(week, approvals)))


def _in_order(plan: Plan, balances: Balances, day: date,
              found: Iterable[Standing]) -> tuple[Standing, ...]:
    """Proposals with what each does after the open ones before it, as far as they go."""
    kept = []
    for each in found:
        if each.state == OPEN and each.planned:
            tried = _tried(plan, balances, each.proposal, day)
            if tried.accepted:
                each = replace(each, **dict(zip(("then", "bucket_then", "rule_then"), _change(
                    plan, each.proposal, balances, tried.balances), strict=True)))
                balances = tried.balances
            else:
                each = replace(each, competes=tried.why)
        kept.append(each)
    return tuple(kept)


def _wanted(week: Week, approvals: Mapping[str, str]) -> Iterable[Proposal]:
    """The proposals of a week, less the end of a freeze that nobody has begun."""
    frozen = any("-freeze-" in known for known in approvals)
    return (each for each in week.proposals if each.kind != "unfreeze" or frozen)


def _standing(plan: Plan, balances: Balances, each: Proposal, approvals: Mapping[str, str],
              day: date, complete: int) -> Standing:
    if each.id in approvals:
        return Standing(each, APPROVED, approvals[each.id], {})
    if each.kind != "move":
        why = _passed(plan, each, complete)
        return Standing(each, VOID if why else OPEN, why, {})
    tried = _tried(plan, balances, each, day)
    if not tried.accepted:
        return Standing(each, VOID, f"{tried.why}", {})
    return Standing(each, OPEN, "", *_change(plan, each, balances, tried.balances))


def _change(plan: Plan, each: Proposal, before: Balances,
            after: Balances) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Planned before and after by bucket, and what the source and the rule may then still move."""
    source = INDEX[each.source]
    planned = {code: tuple(int(balances.planned[INDEX[code]])
                           for balances in (before, after))
               for code in (each.source, each.destination)}
    return planned, int(moves.headroom(plan, after, source)), int(
        moves.headroom(plan, after, source, each.rule))


def _tried(plan: Plan, balances: Balances, each: Proposal, day: date):
    number = plan.day_of(day)
    return moves.make(plan, balances, INDEX[each.source], INDEX[each.destination], each.cents,
                      rule=each.rule, approved=number, day=number, explained=True)


def _passed(plan: Plan, each: Proposal, complete: int) -> str:
    """Why a proposal that moves no money comes too late."""
    last = each.week + plan.whole("gate.longest_freeze")
    if each.kind == "freeze" and complete >= last:
        return f"the freeze would have ended with week {last}"
    return ""


def approve(ledger: Ledger, weeks: Sequence[Week], approvals: dict[str, str],
            wanted: Sequence[str], by: str, as_of: date, on: date | None = None) -> None:
    """Approve proposals in the given order: their moves join the ledger, and their ids the
    approvals. They bear the day `on`, or that of the export, `as_of`. Raises InputError with every
    one that cannot be approved."""
    day = on or as_of
    plan, problems = ledger.plan, []
    known = {each.id: each for week in weeks for each in _wanted(week, approvals)}
    if not by.strip() or not by.isprintable() or len(by) > _NAME or by.strip() == ACTOR:
        problems.append(Problem("--by", f"{quoted(by)} names nobody; give the name of the person "
                                f"who approves, at most {_NAME} characters."))
    if on and on > plan.end:
        problems.append(Problem("--on", f"{on} is after the plan's last day, {plan.end}; give a "
                                        "day of the plan."))
    for name in dict.fromkeys(wanted):
        if name in approvals:
            problems.append(Problem("--approve", f"{name}: {approvals[name]} already; leave it "
                                                 "out."))
        elif name not in known:
            problems.append(Problem("--approve", f"{quoted(name)} is no proposal of this review; "
                                                 f"{nearest(name, known, lists=_LISTED)}"))
        elif day < plan.monday(known[name].week):
            problems.append(Problem("--on", f"{day} is before week {known[name].week}, which "
                                    f"begins on {plan.monday(known[name].week)} and in which "
                                    f"{name} was proposed; give a day of that week or later."))
        elif why := _approved(plan, ledger, known[name], by.strip(), day, len(weeks)):
            problems.append(Problem("--approve", f"{name} is no longer valid: {why}; leave it out, "
                                                 "or make room for it first."))
        else:
            approvals[name] = _given(by.strip(), day.isoformat(), {as_of.isoformat()})
    fail_if(problems)


def _approved(plan: Plan, ledger: Ledger, each: Proposal, by: str, day: date,
              complete: int) -> str:
    """Post what a proposal asks for; why that cannot be done."""
    who = {"time": day.isoformat(), "actor": by, "rule": each.rule}
    if each.kind != "move":
        if why := _passed(plan, each, complete):
            return why
        ledger.note(each.kind, {"event": each.id, "cents": each.cents, "effect": each.effect,
                                "evidence": each.evidence}, **who)
        return ""
    tried = _tried(plan, ledger.balances, each, day)
    if not tried.accepted:
        return tried.why
    ledger.move(INDEX[each.source], INDEX[each.destination], each.cents,
                approval=f"{by}: {each.id}", approved=day.isoformat(), reason=each.evidence,
                event=each.id, **who)
    return ""
