"""The command `solve`: what assumptions would have to be for a plan to reach some goals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.analysis.calibration import Calibration, calibrate
from model.analysis.goals import Goal, goal_of
from model.analysis.solve import FURTHEST
from model.analysis.solve import solve as solved
from model.commands import DONE, FAILED
from model.commands.effect import print_effect
from model.counts import count
from model.engine import numbers
from model.folders import relative
from model.problems import InputError, Problem, fail_if, nearest, visible
from model.terminal import aligned
from model.views.formats import plain_digits

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions

_TITLE = "Solved for goals"


def add_solve(command) -> None:
    """Add the options of `solve`."""
    command.add_argument("--goal", action="append", required=True, metavar="GOAL",
                         help="what a figure is to be, such as 'breakeven_first<=2027-06' or "
                              "'ebitda.2028=710000'; may be repeated")
    command.add_argument("--by", action="append", required=True, metavar="PATH",
                         help="an assumption to move; may be repeated")
    command.add_argument("--together", action="store_true", help="move the assumptions together "
                         "and not each alone, as is always done for several goals")
    command.add_argument("--name", metavar="SCENARIO", help="write the answer as a scenario")
    command.add_argument("--force", action="store_true", help="replace a scenario of this name")


def solve(options, assumptions: Assumptions) -> int:
    """Print what each assumption would have to be; returns the exit code."""
    _check(options, assumptions)
    plan = numbers.project(assumptions)
    goals = [goal_of(text, plan) for text in options.goal]
    print(visible(f"{assumptions.title}, {assumptions.scenario_title}"))
    if len(goals) == 1 and not (options.together and len(options.by) > 1):
        return _alone(assumptions, goals[0], options)
    return _together(assumptions, goals, options)


def _check(options, assumptions: Assumptions) -> None:
    """Raise InputError for paths that cannot be moved, and for a name that cannot be."""
    from model.params import scenario_file

    entries = assumptions.entries
    fail_if([Problem("--by", f"{path} is not an assumption; {nearest(path, entries)}")
             for path in options.by if path not in entries])
    fail_if([Problem("--by", f"{path} is 0 in every month, and no factor moves it; give it a "
                             f"value with --set {path}=… first.")
             for path in options.by if not assumptions.series[path].values.any()])
    if options.name is None:
        if options.force:
            raise InputError.of("--force", "is about the scenario that --name would write.")
        return
    fail_if(scenario_file.name_problems(assumptions.company, options.name, assumptions.scenario,
                                        scenario_file.Wording()))
    if len(options.goal) == 1 and len(options.by) > 1 and not options.together:
        raise InputError.of("--name", "needs one answer, and each assumption alone has its own; "
                                      "add --together, or keep one --by.")


def _alone(assumptions: Assumptions, goal: Goal, options) -> int:
    """Each assumption alone, all else as it stands."""
    found = solved(assumptions, [(path, goal.gap) for path in options.by])
    rows = [["", "unit", "now", "needed", "factor", "plausible"]]
    for each in found:
        answer = ["any value" if each.met else "no value", "–", "–"] if each.factor is None else [
            plain_digits(each.value), f"{each.factor:.4f}",
            _plausible(assumptions, each.path, each.factor)]
        rows.append([each.path, assumptions.entries[each.path].shown_unit,
                     plain_digits(each.now), *answer])
    print(f"For {goal.text}, each alone and by one factor in all years (values of the first year):")
    _print_rows(rows)
    if any(each.factor is None and not each.met for each in found):
        print(f"No value from a fiftieth to {FURTHEST:g} times the plan's meets the goal where "
              "none is given.")
    if len(found) == 1 and found[0].factor is not None:
        _finish(assumptions, {found[0].path: found[0].factor}, options)
    return DONE if any(each.met for each in found) else FAILED


def _together(assumptions: Assumptions, goals: list[Goal], options) -> int:
    """All assumptions together, as near to the plan as can be."""
    found = calibrate(assumptions, options.by, goals)
    rows = [["", "unit", "now", "needed", "factor", "plausible"]]
    for path, factor in zip(found.paths, found.factors, strict=True):
        now = float(assumptions.series[path].values[0, 0])
        rows.append([path, assumptions.entries[path].shown_unit, plain_digits(now),
                     plain_digits(now * factor), f"{factor:.4f}",
                     _plausible(assumptions, path, factor)])
    print("Nearest to the plan, by one factor each in all years (values of the first year):")
    _print_rows(rows)
    for goal, met in zip(goals, found.met, strict=True):
        print(f"  {goal.text}: {'met' if met else 'not met'}")
    if not all(found.met):
        print("No values of these assumptions were found that meet every goal; those above come "
              "nearest. Move others with --by, or ask for less.")
        return FAILED
    _print_free(found)
    _finish(assumptions, dict(zip(found.paths, found.factors, strict=True)), options)
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


def _plausible(assumptions: Assumptions, path: str, factor: float) -> str:
    from model.analysis.sampling import ends

    low, high = ends(assumptions, path)
    values = assumptions.series[path].values[:, 0] * factor
    return "yes" if np.all((values >= low) & (values <= high)) else "no"


def _print_rows(rows: list[list[str]]) -> None:
    print("\n".join(visible(f"  {line}") for line in aligned(rows, 2)))


def _finish(assumptions: Assumptions, factors: dict[str, float], options) -> None:
    """Print what the answer does to the plan; with a name, write it as a scenario."""
    from model.analysis.sampling import scaled
    from model.params import scenario_file

    changes: dict[str, object] = {}
    for path, factor in factors.items():
        values = np.atleast_2d(scaled(assumptions, path, np.array([factor])))
        grain = assumptions.series[path].grain
        times = {"constant": [None], "year": assumptions.calendar.years,
                 "month": assumptions.calendar.labels}[grain]
        amounts = dict(zip(times, values.ravel().tolist(), strict=True))
        changes[path] = amounts[None] if grain == "constant" else {
            time: amount for time, amount in amounts.items() if grain == "year" or amount}
    after = assumptions.with_values(changes)
    print_effect(after)
    if options.name is None:
        return
    content = {"title": _TITLE, "why": f"Solved for {'; '.join(options.goal)}.",
               **({"extends": assumptions.scenario} if assumptions.scenario != "base" else {}),
               "changes": changes}
    path = scenario_file.save(assumptions.company, options.name, content,
                              over=assumptions.scenario, replace=options.force)
    print(f"\nWritten: {relative(path)}. See it with python -m model project "
          f"{assumptions.company} -s {options.name}; make reports makes its pages.")
