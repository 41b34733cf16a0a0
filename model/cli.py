"""The command line: list, check, schema, project, simulate, identify, solve, explain, import,
import-plan, workbook, read-workbook, read-page, pack, bundle, compare-packs, budget, run, verify.

Exit codes: 0 done, 1 some of the work or an error check failed, 2 bad input, 130 stopped by
Ctrl+C. Errors go to stderr, one sentence each.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from model.commands import BAD_INPUT, DONE, FAILED, STOPPED
from model.counts import count
from model.currency import UNIT, labelled, show
from model.folders import relative
from model.problems import InputError, Problem, fail_if, nearest, visible
from model.terminal import visible_streams

if TYPE_CHECKING:
    from model.audit.checks import Checks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    with visible_streams():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    try:
        options = command_line().parse_args(arguments)
        code = options.command(options)
        print(end="", flush=True)
        return code
    except InputError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Who reads the output has seen enough, as in `… | head`.
        _discard_output()
        return DONE
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        _discard_output()
        return STOPPED
    except OSError as error:
        where = str(error.filename or "the output")
        print(Problem(where, f"{error.strerror or error}; free it or name another place."),
              file=sys.stderr)
        _discard_output()
        return FAILED


def _discard_output() -> None:
    """Keep the rest of the buffer from failing again when Python ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser that ends with our exit code and a sentence."""

    def error(self, message: str):
        self.exit(BAD_INPUT, f"{Problem(self.prog, message)}. Try {self.prog} --help.\n")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]):
        # argparse takes a value of -- for the end of the options, and then has none.
        if action.option_strings and "--" in arg_strings:
            self.error(f"{'/'.join(action.option_strings)} needs a value, and -- is none")
        return super()._get_values(action, arg_strings)


class _Version(argparse.Action):
    """Prints version and commit, and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str):
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *arguments: object):
        from importlib.metadata import version

        from model.checkout import commit

        print(version("notebook-financial-model"), *([commit()] if commit() else []))
        parser.exit(DONE)


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands and their options."""
    from model import reporting
    from model.commands import budget as budgets
    from model.commands import identify as identifications
    from model.commands import intake, packs, plans
    from model.commands import new as news
    from model.commands import page as pages
    from model.commands import project as projections
    from model.commands import simulate as simulations
    from model.commands import solve as solutions
    from model.commands import workbook as workbooks

    parser = _Parser(prog="python -m model", description="A notebook-based financial model.")
    parser.add_argument("--version", action=_Version, help="the version, and the commit if known")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, run: Callable[..., int], words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words)
        command.set_defaults(command=run)
        return command

    command = add("list", _list, "subjects, scenarios and notebooks")
    command.add_argument("--openings", metavar="COMPANY",
                         help="what a company may open with, by path, with its unit")

    command = add("check", _check, "check the params, every problem at once")
    command.add_argument("subject", nargs="?", help="one subject; all by default")
    command.add_argument("-s", "--scenario", help="one scenario; all by default")

    command = add("new", _new, "begin a company of your own with the figures of another")
    news.add_new(command)

    add("schema", _schema, "write again what editors are told of params files")

    command = add("project", _project, "project one scenario and print it")
    command.add_argument("company")
    _add_plan(command)
    projections.add_project(command)

    command = add("simulate", _simulate,
                  "draw very many plans around one: quantiles and chances")
    command.add_argument("company")
    _add_plan(command)
    simulations.add_simulate(command)

    command = add("identify", _identify, "what the published figures of a company leave open")
    command.add_argument("company")
    _add_plan(command)
    identifications.add_identify(command)

    command = add("solve", _solve, "what assumptions would have to be for goals to be reached")
    command.add_argument("company")
    _add_plan(command)
    solutions.add_solve(command)

    command = add("explain", _explain,
                  "take a figure of a month, quarter or year apart, down to the params")
    command.add_argument("company")
    command.add_argument("name", help="a line, ebitda, a segment's line, revenue.young_pros, or a "
                                      "KPI, runway")
    command.add_argument("--month", metavar="YYYY-MM",
                         help="the first break-even, or the last month, by default")
    command.add_argument("--quarter", metavar="YYYY-Q1", help="a quarter instead of a month")
    command.add_argument("--year", metavar="YYYY", help="a year instead of a month")
    _add_plan(command)
    command.add_argument("--depth", type=_levels, metavar="N",
                         help="levels below the figure; all by default")

    intake.add_import(add("import", intake.take,
                          "take what happened from an export of another program"))
    plans.add_import_plan(add("import-plan", plans.take_plan, "take a plan from a spreadsheet, or "
                              "write a workbook to fill in"))
    workbooks.add_workbook(
        add("workbook", workbooks.write, "write a company as a live-formula workbook"))
    workbooks.add_read_workbook(add("read-workbook", workbooks.read_back,
                                    "say what was changed in a workbook, and make it a scenario"))
    pages.add_read_page(add("read-page", pages.read_back,
                            "say what was moved in a report page, and make it a scenario"))
    reporting.add_pack(add("pack", reporting.pack, "keep what is sent: params, figures, pages and "
                           "workbook of a scenario in one file"))
    reporting.add_bundle(add("bundle", reporting.bundle, "all pages of a scenario and its workbook "
                             "in one file, for a mail"))
    packs.add_compare(add("compare-packs", packs.compare_packs,
                          "what has changed since a plan was sent, and what that adds"))
    budgets.add_budget(commands.add_parser(
        "budget", help="a programme's total budget: review a running quarter, compare strategies, "
        "export"))
    reporting.add_arguments(add("run", _run, "make the report notebooks and pages"))
    reporting.add_pages(add("verify", reporting.verify,
                            "make a page of reports again, and compare every figure"))
    return parser


def _add_plan(command: argparse.ArgumentParser) -> None:
    """Add the options that choose a plan."""
    command.add_argument("-s", "--scenario", default="base")
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE",
                         help="change one assumption; may be repeated")


def _list(options) -> int:
    from model.commands.openings import list_openings
    from model.params import catalog
    from model.reporting import notebooks

    if options.openings:
        return list_openings(options.openings)
    for subject in catalog.subjects():
        print(visible(f"{subject}: {', '.join(catalog.scenarios(subject))}"))
    print(visible(f"notebooks: {', '.join(notebooks.names())}"))
    return DONE


def _check(options) -> int:
    from model.params import catalog

    if options.subject:
        catalog.check_subject(options.subject)
    subjects = (options.subject,) if options.subject else catalog.subjects()
    names = {subject: catalog.scenarios(subject) for subject in subjects}
    if options.scenario and not any(options.scenario in each for each in names.values()):
        every = sorted({name for each in names.values() for name in each})
        raise InputError.of("scenario", f"{options.scenario!r} is not a scenario of "
                            f"{', '.join(subjects)}; {nearest(options.scenario, every)}")
    # Scenarios share files, and so problems; each is printed once.
    problems = dict.fromkeys(_unread(subjects))
    failed, alerts, scenarios = [], [], 0
    for subject in subjects:
        for scenario in names[subject]:
            if options.scenario in (None, scenario):
                scenarios += 1
                faults, checks = _checks(subject, scenario)
                problems |= dict.fromkeys(faults)
                # Each in the currency of its own subject, which was read last.
                failed += [labelled(f"{subject} {scenario}: {sentence}")
                           for sentence in checks.failed]
                alerts += [labelled(f"{subject} {scenario}: {sentence}")
                           for sentence in checks.alerts]
    fail_if(list(problems))
    show(UNIT)
    for sentence in alerts:
        print(f"alert: {sentence}")
    for sentence in failed:
        print(f"check failed: {sentence}", file=sys.stderr)
    print(f"{count(scenarios, 'scenario')} can be used; {count(len(failed), 'error check')} "
          f"failed. Alerts, which say what to look at in a plan: {len(alerts)}.")
    return FAILED if failed else DONE


def _new(options) -> int:
    from model.commands.new import new

    return new(options)


def _schema(options) -> int:
    from model.commands.schema import write

    return write()


def _unread(subjects: Sequence[str]) -> list[Problem]:
    """Files of subjects that look like scenarios or actuals, but that no command reads."""
    from model.params import catalog

    unread = [(path, "NAME.yaml, and not base")
              for subject in subjects for path in catalog.unread_files(subject)]
    unread += [(path, f"{catalog.ACTUALS}, or name it in a scenario")
               for subject in subjects if subject != catalog.BUDGET
               for path in catalog.unread_actuals(subject)]
    return [Problem(f"{relative(path)}:1", f"is read by no command; name it {name}, or remove it.")
            for path, name in unread]


def _checks(subject: str, scenario: str) -> tuple[list[Problem], Checks]:
    """What is wrong with a scenario's params, and the checks of its projection."""
    from model import load, project
    from model.analysis.variance import actuals
    from model.audit import description
    from model.audit.checks import Checks, check
    from model.audit.source_check import SourceCheck
    from model.commands.openings import unread_problems
    from model.params import catalog

    if subject == catalog.BUDGET:
        return _budget_checks(scenario)
    if faults := description.read_problems(subject):
        return faults, Checks((), (), ())
    try:
        projection = project(load(subject, scenario))
        observed = actuals(projection)
        if faults := description.problems(projection):
            return faults, Checks((), (), ())
    except InputError as error:
        return list(error.problems), Checks((), (), ())
    problems = unread_problems(projection)
    problems += SourceCheck(projection).unread()
    checks = check(projection)
    notices = [] if observed is None else [
        f"{observed.file}, {name}: {sentence}" for name, sentence in
        (*observed.notices, *(observed.open_months if observed.closed else ()))]
    return problems, replace(checks, alerts=(*checks.alerts, *notices))


def _budget_checks(scenario: str) -> tuple[list[Problem], Checks]:
    """The same for a scenario of the budget, which has alerts and no error checks."""
    from model.audit.checks import Checks
    from model.budget.plan.plan import load_plan
    from model.budget.programme.misses import misses_of
    from model.budget.strategies.tuning import tuned_strategies

    problems, alerts = [], ()
    try:
        tuned_strategies()
    except InputError as error:
        problems += error.problems
    try:
        plan = load_plan(scenario)
        alerts = tuple(plan.alerts())
        misses_of(scenario, plan.weeks)
    except InputError as error:
        problems += error.problems
    return problems, Checks((), (), alerts)


def _project(options) -> int:
    from model import load
    from model.commands.project import project

    return project(options, load(options.company, options.scenario, _changes(options.set)))


def _simulate(options) -> int:
    from model import load
    from model.commands.simulate import check, simulate

    check(options)
    return simulate(options, load(options.company, options.scenario, _changes(options.set)))


def _identify(options) -> int:
    from model import load
    from model.commands.identify import identify

    return identify(options, load(options.company, options.scenario, _changes(options.set)))


def _solve(options) -> int:
    from model import load
    from model.commands.solve import solve

    changes = _changes(options.set)
    return solve(options, load(options.company, options.scenario, changes), changes)


def _levels(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of levels, 0 or more")
    return int(text)


def _explain(options) -> int:
    from model import load, project
    from model.pages.explain import explain

    assumptions = load(options.company, options.scenario, _changes(options.set))
    print(explain(project(assumptions), options.name, options.month, options.depth,
                  quarter=options.quarter, year=options.year).text)
    return DONE


def _changes(texts: Sequence[str]) -> dict[str, object]:
    """The changes of texts `path=value`. Raises InputError with every text that is no change."""
    from model.params.yaml_file import value_of

    changes, problems = {}, []
    for text in texts:
        path, equals, value = text.partition("=")
        try:
            if not (path.strip() and equals and value.strip()):
                raise ValueError("is not path=value, as in mentees.cac=90.")
            if path.strip() in changes:
                raise ValueError("is given twice; keep one.")
            changes[path.strip()] = value_of(value)
        except ValueError as error:
            problems.append(Problem("--set", f"{text} {error}"))
    fail_if(problems)
    return changes


def _run(options) -> int:
    from model import reporting

    return reporting.run(options.subjects, options.scenarios, options.notebooks, options.jobs,
                         options.force, options.out, dry=options.dry, quiet=options.quiet,
                         json=options.json)
