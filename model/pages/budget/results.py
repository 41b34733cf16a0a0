"""Cells of the budget notebook about outcomes: KPIs with their parts, and the equity floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from model.budget.plan.plan import Plan
from model.budget.programme import kpis
from model.budget.programme.kpis import Kpi, target_text
from model.budget.steering.review import Review
from model.counts import inside
from model.pages.budget.money import amount, exact, of_review, subject
from model.pages.budget.people import of_mentors
from model.pages.budget.view import BudgetView
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import say, sentence_case, signed

# What is divided, the word between, and the divisor, each with its kind: cents, USD, hours, count.
_CENTS, _USD, _HOURS, _COUNT = "cents", "USD", "hours", "count"
_SPENDING = _USD, "spent"
_BOOKINGS = _COUNT, "sessions booked"
PARTS = {
    "utilization": ((_HOURS, "used"), "of", (_HOURS, "offered")),
    "budget_burn": ((_CENTS, "spent"), "of", (_CENTS, "planned by then")),
    "cancellation_rate": ((_COUNT, "canceled"), "of", _BOOKINGS),
    "mentor_cancellation_rate": ((_COUNT, "canceled by mentors"), "of", _BOOKINGS),
    "learner_cancellation_rate": ((_COUNT, "canceled by learners"), "of", _BOOKINGS),
    "no_show_rate": ((_COUNT, "no-shows"), "of", (_COUNT, "sessions not canceled")),
    "fill_rate": ((_COUNT, "served"), "of", (_COUNT, "requests")),
    "completion_rate": ((_COUNT, "completed"), "of",
                        (_COUNT, "learners in cohorts past their end")),
    "on_track_rate": ((_COUNT, "on track"), "of", (_COUNT, "learners reported on")),
    "cost_per_completion": (_SPENDING, "for", (_COUNT, "completions")),
    "satisfaction": ((_COUNT, "points"), "in", (_COUNT, "answers")),
    "nps": ((_COUNT, "more who recommend than who do not"), "of", (_COUNT, "answers")),
    "equity_session_share": ((_COUNT, "by reserved seats"), "of", _BOOKINGS),
    "equity_spend_share": ((_USD, "on reserved seats"), "of", (_USD, "on learners")),
    "cost_per_certification": (_SPENDING, "for", (_COUNT, "attempts passed")),
    "cost_per_placement": (_SPENDING, "for", (_COUNT, "jobs found")),
    "portfolio_pieces": ((_COUNT, "pieces"), "by", (_COUNT, "learners enrolled")),
    "certification_pass_rate": ((_COUNT, "passed"), "of", (_COUNT, "attempts")),
}


@cell
@of_review
def outcomes(view: BudgetView, review: Review) -> Several:
    """Every KPI with what it is made of, and the reason where it has no value."""
    rows = review.kpis
    main = kpis.headline(rows, view.plan)
    values = [f"{inside(kpi.definition.label)} "
              + (f"is undefined, as {kpi.reason}" if kpi.value is None
                 else f"stands at {say(kpi.value, kpi.definition.unit)}") for kpi in main]
    message = "; ".join(values) or "no headline KPI is named"
    whole = [kpi for kpi in rows if kpi.segment == kpis.ALL]
    with_value = sum(kpi.value is not None for kpi in whole)
    definitions = kpis.DEFINITIONS.values()
    who = of_mentors(view, review)
    return Several((
        Block(f"{sentence_case(message)}.",
              table=kpi_table("Headline KPIs", main, view.plan), open=True,
              reading=f"{view.mark}{completions(rows)}".strip()),
        Block("", table=[
            kpi_table("All KPIs", whole),
            kpi_table("By cohort, bucket and group",
                      [_named(view, kpi) for kpi in rows if kpi.segment != kpis.ALL]),
            Table("What they are", [each.label for each in definitions], {
                "Definition": [each.words for each in definitions],
                "Review": [each.review for each in definitions]}, corner="KPI")],
              reading=f"{view.mark}{with_value} of {len(whole)} KPIs have a value. One "
                      "without says why, and neither passes nor fails a gate.",
              summary="All KPIs"),
        *([who] if who else ())))


def _named(view: BudgetView, kpi: Kpi) -> Kpi:
    """A KPI whose bucket is called by its name."""
    kind, _, code = kpi.segment.partition(" ")
    return replace(kpi, segment=inside(view.bucket(code))) if kind == "bucket" else kpi


@cell
@of_review
def equity(view: BudgetView, review: Review) -> Block | Note:
    """The audit of the equity floor: what is reserved and who used it, and outcomes of both."""
    floors = review.floors
    if not floors:
        return Note(f"{view.mark}This plan reserves nothing for learners of an equity floor, so "
                    "there is nothing to audit.")
    names = [view.bucket(floor.bucket) for floor in floors]
    remainder = sum(floor.remainder for floor in floors)
    whole = sum(floor.reserved for floor in floors)
    used = sum(min(floor.reserved, floor.spent + floor.committed) for floor in floors)
    heads = {"Reserved": "reserved", "Spent": "spent", "Committed": "committed",
             "Left": "remainder"}
    release = view.plan.whole("equity.release_week")
    state = "It is open to all learners" if bool(review.balances.equity_open) else \
        f"It opens to all learners in week {release}"
    outcome = f"{amount(used)} of the {amount(whole)} that are reserved is used or committed"
    rest = f"{amount(remainder)} is left for learners with reserved seats" if remainder else \
        "the floor is met in every bucket"
    parts = [kpi for kpi in review.kpis if kpi.name.startswith("equity_")
             or kpi.segment in ("equity", "others")]
    figure = charts.bars(names, [min(1.0, (f.spent + f.committed) / f.reserved) for f in floors],
                         line=(1.0, "floor"), unit="fraction",
                         subtitle=subject(view, "used or committed, of what is reserved"))
    return Block(
        f"{outcome}; {rest}. {state}.", figure, "bar chart",
        "use of the equity floor",
        f"{view.mark}The floor is a least, not a most: above it these learners draw on the same "
        "money as all others.",
        [Table("Equity floor", names, {
            **{head: [exact(getattr(floor, name)) for floor in floors]
               for head, name in heads.items()},
            "Met": ["yes" if floor.is_full else "not yet" for floor in floors]},
            units=dict.fromkeys(heads, "USD"),
            corner="Bucket"), kpi_table("Outcomes of both groups", parts)],
        summary="The floor by bucket, and outcomes of both groups")


def kpi_table(caption: str, rows: Iterable[Kpi], plan: Plan | None = None) -> Table:
    """KPIs with their period, their value or why there is none, and what they are made of; with the
    targets of a plan where one is given."""
    rows = list(rows)
    targets = {"Target": [target_text(plan, kpi.name) or "–" for kpi in rows]} if plan else {}
    return Table(caption, [kpi.definition.label if kpi.segment == kpis.ALL else
                           f"{kpi.definition.label}, {kpi.segment}" for kpi in rows], {
        "Period": [kpi.period for kpi in rows],
        "Value": [kpi.text for kpi in rows], **targets,
        "Made of": [made_of(kpi) for kpi in rows]}, corner="KPI")


def made_of(kpi: Kpi) -> str:
    """`USD 62,198 spent for 18 completions`; a dash where a KPI is no quotient or is not known."""
    if kpi.numerator is None or kpi.denominator is None:
        return "–"
    over, between, under = PARTS[kpi.name]
    return f"{_part(kpi.numerator, *over)} {between} {_part(kpi.denominator, *under)}"


def _part(value: float, kind: str, words: str) -> str:
    size = abs(value) / (100 if kind == _CENTS else 1)
    if kind in (_CENTS, _USD):
        text = f"USD {signed(f'{round(size):,}', value)}"
    elif kind == _HOURS:
        text = f"{signed(f'{size:,.1f}', value)} h"
    else:
        text = signed(f"{size:,.10g}", value)
    return f"{text} {words}"


def completions(rows: Sequence[Kpi]) -> str:
    """Why cost per completion counts more completions than the rate; else empty."""
    every = kpis.overall(rows)
    rate, cost = every["completion_rate"], every["cost_per_completion"]
    if cost.denominator in (None, rate.numerator):
        return ""
    everybody, in_rate = int(cost.denominator), int(rate.numerator or 0)
    who = "1 learner has" if everybody == 1 else f"{everybody:,} learners have"
    return (f"{who} completed, {in_rate or 'none'} of them in cohorts past their scheduled end: "
            "the completion rate counts these cohorts alone, cost per completion everybody.")
