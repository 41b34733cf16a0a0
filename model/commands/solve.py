"""The command `solve`: what assumptions would have to be for a plan to reach some goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from model.analysis.calibration import Calibration, calibrate
from model.analysis.goals import EQUAL, Goal, goal_of
from model.analysis.solve import FURTHEST, Solution
from model.analysis.solve import solve as solved
from model.analysis.uncertainty.sensitivity import DRAWS, SEED
from model.commands import DONE, FAILED, chances
from model.commands.effect import print_headlines
from model.companies import company_module
from model.counts import count
from model.engine import numbers
from model.engine.opening import check_opening
from model.folders import relative
from model.params.catalog import within
from model.params.openings import SECTION, nearest_name
from model.params.overlay import without
from model.params.units import UNITS
from model.problems import InputError, Problem, fail_if, visible
from model.terminal import aligned
from model.views.formats import plain_digits

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions

_TITLE = "Solved for goals"
_HEAD = "by one factor on all its values (here the first that is not 0, and when that is)"


def add_solve(command) -> None:
    """Add the options of `solve`."""
    command.add_argument("--goal", action="append", required=True, metavar="GOAL",
                         help="what a figure is to be, such as 'breakeven_first<=2027-06' or "
                              "'ebitda.2028=710000'; may be repeated")
    command.add_argument("--by", action="append", required=True, metavar="PATH",
                         help="an assumption to move; may be repeated")
    command.add_argument("--together", action="store_true", help="move the assumptions together "
                         "and not each alone, as is always done for several goals")
    command.add_argument("--chance", metavar="SHARE", help="in what share of random draws the goal "
                         "is to be met, such as 90%%; all other assumptions are drawn")
    command.add_argument("--draws", type=int, default=DRAWS, metavar="N",
                         help="with --chance: plans that are drawn; %(default)s by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="S",
                         help="with --chance: what the draws begin with; %(default)s by default")
    command.add_argument("--name", metavar="SCENARIO", help="write the answer as a scenario")
    command.add_argument("--force", action="store_true", help="replace a scenario of this name")


def solve(options, assumptions: Assumptions, given: Mapping[str, object]) -> int:
    """Print what each assumption would have to be in a plan with the changes that are `given`;
    returns the exit code."""
    options.by = list(dict.fromkeys(options.by))
    _check(options, assumptions)
    plan = numbers.project(assumptions)
    goals = [goal_of(text, plan) for text in options.goal]
    chance = chances.chance_of(options, goals)
    print(visible(f"{assumptions.title}, {assumptions.scenario_title}"))
    if chance is not None:
        return _assured(assumptions, goals[0], chance, options, given)
    if len(goals) == 1 and not (options.together and len(options.by) > 1):
        return _alone(assumptions, goals[0], options, given)
    return _together(assumptions, goals, options, given)


def _check(options, assumptions: Assumptions) -> None:
    """Raise InputError for paths that cannot be moved, and for a name that cannot be."""
    from model.params import scenario_file

    fail_if([Problem("--by", f"{path} {fault}") for path in options.by
             if (fault := _fault(assumptions, path))])
    together = len(options.goal) > 1 or options.together
    mixes = [(mix, [path for path in options.by if path in members])
             for mix, members in assumptions.mixes.items()]
    fail_if([Problem("--by", f"{' and '.join(paths)} are shares of one mix, {mix}, and what one "
                             "gains the other loses; keep one.")
             for mix, paths in mixes if together and len(paths) > 1])
    if options.name is None:
        if options.force:
            raise InputError.of("--force", "is about the scenario that --name would write.")
        return
    fail_if(scenario_file.name_problems(assumptions.company, options.name, assumptions.scenario,
                                        scenario_file.Wording()))
    if len(options.by) > 1 and not together:
        raise InputError.of("--name", "needs one answer, and each assumption alone has its own; "
                                      "add --together, or keep one --by.")


def _fault(assumptions: Assumptions, path: str) -> str | None:
    """Why no factor can move an assumption, as the end of a sentence."""
    entries, known = assumptions.entries, assumptions.opened()
    if path not in known.entries:
        return f"is not an assumption; {nearest_name(path, entries, 0, assumptions.company)}"
    entry = known.entries[path]
    if UNITS[entry.unit].whole:
        return (f"is a whole number ({entry.shown_unit}), of which a factor would make a part; set "
                f"it with --set {path}=… instead.")
    if not known.series[path].values.any():
        return (f"is 0 in every month, and no factor moves it; give it a value with --set "
                f"{path}=… first.")
    if not _balances(assumptions, path):
        return ("is part of a balance sheet that the plan opens with, which would not balance any "
                "more; set it, and what it stands against, with --set instead.")
    return None


def _balances(assumptions: Assumptions, path: str) -> bool:
    """Whether what a plan opens with balances as well where a path is another amount."""
    if path != "opening_cash" and not within(path, SECTION):
        return True
    half = {f"{path}{moment}": value for moment, value in assumptions.settings[path].times(
        0.5, assumptions.entries[path], assumptions.calendar).items()}
    try:
        check_opening(company_module(assumptions.company), assumptions.with_values(half))
    except InputError:
        return False
    return True


def _alone(assumptions: Assumptions, goal: Goal, options, given: Mapping[str, object]) -> int:
    """Each assumption alone, all else as it stands."""
    found = solved(assumptions, [(path, goal.gap) for path in options.by],
                   exact=goal.test == EQUAL)
    print(f"For {goal.text}, each alone, {_HEAD}:")
    _print_rows([_row(assumptions, each.path, each.factor,
                      "any value" if each.met else "no value") for each in found])
    _print_unsolved(found)
    if len(found) == 1 and found[0].factor is not None:
        _finish(assumptions, {found[0].path: found[0].factor}, options, given)
    return DONE if any(each.met for each in found) else FAILED


def _print_unsolved(found: Sequence[Solution]) -> None:
    """What it means that no value is given."""
    for met, words in ((True, ("Every", "any value")), (False, ("No", "none"))):
        if any(each.factor is None and each.met == met for each in found):
            print(f"{words[0]} value from a fiftieth to {FURTHEST:g} times the plan's that was "
                  "tried, within what its unit and its mix allow, meets the goal where "
                  f"{words[1]} is given.")


def _assured(assumptions: Assumptions, goal: Goal, chance: float, options,
             given: Mapping[str, object]) -> int:
    """Each assumption alone, with the goal met in a share of draws of all others."""
    found = chances.found(assumptions, goal, chance, options)
    draws, share = f"{options.draws:,} random draws", plain_digits(100 * chance)
    print(f"For {goal.text} in {share}% of {draws} of all other assumptions, each alone, {_HEAD}:")
    _print_rows([chances.row(_row(assumptions, each.solution.path, each.solution.factor,
                                  "any value" if each.solution.met else "no value"), each)
                 for each in found], chances.HEADS)
    _print_unsolved([each.solution for each in found])
    print(chances.REMARK)
    if len(found) == 1 and (factor := found[0].solution.factor) is not None:
        _finish(assumptions, {found[0].solution.path: factor}, options, given)
    return DONE if any(each.solution.met for each in found) else FAILED


def _together(assumptions: Assumptions, goals: list[Goal], options,
              given: Mapping[str, object]) -> int:
    """All assumptions together, as near to the plan as can be."""
    found = calibrate(assumptions, options.by, goals)
    print(f"Nearest to the plan, {_HEAD}:")
    _print_rows([_row(assumptions, path, factor)
                 for path, factor in zip(found.paths, found.factors, strict=True)])
    for goal, met in zip(goals, found.met, strict=True):
        print(f"  {goal.text}: {'met' if met else 'not met'}")
    if not all(found.met):
        print("No values of these assumptions were found that meet every goal; those above come "
              "nearest. Move others with --by, or ask for less.")
        return FAILED
    _print_free(found)
    _finish(assumptions, dict(zip(found.paths, found.factors, strict=True)), options, given)
    return DONE


def _print_free(found: Calibration) -> None:
    """Whether the goals determine the answer, and what else meets them."""
    if not len(found.free):
        print("The goals determine these values: no others near them meet all of them.")
        return
    print(f"The goals do not determine the answer: they leave {count(len(found.free), 'direction')}"
          " open, along which other values meet them as well, such as, for small steps,")
    for direction in found.free:
        moves = [f"{path} {0.01 * move:+.2%}" for path, move in zip(found.paths, direction,
                                                                  strict=True)
                 if abs(move) > 1e-3]
        print(f"  {', '.join(moves)}")


def _row(assumptions: Assumptions, path: str, factor: float | None, none: str = "") -> list[str]:
    """An assumption by its first value that is not 0, now and by a factor; or `none` for it."""
    values, calendar = assumptions.series[path].values[:, 0], assumptions.calendar
    first = int(np.argmax(values != 0))
    time = {"constant": ("every month",), "year": calendar.years, "month": calendar.labels}[
        assumptions.series[path].grain][first]
    # A month that was set alone has no part in the season.
    seasonal = path in assumptions.weights and (
        first not in assumptions.settings[path].single_months(calendar))
    answer = [none, "–", "–"] if factor is None else [
        plain_digits(values[first] * factor), f"{factor:.4f}",
        _plausible(assumptions, path, factor)]
    return [path, assumptions.entries[path].shown_unit, plain_digits(values[first]), *answer,
            f"{time}, before its season" if seasonal else str(time)]


def _plausible(assumptions: Assumptions, path: str, factor: float) -> str:
    from model.analysis.uncertainty.sampling import ends

    ends_of = np.sort(ends(assumptions, path), axis=0)
    values = assumptions.series[path].values[:, 0] * factor
    return "yes" if np.all((values >= ends_of[0]) & (values <= ends_of[1])) else "no"


def _print_rows(rows: list[list[str]], more: Sequence[str] = ()) -> None:
    """Print rows of assumptions, to which more columns may have been added."""
    rows.insert(0, ["", "unit", "now", "needed", "factor", "plausible", "in", *more])
    print("\n".join(visible(f"  {line}") for line in aligned(rows, 2)))


def _finish(assumptions: Assumptions, factors: dict[str, float], options,
            given: Mapping[str, object]) -> None:
    """Print what the answer does to the plan; with a name, write it as a scenario."""
    from model.params import scenario_file

    changes: dict[str, object] = {}
    for path, factor in factors.items():
        moved = assumptions.settings[path].times(factor, assumptions.entries[path],
                                                 assumptions.calendar)
        changes |= {f"{path}{moment}": value for moment, value in moved.items()}
        given = without(given, path)
    after = assumptions.with_values(changes)
    now = f"{assumptions.scenario} with --set" if options.set else assumptions.scenario
    print_headlines({now: assumptions, "with the changes": after})
    if options.name is None:
        return
    share = f" in {options.chance} of random draws" if options.chance else ""
    content = {"title": _TITLE, "why": f"Solved for {'; '.join(options.goal)}{share}.",
               **({"extends": assumptions.scenario} if assumptions.scenario != "base" else {}),
               "changes": {**given, **changes}}
    path = scenario_file.save(assumptions.company, options.name, content,
                              over=assumptions.scenario, replace=options.force, expected=after)
    print(f"\nWritten: {relative(path)}. See it with python -m model project "
          f"{assumptions.company} -s {options.name}; make reports makes its pages.")
