"""The command `import-plan`: a plan from a spreadsheet becomes a scenario, or the base of a
company; and a template to fill in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.commands import DONE
from model.commands.effect import print_effect
from model.commands.intake import check_new, offer
from model.counts import count
from model.files import write_whole
from model.folders import relative
from model.problems import InputError, Problem, fail_if, visible

if TYPE_CHECKING:
    from model.intake.plans.items import Item
    from model.intake.plans.plan import Plan
    from model.intake.plans.reading import PlanTable
    from model.packs.assumptions import AssumptionChange
    from model.params.assumptions import Assumptions
    from model.params.edits import Edits

# The most values of an assumption, and rows that are left, that are printed.
_MOST_VALUES, _MOST_NAMES = 6, 12
_OF_SCENARIO = ("name", "title", "why", "force")


def add_import_plan(command) -> None:
    """Add the options of `import-plan`."""
    command.add_argument("file", type=Path, nargs="?",
                         help="a CSV or .xlsx with years or months across, or a filled template")
    command.add_argument("--map", type=Path, metavar="MAP.yaml",
                         help="how the file is written, and which assumption each row is")
    command.add_argument("--company", help="whose plan it is, where neither map nor template says")
    command.add_argument("--name", help="write it as a scenario of this name")
    command.add_argument("--title", help="what readers call the scenario")
    command.add_argument("--why", help="why the scenario exists")
    command.add_argument("--force", action="store_true",
                         help="write over a scenario of this name, which keeps what the file does "
                              "not say")
    command.add_argument("--base", action="store_true",
                         help="write it into the company's base.yaml instead")
    command.add_argument("--propose", type=Path, metavar="MAP.yaml",
                         help="without a map: where the proposed one is written")
    command.add_argument("--template", type=Path, metavar="FILE.xlsx",
                         help="write a workbook to fill in")


def take_plan(options) -> int:
    """Print what a spreadsheet makes of a plan, and write it if that is wanted; without a map,
    propose one; or write a template."""
    from model.intake.plans import template

    _check(options)
    if options.template is not None:
        return _template(options)
    if options.map is None and not template.is_template(options.file):
        return _propose(options)
    return _import(options)


def _check(options) -> None:
    """Raise InputError for options that do not go together."""
    wants = [name for name in (*_OF_SCENARIO, "base") if getattr(options, name)]
    problems = []
    if options.template is not None:
        problems += [Problem(f"--{name}", "is for a plan that is read; take it out, or take "
                                          "--template out.")
                     for name in (*wants, "map", "propose") if getattr(options, name)]
        if options.file is not None:
            problems.append(Problem(str(options.file), "is read only without --template; take one "
                                                       "of the two out."))
    elif options.file is None:
        problems.append(Problem("FILE", "is missing: name the spreadsheet, or write a workbook to "
                                        "fill in with --template FILE.xlsx."))
    if options.base:
        problems += [Problem(f"--{name}", "is for a scenario; take it out, or take --base out.")
                     for name in _OF_SCENARIO if getattr(options, name)]
    elif options.name is None:
        problems += [Problem(f"--{name}", "is about the scenario that --name would name; add it.")
                     for name in ("title", "why", "force") if getattr(options, name)]
    if options.map is not None and options.propose:
        problems.append(Problem("--propose", "is for a file without a map; take it out, or take "
                                             "--map out."))
    fail_if(problems)


def _company(options) -> str:
    """The company that is named, or the only one. Raises InputError."""
    from model.params import catalog

    names = catalog.companies()
    company = options.company or (names[0] if len(names) == 1 else None)
    if company is None:
        raise InputError.of("--company", f"is missing; known: {', '.join(names)}.")
    catalog.check_company(company)
    return company


def _template(options) -> int:
    from model import load
    from model.commands.workbook import check_xlsx
    from model.intake.plans.template import check_new, template

    company = _company(options)
    check_xlsx(options.template, "--template")
    check_new(options.template)
    write_whole(options.template, template(load(company)))
    path = shlex.quote(str(options.template))
    print(f"Written: {relative(options.template)}. It holds the plan of {company}; type over what "
          f"is to differ, and python -m model import-plan {path} reads it.")
    return DONE


def _propose(options) -> int:
    from model import load
    from model.intake.plans.proposal import proposal

    fail_if([Problem("--map", f"is missing: --{name} is about a plan, which needs a map.")
             for name in (*_OF_SCENARIO, "base") if getattr(options, name)])
    check_new(options.propose)
    return offer(proposal(options.file, load(_company(options))), options.propose, "import-plan",
                 options.file)


def _import(options) -> int:
    from model import load
    from model.intake.plans import template
    from model.intake.plans.mapping import read_plan_map
    from model.intake.plans.plan import plan_of
    from model.intake.plans.reading import read_plan
    from model.intake.table import read_table
    from model.params import catalog

    if options.company is not None:
        catalog.check_company(options.company)
    if options.map is None:
        found, file = template.map_of(options.file, options.company), None
    else:
        found, file = read_plan_map(options.map, options.company)
    before = load(found.company, _over(options, found.company))
    sheet = read_plan(read_table(options.file, found.separator, found.encoding, found.sheet), found,
                      file)
    plan = plan_of(sheet, found, before,
                   lambda name: file.where("rows", name) if file else sheet.table.name)
    _print_plan(before, plan, sheet)
    if not plan.items:
        print("Nothing differs from the plan, so there is nothing to write.")
        return DONE
    print_effect(plan.after)
    print()
    return _write(options, plan, found.source)


def _over(options, company: str) -> str:
    """The scenario over which a plan is laid: base, or the one that is written over."""
    from model.params import catalog

    return options.name if options.force and options.name in catalog.scenarios(company) else "base"


def _print_plan(before: Assumptions, plan: Plan, sheet: PlanTable) -> None:
    """Print each assumption that differs with its cells, and what was not taken."""
    from model.packs.assumptions import changed_assumptions

    after = plan.after
    over = "" if after.scenario == "base" else f", over scenario {after.scenario}"
    print(visible(f"{after.title} ({after.company}), from {sheet.table.name}{over}"))
    changes = {change.path: change for change in changed_assumptions(before, after)}
    for target, items in plan.by_target.items():
        for line in _lines(changes[target], items):
            print(visible(f"  {line}"))
    print(f"Different: {count(len(plan.by_target), 'assumption')}. As in the plan: "
          f"{len(plan.same)}. Not in the file, and so as they are: {len(plan.silent)}.")
    if sheet.totals:
        print(visible(f"Totals that add up, and are left out: {_names(sheet.totals)}."))
    for sentence in _notices(plan, sheet):
        print(visible(f"notice: {sentence}."))


def _lines(change: AssumptionChange, items: Sequence[Item]) -> Iterator[str]:
    """An assumption with its cells, and below it its values before and after."""
    from model.views.formats import typed, unit_label

    values, unit = change.values, unit_label(change.unit)
    places = "; ".join(f"{item.path}, {item.where}" for item in items[1:])
    yield f"{change.label} ({items[0].path}), {items[0].where}{places and f'; {places}'}:"
    for value in values[:_MOST_VALUES]:
        yield (f"  {value.when or 'all months'}: {typed(value.old, change.unit)} → "
               f"{typed(value.new, change.unit)} {unit}".rstrip())
    if (more := len(values) - _MOST_VALUES) > 0:
        yield f"  and {more} more"


def _notices(plan: Plan, sheet: PlanTable) -> Iterator[str]:
    """What was not taken, what looks odd, and what a season does to levels by year."""
    from model.params.limits import implausible

    if sheet.others:
        yield (f"not in the map, and so not taken: {_names(sheet.others)}; left_out in the map "
               "says that this is meant")
    if sheet.hidden:
        yield (f"hidden in the file, and taken all the same: {_names(sheet.hidden)}; what is not "
               "meant is no row of the map, and a column under left_out")
    # Rows of a template, whose names are paths, may be empty.
    empty = [row.name for row in sheet.rows if not row.amounts and row.name not in plan.silent]
    if empty:
        yield f"without amounts in the file, and so as they are in the plan: {_names(empty)}"
    if plan.outside:
        calendar = plan.after.calendar
        yield (f"outside the plan, which has {calendar.labels[0]} to {calendar.labels[-1]}, and so "
               f"not taken: {_names(plan.outside)}")
    if plan.only_outside:
        yield f"the file has nothing else of {_names(plan.only_outside)}, so it stays as it is"
    after = plan.after
    for item in plan.items:
        if item.path not in after.entries:
            continue
        if item.kept:
            yield (f"{item.path} stays as it is in {_names(item.kept)}, which the file does not "
                   "name")
        if item.by_month and f"{item.path}.season" in item.changes:
            yield (f"{item.path} is given for every month, and so without the season that it has "
                   "in the plan")
        if item.path in after.weights and f"{item.path}.season" not in plan.changes:
            yield (f"{item.path} has a season in the plan, by which its years are spread over "
                   "their months")
        if sentence := implausible(item.path, after.entries[item.path], after.series[item.path],
                                   after.calendar):
            yield sentence


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _write(options, plan: Plan, source: str) -> int:
    """Write the plan where the options say, whole or not at all."""
    from model.intake.plans.base import write_base

    company, name = plan.after.company, options.file.name
    if options.base:
        path = write_base(plan, source, name)
        after = plan.after
        for target in plan.by_target:
            if target in after.weights and after.settings[target].single_months(after.calendar):
                print(visible(f"notice: {target} is written by month, with its season in it, as "
                              "some of its months have none."))
        print(f"Written: {relative(path)}. python -m model check {company} says what to look at.")
        return DONE
    if options.name is None:
        print("Nothing was written: --name NAME writes it as a scenario, --base into base.yaml.")
        return DONE
    path = _save(options, plan)
    print(f"Written: {relative(path)}. See it with python -m model project {company} "
          f"-s {options.name}; make reports makes its pages.")
    return DONE


def _save(options, plan: Plan) -> Path:
    """Write a plan as a scenario, or over the one that it was laid over."""
    from model.params import scenario_file
    from model.params.edits import Edits

    after, name = plan.after, options.file.name
    own = after.scenario != "base"
    edits = Edits(after.company, after.scenario, plan.changes)
    title, why = (options.title, options.why) if own else (
        options.title or "From a spreadsheet",
        options.why or f"The plan of {name}. Beside each change stand the cells that it comes "
                       "from.")
    if own:
        _print_kept(edits, plan)
    return scenario_file.save(
        after.company, options.name, edits.content(options.name, title or "", why or ""),
        wording=scenario_file.Wording(replacing="--force to write over it, which keeps what the "
                                                "file does not say"),
        replace=options.force, own=own, expected=after, sources={
            path: f"{name}, {where}" for item in plan.items for path, where in item.places.items()})


def _print_kept(edits: Edits, plan: Plan) -> None:
    """Print what a scenario keeps that is written over, and which scenarios extend it."""
    from model.params import catalog

    company, scenario = plan.after.company, plan.after.scenario
    content = edits.content(scenario, "", "")
    kept = [key for key in ("extends", "delay", "actuals") if key in content]
    kept += dict.fromkeys(re.sub(r"\.[0-9]{4}(-[0-9]{2})?$", "", path)
                          for path in content.get("changes", {}) if path not in plan.changes)
    if kept:
        print(visible(f"notice: {scenario} keeps what the file does not say: {_names(kept)}."))
    if others := catalog.extending(company, scenario):
        print(f"notice: {_names(others)} extends {scenario}, and moves with it." if len(others) == 1
              else f"notice: {_names(others)} extend {scenario}, and move with it.")
