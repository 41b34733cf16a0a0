"""The reading of a month for very many scenarios: compiled by Numba, keeping only their ends.

From the trace a function is written that takes a few hundred scenarios through all months before
it turns to the next ones, so that their lines stay close to the processor. The compiler may change
nothing that would change a bit: no fast-math, no fused operations.
"""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np

from model.companies import company_module
from model.companies.glossary import Glossary, glossary
from model.companies.vocabulary import YEAR
from model.engine.close import month_of
from model.engine.expressions import CALLS, PYTHON, expression
from model.engine.nodes import Formula, Node, NotAFormula, Ref
from model.engine.opening import opening_values
from model.engine.projection import reduction
from model.engine.timeline import timeline
from model.engine.trace import month_trace
from model.files import digest, write_whole
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar

# Scenarios that run together, and how far apart rows of them lie: at a power of two, rows would
# take each other's places in the processor's cache.
WIDTH = 128
APART = WIDTH + 8
# Statements in one loop over scenarios: a long loop is no longer turned into vectors.
STATEMENTS = 60
LANGUAGE = PYTHON | CALLS

# A line and, where its sum over one is wanted, a year.
End = tuple[str, int | None]


@dataclass(frozen=True)
class Kernel:
    """A company's month, compiled. `run(rows, places, openings, constants, result)` takes the
    `inputs`, which differ among scenarios, as rows, the place of each one's row by month, the
    opening of each of the `opening` lines, and the `constants` by month; the result has as many
    rows as lines are `wanted`."""

    inputs: tuple[Ref, ...]
    constants: tuple[Ref, ...]
    opening: tuple[str, ...]
    wanted: int
    source: str = field(repr=False)
    run: Callable = field(repr=False)


def available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


def ends(plans: Assumptions, wanted: tuple[End, ...]) -> np.ndarray:
    """Lines in the last month, or summed over a year of reports, (line, scenario). Raises
    NotAFormula where the month is not of the vocabulary, or a line's year is no sum."""
    series = plans.held
    size = max(each.values.shape[1] for each in series.values())
    kernel = kernel_of_plans(
        plans, (path for path, each in series.items() if each.values.shape[1] > 1), wanted)
    inputs = [series[ref.name].values for ref in kernel.inputs]
    firsts = np.cumsum([0, *map(len, inputs)]).tolist()
    return run(kernel, plans, {ref.name: first for ref, first in zip(
        kernel.inputs, firsts, strict=False)}, np.concatenate([np.empty((0, size)), *inputs]))


def run(kernel: Kernel, plans: Assumptions, firsts: Mapping[str, int],
        rows: np.ndarray) -> np.ndarray:
    """What a kernel wants of plans whose differing values are rows, (row, scenario), from the
    first of each path on; all else is that of `plans`."""
    company, calendar, series = company_module(plans.company), plans.calendar, plans.held
    size, times = rows.shape[1], timeline(calendar)
    within = {"constant": np.zeros(calendar.months), "year": calendar.years_of(),
              "month": np.arange(calendar.months)}
    places = [firsts[ref.name] + within[series[ref.name].grain] for ref in kernel.inputs]
    # What a plan opens with may rest on what differs.
    differing = replace(plans)
    differing.__dict__["held"] = series | {
        path: replace(series[path], values=rows[first:first + len(series[path].values)])
        for path, first in firsts.items()}
    values = opening_values(company, differing)
    openings = [np.broadcast_to(values[line], (1, size)) for line in kernel.opening]
    constants = [np.broadcast_to(times[ref.name] if ref.kind == "timeline" else
                                 series[ref.name].monthly(calendar)[:, 0], calendar.months)
                 for ref in kernel.constants]
    result = np.empty((kernel.wanted, size))
    kernel.run(rows, np.reshape(np.array(places, dtype=np.int64), (-1, calendar.months)),
               np.concatenate([np.empty((0, size)), *openings]),
               np.array([*constants, np.empty(calendar.months)]), result)
    return result


def kernel_of_plans(plans: Assumptions, inputs: Iterable[str], wanted: tuple[End, ...]) -> Kernel:
    """The kernel of plans of which some paths differ. Raises NotAFormula."""
    company = company_module(plans.company)
    return kernel_of(month_of(company, plans), company.opening, glossary(plans.company),
                     tuple(plans.series), plans.calendar, frozenset(inputs), wanted)


@lru_cache(maxsize=16)
def kernel_of(month: Callable, opening: Callable, terms: Glossary, paths: tuple[str, ...],
              calendar: Calendar, inputs: frozenset[str], wanted: tuple[End, ...]) -> Kernel:
    """The kernel of a month of which some `inputs` differ among scenarios, written and compiled
    once. Raises NotAFormula."""
    years, whole = calendar.reported, month_trace(month, opening, paths, calendar.years_begun)
    formulas = _formulas(terms, whole.formulas, wanted, years.year_starts)
    source = _Source(formulas, tuple(line for line in whole.opening if line in formulas), inputs,
                     [(_total(line), years.months_of(year).stop - 1) if year else
                      (line, calendar.months - 1) for line, year in wanted])
    return Kernel(source.inputs, source.constants, source.opening, len(wanted), source.text,
                  _module(source.text).run)


def _total(line: str) -> str:
    """The name of a line's sum since the year began."""
    return f"{line} of the year"


def _formulas(terms: Glossary, formulas: Mapping[str, Formula], wanted: tuple[End, ...],
              year_starts: int) -> dict[str, Formula]:
    """The formulas on which ends rest, in the order of writing, with those of sums of years, which
    start in a month of the calendar."""
    formulas = dict(formulas)
    for line, year in wanted:
        if year and reduction(terms, line, YEAR, formulas.__contains__).operation != "sum":
            raise NotAFormula(f"{line} of a year is no sum of its months.")
        if year:
            now, before = (Node("ref", (ref,)) for ref in (
                Ref("line", line), Ref("line", _total(line), 1)))
            start = Node("ref", (Ref("timeline", "month_of_year"),)) == year_starts
            formulas[_total(line)] = Formula(_total(line), np.where(start, now, before + now), "")
    known: set[str] = set()
    left = {_total(line) if year else line for line, year in wanted}
    while left:
        known |= left
        left = {ref.name for line in left for ref in formulas[line].reads
                if ref.kind == "line"} - known
    return {line: formula for line, formula in formulas.items() if line in known}


class _Source:
    """The text of a kernel. A workspace has a row for each input, for each line, for last month's
    value of a line that is read after the line is written anew, and for what is read from longer
    ago."""

    def __init__(self, formulas: Mapping[str, Formula], opening: tuple[str, ...],
                 inputs: frozenset[str], wanted: list[tuple[str, int]]):
        refs = dict.fromkeys(ref for formula in formulas.values() for ref in formula.reads)
        self.opening, self._formulas, self._lines = opening, formulas, tuple(formulas)
        self._loops = {line: at // STATEMENTS for at, line in enumerate(formulas)}
        self.inputs = tuple(ref for ref in refs if ref.kind == "assumption" and ref.name in inputs)
        self.constants = tuple(ref for ref in refs
                               if ref.kind != "line" and ref not in self.inputs)
        self._rows = {ref: row for row, ref in enumerate((
            *self.inputs, *(Ref("line", line) for line in formulas),
            *(ref for ref in refs if ref.kind == "line" and ref.ago)))}
        # Lines that are read in another loop, another month, or at the end; only they are stored.
        self._kept = {line for line, _ in wanted}.union(
            ref.name for line, formula in formulas.items() for ref in formula.reads
            if ref.kind == "line" and (ref.ago or self._loops[ref.name] != self._loops[line]))
        past = [ref for ref in refs if ref.kind == "line" and ref.ago > 1]
        store = list(dict.fromkeys(ref.name for ref in past))
        rows = {"OPENINGS": [self._row(line) for line in opening],
                "PAST": [(self._rows[ref], store.index(ref.name), ref.ago) for ref in past],
                "STORE": [self._row(line) for line in store],
                "WANTED": [(self._row(line), year) for line, year in wanted]}
        self.text = _TEMPLATE.format(
            tables="\n".join(f"{name} = np.array({table}, dtype=np.int64)"
                             f".reshape(-1, {np.shape(table)[1] if np.ndim(table) > 1 else 1})"
                             for name, table in rows.items()),
            width=WIDTH, apart=APART, rows=len(self._rows), store=len(store),
            months=max((ref.ago for ref in past), default=0) + 1,
            constants="\n".join(f"        c{at} = constants[{at}, month]"
                                for at in range(len(self.constants))),
            loops="\n".join(self._loop(start) for start in range(0, len(formulas), STATEMENTS)))

    def _row(self, line: str) -> int:
        return self._rows[Ref("line", line)]

    def _loop(self, start: int) -> str:
        """A loop over scenarios: what is read, the statements of lines from `start` on, and what
        of them is kept."""
        names = {ref: f"c{at}" for at, ref in enumerate(self.constants)}
        reads, statements, stores = [], [], []
        end = start + STATEMENTS
        later = {ref for line in self._lines[end:] for ref in self._formulas[line].reads}

        def name(ref: Ref) -> str:
            if ref not in names:
                # Until a line is written, its row holds last month's value.
                early = (ref.kind == "line" and ref.ago == 1
                         and self._loops[ref.name] * STATEMENTS >= start)
                row = self._row(ref.name) if early else self._rows[ref]
                names[ref] = f"r{row}"
                reads.append(f"r{row} = work[{row * APART} + at]")
            return names[ref]

        for line in self._lines[start:end]:
            row, before = self._row(line), Ref("line", line, 1)
            statements.append(f"v{row} = {expression(self._formulas[line].node, name, LANGUAGE)}")
            names[Ref("line", line)] = f"v{row}"
            if before in later:
                stores.append(f"work[{self._rows[before] * APART} + at] = {name(before)}")
            if line in self._kept:
                stores.append(f"work[{row * APART} + at] = v{row}")
        return textwrap.indent("\n".join(("for at in range(width):", *(
            f"    {text}" for text in (*reads, *statements, *stores)))), 8 * " ")


_TEMPLATE = '''\
"""Written by model.engine.kernel from a company's month."""

import numba
import numpy as np

{tables}
NaN, Infinity = np.nan, np.inf
compiled = numba.njit(cache=True, error_model="numpy", nogil=True)


@compiled
def least(a, b):
    return a if a < b or a != a else b


@compiled
def most(a, b):
    return a if a > b or a != a else b


@compiled
def choice(condition, a, b):
    return a if condition else b


@compiled
def both(a, b):
    return a & b


@compiled
def either(a, b):
    return a | b


@compiled
def copy(target, to, source, start, width):
    # Of views the compiler knows that no place is counted from the end.
    target, source = target[to:to + width], source[start:start + width]
    for at in range(width):
        target[at] = source[at]


@compiled
def part(rows, places, openings, constants, result, work, store, first, width):
    work[:] = 0.0
    for i in range(len(OPENINGS)):
        copy(work, OPENINGS[i, 0] * {apart}, openings[i], first, width)
    for i in range(len(STORE)):
        for ago in range({months}):
            copy(store, (i * {months} + ago) * {width}, work, STORE[i, 0] * {apart}, width)
    for month in range(constants.shape[1]):
        for i in range(len(places)):
            if month == 0 or places[i, month] != places[i, month - 1]:
                copy(work, i * {apart}, rows[places[i, month]], first, width)
        for i in range(len(PAST)):
            copy(work, PAST[i, 0] * {apart},
                 store, (PAST[i, 1] * {months} + (month - PAST[i, 2]) % {months}) * {width}, width)
{constants}
{loops}
        for i in range(len(STORE)):
            copy(store, (i * {months} + month % {months}) * {width},
                 work, STORE[i, 0] * {apart}, width)
        for i in range(len(WANTED)):
            if month == WANTED[i, 1]:
                copy(result[i], first, work, WANTED[i, 0] * {apart}, width)


@compiled
def run(rows, places, openings, constants, result):
    work, store = np.empty({rows} * {apart}), np.empty({store} * {months} * {width})
    for first in range(0, result.shape[1], {width}):
        part(rows, places, openings, constants, result, work, store, first,
             min({width}, result.shape[1] - first))
'''


def _module(source: str) -> ModuleType:
    """A written text as a module. It is a file, beside what Python keeps of this module, so that
    Numba keeps what it compiles; where none can be written, each process compiles it anew."""
    name = f"kernel_{digest(source.encode())[:16]}"
    path = Path(__file__).parent / "__pycache__" / f"{name}.text"
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != source:
            write_whole(path, source.encode())
    except OSError:
        source = source.replace("cache=True, ", "")
    module = sys.modules[name] = ModuleType(name)
    exec(compile(source, str(path), "exec"), vars(module))
    return module
