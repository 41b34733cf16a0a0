"""A file of actuals with the figures of an export in it: what changes, and all else as it was."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from model.analysis.variance import actuals
from model.engine.projection import Projection
from model.files import UnusableError
from model.intake.accounts import Figure
from model.intake.amounts import plain
from model.params.actuals_file import HEADER, LINE_END, ActualsFile, parse_actuals
from model.params.observations import Actuals
from model.problems import InputError, Problem, fail_if

_VALUE = HEADER.index("value")
# The line of a close that an option says.
_OPTION = 0


@dataclass(frozen=True)
class Change:
    """A figure, and what the file had in its place, as it stood there; None for nothing."""

    figure: Figure
    before: str | None

    @property
    def text(self) -> str:
        return plain(self.figure.value)

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.before is None:
            return "new"
        return "unchanged" if float(self.before) == float(self.text) else "changed"


@dataclass(frozen=True, eq=False)
class Draft:
    """The bytes that a file of actuals would have, and what of them differs; `closed` is the month
    to which the books are closed, before and after. `file` is what the bytes say, by lines as they
    are before the close is written, and `lines` are those of figures."""

    name: str
    before: bytes | None = field(repr=False)
    content: bytes = field(repr=False)
    changes: tuple[Change, ...]
    closed: tuple[str | None, str | None]
    file: ActualsFile = field(repr=False)
    lines: dict[int, Figure] = field(repr=False)

    @property
    def is_same(self) -> bool:
        return self.content == self.before

    def observed(self, projection: Projection, source: str) -> Actuals:
        """What the file would say beside a plan. Raises InputError with every problem, those of
        figures under the name of their `source`."""
        assumptions = projection.assumptions
        beside = replace(projection, assumptions=replace(
            assumptions, actuals=self.file))
        try:
            return actuals(beside)
        except InputError as error:
            last = assumptions.calendar.labels[-1]
            raise InputError([self._of_source(problem, source, last)
                              for problem in error.problems]) from None

    def _of_source(self, problem: Problem, source: str, last: str) -> Problem:
        """A problem with where it comes from: the option, a line of the file, or a figure of the
        source; a plan's `last` month ends what it can have."""
        line = problem.where.rpartition(":")[2]
        if line == str(_OPTION):
            return Problem("--close", problem.what)
        figure = self.lines.get(int(line)) if line.isdigit() else None
        if figure is None:
            return problem
        hint = " --month chooses the months that are read." if figure.month > last else \
            f" The line is one of {self.name}." if "line " in problem.what else ""
        return Problem(f"{source}, {figure.name} of {figure.month}",
                       f"{problem.what}{hint}")


def draft(name: str, before: bytes | None, figures: Sequence[Figure], close: str | None) -> Draft:
    """A file of actuals of this name with figures in it, and closed to a month if one is given.
    Raises InputError for a file that cannot be used."""
    file = _parsed(name, before)
    text = f"{','.join(HEADER)},note\n" if before is None else before.decode("utf-8-sig")
    lines = _Lines(text)
    rows = {(row.period, row.name): row for row in file.rows}
    changes = []
    for figure in figures:
        row = rows.get((figure.month, figure.name))
        changes.append(change := Change(figure, row and row.text))
        if row is None:
            lines.add(figure, change.text)
        else:
            lines.place(figure, row.line, change.text if change.kind == "changed" else None)
    closed, figures = file.closed and file.closed[0], lines.figures
    file = parse_actuals(name, lines.text.encode())
    if close and close != closed:
        lines.close(close, file.closed and file.closed[1])
        file = replace(file, closed=(close, _OPTION))
    mark = codecs.BOM_UTF8 if before is not None and before.startswith(codecs.BOM_UTF8) else b""
    return Draft(name, before, mark + lines.text.encode(), tuple(changes),
                 (closed, close or closed), file, figures)


def _parsed(name: str, before: bytes | None) -> ActualsFile:
    if before is None:
        return ActualsFile(name, "", (), ())
    try:
        file = parse_actuals(name, before)
    except UnusableError as error:
        raise InputError.of(f"{name}:{error.line}", str(error)) from None
    fail_if([Problem(f"{name}:{line}", what) for line, what in file.problems])
    return file


class _Lines:
    """The lines of a file of actuals with their ends, as they are changed."""

    def __init__(self, text: str):
        parts = LINE_END.split(text)
        self._lines = [[line, end, None] for line, end in
                       zip(parts[::2], [*parts[1::2], ""], strict=True)]
        if not self._lines[-1][0]:
            self._lines.pop()
        self._end = next((end for _, end, _ in self._lines if end), "\n")
        header = next(line for line, *_ in self._lines
                      if line.strip() and not line.lstrip(' "').startswith("#"))
        self._width = len(next(csv.reader([header])))

    def place(self, figure: Figure, line: int, text: str | None) -> None:
        """A figure stands on a line; the text of its value, if another one."""
        own = self._lines[line - 1]
        own[2] = figure
        if text is not None:
            cells = next(csv.reader([own[0]]))
            cells[_VALUE] = text
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(cells)
            own[0] = out.getvalue()

    def add(self, figure: Figure, text: str) -> None:
        """A row of its own at the end, for a figure that the file does not have."""
        if self._lines[-1][1] == "":
            self._lines[-1][1] = self._end
        cells = [figure.month, figure.name, text, *[""] * (self._width - len(HEADER))]
        self._lines.append([",".join(cells), self._end, figure])

    def close(self, month: str, line: int | None) -> None:
        """The comment with the last closed month, on its line or above all others."""
        comment = f"# closed to {month}"
        if line is None:
            self._lines.insert(0, [comment, self._end, None])
        else:
            self._lines[line - 1][0] = comment

    @property
    def text(self) -> str:
        return "".join(f"{line}{end}" for line, end, _ in self._lines)

    @property
    def figures(self) -> dict[int, Figure]:
        return {at: figure for at, (_, _, figure) in enumerate(self._lines, 1) if figure}
