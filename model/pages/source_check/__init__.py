"""Cells of the source_check notebook: what is published, held against itself and the plan."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from model.analysis.kpis import met
from model.analysis.solve import aftermath, aftermaths
from model.analysis.unit_economics import sides
from model.audit import verdicts as judged
from model.audit.alternatives import plan_with
from model.audit.carriers import Carried, Carrier, carried
from model.audit.grounds import GROUNDS, ground
from model.audit.source_check import CALIBRATED, LtvToCac, SourceCheck
from model.audit.verdicts import AGREES, CONTRADICTS, NOT_COMPARED, VERDICTS, WRONG, Finding
from model.companies.claims import KINDS, Reading
from model.counts import count
from model.engine.projection import Projection
from model.pages import breakeven, consequences, frame
from model.pages import claim_words as wording
from model.pages.claim_words import full, quantity, worked_out
from model.pages.source_check import head, left_open
from model.pages.unit_economics.customer_value import ratio_bars
from model.pages.view import View, cell, open_view
from model.pages.what_if import Choice, choose
from model.params import catalog
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say, sentence_case, unit_label

# The verdicts that the first sentence counts; the table has all of them.
_COUNTED = (judged.FITTED, judged.GOAL_MET, judged.GOAL_MISSED, WRONG, CONTRADICTS,
            judged.NOT_REPRODUCIBLE, judged.UNRESOLVED)
_CORNER = "Claim"

checks, limits, words = frame.checks, frame.limits, frame.words


header = partial(frame.header, page="Source check", answer=head.answer)


@cell
def _check(view: View) -> SourceCheck:
    """The claims beside the view's projection."""
    return SourceCheck(view.projection)


def verdicts(view: View) -> Block:
    """How many claims have which verdict."""
    check = _check(view)
    found = list(check.findings.values())
    counts = Counter(finding.verdict for finding in found)
    grounds = Counter((finding.verdict, ground(check, finding)) for finding in found)
    # Different identities that prove the claims which rest on something.
    identities = {name: {check.identity(finding.claim) for finding in found
                         if ground(check, finding) == name} for name in GROUNDS}
    numbers = [f"{counts[name]} “{name}”" for name in _COUNTED if counts[name]]
    message = (f"Of {count(len(found), 'claim')}, {wording.agreement(check)}. Among the verdicts "
               f"are {frame.listed(numbers)}.")
    # In calendar years all can be compared.
    shown = [name for name in VERDICTS if name != NOT_COMPARED or counts[name]]
    labels = [*(name.capitalize() for name in shown), "All claims"]
    columns = {}
    for title, part in {**_by_kind(found), "All": found}.items():
        number = Counter(finding.verdict for finding in part)
        columns[title] = [*(number[name] for name in shown), len(part)]
    figure = charts.shares(labels[:-1], columns["All"][:-1], unit="claims",
                           subtitle=frame.subject(view, "published claims by verdict · number"))
    return Block(
        message, figure, "stacked bar", "published claims by verdict",
        f"The claims are those of {check.claims.source}. {wording.elsewhere(check)}Two figures "
        "are equal within half a unit of the last printed digit; the model's may also lie within "
        f"{100 * CALIBRATED:g}% of what is published, as it is partly calibrated to it. "
        f"{wording.leaning(check)}{_years(check, counts[NOT_COMPARED])}".rstrip(),
        [Table("Claims by verdict and kind", labels, columns, totals=("All claims",),
               corner="Verdict"),
         Table("What the verdicts mean", labels[:-1],
               {"Meaning": [VERDICTS[name] for name in shown]}, corner="Verdict"),
         Table("What agreement, and what is read otherwise, rests on",
               [sentence_case(name) for name in GROUNDS],
               {verdict.capitalize(): [grounds[verdict, name] for name in GROUNDS]
                for verdict in (AGREES, WRONG)}
               | {"Identities": [len(identities[name] - {frozenset()}) for name in GROUNDS],
                  "Meaning": list(GROUNDS.values())},
               corner="What it rests on")], open=True)


def _years(check: SourceCheck, number: int) -> str:
    """Why claims cannot be compared where the plan has other years than the source."""
    if not number:
        return ""
    has = "has some not whole" if check.projection.calendar.year_starts == 1 else "shows none"
    return (f" The source counts calendar years, of which the plan {has}: "
            f"{count(number, 'claim')} cannot be compared with it.")


def _by_kind(found: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The claims of each kind of which there are any, by its title."""
    kinds = {title: [finding for finding in found if finding.claim.kind == kind]
             for kind, title in KINDS.items()}
    return {title: part for title, part in kinds.items() if part}


def ltv_to_cac_readings(view: View) -> Block:
    """LTV:CAC in every way that the page allows, and the model's."""
    ways, goal = _check(view).ratios, view.ltv_goal
    figure = ratio_bars(view, {way.label: way.ratio for way in ways},
                        "LTV:CAC as printed, as read and in the model", "nobody won")
    return Block(
        _ladder_message(view, ways, goal, _check(view).in_calendar_years), figure, "bar chart",
        "LTV:CAC in every reading",
        "Each bar is a lifetime value over a cost; the table says which. Bars beyond the line "
        f"earn at least {goal:g} times the cost.",
        Table("LTV:CAC in every reading", [way.label for way in ways], {
            "LTV, USD": [full(way.ltv, "USD") for way in ways],
            "CAC, USD": [full(way.cac, "USD") for way in ways],
            "LTV:CAC": [full(way.ratio, "ratio") for way in ways],
            "What it counts": [way.words for way in ways]}, corner="Reading", stacked=True),
        open=True)


def _ladder_message(view: View, ways: Sequence[LtvToCac], goal: float,
                    calendar_years: bool) -> str:
    model = [way for way in ways if way.of_model and not math.isnan(way.ratio)]
    given = [f"{_ratio(way.ratio)} ({way.label.partition(', ')[2]})" for way in model]
    mine = (f"the model gives {frame.listed(given)}" if model else
            f"the model gives none, because no {view.glossary.person} is won or billed in the "
            "first year"
            if calendar_years else
            "the model gives none, because the first year is no whole calendar year")
    read = [way for way in ways if not (way.of_model or way.goal or way.forced)]
    if not read:
        forced = "".join(f" The {frame.inside(way.label)} force at least "
                         f"{format_value(way.ratio, 'ratio')}, if they hold;"
                         for way in ways if way.forced)
        return f"No page prints what a {view.glossary.person} brings.{forced or ' Here'} {mine}."
    reached = [way for way in read if met(way.ratio, goal, "at_least")]
    least = min(read, key=lambda way: way.ratio)
    return (f"{len(reached)} of {count(len(read), 'reading')} of the published figures "
            f"{'reaches' if len(reached) == 1 else 'reach'} an LTV:CAC of {goal:g}; the "
            f"lowest is {format_value(least.ratio, 'ratio')} "
            f"({frame.inside(least.label)}); {mine}.")


def claim_table(view: View) -> Block:
    """Every claim: as printed, as read, why, what the model gives, and the verdict."""
    found = list(_check(view).findings.values())
    damaged = sum(finding.damaged for finding in found)
    printed = sum(bool(finding.printed) for finding in found)
    return Block(
        f"{damaged} of {count(printed, 'printed claim')} "
        f"{'is' if damaged == 1 else 'are'} read otherwise than printed; "
        "nothing is corrected silently.",
        table=[_table(view, title, part) for title, part in _by_kind(found).items()],
        reading="KPI 1 and so on are the article's own numbers of its sections.", open=True)


def _table(view: View, caption: str, found: Sequence[Finding]) -> Table:
    check = _check(view)
    plan = frame.inside(view.assumptions.scenario_title) if view.is_base else "as changed here"
    return Table(caption, [finding.claim.label for finding in found], {
        "Printed": [f"{finding.printed or 'not printed'} · "
                    + (f"page on {finding.claim.page}, " if finding.claim.page else "")
                    + finding.claim.where for finding in found],
        "Read as": list(map(wording.read_as, found)),
        "Proof": [wording.proof(check, finding) for finding in found],
        f"Model, {plan}": list(map(wording.model_gives, found)),
        "Verdict": [_verdict(check, finding) for finding in found]}, corner=_CORNER, stacked=True)


def _verdict(check: SourceCheck, finding: Finding) -> str:
    """The verdict, and what it rests on."""
    rests = (f"the identity of {frame.inside(finding.repeats.label)}" if finding.repeats else
             ground(check, finding))
    return f"{finding.verdict}: {rests}" if rests else finding.verdict


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
    again = (wording.as_read(check, finding) if claim.read else
             f"As printed: {quantity(finding.read, claim.unit)}")
    beside = [worked_out(check, check.result(part, claim)) for part in claim.beside]
    return ". ".join([again, *beside]) + "."


@cell
def ratio_carriers(view: View) -> Block:
    """Which assumption carries LTV:CAC of the company's chief segment."""
    check = _check(view)
    found, needs = carried(check), check.claims.needs
    rows, results = found.carriers, list(map(check.result, needs.rows))
    units = [view.entries[row.path].shown_unit for row in rows]

    def column(value: Callable[[Carrier], float]) -> list[str]:
        return [full(value(row), unit) for row, unit in zip(rows, units, strict=True)]

    columns = {"Here": column(lambda row: row.now)}
    if any(row.words for row in rows):
        columns["At the page's word"] = column(lambda row: row.literal)
        columns["Which is"] = [row.words or "not printed" for row in rows]
        columns["LTV:CAC then"] = [_ratio(row.literal_ratio) for row in rows]
    columns["Worst plausible"] = column(lambda row: row.worst)
    columns["LTV:CAC there"] = [_ratio(row.worst_ratio) for row in rows]
    columns[f"For {found.goal:g}:1"] = list(map(_needed, rows, units))
    then = aftermath(check.projection.assumptions, [row.needed for row in rows])
    columns["The plan with that"] = [
        consequences.plan_with(check.projection, after) for after in then]
    return Block(
        _carries_message(view, found), table=[
            Table(f"LTV:CAC of {view.glossary.segment(found.segment)} in {found.year}, one "
                  "assumption moved at a time",
                  [view.label(row.path) if unit.startswith("fraction") else
                   f"{view.label(row.path)} ({unit_label(unit)})"
                   for row, unit in zip(rows, units, strict=True)], columns,
                  corner="Assumption", stacked=True),
            Table(needs.caption, [result.found.label for result in results],
                  {"Worked out": [worked_out(check, result).partition(": ")[2]
                                  for result in results]}, corner="What", stacked=True)],
        reading=check.claims.carriers.why, open=True)


def _ratio(value: float) -> str:
    return format_value(value, "ratio")


def _needed(row: Carrier, unit: str) -> str:
    if row.needed.factor is None:
        return "any value" if row.needed.met else "no value"
    return breakeven.just_meets(row.needed, unit)


def _carries_message(view: View, found: Carried) -> str:
    segment = view.glossary.segment(found.segment)
    if found.chief is None or math.isnan(found.ratio):
        return (f"No {segment} are won or billed in {found.year}, so there is no LTV:CAC to take "
                "apart.")
    label = frame.inside(view.label(found.chief.path))
    start = f"LTV:CAC of {segment} is {_ratio(found.ratio)} in {found.year}"
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
    worst = say(chief.worst, view.entries[chief.path].shown_unit)
    holds = all(met(row.worst_ratio, found.goal, "at_least") for row in found.carriers)
    others = ("no assumption alone, at its worst plausible end, brings it below "
              if holds else "at their worst plausible ends, not all assumptions alone keep it at ")
    return (f"What carries most of it is {label}: at the worst plausible end, "
            f"{worst}, it is {_ratio(chief.worst_ratio)}; {others}"
            f"{found.goal:g}.")


def unresolved_claims(view: View) -> Block | Note:
    """Claims whose verdict is a judgment, with every reading and what the plan is in it."""
    unresolved = [finding for finding in _check(view).findings.values()
                  if finding.verdict == judged.UNRESOLVED]
    if not unresolved:
        return Note("No published claim is unresolved.")
    rows = []
    for finding in unresolved:
        for reading in finding.claim.readings:
            if reading.scenario in catalog.scenarios(view.company):
                check = SourceCheck(view.base if reading.scenario == "base" else
                                    open_view(view.company, reading.scenario).projection)
                rows.append((f"{finding.claim.label}: {frame.inside(reading.label)}", reading,
                             check.value(reading.value), plan_with(check, finding.claim, reading)))
    afters = [aftermaths(plan)[0] for *_, plan in rows]
    # The readings in which the plan runs out of money or never breaks even.
    ruinous = [frame.inside(row[0]) for row, after in zip(rows, afters, strict=True) if after.ruins]
    ruin = (f" The plan runs out of cash or never breaks even with {'; '.join(ruinous)}."
            if ruinous else "")
    names = frame.listed([frame.inside(finding.claim.label) for finding in unresolved])
    return Block(
        f"{count(len(unresolved), 'claim')} {'is' if len(unresolved) == 1 else 'are'} unresolved, "
        f"and which reading is taken is a judgment: {names}.{ruin}",
        table=[
            Table("Why they are unresolved", [finding.claim.label for finding in unresolved],
                  {"Printed": [finding.printed for finding in unresolved],
                   "Judgment": [finding.claim.judgment for finding in unresolved]},
                  corner="Claim", stacked=True),
            Table("What each reading leads to", [name for name, *_ in rows],
                  {"Outcome": [say(value, "USD") if reading.unit == "USD" else
                               quantity(value, reading.unit) for _, reading, value, _ in rows],
                   "Of what": [reading.words for _, reading, *_ in rows],
                   "Plan": [_plan_of(reading, plan) for _, reading, _, plan in rows],
                   "What becomes of it": [consequences.plan_with(row[-1], after)
                                          for row, after in zip(rows, afters, strict=True)]},
                  corner="Reading", stacked=True)], open=True)


def _plan_of(reading: Reading, plan: Projection) -> str:
    """The scenario of a reading, and what it has otherwise."""
    other = [*([reading.implies] if reading.implies else []), *reading.sets]
    title = plan.assumptions.scenario_title
    return f"{title}, with {frame.listed([each.words for each in other])}" if other else title


@cell
def open_figures(view: View) -> Block | Note:
    """How far plans differ that meet all that is published and that this plan meets."""
    return left_open.block(view, _check(view))


def claim_scope(view: View) -> Note:
    """What the list of claims leaves out."""
    return Note("What is not in the list", (
        "The numbers of the sections, and what the publisher sells around its articles: prices, "
        "pages, years of its own template.",
        "Claims without a figure, except where the model takes names from them.",
        "The publisher's other pages, also where the plan takes a figure from them; the register "
        "of assumptions names those.",
        "CAC and LTV:CAC by channel, which the article asks to be watched: the plan buys "
        f"{view.glossary.people} with one budget"
        f"{' a side' if len(sides(view.company)) > 1 else ''} and knows no channels.",
        "Verdicts do not say whether a benchmark is true, only whether what is printed and what "
        "the model gives hold together."))


def controls(view: View) -> object:
    """Choose a verdict; the claims that have it follow."""
    names = {name.capitalize(): name for name in VERDICTS}
    return choose(Choice("Verdict", names), lambda name: _chosen(view, name), CONTRADICTS)


def _chosen(view: View, verdict: str) -> Block:
    found = [f for f in _check(view).findings.values() if f.verdict == verdict]
    return Block(f"{sentence_case(verdict)}: {count(len(found), 'claim')}.", open=True,
                 table=_table(view, verdict.capitalize(), found) if found else None)
