"""The commands `workbook` and `read-workbook`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.commands import DONE, FAILED
from model.commands.effect import print_effect
from model.counts import count
from model.files import check_place, write_whole
from model.folders import relative
from model.params.units import UNITS
from model.problems import InputError, visible

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions
    from model.params.entry import Entry
    from model.params.series import Series
    from model.workbook.intake import Draft
    from model.workbook.paths import Plans
    from model.workbook.reading import Change, Returned

_TITLE = "Returned workbook"
# The most changed formulas that are listed.
_MOST_FORMULAS = 20


def add_workbook(command) -> None:
    """Add the options of `workbook`."""
    command.add_argument("company")
    command.add_argument("-s", "--scenario", default="base", help="the scenario that it shows; its "
                         "selector can choose any other")
    command.add_argument("-o", "--out", type=Path, metavar="FILE",
                         help="where it goes (default: COMPANY_SCENARIO.xlsx)")


def add_read_workbook(command) -> None:
    """Add the options of `read-workbook`."""
    command.add_argument("file", type=Path, help="an .xlsx that came back")
    command.add_argument("--name", metavar="SCENARIO", help="write the changes as a scenario; "
                         "where nothing was typed, the whole plan as it stood")
    command.add_argument("--whole", action="store_true", help="with --name: the plan that the "
                         "workbook shows, whatever has changed in params since it was written")
    command.add_argument("--title", help="the scenario's title")
    command.add_argument("--why", help="the scenario's reason, a sentence")
    command.add_argument("--force", action="store_true",
                         help="replace a scenario of this name")


def check_xlsx(path: Path, option: str = "--out") -> None:
    """Raise InputError for the name of a file that is no workbook, before one is made."""
    if path.suffix.lower() != ".xlsx":
        raise InputError.of(option, f"{str(path)!r} does not end in .xlsx, and a workbook "
                                     "is written over no other file; give such a name.")
    check_place(path)


def write(options) -> int:
    """Write a workbook, and print where it is and which scenarios it leaves out."""
    from model.params import catalog
    from model.workbook.file import workbook
    from model.workbook.paths import load_plans

    path = options.out or Path(f"{options.company}_{options.scenario}.xlsx")
    check_xlsx(path)
    catalog.check_company(options.company)
    plans = load_plans(options.company, options.scenario)
    write_whole(path, workbook(plans))
    print(f"Written: {relative(path)}. Type over its yellow cells; the cell that chooses "
          "the scenario is on sheet Scenarios. python -m model read-workbook "
          f"{shlex.quote(str(path))} reads what was changed.")
    return _print_omissions(plans)


def _print_omissions(plans: Plans) -> int:
    """Print which scenarios are not in the workbook, and why; returns the exit code."""
    if not plans.omitted:
        return DONE
    names = " and ".join(plans.omitted)
    print(f"Left out, as {'it' if len(plans.omitted) == 1 else 'they'} cannot be used: {names}.",
          file=sys.stderr)
    for problem in dict.fromkeys(each for several in plans.omitted.values() for each in several):
        print(f"  {problem}", file=sys.stderr)
    return FAILED


def read_back(options) -> int:
    """Print what was changed in a workbook, and since, and its effect; with a name, write it as a
    scenario."""
    from model.workbook import intake, reading

    if options.name is None and (options.title or options.why or options.force or options.whole):
        raise InputError.of("--name", "is missing: --title, --why, --whole and --force are about "
                                      "the scenario that it would name.")
    returned = reading.read(options.file)
    draft = intake.draft(returned)
    after = draft.assumptions
    was = intake.sent(returned)
    outdated = intake.outdated(returned)
    _print_changes(returned, draft, was, outdated, options.file)
    _print_implausible(after, draft)
    print_effect(after, was if outdated else None)
    _print_effects(returned)
    if options.name is not None:
        path = _save(options, draft, was, bool(outdated))
        print(f"\nWritten: {relative(path)}. See it with python -m model project {draft.company} "
              f"-s {options.name}; make reports makes its pages.")
    return FAILED if returned.other_changes else DONE


def _save(options, draft: Draft, was: Assumptions, outdated: bool) -> Path:
    """Write the changes as a scenario, or the whole plan; returns its file."""
    from model.workbook import intake

    file, typed = options.file.name, bool(draft.changes or draft.delay)
    title = options.title or _TITLE
    if options.whole or (outdated and not typed):
        why = f"The plan of {file}{', with what was changed in it' if typed else ''}."
        return intake.write_whole(draft.over(was), options.name, title, options.why or why,
                                  options.force)
    why = options.why or f"What was changed in {file}."
    return intake.write(draft, options.name, title, why, options.force)


def _print_changes(returned: Returned, draft: Draft, was: Assumptions, outdated: Sequence[str],
                   file: Path) -> None:
    """Print each changed input, first those that the chosen scenario reads, and what has changed
    in the plan since the workbook was written."""
    base, plans = returned.plans.base, returned.plans
    origin = f"; it was written showing {plans.chosen}" if plans.chosen != returned.chosen else ""
    print(visible(f"{base.title} ({draft.company}), scenario {returned.chosen}{origin}"))
    if outdated:
        _print_since(was, len(outdated), file)
    active = [change for change in returned.changes if change not in draft.idle]
    if not active:
        print("No input that this scenario reads was changed in this workbook.")
    elif outdated:
        print("Changed in the workbook, from what it was written with:")
    for change in active:
        print(_line(base, change))
    if draft.idle:
        print(f"Changed, but not read in scenario {returned.chosen}, and so left out:")
        for change in draft.idle:
            print(_line(base, change))


def _print_since(was: Assumptions, number: int, file: Path) -> None:
    """Print what has changed in a plan since it was written into a workbook."""
    from model import load
    from model.packs.assumptions import changed_assumptions

    print(f"{count(number, 'assumption')} of the plan {'is' if number == 1 else 'are'} no longer "
          "as when this workbook was written:")
    for change in changed_assumptions(was, load(was.company, was.scenario)):
        for line in change.lines():
            print(visible(f"  {line}"))
    print(f"python -m model compare-packs {shlex.quote(str(file))} says what each change adds.")


def _print_implausible(after: Assumptions, draft: Draft) -> None:
    """Print the changed values that are allowed, but outside their plausible range."""
    from model.params.limits import implausible

    for path in draft.cells:
        entry, series = after.entries[path], after.series[path]
        if sentence := implausible(path, entry, series, after.calendar):
            print(f"alert: A3 {sentence}{_percent_hint(path, entry, series, after)}")


def _percent_hint(path: str, entry: Entry, series: Series, after: Assumptions) -> str:
    """A question about a share that would be plausible times a hundred: a spreadsheet may have
    taken 0.8 in a cell of percents for 0.8%."""
    from dataclasses import replace

    from model.params.limits import implausible
    from model.params.quantities import is_share
    from model.views.formats import typed

    hundredfold = replace(series, values=100 * series.values)
    greatest = float(hundredfold.values.max())
    if (not is_share(entry.unit) or greatest > UNITS[entry.unit].high
            or implausible(path, entry, hundredfold, after.calendar)):
        return ""
    return f"; was {typed(greatest, entry.shown_unit)}% meant? Type a percentage with its sign"


def _line(base: Assumptions, change: Change) -> str:
    """`Match rate (mentees.match_rate): 75.0% → 80.0% [Assumptions!D14]`."""
    from model.views.formats import typed, unit_label
    from model.workbook.paths import SEASON

    path, name = change.field.path, change.field.field
    entry = base.entries[path]
    weight = name.startswith(SEASON)
    unit = "months" if name == "delay" else "" if weight else unit_label(entry.shown_unit)
    when = "" if name == "value" else f", {name}"
    old, new = (typed(value, "months" if name == "delay" else "" if weight else entry.shown_unit)
                for value in (change.old, change.new))
    owner = "" if change.field.scenario == "base" else f", scenario {change.field.scenario}"
    return visible(f"  {entry.label}{when} ({path}): {old} → {new}{unit and f' {unit}'}  "
                   f"[{change.where}{owner}]")


def _print_effects(returned: Returned) -> None:
    """Print the changed cells that are no inputs."""
    if not returned.other_changes:
        return
    number = len(returned.other_changes)
    cells = "cell that is no input was" if number == 1 else "cells that are no inputs were"
    print(f"{number} {cells} changed; what the workbook shows then is not what the model says, "
          "and only inputs are read:", file=sys.stderr)
    for effect in returned.other_changes[:_MOST_FORMULAS]:
        print(visible(f"  {effect.where}: was {effect.was}, is {effect.now}"),
              file=sys.stderr)
    if number > _MOST_FORMULAS:
        print(f"  and {number - _MOST_FORMULAS} more", file=sys.stderr)
