"""What must hold of a plan's assumptions together: mixes leave a remainder, months with their
season are what the unit allows, and nobody leaves who is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.params.entry import Entry
from model.params.openings import SECTION
from model.params.quantities import STAFF, in_percent
from model.params.units import UNITS
from model.params.values import SEASON
from model.problems import Problem
from model.tolerance import LEAST, slack

# Where some paths were last set.
Origin = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Plan:
    """What is compared: entries and what `monthly` gives of them, (month, scenario), by path; the
    paths with a season; the members of each mix; the labels of months; and where paths were set."""

    entries: Mapping[str, Entry]
    monthly: Callable[[str], np.ndarray]
    seasonal: Iterable[str]
    mixes: Mapping[str, Sequence[str]]
    labels: Sequence[str]
    origin: Origin


def problems(plan: Plan) -> list[Problem]:
    """What does not hold of a plan as a whole."""
    # Shares that are more than all of something need not be added up.
    return [*(_seasons(plan) or _mixes(plan)), *_people(plan)]


def _mixes(plan: Plan) -> list[Problem]:
    """The mixes whose remainder would be negative."""
    problems = []
    for mix, members in sorted(plan.mixes.items()):
        shares = [plan.monthly(path) for path in members]
        total = sum(shares)
        # 0.55 + 0.45 and 1 differ by less: the remainder of such a mix is 0.
        above = np.argwhere(total > 1 + LEAST)
        if not above.size:
            continue
        month, scenario = above[0]
        whole = total[month, scenario]
        parts = ", ".join(f"{path.rpartition('.')[2]} "
                          f"{in_percent(share[month, scenario % share.shape[1]])}"
                          for path, share in zip(members, shares, strict=True))
        problems.append(Problem(
            plan.origin(members), f"{mix}: the shares sum to {in_percent(whole)} in "
            f"{plan.labels[month]} ({parts}) and leave "
            f"{in_percent(float(f'{1 - whole:.3g}'))} for the remainder, which must be 0 or more; "
            "lower one."))
    return problems


def _seasons(plan: Plan) -> list[Problem]:
    """The months that a season takes out of what the unit allows."""
    found = []
    for path in plan.seasonal:
        entry, held = plan.entries[path], plan.monthly(path)
        domain = UNITS[entry.unit]
        outside = np.argwhere((held < domain.low - slack(domain.low))
                              | (held > domain.high + slack(domain.high)))
        if outside.size:
            month, scenario = outside[0]
            found.append(Problem(
                plan.origin([f"{path}.{SEASON}", path]), f"{path} = {held[month, scenario]:.12g} "
                f"{entry.shown_unit} in {plan.labels[month]}, with its season, is "
                f"outside what its unit allows ({domain}); weigh that month nearer to the "
                "others."))
    return found


def _people(plan: Plan) -> list[Problem]:
    """The teams in which more people leave than are there."""
    found = []
    for path, entry in plan.entries.items():
        if entry.unit != STAFF or (plan.monthly(path) >= 0).all():
            continue
        opening, joined = staff(path, plan.entries, plan.monthly)
        there = opening + joined
        below = np.argwhere(there < -LEAST)
        if below.size:
            month, scenario = below[0]
            number = there[month, scenario]
            found.append(Problem(
                plan.origin([path]), f"{path} leaves {number:.12g} FTE in "
                f"{plan.labels[month]}, and nobody can leave who is not there; "
                f"let {-number:.12g} more join by then, or fewer leave."))
    return found


def staff(path: str, entries: Mapping[str, Entry],
          monthly: Callable[[str], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """With how many people a path of staff opens, (scenario,), and how many have joined since by
    month, (month, scenario); of a level, nobody and how many are there."""
    if entries[path].form != "month":
        return np.zeros(1), monthly(path)
    opening = f"{SECTION}.headcount.{path.split('.')[-2]}"
    return (monthly(opening)[0] if opening in entries else np.zeros(1),
            np.add.accumulate(monthly(path), axis=0))
