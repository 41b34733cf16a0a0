"""The history of a programme's weeks as its rules saw them: balances at each end, and firings.

A week's balances follow from the export and the moves that were made, whatever the order in which
they were entered, so the same export gives the same proposals. Money that waits for approval is
set aside, so that rules do not ask for it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances, open_balances
from model.budget.accounts.versions import Versions
from model.budget.plan.plan import CON, ONE, Plan
from model.budget.plan.schema import INDEX
from model.budget.programme.export import Records
from model.budget.programme.forecast import shortage
from model.budget.programme.weeks import Signals, open_commitments, week_end, weekly_spending
from model.budget.steering.journal import releases_by
from model.budget.steering.proposals import Proposal, doubts, proposals
from model.budget.steering.rules import ORDER, evaluate
from model.budget.steering.week_end import Outcome, WeekEnd, open_state, readings

# What a rule did in a week. The condition of the last three holds, and yet no money moves.
FIRED, QUIET, NOT_DUE, UNJUDGED, WARMING, HELD, OFF = (
    "fired", "quiet", "not due", "not judged", "warming up", "held", "off")
NOTHING_LEFT, LATER, ANSWERED = (
    "holds, nothing to move", "holds, another rule takes first",
    "holds, was declined or expired")
RULES = (*ORDER, "R14")
# Rules whose condition lasts for weeks: once refused, they ask again when it has lapsed in between.
_LASTING = frozenset({"R10", "R12", "R18"})
_NONE: Mapping = {}
_SOURCES = {"R10": ONE, "R11": CON, "R12": ONE, "R17": ONE}


@dataclass(frozen=True)
class PastMove:
    """A move in the ledger, with the week of its day, from 1, and the id of its proposal."""

    week: int
    rule: str
    source: int
    destination: int
    cents: int
    proposal: str = ""


@dataclass(frozen=True)
class Decline:
    """A person's refusal of a proposal: the week of its day, from 1, and who, when and why."""

    week: int
    words: str


@dataclass(frozen=True)
class Week:
    """A complete week: its balances at the end, what its rules ask for, what each did, and a
    sentence for each that could not be judged."""

    number: int
    balances: Balances
    proposals: tuple[Proposal, ...]
    status: dict[str, str]
    gaps: tuple[str, ...]


def weeks(versions: Versions, records: Records, signals: Signals,
          past_moves: Sequence[PastMove] = (),
          declines: Mapping[str, Decline] = _NONE) -> tuple[Week, ...]:
    """Every complete week, each read under the plan of its time."""
    state, every = open_state(), readings(signals)
    # The last week in which a rule was read and its condition did not hold.
    lapses: dict[str, int] = {}
    # Moves that the rules of earlier weeks proposed, by id.
    earlier: dict[str, Proposal] = {}
    past: list[Week] = []
    for number, plain in enumerate(_without_moves(versions, records, signals), 1):
        plan = versions.of(number)
        # A move that a week's own rules proposed was made after they were read, and so is a
        # person's own: what they had asked for stays as it was.
        so_far = [move for move in past_moves if move.week < number or (
            move.week == number and move.proposal in earlier)]
        ids = {move.proposal for move in so_far}
        balances = _with_moves(versions, plain, so_far)
        waiting = [each for each in earlier.values() if each.id not in ids]
        over = [each for each in waiting if is_over(plan, each, number)
                or (each.id in declines and declines[each.id].week <= number)]
        ahead = _set_aside(plan, balances, [each for each in waiting if each not in over])
        short = _short(plan, signals, number, balances)
        end = WeekEnd(plan, number, replace(every, short=short), ahead, state,
                      answers=_answers(over, lapses))
        outcome = evaluate(end)
        lapses |= {rule: number for rule, holds in outcome.holds.items()
                   if not bool(holds) and rule not in outcome.unknown}
        new = proposals(outcome, end)
        earlier |= {each.id: each for each in new if each.kind == "move"}
        past.append(Week(number, balances, new, _status(outcome, end), doubts(outcome, end)))
        state = outcome.state
    return tuple(past)


def is_over(plan: Plan, each: Proposal, week: int) -> bool:
    """Whether a proposal has had no answer for so long that by a week it has expired. What rule B
    asks for is of the next quarter, and does not expire in this one."""
    return each.kind != "increase" and week > each.week + plan.whole("review.expires")


def _answers(over: Iterable[Proposal], lapses: Mapping[str, int]) -> frozenset[str]:
    """The rules that were refused what they ask for, and whose condition has held ever since."""
    return frozenset(each.rule for each in over
                     if each.rule in _LASTING and lapses.get(each.rule, 0) <= each.week)


def _without_moves(versions: Versions, records: Records, signals: Signals) -> Iterator[Balances]:
    """The balances at the end of each complete week as if nothing had moved between buckets."""
    ends = [week_end(records, week + 1) for week in range(signals.complete)]
    releases = releases_by(records, versions, ends)
    commitments = open_commitments(records, records.equity_learners)
    spending = weekly_spending(records, records.equity_learners).cumsum(axis=0)
    for week in range(signals.complete):
        plan = versions.of(week + 1)
        opens = plan.whole("equity.release_week")
        yield replace(
            open_balances(plan), spent=signals.spent[:week + 1].sum(axis=0),
            committed=signals.committed[week],
            equity_committed=commitments[week], equity_spent=spending[week],
            released_total=np.array(releases[week]), equity_open=np.array(week + 1 >= opens))


def _with_moves(versions: Versions, balances: Balances, past_moves: Sequence[PastMove]) -> Balances:
    """Balances after moves of the ledger, which nothing can refuse any more."""
    planned, outflow, past_gate = (values.copy() for values in (
        balances.planned, balances.outflow, balances.gated_outflow))
    rule_a = balances.rule_a_outflow
    for move in past_moves:
        planned[move.source] -= move.cents
        planned[move.destination] += move.cents
        lifts = moves.lifts_cap(versions.of(move.week), move.rule)
        (past_gate if lifts else outflow)[move.source] += move.cents
        rule_a = rule_a + (move.cents if move.rule == "R10" else 0)
    return replace(balances, planned=planned, outflow=outflow, gated_outflow=past_gate,
                   rule_a_outflow=rule_a)


def _set_aside(plan: Plan, balances: Balances, requests: Sequence[Proposal]) -> Balances:
    """The balances with the moves that wait for approval made, as far as that is possible."""
    for each in requests:
        balances = posting.move(
            balances, INDEX[each.source], INDEX[each.destination], each.cents,
            moves.lifts_cap(plan, each.rule), each.rule == "R10").balances
    return balances


def _short(plan: Plan, signals: Signals, week: int, balances: Balances) -> np.ndarray | None:
    """What buckets will lack at the end even by the low forecast; None when R18 is not read."""
    if not plan.due("R18", week):
        return None
    return shortage(replace(signals, complete=week), plan, balances.planned)


def _status(outcome: Outcome, end: WeekEnd) -> dict[str, str]:
    firings = {firing.rule for firing in outcome.firings if bool(firing.where)}
    unknown = {rule for rule, where in outcome.unknown.items() if bool(where)}
    taken = {firing.source for firing in outcome.firings if firing.kind == "move"}

    def of(rule: str) -> str:
        if not end.plan.active(rule):
            return OFF
        if rule in firings:
            return FIRED
        if not end.plan.due(rule, end.week):
            return NOT_DUE
        if rule in ("R10", "R12") and end.warming_up:
            return WARMING
        if rule == "R13" and bool(outcome.holds[rule]):
            # It has fired and waits for completion to recover.
            return HELD
        if rule in unknown:
            return UNJUDGED
        if not bool(outcome.holds[rule]):
            return QUIET
        if rule in end.answers:
            return ANSWERED
        return LATER if _SOURCES.get(rule) in taken else NOTHING_LEFT

    return {rule: of(rule) for rule in RULES}
