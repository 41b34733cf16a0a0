"""Cells of the investor report: the plan as a memo, from the outcome to what speaks against it.

It selects and orders what other pages work out. What a scenario is compared with stands light
behind its columns.
"""

from __future__ import annotations

from dataclasses import replace

from model.analysis.breakeven import breakeven as breakeven_of
from model.companies.claims import claims
from model.counts import alert_count, count
from model.pages import assumptions, breakeven, frame, live, sensitivity, statements
from model.pages.breakeven import funding
from model.pages.investor_report import objections, outlook, units
from model.pages.scoreboard.actuals import last_month, remark
from model.pages.view import View, cell
from model.pages.what_if import Steering
from model.params.values import CONFIDENCE, CONFIDENCE_MEANS
from model.views import charts
from model.views.blocks import Block, Header, Note, Several, Table
from model.views.formats import format_month, say, sentence_case

growth, cash, scenarios = outlook.growth, outlook.cash, outlook.scenarios
segments, must_be_true, risks = units.segments, objections.must_be_true, objections.risks
checks, words = statements.checks, frame.words


def header(view: View) -> Several:
    """The head of the memo, and what speaks against it before anything else."""
    chances = replace(sensitivity.plan_chances(view), open=False)
    return Several([head(view), objections.first(view), chances])


def head(view: View) -> Header:
    """Outcome and four figures; alerts stand among the risks and are only counted here."""
    plain = frame.header(view, "Investor report")
    alerts = [f"{alert_count(plain.alerts)}, among the risks below"] if plain.alerts else []
    return replace(plain, alerts=(), facts=[*plain.facts, *alerts], about=view.assumptions.about,
                   memo=True)


def evidence(view: View) -> Block:
    """How much of what goes in is published, and how much is chosen here."""
    kinds = assumptions.sources(view)
    return replace(
        kinds, alt_message=kinds.message,
        message=f"{kinds.message} {sentence_case(_observed(view))}.{_calibrated(view)}",
        reading=f"{assumptions.printed(view)}Counted by entry, whatever its weight.")


def _observed(view: View) -> str:
    """Whether anything has been observed that the plan could be held against."""
    close = last_month(view)
    if close is None:
        return "there are no figures of what has happened"
    doubt = remark(view).strip().rstrip(".")
    return (f"figures that are given as what has happened reach to {format_month(close)}"
            f"{f' ({doubt})' if doubt else ''}")


def _calibrated(view: View) -> str:
    """How many printed figures base meets because it was made to."""
    goals, base = view.profile.published, breakeven_of(view.base)
    if not goals:
        return ""
    figures = sum(bool(claim.printed and (claim.calibrated or claim.fitted))
                  for claim in claims(view.company).claims.values())
    chosen = bool(goals.met_by) and base.first == goals.breakeven
    also = ", and the month of its first break-even" if chosen else ""
    return (f" In base, assumptions were set so that it meets {count(figures, 'printed figure')}"
            f"{also}, which the source check names: that it does is no test of it.")


def funding_ask(view: View) -> Block:
    """What an empty account would need and what it pays for, beside what the plan has."""
    needed, odds = funding.funding_need(view), sensitivity.runs_out(view)
    if isinstance(needed, Note):
        has = funding.sources(view)
        return replace(has, message=f"{needed.sentence} {has.message} {odds}", open=False)
    spent, quarters = funding.by_quarter(view)
    # The last row is the sum of those above it.
    *uses, (total, amount) = zip(needed.table.labels, needed.table.columns["Amount"], strict=True)
    uses = dict(uses)
    figure = charts.sources_and_uses(
        {total: amount}, uses, unit="USD",
        subtitle=frame.subject(view, "what an empty account would raise, and its use · USD"))
    most = max(uses, key=uses.get)
    return Block(
        f"{needed.message} {spent} {odds}", figure, "bars of sources and uses",
        "what an empty account would raise, and its use",
        f"{needed.reading}{_bringing(uses)} By quarter, what comes in is above zero and what goes "
        "out below; the rows between start and end add up to the change of cash.",
        [needed.table, quarters],
        alt_message=f"{say(amount, 'USD')} would be raised and the largest use is "
                    f"{frame.inside(most)}, {say(uses[most], 'USD')}")


def _bringing(uses: dict[str, float]) -> str:
    """What the chart does with uses below zero, where there are any."""
    names = [name for name, value in uses.items() if value < 0]
    if not names:
        return ""
    verbs = ("brings", "stands") if len(names) == 1 else ("bring", "stand")
    return (f" In the chart {frame.listed(list(map(frame.inside, names)))} {verbs[0]} money and "
            f"{verbs[1]} with the sources.")


def breakeven_months(view: View) -> Block:
    return replace(breakeven.breakeven_months(view), open=False)


def what_if(view: View) -> Several:
    """The scenarios beside the plan, and levers for a reader's own."""
    return Several([scenarios(view), live.what_if(view, chances=True)])


def register(view: View) -> Block:
    """Every assumption in one table, folded; the sections of the file are its groups."""
    # The path under which an entry is changed matters to who edits, not to who reads.
    sections = assumptions.full_register(view)
    labels = [list(table.labels) for table in sections.table]
    columns = {head: [value for table in sections.table for value in table.columns[head]]
               for head in ("Value", "Source", CONFIDENCE)}
    low = columns[CONFIDENCE].count("low")
    return replace(
        sections, table=Table("Assumption register", [label for part in labels for label in part],
                           columns, groups=tuple(part[0] for part in labels[1:]),
                           corner="Assumption", stacked=True),
        message=f"All {len(columns['Value'])} assumptions with unit and source; confidence in the "
                f"source is low for {low} of them.",
        reading=f"Values by year are separated by a stroke. {CONFIDENCE_MEANS}")


@cell
def _steered(view: View) -> Block:
    return cash(view)


def controls(view: View) -> object:
    """Sliders on the levers; cash and runway follow."""
    return Steering(view, _steered).show()
