"""The five approaches of the article to a total budget, and how well each fits a plan: by what the
plan itself states, not by what simulated quarters show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.budget.plan.plan import MKT, REC, Plan
from model.budget.steering.review import known_misses
from model.counts import count

# Rules that move money within the period.
_MOVING = ("R10", "R11", "R12", "R13", "R17", "R18")
_MANY_COHORTS, _FEW_RULES, _A_QUARTER = 4, 2, 13


@dataclass(frozen=True)
class Fact:
    """Something that a plan states, in words, and whether it speaks for an approach."""

    words: str
    holds: bool


@dataclass(frozen=True)
class Approach:
    """An approach: for whom it is, what speaks for and against it, what it is used for, and the
    facts of a plan that ask for it."""

    name: str
    best_fit: str
    pros: str
    cons: str
    use: str
    facts: Callable[[Plan], tuple[Fact, ...]]


@dataclass(frozen=True)
class Fit:
    """An approach beside a plan."""

    approach: Approach
    facts: tuple[Fact, ...]

    @property
    def holding(self) -> int:
        return sum(fact.holds for fact in self.facts)

    @property
    def share(self) -> float:
        return self.holding / len(self.facts)


def _pilot(plan: Plan) -> tuple[Fact, ...]:
    cohorts, moving = len(plan.values["cohorts.start_weeks"]), _moving(plan)
    return (Fact(f"it has {count(cohorts, 'cohort')}", cohorts == 1),
            Fact(f"{count(moving, 'rule')} may move money", moving <= _FEW_RULES))


def _fixed(plan: Plan) -> tuple[Fact, ...]:
    funded, steers = plan.on("outcome.funding"), plan.active("R10") or plan.active("R13")
    return (Fact("its total is released as outcomes come" if funded else
                 "its total is there from the start", not funded),
            Fact(f"it runs for {count(plan.weeks, 'week')}", plan.weeks >= _A_QUARTER),
            _growth(plan, wanted=False),
            Fact("rule A or the completion gate is in force" if steers else
                 "neither rule A nor the completion gate is in force", not steers))


def _flexible(plan: Plan) -> tuple[Fact, ...]:
    number = len(plan.headline)
    return (Fact(f"rule A is {_force(plan, 'R10')}", plan.active("R10")),
            Fact(f"the completion gate is {_force(plan, 'R13')}", plan.active("R13")),
            _growth(plan, wanted=True),
            Fact(f"it is judged by {count(number, 'KPI')}", 3 <= number <= 5))


def _drawdown(plan: Plan) -> tuple[Fact, ...]:
    funded = plan.on("outcome.funding")
    certified = any("certification" in name for name in plan.headline)
    return (Fact("its money is released as outcomes are verified" if funded else
                 "its money does not wait for outcomes", funded),
            Fact("certificates are among its headline KPIs" if certified else
                 "no certificate is among its headline KPIs", certified))


def _rolling(plan: Plan) -> tuple[Fact, ...]:
    cohorts, known = len(plan.values["cohorts.start_weeks"]), known_misses(plan) is not None
    follows = plan["carry.brought"] > 0
    return (Fact(f"it has {count(cohorts, 'cohort')}", cohorts >= _MANY_COHORTS),
            Fact("how far its forecasts miss was measured" if known else
                 "how far its forecasts miss was not measured", known),
            Fact("it follows a period from which money was brought" if follows else
                 "no period before it is known", follows))


def _growth(plan: Plan, wanted: bool) -> Fact:
    money = bool(plan.opening[[MKT, REC]].any())
    return Fact("marketing and mentor recruitment open with money" if money else
                "marketing and mentor recruitment open empty", money == wanted)


def _moving(plan: Plan) -> int:
    return sum(plan.active(rule) for rule in _MOVING)


def _force(plan: Plan, rule: str) -> str:
    return "in force" if plan.active(rule) else "not in force"


# Best fit, for, against and use are those of the article's table.
APPROACHES = (
    Approach("Daily micromanaged budget", "Small pilots.",
             "Much control, and a quick change where something is off.",
             "Much work, and money follows what happened instead of what comes.",
             "First experiments with mentors by the hour.", _pilot),
    Approach("Fixed total budget", "Universities, and others with fixed funding cycles.",
             "Spending is known beforehand, and people mind the programme instead of the money.",
             "Little can be changed on the way.", "Cohorts of a semester.", _fixed),
    Approach("Flexible envelope with gates", "Marketplaces that grow.",
             "Control, and room to adapt.",
             "Asks for KPIs that can be trusted, and for people who decide in time.",
             "Pilots that are scaled up.", _flexible),
    Approach("Outcome-tied drawdown", "Learning departments that must show a return.",
             "Money is spent only where outcomes are met.",
             "Contracts are complex, and money comes later.", "Funding of certificates.",
             _drawdown),
    Approach("Hybrid predictive rolling", "Large companies and platforms.",
             "Looks ahead, so that spending swings less.",
             "As good as its forecasts.", "Continuous professional development.", _rolling))


def fits(plan: Plan) -> tuple[Fit, ...]:
    """Every approach beside a plan, in the order of the article."""
    return tuple(Fit(each, each.facts(plan)) for each in APPROACHES)


def best(found: tuple[Fit, ...]) -> tuple[Fit, ...]:
    """Those of which the largest share of facts holds: several where they are equal."""
    most = max(each.share for each in found)
    return tuple(each for each in found if each.share == most)
