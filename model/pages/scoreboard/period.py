"""The review of one period: every KPI by cadence, what is off, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from model.analysis import rules as engine
from model.analysis.kpis import NOT_JUDGED, Kpi, kpis, kpis_by_month, on_target
from model.analysis.rules import FIRED, SILENT, UNDEFINED, Outcome
from model.analysis.variance import observed_kpis
from model.counts import count
from model.pages import frame
from model.pages.scoreboard import actuals
from model.pages.scoreboard.outlook import expected
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import format_month, format_value, sentence_case

CADENCES = ("weekly", "monthly", "quarterly")
TESTS = {"at_least": "at\u00a0least", "at_most": "at\u00a0most", "above": "above",
         "below": "below"}
# What a KPI that is off its target is.
OFF = ("missed", "watch")
# A word with its sign stays in one line.
SIGNS = {"met": "✓\u00a0met", "watch": "!\u00a0watch", "missed": "✗\u00a0missed",
         "no target": "no\u00a0target", "undefined": "?\u00a0no\u00a0value",
         NOT_JUDGED: "not\u00a0judged"}
STATES = {SILENT: "✓\u00a0silent", FIRED: "!\u00a0fired", UNDEFINED: "?\u00a0not judged",
          None: "not read yet"}
_GOOD = "✓\u00a0fired,\u00a0good\u00a0news"


def in_period(view: View, at: str) -> dict[str, Kpi]:
    """Every KPI in a month (2026-03) or a year (2026); what was observed goes first."""
    if "-" in at:
        return {name: of[at] for name, of in by_month(view).items()}
    by_year = kpis(expected(view), observed=observed_kpis(view.projection))
    return {name: of[int(at)] for name, of in by_year.items()}


def by_month(view: View) -> dict[str, dict[str, Kpi]]:
    return kpis_by_month(expected(view), observed=observed_kpis(view.projection))


def outcomes(view: View) -> list[Outcome]:
    return engine.evaluate(expected(view), observed=observed_kpis(view.projection))


def rests_on(view: View, at: str) -> dict[str, str] | None:
    """What the value of each KPI in a period rests on, actuals or forecast; None in a period of
    which nothing was observed."""
    close, months = actuals.last_month(view), _months(view, at)
    observed_names = {name for name, values in observed_kpis(view.projection).items()
                      if np.isfinite(values[months]).any()
                      and ("-" in at or not view.profile.kpis[name].modeled)}
    if not observed_names and (close is None or view.months[months.start] > close):
        return None
    return {name: "actuals" if name in observed_names else "forecast"
            for name in view.profile.kpis}


def first_close(view: View) -> str:
    """The month with which the page opens: that of the last actuals, or the last one of the first
    year that can be judged."""
    return actuals.last_month(view) or _month(view, str(int(view.first_year)))


@cell
def review(view: View, at: str | None = None) -> Block:
    """What is missed in a period and what to do about it, then every KPI by cadence."""
    by_default = at is None and actuals.last_month(view) is None
    at = at or first_close(view)
    by_name, bases = in_period(view, at), rests_on(view, at)
    wrong = [kpi for kpi in by_name.values() if kpi.status in OFF]
    firing = [outcome for outcome in outcomes(view) if outcome.at(_month(view, at)) == FIRED]
    when = _period(view, at)
    if by_default:
        first = "first" if not view.first else "first whole"
        when += f" (the last month of the {first} year, as there are no actuals)"
    tables = [_to_do(view, at, when, wrong, firing, bases)] if wrong or firing else []
    for cadence in CADENCES:
        if due := [kpi for kpi in by_name.values() if kpi.goal.cadence == cadence]:
            caption = f"{cadence.capitalize()} review, {_period(view, at)}"
            tables.append(_due(view, caption, due, bases))
    message = actuals.remark(view) + _review_message(view, at, by_name, firing, bases)
    return Block(message, table=tables, open=True,
                 reading="✗ and ! ask for action, ✓ does not, ? has no value to judge. The weekly "
                         "review shows a month; a rule counts as it was last read."
                         + _resting(at, bases))


def _period(view: View, at: str) -> str:
    return format_month(at) if "-" in at else str(view.year(int(at)))


def _months(view: View, at: str) -> slice:
    """The places of the months of a period."""
    if "-" not in at:
        return view.projection.calendar.months_of(int(at))
    place = view.months.index(at)
    return slice(place, place + 1)


def _month(view: View, at: str) -> str:
    """The last month of a period."""
    return view.months[_months(view, at).stop - 1]


def shown_state(outcome: Outcome, state: str | None) -> str:
    """The state of a rule with its sign; that of good news is no warning."""
    return _GOOD if state == FIRED and outcome.rule.favorable else STATES[state]


def _resting(at: str, bases: Mapping[str, str] | None) -> str:
    if bases is None:
        return ""
    if "-" not in at:
        return (" A year is that of the forecast from the close; of what it does not know, the "
                "last observed month stands for the year.")
    return (" What was observed stands where a KPI is given, or where all of its lines are; "
            "elsewhere the forecast from the close stands in, and “Rests on” says so. What is "
            "defined by the year is always the forecast's.")


def _review_message(view: View, at: str, by_name: dict[str, Kpi], firing: list[Outcome],
                    bases: Mapping[str, str] | None) -> str:
    misses, watch, hits, blind, open_ = (
        [kpi for kpi in by_name.values() if kpi.status == status]
        for status in ("missed", "watch", "met", "undefined", NOT_JUDGED))
    parts = []
    if misses:
        verb = "misses its target" if len(misses) == 1 else "miss their targets"
        parts.append(f"{named(misses)} {verb}")
    if watch:
        parts.append(f"{named(watch)} {'is' if len(watch) == 1 else 'are'} on watch")
    if warn := [outcome for outcome in firing if not outcome.rule.favorable]:
        parts.append(_firing(warn))
    if not parts:
        parts.append("nothing that has a value misses its target, and no rule warns" if hits else
                     "no rule warns" if open_ else
                     "no KPI with a target has a value, and no rule warns")
    if good := [outcome for outcome in firing if outcome.rule.favorable]:
        parts.append(f"{_firing(good)}, which is good news")
    if open_:
        reasons = list(dict.fromkeys(kpi.reason for kpi in open_))
        parts.append(f"{count(len(open_), 'KPI')} {'is' if len(open_) == 1 else 'are'} not judged: "
                     f"{frame.listed(reasons)}")
    elif misses or watch or firing:
        parts.append("no KPI meets its target" if not hits else "1 KPI meets its target"
                     if len(hits) == 1 else f"{count(len(hits), 'KPI')} meet theirs")
    parts += _from_plan(by_name, bases)
    if blind:
        parts.append(f"{len(blind)} {'has' if len(blind) == 1 else 'have'} no value")
    return f"{_period(view, at)}: {'; '.join(parts)}."


def _firing(firing: Sequence[Outcome]) -> str:
    conditions = list(dict.fromkeys(outcome.condition for outcome in firing))
    rules, fire = ("rule", "fires") if len(conditions) == 1 else ("rules", "fire")
    return f"the {rules} on {frame.listed(conditions)} {fire}"


def _from_plan(by_name: dict[str, Kpi], bases: Mapping[str, str] | None) -> list[str]:
    """How many of a period's values were not observed, where others were or could have been."""
    values = {name: kpi for name, kpi in by_name.items() if kpi.status != "undefined"}
    planned = [kpi for name, kpi in values.items() if bases and bases[name] == "forecast"]
    if not planned:
        return []
    hits = sum(kpi.status == "met" for kpi in planned)
    return [f"{len(planned)} of the {count(len(values), 'value')} "
            f"{'is' if len(planned) == 1 else 'are'} the forecast's and not observed"
            + (f", {hits} of those that meet their targets among them" if hits else "")]


def named(kpis_: Sequence[Kpi]) -> str:
    return frame.listed([kpi.goal.inside for kpi in kpis_])


def _to_do(view: View, at: str, when: str, wrong: Sequence[Kpi], firing: Sequence[Outcome],
           bases: Mapping[str, str] | None) -> Table:
    rows = [(kpi.goal.label, kpi.goal.unit, *value_and_target(view, kpi), SIGNS[kpi.status],
             _basis(kpi.name, kpi.value, bases), kpi.goal.action) for kpi in wrong]
    for outcome in firing:
        unit, value = outcome.goal.unit, _reading(outcome, _month(view, at))
        rows.append((f"Rule: {outcome.goal.inside}", unit, _bare(value, unit), _goal(outcome),
                     shown_state(outcome, FIRED), _basis(outcome.rule.kpi, value, bases),
                     f"{outcome.rule.action}."))
    labels, units, values, target, status, basis, action = zip(*rows, strict=True)
    call = "What the source calls for" if view.profile.published else "What to do"
    return Table(f"What to do now, {when}", labels,
                 {"Status": status, "Value": values} | ({"Rests on": basis} if bases else {})
                 | {"Wanted": target, call: action},
                 row_units=units, corner="Signal")


def _basis(name: str, value: float | None, bases: Mapping[str, str] | None) -> str:
    """What a value rests on; nothing where there is none."""
    return bases[name] if bases and value is not None and np.isfinite(value) else "–"


def _reading(outcome: Outcome, month: str) -> float | None:
    """The value that a rule read last up to a month."""
    return next((value for read, value in
                 reversed(list(zip(outcome.months, outcome.values, strict=True)))
                 if read <= month), None)


def threshold(outcome: Outcome, tests: Mapping[str, str] = TESTS) -> str:
    """The bound of a rule in words: `below 80.0%`."""
    rule = outcome.rule
    if rule.test == engine.FALLS:
        return rule.test
    return f"{tests[rule.test]}\u00a0{format_value(rule.threshold, outcome.goal.unit)}"


def _goal(outcome: Outcome) -> str:
    """What a rule that has fired wants, as a table shows it whose row names the unit."""
    if outcome.rule.favorable:
        return "–"
    if outcome.rule.test == engine.FALLS:
        return "no fall"
    return f"not\u00a0{threshold(outcome)}".removesuffix("%")


def _bare(value: float | None, unit: str) -> str:
    """A number as a table shows it whose row names the unit."""
    return format_value(value, unit).removesuffix("%")


def value_and_target(view: View, kpi: Kpi) -> tuple[str | None, str | None]:
    """Both as a table shows them; where a miss is too small to be seen, with the digits that
    show it."""
    unit, target = kpi.goal.unit, kpi.target
    value, goal = _bare(kpi.value, unit), _bare(target, unit)
    # A value on a target that it must be above or below misses it by nothing, as the target says.
    if kpi.status in OFF and value == goal and not on_target(kpi.value, target):
        size = 100 if unit.startswith("fraction") else 1
        pairs = ((f"{size * kpi.value:.{digits}f}", f"{size * target:.{digits}f}")
                 for digits in range(2, 15))
        value, goal = next((pair for pair in pairs if len(set(pair)) == 2), (value, goal))
    moves = f" ({view.glossary.label(kpi.goal.moving, 'kpi')})" if kpi.goal.moving else ""
    return (value if kpi.value is not None else None,
            None if target is None else f"{TESTS[kpi.goal.test]}\u00a0{goal}{moves}")


def _due(view: View, caption: str, due: Sequence[Kpi], bases: Mapping[str, str] | None) -> Table:
    """One review: worst first would hide what belongs together, so the profile's order."""
    values, targets = zip(*(value_and_target(view, kpi) for kpi in due), strict=True)
    return Table(caption, [kpi.goal.label for kpi in due], {
        "Status": [SIGNS[kpi.status] for kpi in due], "Value": values,
        **({"Rests on": [_basis(kpi.name, kpi.value, bases) for kpi in due]} if bases else {}),
        "Target": targets,
        "What to do, and benchmark (quality of its source)": [_remark(kpi) for kpi in due],
        "Definition": [kpi.goal.definition for kpi in due]},
        row_units=[kpi.goal.unit for kpi in due], corner="KPI",
        **({} if bases else {"lines": {"Value": "kpi:{0}"}, "row_lines": [
            kpi.name if kpi.goal.modeled else "" for kpi in due]}))


def _remark(kpi: Kpi) -> str:
    """Why there is no value; or what to do about a miss, and how the value compares."""
    if kpi.reason:
        return f"{sentence_case(kpi.reason)}."
    parts = [kpi.goal.action] if kpi.status in OFF else []
    if kpi.band:
        parts.append(f"Benchmark: {kpi.band} ({kpi.goal.benchmark.quality}).")
    return " ".join(parts) or "–"
