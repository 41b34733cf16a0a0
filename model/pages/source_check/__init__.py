"""Cells of the source_check notebook: what is published, held against itself and the plan."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from model.analysis.kpis import met
from model.analysis.solve import aftermath
from model.analysis.unit_economics import sides
from model.audit.carriers import Carried, Carrier, carried
from model.audit.grounds import GROUNDS, ground
from model.audit.source_check import CALIBRATED, LtvToCac, SourceCheck
from model.audit.verdicts import (
    AGREES,
    CONTRADICTS,
    FITTED,
    GOAL_MET,
    GOAL_MISSED,
    NOT_REPRODUCIBLE,
    UNRESOLVED,
    VERDICTS,
    WRONG,
    Finding,
)
from model.companies.claims import KINDS
from model.companies.glossary import glossary
from model.counts import count
from model.pages import breakeven, consequences, frame
from model.pages.claim_words import (
    agreement,
    as_read,
    elsewhere,
    full,
    leaning,
    model_gives,
    proof,
    quantity,
    read_as,
    worked_out,
)
from model.pages.source_check import readings
from model.pages.view import View, cell
from model.pages.what_if import Choice, choose
from model.views import charts
from model.views.blocks import Block, Header, Note, Table
from model.views.formats import format_value, say, sentence_case, unit_label

# The verdicts that the first sentence counts; the table has all of them.
_COUNTED = (FITTED, GOAL_MET, GOAL_MISSED, WRONG, CONTRADICTS, NOT_REPRODUCIBLE, UNRESOLVED)
_CORNER = "Claim"

checks, limits, words = frame.checks, frame.limits, frame.words
unresolved_claims = readings.unresolved_claims


def header(view: View) -> Header:
    return frame.header(view, "Source check")


@cell
def _check(view: View) -> SourceCheck:
    """The claims beside the view's projection."""
    return SourceCheck(view.projection)


def verdicts(view: View) -> Block:
    """How many claims have which verdict."""
    check = _check(view)
    found = check.findings.values()
    counts = Counter(finding.verdict for finding in found)
    grounds = Counter((finding.verdict, ground(check, finding)) for finding in found)
    numbers = [f"{counts[name]} “{name}”" for name in _COUNTED if counts[name]]
    message = (f"Of {count(len(found), 'claim')}, {agreement(check)}. Among the verdicts are "
               f"{frame.listed(numbers)}.")
    figure = charts.shares([name.capitalize() for name in VERDICTS],
                           [counts[name] for name in VERDICTS], unit="claims",
                           subtitle=frame.subject(view, "published claims by verdict · number"))
    kinds = Counter((finding.verdict, finding.claim.kind) for finding in found)
    labels = [*(name.capitalize() for name in VERDICTS), "All claims"]
    columns = {title: [*(kinds[name, kind] for name in VERDICTS),
                       sum(finding.claim.kind == kind for finding in found)]
               for kind, title in KINDS.items() if any(f.claim.kind == kind for f in found)}
    columns["All"] = [*(counts[name] for name in VERDICTS), len(found)]
    return Block(
        message, figure, "stacked bar", "published claims by verdict",
        f"The claims are those of {check.claims.source}. {elsewhere(check)}Two figures are equal "
        "within half a unit of the last printed digit; the model's may also lie within "
        f"{100 * CALIBRATED:g}% of what is published, as it is partly calibrated to it. "
        f"{leaning(check)}".rstrip(),
        [Table("Claims by verdict and kind", labels, columns, totals=("All claims",),
               corner="Verdict"),
         Table("What the verdicts mean", labels[:-1], {"Meaning": list(VERDICTS.values())},
               corner="Verdict"),
         Table("What agreement, and what is read otherwise, rests on",
               [sentence_case(name) for name in GROUNDS],
               {verdict.capitalize(): [grounds[verdict, name] for name in GROUNDS]
                for verdict in (AGREES, WRONG)}
               | {"Identities": [_identities(check, name) for name in GROUNDS],
                  "Meaning": list(GROUNDS.values())},
               corner="What it rests on")], open=True)


def _identities(check: SourceCheck, rests: str) -> int:
    """How many different identities prove the claims that rest on something."""
    return len({check.identity(finding.claim) for finding in check.findings.values()
                if ground(check, finding) == rests} - {frozenset()})


def ltv_to_cac_readings(view: View) -> Block:
    """LTV:CAC in every way that the page allows, and the model's."""
    ways, goal = _check(view).ratios, _goal(view)
    figure = charts.bars(
        [way.label for way in ways], [_known(way.ratio) for way in ways], unit="ratio",
        line=(goal, f"{goal:g}:1"),
        reasons={way.label: "nobody won" for way in ways if math.isnan(way.ratio)},
        subtitle=frame.subject(view, "LTV:CAC as printed, as read and in the model"))
    return Block(
        _ladder_message(ways, goal), figure, "bar chart", "LTV:CAC in every reading",
        "Each bar is a lifetime value over a cost; the table says which. Bars beyond the line "
        f"earn at least {goal:g} times the cost.",
        Table("LTV:CAC in every reading", [way.label for way in ways], {
            "LTV, USD": [full(way.ltv, "USD") for way in ways],
            "CAC, USD": [full(way.cac, "USD") for way in ways],
            "LTV:CAC": [full(way.ratio, "ratio") for way in ways],
            "What it counts": [way.words for way in ways]}, corner="Reading", stacked=True),
        open=True)


def _ladder_message(ways: Sequence[LtvToCac], goal: float) -> str:
    model = [way for way in ways if way.of_model and not math.isnan(way.ratio)]
    mine = (f"the model gives {frame.listed([_way(way) for way in model])}" if model else
            "the model gives none, because no customer is won or billed in the first year")
    read = [way for way in ways if not (way.of_model or way.goal or way.forced)]
    if not read:
        forced = "".join(f" The {frame.inside(way.label)} force at least "
                         f"{format_value(way.ratio, 'ratio')}, if they hold;"
                         for way in ways if way.forced)
        return f"No page prints what a customer brings.{forced or ' Here'} {mine}."
    reached = [way for way in read if met(way.ratio, goal, "at_least")]
    least = min(read, key=lambda way: way.ratio)
    return (f"{len(reached)} of {count(len(read), 'reading')} of the published figures "
            f"{'reaches' if len(reached) == 1 else 'reach'} an LTV:CAC of {goal:g}; the "
            f"lowest is {format_value(least.ratio, 'ratio')} "
            f"({frame.inside(least.label)}); {mine}.")


def _way(way) -> str:
    who = way.label.partition(", ")[2]
    return f"{format_value(way.ratio, 'ratio')} ({who})"


def claim_table(view: View) -> Block:
    """Every claim: as printed, as read, why, what the model gives, and the verdict."""
    found = list(_check(view).findings.values())
    damaged = sum(finding.damaged for finding in found)
    printed = sum(bool(finding.printed) for finding in found)
    return Block(
        f"{damaged} of {count(printed, 'printed claim')} "
        f"{'is' if damaged == 1 else 'are'} read otherwise than printed; "
        "nothing is corrected silently.",
        table=[_table(view, title, [f for f in found if f.claim.kind == kind])
               for kind, title in KINDS.items() if any(f.claim.kind == kind for f in found)],
        reading="KPI 1 and so on are the article's own numbers of its sections.", open=True)


def _table(view: View, caption: str, found: Sequence[Finding]) -> Table:
    check = _check(view)
    return Table(caption, [finding.claim.label for finding in found], {
        "Printed": [_printed(finding) for finding in found],
        "Read as": [read_as(finding) for finding in found],
        "Proof": [proof(check, finding) for finding in found],
        f"Model, {_scenario(view)}": [model_gives(finding) for finding in found],
        "Verdict": [_verdict(check, finding) for finding in found]}, corner=_CORNER, stacked=True)


def _verdict(check: SourceCheck, finding: Finding) -> str:
    """The verdict, and what it rests on."""
    rests = (f"the identity of {frame.inside(finding.repeats.label)}" if finding.repeats else
             ground(check, finding))
    return f"{finding.verdict}: {rests}" if rests else finding.verdict


def _printed(finding: Finding) -> str:
    """The figure as printed, and where."""
    claim = finding.claim
    where = f"page on {claim.page}, {claim.where}" if claim.page else claim.where
    return f"{finding.printed or 'not printed'} · {where}"


def _scenario(view: View) -> str:
    return frame.inside(view.assumptions.scenario_title) if view.is_base else "as changed here"


def lost_decimals(view: View) -> Block:
    """Arguments that start from a figure which lost its decimal, and what becomes of them."""
    check = _check(view)
    found = [finding for finding in check.findings.values() if finding.claim.argued]
    turned = [f"{finding.printed} becomes {quantity(finding.read, finding.claim.unit)}"
              for finding in found if finding.damaged]
    message = (f"Worked out again from the figures as read, {frame.listed(turned)}." if turned else
               "No argument of the page is overturned by a lost decimal; what stands below leans "
               "on a figure that may have lost one.")
    return Block(message, table=Table(
        "Arguments from a lost decimal", [finding.claim.label for finding in found], {
            "Printed": [finding.printed for finding in found],
            "How the page comes by it": [
                worked_out(check, check.result(finding.claim.argued, finding.claim)) + "."
                for finding in found],
            "What becomes of it": [_becomes(check, finding) for finding in found]},
        corner=_CORNER, stacked=True), open=True)


def _becomes(check: SourceCheck, finding: Finding) -> str:
    claim = finding.claim
    again = (as_read(check, finding) if claim.read else
             f"As printed: {quantity(finding.read, claim.unit)}")
    beside = [worked_out(check, check.result(part, claim)) for part in claim.beside]
    return ". ".join([again, *beside]) + "."


@cell
def ratio_carriers(view: View) -> Block:
    """Which assumption carries LTV:CAC of the company's chief segment."""
    check = _check(view)
    found, entries = carried(check), view.assumptions.entries
    rows, needs = found.carriers, check.claims.needs
    units = [entries[row.path].shown_unit for row in rows]
    results = [check.result(row) for row in needs.rows]

    def column(value: Callable[[Carrier], float]) -> list[str]:
        return [full(value(row), unit) for row, unit in zip(rows, units, strict=True)]

    columns = {"Here": column(lambda row: row.now)}
    if any(row.words for row in rows):
        columns["At the page's word"] = column(lambda row: row.literal)
        columns["Which is"] = [row.words or "not printed" for row in rows]
        columns["LTV:CAC then"] = [_ratio(row.literal_ratio) for row in rows]
    columns["Worst plausible"] = column(lambda row: row.worst)
    columns["LTV:CAC there"] = [_ratio(row.worst_ratio) for row in rows]
    columns[f"For {found.goal:g}:1"] = [_needed(row, unit)
                                        for row, unit in zip(rows, units, strict=True)]
    then = aftermath(check.projection.assumptions, [row.needed for row in rows])
    columns["The plan with that"] = [
        consequences.plan_with(check.projection, after) for after in then]
    return Block(
        _carries_message(view, found), table=[
            Table(f"LTV:CAC of {_segment(found)} in {found.year}, one assumption moved at a time",
                  [_named(entries[row.path].label, unit)
                   for row, unit in zip(rows, units, strict=True)], columns,
                  corner="Assumption", stacked=True),
            Table(needs.caption, [result.found.label for result in results],
                  {"Worked out": [worked_out(check, result).partition(": ")[2]
                                  for result in results]}, corner="What", stacked=True)],
        reading=check.claims.carriers.why, open=True)


def _segment(found: Carried) -> str:
    return glossary().segment(found.segment)


def _ratio(value: float) -> str:
    return format_value(value, "ratio")


def _needed(row: Carrier, unit: str) -> str:
    if row.needed.factor is None:
        return "any value" if row.needed.met else "no value"
    return breakeven.just_meets(row.needed, unit)


def _named(label: str, unit: str) -> str:
    """A label with its unit; a percentage says itself that it is one."""
    return label if unit.startswith("fraction") else f"{label} ({unit_label(unit)})"


def _carries_message(view: View, found: Carried) -> str:
    if found.chief is None or math.isnan(found.ratio):
        return (f"No {_segment(found)} are won or billed in {found.year}, so there is no LTV:CAC "
                "to take apart.")
    label = frame.inside(view.label(found.chief.path))
    start = f"LTV:CAC of {_segment(found)} is {_ratio(found.ratio)} in {found.year}"
    if math.isnan(found.chief.literal_ratio):
        return f"{start}. {_worst(found, label, view)}"
    rows = [row for row in found.carriers
            if row.words and _ratio(row.literal_ratio) != _ratio(found.ratio)]
    if all(row.literal_ratio >= found.ratio for row in rows):
        return f"{start}, and nothing that the page says would lower it."
    cases = [f"{_ratio(row.literal_ratio)} with {row.words}"
             for row in sorted(rows, key=lambda row: row.literal_ratio)]
    every = [f"{_ratio(found.together)} with all of these at once"] if len(cases) > 1 else []
    return (f"{start}. At the page's word, as the table takes it, it would be "
            f"{'; '.join([*cases, *every])}.")


def _worst(found: Carried, label: str, view: View) -> str:
    chief = found.chief
    unit = view.assumptions.entries[chief.path].shown_unit
    holds = all(met(row.worst_ratio, found.goal, "at_least") for row in found.carriers)
    others = ("no assumption alone, at its worst plausible end, brings it below "
              if holds else "at their worst plausible ends, not all assumptions alone keep it at ")
    return (f"What carries most of it is {label}: at the worst plausible end, "
            f"{say(chief.worst, unit)}, it is {_ratio(chief.worst_ratio)}; {others}"
            f"{found.goal:g}.")


def claim_scope(view: View) -> Note:
    """What the list of claims leaves out."""
    return Note("What is not in the list", (
        "The numbers of the sections, and what the publisher sells around its articles: prices, "
        "pages, years of its own template.",
        "Claims without a figure, except where the model takes names from them.",
        "The publisher's other pages, also where the plan takes a figure from them; the register "
        "of assumptions names those.",
        "CAC and LTV:CAC by channel, which the article asks to be watched: the plan buys customers "
        f"with one budget{' a side' if len(sides(view.company)) > 1 else ''} and knows no "
        "channels.",
        "Verdicts do not say whether a benchmark is true, only whether what is printed and what "
        "the model gives hold together."))


def _goal(view: View) -> float:
    return view.profile.kpis["ltv_to_cac"].target_in(view.projection.years[0])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def controls(view: View) -> object:
    """Choose a verdict; the claims that have it follow."""
    names = {name.capitalize(): name for name in VERDICTS}
    return choose(Choice("Verdict", names), lambda name: _chosen(view, name), CONTRADICTS)


def _chosen(view: View, verdict: str) -> Block:
    found = [f for f in _check(view).findings.values() if f.verdict == verdict]
    return Block(f"{sentence_case(verdict)}: {count(len(found), 'claim')}.", open=True,
                 table=_table(view, verdict.capitalize(), found) if found else None)
