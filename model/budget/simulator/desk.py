"""The desk at which strategies ask: what they ask for is checked, made or refused, and noted.

A move that needs a person's approval waits for it; the approval comes after the plan's lag. A
freeze is never longer than the plan allows, and the next one does not follow upon it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.actions import (
    NO_CAP,
    DailyCap,
    Freeze,
    Move,
    Release,
    Strategy,
    Unfreeze,
)
from model.budget.simulator.observing import observation
from model.budget.simulator.record import CHORES
from model.budget.simulator.tape import DAYS

_LAST_DAY = 4


@dataclass(frozen=True)
class Waiting:
    """A move that waits for approval in some lanes, and the week at whose end it comes."""

    move: Move
    where: np.ndarray
    due: int


@dataclass
class Desk:
    """What has been asked and decided, by lane. `memories` are the strategies' own."""

    plan: Plan
    strategies: Sequence[Strategy]
    size: int
    memories: list
    frozen_until: np.ndarray
    caps_asked: np.ndarray
    caps: np.ndarray
    chores: dict[str, np.ndarray]
    moved: np.ndarray
    rejected: np.ndarray
    waiting: list[Waiting] = field(default_factory=list)

    @classmethod
    def open(cls, plan: Plan, strategies: Sequence[Strategy], size: int) -> Desk:
        lanes, buckets = size * len(strategies), len(BUCKETS)
        caps = np.full((buckets, lanes), NO_CAP)
        return cls(
            plan, strategies, size, [each.memory(plan, size) for each in strategies],
            np.zeros(lanes, np.int64), caps, caps.copy(),
            {kind: np.zeros(lanes, np.int64) for kind in CHORES},
            np.zeros((buckets, buckets, lanes), np.int64), np.zeros(lanes, np.int64))

    def today(self, state, week: int, day: int) -> None:
        """Let every strategy ask at the start of a day."""
        self._ask(state, week, day, "daily")
        self.caps = self.caps_asked.copy()

    def at_week_end(self, state, week: int) -> None:
        """Carry out what was approved, then let every strategy ask."""
        ready = [each for each in self.waiting if each.due <= week]
        self.waiting = [each for each in self.waiting if each.due > week]
        for each in ready:
            self._make(state, each.move, each.where, week, _LAST_DAY, approved=True)
        self._ask(state, week, DAYS, "weekly")

    def _lanes(self):
        for number, strategy in enumerate(self.strategies):
            yield slice(number * self.size, (number + 1) * self.size), strategy

    def _ask(self, state, week: int, day: int, hook: str) -> None:
        default = getattr(Strategy, hook)
        expected = None
        for number, (lanes, strategy) in enumerate(self._lanes()):
            if getattr(type(strategy), hook) is default:
                continue
            if expected is None:
                expected = self._expected(state.books.balances)
            seen = observation(state, number, lanes, week, day, expected)
            actions, self.memories[number] = getattr(strategy, hook)(seen, self.memories[number])
            for action in actions:
                self._do(state, action, lanes, week, min(day, _LAST_DAY))

    def _expected(self, balances: Balances) -> Balances:
        """The balances with the moves that wait for approval already made."""
        for each in self.waiting:
            cents = np.where(each.where, each.move.cents, 0)
            balances = posting.move(balances, each.move.source, each.move.destination, cents,
                                    moves.lifts_cap(self.plan, each.move.rule),
                                    each.move.rule == "R10", cents > 0).balances
        return balances

    def _do(self, state, action, lanes: slice, week: int, day: int) -> None:
        if isinstance(action, Move):
            cents = self._whole(action.cents, lanes)
            whole = Move(action.source, action.destination, cents, action.rule)
            where = cents != 0
            wanted = moves.needs_approval(self.plan, action.rule, cents) & where
            self._make(state, whole, where & ~wanted, week, day, approved=False)
            if wanted.any():
                self.chores["reviews"] += wanted
                lag = self.plan.whole("review.lag")
                if lag:
                    self.waiting.append(Waiting(whole, wanted, week + lag))
                    self._say(state, "request_approval", wanted, rule=action.rule, cents=cents)
                else:
                    self._make(state, whole, wanted, week, day, approved=True)
        elif isinstance(action, Freeze):
            self._freeze(state, self._whole(action.until, lanes),
                         self._whole(action.where, lanes, bool), week)
        elif isinstance(action, Unfreeze):
            where = self._whole(action.where, lanes, bool) & (self.frozen_until > week)
            self.frozen_until = np.where(where, week, self.frozen_until)
            self._say(state, "unfreeze", where)
        elif isinstance(action, Release):
            total = self._whole(action.total, lanes)
            asked = np.zeros(len(total), bool)
            asked[lanes] = total[lanes] != state.books.balances.released_total[lanes]
            made = state.books.release(total, asked)
            self.rejected += asked & ~made
        elif isinstance(action, DailyCap):
            cents = self._whole(action.cents, lanes)
            good = np.zeros(len(cents), bool)
            good[lanes] = cents[lanes] >= 0
            self.caps_asked[action.bucket] = np.where(good, cents, self.caps_asked[action.bucket])
            asked = np.zeros(len(cents), bool)
            asked[lanes] = True
            self.rejected += asked & ~good

    def _freeze(self, state, until: np.ndarray, where: np.ndarray, week: int) -> None:
        longest = week + self.plan.whole("gate.longest_freeze")
        # A freeze that is on or ended just now is a person's to prolong, not a rule's.
        good = where & (until <= longest) & (until > week) & (self.frozen_until < week)
        self.rejected += where & ~good
        self.frozen_until = np.where(good, until, self.frozen_until)
        self.chores["rule_actions"] += good
        self._say(state, "freeze", good, until=until)
        self._say(state, "rejected", where & ~good, asked="freeze", until=until)

    def _make(self, state, move: Move, where: np.ndarray, week: int, day: int,
              approved: bool) -> None:
        if not where.any():
            return
        today = 7 * (week - 1) + day
        made = state.books.move(move.source, move.destination, move.cents, move.rule, today,
                                today if approved else moves.NEVER, where)
        self.moved[move.source, move.destination] += np.where(made, move.cents, 0)
        self.rejected += where & ~made
        self.chores["rule_actions" if move.rule else "moves_by_hand"] += made

    def _whole(self, values, lanes: slice, kind=np.int64) -> np.ndarray:
        """A strategy's values in an array for all lanes, 0 or no elsewhere."""
        found = np.zeros(len(self.frozen_until), kind)
        found[lanes] = values
        return found

    def _say(self, state, kind: str, where: np.ndarray, **inputs) -> None:
        if state.books.recorder:
            state.books.recorder.say(kind, state.books.actors, where, inputs)
