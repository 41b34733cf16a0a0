"""Whether a workbook gives the same numbers as the model, and the record of when that was found.

    python -m model.workbook.equality [--check]

Base, every scenario and random plans are calculated by other programs, and every figure of every
text is compared with the model: lines by month and year, customers and their lives, KPIs. The
record is part of the package; it counts as long as the texts, the assumptions and the formulas are
those that were compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from model import folders
from model.analysis import sampling
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection
from model.params import catalog
from model.params.assumptions import Assumptions
from model.workbook.addresses import Place
from model.workbook.book import Book, book
from model.workbook.cells import UNDEFINED, Field
from model.workbook.file import content
from model.workbook.paths import Plans, load_plans
from model.workbook.recalculation import (
    Formualizer,
    IronCalc,
    Missing,
    Values,
    by_office,
    fields,
    office_name,
    saved,
)
from model.workbook.verification import RECORD, params_mark, recorded, texts_mark

# Differences are held against the larger of 1 and the row's greatest value; those of lines that
# are differences of large amounts themselves, in USD.
RELATIVE, MONEY = 1e-9, 1e-6
DIFFERENCES = ("imbalance",)
# The unit of what is equal or is not.
EXACT = "month number"
# Random plans: LibreOffice takes three seconds for each.
DRAWS, OFFICE_DRAWS, SEED = 20, 4, 11


@dataclass(frozen=True)
class Compared:
    """Cells compared, and the greatest differences: as amounts, as shares of the larger of 1 and
    the row's greatest value, and in USD of lines that are differences. `unequal` are months of
    break-evens that differ, and cells that are no numbers or are undefined in one alone;
    `undefined` counts those that are so in both."""

    cells: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    money: float = 0.0
    unequal: tuple[str, ...] = ()
    undefined: int = 0

    @property
    def holds(self) -> bool:
        return self.relative <= RELATIVE and self.money <= MONEY and not self.unequal

    def __add__(self, other: Compared) -> Compared:
        return Compared(self.cells + other.cells, max(self.absolute, other.absolute),
                        max(self.relative, other.relative), max(self.money, other.money),
                        self.unequal + other.unequal, self.undefined + other.undefined)


def compare(found: Book, projection: Projection, values: Values) -> Compared:
    """A workbook as a program calculated it against a projection: every figure of every text."""
    result, model = Compared(), figures(projection)
    for place in found.places:
        theirs = [values(place.sheet, place.row, col) for col in place.columns]
        result += _row(place, place.figures(model), theirs)
    return result


def _row(place: Place, ours: np.ndarray, theirs: list) -> Compared:
    """A row of figures: what is undefined must be so in both."""
    defined = ~np.isnan(ours)
    wrong = [value for value, number in zip(theirs, defined, strict=True)
             if (not _is_number(value) if number else value != UNDEFINED)]
    if wrong:
        return Compared(len(theirs), unequal=(f"{place.name} is {wrong[0]!r}",))
    off = np.abs(np.array(theirs, dtype=object)[defined].astype(float) - ours[defined])
    most, scale = off.max(initial=0.0), max(1.0, np.abs(ours[defined]).max(initial=0.0))
    undefined = len(theirs) - int(defined.sum())
    if place.kind == "check" or place.name in DIFFERENCES:
        return Compared(len(theirs), money=float(most), undefined=undefined)
    unequal = (f"{place.name} differs by {most:g}",) if most and place.unit == EXACT else ()
    return Compared(len(theirs), float(most), float(most / scale), 0.0, unequal, undefined)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def drawn(assumptions: Assumptions, size: int, seed: int = SEED) -> list[Assumptions]:
    """Plans with every assumption drawn at random within its range."""
    values = sampling.drawn(assumptions, sampling.uncertain(assumptions), size, seed)
    return [one_of(assumptions, values, at) for at in range(size)]


def one_of(assumptions: Assumptions, values: Mapping[str, np.ndarray], at: int) -> Assumptions:
    """One scenario of arrays for `batch` as a plan by itself, typed as a person would."""
    calendar, changes = assumptions.calendar, {}
    for path, array in values.items():
        if np.ndim(array) == 1:
            changes[path] = float(array[at])
        elif np.shape(array)[1] == calendar.months:
            changes[path] = dict(zip(calendar.labels, array[at].tolist(), strict=True))
        else:
            changes |= {f"{path}.{year}": value for year, value in
                        zip(calendar.years, array[at].tolist(), strict=True)}
    return assumptions.with_values(changes)


def typed(plan: Assumptions, forms: Plans) -> dict[Field, float]:
    """What is typed into the cells of base to make them a plan's."""
    own = Plans({"base": plan}, "base")
    found = {}
    for path in plan.entries:
        form, values = forms.forms[path], own.typed("base", path).values
        if form == "constant":
            names = ["value"]
        else:
            names = plan.calendar.labels if form == "month" else plan.calendar.years
            values = values if len(values) > 1 else values * len(names)
        found |= {Field("base", path, str(name)): value
                  for name, value in zip(names, values, strict=True)}
    return found


def choose(scenario: str) -> dict[Field, str]:
    """What is typed to choose a scenario."""
    return {Field("", "", "scenario"): scenario}


def by_package(package: type[Formualizer | IronCalc], plans: Plans, draws: int = DRAWS,
               ) -> tuple[str, Compared]:
    """Every scenario by the selector of one workbook, then base with drawn assumptions."""
    found = book(plans)
    program = package(content(found, wrong_values=True), found)
    result = Compared()
    for name, plan in plans.scenarios.items():
        program.type(choose(name))
        result += compare(found, project(plan), program.value)
    for plan in drawn(plans.base, draws):
        # To load a file anew is faster than to type over hundreds of cells.
        type_into(found, {**choose("base"), **typed(plan, plans)})
        again = package(content(found, wrong_values=True), found)
        result += compare(found, project(plan), again.value)
    return program.name, result


def by_libreoffice(plans: Plans, draws: int = OFFICE_DRAWS) -> tuple[str, Compared]:
    """The same with LibreOffice: a file for each plan, all with wrong values in their formulas."""
    name, found = office_name(), book(plans)
    cases: list[tuple[Assumptions, Mapping[Field, float | str]]] = [
        (plan, choose(scenario)) for scenario, plan in plans.scenarios.items()]
    cases += [(plan, {**choose("base"), **typed(plan, plans)})
              for plan in drawn(plans.base, draws)]
    files = {}
    for at, (_, values) in enumerate(cases):
        type_into(found, values)
        files[f"plan_{at}"] = content(found, wrong_values=True)
    result = Compared()
    for (plan, _), made in zip(cases, by_office(files).values(), strict=True):
        result += compare(found, project(plan), saved(made))
    return name, result


def type_into(found: Book, values: Mapping[Field, float | str]) -> None:
    """Put values into the input cells of a workbook that is not written yet."""
    where = fields(found)
    for field, value in values.items():
        sheet, *at = where[field]
        cells = found.sheet(sheet).cells
        cells[tuple(at)] = cells[tuple(at)]._replace(kind="input", content=value)


def measured(company: str) -> tuple[dict, list[str]]:
    """A company's part of the record, and what does not hold."""
    plans = load_plans(company)
    engines, faults = {}, []
    for program, draws in ((partial(by_package, Formualizer), DRAWS),
                           (partial(by_package, IronCalc), DRAWS),
                           (by_libreoffice, OFFICE_DRAWS)):
        try:
            name, result = program(plans, draws)
        except Missing as missing:
            faults.append(f"{company}: {missing}.")
            continue
        engines[name] = {"scenarios": len(plans.scenarios), "draws": draws, "cells": result.cells,
                         "undefined": result.undefined,
                         "greatest_absolute_difference": result.absolute,
                         "greatest_relative_difference": result.relative,
                         "greatest_difference_of_check_lines": result.money}
        if not result.holds:
            faults.append(f"{company}: {name} gives other numbers than the model: {result}.")
    found = {"texts": texts_mark(plans.base), "params": params_mark(company),
             "formulas": book(plans).version, "engines": engines}
    return found, faults


def stale(found: Mapping[str, dict]) -> list[str]:
    """What the committed record says otherwise than a new one: marks, counts and programs. The
    differences themselves may move in their last digits from machine to machine."""
    kept, said = recorded(), []
    for company, now in found.items():
        was = kept.get(company, {})
        for name in ("texts", "params", "formulas"):
            if was.get(name) != now[name]:
                said.append(f"{company}: {name} is {now[name]}, the record has {was.get(name)}; "
                            "run make equality and commit the record.")
        cells = [sorted(engine["cells"] for engine in part.get("engines", {}).values())
                 for part in (was, now)]
        if cells[0] != cells[1]:
            said.append(f"{company}: {cells[1]} cells were compared, the record has {cells[0]}; "
                        "run make equality and commit the record.")
    return said


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write the record or check it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m model.workbook.equality",
                                     description="Compare workbooks with the model.")
    parser.add_argument("--check", action="store_true",
                        help="do not write; fail where the record is no longer true")
    options = parser.parse_args(arguments)
    found, faults = {}, []
    for company in catalog.companies():
        found[company], said = measured(company)
        faults += said
        for name, engine in found[company]["engines"].items():
            print(f"{company}, {name}: {engine['cells']:,} cells, of which "
                  f"{engine['undefined']:,} undefined; at most "
                  f"{engine['greatest_relative_difference']:.1e} of the row's greatest value "
                  f"({engine['greatest_absolute_difference']:.1e}); check lines "
                  f"{engine['greatest_difference_of_check_lines']:.1e} USD")
    if options.check:
        faults += stale(found)
    elif not faults:
        from model.files import write_whole

        write_whole(RECORD, (json.dumps({"companies": found}, indent=1) + "\n").encode())
        print(f"Written: {folders.relative(RECORD)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
