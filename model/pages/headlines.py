"""The outcome of a scenario in a sentence and a few figures, and the head of every page."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from model.analysis.breakeven import breakeven
from model.analysis.checks import check
from model.analysis.full_cost import fully_loaded
from model.analysis.kpis import kpis
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.companies.claims import Claim, claims
from model.companies.profiles import profile
from model.counts import count
from model.engine.projection import Projection
from model.pages.shared import inside, spoken
from model.pages.view import View
from model.views.blocks import Header, Tile
from model.views.formats import format_month, format_value, say
from model.workbook import verification

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
    found, checks = breakeven(projection), check(projection)
    ebitda = projection.by_year("ebitda")[0]
    first_year, last_year = projection.years[0], projection.years[-1]
    figures = [("First break-even", found.first, "month"),
               ("Losses earned back", found.earned_back, "month"),
               ("Lowest cash", found.trough_cash, "USD"),
               ("Month of the lowest cash", found.trough_month, "month")]
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
    found, years = breakeven(projection), projection.years
    ebitda = projection.by_year("ebitda")[0]
    if found.first is None:
        when = f"EBITDA stays below zero in every month to {format_month(projection.months[-1])}"
    else:
        number = projection.months.index(found.first) + 1
        when = f"EBITDA first reaches zero in {format_month(found.first)}, month {number}"
        if found.relapses:
            times = "one later month" if found.relapses == 1 else f"{found.relapses} later months"
            when += f" (and is below zero again in {times})"
        if found.too_late:
            when += f", after cash has run out in {format_month(found.out_of_cash)}"
        when += f"; {earned_back(projection)}"
    own = "unrestricted cash" if "custodial_cash" in projection else "cash"
    cash = (f"{own} is lowest in {format_month(found.trough_month)} at "
            f"{say(found.trough_cash, 'USD')}")
    if found.out_of_cash:
        cash += (f", below zero from {format_month(found.out_of_cash)}, so the plan needs more "
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


def _loaded(view: View) -> str:
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


def _calibrated(view: View, figure: str) -> str:
    """What a figure of base was calibrated to; nothing where it was not."""
    return next((f"calibrated to the source's {claim.printed}{otherwise(claim)}"
                 for claim in calibrated(view) if claim.model.value.text == figure), "")


def otherwise(claim: Claim) -> str:
    """What a printed figure may mean as well, where that is open."""
    found = [inside(reading.label) for reading in claim.readings
             if not reading.label.endswith(_OURS)]
    return f", unresolved; other reading: {' or '.join(found)}" if found else ""


def _published(view: View) -> str:
    """The month that the source prints with what it means by it, and what the plan has of that."""
    printed, here = profile(view.company).published.breakeven, view.breakeven.earned_back
    said = f"source: {format_month(printed)} for all losses earned back"
    if here is None:
        return f"{said}, which here they never are"
    later = _number(here) - _number(printed)
    if not later:
        return f"{said}, as here"
    return (f"{said}, which here is {format_month(here)}, {count(abs(later), 'month')} "
            f"{'later' if later > 0 else 'earlier'}")


def _number(month: str) -> int:
    """A month (2026-03) counted from the year 0."""
    return 12 * int(month[:4]) + int(month[5:])


def _chosen(view: View) -> str:
    """Whether an assumption was chosen so that the first break-even is the published month."""
    goals = profile(view.company).published
    return ("the first month was set by choice of an assumption"
            if goals.met_by and view.breakeven.first == goals.breakeven else "")


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def tiles(view: View) -> list[Tile]:
    """The four figures that matter most, each with what it is compared with."""
    projection, goals = view.projection, profile(view.company).published
    found, other = view.breakeven, breakeven(view.base)
    column = projection.years.index(goals.ebitda_year) if goals.ebitda_year in projection.years \
        else len(projection.years) - 1
    year = projection.years[column]
    ebitda = projection.by_year("ebitda")[0, column]
    ratio = kpis(projection)["ltv_to_cac"][projection.years[0]]
    verdict = {"met": "met", "missed": "not met"}.get(ratio.status, ratio.reason)
    opening = float(projection.openings["cash"][0])
    own = format_month(found.earned_back) if found.earned_back else "never"
    if view.is_base:
        compared = [_joined(_published(view), _chosen(view)),
                    _joined(f"in {format_month(found.trough_month)}",
                            f"opens with {say(opening, 'USD')}",
                            _calibrated(view, "trough.cash")),
                    _calibrated(view, f"line.ebitda[{year}]")]
    else:
        compared = [f"all losses earned back: {own}; first break-even of base: "
                    f"{format_month(other.first) if other.first else 'never'}",
                    f"in {format_month(found.trough_month)}; base: {say(other.trough_cash, 'USD')}",
                    f"base: {say(view.base.by_year('ebitda')[0, column], 'USD')}"]
    return [
        Tile("First break-even", format_month(found.first) if found.first else "never",
             compared[0], warn=found.first is None or found.too_late),
        Tile("Lowest cash", say(found.trough_cash, "USD"), compared[1],
             warn=found.trough_cash < 0),
        Tile(f"EBITDA {year}", say(float(ebitda), "USD"), compared[2]),
        Tile(f"{ratio.goal.label} {projection.years[0]}", format_value(ratio.value, "ratio"),
             f"goal: {format_value(ratio.target, 'ratio')} or more, {verdict}{_loaded(view)}",
             warn=ratio.status != "met"),
    ]
