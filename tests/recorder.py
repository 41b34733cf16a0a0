"""The logs of simulated quarters, kept while they run, so that tests can replay them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from model.budget.accounts.balances import Balances, Posting, Reason
from model.budget.accounts.ledger import OPENING, REJECTION, cells, changes
from model.budget.plan.plan import Plan


@dataclass
class Recorder:
    """Entries for the logs of some lanes, as `Log.append_all` takes them."""

    plan: Plan
    lanes: Sequence[int]
    entries: dict[int, list[dict]] = field(default_factory=dict)
    time: str = ""

    def open(self, balances: Balances) -> None:
        """Begin the logs with the balances at the opening."""
        self.at(0)
        for lane in self.lanes:
            self._add(lane, OPENING, "simulator", "", {"scenario": self.plan.scenario}, {},
                      cells(balances, (lane,)))

    def at(self, day: int) -> None:
        """Date what follows by a day of the plan."""
        self.time = (self.plan.start + timedelta(days=day)).isoformat()

    def note(self, kind: str, actors: Sequence[str], rule: str, before: Balances, posted: Posting,
             inputs: dict) -> None:
        """Log a posting in the lanes in which it was accepted or refused."""
        for lane in self.lanes:
            details = {name: _lane(value, lane) for name, value in inputs.items()}
            if _lane(posted.accepted, lane):
                self._add(lane, kind, actors[lane], rule, details,
                          *changes(before, posted.balances, (lane,)))
            elif reason := _lane(posted.reason, lane):
                self._add(lane, REJECTION, actors[lane], rule,
                          {"asked": kind, **details, "why": Reason(reason).words}, {}, {})

    def say(self, kind: str, actors: Sequence[str], where: np.ndarray, inputs: dict) -> None:
        """Log what changes no money."""
        for lane in self.lanes:
            if where[lane]:
                details = {name: _lane(value, lane) for name, value in inputs.items()}
                self._add(lane, kind, actors[lane], "", details, {}, {})

    def _add(self, lane, kind, actor, rule, inputs, before, after) -> None:
        self.entries.setdefault(lane, []).append({
            "kind": kind, "time": self.time, "actor": actor, "rule": rule, "inputs": inputs,
            "before": before, "after": after})


def _lane(value, lane: int):
    if isinstance(value, np.ndarray):
        value = value[lane] if value.ndim else value[()]
    return value.item() if isinstance(value, np.generic) else value
