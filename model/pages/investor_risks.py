"""Cells of the investor report on what must be true, and on what speaks against the plan."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

from model.analysis.kpis import met
from model.analysis.register import SCENARIO, register
from model.analysis.source_check import AGREES, GOAL_MET, SourceCheck
from model.analysis.unit_economics import Economics, economics, sides
from model.companies.sides import Side
from model.pages import (
    breakeven,
    customer_value,
    scoreboard,
    sensitivity,
    shared,
    source_check,
    unit_economics,
)
from model.pages.claim_words import read_as
from model.pages.review import outcomes
from model.pages.view import View
from model.problems import InputError
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import format_month, format_value, say, sentence_case

# A ratio this many times the upper end of its benchmark, or this high where it has none, is more
# likely to be assumed than earned.
_BEYOND, _HIGH = 3, 10
_OURS = ("estimate", "calibrated")


def first(view: View) -> Note:
    """What an investor must not miss: how often cash runs out, what earns too little for what it
    costs to win, and what looks too good."""
    draws = sensitivity.draws(view)
    short = sensitivity.short_of_cash(draws)
    share = format_value(short, "fraction") if short else "none"
    said = [f"In {share} of {draws.size:,} random draws of all uncertain assumptions cash falls "
            "below zero on the way."]
    return Note("To know first:", [*said, *_below(view), *_too_good(view)])


def _below(view: View) -> list[str]:
    """Segments and sides whose customers bring too little for what they cost."""
    table, goal = unit_economics.segments(view).table, customer_value.goal(view)
    ratios = zip(table.labels, table.columns["LTV:CAC"], strict=True)
    below = [f"{shared.inside(label) if label.startswith('All ') else label} "
             f"({format_value(value, 'ratio')})" for label, value in ratios
             if not isnan(value) and not met(value, goal, "at_least")]
    if not below:
        return []
    return [f"LTV:CAC in {view.projection.years[0]} is below the goal of {goal:g}:1 for "
            f"{shared.listed(below)}."]


def _too_good(view: View) -> list[str]:
    """Sides whose LTV:CAC is far beyond what is known of other companies, and what it rests on."""
    benchmark = view.profile.kpis["ltv_to_cac"].benchmark
    bounds = [band.bound for band in benchmark.bands if band.bound is not None] if benchmark else []
    bound = _BEYOND * max(bounds) if bounds else _HIGH
    than = (f"{_BEYOND} times the {max(bounds):g}:1 at which the benchmark's uppermost band begins"
            if bounds else f"{_HIGH}:1")
    return [_assumed(view, side, found, than) for side in sides(view.company)
            if (found := economics(view.projection, side)).ltv_to_cac[0, 0] > bound]


def _assumed(view: View, side: Side, found: Economics, than: str) -> str:
    rows = {row.path: row for row in register(view.assumptions)}
    churn = [rows[f"{side.section}.{segment}.churn"] for segment in side.segments]
    ours = sum(row.kind in _OURS for row in churn)
    low = sum(row.confidence == "low" for row in churn)
    return (f"LTV:CAC of {float(found.ltv_to_cac[0, 0]):.2f} for all {side.name} in "
            f"{view.projection.years[0]} is more than {than}: it looks too good. It rests "
            f"on each bringing {say(float(found.contribution_per_month[0, 0]), 'USD')} a "
            f"month for {float(found.customer_months[0, 0]):.1f} billed months and "
            f"costing {say(float(found.cac[0, 0]), 'USD')} to win. Of the {len(churn)} churn rates "
            f"behind how long they stay, {ours} "
            f"{'is an estimate' if ours == 1 else 'are estimates'} or calibrated, and confidence "
            f"is low in {low}.")


def must_be_true(view: View) -> Several:
    """The assumptions that decide and how sure they are, what they would have to be, and what
    becomes of cash where all move at random."""
    moved = sensitivity.tornado(view)
    return Several([_decide(view, moved), breakeven.solve(view), sensitivity.fan(view)])


def _decide(view: View, moved: Block) -> Block:
    """The tornado with the evidence behind each of its rows."""
    every = {row.path: row for row in register(view.assumptions)}
    _, found = sensitivity.swings(view)
    rows = [every[swing.path] for swing in found[:len(moved.table.labels)]]
    columns = {head: values for head, values in moved.table.columns.items()
               if head != "Confidence"}
    columns["Source"] = [row.kind for row in rows]
    columns["Confidence"] = [row.confidence for row in rows]
    ours = sum(row.kind in _OURS for row in rows)
    low = sum(row.confidence == "low" for row in rows)
    own = sum(row.kind == SCENARIO for row in rows)
    chosen = f"{own} {'differs' if own == 1 else 'differ'} from base, " if own else ""
    message = (f"{moved.message} Of the {len(rows)} that move it most, {ours} "
               f"{'is an estimate' if ours == 1 else 'are estimates'} or calibrated, {chosen}and "
               f"confidence is low in {low}.")
    return replace(moved, message=message, open=True, alt_message=moved.message,
                   table=replace(moved.table, columns=columns))


def risks(view: View) -> Several:
    """Alerts in words, the rules that fire, and the published claims that do not hold."""
    return Several([_alerts(view), _rules(view), _claims(view)])


def _alerts(view: View) -> Note:
    """Alerts; those of the rules stand in the table of rules."""
    found = [alert for alert in view.checks.alerts if not alert.startswith("A5 ")]
    if not found:
        return Note("No alert speaks against this plan, beside the rules below.")
    noun = "alert speaks" if len(found) == 1 else "alerts speak"
    return Note(f"{len(found)} {noun} against this plan, beside the rules below:",
                [_spoken(alert) for alert in found])


def _spoken(alert: str) -> str:
    """`If the burn … (A2).` of `A2 if the burn …`."""
    code, _, said = alert.partition(" ")
    return f"{sentence_case(said)} ({code})."


def _rules(view: View) -> Block:
    """The rules that fire at some time."""
    fired = [outcome for outcome in outcomes(view) if outcome.fired]
    table = Table(
        "Rules that fire", [f"{outcome.rule.id}: {outcome.condition}" for outcome in fired],
        {"First in": [format_month(outcome.fired[0]) for outcome in fired],
         "Readings": [f"{len(outcome.fired)} of {len(outcome.months)}" for outcome in fired],
         "What it calls for": [f"{outcome.rule.action}." for outcome in fired]},
        corner="Rule", stacked=True) if fired else None
    return Block(scoreboard.rules(view).message, table=table, open=True)


def _claims(view: View) -> Block | Note:
    """Published claims that do not hold, as printed and as read. They are about the base plan,
    so they are held against it in every scenario."""
    if not view.is_base:
        view = View(view.assumptions.base(), {})
    try:
        findings = SourceCheck(view.projection).findings
    except InputError as error:
        # A printed figure that was taken out of params must not cost an investor the whole page.
        return Note("What the source prints cannot be held against the plan.",
                    list(map(str, error.problems)), warn=True)
    found = [finding for finding in findings.values()
             if finding.verdict not in (AGREES, GOAL_MET)]
    table = Table(
        "Published claims that do not hold as printed",
        [finding.claim.label for finding in found],
        {"Printed": [finding.printed or "not printed" for finding in found],
         "Read as": [read_as(finding) for finding in found],
         "Verdict": [finding.verdict for finding in found]}, corner="Claim", stacked=True)
    message = shared.inside(source_check.verdicts(view).message)
    return Block(f"Held against the base plan: {message}",
                 table=table if found else None, summary="The claims that do not hold",
                 reading="The source check shows each with its proof and with what the model "
                         "gives.")
