"""Cells of the investor report on what must be true, and on what speaks against the plan."""

from __future__ import annotations

from dataclasses import replace

from model.analysis.register import SCENARIO, Row, register
from model.analysis.unit_economics import Economics, economics, sides
from model.audit.source_check import SourceCheck
from model.audit.verdicts import HOLDS
from model.companies.claims import claims
from model.companies.glossary import Side
from model.counts import alert_count
from model.pages import breakeven, frame, scoreboard, sensitivity, source_check, unit_economics
from model.pages.claim_words import read_as
from model.pages.investor_report import units
from model.pages.scoreboard.period import outcomes
from model.pages.sensitivity import alternatives, ruin
from model.pages.swings import swings
from model.pages.unit_economics import customer_value, full_cost
from model.pages.view import View
from model.params.values import CONFIDENCE, EVIDENCE
from model.problems import InputError
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import format_month, say, sentence_case

# A ratio this many times the upper end of its benchmark, or this high where it has none, is more
# likely to be assumed than earned.
_BEYOND, _HIGH = 3, 10
_OURS = ("estimate", "calibrated")
# With what an alert begins that says that a rule fires, or that a range leaves a figure out.
OF_A_RULE, OF_A_CLAIM = "A5 ", "A15 "


def first(view: View) -> Note:
    """What an investor must not miss: how likely the plan is by its own ranges, what earns too
    little for what it costs to win, and what looks too good."""
    loaded = full_cost.left_out(view)
    without = [f"The plain LTV:CAC leaves costs out. {loaded} {full_cost.margin(view)}".strip()]
    return Note("To know first:", [*sensitivity.plan_odds(view), *_below(view), *_too_good(view),
                                   *(without if loaded else ()), *alternatives.first(view)])


def _below(view: View) -> list[str]:
    """Segments and sides whose customers bring too little for what they cost."""
    if not view.buys:
        return []
    table, goal = unit_economics.segments(view).table, view.ltv_goal
    below = customer_value.short_of(
        {frame.inside(label) if label.startswith("All ") else label: value
         for label, value in zip(table.labels, table.columns["LTV:CAC"], strict=True)}, goal)
    year = view.first_year
    sentences = [f"LTV:CAC in {year} is below the goal of {goal:g}:1 for "
                 f"{frame.listed(below)}."] if below else []
    if both := units.below(view):
        sentences.append(f"{units.counted(view)} LTV:CAC in {year} is "
                         f"below {goal:g}:1 for {frame.listed(both)}.")
    if hours := units.below_by_hours(view):
        sentences.append(full_cost.hours_charged(view, hours, f", below {goal:g}:1,"))
    return sentences


def _too_good(view: View) -> list[str]:
    """Sides whose LTV:CAC is far beyond what is known of other companies, and what it rests on."""
    goal = view.profile.kpis.get("ltv_to_cac")
    benchmark = goal and goal.benchmark
    bounds = [band.bound for band in benchmark.bands if band.bound is not None] if benchmark else []
    top = max(bounds, default=None)
    bound = _BEYOND * top if bounds else _HIGH
    return [_grounds(view, side, unit, top) for side in sides(view.company)
            if side.marketing
            and (unit := economics(view.projection, side)).ltv_to_cac[0, view.first] > bound]


def _grounds(view: View, side: Side, unit: Economics, top: float | None) -> str:
    ratio = unit.ltv_to_cac[0, view.first]
    than = (f"{ratio / top:.1f} times the {top:g}:1 at which the benchmark's uppermost band begins"
            if top else f"more than {_HIGH}:1")
    rows = {row.path: row for row in register(view.assumptions)}
    churn = [rows[f"{side.section}.{segment}.churn"] for segment in side.segments]
    return (f"LTV:CAC of {ratio:.2f} for all {side.name} in {view.first_year} is {than}: it looks "
            "too good. It rests on each bringing "
            f"{say(unit.contribution_per_month[0, view.first], 'USD')} a month for "
            f"{unit.customer_months[0, view.first]:.1f} billed months and costing "
            f"{say(unit.cac[0, view.first], 'USD')} to win. {_evidence(churn)}")


def _evidence(churn: list[Row]) -> str:
    """How well the rates are known at which customers leave."""
    ours, low = _ours_and_low(churn)
    if ours == low == len(churn):
        return (f"{f'All {ours} churn rates' if ours > 1 else 'The churn rate'} behind how long "
                f"they stay {'are estimates' if ours > 1 else 'is an estimate'} or calibrated, "
                "with low confidence in the source.")
    return (f"Of the {len(churn)} churn rates behind how long they stay, {ours} "
            f"{'is an estimate' if ours == 1 else 'are estimates'} or calibrated, and confidence "
            f"in the source is low for {low}.")


def _ours_and_low(rows: list[Row]) -> tuple[int, int]:
    """How many entries are chosen here, and for how many confidence in the source is low."""
    return sum(row.kind in _OURS for row in rows), sum(row.confidence == "low" for row in rows)


def must_be_true(view: View) -> Several:
    """The assumptions that decide and how sure they are, what they would have to be, and what
    becomes of cash where all move at random."""
    return Several([_decide(view, sensitivity.tornado(view)), breakeven.solve(view),
                    sensitivity.fan(view), *alternatives.improving(view)])


def _decide(view: View, tornado: Block) -> Block:
    """The tornado with the evidence behind each of its rows."""
    every = {row.path: row for row in register(view.assumptions)}
    _, every_swing = swings(view)
    rows = [every[swing.path] for swing in every_swing[:len(tornado.table.labels)]]
    columns = {head: values for head, values in tornado.table.columns.items() if head != CONFIDENCE}
    columns |= {"Source": [row.standing for row in rows],
                CONFIDENCE: [row.confidence for row in rows]}
    ours, low = _ours_and_low(rows)
    own = sum(row.kind == SCENARIO for row in rows)
    chosen = f"{own} {'differs' if own == 1 else 'differ'} from base, " if own else ""
    year, calendar = view.settled_year, view.projection.calendar
    printed = {int(year)} if calendar.is_calendar_year(year) else set()
    there = sum(row.kind in EVIDENCE and (not row.printed_for or bool(
        printed.intersection(row.printed_for))) for row in rows)
    message = (f"{tornado.message} Of the {len(rows)} that move it most, {ours} "
               f"{'is an estimate' if ours == 1 else 'are estimates'} or calibrated, {chosen}"
               f"{there or 'none'} {'is' if there == 1 else 'are'} published for {year} itself or "
               f"without a year, and confidence in the source is low for {low}.")
    return replace(tornado, message=message, open=True,
                   alt_message=tornado.alt_message, table=replace(tornado.table, columns=columns))


def risks(view: View) -> Several:
    """Alerts in words, what becomes of the plan at published figures that its ranges leave out,
    what would have to happen for cash to run out, the rules that fire, and the published claims
    that do not hold."""
    enough = ruin.sentence(view)
    return Several([_alerts(view), *alternatives.at_printed(view),
                    *([Note(enough)] if enough else []), _rules(view),
                    *([_claims(view)] if claims(view.company).claims else [])])


def _alerts(view: View) -> Note:
    """Alerts; those of published figures and of the rules stand in the tables that follow."""
    every = view.checks.alerts
    if not every:
        return Note("No alert speaks against this plan.")
    here = [alert for alert in every if not alert.startswith((OF_A_RULE, OF_A_CLAIM))]
    lead = f"{alert_count(every)} {'speaks' if len(every) == 1 else 'speak'} against this plan"
    if below := len(every) - len(here):
        lead += (f"; {below} on rules and published figures "
                 f"{'stands' if below == 1 else 'stand'} in the tables that follow")
    calendar = view.projection.calendar
    return Note(f"{lead}{':' if here else '.'}",
                [f"{frame.spoken(alert, calendar)}." for alert in here])


def _rules(view: View) -> Block:
    """The rules that warn at some time; what is good news is no risk."""
    warning = [outcome for outcome in outcomes(view) if not outcome.rule.favorable]
    fired = [outcome for outcome in warning if outcome.fired]
    table = Table(
        "Rules that fire", [sentence_case(each.condition) for each in fired],
        {"First in": ["–" if each.whole else format_month(each.fired[0]) for each in fired],
         "Readings": ["one figure of the plan" if each.whole else
                      f"{len(each.fired)} of {scoreboard.readings(each)}" for each in fired],
         "What it calls for": [f"{each.rule.action}." for each in fired]},
        corner="Rule", stacked=True) if fired else None
    return Block(scoreboard.rules_message(warning) + units.unread(view), table=table, open=True)


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
    left = [finding for finding in findings.values() if finding.verdict not in HOLDS]
    table = Table(
        "Published claims that are printed wrong, contradicted, missed or open",
        [finding.claim.label for finding in left],
        {"Printed": [finding.printed or "not printed" for finding in left],
         "Read as": list(map(read_as, left)), "Verdict": [finding.verdict for finding in left]},
        corner="Claim", stacked=True)
    message = frame.inside(source_check.verdicts(view).message)
    return Block(f"Held against the base plan: {message}",
                 table=table if left else None,
                 summary="The claims that are printed wrong, contradicted, missed or open",
                 reading="The source check has the proof of each.")
