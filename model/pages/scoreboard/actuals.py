"""What happened against plan: cells that any notebook may show.

Where nobody wrote down what happened, the first cell is a note that says so and the others
show nothing. The first comment of the file of actuals stands at the head of every message, so
that made-up figures say what they are.
"""

from __future__ import annotations

from pathlib import PurePath

import numpy as np

from model.analysis import variance as against
from model.analysis.doubts import without_close
from model.analysis.variance import Variance, actuals
from model.counts import count, plural
from model.pages import frame
from model.pages.view import View, cell
from model.params.observations import Actuals
from model.params.units import UNITS
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, format_value, say, sentence_case

# The lines that a reader asks for first.
FIRST = ("revenue", "ebitda", "unrestricted_cash", "cash")
_STATUS = {"watch": "missed, on watch"}


@cell
def against_plan(view: View) -> Block | Note:
    """The latest month of each line and KPI, and the year to date, against plan."""
    file = actuals(view.projection)
    rows = against.variance(view.projection, file) if file else []
    if not rows:
        return nothing(view, file)
    latest, to_date = against.latest(rows), against.year_to_date(view.projection, file)
    lines = [row for row in latest if against.is_line(view.projection, row.name)]
    tables = [_lines(view, "Lines", lines)] if lines else []
    if to_date:
        tables.append(_lines(view, "Year to date", to_date, _close(view, file)))
    if kpis := [row for row in latest if row not in lines]:
        tables.append(_kpis(view, kpis))
    if points := (*file.notices, *file.open_months):
        tables.append(Table("Open points of the file", [name for name, _ in points],
                            {"What": [point for _, point in points]}, corner="Name"))
    if remarks := [(row, file.notes[row.name, row.period]) for row in latest
                   if (row.name, row.period) in file.notes]:
        tables.append(Table("Notes beside the latest figures",
                            [_label(view, row.name) for row, _ in remarks],
                            {"Note": [note for _, note in remarks]}, corner="Name"))
    return Block(
        remark_of(file) + _against_message(view, file, latest, to_date), table=tables, open=True,
        reading=f"From {source_of(file)}. Difference: actual less plan; “good” and “bad” say "
                "what it does to the company, and a cost that follows revenue is judged by its "
                "share of revenue, where that is given.")


def _against_message(view: View, file: Actuals, latest: list[Variance],
                     to_date: list[Variance]) -> str:
    sums = {row.name: row for row in to_date}
    phrases = [_phrase(view, row, f"of {row.period} so far is")
               for name in FIRST[:2] if (row := sums.get(name))]
    last = {row.name: row for row in latest}
    if row := last.get("unrestricted_cash") or last.get("cash"):
        phrases.append(_phrase(view, row, f"in {format_month(row.period)} is"))
    if not phrases:
        phrases = [_phrase(view, latest[0], f"in {format_month(latest[0].period)}:")]
    good, bad = (sum(row.effect == word for row in latest) for word in ("good", "bad"))
    return (f"Actuals to {_close(view, file)}{_close_note(file)}. "
            f"{sentence_case('; '.join(phrases))}. Of {count(len(latest), 'figure')} in their "
            f"latest month, {good} {_are(good)} better than planned and {bad} worse.")


def _phrase(view: View, row: Variance, when: str) -> str:
    unit = unit_of(view, row.name)
    actual = f"{frame.inside(_label(view, row.name))} {when} {say(row.actual, unit)}"
    if not np.isfinite(row.plan):
        return f"{actual}, of which the plan says nothing"
    if row.effect == "on plan":
        return f"{actual}, as planned"
    share = f" ({format_value(abs(row.share), 'fraction')})" if np.isfinite(row.share) else ""
    return f"{actual}, {aside(row, unit, share)}"


def aside(row: Variance, unit: str, share: str = "") -> str:
    """`USD 1.2k above plan: good`."""
    side = "above" if row.difference > 0 else "below"
    size = (f"{100 * abs(row.difference):.1f} percentage points"
            if unit.split("/")[0] == "fraction" else say(abs(row.difference), unit))
    word = f": {row.effect}" if row.effect in ("good", "bad") else ""
    return f"{size}{share} {side} plan{word}"


def _lines(view: View, caption: str, rows: list[Variance], close: str = "") -> Table:
    """Lines against plan; with a close, sums over the months up to it."""
    caption, times = _when(caption, rows, close)
    return _table(view, caption, rows, times, {
        "Difference, of plan": ["0%" if row.effect == "on plan"
                                else with_sign(row.share, "fraction") for row in rows],
        "Effect": [row.effect for row in rows]}, "Line")


def _table(view: View, caption: str, rows: list[Variance], times: dict, columns: dict,
                 corner: str) -> Table:
    units = [unit_of(view, row.name) for row in rows]
    return Table(caption, [_label(view, row.name) for row in rows], {
        **times, "Plan": [row.plan for row in rows], "Actual": [row.actual for row in rows],
        "Difference": differences(rows, units), **columns},
        row_units=beside(units), corner=corner)


def _when(caption: str, rows: list[Variance], close: str = "") -> tuple[str, dict]:
    """The month of the rows, or with a close how many months they add up: behind the caption where
    they share one, otherwise a column."""
    months = [row.months if close else format_month(row.period) for row in rows]
    if len(set(months)) == 1:
        when = f"{count(months[0], 'month')} to {close}" if close else months[0]
        return f"{caption}, {when}", {}
    if close:
        return f"{caption}, to {close}", {"Months": months}
    return f"{caption}, the latest month of each", {"Month": months}


def _kpis(view: View, rows: list[Variance]) -> Table:
    verdicts = against.against_target(view.projection, rows)
    caption, times = _when("KPIs", rows)
    return _table(view, caption, rows, times, {
        "Effect": [row.effect if np.isfinite(row.plan) else "not planned" for row in rows],
        "Target": [kpi.target for kpi in verdicts],
        "Against target": [_STATUS.get(kpi.status, kpi.status) for kpi in verdicts]}, "KPI")


@cell
def variances_by_month(view: View) -> Block | Note | None:
    """The difference from plan in every closed month of the year of the last close."""
    file, close = closed(view)
    if close is None:
        return nothing(view, file) if file else None
    year = view.year_at(close)
    months = view.months[view.projection.calendar.months_of(year).start:close + 1]
    cells = {(row.name, row.period): row for row in against.variance(view.projection, file)}
    names = [name for name in dict.fromkeys(name for name, _ in cells) if any(
        np.isfinite(cells[name, month].plan) for month in months if (name, month) in cells)]
    rows = [cells[name, month] for name in names for month in months if (name, month) in cells]
    if not rows:
        return nothing(view, file)
    verdicts = [row for row in rows if row.effect in ("good", "bad")]
    worse = sum(row.effect == "bad" for row in verdicts)
    when = " to ".join(dict.fromkeys(map(format_month, (months[0], months[-1]))))
    message = (f"{worse} of {count(len(verdicts), 'difference')} from plan, {when}, "
               f"{_are(worse)} bad."
               if verdicts else f"No figure of {year} differs from plan for better or worse.")
    return Block(remark_of(file) + message, summary="Differences by month", table=Table(
        "Actual less plan by month", [_label(view, name) for name in names],
        {month: [_verdict(cells.get((name, month)), unit_of(view, name)) for name in names]
         for month in months},
        row_units=beside([unit_of(view, name) for name in names]), corner="Line or KPI"))


def _verdict(row: Variance | None, unit: str) -> str:
    if row is None or not np.isfinite(row.difference):
        return "–"
    if row.effect == "on plan":
        return "on plan"
    word = f" {row.effect}" if row.effect in ("good", "bad") else ""
    return f"{_difference(row, unit)}{word}"


def plan_accuracy(view: View) -> Block | Note | None:
    """How near the plan came to what was observed, by line and KPI."""
    file = actuals(view.projection)
    rows = against.accuracy(view.projection, file) if file else []
    if not rows:
        return nothing(view, file) if file else None
    lead = next((row for name in FIRST for row in rows if row.name == name), rows[0])
    over = "the one closed month" if lead.months == 1 else f"{lead.months} closed months"
    label = frame.inside(_label(view, lead.name))
    message = f"Over {over} the plan's error in {label} has no mean, as an actual is 0."
    if np.isfinite(lead.mape):
        message = (f"Over {over} the plan missed {label} by {format_value(lead.mape, 'fraction')} "
                   f"of the actual a month on average{_bias(lead.bias)}")
    return Block(
        remark_of(file) + message, summary="Errors by line and KPI", open=True, table=Table(
            "How near the plan came, all closed months", [_label(view, row.name) for row in rows], {
                "Months": [row.months for row in rows],
                "Mean error, of actual": [format_value(row.mape, "fraction") for row in rows],
                "Bias, of actual": [with_sign(row.bias, "fraction") for row in rows]},
            corner="Line or KPI"),
        reading="Shares of the actual. Mean error: the mean of the months' differences from plan, "
                "whatever their sign (MAPE). Bias: plan less actual over all months.")


def _bias(bias: float) -> str:
    size = format_value(abs(bias), "fraction")
    if not np.isfinite(bias) or size == "0%":
        return "."
    side = "high" if bias > 0 else "low"
    return f" and was too {side} by {size} of the actuals over all of them."


def remark(view: View) -> str:
    """What stands before a sentence in which actuals are shown: the first comment of their file;
    empty where there are no actuals or no comment."""
    file = actuals(view.projection)
    return remark_of(file) if file else ""


def last_month(view: View) -> str | None:
    """The month of the last close (YYYY-MM); None where nothing is closed."""
    close = closed(view)[1]
    return None if close is None else view.months[close]


def closed(view: View) -> tuple[Actuals | None, int | None]:
    """The file of actuals, and the place of the month of the last close."""
    file = actuals(view.projection)
    return file, against.last_close(view.projection, file) if file else None


def nothing(view: View, content: Actuals | None) -> Note:
    """That there are no actuals, or why those that are there say nothing yet."""
    if content is not None:
        points = [f"{name}: {what}." for name, what in (*content.notices, *content.open_months)]
        why = without_close(view.projection, content)
        return Note(f"{remark_of(content)}{sentence_case(source_of(content))} {why}: there is "
                    "nothing to show here.", points)
    return Note(
        "Nobody has written down yet what happened, so there is nothing to compare with plan. Once "
        "figures of months or weeks are given to the model, they stand here beside the plan, and "
        "what is expected from there on.")


def source_of(file: Actuals) -> str:
    """Where actuals come from, as a reader would call it: `the file of invented actuals`."""
    return f"the file of {PurePath(file.file).stem.replace('_', ' ')}"


def remark_of(file: Actuals) -> str:
    """The first comment of the file as a sentence of its own."""
    return f"{file.remark.rstrip('.')}. " if file.remark else ""


def _close_note(file: Actuals) -> str:
    """To which month the books are closed, where the file says so."""
    later = len(file.later)
    so_far = (f"; {count(later, 'figure')} of later months {_are(later)} shown as open points and "
              "used nowhere" if later else "")
    return f" (the file is closed to {format_month(file.closed)}{so_far})" if file.closed else ""


def _close(view: View, file: Actuals) -> str:
    return format_month(view.months[against.last_close(view.projection, file)])


def _label(view: View, name: str) -> str:
    if against.is_line(view.projection, name):
        return view.line(name)
    return view.profile.kpis[name].label


def unit_of(view: View, name: str) -> str:
    if not against.is_line(view.projection, name):
        return view.profile.kpis[name].unit
    unit = view.glossary.term(name).unit
    return plural(unit) if unit in _counted() else unit


def _counted() -> list[str]:
    """Units of what companies count, as the glossaries name one of it."""
    return [word for words in UNITS.counted.values() for word in words]


def beside(units: list[str]) -> list[str]:
    """Units as they stand beside labels: what is counted, the label says itself."""
    return ["" if unit in map(plural, _counted()) else unit for unit in units]


def with_sign(value: float, unit: str) -> str:
    text = format_value(value, unit)
    return f"+{text}" if value > 0 and text.strip("0.%") else text


def differences(rows: list[Variance], units: list[str]) -> list[str]:
    """Actual less plan of each row, as a table shows it."""
    return list(map(_difference, rows, units))


def _difference(row: Variance, unit: str) -> str:
    """Actual less plan beside a label that says the unit; of a percentage in its points."""
    if row.effect == "on plan":
        return "0"
    return with_sign(row.difference, unit).removesuffix("%")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
