"""Cells of the budget notebook."""

from __future__ import annotations

from model.audit.checks import Checks
from model.budget.plan.schema import BUCKETS, RULES
from model.budget.programme import kpis
from model.budget.steering.agenda import figures
from model.budget.steering.checks import check
from model.budget.steering.words import amendments
from model.budget.steering.words import sentence as review_sentence
from model.counts import count, inside
from model.pages.budget import agenda, firings, money, results
from model.pages.budget.money import amount, usd
from model.pages.budget.view import BudgetView
from model.pages.frame import Headlines
from model.pages.view import cell
from model.views.blocks import Header, Table, Tile
from model.views.formats import format_value

plan, envelope, moves, forecast = money.plan, money.envelope, money.moves, money.forecast
rules, proposals, threshold, controls = (firings.rules, firings.proposals, firings.threshold,
                                         firings.controls)
outcomes, equity = results.outcomes, results.equity
week, answer = agenda.week, agenda.answer

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
    budget = view.plan
    most = max(range(len(budget.opening)), key=lambda at: budget.opening[at])
    share = format_value(budget.opening[most] / budget.total, "fraction")
    end = "its export or its log cannot be used" if view.faults else \
        "no export tells of its weeks yet"
    return (f"{amount(budget.total)} for {budget.weeks} weeks from {budget.start}, {share} of it "
            f"for {inside(view.bucket(BUCKETS[most]))}, under {_in_force(view)} rules; {end}.")


def _in_force(view: BudgetView) -> int:
    return sum(view.plan.active(rule) for rule in RULES)


def header(view: BudgetView) -> Header:
    state = error_checks(view)
    facts = [f"With {count(len(view.changes), 'change')} of this notebook"] if view.changes else []
    if view.records:
        log = f" and {view.log.name}" if view.log else ""
        facts.append(f"From {view.file.name}{log}")
        facts += [view.mark.strip(" .")] if view.mark else []
        facts += [amended.rstrip(".")] if (amended := amendments(view.review)) else []
    return Header(
        company=view.title, scenario=f"{view.scenario_title} scenario",
        as_of=str(view.records.as_of) if view.records else view.plan.as_of,
        headline=sentence(view), checks=len(state.made), failed=state.failed,
        alerts=state.alerts, tiles=_tiles(view), page="Budget", facts=facts,
        money="USD; the ledger is in whole cents")


def _tiles(view: BudgetView) -> list[Tile]:
    budget, review = view.plan, view.review
    if review is None:
        floor, reserve = int(budget.equity_floor.sum()), budget["shares.contingency"]
        return [Tile("Total", amount(budget.total), f"for {budget.weeks} weeks"),
                Tile("Reserve", format_value(reserve, "fraction"),
                     f"asked for: {format_value(budget['reserve.least'], 'fraction')} to "
                     f"{format_value(budget['reserve.most'], 'fraction')}"),
                Tile("Equity floor", amount(floor),
                     f"until week {budget.whole('equity.release_week')}"),
                Tile("Rules in force", str(_in_force(view)), f"of {len(RULES)}")]
    free, left, *main = figures(review, amount)
    reviews = sum(each.proposal.needs_approval for each in review.open)
    fit = len(review.together)
    limit = "" if fit == len(review.open) else f"{fit} of them can be approved together; "
    spending = int(review.balances.spent.sum())
    value, _, span = left.now.partition(" (")
    tiles = [Tile("Free to use now", free.now,
                  f"{free.target}; {amount(spending)} is spent, after "
                  f"{review.signals.complete} of {budget.weeks} weeks"),
             Tile(left.label, value, f"{span.rstrip(')')}; {left.target} is wanted" if span else
                  review.forecast[-1].reason or f"{left.target} is wanted",
                  warn=bool(left.misses)),
             Tile("To decide", str(len(review.open)),
                  f"{limit}further review needed for {reviews or 'none'}", warn=bool(reviews))]
    if main:
        value, _, reason = main[0].now.partition(": ")
        compared = reason or (f"{main[0].target} is wanted" if main[0].misses is not None
                              else f"a week before: {main[0].before}")
        tiles.append(Tile(main[0].label, value, compared, warn=bool(main[0].misses)))
    return tiles


def headlines(view: BudgetView) -> Headlines:
    """The row of a scenario in the index; columns about weeks stay empty without an export."""
    budget, review = view.plan, view.review
    figures = [("Total", usd(budget.total), "USD"), ("Weeks", budget.weeks, ""),
               ("Rules in force", _in_force(view), "")]
    whole = review.forecast[-1] if review else None
    figures += [
        ("Spent", usd(review.balances.spent.sum()) if review else None, "USD"),
        ("Expected by the end",
         usd(whole.expected) if whole and whole.expected is not None else None, "USD"),
        ("Open proposals", len(review.open) if review else None, ""),
        ("One-to-one utilization",
         kpis.overall(review.kpis)["utilization"].value if review else None, "fraction")]
    state = error_checks(view)
    return Headlines(sentence(view), tuple(figures), {
        "master": state.master, "failed": list(state.failed), "alerts": list(state.alerts)})


@cell
def error_checks(view: BudgetView) -> Checks:
    """The error checks and alerts of plan and review."""
    return check(view.plan, view.review, view.faults)


def checks(view: BudgetView) -> Table:
    state = error_checks(view)
    faults = {name.partition(":")[0]: name.partition(": ")[2] for name in state.failed}
    return Table("Checks on plan and ledger", list(state.made),
                 {"Result": [faults.get(name, "holds") for name in state.made]}, corner="Check")


def words() -> Table:
    return Table("Terms", list(_WORDS), {"Meaning": list(_WORDS.values())}, corner="Word")
