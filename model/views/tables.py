"""A real HTML table of labelled rows: numbers by unit, or text that wraps."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from model.views.formats import format_month, format_value, unit_label
from model.views.markup import escape, plain, tag

_MOST_COLUMNS, _PART = 14, 12
_NARROW_COLUMNS = 7  # more need smaller print
_TALL = 24  # more rows scroll below their head
_LONG_TEXT, _PROSE = 30, 120
# A path of values over the years is written out like words, so it must wrap like words.
_LONG_NUMBER = 34
_MONTH = re.compile(r"\d{4}-\d{2}")
_WRITTEN_NUMBER = re.compile(r"([A-Z]{3} )?[\u2212+-]?\d|–$|$|(no|any) value$")

Units = str | Mapping[str, str] | None


@dataclass(frozen=True)
class Table:
    """Rows with a label each, and columns of numbers or text.

    caption    what the table shows; also the name of its scrolling region
    labels     one per row, the first column
    columns    {heading: values}, one value per row. Numbers are written by their unit; strings
               stay as they are, and a column of strings only is text, left-aligned and wrapped
    units      one unit for all columns, or {heading: unit}; shown in the header
    row_units  one unit per row instead ("" for none), shown behind the row's label
    totals     labels of rows set in 600
    groups     labels of rows that start a group (a thin rule above)
    corner     heading of the first column
    scale      "k", "m" or "bn": one magnitude for all USD amounts, named in the header
    absent     what stands for a missing value of a row, {label: text}; otherwise "–"
    links      where a row's label leads on the page, {label: anchor}
    lines      what a row (by its label) or a column (by its heading) is of the plan: a formula
               that pages/live/proof.js works out for the time in which the heading of a column,
               or that of a row or the caption, ends. Where both are given, what `|` parts in the
               row's stands for {0}, {1} in the column's
    row_lines  the same of rows, one per row ("" for none), where labels repeat
    names      what each row is called in params, for who knows the files: JupyterLab and a terminal
               show it, a page for readers does not
    stacked    whether a phone shows each row as a block of its own, for columns of long texts
    """

    caption: str
    labels: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    units: Units = None
    row_units: Sequence[str] | None = None
    totals: Collection[str] = ()
    groups: Collection[str] = ()
    corner: str = ""
    scale: str | None = None
    absent: Mapping[str, str] | None = None
    links: Mapping[str, str] | None = None
    stacked: bool = False
    lines: Mapping[str, str] | None = None
    row_lines: Sequence[str] | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        rows = len(self.labels)
        for heading, values in self.columns.items():
            if len(values) != rows:
                raise ValueError(
                    f"table {self.caption!r}: column {heading!r} has {len(values)} values for "
                    f"{rows} rows; give one value per label")
        for name, given in (("units", self.row_units), ("lines", self.row_lines),
                            ("names", self.names)):
            if given is not None and len(given) != rows:
                raise ValueError(f"table {self.caption!r}: {len(given)} row {name} for {rows} "
                                 "rows; give one per label")

    @classmethod
    def of_rows(cls, caption: str, heads: Sequence[Any], rows: Mapping[str, Sequence[Any]],
                **options: Any) -> Table:
        """A table with a row a label, {label: values}, of one value for each head."""
        return cls(caption, list(rows), {str(head): [values[place] for values in rows.values()]
                                         for place, head in enumerate(heads)}, **options)

    @cached_property
    def html(self) -> str:
        """The table in its scrolling wrapper; needs blocks.css around it (class "fm").

        More than 14 columns, as months have, are cut into tables of twelve that fit a page.
        """
        headings = list(self.columns)
        if len(headings) <= _MOST_COLUMNS:
            return self._part(headings, self.caption)
        parts = [headings[at : at + _PART] for at in range(0, len(headings), _PART)]
        return "".join(
            self._part(part, f"{self.caption}, {_words(part[0])} to {_words(part[-1])}")
            for part in parts)

    def _part(self, headings: Sequence[str], caption: str) -> str:
        body = "".join(self._row(place, headings) for place in range(len(self.labels)))
        head = tag("tr", self._head(headings), role=self._role("row"))
        kinds = ["fm-wide"] * (len(headings) > _NARROW_COLUMNS) + ["fm-stack"] * self.stacked
        table = tag("table", f"<caption>{escape(caption)}</caption>"
                    + tag("thead", head, role=self._role("rowgroup"))
                    + tag("tbody", body, role=self._role("rowgroup")),
                    class_=" ".join(kinds) or None, role=self._role("table"))
        # The wrapper scrolls, so a keyboard must be able to reach it.
        tall = " fm-tall" if len(self.labels) > _TALL and not self.stacked else ""
        return tag("div", table, class_=f"fm-scroll{tall}", tabindex="0", role="region",
                   aria_label=caption)

    @cached_property
    def text(self) -> str:
        lines = [plain(self.caption), " | ".join([self.corner, *map(plain, self.columns)])]
        for place, label in enumerate(self.labels):
            cells = [self._cell_text(heading, place) for heading in self.columns]
            named = f"{label} ({self.names[place]})" if self.names else label
            lines.append(" | ".join([plain(named), *cells]))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return tag("div", self.html, class_="fm mathjax_ignore")

    def __repr__(self) -> str:
        return self.text

    def _role(self, name: str) -> str | None:
        """What a part of a stacked table is, which a browser forgets where it is a block."""
        return name if self.stacked else None

    def _unit(self, heading: str, place: int | None = None) -> str:
        if self.row_units is not None:
            return self.row_units[place] if place is not None else ""
        if isinstance(self.units, str):
            return self.units
        return (self.units or {}).get(heading, "")

    @cached_property
    def _text_columns(self) -> Mapping[str, str]:
        """The columns of words with their classes; written numbers are not words."""
        kinds = {}
        for heading, values in self.columns.items():
            words = [value for value in values if value is not None]
            if not words or not all(isinstance(word, str) for word in words):
                continue
            longest = max(map(len, words))
            numbers = all(_WRITTEN_NUMBER.match(word) for word in words)
            month = "month" in (self.row_units or ()) or self._unit(heading) == "month"
            if (numbers and longest <= _LONG_NUMBER) or month:
                continue
            kinds[heading] = "fm-text" + (" fm-long" if longest > _LONG_TEXT else "") + (
                " fm-prose" if self.stacked and longest > _PROSE else "")
        return kinds

    def _head(self, headings: Sequence[str]) -> str:
        # One unit for all columns is said once.
        common = (self._unit_html(self.units)
                  if isinstance(self.units, str) and self.row_units is None else "")
        role = self._role("columnheader")
        cells = [tag("th", escape(self.corner) + common, scope="col", role=role)]
        for heading in headings:
            unit = "" if common else self._unit_html(self._unit(heading))
            cells.append(tag("th", escape(_words(heading)) + unit, scope="col", role=role,
                             class_=self._text_columns.get(heading),
                             data_line=_close((self.lines or {}).get(heading))))
        return "".join(cells)

    def _unit_html(self, unit: str) -> str:
        if unit == "ratio":  # the heading or the label says what is divided by what
            return ""
        label = unit_label(unit, scale=self._scale(unit))
        return f" {tag('span', escape(label), class_='fm-unit')}" if label else ""

    def _scale(self, unit: str) -> str | None:
        return self.scale if unit.startswith("USD") else None

    def _row(self, place: int, headings: Sequence[str]) -> str:
        label = self.labels[place]
        unit = self._unit_html(self.row_units[place]) if self.row_units is not None else ""
        name, anchor = escape(label), (self.links or {}).get(label)
        if anchor:
            indent = label[:len(label) - len(label.lstrip())]
            name = indent + tag("a", escape(label.lstrip()), href=f"#{anchor}")
        line = self.row_lines[place] if self.row_lines else (self.lines or {}).get(label)
        cells = [tag("th", name + unit, scope="row", role=self._role("rowheader"),
                     data_line=_close(line), data_name=self.names[place] if self.names else None)]
        for heading in headings:
            cells.append(tag("td", escape(self._cell_text(heading, place)),
                             role=self._role("cell"),
                             data_label=_words(heading) if self.stacked else None,
                             class_=self._text_columns.get(heading)))
        kinds = ["fm-total"] * (label in self.totals) + ["fm-group"] * (label in self.groups)
        return tag("tr", "".join(cells), role=self._role("row"), class_=" ".join(kinds) or None)

    def _cell_text(self, heading: str, place: int) -> str:
        value, unit = self.columns[heading][place], self._unit(heading, place)
        if isinstance(value, str) and unit != "month":
            return plain(value)
        text = format_value(value, unit, scale=self._scale(unit))
        if text == "–" and self.absent:
            return self.absent.get(self.labels[place], text)
        # The header already says "%"; a zero stays a plain 0.
        return text.removesuffix("%") if unit.startswith("fraction") else text


def _words(heading: str) -> str:
    return format_month(heading) if _MONTH.fullmatch(heading) else heading


def _close(line: str | None) -> str | None:
    """A formula without the blanks between its signs and names, of which a page has very many."""
    return line.replace(" ", "") if line else None
