"""Cells that every page has, and small pieces of wording.

The outcome of a scenario in a sentence and a few figures, and the head of every page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan

from model.analysis.breakeven import breakeven
from model.analysis.full_cost import fully_loaded
from model.analysis.kpis import kpis
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.audit.checks import check
from model.companies import company_module
from model.companies.claims import Claim, claims
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.counts import count, inside
from model.engine.projection import Projection
from model.pages.view import View
from model.views.blocks import Block, Header, Note, Table, Tile
from model.views.formats import format_month, format_value, say, sentence_case
from model.workbook import verification

# Less than this is not money that somebody is owed. [USD]
_CENT = 0.01
# What an alert holds for who knows the files: codes of alert and rule, a path in brackets, and
# months and quarters as they are typed.
_CODES = re.compile(r"A\d+ (?:R\d+ )?")
_PATH = re.compile(r" \((?:[a-z0-9_]+\.)*[a-z0-9_]*[a-z0-9]\)(?= )")
_MONTH = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])\b")
_QUARTER = re.compile(r"\b((?:19|20)\d\d)-Q([1-4])\b")
WORKBOOK = "Workbook of this company, against the model"


def subject(view: View, what: str) -> str:
    """Who and what, for a chart's second line: `Career mentorship marketplace · Base · …`."""
    return f"{view.assumptions.title} · {view.assumptions.scenario_title} · {what}"


def checks(view: View) -> Table:
    """Every check that was made and its result, and whether the workbook gives the same numbers."""
    failures = {name.partition(":")[0]: name for name in view.checks.failed}
    names = view.checks.made
    results = [failures[name].partition(": ")[2] if name in failures else "holds" for name in names]
    return Table("Checks on this projection", [*names, WORKBOOK],
                 {"Result": [*results, verification.sentence(view.assumptions)]}, corner="Check")


def limits() -> Note:
    """What a reader must not take this page for."""
    return Note("What this page is not", (
        "A forecast of what will happen: it works out what the assumptions imply, and most of "
        "them are estimates (see the assumptions page).",
        "A valuation, or advice to invest.",
        "Complete: one tax rate on profit stands for all income tax; sales tax, leases, shares "
        "given to staff and other currencies are left out."))


def checks_and_limits(view: View) -> Block:
    """Both in one cell, for a notebook that has no room for two."""
    note = limits()
    return Block("", table=checks(view), open=True,
                 reading=f"{note.sentence}: {' '.join(note.items)}")


def has_ads(view: View) -> bool:
    """Whether the company has digital ads, which stand apart from LTV and CAC."""
    return bool(company_module(view.company).ADS)


def words(view: View) -> Table:
    """The terms of these pages, for a reader who does not use them every day; none of what the
    company does not have."""
    module, projection = company_module(view.company), view.projection
    ads, custody = has_ads(view), "custodial_cash" in projection
    commissions = [inside(glossary().segment(line.partition(".")[2])) for line in module.COMMISSIONS
                   if line in projection]
    left_out = ["digital ads"] * ads + commissions
    meanings = {
        "EBITDA": "Earnings before interest, tax, depreciation and amortization: contribution less "
                  "marketing, payroll and fixed cost.",
        "Contribution": "Revenue less all costs that rise and fall with it.",
        "Break-even": "The first is the first month with EBITDA at or above zero. Earned back, as "
                      "the sources define break-even, is the month since when EBITDA of all months "
                      "so far adds up to zero or more.",
        "CAC": "Customer acquisition cost: marketing budget over new customers; "
               f"{listed([*left_out, 'sales staff'])} are not in it.",
        "LTV": "Lifetime value: what a customer contributes over its expected life"
               f"{', before digital ads' if ads else ''}.",
        "LTV:CAC": "Lifetime value over acquisition cost; the sources ask for 3 or more.",
        "Fully loaded": "LTV:CAC with all that wins a customer in the CAC "
                        f"({'digital ads and ' if ads else ''}those who sell) and those who "
                        "deliver taken out of the LTV, at their share of revenue in the year in "
                        "which the customer is won"
                        + (f"; {listed(commissions)} stay in the LTV." if commissions else "."),
        "GMV": "Gross merchandise value: what mentees pay for sessions, most of which is the "
               "mentors'." if "gmv" in projection else "",
        "Take rate": "Share of GMV that the platform keeps." if "gmv" in projection else "",
        "Runway": "Months that cash lasts at the recent net burn"
                  f"{'; what is held for mentors is not counted' if custody else ''}. The alert "
                  "and the chart of the investor report leave dated purchases of assets out.",
        "Custodial cash": "Money in the account that belongs to mentors until it is paid out."
                          if custody else "",
        "Deferred revenue": "What customers paid ahead and has not been delivered yet: owed, not "
                            "earned.",
        "Working capital": "What customers owe, less what the company owes and was paid ahead.",
        "E": "Marks an error check: where one fails, do not trust the figures.",
        "Alert": "Something that a reader would want to know; it says nothing against the figures."}
    meanings = {word: meaning for word, meaning in meanings.items() if meaning}
    return Table("Terms and abbreviations", list(meanings), {"Meaning": list(meanings.values())},
                 corner="Word")


def target_year(view: View) -> int:
    """The year whose EBITDA the source prints; the last where the plan does not have it."""
    year = view.profile.published.ebitda_year
    return year if year in view.projection.years else view.projection.years[-1]


def spoken(alert: str) -> str:
    """An alert as a reader meets it: the codes, paths and dates of files and commands in words."""
    sentence = _PATH.sub("", _CODES.sub("", alert, count=1))
    sentence = _QUARTER.sub(r"Q\2 \1", sentence)
    return sentence_case(_MONTH.sub(lambda match: format_month(match[0]), sentence))


def tax_held(view: View) -> str:
    """A sentence on the tax that cash at the end of the plan still holds; empty without any."""
    projection, last = view.projection, view.projection.years[-1]
    owed = float(projection["tax_payable"][0, -1])
    if owed < _CENT:
        return ""
    month = int(view.assumptions.series["tax.payment_month"].values[0, 0])
    return (f"Cash at the end of {last} still holds {say(owed, 'USD')} of tax of {last} that is "
            f"paid in {format_month(f'{last + 1}-{month:02d}')}: tax is charged once a year, in "
            "December, and paid in the year after.")


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# How the reading of an open claim is marked that the plan takes.
_OURS = "(the model)"


@dataclass(frozen=True)
class Headlines:
    """What the index shows of a scenario: a sentence, (label, value, unit), and the checks."""

    sentence: str
    figures: tuple[tuple[str, object, str], ...]
    checks: dict


def headlines(projection: Projection) -> Headlines:
    """Sentence and figures of one scenario."""
    outcome, checks = breakeven(projection), check(projection)
    ebitda = projection.by_year("ebitda")[0]
    first_year, last_year = projection.years[0], projection.years[-1]
    figures = [("First break-even", outcome.first, "month"),
               ("Losses earned back", outcome.earned_back, "month"),
               ("Lowest cash", outcome.trough_cash, "USD"),
               ("Month of the lowest cash", outcome.trough_month, "month")]
    figures += [(f"EBITDA {year}", float(value), "USD")
                for year, value in zip(projection.years, ebitda, strict=True)]
    figures += [(f"Revenue {last_year}", float(projection.by_year("revenue")[0, -1]), "USD")]
    ratio = kpis(projection)["ltv_to_cac"][first_year]
    figures += [(f"{ratio.goal.label} {first_year}", ratio.value, "ratio")]
    return Headlines(sentence(projection), tuple(figures), {
        "master": checks.master, "failed": list(checks.failed),
        "alerts": list(map(spoken, checks.alerts))})


def sentence(projection: Projection) -> str:
    """The headline outcome: when the plan breaks even, how deep cash falls, what it earns."""
    outcome, years = breakeven(projection), projection.years
    ebitda = projection.by_year("ebitda")[0]
    if outcome.first is None:
        when = f"EBITDA stays below zero in every month to {format_month(projection.months[-1])}"
    else:
        number = projection.months.index(outcome.first) + 1
        when = f"EBITDA first reaches zero in {format_month(outcome.first)}, month {number}"
        if outcome.relapses:
            one = outcome.relapses == 1
            when += (" (and is below zero again in "
                     f"{'one later month' if one else f'{outcome.relapses} later months'})")
        if outcome.too_late:
            when += f", after cash has run out in {format_month(outcome.out_of_cash)}"
        when += f"; {earned_back(projection)}"
    own = "unrestricted cash" if "custodial_cash" in projection else "cash"
    cash = (f"{own} is lowest in {format_month(outcome.trough_month)} at "
            f"{say(outcome.trough_cash, 'USD')}")
    if outcome.out_of_cash:
        cash += (f", below zero from {format_month(outcome.out_of_cash)}, so the plan needs more "
                 "money than it has")
    return (f"{when}; {cash}; EBITDA is {say(ebitda[0], 'USD')} in {years[0]} and "
            f"{say(ebitda[-1], 'USD')} in {years[-1]}.")


def earned_back(projection: Projection) -> str:
    """When EBITDA since the start adds up to zero or more, which the sources call break-even."""
    months = projection.months
    month = breakeven(projection).earned_back
    if month is None:
        return f"losses since the start are not earned back by {format_month(months[-1])}"
    if month == months[0]:
        return "there are no losses to earn back"
    return (f"all losses since the start are earned back in {format_month(month)}, "
            f"month {months.index(month) + 1}")


def header(view: View, page: str) -> Header:
    """The head of a page."""
    assumptions, checks = view.assumptions, view.checks
    facts = [verification.short(assumptions), _notation(view)]
    if view.changes:
        facts.append(f"with {count(len(view.changes), 'change')} of this notebook")
    return Header(
        company=assumptions.title, scenario=f"{assumptions.scenario_title} scenario",
        as_of=assumptions.as_of, headline=sentence(view.projection), checks=len(checks.made),
        failed=checks.failed, alerts=list(map(spoken, checks.alerts)), tiles=tiles(view),
        page=page, facts=facts)


def _full_cost(view: View) -> str:
    """What the ratio of the last tile is with all that wins and serves a customer counted."""
    side, segment = sides(view.company)[0], view.profile.kpis["ltv_to_cac"].segment
    value = float(fully_loaded(view.projection, side, segment).ltv_to_cac[0, 0])
    return "" if isnan(value) else f"; {format_value(value, 'ratio')} fully loaded"


def _notation(view: View) -> str:
    """What the drawing of a column or a line says, once for all charts of the page."""
    if actuals(view.projection) is None:
        return "Charts: outlined = plan"
    return "Charts: outlined = plan, hatched = forecast, solid = actual"


def calibrated(view: View) -> list[Claim]:
    """Printed outcomes of the whole plan to which an assumption was calibrated, so that meeting
    them proves nothing."""
    return [claim for claim in claims(view.company).claims.values()
            if claim.calibrated and claim.kind == "outcome" and claim.model]


def _calibration(view: View, figure: str) -> str:
    """What a figure of base was calibrated to; nothing where it was not."""
    return next((f"calibrated to the source's {claim.printed}{otherwise(claim)}"
                 for claim in calibrated(view) if claim.model.value.text == figure), "")


def otherwise(claim: Claim) -> str:
    """What a printed figure may mean as well, where that is open."""
    labels = [inside(reading.label) for reading in claim.readings
              if not reading.label.endswith(_OURS)]
    return f", unresolved; other reading: {' or '.join(labels)}" if labels else ""


def _source_month(view: View) -> str:
    """The month that the source prints with what it means by it, and what the plan has of that."""
    month, here = profile(view.company).published.breakeven, view.breakeven.earned_back
    claim = f"source: {format_month(month)} for all losses earned back"
    if here is None:
        return f"{claim}, which here they never are"
    later = _number(here) - _number(month)
    if not later:
        return f"{claim}, as here"
    return (f"{claim}, which here is {format_month(here)}, {count(abs(later), 'month')} "
            f"{'later' if later > 0 else 'earlier'}")


def _number(month: str) -> int:
    """A month (2026-03) counted from the year 0."""
    return 12 * int(month[:4]) + int(month[5:])


def _choice(view: View) -> str:
    """Whether an assumption was chosen so that the first break-even is the published month."""
    goals = profile(view.company).published
    return ("the first month was set by choice of an assumption"
            if goals.met_by and view.breakeven.first == goals.breakeven else "")


def _joint(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def tiles(view: View) -> list[Tile]:
    """The four figures that matter most, each with what it is compared with."""
    projection, goals = view.projection, profile(view.company).published
    outcome, other = view.breakeven, breakeven(view.base)
    column = projection.years.index(goals.ebitda_year) if goals.ebitda_year in projection.years \
        else len(projection.years) - 1
    year = projection.years[column]
    ebitda = projection.by_year("ebitda")[0, column]
    ratio = kpis(projection)["ltv_to_cac"][projection.years[0]]
    verdict = {"met": "met", "missed": "not met"}.get(ratio.status, ratio.reason)
    opening = float(projection.openings["cash"][0])
    own = format_month(outcome.earned_back) if outcome.earned_back else "never"
    if view.is_base:
        comparisons = [_joint(_source_month(view), _choice(view)),
                       _joint(f"in {format_month(outcome.trough_month)}",
                              f"opens with {say(opening, 'USD')}",
                              _calibration(view, "trough.cash")),
                       _calibration(view, f"line.ebitda[{year}]")]
    else:
        comparisons = [f"all losses earned back: {own}; first break-even of base: "
                       f"{format_month(other.first) if other.first else 'never'}",
                       f"in {format_month(outcome.trough_month)}; "
                       f"base: {say(other.trough_cash, 'USD')}",
                       f"base: {say(view.base.by_year('ebitda')[0, column], 'USD')}"]
    return [
        Tile("First break-even", format_month(outcome.first) if outcome.first else "never",
             comparisons[0], warn=outcome.first is None or outcome.too_late,
             plan=("breakeven_first", "month", "end")),
        Tile("Lowest cash", say(outcome.trough_cash, "USD"), comparisons[1],
             warn=outcome.trough_cash < 0, plan=("trough_cash", "USD", "end")),
        Tile(f"EBITDA {year}", say(float(ebitda), "USD"), comparisons[2],
             plan=("ebitda", "USD", str(year))),
        Tile(f"{ratio.goal.label} {projection.years[0]}", format_value(ratio.value, "ratio"),
             f"goal: {format_value(ratio.target, 'ratio')} or more, {verdict}{_full_cost(view)}",
             warn=ratio.status != "met",
             plan=("kpi:ltv_to_cac", "ratio", str(projection.years[0]))),
    ]
