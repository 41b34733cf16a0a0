"""Cells that every page has, and small pieces of wording.

The outcome of a scenario in a sentence and a few figures, and the head of every page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan

from model.analysis.breakeven import breakeven
from model.analysis.full_cost import fully_loaded
from model.analysis.kpis import NOT_JUDGED, kpis
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.audit.checks import check
from model.companies import company_module
from model.companies.claims import Claim, claims
from model.counts import count, inside, listed, plural
from model.engine.projection import Projection
from model.pages import years
from model.pages.view import View
from model.params.calendar import MONTH, Calendar, Year, month_index
from model.views.blocks import Block, Header, Note, Table, Tile, verdict
from model.views.formats import format_month, format_value, say, sentence_case
from model.workbook import verification

# Less than this is not money that somebody is owed. [USD]
_CENT = 0.01
# What a company has whose sales tax is modelled.
_SALES_TAX = "sales_tax.charged"
# What an alert holds for who knows the files: codes of alert and rule, a path in brackets, and
# months and quarters as they are typed.
_CODES = re.compile(r"A\d+ (?:R\d+ )?")
_CHECK = re.compile(r"^E\d+ ")
_PATH = re.compile(r" \((?:[a-z0-9_]+\.)*[a-z0-9_]*[a-z0-9]\)(?= )")
_MONTH = re.compile(rf"\b{MONTH.pattern}\b")
_QUARTER = re.compile(r"\b(?:19|20)\d\d-Q[1-4]\b")
WORKBOOK = "Workbook of this company, against the model"


def subject(view: View, what: str) -> str:
    """Who and what, for a chart's second line: `Career mentorship marketplace · Base · …`."""
    return f"{view.assumptions.title} · {view.assumptions.scenario_title} · {what}"


def checks(view: View) -> Block:
    """Every check that was made and its result, and whether the workbook gives the same numbers;
    folded as long as all of them hold."""
    failures = {name.partition(":")[0]: name for name in view.checks.failed}
    names = view.checks.made
    results = [failures.get(name, ": holds").partition(": ")[2] for name in names]
    return Block("", table=Table(
        "Checks on this projection", [*(uncoded(name) for name in names), WORKBOOK],
        {"Result": [*results, verification.sentence(view.assumptions)]}, corner="Check"),
        open=bool(failures), summary=f"{verdict(len(failures), len(names))}; what was checked")


def uncoded(check: str) -> str:
    """A check as a reader meets it: without the code by which it is found in the code."""
    return sentence_case(_CHECK.sub("", check))


def limits(view: View) -> Note:
    """What a reader must not take this page for."""
    left_out = [*(() if _SALES_TAX in view.entries else ("sales tax",)), "leases",
                "shares given to staff", "other currencies"]
    return Note("What this page is not", (
        "A forecast of what will happen: it works out what the assumptions imply, and most of "
        "them are estimates (see the assumptions page).",
        "A valuation, or advice to invest.",
        f"Complete: one tax rate on profit stands for all income tax; {listed(left_out)} are left "
        "out."))


def checks_and_limits(view: View) -> Block:
    """Both in one cell, for a notebook that has no room for two."""
    note = limits(view)
    return replace(checks(view), reading=f"{note.sentence}: {' '.join(note.items)}")


def ads_of(view: View) -> str:
    """The advertising that stands apart from LTV and CAC, as `digital ads`; empty without any."""
    return listed([inside(view.glossary.segment(line.partition(".")[2]))
                   for line in view.module.ADS])


def before_ads(view: View) -> str:
    """What stands behind the word contribution where advertising is left out of it."""
    return f" before {ads}" if (ads := ads_of(view)) else ""


def ads_apart(view: View) -> str:
    """The same, where it is said that the CAC leaves it out, too."""
    return f"{before_ads(view)}, which are not in the cost either," if ads_of(view) else ""


def capacity_unit(view: View) -> str:
    """What a team delivers is counted in, as `hours`."""
    return plural(view.glossary.term(view.module.CAPACITY.needed).unit)


def short_of_capacity(view: View) -> str:
    """`delivery team is short of hours`, of a company with such a team."""
    return f"{view.module.CAPACITY.team} is short of {capacity_unit(view)}"


def words(view: View) -> Block:
    """The terms of these pages, for a reader who does not use them every day; none of what the
    company does not have."""
    module, projection = company_module(view.company), view.projection
    ads, custody = ads_of(view), "custodial_cash" in projection
    others = view.glossary.held_for
    commissions = [inside(view.glossary.segment(line.partition(".")[2]))
                   for line in module.COMMISSIONS
                   if line in projection]
    person, people, published = view.glossary.person, view.glossary.people, view.profile.published
    wins = [inside(view.glossary.segment(line.partition(".")[2])) for line in module.WINS
            if line in projection]
    left_out = [ads] * bool(ads) + commissions + wins
    sold = listed([*([ads] if ads else []), "those who sell", *wins])
    sources = ", as the sources define break-even," if published else ""
    meanings = {
        "EBITDA": "Earnings before interest, tax, depreciation and amortization: contribution less "
                  f"{'marketing, ' if view.buys else ''}payroll and fixed cost.",
        "Contribution": "Revenue less all costs that rise and fall with it.",
        "Break-even": "The first is the first month with EBITDA at or above zero. Earned back"
                      f"{sources} is the month since when EBITDA of all months "
                      "so far adds up to zero or more.",
        "CAC": f"Customer acquisition cost: marketing budget over new {people}; "
               f"{listed([*left_out, 'sales staff'])} are not in it." if view.buys else "",
        "LTV": f"Lifetime value: what a {person} contributes over its expected life"
               f"{f', before {ads}' if ads else ''}.",
        "LTV:CAC": "Lifetime value over acquisition cost; "
                   + (f"the sources ask for {view.ltv_goal:g} or more." if published else
                      f"{view.ltv_goal:g} or more is asked for.") if view.buys else "",
        "Fully loaded": f"LTV:CAC with all that wins a {person} in the CAC "
                        f"({sold}) and those who "
                        "deliver taken out of the LTV, at their share of revenue in the year in "
                        f"which the {person} is won"
                        + (f"; {listed(commissions)} stay in the LTV." if commissions else ".")
                        if view.buys else "",
        **view.glossary.words,
        "Runway": "Months that cash lasts at the recent net burn"
                  f"{f'; what is held for {others} is not counted' if custody else ''}. The alert "
                  "and the chart of the investor report leave dated purchases of assets out.",
        "Custodial cash": f"Money in the account that belongs to {others} until it is paid "
                          "out." if custody else "",
        "Deferred revenue": f"What {people} paid ahead and has not been delivered yet: owed, not "
                            "earned.",
        "Working capital": f"What {people} owe, less what the company owes and was paid ahead.",
        "Alert": "Something that a reader would want to know; it says nothing against the figures."}
    meanings = {word: meaning for word, meaning in meanings.items() if meaning}
    return Block("", table=Table("Terms and abbreviations", list(meanings),
                                 {"Meaning": list(meanings.values())}, corner="Word"),
                 summary=f"{count(len(meanings), 'word')} and what they mean here", terms=meanings)


def target_year(view: View) -> Year:
    """The year whose EBITDA the source prints; the last whole one of a plan without it."""
    return view.profile.target_year(view.projection.calendar)


def spoken(alert: str, calendar: Calendar) -> str:
    """An alert as a reader meets it: the codes, paths and dates of files and commands in words."""
    sentence = _PATH.sub("", _CODES.sub("", alert, count=1))
    sentence = _QUARTER.sub(lambda match: years.quarter_name(match[0], calendar), sentence)
    return sentence_case(_MONTH.sub(lambda match: format_month(match[0]), sentence))


def tax_held(view: View) -> str:
    """Sentences on the tax that cash at the end of the plan still holds, and on profit that is not
    yet taxed; empty without any."""
    calendar, owed = view.assumptions.calendar, view.projection["tax_payable"][0, -1]
    untaxed = _untaxed(view)
    closes = calendar.closes()
    if owed < _CENT or not closes:
        return untaxed
    paid = format_month(calendar.next(int(view.value("tax.payment_month")), closes[-1]))
    taxed = calendar.named_years[len(closes) - 1]
    ended = closes[-1] == calendar.months - 1 and calendar == calendar.reported
    last = taxed if ended else format_month(view.months[-1])
    return (f"Cash at the end of {last} still holds {say(owed, 'USD')} of tax of {taxed} that is "
            f"paid in {paid}: tax is charged once a year, in "
            f"{years.last_month(calendar)}, and paid in the year after. {untaxed}").strip()


def _untaxed(view: View) -> str:
    """A sentence on the profit of a year that ends after the plan; empty where there is none."""
    calendar, profit = view.assumptions.calendar, view.projection["profit_to_date"][0, -1]
    if calendar.ends_with_a_year or profit < _CENT:
        return ""
    start = calendar.labels[calendar.bounds()[-2]]
    return (f"The plan ends before a tax year does: its profit before tax of {say(profit, 'USD')} "
            f"since {format_month(start)} is not yet taxed.")


# How the reading of an open claim is marked that the plan takes.
_OURS = "(the model)"


@dataclass(frozen=True)
class Headlines:
    """What the index shows of a scenario: a sentence, (label, value, unit), and the checks."""

    sentence: str
    figures: tuple[tuple[str, object, str], ...]
    checks: dict


def headlines(projection: Projection) -> Headlines:
    outcome, checks, every = breakeven(projection), check(projection), projection.years
    judged = projection.calendar.judged_years[0]
    ebitda, revenue = (projection.by_year(line)[0].tolist() for line in ("ebitda", "revenue"))
    ratio = kpis(projection).get("ltv_to_cac", {}).get(judged)
    figures = (("First break-even", outcome.first, "month"),
               ("Losses earned back", outcome.earned_back, "month"),
               ("Lowest cash", outcome.trough_cash, "USD"),
               ("Month of the lowest cash", outcome.trough_month, "month"),
               *((f"EBITDA {year}", value, "USD")
                 for year, value in zip(every, ebitda, strict=True)),
               (f"Revenue {every[-1]}", revenue[-1], "USD"),
               *([(f"{ratio.goal.label} {judged}", ratio.value, "ratio")] if ratio else []))
    return Headlines(sentence(projection), figures, {
        "master": checks.master, "failed": list(checks.failed),
        "alerts": [spoken(alert, projection.calendar) for alert in checks.alerts]})


def or_never(month: str | None) -> str:
    return format_month(month) if month else "never"


def sentence(projection: Projection) -> str:
    """The headline outcome: when the plan breaks even, how deep cash falls, what it earns."""
    outcome, every = breakeven(projection), projection.years
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
    return (f"{when}; {cash}; EBITDA is {say(ebitda[0], 'USD')} in {every[0]} and "
            f"{say(ebitda[-1], 'USD')} in {every[-1]}.")


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


@dataclass(frozen=True)
class Answer:
    """What a page answers to its own question: a sentence, and at most four figures."""

    headline: str
    tiles: Sequence[Tile]


def header(view: View, page: str, answer: Callable[[View], Answer] | None = None) -> Header:
    """The head of a page, which gives its own answer; what the whole plan comes to stands below.
    Where that is what the page asks for, it is the headline."""
    assumptions, checks = view.assumptions, view.checks
    own, outcome = answer(view) if answer else None, sentence(view.projection)
    # What the drawing of a column or a line says, once for all charts of the page.
    observed = "" if actuals(view.projection) is None else ", hatched = forecast, solid = actual"
    facts = [verification.short(assumptions), f"Charts: outlined = plan{observed}"]
    if months := years.months_of(view.projection.calendar):
        facts.append(months)
    if view.changes:
        facts.append(f"with {count(len(view.changes), 'change')} of this notebook")
    return Header(
        company=assumptions.title, scenario=f"{assumptions.scenario_title} scenario",
        as_of=assumptions.as_of, headline=own.headline if own else outcome,
        outcome=outcome if own and own.headline != outcome else "", checks=len(checks.made),
        failed=[uncoded(each) for each in checks.failed], tiles=own.tiles if own else tiles(view),
        page=page, facts=facts,
        alerts=[spoken(alert, view.projection.calendar) for alert in checks.alerts])


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
    month, here = view.profile.published.breakeven, view.breakeven.earned_back
    claim = f"source: {format_month(month)} for all losses earned back"
    if here is None:
        return f"{claim}, which here they never are"
    own, printed = map(month_index, (here, month))
    if own == printed:
        return f"{claim}, as here"
    return (f"{claim}, which here is {format_month(here)}, {count(abs(own - printed), 'month')} "
            f"{'later' if own > printed else 'earlier'}")


def _joint(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def tiles(view: View) -> list[Tile]:
    """The figures that matter most, each with what it is compared with."""
    outcome, other, year = view.breakeven, breakeven(view.base), target_year(view)
    column = view.years.index(year)
    opening = view.projection.openings["unrestricted_cash"][0]
    if view.is_base:
        goals = view.profile.published
        chosen = ("the first month was set by choice of an assumption"
                  if goals and goals.met_by and outcome.first == goals.breakeven else "")
        source = _source_month(view) if goals else (
            f"all losses earned back: {or_never(outcome.earned_back)}")
        comparisons = [_joint(source, chosen),
                       _joint(f"in {format_month(outcome.trough_month)}",
                              f"opens with {say(opening, 'USD')}",
                              _calibration(view, "trough.cash")),
                       _calibration(view, f"line.ebitda[{int(year)}]")
                       if view.projection.calendar.is_calendar_year(year) else ""]
    else:
        comparisons = [f"all losses earned back: {or_never(outcome.earned_back)}; first break-even "
                       f"of base: {or_never(other.first)}",
                       f"in {format_month(outcome.trough_month)}; "
                       f"base: {say(other.trough_cash, 'USD')}",
                       f"base: {say(view.base.by_year('ebitda')[0, column], 'USD')}"]
    return [
        Tile("First break-even", or_never(outcome.first), comparisons[0],
             warn=outcome.first is None or outcome.too_late,
             plan=("breakeven_first", "end")),
        Tile("Lowest cash", say(outcome.trough_cash, "USD"), comparisons[1],
             warn=outcome.trough_cash < 0, plan=("trough_cash", "end")),
        Tile(f"EBITDA {year}", say(view.by_year("ebitda")[column], "USD"), comparisons[2],
             warn=bool(view.by_year("ebitda")[column] < -_CENT), plan=("ebitda", str(year))),
        *_of_cac(view)]


def _of_cac(view: View) -> list[Tile]:
    """LTV:CAC, of a company that has that KPI."""
    if "ltv_to_cac" not in view.profile.kpis or not view.buys:
        return []
    ratio = kpis(view.projection)["ltv_to_cac"][view.first_year]
    verdict = {"met": "met", "missed": "not met"}.get(ratio.status, ratio.reason)
    loaded = fully_loaded(view.projection, sides(view.company)[0],
                          ratio.goal.segment).ltv_to_cac[0, view.first]
    full_cost = "" if isnan(loaded) else f"; {format_value(loaded, 'ratio')} fully loaded"
    return [Tile(f"{ratio.goal.label} {view.first_year}", format_value(ratio.value, "ratio"),
                 f"goal: {format_value(view.ltv_goal, 'ratio')} or more, {verdict}{full_cost}",
                 warn=ratio.status not in ("met", NOT_JUDGED),
                 plan=("kpi:ltv_to_cac", str(view.first_year)))]
