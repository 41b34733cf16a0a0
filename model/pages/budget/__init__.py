"""Cells of the budget notebook."""

from __future__ import annotations

from model.budget.plan.schema import RULES
from model.budget.programme import kpis
from model.budget.steering.checks import check
from model.budget.steering.words import sentence as review_sentence
from model.counts import count
from model.pages.budget import firings, money
from model.pages.budget.money import amount, exact, short_of, subject, usd
from model.pages.budget.view import BudgetView, completions, kpi_table
from model.pages.frame import Headlines, inside
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Header, Note, Several, Table, Tile
from model.views.formats import format_value, say, sentence_case

plan, envelope, moves, forecast = (money.plan, money.envelope, money.moves,
                                   money.forecast)
rules, proposals, threshold, controls = (firings.rules, firings.proposals,
                                         firings.threshold, firings.controls)

_WORDS = {
    "Planned": "What a bucket has: its opening, and what was moved in or out.",
    "Committed": "Set aside for sessions that are booked and have no outcome yet.",
    "Spent": "What sessions cost that took place or are charged, and what was paid otherwise.",
    "Available": "Planned less committed and spent.",
    "Bucket": "One of the parts into which the total is divided.",
    "Utilization": "One-to-one hours held, or paid as a no-show, over hours offered in the week.",
    "Dwell": "For how many weeks in a row a signal must hold before a rule fires.",
    "Warm-up": "The first weeks, which count towards no run, as offered hours still rise.",
    "Completion gate": "The rule by which, where a cohort falls behind, new bookings freeze and "
                       "money may leave past the cap, if a person approves.",
    "Equity floor": "Part of one-to-one and group money that only learners with reserved seats may "
                    "use before its release week.",
    "Proposal": "What a rule asks for; nothing moves before a person approves it.",
    "Log": "Every change of the ledger, a line each, with the hash of the line before.",
    "Complete week": "A week that the export covers to its fifth day; rules read these only.",
    "E and A": "E marks an error check: where one fails, do not trust the figures. An alert says "
               "what to look at.",
}


def sentence(view: BudgetView) -> str:
    """The outcome in one sentence."""
    if view.review is not None:
        return view.remark + review_sentence(view.review, amount)
    found = view.plan
    most = max(range(len(found.opening)), key=lambda at: found.opening[at])
    share = format_value(found.opening[most] / found.total, "fraction")
    code = tuple(found.buckets)[most]
    return (f"{amount(found.total)} for {found.weeks} weeks from {found.start}, {share} of it for "
            f"{inside(view.bucket(code))}, under {_in_force(view)} rules; no export tells of its "
            "weeks yet.")


def _in_force(view: BudgetView) -> int:
    return sum(view.plan.active(rule) for rule in RULES)


def header(view: BudgetView) -> Header:
    """The head of the page."""
    found = checked(view)
    facts = [f"With {count(len(view.changes), 'change')} of this notebook"] if view.changes else []
    if view.records:
        facts.append(f"From {view.file.name}")
        facts += [view.mark.strip(" .")] if view.mark else []
    return Header(
        company=view.title, scenario=f"{view.scenario_title} scenario",
        as_of=str(view.records.as_of) if view.records else view.plan.as_of,
        headline=sentence(view), checks=len(found.made), failed=found.failed,
        alerts=found.alerts, tiles=_tiles(view), page="Budget", facts=facts,
        money="USD; the ledger is in whole cents")


def _tiles(view: BudgetView) -> list[Tile]:
    found, review = view.plan, view.review
    if review is None:
        floor, reserve = int(found.equity_floor.sum()), found["shares.contingency"]
        return [Tile("Total", say(usd(found.total), "USD"), f"for {found.weeks} weeks"),
                Tile("Reserve", format_value(reserve, "fraction"),
                     f"asked for: {format_value(found['reserve.least'], 'fraction')} to "
                     f"{format_value(found['reserve.most'], 'fraction')}"),
                Tile("Equity floor", say(usd(floor), "USD"),
                     f"until week {found.whole('equity.release_week')}"),
                Tile("Rules in force", str(_in_force(view)), f"of {len(RULES)}")]
    told, spent = review.forecast[-1], int(review.balances.spent.sum())
    main = kpis.headline(review.kpis, found)
    must = sum(each.proposal.needs_approval for each in review.open)
    fit = len(review.together)
    limit = "" if fit == len(review.open) else f"{fit} of them can be approved together; "
    tiles = [Tile("Spent", say(usd(spent), "USD"),
                  f"of {say(usd(found.total), 'USD')}, after {review.signals.complete} of "
                  f"{found.weeks} weeks"),
             Tile("Expected by the end",
                  "unknown" if told.expected is None else say(usd(told.expected), "USD"),
                  told.reason or told.unsure or f"{say(usd(told.low), 'USD')} to "
                  f"{say(usd(told.high), 'USD')}", warn=bool(review.overrun)),
             Tile("Open proposals", str(len(review.open)),
                  f"{limit}further review needed for {must or 'none'}", warn=bool(must))]
    if main:
        first = main[0]
        tiles.append(Tile(first.definition.label,
                          "undefined" if first.value is None
                          else say(first.value, first.definition.unit),
                          first.reason or first.period))
    return tiles


def headlines(view: BudgetView) -> Headlines:
    """What the index shows of a scenario; columns of the weeks stay empty without an export."""
    found, review = view.plan, view.review
    figures = [("Total", usd(found.total), "USD"), ("Weeks", found.weeks, ""),
               ("Rules in force", _in_force(view), "")]
    told = review.forecast[-1] if review else None
    figures += [
        ("Spent", usd(review.balances.spent.sum()) if review else None, "USD"),
        ("Expected by the end", usd(told.expected) if told and told.expected is not None else None,
         "USD"),
        ("Open proposals", len(review.open) if review else None, ""),
        ("One-to-one utilization", _value(view, "utilization"), "fraction")]
    checks = checked(view)
    return Headlines(sentence(view), tuple(figures), {
        "master": checks.master, "failed": list(checks.failed), "alerts": list(checks.alerts)})


def _value(view: BudgetView, name: str) -> float | None:
    """A KPI of all segments and complete weeks."""
    if view.review is None:
        return None
    return next((kpi.value for kpi in view.review.kpis
                 if kpi.name == name and kpi.segment == kpis.ALL), None)


@cell
def outcomes(view: BudgetView) -> Several | Note:
    """Every KPI with what it is made of, and the reason where it has no value."""
    review = view.review
    if review is None:
        return short_of()
    rows = review.kpis
    main = kpis.headline(rows, view.plan)
    said = [f"{inside(kpi.definition.label)} "
            + (f"is undefined, as {kpi.reason}" if kpi.value is None
               else f"stands at {say(kpi.value, kpi.definition.unit)}") for kpi in main]
    first = "; ".join(said) or "no headline KPI is named"
    undefined = sum(kpi.value is None for kpi in rows if kpi.segment == kpis.ALL)
    whole = [kpi for kpi in rows if kpi.segment == kpis.ALL]
    return Several((
        Block(f"{sentence_case(first)}.",
              table=kpi_table("Headline KPIs", main), open=True,
              reading=f"{view.mark}{completions(rows)}".strip()),
        Block("", table=[
            kpi_table("All KPIs", whole),
            kpi_table("By cohort, bucket and group",
                       [kpi for kpi in rows if kpi.segment != kpis.ALL]),
            Table("What they are", [found.label for found in kpis.DEFINITIONS.values()], {
                "Definition": [found.words for found in kpis.DEFINITIONS.values()],
                "Review": [found.review for found in kpis.DEFINITIONS.values()]}, corner="KPI")],
              reading=f"{view.mark}{len(whole) - undefined} of {len(whole)} KPIs have a value. One "
                      "without says why, and neither passes nor fails a gate.",
              summary="All KPIs")))


@cell
def equity(view: BudgetView) -> Block | Note:
    """The audit of the equity floor: what is reserved and who used it, and outcomes of both."""
    review = view.review
    if review is None:
        return short_of()
    floors = review.floors
    if not floors:
        return Note(f"{view.mark}This plan reserves nothing for learners of an equity floor, so "
                    "there is nothing to audit.")
    names = [view.bucket(floor.bucket) for floor in floors]
    left = sum(floor.remainder for floor in floors)
    whole = sum(floor.reserved for floor in floors)
    used = sum(min(floor.reserved, floor.spent + floor.committed) for floor in floors)
    release = view.plan.whole("equity.release_week")
    state = "It is open to all learners" if bool(review.balances.equity_open) else \
        f"It opens to all learners in week {release}"
    outcome = f"{amount(used)} of the {amount(whole)} that are reserved is used or committed"
    rest = f"{amount(left)} is left for learners with reserved seats" if left else \
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
            "Reserved": [exact(floor.reserved) for floor in floors],
            "Spent": [exact(floor.spent) for floor in floors],
            "Committed": [exact(floor.committed) for floor in floors],
            "Left": [exact(floor.remainder) for floor in floors],
            "Met": ["yes" if floor.met else "not yet" for floor in floors]},
            units=dict.fromkeys(("Reserved", "Spent", "Committed", "Left"), "USD"),
            corner="Bucket"), kpi_table("Outcomes of both groups", parts)],
        summary="The floor by bucket, and outcomes of both groups")


@cell
def checked(view: BudgetView):
    """The error checks and alerts of plan and review."""
    return check(view.plan, view.review)


def checks(view: BudgetView) -> Table:
    """Every check that was made, and its result."""
    found = checked(view)
    failed = {name.partition(":")[0]: name.partition(": ")[2] for name in found.failed}
    return Table("Checks on plan and ledger", list(found.made),
                 {"Result": [failed.get(name, "holds") for name in found.made]}, corner="Check")


def words() -> Table:
    """The terms of this page."""
    return Table("Terms", list(_WORDS), {"Meaning": list(_WORDS.values())}, corner="Word")
