"""Cells of the budget notebook about rules: firings, proposals, and other thresholds of rule A."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.budget.plan.schema import RULES
from model.budget.steering import approval, history
from model.budget.steering.proposals import title
from model.budget.steering.review import Review
from model.budget.steering.rules import firing_weeks
from model.budget.steering.words import effect, in_order, state_of
from model.counts import count, inside
from model.pages.budget.money import amount, of_review, subject
from model.pages.budget.view import BudgetView
from model.pages.frame import listed
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.controls import Choice, Panel, Slider
from model.views.formats import format_value

_MARKS = {history.FIRED: "call", history.HELD: "watch", history.UNJUDGED: "watch",
          history.NOTHING_LEFT: "watch", history.LATER: "watch", history.ANSWERED: "watch",
          history.QUIET: "good"}
_CADENCES = {"always": "always", "week": "weekly", "month": "monthly", "quarter": "quarterly"}
_DWELLS = (1, 2, 3, 4)
# Distances from the plan's line in the table of other lines.
_ASIDE = (-0.1, -0.05, 0.0, 0.05, 0.1)


@cell
def rules(view: BudgetView) -> Block:
    """Every rule with its owner and wording, and what it did in each complete week."""
    review, budget = view.review, view.plan
    active = [rule for rule in RULES if budget.active(rule)]
    table = Table("Rules", [budget.rules[rule].label for rule in RULES], {
        "Read": [_CADENCES[budget.rules[rule].cadence] if budget.active(rule) else "not in force"
                 for rule in RULES],
        "Owner": [budget.rules[rule].owner for rule in RULES],
        "What it says": [budget.rules[rule].wording for rule in RULES],
        "Source": [budget.rules[rule].source for rule in RULES]}, corner="Rule", stacked=True)
    in_words = (f"{len(active)} of {len(RULES)} rules are in force; a rule proposes, and a "
                "person approves.")
    if review is None or not review.weeks:
        return Block(in_words, table=table, open=True, summary="Rules", reading=view.mark.strip())
    rows, texts = {}, []
    for rule in filter(budget.active, history.RULES):
        marks = [_MARKS.get(week.status[rule], "") for week in review.weeks]
        rows[budget.rules[rule].label] = marks + [""] * (budget.weeks - len(marks))
        times = len(_firing_weeks(view, rule))
        texts.append({0: "did not fire", 1: "fired once", 2: "fired twice"}.get(
            times, f"fired {times} times"))
    figure = charts.state_strips(
        view.weeks, rows, texts=texts,
        subtitle=subject(view, "by week · tall: fired, half: holds without a move, or could not be "
                               "judged, thin: quiet, dotted: not read"))
    return Block(_rules_message(view), figure, "state strips",
                 "what each rule did in each week", view.mark + in_words,
                 [_weekly(view), table], summary="Rules week by week, their owners and words")


def _firing_weeks(view: BudgetView, rule: str) -> list[int]:
    return [week.number for week in view.review.weeks if week.status[rule] == history.FIRED]


def _weekly(view: BudgetView) -> Table:
    weeks = view.review.weeks
    return Table("What each rule did", [view.plan.rules[rule].label for rule in history.RULES],
                 {f"Week {week.number}": [week.status[rule] for rule in history.RULES]
                  for week in weeks}, corner="Rule")


def _rules_message(view: BudgetView) -> str:
    firings = [rule for rule in history.RULES if _firing_weeks(view, rule)]
    complete = view.review.signals.complete
    span = "the complete week" if complete == 1 else f"the {complete} complete weeks"
    if not firings:
        sentence = f"No rule fired in {span}"
    else:
        each = [f"{inside(view.plan.rules[rule].label)} in {_week_list(_firing_weeks(view, rule))}"
                for rule in firings]
        verb = "a rule fired" if len(firings) == 1 else f"{len(firings)} rules fired"
        sentence = f"In {span} {verb}: {listed(each)}"
    if not view.plan.active("R13"):
        return f"{sentence}; the completion gate is not in force in this plan."
    status = [week.status["R13"] for week in view.review.weeks]
    state = ("has closed and waits for completion to recover"
             if history.HELD in status[-1:] or (history.FIRED in status
                                               and not _back(view, status)) else "is open")
    return f"{sentence}. The completion gate {state}."


def _week_list(weeks: Sequence[int]) -> str:
    """`week 4`, `weeks 7 and 8`."""
    return f"week{'s' * (len(weeks) > 1)} {listed([str(week) for week in weeks])}"


def _back(view: BudgetView, status: list[str]) -> bool:
    """Whether every cohort that counts was back at the line after the gate had last closed."""
    last = len(status) - status[::-1].index(history.FIRED)
    return any(each.kind == "unfreeze" for week in view.review.weeks[last:]
               for each in week.proposals)


@cell
@of_review
def proposals(view: BudgetView, review: Review) -> Block | Note:
    """Every proposal with its evidence, what it would do now, and whether it is open."""
    if not review.standing:
        return Note(f"{view.mark}No rule has proposed anything in the complete weeks.")
    rows = review.standing
    table = Table("Proposals", [title(view.plan, each.proposal) for each in rows], {
        "Week": [str(each.proposal.week) for each in rows],
        "State": [state_of(each) for each in rows],
        "Evidence": [each.proposal.evidence for each in rows],
        "Effect": [effect(review, each) if each.state == approval.OPEN
                   else each.proposal.effect for each in rows],
        "ID": [review.short_ids[each.proposal.id] for each in rows]}, corner="Proposal",
        stacked=True)
    return Block(_proposals_message(view), table=table, open=True,
                 reading=f"{view.mark}A person approves each, or declines it with a reason. What "
                         "waits is set aside, so that no rule asks twice; what is declined, or has "
                         "no answer for "
                         f"{count(view.plan.whole('review.expires'), 'week')}, is free again.")


def _proposals_message(view: BudgetView) -> str:
    waiting = view.review.open
    if not waiting:
        return "No proposal is open."
    cents = sum(each.proposal.cents for each in waiting if each.proposal.kind == "move")
    reviews = sum(each.proposal.needs_approval for each in waiting)
    many = "One proposal is open" if len(waiting) == 1 else f"{len(waiting)} proposals are open"
    whose = "none of them needs" if not reviews and len(waiting) > 1 else \
        "it does not need" if not reviews else "it needs" if len(waiting) == 1 else \
        "one of them needs" if reviews == 1 else f"{reviews} of them need"
    return (f"{many}, for {amount(cents)} in all; {whose} a further review. "
            f"{in_order(view.review, amount)}").rstrip()


@cell
@of_review
def threshold(view: BudgetView, review: Review, below: float | None = None,
              dwell: int | None = None) -> Block | Note:
    """The weeks in which rule A would have fired with another line or another dwell."""
    budget = view.plan
    line = budget["rule_a.utilization_below"] if below is None else below
    weeks = budget.whole("rule_a.dwell") if dwell is None else dwell
    firings = firing_weeks(budget, review.signals, line, weeks)
    utilization = review.signals.utilization
    if not np.isfinite(utilization).any():
        return Note(f"{view.mark}No one-to-one utilization is known, so no line would have fired.")
    figure = charts.line_over_months(
        view.weeks, {"Utilization": utilization}, unit="fraction", include=(0, 1),
        reference={"line": [line] * len(view.weeks)},
        markers=[(f"w{week}", "fires") for week in firings[:1]],
        subtitle=subject(view, "one-to-one hours used, of those offered · by week"))
    return Block(_threshold_message(view, firings, line, weeks), figure,
                 "line chart", "one-to-one utilization by week",
                 f"{view.mark}The first {budget.whole('warm_up')} weeks warm up and count towards "
                 "no run. The first firing asks for all that rule A may move, so later ones add "
                 "nothing.",
                 _grid(view, line), summary="Other lines and dwells")


def _threshold_message(view: BudgetView, firings: tuple[int, ...], line: float, dwell: int) -> str:
    rule = (f"Below {format_value(line, 'fraction')} for {dwell} "
            f"week{'s in a row' if dwell > 1 else ''}")
    off = "" if view.plan.active("R10") else ", if it were in force"
    if not firings:
        return f"{rule}, rule A would not have fired in any complete week{off}."
    also = f", and its condition holds again in {_week_list(firings[1:])}" if firings[1:] else ""
    return f"{rule}, rule A would have fired in week {firings[0]}{also}{off}."


def _grid(view: BudgetView, line: float) -> Table:
    own = view.plan["rule_a.utilization_below"]
    lines = sorted({round(own + aside, 6) for aside in _ASIDE if 0 < own + aside <= 1}
                   | {round(line, 6)})

    def firings(at: float, dwell: int) -> str:
        weeks = firing_weeks(view.plan, view.review.signals, at, dwell)
        return ", ".join(map(str, weeks)) or "never"

    return Table("Weeks in which rule A's condition holds",
                 [f"below {format_value(at, 'fraction')}" for at in lines],
                 {count(dwell, "week"): [firings(at, dwell) for at in lines] for dwell in _DWELLS},
                 corner="Line and dwell")


@of_review
def controls(view: BudgetView, review: Review) -> object:
    """Line and dwell of rule A; the weeks in which it would have fired follow."""
    entry = view.plan.entries["rule_a.utilization_below"]
    start = {"below": view.plan["rule_a.utilization_below"],
             "dwell": view.plan.whole("rule_a.dwell")}
    low, high = min(entry.range[0], start["below"]), max(entry.range[1], start["below"])
    dwells = {count(dwell, "week"): dwell for dwell in sorted({*_DWELLS, start["dwell"]})}

    def draw(values: dict) -> tuple[str, str]:
        paths = {"below": "rule_a.utilization_below", "dwell": "rule_a.dwell"}
        changes = {paths[name]: value for name, value in values.items() if value != start[name]}
        every = {**view.changes, **changes}
        return _html(threshold(view, **values)), f"changes = {every!r}" if every else ""

    return Panel({"below": Slider("Rule A: utilization below", low, high, start["below"], 0.01,
                                  ".0%"),
                  "dwell": Choice("Weeks in a row", dwells)}, start, draw,
                 _html(threshold(view))).show()


def _html(part: Block | Note) -> str:
    return part.screen_html if isinstance(part, Block) else part.html
