"""How many quarters a comparison draws, and from which seed; a module that imports quickly."""

from __future__ import annotations

from dataclasses import dataclass

from model.problems import Problem, fail_if

# Held-out quarters in each environment, and what their draws begin with. The strategies were made
# and tuned on training quarters (tuning.TRAINING, and numbers above), and then looked at once on
# quarters of seed 1109, which had been chosen for that.
REPLICATIONS, SEED = 200, 2026
MOST = 10_000
# From as many quarters on, assumptions are varied over every value and not only to their ends.
_MANY = 50


@dataclass(frozen=True)
class Work:
    """How many quarters in each environment the costly parts of a comparison look at.

    `training` is for finding a fixed split on quarters of their own, `hindsight` for fixed splits
    and variants, `harm` for levers without effect; `ends` says that of varied assumptions only the
    lowest and highest values are tried.
    """

    training: int
    hindsight: int
    programs: int
    varied: int
    harm: int
    ends: bool


def work(replications: int) -> Work:
    """The work of a comparison of so many quarters; that of 200 is never exceeded."""
    def part(share: float, most: int) -> int:
        return min(replications, most, max(2, round(share * replications)))

    return Work(training=part(1 / 5, 8), hindsight=part(1 / 5, 40), programs=part(1 / 5, 20),
                varied=part(1 / 5, 12), harm=part(1, 50), ends=replications < _MANY)


def fail_on(replications: int, seed: int, workers: int | None = None) -> None:
    """Raise InputError on numbers that no comparison can have."""
    problems = []
    if not 2 <= replications <= MOST:
        problems.append(Problem("--replications", f"{replications} replications cannot be "
                                f"compared; give 2 to {MOST:,}."))
    if not 0 <= seed < 2**63:
        problems.append(Problem("--seed", f"{seed} is no seed; give a whole number of 0 or more."))
    if workers is not None and not 1 <= workers <= 256:
        problems.append(Problem("--workers", f"{workers} workers are not possible; give 1 to 256."))
    fail_if(problems)
