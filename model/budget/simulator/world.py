"""What holds in a simulated quarter: the plan in cents and quarter hours, and its learners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.budget.money import portion
from model.budget.plan.plan import Plan
from model.budget.simulator.tape import Tape

QUARTERS = 4


@dataclass(frozen=True)
class World:
    """What holds for all strategies. Money in cents, hours in quarters of an hour.

    `library_full` is what the whole library costs, `recruit_hours` what a recruit adds to every
    week. By learner and replication: `requirement` in units, hidden from strategies, `patience` in
    unserved weeks in a row, and `verification_weeks`; `start` is by learner. `offered`, (week,
    replication), are planned hours with their noise, before recruits.
    """

    plan: Plan
    tape: Tape
    lead: int
    price: int
    late_charge: int
    workshop: int
    seats: int
    recruit: int
    recruit_hours: int
    recruit_delay: int
    redesign_delay: int
    library_full: int
    requirement: np.ndarray
    patience: np.ndarray
    verification_weeks: np.ndarray
    start: np.ndarray
    offered: np.ndarray

    def __getitem__(self, name: str) -> float:
        """A number of the section `simulation`."""
        return self.plan[f"simulation.{name}"]

    def effect(self, cents: np.ndarray, scale: str) -> np.ndarray:
        """How much of its most an amount has reached: 1 − e^(−spent ÷ scale)."""
        return -np.expm1(-cents / self.plan.cents(f"simulation.{scale}"))

    def marketing(self, cents: np.ndarray) -> np.ndarray:
        """What marketing adds to the chance of a booking."""
        return self["marketing.gain"] * self.effect(cents, "marketing.scale")

    def fewer(self, cents: np.ndarray) -> np.ndarray:
        """Factor of redesign on cancellations and no-shows."""
        return 1 - self["redesign.fewer"] * self.effect(cents, "redesign.scale")

    def more(self, cents: np.ndarray) -> np.ndarray:
        """Factor of redesign on the progress of a session."""
        return 1 + self["redesign.more"] * self.effect(cents, "redesign.scale")


def world(plan: Plan, tape: Tape) -> World:
    draws = tape.draws
    starts = np.array(plan.values["cohorts.start_weeks"], int)
    profile = np.array(plan.values["offered.profile"])[:, None]
    price = plan.cents("prices.one_hour")
    longest = max(1, plan.whole("simulation.verification.longest"))
    return World(
        plan=plan, tape=tape, lead=plan.whole("simulation.lead_time"), price=price,
        late_charge=int(portion(price, plan["simulation.session.late_charge"])),
        workshop=plan.cents("prices.workshop"), seats=plan.whole("workshop_seats"),
        recruit=plan.cents("simulation.recruiting.cost"),
        recruit_hours=int(plan["simulation.recruiting.hours"] * QUARTERS),
        recruit_delay=max(plan.whole("simulation.recruiting.delay"),
                          plan.whole("simulation.lead_time"), 1),
        redesign_delay=plan.whole("simulation.redesign.delay"),
        library_full=plan.cents("simulation.library.full"),
        requirement=_choice(plan, "enrolled.requirement", draws["requirement"]),
        patience=_choice(plan, "enrolled.patience", draws["patience"]),
        verification_weeks=1 + np.floor(draws["verification"] * longest).astype(np.int64),
        start=np.repeat(starts, tape.slots),
        offered=np.floor(plan["offered.hours"] * QUARTERS * profile * tape.supply).astype(np.int64))


def _choice(plan: Plan, name: str, uniform: np.ndarray) -> np.ndarray:
    choices = np.array(plan.values[f"simulation.{name}"])
    return choices[np.minimum((uniform * len(choices)).astype(int), len(choices) - 1)]
