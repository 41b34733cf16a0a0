"""The export of a programme from one file, or joined from several systems' by their maps."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from model import files
from model.budget.plan.plan import Plan
from model.budget.programme.columns import COLUMNS
from model.budget.programme.export import Records, read_records, records_of
from model.budget.sources.mapping import read_source_map
from model.budget.sources.translation import SourceRow, Translation, translate
from model.counts import listed
from model.intake.table import bytes_of
from model.problems import InputError, Problem, fail_if


class Place(int):
    """A row of one of several files: its number in the order in which they are read, said as file
    and line."""

    where: str

    @classmethod
    def of(cls, number: int, where: str) -> Place:
        place = cls(number)
        place.where = where
        return place

    def __format__(self, form: str) -> str:
        return self.where


def read_sources(events: Sequence[Path], maps: Sequence[Path], plan: Plan) -> Records:
    """The export in some files, each with its map; one file without any is an export as it is.
    Raises InputError with every problem."""
    _check(events, maps)
    if not maps:
        return read_records(events[0], plan)
    parts = translations(events, maps, plan)
    content = b"\0".join(map(bytes_of, (*events, *maps)))
    names = [part.name for part in parts]
    return records_of(listed(names), files.digest(content), placed(parts), plan)


def _check(events: Sequence[Path], maps: Sequence[Path]) -> None:
    if len(events) > 1 and not maps:
        raise InputError.of("--map", f"is missing: {len(events)} files are joined by their maps; "
                                     "give one for each, in the same order.")
    if maps and len(maps) != len(events):
        raise InputError.of("--map", f"is given {len(maps)} times for {len(events)} files; give "
                                     "one for each, in the same order.")


def translations(events: Sequence[Path], maps: Sequence[Path], plan: Plan) -> list[Translation]:
    """What each file brings by its map. Raises InputError with the problems of all."""
    problems: list[Problem] = []
    parts = []
    for path, of in zip(events, maps, strict=True):
        try:
            parts.append(translate(path, read_source_map(of)[0], plan.currency))
        except InputError as error:
            problems += error.problems
    fail_if(problems)
    return parts


def placed(parts: Sequence[Translation]) -> list[SourceRow]:
    """The rows of all parts; learners whom none of them enrols are enrolled by their bookings."""
    known = {row.cells.get("learner") for part in parts for row in part.rows
             if row.cells.get("event") == "enrolled"}
    rows: list[SourceRow] = []
    for part in parts:
        own = [row for learner, row in part.enrolments.items() if learner not in known]
        known |= part.enrolments.keys()
        for row in (*own, *part.rows):
            # Of one file the numbers of its own lines say enough.
            line = row.line if len(parts) == 1 else Place.of(
                len(rows) + 1, f"{part.name}:{row.line}")
            rows.append(SourceRow(line, row.cells))
    return rows


def as_export(rows: Sequence[SourceRow]) -> str:
    """Rows as the text of an export, with the columns that something fills."""
    used = [name for name in COLUMNS if any(name in row.cells for row in rows)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([row.cells.get(name, "") for name in used] for row in rows)
    return out.getvalue()
