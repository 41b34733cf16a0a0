"""Cells of the assumptions notebook."""

from __future__ import annotations

from collections import Counter
from functools import partial

import numpy as np

from model.analysis.register import SCENARIO, Row, put_back, register, shares
from model.companies.claims import claims
from model.counts import count, unit_name
from model.pages import formulas, frame
from model.pages.assumptions import head
from model.pages.assumptions.editor import Editor
from model.pages.assumptions.grid_rows import plausible, section_label
from model.pages.view import View
from model.params.values import CONFIDENCE, CONFIDENCE_MEANS, EVIDENCE
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import NAMED, format_value, say, unit_label

# What each kind of source is worth as evidence, for the reader of the register.
_KINDS = {
    "published": "printed by the publisher without a year, or for all that is dated",
    "derived": "arithmetic on published figures",
    "published, carried on": "printed for some years, and carried on here to the others",
    "derived, carried on": "arithmetic on figures of some years, carried on here to the others",
    "records": "from the company's own books, contracts or counts",
    "benchmark": "a rule or an example, of the publisher or of another source",
    "decision": "one of several readings, chosen here",
    "calibrated": "solved so that a published outcome is met",
    "estimate": "chosen here; nothing is published",
    SCENARIO: "chosen by this scenario, or by a change of this notebook, in place of base's",
}

checks, limits, words = frame.checks, frame.limits, frame.words
formula = formulas.formula


header = partial(frame.header, page="Assumptions", answer=head.answer)


def sources(view: View) -> Block:
    """The share of assumptions by kind of source."""
    rows = register(view.assumptions)
    portions = shares(rows)
    ours = portions.get("estimate", 0) + portions.get("calibrated", 0)
    evidence = [row for row in rows if row.kind in EVIDENCE]
    continued = sum(bool(row.printed_for) for row in evidence)
    message = (f"Of {len(rows)} assumptions {len(evidence)} are published or follow from such "
               f"figures, {continued or 'none'} of them for some years only, carried on to the "
               f"others; {format_value(ours, 'fraction')} are estimates or calibrated")
    if not (claims(view.company).claims or evidence):
        message = (f"Of {len(rows)} assumptions {format_value(ours, 'fraction')} are estimates or "
                   "calibrated")
    if "records" in portions:
        message += f"; {format_value(portions['records'], 'fraction')} come from its own records"
    message += (f"; {format_value(portions[SCENARIO], 'fraction')} differ from base and are chosen "
                "here." if SCENARIO in portions else ".")
    labels, counts = [kind.capitalize() for kind in portions], Counter(row.standing for row in rows)
    figure = charts.shares(labels, list(portions.values()), unit="fraction",
                           subtitle=frame.subject(view, "assumptions by kind of source · share"))
    return Block(message, figure, "stacked bar", "assumptions by kind of source",
                 f"{printed(view)}Counted by entry, whatever its weight.",
                 Table("Assumptions by kind of source", labels,
                       {"Meaning": [_KINDS[kind] for kind in portions],
                        "Number": [counts[kind] for kind in portions],
                        "Share": list(portions.values())},
                       units={"Share": "fraction"}, corner="Kind"))


def printed(view: View) -> str:
    """For which years the figures are printed that are carried on to others, and how many are
    read otherwise than printed."""
    rows = register(view.assumptions)
    evidence = [row for row in rows if row.kind in EVIDENCE]
    counts = Counter(row.printed_for for row in rows if row.printed_for)
    otherwise = put_back(view.company)
    points = sum(row.path in otherwise for row in evidence)
    parts = []
    if counts:
        years = [f"{number} {'is' if number == 1 else 'are'} printed or worked out for "
                 f"{' and '.join(map(str, printed_for))} alone"
                 for printed_for, number in counts.most_common()]
        parts.append(f"Of the {count(sum(counts.values()), 'entry', 'entries')} carried on, "
                     f"{frame.listed(years)}; what the plan has in other years is no figure of "
                     "the source. ")
    low = sum(row.confidence == "low" for row in evidence)
    if low or points:
        parts.append(f"Of the {len(evidence)} published or derived, confidence in the source is "
                     f"low for {low or 'none'}. ")
    if points:
        parts.append(f"{points} of the {len(evidence)} {'rests' if points == 1 else 'rest'} on a "
                     "figure that is read with a decimal point which the print seems to have "
                     "lost. ")
    return "".join(parts)


def differences(view: View) -> Note | Block:
    """What this scenario changes, beside base."""
    rows = [row for row in register(view.assumptions) if row.changed]
    why = view.assumptions.scenario_why
    if not rows:
        return Note("Nothing differs from base in this scenario.")
    years = view.years
    table = Table(
        "Assumptions that differ from base", [row.label for row in rows],
        {"Base": [_with_unit(by_year(row, row.base, years), row) for row in rows],
         "Here": [_whole(row, years) for row in rows]}, corner="Assumption",
        names=[row.path for row in rows])
    noun = "assumption differs" if len(rows) == 1 else "assumptions differ"
    return Block(f"{len(rows)} {noun} from base. {why}", table=table, open=True,
                 reading="By year where the value changes over time; dated amounts are summed "
                         "over each year.")


def here(row: Row, years) -> str:
    """A row's values by year, and what it holds beside them."""
    return _beside(_timed(row, years), row)


def _whole(row: Row, years) -> str:
    """The same with the unit."""
    return _beside(_with_unit(_timed(row, years), row), row)


def _timed(row: Row, years) -> str:
    text = by_year(row, row.values, years)
    return (f"{text} ({count(row.delay, 'month')} later, the first value until then)"
            if row.delay else text)


def _beside(text: str, row: Row) -> str:
    return f"{text}; {row.moments}" if row.moments else text


def by_year(row: Row, values: np.ndarray, years) -> str:
    """One value where it holds throughout, otherwise the values by year."""
    if row.form != "month" and np.ptp(values) <= 1e-12 * max(1, abs(values[0])):
        values = values[:1]
    return " / ".join(format_value(value, row.unit) for value in values)


def _with_unit(value: str, row: Row) -> str:
    if row.unit.startswith("fraction") or row.unit in NAMED:
        return value
    return f"{value} {unit_name(unit_label(row.unit), value == '1')}".strip()


def published(view: View) -> Block | Note:
    """Figures as their publisher printed them, and as they are read."""
    rows = [row for row in register(view.assumptions) if row.printed]
    if not rows:
        return Note("No assumption is taken from a figure that somebody has printed.")
    # The publisher prints two values, where the first and the last year have their own.
    ends = [list(dict.fromkeys(say(value, row.unit) for value in row.base[[0, -1]]))
            for row in rows]
    table = Table(
        "Published figures, as printed and as read", [row.label for row in rows],
        {"As printed": [row.printed for row in rows],
         "As read": [" / ".join(values if " / " in row.printed else values[:1])
                     for row, values in zip(rows, ends, strict=True)],
         "Because": [row.base_source for row in rows],
         CONFIDENCE: [row.confidence for row in rows]}, corner="Assumption")
    return Block(
        f"{count(len(rows), 'assumption')} {'is' if len(rows) == 1 else 'are'} taken from figures "
        "that their publisher prints. Its pages lost decimal points, so each stands as printed "
        f"beside its reading for {view.years[0]}; nothing is corrected silently.",
        table=table, open=True, reading=CONFIDENCE_MEANS)


def full_register(view: View) -> Block:
    """The whole register, a table a section."""
    rows = register(view.assumptions)
    years = view.years
    tables = []
    for section in dict.fromkeys(row.section for row in rows):
        part = [row for row in rows if row.section == section]
        tables.append(Table(
            section_label(section), [row.label for row in part],
            {"Value": [_whole(row, years) for row in part],
             "Plausible": [plausible(row) for row in part],
             "Source": [row.source for row in part],
             CONFIDENCE: [row.confidence for row in part]}, corner="Assumption",
            names=[row.path for row in part]))
    low = sum(row.confidence == "low" for row in rows)
    return Block(f"All {len(rows)} assumptions with unit, plausible range and source; for {low} "
                 "of them confidence in the source is low.", table=tables, summary="The register",
                 reading="Values by year are separated by a stroke; their range is a factor on "
                         "the whole path. " + CONFIDENCE_MEANS)


def controls(view: View) -> object:
    """The grid in which every assumption is edited, with sliders on the levers; figures and cash
    by month follow, and what was edited can be saved as a scenario."""
    return Editor(view).show()
