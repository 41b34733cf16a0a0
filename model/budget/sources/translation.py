"""The rows of a source file as the rows of an export.

A row of bookings becomes the booking and, where its state says more, what became of it; one of
learners becomes the enrolment and the days that follow. Ids of such rows are made of the booking or
the learner and the event, so that the same row has the same id in every later file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from model.budget.programme.columns import COLUMNS
from model.budget.sources import cells
from model.budget.sources.mapping import NEEDS, SourceColumns, SourceMap, meanings
from model.counts import count, listed
from model.folders import relative
from model.intake.mapping import words_of
from model.intake.table import Cell, Row, Table, read_table
from model.problems import Problem, fail_if, nearest, quoted

_DAYS = ("date", "due", "moved_to", "ended", "completed", "left", "reported")
_HOUR = timedelta(hours=1)


class SourceRow(NamedTuple):
    """A row of an export as text by column, and the line of the file from which it comes."""

    line: int
    cells: dict[str, str]


@dataclass
class Translation:
    """The rows that a file brings, those of learners whose enrolment only their bookings tell, and
    how many rows of it are left out."""

    name: str
    rows: list[SourceRow] = field(default_factory=list)
    enrolments: dict[str, SourceRow] = field(default_factory=dict)
    left_out: int = 0


def translate(path: Path, found: SourceMap, currency: str) -> Translation:
    """The rows of a file by its map. Raises InputError with every cell that cannot be used."""
    table = read_table(path, found.separator, found.encoding, found.sheet)
    reader = _Reader(table, found, currency)
    result = Translation(relative(path))
    for row in table.rows:
        if row.number > found.header[0]:
            reader.take(row, result)
    fail_if(reader.all_problems())
    return result


class _Reader:
    """One pass over the rows of a file."""

    def __init__(self, table: Table, found: SourceMap, currency: str) -> None:
        self.table, self.map, self.currency = table, found, currency
        self.problems: list[Problem] = []
        # The lines of values that the map does not know, by column and value.
        self.unknown: dict[tuple[str, str], list[int]] = {}
        self.places = self._places()

    def _places(self) -> dict[str, int]:
        """The place of each named column, from 0."""
        number = self.map.header[0]
        header = next((row for row in self.table.rows if row.number == number), None)
        where, names = self.table.where(number), []
        if header is None:
            fail_if([Problem(where, "is empty, but the map says that it names the columns; correct "
                                    "header in the map.")])
        names = [words_of(cell).casefold() for cell in header.cells]
        places = {}
        for key, name in self.map.named.items():
            if isinstance(name, int):
                places[key] = name - 1
            elif names.count(name.casefold()) == 1:
                places[key] = names.index(name.casefold())
            else:
                often = "stands there more than once; name it by its number" \
                    if name.casefold() in names else \
                    f"is not there; {nearest(name, [words_of(cell) for cell in header.cells])}"
                self.problems.append(Problem(where, f"column {quoted(name)}, which the map takes "
                                                    f"for {key}, {often}"))
        fail_if(self.problems)
        return places

    def all_problems(self) -> list[Problem]:
        for (column, text), lines in self.unknown.items():
            more = f", as on {count(len(lines) - 1, 'more line')}" if len(lines) > 1 else ""
            known = meanings(self.map.rows, column)
            meaning = f"as one of {', '.join(known)}" if len(known) < 12 else "as an event"
            self.problems.append(Problem(self.table.where(lines[0]), (
                f"{column} is {quoted(text)}{more}, which is none and which the map does not know; "
                f"add it to the map under values, {column}, {meaning}, or under left_out, "
                f"{column}.")))
        return self.problems

    def take(self, row: Row, result: Translation) -> None:
        before, doubts = len(self.problems), sum(map(len, self.unknown.values()))
        texts = self._texts(row)
        if texts is None:
            result.left_out += 1
            return
        if doubts < sum(map(len, self.unknown.values())):
            return
        empty = [key for key in NEEDS[self.map.rows] if not texts[key]]
        if empty and self.map.rows != "events" and len(self.problems) == before:
            self.problems.append(Problem(self.table.where(row.number), (
                f"has no {listed(empty)}; fill it in, or leave such rows out by a value of "
                "theirs.")))
        if len(self.problems) > before:
            return
        try:
            made = list({"events": self._event, "bookings": self._booking,
                         "learners": self._learner}[self.map.rows](texts))
        except ValueError as error:
            self.problems.append(Problem(self.table.where(row.number), f"{error}."))
            return
        result.rows += [SourceRow(row.number, {key: text for key, text in each.items() if text})
                        for each in made]
        if self.map.rows == "bookings" and texts["cohort"] and texts["equity"]:
            first = {"id": f"{texts['learner']}:enrolled", "event": "enrolled",
                     **{key: texts[key] for key in ("date", "learner", "cohort", "equity")}}
            known = result.enrolments.get(texts["learner"])
            if known is None or first["date"] < known.cells["date"]:
                result.enrolments[texts["learner"]] = SourceRow(row.number, first)

    def _texts(self, row: Row) -> dict[str, str] | None:
        """Every column as an export writes it, empty where there is nothing; None where the map
        leaves the row out."""
        texts = dict.fromkeys((*COLUMNS, *SourceColumns.model_fields), "") | dict(self.map.fixed)
        found = {key: row.cell(place) for key, place in self.places.items()}
        found = {key: cell for key, cell in found.items() if words_of(cell)}
        if any(words_of(cell).casefold() in self.map.left_out.get(key, ())
               for key, cell in found.items()):
            return None
        for key, cell in found.items():
            text = words_of(cell).casefold()
            meaning = self.map.values.get(key, {}).get(text)
            try:
                texts[key] = self._cell(key, cell, row) if meaning is None else meaning
            except ValueError as error:
                self.problems.append(Problem(self.table.where(row.number), f"{key} {error}."))
        return texts

    def _cell(self, key: str, cell: Cell, row: Row) -> str:
        if allowed := meanings(self.map.rows, key):
            text = words_of(cell)
            known = next((each for each in allowed if each.casefold() == text.casefold()), "")
            if not known:
                self.unknown.setdefault((key, text), []).append(row.number)
            return known
        if key in _DAYS or key == "until":
            time = cells.moment(cell, self.map)
            return time.isoformat() if self.map.rows == "bookings" or key == "until" else \
                time.date().isoformat()
        if key in ("amount", "charge"):
            return f"{cells.amount(cell, self.map, self.currency):.2f}"
        reads: dict[str, Callable] = {"hours": cells.hours, "value": cells.value}
        return reads[key](cell, self.map) if key in reads else words_of(cell)

    def _event(self, texts: dict[str, str]) -> Iterator[dict[str, str]]:
        """A row of events is one of an export; a payment below zero is one that comes back."""
        own = {key: texts[key] for key in COLUMNS}
        if own["event"] == "paid" and own["amount"].startswith("-"):
            own |= {"event": "refunded", "amount": own["amount"][1:], "bucket": "", "learner": "",
                    "cohort": "", "equity": ""}
        yield own

    def _booking(self, texts: dict[str, str]) -> Iterator[dict[str, str]]:
        times = {key: text for key, text in texts.items() if key in (*_DAYS, "until") and text}
        texts.update({key: text[:10] for key, text in times.items()})
        if texts["until"] and not texts["hours"]:
            length = datetime.fromisoformat(times["until"]) - datetime.fromisoformat(times["due"])
            texts["hours"] = cells.in_hours(Decimal(round(length.total_seconds() / 60)))
        code, state = texts["booking"], texts["event"]
        yield {"id": f"{code}:booked", "event": "booked", **{key: texts[key] for key in (
            "date", "booking", "due", "learner", "bucket", "hours", "amount", "mentor", "note")}}
        if state in ("booked", ""):
            return
        own = {"id": f"{code}:{state}", "event": state, "booking": code}
        if state == "rescheduled":
            yield own | {"date": texts["ended"] or texts["due"], "due": texts["moved_to"]}
            return
        day = texts["ended"] if state.startswith("canceled") and texts["ended"] else texts["due"]
        own["date"] = day
        if state in ("no_show", "canceled_by_learner"):
            own["amount"] = texts["charge"] or self._charge(state, texts["amount"])
        elif state == "held":
            own["amount"] = texts["charge"]
        if state == "canceled_by_learner":
            due, ended = (datetime.fromisoformat(times.get(key, times["due"]))
                          for key in ("due", "ended"))
            own["notice"] = texts["notice"] or f"{max(0.0, round((due - ended) / _HOUR, 2)):g}"
        yield own

    def _charge(self, state: str, whole: str) -> str:
        share = self.map.charges.get(state)
        if share is None:
            raise ValueError(f"{state} has no charge; name its column, or say in the map what part "
                             f"of the amount is charged, as charges: {{{state}: 0.5}}")
        return f"{Decimal(whole) * Decimal(str(share)):.2f}"

    def _learner(self, texts: dict[str, str]) -> Iterator[dict[str, str]]:
        who = {"learner": texts["learner"]}

        def row(event: str, day: str, **more: str) -> dict[str, str]:
            return {"id": f"{texts['learner']}:{event}", "date": day, "event": event} | who | more

        yield row("enrolled", texts["date"], cohort=texts["cohort"], equity=texts["equity"])
        for event in ("completed", "left"):
            if texts[event]:
                yield row(event, texts[event])
        if texts["value"] and texts["reported"]:
            own = row("progress", texts["reported"], value=texts["value"])
            yield own | {"id": f"{own['id']}:{texts['reported']}"}
