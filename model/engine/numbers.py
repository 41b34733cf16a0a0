"""The reading of a month as numbers: month by month, for all scenarios at once.

Every value is an array (scenario,). One scenario by itself is read in `single` instead, which
gives the same bits sooner; where that cannot be, its arrays here have length 1.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import ModuleType

import numpy as np

from model.companies import company_module
from model.companies.statements import OF_A_ROUND
from model.engine import single
from model.engine.close import month_of
from model.engine.lines import (
    NOTHING,
    FirstMonth,
    Lines,
    Opening,
    Reader,
    Section,
    Slot,
    line_name,
)
from model.engine.opening import check_opening, opening_values
from model.engine.projection import Projection
from model.engine.timeline import timeline
from model.engine.trace import opening_trace
from model.params.assumptions import Assumptions
from model.params.catalog import within
from model.params.openings import SECTION, implied, need_not_be_said
from model.params.quantities import DATED
from model.problems import InputError, Problem, fail_if, nearest


def project(assumptions: Assumptions, keep: Iterable[str] | None = None,
            months: int | None = None) -> Projection:
    """Every line of the company's month over the horizon.

    `keep` names the lines to keep; all by default. With `months` only the first so many are worked
    out, and lines hold no others. Raises InputError where the formulas read an assumption that is
    not there, or `keep` names a line that is not there.
    """
    company = company_module(assumptions.company)
    shape, plain = _shape(company, assumptions), None
    if not months and shape in _UNREAD and all(
            each.values.shape[1] == 1 for each in assumptions.series.values()):
        check_opening(company, assumptions)
        plain = single.block(company, assumptions)
    if plain:
        return _of_lines(assumptions, *plain, _UNREAD[shape], keep)
    clock, text = _Clock(assumptions), month_of(company, assumptions)
    clock.set(0)
    opening = Opening(opening_values(company, assumptions))
    order, unread, last = _first_month(company, assumptions, clock, opening)
    check_opening(company, assumptions)
    _UNREAD[shape] = unread
    slots = _slots(order, keep)
    block = np.empty((months or assumptions.calendar.months, len(slots), clock.scenarios))
    history = _History(block, slots, opening, keep is not None)
    history.note(0, last)
    _store(block, 0, last, slots)
    segments = list(last)
    for month in range(1, len(block)):
        clock.set(month)
        # With its segments: each that is missing costs a call of Python.
        now = Lines((segment, Lines()) for segment in segments)
        text(clock.values, last, now)
        last = now
        history.note(month, last)
        _store(block, month, last, slots)
    history.forget()
    return Projection(assumptions, tuple(line_name(*slot) for slot in slots), block, unread)


def batch(assumptions: Assumptions, values: Mapping[str, object],
          keep: Iterable[str] | None = None, months: int | None = None) -> Projection:
    """Project many scenarios in one pass: arrays with one value a scenario, by path; of the first
    `months` alone, or of all.

    An array has shape (scenario,), or (scenario, year) for values by year, or (scenario, month)
    for levels by month and dated amounts. Raises InputError on unknown paths and on values outside
    their domain.
    """
    sizes = {path: np.shape(value)[0] for path, value in values.items() if np.ndim(value)}
    if len(set(sizes.values()) - {1}) > 1:
        counts = ", ".join(f"{path} {size}" for path, size in sizes.items())
        raise InputError.of("batch", f"the arrays have different numbers of scenarios "
                                     f"({counts}); give all the same.")
    return project(assumptions.with_values(values), keep, months)


# The assumptions that no formula reads, by the shape of the assumptions: those of a shape that is
# here have been found to be whole.
_UNREAD: dict[tuple, tuple[str, ...]] = {}


def _shape(company: ModuleType, assumptions: Assumptions) -> tuple:
    """All of some assumptions but their values, and the texts that read them."""
    return (month_of(company, assumptions), company.opening, *company.BESIDE, *(
        (path, each.grain, assumptions.entries[path].form, assumptions.entries[path].unit)
        for path, each in assumptions.held.items()))


def _of_lines(assumptions: Assumptions, lines: tuple[str, ...], block: np.ndarray,
              unread: tuple[str, ...], keep: Iterable[str] | None) -> Projection:
    """The projection of a block with all lines. Raises InputError on a name that is no line."""
    if keep is not None:
        places = {line: place for place, line in enumerate(lines)}
        lines = _kept(places, keep)
        block = block[:, [places[line] for line in lines]]
    return Projection(assumptions, lines, block, unread)


class _Clock:
    """The assumptions of one month; `set` moves `values` to another month in place."""

    def __init__(self, assumptions: Assumptions):
        self.values = Section("")
        self.scenarios = 1
        self._yearly: list[tuple[Section, str, np.ndarray]] = []
        self._monthly: list[tuple[Section, str, np.ndarray]] = []
        self._years = {start: year for year, start in enumerate(assumptions.calendar.bounds())}
        for path, series in assumptions.held.items():
            *sections, name = path.split(".")
            home = self._home(sections)
            self.scenarios = max(self.scenarios, series.values.shape[1])
            home[name] = series.values[0]
            if series.grain != "constant":
                moving = self._yearly if series.grain == "year" else self._monthly
                moving.append((home, name, series.values))
        for path in implied(tuple(assumptions.series)).keys() - assumptions.series.keys():
            *sections, name = path.split(".")
            self._home(sections)[name] = NOTHING
        self.values["timeline"] = self._timeline(assumptions)

    def _home(self, sections: Iterable[str]) -> Section:
        """The section at a path, which is made where there is none."""
        home = self.values
        for section in sections:
            home = home.setdefault(section, Section(f"{home._path}.{section}".lstrip(".")))
        return home

    def _timeline(self, assumptions: Assumptions) -> Section:
        section = Section("timeline")
        for name, values in timeline(assumptions.calendar).items():
            section[name] = values[:1]
            if len(values) > 1:
                self._monthly.append((section, name, values[:, None]))
        # How many whole years formulas may look back: a range, and no number.
        section["earlier_years"] = range(1, assumptions.calendar.years_begun)
        return section

    def set(self, month: int) -> None:
        """Move to a month, counted from 0."""
        for home, name, values in self._monthly:
            home[name] = values[month]
        if month in self._years:
            for home, name, values in self._yearly:
                home[name] = values[self._years[month]]


def _first_month(company: ModuleType, assumptions: Assumptions, clock: _Clock,
                 opening: Opening) -> tuple[list[Slot], tuple[str, ...], Lines]:
    """The order of the lines, assumptions that no formula reads, and the lines of the first
    month. Raises InputError where formulas read what is not there."""
    opened = opening_trace(company.opening, tuple(assumptions.series),
                           assumptions.calendar.years_begun)
    inputs: set[str] = set()
    missing = list(opened.missing)
    now, whole = FirstMonth([]), True
    try:
        month_of(company, assumptions)(Reader(clock.values, inputs, missing), opening, now)
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        missing += _sought_within(error, assumptions)
        whole = False
        # Where an assumption is missing, what follows from it may fail in any way.
        if not missing and isinstance(error, IndexError):
            raise _not_sections(assumptions, opened.inputs) from None
        if not missing:
            raise
    if opened.refusal and not missing:
        raise opened.refusal
    # What the month reads as well may change over time.
    whole_plan = {*company.BESIDE, *(path for path in opened.inputs
                                     if path not in inputs or within(path, SECTION))}
    whole_plan -= {*OF_A_ROUND}
    inputs |= opened.inputs.union(company.BESIDE)
    missing += [path for path in company.BESIDE if path not in assumptions.series]
    fail_if(_untimely(assumptions, inputs, whole_plan))
    unread = tuple(path for path in assumptions.series if path not in inputs)
    if missing:
        raise _missing(assumptions, missing, unread if whole else ())
    return now._order, unread, now


def _untimely(assumptions: Assumptions, inputs: set[str], whole: set[str]) -> list[Problem]:
    """Problems of assumptions that hold for the plan as a `whole`, but change over time, and of
    those that happen in a month, but have no date."""
    problems = []
    for path, entry in assumptions.entries.items():
        if path in whole and assumptions.held[path].grain != "constant":
            problems.append(Problem(assumptions.where(path), f"{path} holds for the plan as a "
                                    "whole; give it one number, and no values by year or month "
                                    "and no season."))
        elif path in inputs - whole and entry.unit in DATED and entry.form != "month":
            problems.append(Problem(
                assumptions.where(path), f"{path} is in {entry.unit}, so its value would happen "
                "anew in every month; give dated amounts, "
                f"{{{assumptions.calendar.labels[2]}: …}}, or where it is a level, the unit of "
                "one, such as USD/year."))
    return problems


def _missing(assumptions: Assumptions, missing: list[str], spare: Iterable[str]) -> InputError:
    """The error where formulas read assumptions that the file does not hold: where each should
    stand, and which `spare` one, that nothing reads, has a similar name."""
    problems = []
    for path in dict.fromkeys(missing):
        # What need not be said is missing where what it stands beside is.
        if need_not_be_said(path) or any(other.startswith(f"{path}.") for other in missing):
            continue
        alike = difflib.get_close_matches(path, spare, n=1, cutoff=0.8)
        remedy = (f"is {alike[0]}, which nothing reads, meant?" if alike else
                  "add it with label, unit, value, range, source and confidence.")
        problems.append(Problem(assumptions.where(path), f"{path} is read by the model but is not "
                                                         f"in the file; {remedy}"))
    return InputError(problems)


def _not_sections(assumptions: Assumptions, openings: Iterable[str]) -> InputError:
    """The error where formulas go through a section item by item, and it is one assumption."""
    alone = [path for path in assumptions.series if "." not in path and path not in openings]
    return InputError([Problem(assumptions.where(alone[0]),
                               f"{' or '.join(alone)} is one assumption where the model goes "
                               "through a section item by item; give each item a name under it.")])


def _sought_within(error: Exception, assumptions: Assumptions) -> list[str]:
    """The paths that an error is about: one within an assumption, or that of a segment."""
    value = getattr(error, "obj", None)
    if isinstance(value, FirstMonth) and value._segment and not vars(value):
        return [value._segment]
    return [f"{path}.{error.name}" for path, series in assumptions.held.items()
            if isinstance(value, np.ndarray) and np.shares_memory(value, series.values)]


def _slots(order: list[Slot], keep: Iterable[str] | None) -> list[Slot]:
    """The slots of the lines to keep. Raises InputError on a name that is no line."""
    if keep is None:
        return order
    slots = {line_name(*slot): slot for slot in order}
    return [slots[name] for name in _kept(slots, keep)]


def _kept(lines: Iterable[str], keep: Iterable[str]) -> tuple[str, ...]:
    """The lines to keep, each once. Raises InputError on a name that is no line."""
    keep = tuple(dict.fromkeys(keep))
    fail_if([Problem("keep", f"{name!r} is not a line; {nearest(name, lines)}")
             for name in keep if name not in lines])
    return keep


def _store(block: np.ndarray, month: int, now: Lines, slots: list[Slot]) -> None:
    row, root = block[month], now.__dict__
    values = [root[name] if segment is None else now[segment].__dict__[name]
              for segment, name in slots]
    if row.shape[1] == 1:
        # The same copy in one call: a tenth of the time of a single projection.
        np.concatenate(values, out=row[:, 0])
        return
    for i, value in enumerate(values):
        row[i] = value


class _History:
    """Earlier months, for `prev.ago`: those of the block or, of a `partial` block, kept aside."""

    def __init__(self, block: np.ndarray, slots: list[Slot], opening: Opening, partial: bool):
        self._block, self._opening, self._partial = block, opening, partial
        self._index = {line_name(*slot): i for i, slot in enumerate(slots)}
        self._months: dict[int, Lines] = {}

    def note(self, month: int, now: Lines) -> None:
        """Give a month's lines, which are `prev` of the next, the months before them."""
        if self._partial:
            self._months[month] = now
        now._earlier = lambda months: self._at(month + 1 - months)

    def forget(self) -> None:
        """Let go of months that are kept aside: they lead back here, and would stay for a while."""
        self._months.clear()

    def _at(self, month: int):
        if month < 0:
            return self._opening
        return self._months[month] if self._partial else _Past(self._block[month], self._index)


class _Past:
    """Lines of one earlier month, read from the block."""

    def __init__(self, row: np.ndarray, index: dict[str, int], segment: str | None = None):
        self._row, self._index, self._segment = row, index, segment

    def __getitem__(self, segment: str) -> _Past:
        return _Past(self._row, self._index, segment)

    def __getattr__(self, name: str):
        return self._row[self._index[line_name(self._segment, name)]]
