"""How many quarters a comparison draws, and from which seed; light, so that a command may ask."""

from __future__ import annotations

from model.problems import Problem, fail_if

# Held-out quarters in each environment, and what their draws begin with.
REPLICATIONS, SEED = 200, 2026
MOST = 10_000


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
