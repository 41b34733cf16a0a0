"""What a row of the grid of assumptions shows: its cells as texts, and what stands beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from model.analysis.moments import moments, season_text, season_words
from model.analysis.register import Row
from model.counts import count
from model.pages import what_if
from model.params.assumptions import Assumptions
from model.params.calendar import MONTHS_PER_YEAR
from model.params.edits import Cell, Edits
from model.params.limits import implausible
from model.params.quantities import is_annual, is_share
from model.params.units import is_one_number
from model.params.values import CONFIDENCE, SEASON
from model.views.formats import NAMED, format_month, format_value, say, unit_label

_DIGITS = 6
_EXACT = 12


class Cells:
    """The rows of a grid over some edits. `split` names assumptions with one value whose years
    are shown by themselves."""

    def __init__(self, edits: Edits, levers: Sequence[str]):
        self._edits, self._base = edits, edits.start.base()
        self.split: set[str] = set()
        self._levers = {path: what_if.lever(edits.start, path) for path in levers
                        if not edits.start.settings[path].delay and edits.start.typed(path).any()}

    def fixed(self, row: Row) -> dict:
        """What does not change while one edits, and the row as the scenario has it."""
        entry = self._edits.start.entries[row.path]
        about = [("Path", row.path), ("Plausible", plausible(row)), ("Source", row.source),
                 (CONFIDENCE, row.confidence)]
        if row.printed:
            about.insert(2, ("As printed", row.printed))
        if entry.form == "year" and len(entry.value) < len(self._edits.start.calendar.years):
            about.append(("Years", f"{', '.join(entry.value)} are given in base and the others "
                                   f"filled in ({entry.between}); an edit sets its year alone."))
        level = entry.form != "month" and not is_one_number(row.unit)
        facts = {
            "path": row.path, "section": row.section, "sectionLabel": section_label(row.section),
            "label": row.label, "unit": unit_label(row.unit), "confidence": row.confidence,
            "about": about,
            "holds": ("" if row.form == "month" else "for the whole plan"
                      if is_one_number(row.unit) else "in every year"),
            "splits": row.form == "constant" and not is_one_number(row.unit),
            # Where single months and a season can be added.
            "months": level,
            "words": " ".join([row.path, row.label, row.section, row.source, row.unit]).lower(),
            "now": self.now(row.path, self._edits.start)}
        if row.unit in NAMED:
            options = range(1, MONTHS_PER_YEAR + 1) if row.unit == "month of year" else (1, 0)
            facts["options"] = [[str(value), format_value(value, row.unit)] for value in options]
        if row.path in self._levers:
            slider, _ = self._levers[row.path]
            factor = self._edits.start.series[row.path].grain != "constant"
            facts["lever"] = {"low": slider.low, "high": slider.high, "step": slider.step,
                              "unit": "as a factor on the plan" if factor else unit_label(row.unit)}
        return facts

    def now(self, path: str, version: Assumptions | None = None) -> dict:
        """What a row shows: with the edits, or as another version of the plan has it."""
        edits, now = self._edits, version or self._edits.assumptions
        refusals = {} if version else {
            cell: refusal for cell, refusal in edits.step.refusals.items() if cell[0] == path}
        form = self._form(path, now, refusals)
        cells = [self._cell((path, time), now, refusals)
                 for time in self._times(path, form, now, refusals)]
        change = any(cell["edited"] for cell in cells)
        differs = change or any(cell["differs"] for cell in cells)
        delay = now.settings[path].delay
        said = moments(now, path)
        odd = differs and implausible(path, edits.start.entries[path], now.series[path],
                                      now.calendar)
        row = {"form": form, "cells": cells,
               "mark": "✎ edited" if change else "≠ base" if differs or delay else "",
               "note": "; ".join(filter(None, (
                   delay and f"with {count(delay, 'month')} of delay", said))),
               "reasons": [reason for refusal in refusals.values() for reason in refusal.reasons],
               "odd": f"{odd}." if odd else ""}
        return row | ({"lever": self._lever(path, now)} if path in self._levers else {})

    def changes(self) -> list[str]:
        """Every edit in words, `Match rate: 75% → 80%`; one line where all years move alike."""
        lines = []
        for path in self._edits.start.entries:
            if not self._edits.has_edits(path):
                continue
            cells = self.now(path)["cells"]
            moves = [(cell["was"], cell["is"]) for cell in cells]
            if len(set(moves)) == 1 and all(cell["edited"] for cell in cells):
                cells = [cells[0] | {"time": cells[0]["time"] if len(cells) == 1 else ""}]
            lines += [f"{self.named((path, cell['time']))}: {cell['was']} → {cell['is']}"
                      for cell in cells if cell["edited"]]
        return lines

    def named(self, cell: Cell, text: str = "") -> str:
        """`Match rate` or `CAC, mentee, 2028`, and what was typed."""
        path, time = cell
        when = f", {_when(time)}" if time else ""
        return f"{self._edits.start.entries[path].label}{when}" + (f": {text}" if text else "")

    def _form(self, path: str, now: Assumptions, refusals) -> str:
        if now.entries[path].form == "month":
            return "month"
        by_year = (now.entries[path].form == "year" or now.series[path].grain != "constant"
                   or path in self.split or self._edits.start.series[path].grain != "constant"
                   or any(time not in ("", SEASON) for _, time in refusals))
        return "year" if by_year else "constant"

    def _times(self, path: str, form: str, now: Assumptions, refusals) -> list[str]:
        if form != "month":
            years = [""] if form == "constant" else list(map(str, now.calendar.years))
            return [*years, *self._extras(path, now, refusals)]
        dates = {*now.settings[path].value, *self._edits.start.settings[path].value,
                 *(time for _, time in refusals if time in now.calendar.labels)}
        return sorted(dates)

    def _extras(self, path: str, now: Assumptions, refusals) -> list[str]:
        """The single months of a level, and its season, if there are any."""
        calendar, versions = now.calendar, (now, self._edits.start)
        alone = {calendar.labels[at] for version in versions
                 for at in version.settings[path].single_months(calendar)}
        alone |= {time for _, time in refusals if time in calendar.labels}
        seasonal = (path, SEASON) in refusals or any(
            self._edits.season(path, version) for version in versions)
        return [*sorted(alone), *[SEASON] * seasonal]

    def _season(self, cell: Cell, now: Assumptions, refusals) -> dict:
        edits, bad = self._edits, refusals.get(cell)
        value, start, base = (edits.season(cell[0], of) for of in (now, edits.start, self._base))
        words = [season_words(each).removeprefix("season: ") if each else "none"
                 for each in (value, start, base)]
        text = season_text(value)
        return {"time": SEASON, "label": "Season, weights by number of the month",
                "text": bad.text if bad else text, "full": text, "refused": bad is not None,
                "differs": value != base, "edited": value != start, "filled": False,
                "beside": words[0] if value else "none",
                "reset": "" if value == base == start else f"Set back to {words[1]}"
                if value != start else f"Set back to {words[2]} (base)",
                "was": words[1], "is": words[0]}

    def _cell(self, cell: Cell, now: Assumptions, refusals) -> dict:
        path, time = cell
        if time == SEASON:
            return self._season(cell, now, refusals)
        edits, unit = self._edits, now.entries[path].unit
        value, start, base = (edits.value(cell, of) for of in (now, edits.start, self._base))
        differs, changed_here = (value or 0) != (base or 0), (value or 0) != (start or 0)
        bad, beside, back = refusals.get(cell), [], ""
        if differs:
            beside = [f"base {_in_words(base, unit)}"]
            back = f"Set back to {_in_words(base, unit)} (base)"
        if changed_here and edits.scenario != "base":
            if start != base:
                beside.insert(0, f"{edits.scenario} {_in_words(start, unit)}")
            back = f"Set back to {_in_words(start, unit)} ({edits.scenario})"
        interpolation = (now.entries[path].form == "year" and not changed_here and not differs
                         and "-" not in time and time not in now.entries[path].value)
        if is_annual(unit) and "-" in time and value is not None:
            beside.insert(0, f"{written(value / MONTHS_PER_YEAR, unit)} in that month")
        # As its cell shows a value while nobody types there.
        text = bad.text if bad else "" if value is None else _with_percent(value, unit)
        return {"time": time, "label": _when(time),
                "text": text, "full": written(value, unit, exact=True), "refused": bad is not None,
                "differs": differs, "edited": changed_here, "filled": interpolation,
                "beside": "\n".join(beside), "reset": back,
                "was": _in_words(start, unit), "is": _in_words(value, unit)}

    def _lever(self, path: str, now: Assumptions) -> dict:
        start, unit = self._edits.start, now.entries[path].shown_unit
        if start.series[path].grain == "constant":
            values = now.series[path].monthly(now.calendar)[:, 0]
            even = now.series[path].grain == "constant"
            value = float(now.series[path].values[0, 0]) if even else float(values.mean())
            return {"value": value, "text": "" if even else f"mean {say(value, unit)}"}
        before, after = start.typed(path)[:, 0], now.typed(path)[:, 0]
        factors = after[before != 0] / before[before != 0]
        even, factor = np.ptp(factors) < 1e-4, float(factors.mean())
        return {"value": factor, "text": f"{'' if even else 'mean '}× {factor:.2f}"}


def _when(time: str) -> str:
    return format_month(time) if "-" in time else time


def written(value: float | None, unit: str, exact: bool = False) -> str:
    """A value as it is typed into a cell; a share in percent.

    Six digits, or as many as it has; months and yes or no by their number.
    """
    if value is None:
        return ""
    if unit in NAMED:
        return str(int(value))
    number = Decimal(f"{value:.{_EXACT}g}") * (100 if is_share(unit) else 1)
    if exact:
        return f"{number.normalize():f}"
    if number == 0:
        return "0"
    places = max(0, _DIGITS - 1 - math.floor(math.log10(abs(number))))
    text = f"{round(number, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_percent(value: float, unit: str) -> str:
    return f"{written(value, unit)}{'%' if is_share(unit) else ''}"


def _in_words(value: float | None, unit: str) -> str:
    """A value as a sentence holds it."""
    if value is None:
        return "nothing"
    return format_value(value, unit) if unit in NAMED else _with_percent(value, unit)


def plausible(row: Row) -> str:
    """The plausible range in words; a factor where the value changes over time."""
    low, high = row.range
    if low == high:
        return "not varied"
    if row.form != "constant":
        return f"× {low:g} to × {high:g}"
    low, high = (format_value(end, row.unit) for end in (low, high))
    return f"{high} or {low}" if row.unit == "flag" else f"{low} to {high}"


def section_label(name: str) -> str:
    return name.replace("_", " ").capitalize()
