"""The comparison of budget strategies opened for reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from model.budget.plan.plan import Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.strategies.compare import compare
from model.budget.strategies.replications import REPLICATIONS, SEED, fail_on
from model.pages.frame import listed
from model.pages.view import check_names
from model.params import catalog
from model.progress import progress

BASE, HYBRID, DAILY = "S2", "S5", "S1"
COMMAND = f"python -m model budget compare, with {REPLICATIONS} quarters in each environment"
_HAIR = 5e-9  # figures of a comparison have eight digits


@dataclass(frozen=True)
class StrategiesView:
    """A plan and what the strategies reached on its simulated quarters, as plain data."""

    plan: Plan
    result: dict
    _cells: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    company = catalog.BUDGET

    @property
    def replications(self) -> int:
        return self.result["replications"]

    @property
    def work(self) -> dict[str, int]:
        """On how many quarters the costly parts look: the fields of `replications.Work`."""
        return self.result["work"]

    @property
    def environments(self) -> dict[str, dict]:
        return self.result["environments"]

    @property
    def names(self) -> list[str]:
        """The strategies, do-nothing first: S0, S1, …"""
        return list(self.result["strategies"])

    def strategy(self, name: str) -> str:
        """`Fixed total (S2)`."""
        return f"{self.result['strategies'][name]} ({name})"

    def row(self, name: str) -> str:
        """`S2 Fixed total`, as charts and tables name a strategy."""
        return f"{name} {self.result['strategies'][name]}"

    def environment(self, name: str) -> str:
        """`E1 A season that is known`, as charts and tables name an environment."""
        return f"{name} {self.environments[name]['title'].partition(':')[0]}"

    def places(self, names: list[str]) -> str:
        """`in E0 and E2`, or `everywhere`."""
        return "everywhere" if len(names) == len(self.environments) else f"in {listed(names)}"

    def bucket(self, code: str) -> str:
        return self.plan.buckets[code].label

    def mean(self, strategy: str, metric: str, environment: str) -> float | None:
        """A metric's mean over the quarters of an environment; None where it is undefined."""
        return self.environments[environment]["strategies"][strategy][metric]["mean"]

    def overall(self, strategy: str, metric: str) -> float | None:
        """The same over all environments, each counting alike."""
        found = [self.mean(strategy, metric, name) for name in self.environments]
        known = [value for value in found if value is not None]
        return sum(known) / len(known) if known else None

    @cached_property
    def ranking(self) -> list[str]:
        """Strategies by completions over all environments, most first; ties in their order."""
        return sorted(self.names, key=lambda name: -(self.overall(name, "completions") or 0.0))

    def spending(self, strategy: str, environment: str) -> dict[str, list[float]]:
        """USD by bucket and week, the mean over the quarters."""
        found = self.environments[environment]["spent_by_week"][strategy]
        return {code: found[code] for code in BUCKETS}

    @cached_property
    def scope(self) -> str:
        """On how much the figures rest."""
        return (f"means of {self.replications} simulated quarters an environment, the same draws "
                "for every strategy")


def open_strategies(scenario: str = "base", replications: int = REPLICATIONS,
                    seed: int = SEED) -> StrategiesView:
    """Compare all strategies on a plan's simulated quarters, once for all cells of the page.

    Raises InputError with every problem.
    """
    check_names()
    fail_on(replications, seed)
    plan = load_plan(scenario)
    with progress() as tell:
        return StrategiesView(plan, compare(plan, replications, seed, workers=1, tell=tell))


def verdict(found: dict) -> str:
    """`ahead` or `behind` where the whole interval is, else `undecided`."""
    low, high = found["low"], found["high"]
    if low is None or high is None or (low <= _HAIR and high >= -_HAIR):
        return "undecided"
    return "ahead" if low > 0 else "behind"
