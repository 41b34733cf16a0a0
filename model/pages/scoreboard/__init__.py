"""Cells of the scoreboard notebook: the review that an operator runs each week, month, quarter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from model.analysis.kpis import NEEDS_ACTUALS, Kpi
from model.analysis.rules import FIRED, SILENT, Outcome
from model.companies.claims import claims
from model.counts import count
from model.engine.texts import texts
from model.pages import formulas, frame, live, years
from model.pages.scoreboard import actuals, head, outlook, past, period
from model.pages.scoreboard.evidence import learning as learning
from model.pages.scoreboard.period import OFF, by_month, first_close, outcomes
from model.pages.view import View
from model.pages.what_if import Choice, choose
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.charts.axes import runs
from model.views.formats import format_month, say, sentence_case

COMPARISONS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}
MARKS = {"met": "good", "watch": "watch", "missed": "bad", SILENT: "good"}
READ = {"week": "weekly (here monthly)", "month": "monthly", "quarter": "quarterly"}

checks, limits, words = frame.checks, frame.limits, frame.words
review = period.review
against_plan, variances_by_month = actuals.against_plan, actuals.variances_by_month
forecast, forecast_accuracy = outlook.forecast, outlook.forecast_accuracy
before_the_plan = past.before_the_plan


header = partial(live.header, page="Scoreboard", answer=head.answer)


def hindsight(view: View) -> Several | None:
    """How near plan and forecasts came, and what that says of the assumptions and of break-even."""
    parts = [part for part in (forecast_accuracy(view), learning(view)) if part]
    return Several(parts) if parts else None


def controls(view: View) -> object:
    """Choose the year or the month of the review."""
    periods = {f"Year {year}": str(int(year)) for year in view.years}
    periods |= {format_month(month): month for month in view.months}
    return choose(Choice("Year or month", periods), lambda at: review(view, at),
                  first_close(view))


def history(view: View) -> Block:
    """In which months each KPI with a target meets it."""
    months = view.months
    states = {of[months[0]].goal.label: [kpi.status for kpi in of.values()]
              for of in by_month(view).values() if of[months[0]].goal.test
              and any(kpi.reason != NEEDS_ACTUALS for kpi in of.values())}
    bad = {label: sum(state in OFF for state in row) for label, row in states.items()}
    texts = [f"{bad[label]} of {len(row) - row.count('undefined')}"
             for label, row in states.items()]
    figure = charts.state_strips(
        months, {label: [MARKS.get(state, "") for state in row] for label, row in states.items()},
        texts=texts, subtitle=frame.subject(view, "months in which targets are missed"))
    heads = {"Met": "met", "On watch": "watch", "Missed": "missed", "No value": "undefined"}
    table = Table.of_rows(
        "Months in which each target is met or missed", [*heads, "Missed or on watch in"],
        {label: [*map(row.count, heads.values()), _runs(months, row)]
         for label, row in states.items()}, corner="KPI")
    message = _history_message(view, states, bad)
    blind = sum(all(kpi.goal.test and kpi.status == "undefined" for kpi in of.values())
                for of in by_month(view).values())
    if blind:
        have = "has" if blind == 1 else "have"
        message += f" {blind} with a target {have} no value in any month."
    off = [f"{frame.inside(label)} is off in {number}" for label, number in bad.items() if number]
    return Block(message, figure, "strip chart",
                 "months in which each target is met or missed",
                 "Tall where a target is missed, half as tall on watch, thin where it is met, "
                 "dotted without a value; beside it the months off target, of those with a value. "
                 "KPIs that only actuals could give are left out."
                 + _moving(view) + _close_note(view),
                 table,
                 alt_message=f"{frame.listed(off[:4])} months" if off else "no target is missed")


def _moving(view: View) -> str:
    """What the targets are that move by month, and over what they move."""
    ends, parts = (view.months[0], view.months[-1]), []
    for of in by_month(view).values():
        goal = of[ends[0]].goal
        if goal.moving:
            first, last = (f"{say(of[month].target, goal.unit)} in {format_month(month)}"
                           for month in ends)
            parts.append(f" The target of {goal.inside} moves with the plan: "
                         f"{view.glossary.label(goal.moving, 'kpi')}, {first} and {last}.")
    return "".join(parts)


def _close_note(view: View) -> str:
    """What stands in the months that are closed; nothing where none is."""
    close = actuals.last_month(view)
    return "" if close is None else (
        f" Up to {format_month(close)} what was observed stands where it was; all else is the "
        "forecast from there.")


# What a source asks for that no plan here has.
_BY_CHANNEL = (" The source also asks to watch acquisition by channel: the plan has no channels, "
               "so that is not judged.")


def _history_message(view: View, states: dict, bad: dict[str, int]) -> str:
    labels = [label for label, row in states.items() if set(row) != {"undefined"}]
    if not labels:
        return "No KPI with a target has a value in any month."
    if len(labels) == 1:
        there = len(states[labels[0]]) - states[labels[0]].count("undefined")
        return (f"Only {frame.inside(labels[0])} has a target and a value; of "
                f"{count(there, 'month')} with one it is off in {bad[labels[0]]}.")
    hits = sum(not bad[label] for label in labels)
    message = (f"{hits} of the {len(labels)} KPIs with a target and a value meet it in "
               f"every month to {format_month(view.months[-1])} in which they have one")
    worst = max(bad, key=bad.get)
    if not bad[worst]:
        return f"{message}."
    return (f"{message}; {frame.inside(worst)} is off for longest, in "
            f"{count(bad[worst], 'month')}.")


def _runs(months: Sequence[str], row: Sequence[str]) -> str:
    """The months of a row that are off, in words: `Jan 2027 to Dec 2030`."""
    spans = [(format_month(months[start]), format_month(months[end - 1]))
             for off, start, end in runs(state in OFF for state in row) if off]
    return ", ".join(first if first == last else f"{first} to {last}"
                     for first, last in spans) or "none"


def trends(view: View) -> Block:
    """The KPIs of the source, or all where there is none, by month against their targets."""
    months, company_texts = view.months, texts(view.assumptions)
    sourced = any(goal.number for goal in view.profile.kpis.values())
    which = "the KPIs of the source" if sourced else "the KPIs"
    by_name = {name: of for name, of in by_month(view).items()
               if (of[months[0]].goal.number or not sourced)
               and company_texts.grain(name) in ("period", "year")}
    seven = list(by_name.values())
    goals = [of[months[0]].goal for of in seven]
    figure = charts.indicators(
        months, {goal.label: ([kpi.value for kpi in of.values()],
                              [kpi.target for kpi in of.values()], goal.unit)
                 for goal, of in zip(goals, seven, strict=True)},
        subtitle=frame.subject(view, f"{which.removeprefix('the ')} · by month"))
    calendar = view.projection.calendar
    ends = {year: months[at] for year, at in zip(view.years, calendar.ends(), strict=True)}
    first, last_year = calendar.judged_years[0], calendar.judged_years[-1]
    anchors, trees = formulas.of_kpis(view, by_name)
    table = Table(f"{which.removeprefix('the ')} {years.at_end(calendar)}",
                  [goal.label for goal in goals],
                  {str(year): [of[month].value for of in seven] for year, month in ends.items()}
                  | {f"Target {year}": [period.value_and_target(view, of[ends[year]])[1]
                                        for of in seven]
                     for year in dict.fromkeys((first, last_year))},
                  row_units=[goal.unit for goal in goals], corner="KPI", links=anchors,
                  row_lines=None if actuals.last_month(view) else [
                      f"close:{name}" for name in by_name])
    last = [of[months[-1]] for of in by_month(view).values()]
    return Block(_trends_message(last, format_month(months[-1])),
                 figure, "small line charts", f"{which} by month",
                 f"Drawn are {which} that have a value for each month, each on a "
                 "scale of its own; what is defined by the year moves in steps."
                 + _close_note(view), [table, trees])


def _trends_message(last: Sequence[Kpi], end: str) -> str:
    """How every KPI with a target stands in the last month, those without a value among them."""
    targeted = [kpi for kpi in last if kpi.goal.test]
    if not targeted:
        return f"No KPI of this company has a target; the figures show where they are in {end}."
    hits = sum(kpi.status == "met" for kpi in targeted)
    wrong = [kpi for kpi in targeted if kpi.status in OFF]
    blind = [kpi for kpi in targeted if kpi.status == "undefined"]
    parts = [f"{hits or 'none'} of {count(len(targeted), 'KPI')} with a target "
             f"{'meet' if hits > 1 else 'meets'} it"]
    if wrong:
        parts.append(f"{period.named(wrong)} {'is' if len(wrong) == 1 else 'are'} off target")
    if blind:
        why = [f"{period.named([kpi for kpi in blind if kpi.reason == reason])} ({reason})"
               for reason in dict.fromkeys(kpi.reason for kpi in blind)]
        parts.append(f"{len(blind)} {'has' if len(blind) == 1 else 'have'} no value: "
                     f"{frame.listed(why)}")
    return f"In {end}, the last month, {'; '.join(parts)}."


def rules(view: View) -> Block | Note:
    """The rules: what each watches, whether it has fired, and what it calls for."""
    if not view.profile.rules:
        return Note("The profile of this company names no rules that would watch its KPIs.")
    results, at = outcomes(view), first_close(view)
    table = Table(
        "Rules, one row a condition", [sentence_case(each.condition) for each in results], {
            f"In {format_month(at)}": [period.shown_state(each, each.at(at)) for each in results],
            "First fired": [format_month(each.fired[0]) if each.fired else
                            "never" if readings(each) else "not judged" for each in results],
            "Readings fired": [f"{len(each.fired)} of {readings(each)}" if readings(each) else "–"
                               for each in results],
            "Not judged": [len(each.undefined) for each in results],
            "Read": [READ[each.rule.every] for each in results],
            "What it calls for": [f"{each.rule.action}." for each in results],
            "Ends": [each.rule.reset or "With the first reading on the right side"
                     for each in results]}, corner="Rule")
    figure = charts.state_strips(
        view.months,
        {f"{outcome.goal.label} {period.threshold(outcome, COMPARISONS)}":
         [_mark(outcome, month) for month in view.months]
         for outcome in results if outcome.reason != NEEDS_ACTUALS
         or len(outcome.undefined) < len(outcome.months)},
        subtitle=frame.subject(view, "months in which rules fire"))
    return Block(rules_message(results), figure, "strip chart", "months in which rules fire",
                 "Tall where a rule has fired (blue where that is good news), thin where it is "
                 "silent, dotted where it is not read or has no value; no rule changes the "
                 "projection." + (_BY_CHANNEL if claims(view.company).claims else "")
                 + _close_note(view),
                 table, open=True)


def readings(outcome: Outcome) -> int:
    """At how many readings there was a value to judge."""
    return len(outcome.months) - len(outcome.undefined)


def _mark(outcome: Outcome, month: str) -> str:
    state = outcome.at(month)
    if state == FIRED:
        return "call" if outcome.rule.favorable else "bad"
    return MARKS.get(state, "")


def rules_message(results: Sequence[Outcome]) -> str:
    """Which of some rules fire, and which of these are good news."""
    firing = [outcome for outcome in results if outcome.fired]
    silent = [outcome for outcome in results if not outcome.fired and SILENT in outcome.states]
    blind = len(results) - len(firing) - len(silent)
    ids = len({outcome.rule.id for outcome in results})
    alone = len(results) == 1
    many = f"the {count(len(results), 'condition')} of {count(ids, 'rule')}"
    if firing:
        named = [f"{outcome.condition}{' (good news)' if outcome.rule.favorable else ''}"
                 for outcome in firing]
        which = many if alone else f"{len(firing)} of {many}"
        message = (f"{sentence_case(which)} {'fires' if len(firing) == 1 else 'fire'} at some "
                   f"time: {frame.listed(named)}")
    else:
        message = (f"{sentence_case(many)} does not fire at any time" if alone else
                   f"None of {many} fires at any time")
    if blind:
        whose = "its KPI has" if blind == 1 else "their KPIs have"
        message += f"; {blind} cannot be judged, as {whose} no value"
    return f"{message}."
