"""The comparison of budget strategies opened for reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from model.budget.plan.plan import Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.strategies.compare import compare
from model.budget.strategies.comparison import Comparison, Environment, Hindsight
from model.budget.strategies.findings import interval
from model.budget.strategies.measures import Mean
from model.budget.strategies.replications import REPLICATIONS, SEED, Work, fail_on
from model.currency import show
from model.pages.frame import listed
from model.pages.view import check_names
from model.params import catalog
from model.progress import progress

CLOSER = f"the comparison in a terminal draws {REPLICATIONS} in each environment"
_HAIR = 5e-9  # figures of a comparison have eight digits


@dataclass(frozen=True)
class StrategiesView:
    """A plan, and the comparison of strategies on its simulated quarters."""

    plan: Plan
    comparison: Comparison
    _cells: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    company = catalog.BUDGET

    @property
    def replications(self) -> int:
        return self.comparison.replications

    @property
    def work(self) -> Work:
        return self.comparison.work

    @property
    def environments(self) -> dict[str, Environment]:
        """E0, E1, … with what strategies reach in each."""
        return self.comparison.environments

    @property
    def hindsight(self) -> dict[str, Hindsight]:
        """Fixed splits in hindsight, by environment."""
        return {name: each.hindsight for name, each in self.environments.items()}

    @property
    def names(self) -> list[str]:
        """The strategies, do-nothing first: S0, S1, …"""
        return list(self.comparison.strategies)

    def strategy(self, name: str) -> str:
        """`Fixed total (S2)`."""
        return f"{self.comparison.strategies[name]} ({name})"

    def row(self, name: str) -> str:
        """`S2 Fixed total`, as charts and tables name a strategy."""
        return f"{name} {self.comparison.strategies[name]}"

    def environment(self, name: str) -> str:
        """`E1 A season that is known`, as charts and tables name an environment."""
        return f"{name} {self.environments[name].title.partition(':')[0]}"

    def places(self, names: list[str]) -> str:
        """`in E0 and E2`, or `everywhere`."""
        return "everywhere" if len(names) == len(self.environments) else f"in {listed(names)}"

    def bucket(self, code: str) -> str:
        return self.plan.buckets[code].label

    def mean(self, strategy: str, metric: str, environment: str) -> float | None:
        """A metric's mean over the quarters of an environment; None where it is undefined."""
        return self.environments[environment].strategies[strategy][metric].mean

    def overall(self, strategy: str, metric: str) -> float | None:
        """The same over all environments, each counting alike."""
        means = [mean for name in self.environments
                 if (mean := self.mean(strategy, metric, name)) is not None]
        return sum(means) / len(means) if means else None

    @cached_property
    def ranking(self) -> list[str]:
        """Strategies by completions over all environments, most first; ties in their order."""
        return sorted(self.names, key=lambda name: -(self.overall(name, "completions") or 0.0))

    def spending(self, strategy: str, environment: str) -> dict[str, list[float]]:
        """USD by bucket and week, the mean over the quarters."""
        usd = self.environments[environment].spent_by_week[strategy]
        return {code: usd[code] for code in BUCKETS}

    @cached_property
    def scope(self) -> str:
        """On how much the figures rest."""
        return (f"means of {self.replications} simulated quarters an environment, the same draws "
                "for every strategy")


def open_strategies(scenario: str = "base", replications: int = REPLICATIONS,
                    seed: int = SEED) -> StrategiesView:
    """Compare all strategies, once for all cells of the page. Raises InputError."""
    check_names()
    fail_on(replications, seed)
    plan = load_plan(scenario)
    show(plan.currency)
    with progress() as tell:
        return StrategiesView(plan, compare(plan, replications, seed, workers=1, tell=tell))


def interval_row(label: str, mean: Mean, unit: str = "learners") -> tuple:
    """A row of a chart of intervals; its axis names points where the text leaves them out."""
    return (label, mean.mean, mean.low, mean.high, interval(mean, unit).replace(" points", ""))


def verdict(lead: Mean) -> str:
    """`ahead` or `behind` where the whole interval is, else `undecided`."""
    low, high = lead.low, lead.high
    if low is None or high is None or (low <= _HAIR and high >= -_HAIR):
        return "undecided"
    return "ahead" if low > 0 else "behind"
