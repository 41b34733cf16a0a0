"""The state of proposals, and a person's answer to them: an approval, or a refusal with a reason.

An answer is never dated by the clock: it has the day that is named for it, or else that of the
export, and is then said to be as of the export.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from model.budget.accounts import moves
from model.budget.accounts.balances import Balances, Posting
from model.budget.accounts.ledger import Ledger
from model.budget.money import dollars
from model.budget.plan.plan import Plan
from model.budget.plan.schema import INDEX
from model.budget.steering.history import Decline, PastMove, Week, is_over
from model.budget.steering.journal import ACTOR
from model.budget.steering.proposals import Proposal, short_ids
from model.counts import count
from model.problems import Problem, fail_if, nearest, quoted

OPEN, APPROVED, VOID, DECLINED, EXPIRED = (
    "open", "approved", "no longer valid", "declined", "expired")
_NAME, _REASON = 60, 200
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

    `why` says who answered it, or why it is no longer valid; `competes` why it can not be approved
    after those before it.
    """

    proposal: Proposal
    state: str
    why: str = ""
    now: Change = _NO_CHANGE
    then: Change = _NO_CHANGE
    competes: str = ""


@dataclass
class Answers:
    """The answers that a log holds, by the id of a proposal: who approved it and when, and who
    declined it, when and why; the days of the approvals, and the moves that were made."""

    approvals: dict[str, str] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    declines: dict[str, Decline] = field(default_factory=dict)
    moves: list[PastMove] = field(default_factory=list)

    def of(self, name: str) -> str:
        """Who answered a proposal and how; empty where nobody did."""
        return self.approvals.get(name) or (
            self.declines[name].words if name in self.declines else "")


@dataclass(frozen=True)
class Answer:
    """What a person decides: the proposals approved and declined, moves of the person's own (codes
    of buckets and cents), who, on which day (that of the export where it is None), and the reason
    of what is declined or moved."""

    approve: Sequence[str] = ()
    decline: Sequence[str] = ()
    move: Sequence[tuple[str, str, int]] = ()
    by: str = ""
    on: date | None = None
    reason: str = ""


def take(plan: Plan, entry: Mapping, answers: Answers, export_days: Collection[str] = ()) -> None:
    """Note a move or an answer of a log; `export_days` are those of the exports so far."""
    inputs = entry["inputs"]
    proposal = str(inputs.get("event", ""))
    if entry["kind"] == "move" and entry["after"]:
        day = date.fromisoformat(entry["time"][:10])
        answers.moves.append(PastMove(
            plan.week_of(day), entry["rule"], INDEX[inputs["source"]],
            INDEX[inputs["destination"]], inputs["cents"], proposal))
    if proposal and entry["kind"] in ("move", "freeze", "unfreeze", "increase"):
        answers.approvals[proposal] = _answer(entry["actor"], "approved", entry["time"][:10],
                                              export_days)
        answers.days[proposal] = date.fromisoformat(entry["time"][:10])
    elif proposal and entry["kind"] == "decline":
        day = date.fromisoformat(entry["time"][:10])
        answers.declines[proposal] = _decline(plan, entry["actor"], day, inputs["reason"],
                                              export_days)


def _answer(by: str, what: str, day: str, export_days: Collection[str]) -> str:
    """Who answered and when: on a day, or as of an export of that day."""
    return f"{by} {what} it {'as of the export of' if day in export_days else 'on'} {day}"


def _decline(plan: Plan, by: str, day: date, reason: str, export_days: Collection[str]) -> Decline:
    words = _answer(by, "declined", day.isoformat(), export_days)
    return Decline(plan.week_of(day), f"{words}: {reason}")


def standing(plan: Plan, balances: Balances, weeks: Sequence[Week], answers: Answers,
             day: date) -> tuple[Standing, ...]:
    """Every proposal, with what it would do now and after the open ones before it."""
    rows = []
    then = balances
    for each in _proposals(weeks, answers.approvals):
        row = _standing(plan, balances, each, answers, day, len(weeks))
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


def short_names(weeks: Sequence[Week]) -> dict[str, str]:
    """The short id of every proposal that the weeks have made."""
    return short_ids(each.id for week in weeks for each in week.proposals)


def _standing(plan: Plan, balances: Balances, each: Proposal, answers: Answers, day: date,
              complete: int) -> Standing:
    if said := answers.of(each.id):
        return Standing(each, APPROVED if each.id in answers.approvals else DECLINED, said)
    if is_over(plan, each, plan.week_of(day)):
        return Standing(each, EXPIRED, _no_answer(plan))
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


def _no_answer(plan: Plan) -> str:
    return f"nobody answered within {count(plan.whole('review.expires'), 'week')}"


def _too_late(plan: Plan, each: Proposal, complete: int) -> str:
    last = each.week + plan.whole("gate.longest_freeze")
    if each.kind == "freeze" and complete >= last:
        return f"the freeze would have ended with week {last}"
    return ""


def decide(ledger: Ledger, weeks: Sequence[Week], answers: Answers, answer: Answer,
           as_of: date) -> None:
    """Approve and decline proposals in the given order: their moves join the ledger, and their ids
    the answers. They bear the day of the answer, or that of the export, `as_of`. Raises InputError
    with every one that cannot be answered so."""
    day, by, reason = answer.on or as_of, answer.by.strip(), answer.reason.strip()
    plan, problems = ledger.plan, _faults(answer, ledger.plan)
    by_id = {each.id: each for each in _proposals(weeks, answers.approvals)}
    full = {short: name for name, short in short_names(weeks).items()}
    days = {as_of.isoformat()}
    asked = dict.fromkeys((option, full.get(name, name)) for option, names in (
        ("--approve", answer.approve), ("--decline", answer.decline)) for name in names)
    for option, name in asked:
        each = by_id.get(name)
        if said := answers.of(name):
            problems.append(Problem(option, f"{name}: {said} already; leave it out."))
        elif each is None:
            problems.append(Problem(option, f"{quoted(name)} is no proposal of this review; "
                                            f"{nearest(name, by_id, lists=_HINT)}"))
        elif day < plan.monday(each.week):
            problems.append(Problem("--on", f"{day} is before week {each.week}, which begins on "
                                    f"{plan.monday(each.week)} and in which {name} was proposed; "
                                    "give a day of that week or later."))
        elif is_over(plan, each, plan.week_of(day)):
            problems.append(Problem(option, f"{name} has expired, as {_no_answer(plan)}; leave it "
                                            "out."))
        elif fault := role_fault(plan, answerer(plan, each), by, f"answer {name}"):
            problems += fault
        elif option == "--decline":
            if not problems:
                ledger.note("decline", {"event": name, "reason": reason}, time=day.isoformat(),
                            actor=by, rule=each.rule)
                answers.declines[name] = _decline(plan, by, day, reason, days)
        elif why := _post(ledger, each, by, day, len(weeks)):
            problems.append(Problem("--approve", f"{name} is no longer valid: {why}; leave it out, "
                                                 "or make room for it first."))
        else:
            answers.approvals[name] = _answer(by, "approved", day.isoformat(), days)
            answers.days[name] = day
    if not problems:
        problems = [problem for move in answer.move
                    for problem in _own_move(ledger, move, by, day, reason)]
    fail_if(problems)


def _own_move(ledger: Ledger, move: tuple[str, str, int], by: str, day: date,
              reason: str) -> list[Problem]:
    """Make a move that no rule asked for, within the caps that hold for all; or why not."""
    source, destination, cents = move
    result = ledger.move(INDEX[source], INDEX[destination], cents, approval=f"{by}: own move",
                         approval_day=day.isoformat(), reason=reason, time=day.isoformat(),
                         actor=by)
    if result.accepted:
        return []
    return [Problem("--move", f"{dollars(cents)} from {source} to {destination} cannot be made: "
                              f"{result.why}; name less, or other buckets.")]


def _faults(answer: Answer, plan: Plan) -> list[Problem]:
    """What is wrong with an answer, whatever it is about."""
    problems = name_fault(answer.by.strip())
    if answer.on and answer.on > plan.end:
        problems.append(Problem("--on", f"{answer.on} is after the plan's last day, {plan.end}; "
                                        "give a day of the plan."))
    if answer.move:
        problems += role_fault(plan, chief(plan), answer.by.strip(), "move money of its own accord")
    needs_reason = answer.decline or answer.move
    return problems + (reason_fault(answer.reason.strip()) if needs_reason else [])


def name_fault(by: str) -> list[Problem]:
    """The problem of a name that is no person's, or none."""
    if by and by.isprintable() and len(by) <= _NAME and by != ACTOR:
        return []
    return [Problem("--by", f"{quoted(by)} names nobody; give the name of the person who decides, "
                            f"at most {_NAME} characters.")]


def role_fault(plan: Plan, role: str, by: str, what: str) -> list[Problem]:
    """The problem of a person who is none of a role that has people, or none; `what` the role
    alone may do."""
    people = plan.roles.get(role, ())
    if not people or by.casefold() in {name.casefold() for name in people}:
        return []
    return [Problem("--by", f"{quoted(by)} is not of the role {role}, which alone may {what}; "
                            f"known: {', '.join(people)}.")]


def chief(plan: Plan) -> str:
    """The role that decides what needs a further review, and all that no rule asks for."""
    return plan.rules["R21"].owner


def answerer(plan: Plan, each: Proposal) -> str:
    """The role that answers a proposal: that of its rule, or of what needs a further review."""
    return chief(plan) if each.needs_approval else plan.rules[each.rule].owner


def reason_fault(reason: str) -> list[Problem]:
    """The problem of a reason that says nothing, or none."""
    if reason and reason.isprintable() and len(reason) <= _REASON:
        return []
    return [Problem("--reason", f"is {quoted(reason)}; say in words why, at most {_REASON} "
                                "characters.")]


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
