"""Random, hostile strategies, and the invariants that no run may break (specification, 6.10)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from model.budget.money import portion
from model.budget.plan.plan import CON, GRP, MEA, ONE, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.quarter import simulate
from model.budget.simulator.state import ACTIVE, COMPLETED, NOT_STARTED
from model.budget.simulator.strategy import DailyCap, Freeze, Move, Release, Strategy, Unfreeze
from model.budget.simulator.tape import DAYS, ENVIRONMENTS, draw
from model.budget.simulator.world import world
from model.budget.strategies import bounds

RULES = ("", "R10", "R11", "R12", "R13", "R17", "R18", "S5")


@dataclass(frozen=True)
class Hostile(Strategy):
    """Asks for anything: sound moves, moves into measurement, negative and huge amounts, endless
    freezes, releases that fall, caps below zero. What it does depends on its seed and the day."""

    name: str = "hostile"
    seed: int = 0
    advance: float = 1.0

    def first_release(self, plan) -> int:
        return int(plan.total * self.advance)

    def daily(self, seen, memory):
        return self._anything(seen, 0.15), memory

    def weekly(self, seen, memory):
        return self._anything(seen, 0.8), memory

    def _anything(self, seen, often: float) -> list:
        draws = np.random.default_rng([self.seed, seen.week, seen.day])
        size, found = seen.size, []
        for _ in range(3):
            if draws.random() > often:
                continue
            kind = draws.integers(6)
            some = draws.random(size) < 0.7
            if kind <= 1:
                amount = draws.choice([-5, 1, 50_000, 300_000, 900_000, 10**9])
                cents = (draws.random(size) * amount).astype(np.int64) * some
                # Most money is in one-to-one, so half of the moves try to take it from there.
                source = ONE if draws.random() < 0.5 else int(draws.integers(len(BUCKETS)))
                found.append(Move(source, int(draws.integers(len(BUCKETS))), cents,
                                  RULES[draws.integers(len(RULES))]))
            elif kind == 2:
                found.append(Freeze(seen.week + draws.integers(-1, 6, size), some))
            elif kind == 3:
                found.append(Unfreeze(some))
            elif kind == 4:
                found.append(Release((seen.plan.total * draws.uniform(0.2, 1.2, size)
                                      ).astype(np.int64)))
            else:
                found.append(DailyCap(int(draws.choice([ONE, GRP])),
                                      draws.integers(-100, 400_000, size)))
        return found


@dataclass
class Watch:
    """Looks at every lane after every day, and keeps what was broken by name."""

    broken: set = field(default_factory=set)
    before: tuple | None = None
    frozen: np.ndarray | None = None
    terminal: np.ndarray | None = None

    def __call__(self, state, week: int, day: int) -> None:
        balances, plan = state.books.balances, state.world.plan
        self._money(balances, plan)
        self._caps(balances, plan)
        if day == DAYS:
            self._weeks(state, week)

    def expect(self, name: str, holds) -> None:
        if not np.all(holds):
            self.broken.add(name)

    def _money(self, now, plan) -> None:
        self.expect("I1", now.planned.sum(axis=0) == plan.total)
        for values in (now.planned, now.committed, now.spent, now.available):
            self.expect("I2", values >= 0)
        self.expect("I2", (now.committed + now.spent).sum(axis=0) <= now.released_total)
        self.expect("I2", now.released_total <= plan.total)
        self.expect("I6", (now.available >= now.reserved)[[ONE, GRP]])
        if self.before:
            self.expect("I3", now.spent >= self.before[0])
            self.expect("I3", now.released_total >= self.before[1])
        self.before = now.spent, now.released_total

    def _caps(self, now, plan) -> None:
        cap = portion(now.opening, plan["caps.bucket_share"])
        gate = portion(now.opening, plan["caps.gate_share"])
        others = [bucket for bucket in range(len(BUCKETS)) if bucket != CON]
        self.expect("I4", (now.outflow <= cap)[others])
        self.expect("I4", (now.outflow + now.gated_outflow <= gate)[others])
        self.expect("I4", now.planned[MEA] == now.opening[MEA])
        self.expect("I5", now.rule_a_outflow <= portion(now.opening[ONE],
                                                        plan["rule_a.transfer_share"]))

    def _weeks(self, state, week: int) -> None:
        weeks, now, plan = state.weeks, week - 1, state.world.plan
        self.expect("I11", weeks.held_hours[now] <= weeks.offered[now])
        self.expect("I11", state.hours >= 0)
        requests = weeks.requests[:week].sum(axis=(0, 1))
        taken = weeks.served[:week].sum(axis=(0, 1))
        mentor = weeks.by_mentor[:week].sum(axis=0)
        self.expect("I11", requests == taken - mentor + weeks.unmet[:week].sum(axis=(0, 1)))
        ended = (weeks.held + weeks.no_shows + weeks.by_mentor + weeks.by_learner)
        self.expect("I11", weeks.booked == ended)
        self.expect("I12", weeks.served[now, GRP] <= state.world.seats * weeks.workshops[now])
        frozen = state.actions.frozen_until > week
        self.frozen = np.where(frozen, 0 if self.frozen is None else self.frozen + 1, 0)
        self.expect("I24", self.frozen <= plan.whole("gate.longest_freeze"))
        done = state.status == COMPLETED
        self.expect("I13", state.progress[done] >= state.requirement[done] - 1e-8)
        self.expect("I13", ~state.exists | (state.status != NOT_STARTED)
                    | (state.world.start[:, None] > week))
        if self.terminal is not None:
            left = self.terminal > ACTIVE
            self.expect("I13", state.status[left] == self.terminal[left])
        self.terminal = state.status.copy()
        lanes = np.arange(len(state.columns))
        for bookings in state.bookings.values():
            gone = state.status[bookings.learner, lanes] > ACTIVE
            self.expect("I13", ~(bookings.stands & gone))


def ended(quarter, bound: np.ndarray) -> set:
    """What the end of a quarter breaks."""
    broken, now, weeks = set(), quarter.balances, quarter.weeks
    plan = quarter.world.plan

    def expect(name: str, holds) -> None:
        if not np.all(holds):
            broken.add(name)

    expect("I20", now.committed == 0)
    expect("I20", now.spent.sum(axis=0) + now.returned == plan.total)
    expect("I12", now.spent[GRP] == quarter.world.workshop * weeks.workshops.sum(axis=0))
    spent = (now.equity_spent >= now.equity_floor).all(axis=0)
    expect("I6", spent | ~quarter.breach)
    expect("I14", quarter.completions <= bound + 1e-6)
    expect("I11", weeks.used.sum(axis=0) <= weeks.offered.sum(axis=0))
    return broken


def random_plan(seed: int):
    """A plan with other numbers, all within what is plausible."""
    draws = np.random.default_rng(seed)
    weights = draws.uniform([0.4, 0.1, 0, 0.05, 0.02], [0.7, 0.35, 0.2, 0.15, 0.1])
    shares = np.round(weights / weights.sum(), 3)
    shares[0] = round(1 - shares[1:].sum(), 3)
    names = ("one_to_one", "workshops", "library", "measurement", "contingency")
    learners = int(draws.integers(0, 25))
    return load_plan(changes={
        **{f"shares.{name}": float(share) for name, share in zip(names, shares, strict=True)},
        # From a fifth of what all would need to plenty, so that money is often gone early.
        "total": round(1_000 + 4 * learners * float(draws.uniform(50, 700)), 2),
        "cohorts.learners": learners,
        "offered.hours": round(float(draws.uniform(10, 90)), 1),
        "prices.one_hour": round(float(draws.uniform(20, 130)), 2),
        "prices.workshop": round(float(draws.uniform(90, 600)), 2),
        "equity.learner_share": round(float(draws.uniform(0, 0.5)), 2),
        "review.lag": int(draws.integers(0, 3)),
        "simulation.lead_time": int(draws.integers(0, 3)),
        "simulation.session.mentor_cancels": round(float(draws.uniform(0, 0.2)), 3),
        "simulation.session.learner_cancels": round(float(draws.uniform(0, 0.3)), 3)})


def hostile_runs(seed: int, strategies: int, replications: int, others=()) -> tuple[int, set]:
    """How many runs were made, of hostile strategies on a random plan, and what they broke."""
    plan = random_plan(seed)
    environment = list(ENVIRONMENTS)[seed % len(ENVIRONMENTS)]
    tape = draw(plan, environment, range(replications), seed)
    every = [Hostile(name=f"hostile {number}", seed=1000 * seed + number,
                     advance=1.0 if number % 2 else 0.3 + 0.05 * (number % 10))
             for number in range(strategies)]
    watch = Watch()
    bound = bounds.knapsack(world(plan, tape))
    broken = watch.broken
    for quarter in simulate(plan, tape, [*every, *others], watch=watch):
        broken |= ended(quarter, bound)
    return (strategies + len(others)) * replications, broken
