"""A first map of a spreadsheet with a plan, with ? where its reader has to decide."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from model.folders import relative
from model.intake import recognition, totals
from model.intake.mapping import UNKNOWN, Map, Total, words_of
from model.intake.plans import units
from model.intake.plans.heads import FORMS, Head, head_of, time_of
from model.intake.plans.reading import BELOW, name_and_heading
from model.intake.proposal import Proposal, read, word, words
from model.intake.table import Cell, Row
from model.params.assumptions import Assumptions
from model.params.calendar import MONTHS_PER_YEAR
from model.params.entry import Entry
from model.params.numerals import is_percent
from model.problems import InputError, visible

# How columns beside the years and months are called.
_BESIDE = {"unit": ("unit", "units", "uom", "einheit"),
           "value": ("value", "all years", "whole plan", "constant", "wert")}
# How much alike the name of a row, or with that of its heading, and the label of an assumption are.
# [share of the letters]
_ALIKE, _ALIKE_BELOW = 0.75, 0.9


def proposal(path: Path, plan: Assumptions) -> str:
    """The text of a map for a file. Raises InputError for a file that is no table by year or
    month."""
    table, written = read(path)
    table = replace(table, rows=tuple(Row(row.number, tuple(map(_plain, row.cells)))
                                      for row in table.rows))
    head = head_of(table, plan.calendar)
    if head is None:
        raise InputError.of(relative(path), "has no line with years (2027) or months above its "
                                            "figures, so no map can be proposed: months need their "
                                            "year (Jan 2027), and a quarter is neither. Give it "
                                            "one, or take the workbook that --template writes.")
    return _PlanProposal(head, plan, written).text()


def _plain(cell: Cell) -> Cell:
    """A cell without a percent sign, which no form of amounts has."""
    return cell.replace("%", "") if isinstance(cell, str) and is_percent(cell) else cell


class _PlanProposal(Proposal):
    """What is known of a plan, and what is asked."""

    def __init__(self, head: Head, plan: Assumptions, written: dict[str, str]):
        shape = head.shape
        super().__init__(head.table, shape, plan.company, {}, written)
        self.plan, self.lines = plan, head.lines
        names = [words_of(shape.header.cell(place)).casefold()
                 for place in range(len(shape.header.cells))]
        for key, known in _BESIDE.items():
            places = [at for at, name in enumerate(names) if name in known]
            if len(places) == 1 and places[0] not in shape.months:
                shape.places[key] = places[0]
        shape.places["account"] = self._names_column()
        self.headers = [shape.header.cell(place) for place in shape.months]
        months = [cell for cell in self.headers if "-" in time_of(cell)]
        self.by_month = bool(months)
        self.dates = recognition.forms_of(FORMS, months)
        self.paths = {entry.label.casefold(): path for path, entry in plan.entries.items()}

    def _beside(self) -> set[int]:
        """The places of columns with units, or with one number for the whole plan."""
        return {self.shape.places[key] for key in _BESIDE if key in self.shape.places}

    def _names_column(self) -> int:
        """The column left of years and months in which most rows with figures have a text, and most
        of them another one; headings may stand left of it."""
        rows = [row for row in self.shape.below if self._has_figures(row)]

        def texts(place: int) -> tuple[int, int]:
            found = [text for row in rows if any(map(str.isalpha, text := words_of(
                row.cell(place))))]
            return (0, 0) if place in self._beside() else (len(found), len(set(found)))
        return max(range(self.shape.months[0]), key=texts)

    def text(self) -> str:
        found = self._map()
        rules = self._rules(found)
        rows = self._accounts(found, rules)
        own = self._paths(rows)
        lines = [
            f"# Proposed from {visible(self.table.name)}. Nothing is taken before each ? is "
            "answered.",
            f"company: {self.company}", *self._written_lines(), *self._amount_lines(),
            *(self._date_lines() if self.by_month else ()), *self._column_lines(),
            "rows:  # a row and its assumption; a row that the model works out goes under left_out",
            *(f"  {word(name)}: {word(path)}" for name, path in own.items()),
            *self._unit_lines(own, rows),
            "signs: {}  # costs are positive in the model; {NAME: reversed} turns them",
            *self._total_lines(rules), self._left_line()]
        return "\n".join(lines) + "\n"

    def _accounts(self, found: Map, rules: Mapping[str, Total]) -> dict[str, str]:
        """Each row with figures, and its unit where the file says it, by its name; by that of its
        heading as well where its name stands in several rows."""
        rows: list[tuple[str, str, str]] = []
        heading = ""
        for row in self.shape.below:
            own, left = name_and_heading(row, self.shape.places["account"], self._beside())
            name, heading = words_of(own), left or heading
            if not name or name in rules or totals.is_total(name, found):
                continue
            if self._has_figures(row):
                unit = self.shape.places.get("unit")
                rows.append((heading, name, "" if unit is None else words_of(row.cell(unit))))
            else:
                heading = name
        names = Counter(name for _, name, _ in rows)
        return {f"{above}{BELOW}{name}" if above and names[name] > 1 else name: unit
                for above, name, unit in rows}

    def _has_figures(self, row: Row) -> bool:
        one = self.shape.places.get("value")
        return any(words_of(row.cell(at)) for at in self.shape.months) or (
            one is not None and any(map(str.isdigit, words_of(row.cell(one)))))

    def _paths(self, rows: Iterable[str]) -> dict[str, str]:
        """The assumption of each row; none for rows that would be the same one, unless it adds
        up."""
        own = {name: self._path(name) for name in rows}
        several = Counter(own.values())
        return {name: path if several[path] == 1 or (
            path in self.plan.entries and units.adds_up(self.plan.entries[path])) else UNKNOWN
            for name, path in own.items()}

    def _path(self, name: str) -> str:
        """The assumption of which a row has the path or most nearly the label."""
        if name in self.plan.entries:
            return name
        above, _, bare = name.casefold().rpartition(BELOW)
        # Of a heading many letters are alike that say nothing of the row.
        texts, least = ((f"{bare}, {above}", f"{above} {bare}"), _ALIKE_BELOW) if above else (
            (bare,), _ALIKE)
        for text in texts:
            if close := difflib.get_close_matches(text, self.paths, 1, least):
                return self.paths[close[0]]
        return UNKNOWN

    def _columns(self) -> set[str]:
        return {"account", *(key for key in _BESIDE if key in self.shape.places)}

    def _column_lines(self) -> Iterator[str]:
        names = [words_of(cell) for cell in self.shape.header.cells]
        yield "columns:"
        for key in ("account", *_BESIDE):
            if (place := self.shape.places.get(key)) is not None:
                name = names[place] if place < len(names) else ""
                yield (f"  {'name' if key == 'account' else key}: "
                       f"{word(name) if name and names.count(name) == 1 else place + 1}")

    def _written_lines(self) -> Iterator[str]:
        *rest, header = super()._written_lines()
        yield from rest
        yield f"header: {list(self.lines)}" if len(self.lines) > 1 else header

    def _total_lines(self, rules: Mapping[str, Total]) -> Iterator[str]:
        """The rows that are totals, and the columns of years beside all of their months."""
        cells = {time_of(cell): words_of(cell) for cell in self.headers}
        calendar = self.plan.calendar
        years = [name for time, name in cells.items() if time in map(str, calendar.years) and {
            *calendar.labels[calendar.months_of(int(time))]} <= cells.keys()]
        own = list(super()._total_lines(rules))
        yield from own or (["totals:"] if years else [])
        yield from (f"  {word(name)}:" for name in years)

    def _left_columns(self) -> tuple[str, ...]:
        return tuple(name for place, name in self._other_columns()
                     if not self._may_be_time(place, name))

    def _left_line(self) -> str:
        """What is left out; a column that may be a time is not, unless somebody says so."""
        times = [name for place, name in self._other_columns() if self._may_be_time(place, name)]
        return f"left_out: {words(self._left_columns())}" + (visible(
            f"  # {', '.join(times)}: neither months nor years; give those, or name them here")
            if times else "")

    def _other_columns(self) -> Iterator[tuple[int, str]]:
        """The columns that are no names, times or totals, nor stand beside them, each name once."""
        known = {*self.shape.months, *self._beside(), self.shape.places["account"]}
        names: set[str] = set()
        for place, cell in enumerate(self.shape.header.cells):
            name = words_of(cell)
            if place not in known and name and name not in names and (
                    not totals.is_called_total(name)):
                names.add(name)
                yield place, name

    def _may_be_time(self, place: int, name: str) -> bool:
        """Whether a column has a number in its name, as Q1 2026 has, and figures below it."""
        cells = self.shape.cells(place)
        return any(map(str.isdigit, name)) and any(
            not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in cells)

    def _unit_lines(self, own: dict[str, str], said: Mapping[str, str]) -> Iterator[str]:
        """The rows of which the file does not say the unit as it has to be said."""
        asked = {name: entry for name, path in own.items()
                 if (entry := self.plan.entries.get(path)) and self._is_asked(entry, said[name])}
        if not asked:
            yield ("units: {}  # where they are not those of the model, as in {NAME: thousand "
                   f"{self.plan.currency}/month}} or {{NAME: percent}}")
            return
        yield "units:"
        for name, entry in asked.items():
            is_said = f"the file says {said[name]}; " if said[name] else ""
            yield visible(f"  {word(name)}: {word(UNKNOWN)}  # {is_said}"
                          f"{units.choices(entry, self.plan.currency)}")

    def _is_asked(self, entry: Entry, unit: str) -> bool:
        if not unit:
            return units.is_open(entry, self.by_month)
        with suppress(ValueError):
            units.factor(unit, entry, self.plan.currency, MONTHS_PER_YEAR)
            return False
        return True
