"""Cell of the source_check notebook: claims that can be read in several ways, and the plan in each
of them."""

from __future__ import annotations

from model.analysis.solve import aftermaths
from model.audit.alternatives import plan_with
from model.audit.source_check import SourceCheck
from model.audit.verdicts import UNRESOLVED
from model.companies.claims import Claim, Reading
from model.counts import count
from model.engine.projection import Projection
from model.pages import consequences, frame
from model.pages.claim_words import quantity
from model.pages.view import View, open_view
from model.params import catalog
from model.views.blocks import Block, Note, Table
from model.views.formats import say

Row = tuple[Claim, Reading, Projection]


def unresolved_claims(view: View) -> Block | Note:
    """Claims whose verdict is a judgment, with every reading and what the plan is in it."""
    check = SourceCheck(view.projection)
    unresolved = [finding for finding in check.findings.values() if finding.verdict == UNRESOLVED]
    if not unresolved:
        return Note("No published claim is unresolved.")
    rows = [(finding.claim, reading, _plan(view, finding.claim, reading))
            for finding in unresolved for reading in finding.claim.readings
            if reading.scenario in catalog.scenarios(view.company)]
    names = frame.listed([frame.inside(finding.claim.label) for finding in unresolved])
    return Block(
        f"{count(len(unresolved), 'claim')} {'is' if len(unresolved) == 1 else 'are'} unresolved, "
        f"and which reading is taken is a judgment: {names}.{_ruins(rows)}",
        table=[
            Table("Why they are unresolved", [finding.claim.label for finding in unresolved],
                  {"Printed": [finding.printed for finding in unresolved],
                   "Judgment": [finding.claim.judgment for finding in unresolved]},
                  corner="Claim", stacked=True),
            Table("What each reading leads to",
                  [_named(claim, reading) for claim, reading, _ in rows],
                  {"Outcome": [_outcome(view, reading) for _, reading, _ in rows],
                   "Of what": [reading.words for _, reading, _ in rows],
                   "Plan": [_words(reading, plan) for _, reading, plan in rows],
                   "What becomes of it": [consequences.plan_with(plan, aftermaths(plan)[0])
                                          for *_, plan in rows]},
                  corner="Reading", stacked=True)], open=True)


def _named(claim: Claim, reading: Reading) -> str:
    return f"{claim.label}: {frame.inside(reading.label)}"


def _ruins(rows: list[Row]) -> str:
    """The readings in which the plan runs out of money or never breaks even."""
    ruinous = [frame.inside(_named(claim, reading)) for claim, reading, plan in rows
              if aftermaths(plan)[0].ruins]
    return (f" The plan runs out of cash or never breaks even with {'; '.join(ruinous)}."
            if ruinous else "")


def _of(view: View, reading: Reading) -> Projection:
    """The scenario in which a reading is worked out."""
    return (view.base if reading.scenario == "base"
            else open_view(view.company, reading.scenario).projection)


def _plan(view: View, claim: Claim, reading: Reading) -> Projection:
    return plan_with(SourceCheck(_of(view, reading)), claim, reading)


def _outcome(view: View, reading: Reading) -> str:
    number = SourceCheck(_of(view, reading)).value(reading.value)
    return quantity(number, reading.unit) if reading.unit != "USD" else say(number, "USD")


def _words(reading: Reading, plan: Projection) -> str:
    """The scenario of a reading, and what it has otherwise."""
    other = [*([reading.implies] if reading.implies else []), *reading.sets]
    title = plan.assumptions.scenario_title
    return f"{title}, with {frame.listed([each.words for each in other])}" if other else title
