"""What the command `solve` asks and says where a goal is to be met in a share of random draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model.analysis.goals import EQUAL, Goal
from model.analysis.uncertainty.assurance import Assurance, assure
from model.analysis.uncertainty.sensitivity import DRAWS, SEED
from model.commands.simulate import draw_problems
from model.params.numerals import plain_number
from model.problems import Problem, fail_if, quoted
from model.progress import progress
from model.views.formats import plain_digits

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions

# Draws whose assumptions are held at once.
MOST = 100_000
HEADS = ("standard error", "share of draws", "share now")
REMARK = ("Every value is tried on the same draws; its standard error is what so few of them leave "
          "open. Draws lie within ranges that are chosen here: these shares are no measured odds.")


def chance_of(options, goals: list[Goal]) -> float | None:
    """The share of draws that is asked for, None for none. Raises InputError with all that is wrong
    with the options about draws."""
    if options.chance is None:
        fail_if([Problem(name, "is about the draws of --chance, which is not given; add it, or "
                               "leave this out.")
                 for name, given, usual in (("--draws", options.draws, DRAWS),
                                            ("--seed", options.seed, SEED)) if given != usual])
        return None
    text = options.chance.strip()
    number = plain_number(text.removesuffix("%").strip())
    share = None if number is None else float(number) / (100 if text.endswith("%") else 1)
    problems = draw_problems(options.draws, options.seed, MOST)
    if share is None or not 0 < share < 1:
        problems.append(Problem("--chance", f"{quoted(text)} is no share of draws; give more than "
                                            "0% and less than 100%, such as 90%."))
    if len(goals) > 1 or (options.together and len(options.by) > 1):
        problems.append(Problem("--chance", "is for one goal, and for each assumption alone; ask "
                                            "for the goals one by one, without --together."))
    problems += [Problem("--chance", f"{goal.text} is exact, which next to no draw is; write >= or "
                                     "<= instead.") for goal in goals if goal.test == EQUAL]
    fail_if(problems)
    return share


def found(assumptions: Assumptions, goal: Goal, chance: float, options) -> list[Assurance]:
    """What each assumption would have to be, while a bar says how far that is."""
    answers = []
    with progress() as tell:
        for place, path in enumerate(options.by):
            def part(done: int, parts: int, before: int = place) -> None:
                tell(before * parts + done, len(options.by) * parts)
            answers.append(assure(assumptions, path, goal.gap, chance, options.draws, options.seed,
                                  part))
    return answers


def row(cells: list[str], answer: Assurance) -> list[str]:
    """The cells of an assumption with its standard error, without digits that this leaves open,
    and in what share of draws the goal is met with the value and as the plan stands."""
    shares = [f"{100 * share.value:.1f}% ± {100 * share.error:.1f}" if share.error else
              f"{100 * share.value:.0f}%" for share in (answer.share, answer.now)]
    if answer.solution.factor is None or not answer.error:
        return [*cells, "–", *shares]
    path, unit, now, needed, factor, *rest = cells
    # The first value that is not 0 moves with the factor.
    error = abs(float(now)) * answer.error
    return [path, unit, now, _rounded(float(needed), error), _rounded(float(factor), answer.error),
            *rest, _rounded(error, error), *shares]


def _rounded(value: float, error: float) -> str:
    """A value to the second digit of its standard error."""
    return plain_digits(round(value, 1 - math.floor(math.log10(error))))
