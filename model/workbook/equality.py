"""Whether workbooks and pages give the same numbers as the model, and the record of that.

    python -m model.workbook.equality [--check]

Every scenario and random plans are calculated by other programs, and every figure of every text is
compared with the model: lines by month and year, customers and their lives, KPIs. The script of
pages must give every bit of them. The record is part of the package (see `verification`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from model import folders
from model.analysis.uncertainty import sampling
from model.engine import parity
from model.engine.cells import UNDEFINED
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection
from model.params import catalog
from model.params.assumptions import Assumptions
from model.tolerance import MONEY, RELATIVE
from model.workbook import recalculation
from model.workbook.book import Book, book
from model.workbook.cells import Field
from model.workbook.file import content
from model.workbook.paths import ALONE, Plans, load_plans
from model.workbook.recalculation import Formualizer, IronCalc, by_office, office_name, values_of
from model.workbook.variants import VARIANTS
from model.workbook.verification import RECORD, params_mark, record, texts_mark
from model.workbook.workings import Place

# Lines that are differences of large amounts, and so count as equal within MONEY.
DIFFERENCES = ("imbalance",)
# Figures of this unit are equal, or they are not.
EXACT = "month number"
# How many random plans are compared; LibreOffice takes three seconds for each.
DRAWS, OFFICE_DRAWS, SCRIPT_DRAWS, SEED = 20, 4, 200, 11
# A check of the record compares one in so many of them, and all other plans.
CHECKED = 4


@dataclass(frozen=True)
class Comparison:
    """How many cells were compared, and their greatest differences: of amounts, as shares of the
    larger of 1 and the row's greatest value, and of lines that are differences themselves [USD].

    unequal    months of break-evens that differ, and cells that are no numbers or are undefined
               in one alone
    undefined  how many cells are undefined in both
    """

    cells: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    money: float = 0.0
    unequal: tuple[str, ...] = ()
    undefined: int = 0

    @property
    def holds(self) -> bool:
        return self.relative <= RELATIVE and self.money <= MONEY and not self.unequal

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(self.cells + other.cells, max(self.absolute, other.absolute),
                          max(self.relative, other.relative), max(self.money, other.money),
                          self.unequal + other.unequal, self.undefined + other.undefined)


def compare(workbook: Book, projection: Projection, values: recalculation.Values) -> Comparison:
    """Every figure of a workbook, as a program calculated it, against a projection."""
    comparison, model = Comparison(), figures(projection)
    for place in workbook.places:
        theirs = [values(place.sheet, place.row, col) for col in place.columns]
        comparison += _compare_row(place, place.figures(model), theirs)
    return comparison


def _compare_row(place: Place, ours: np.ndarray, theirs: list) -> Comparison:
    """A row of figures: what is undefined must be so in both."""
    numbers = ~np.isnan(ours)
    wrong = [value for value, number in zip(theirs, numbers, strict=True)
             if (isinstance(value, bool) or not isinstance(value, int | float) if number
                 else value != UNDEFINED)]
    if wrong:
        return Comparison(len(theirs), unequal=(f"{place.name} is {wrong[0]!r}",))
    off = np.abs(np.array(theirs, dtype=object)[numbers].astype(float) - ours[numbers])
    most, scale = off.max(initial=0.0), max(1.0, np.abs(ours[numbers]).max(initial=0.0))
    words = len(theirs) - int(numbers.sum())
    if place.kind == "check" or place.name in DIFFERENCES:
        return Comparison(len(theirs), money=float(most), undefined=words)
    unequal = (f"{place.name} differs by {most:g}",) if most and place.unit == EXACT else ()
    return Comparison(len(theirs), float(most), float(most / scale), 0.0, unequal, words)


def random_plans(assumptions: Assumptions, size: int, seed: int = SEED) -> list[Assumptions]:
    """Plans with every assumption drawn at random within its range."""
    values = sampling.drawn(assumptions, sampling.uncertain(assumptions), size, seed)
    return [one_of(assumptions, values, at) for at in range(size)]


def one_of(assumptions: Assumptions, values: Mapping[str, np.ndarray], at: int) -> Assumptions:
    """The plan of one scenario of arrays for `batch`, typed as a person would."""
    calendar, changes = assumptions.calendar, {}
    for path, array in values.items():
        if np.ndim(array) == 1:
            changes[path] = float(array[at])
        elif np.shape(array)[1] == calendar.months:
            changes |= _by_month(assumptions, path, array[at].tolist())
        else:
            changes |= {f"{path}.{year}": value for year, value in
                        zip(calendar.years, array[at].tolist(), strict=True)}
    return assumptions.with_values(changes)


def _by_month(assumptions: Assumptions, path: str, months: list[float]) -> dict[str, object]:
    """Values by month as the changes of a path: in the form in which the plan has it."""
    setting, calendar = assumptions.settings[path], assumptions.calendar
    alone = setting.single_months(calendar)
    changes = {f"{path}.{calendar.labels[at]}": months[at] for at in alone}
    grain = setting.without_months().series(assumptions.entries[path], calendar).grain
    if grain == "month":
        return {path: dict(zip(calendar.labels, months, strict=True)), **changes}
    level = [value for at, value in enumerate(months) if at not in alone]
    if grain == "constant":
        return {path: level[0], **changes}
    return changes | {f"{path}.{year}": next(
        (months[at] for at in range(calendar.months)[calendar.months_of(year)] if at not in alone),
        level[0]) for year in calendar.years}


def inputs_of(plan: Assumptions, forms: Mapping[str, str]) -> dict[Field, float]:
    """What is typed into the cells of base to make them a plan's; `forms` are those of paths."""
    own = Plans({"base": plan}, "base")
    inputs = {}
    for path in plan.entries:
        form, given = forms[path], own.input("base", path)
        values = given.values
        if form == "constant":
            names = ["value"]
        else:
            names = plan.calendar.years if form == "year" else plan.calendar.labels
            values = values if len(values) > 1 else values * len(names)
        inputs |= {Field("base", path, f"{month}{ALONE}"): value for month, value in
                   zip(plan.calendar.labels, given.alone, strict=False)}
        inputs |= {Field("base", path, str(name)): value
                   for name, value in zip(names, values, strict=True)}
    return inputs


def choose(scenario: str) -> dict[Field, str]:
    return {Field("", "", "scenario"): scenario}


def _random_inputs(plans: Plans, draws: int) -> list[tuple[Assumptions, dict[Field, float | str]]]:
    return [(plan, choose("base") | inputs_of(plan, plans.forms))
            for plan in random_plans(plans.base, draws)]


def by_package(package: type[Formualizer | IronCalc], plans: Plans, draws: int = DRAWS,
               variants: Sequence[Assumptions] = ()) -> tuple[str, Comparison]:
    """Every scenario by the selector of one workbook, then random plans, and variants in workbooks
    of their own."""
    workbook = book(plans)
    program = package(content(workbook, wrong_values=True), workbook)
    comparison = Comparison()
    for name, plan in plans.scenarios.items():
        program.type(choose(name))
        comparison += compare(workbook, project(plan), program.value)
    for plan, inputs in _random_inputs(plans, draws):
        # To load a file anew is faster than to type over hundreds of cells.
        type_into(workbook, inputs)
        again = package(content(workbook, wrong_values=True), workbook)
        comparison += compare(workbook, project(plan), again.value)
    for plan in variants:
        own = _own_book(plan)
        comparison += compare(own, own.projection, package(
            content(own, wrong_values=True), own).value)
    return program.name, comparison


def _own_book(plan: Assumptions) -> Book:
    return book(Plans({"base": plan}, "base"))


def by_libreoffice(plans: Plans, draws: int = OFFICE_DRAWS,
                   variants: Sequence[Assumptions] = ()) -> tuple[str, Comparison]:
    """The same with LibreOffice: a file for each plan, all with wrong values in their formulas."""
    name, workbook = office_name(), book(plans)
    cases = [(plan, choose(scenario)) for scenario, plan in plans.scenarios.items()]
    cases += _random_inputs(plans, draws)
    made, files = [], {}
    for at, (plan, inputs) in enumerate(cases):
        type_into(workbook, inputs)
        files[f"plan_{at}"] = content(workbook, wrong_values=True)
        made.append((workbook, project(plan)))
    for at, own in enumerate(map(_own_book, variants)):
        files[f"variant_{at}"] = content(own, wrong_values=True)
        made.append((own, own.projection))
    comparison = Comparison()
    for (own, projection), file in zip(made, by_office(files).values(), strict=True):
        comparison += compare(own, projection, values_of(file))
    return name, comparison


# Programs, and how many random plans each is given.
ENGINES = ((partial(by_package, Formualizer), DRAWS), (partial(by_package, IronCalc), DRAWS),
           (by_libreoffice, OFFICE_DRAWS))


def type_into(workbook: Book, inputs: Mapping[Field, float | str]) -> None:
    """Put values into the input cells of a workbook that is not written yet."""
    places = recalculation.fields(workbook)
    for field, value in inputs.items():
        sheet, *at = places[field]
        cells = workbook.sheet(sheet).cells
        cells[tuple(at)] = cells[tuple(at)]._replace(kind="input", content=value)


def _engine(company: str, program: Callable[..., tuple[str, Comparison]],
            draws: int) -> tuple[dict, list[str]]:
    """A company's workbooks calculated by one program: its part of the record, by its name."""
    plans, variants = load_plans(company), [make(company) for make in VARIANTS.values()]
    try:
        name, result = program(plans, draws, variants)
    except recalculation.Missing as missing:
        return {}, [f"{company}: {missing}."]
    part = {"scenarios": len(plans.scenarios), "draws": draws, "variants": list(VARIANTS),
            "cells": result.cells, "undefined": result.undefined,
            "greatest_absolute_difference": result.absolute,
            "greatest_relative_difference": result.relative,
            "greatest_difference_of_check_lines": result.money}
    return {name: part}, [] if result.holds else [
        f"{company}: {name} gives other numbers than the model: {result}."]


def _script(company: str, draws: int) -> tuple[dict, list[str]]:
    """A company's plans calculated by the script of pages: its part of the record."""
    plans, variants = load_plans(company), [make(company) for make in VARIANTS.values()]
    try:
        several = [parity.compare(alike) for alike in (
            [*plans.scenarios.values(), *random_plans(plans.base, draws)],
            *([plan] for plan in variants))]
    except ImportError:
        return {}, [f"{company}: mini-racer, which runs the script of pages, is not installed."]
    program = several[0][0]
    compared, different = (sum(each[at] for each in several) for at in (1, 2))
    return {"engine": program, "scenarios": len(plans.scenarios), "draws": draws,
            "variants": list(VARIANTS), "figures": compared}, [
        f"{company}: in {program}, {different} of {compared} figures of the pages' script have "
        "other bits than the model's."] if different else []


def measure(companies: Sequence[str], one_in: int = 1) -> tuple[dict[str, dict], list[str]]:
    """Compare the workbooks and scripts of companies, on all processors: the record by company,
    and what does not hold. Of random plans, one in so many is compared."""
    faults, parts = [], {}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        begun = {company: (
            [processes.submit(_engine, company, program, draws // one_in)
             for program, draws in ENGINES],
            processes.submit(_script, company, SCRIPT_DRAWS // one_in)) for company in companies}
        for company, (engines, script) in begun.items():
            plans = load_plans(company)
            parts[company] = {
                "texts": texts_mark(plans.base), "params": params_mark(company),
                "formulas": book(plans).version, "engines": {}}
            for made in engines:
                part, wrong = made.result()
                parts[company]["engines"] |= part
                faults += wrong
            part, wrong = script.result()
            parts[company] |= {"script": part} if part else {}
            faults += wrong
    return parts, faults


def stale(new: Mapping[str, dict]) -> list[str]:
    """What the committed record says otherwise than a new one: marks, and counts of cells. The
    differences themselves may move in their last digits from machine to machine."""
    old, faults = record(), []
    for company, now in new.items():
        was = old.get(company, {})
        for name in ("texts", "params", "formulas"):
            if was.get(name) != now[name]:
                faults.append(f"{company}: {name} is {now[name]}, the record has {was.get(name)}; "
                              "run make equality and commit the record.")
        # By draws: a check compares fewer, and so fewer cells.
        cells = [{(engine["draws"], engine["cells"]) for engine in part.get("engines", {}).values()}
                 for part in (was, now)]
        draws = [{count for count, _ in each} for each in cells]
        if draws[0] == draws[1] and cells[0] != cells[1]:
            faults.append(f"{company}: {sorted(cells[1])} random plans and cells were compared, "
                          f"the record has {sorted(cells[0])}; run make equality and commit the "
                          "record.")
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write the record or check it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m model.workbook.equality",
                                     description="Compare workbooks with the model.")
    parser.add_argument("--check", action="store_true",
                        help="do not write; fail where the record is no longer true")
    options = parser.parse_args(arguments)
    companies, faults = measure(catalog.companies(), CHECKED if options.check else 1)
    for company, part in companies.items():
        for name, engine in part["engines"].items():
            print(f"{company}, {name}: {engine['cells']:,} cells, of which "
                  f"{engine['undefined']:,} undefined; at most "
                  f"{engine['greatest_relative_difference']:.1e} of the row's greatest value "
                  f"({engine['greatest_absolute_difference']:.1e}); check lines "
                  f"{engine['greatest_difference_of_check_lines']:.1e} USD")
    if options.check:
        faults += stale(companies)
    elif not faults:
        from model.files import write_whole

        write_whole(RECORD, (json.dumps({"companies": companies}, indent=1) + "\n").encode())
        print(f"Written: {folders.relative(RECORD)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
