"""Cells of the budget notebook about money: the plan, the envelope, the moves, the forecast."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps

import numpy as np

from model.budget.accounts.balances import COLUMNS
from model.budget.money import digits
from model.budget.plan.schema import BUCKETS, INDEX
from model.budget.programme.columns import COMMAND
from model.budget.programme.forecast import Forecast
from model.budget.steering.approval import Standing
from model.budget.steering.history import PastMove
from model.budget.steering.review import Review
from model.budget.steering.words import held_sentence
from model.counts import count, inside
from model.pages.budget.view import BudgetView
from model.pages.frame import listed
from model.pages.view import cell
from model.params import catalog
from model.params.values import CONFIDENCE
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

_USD = "USD"
# So many faults of an export are shown, and the others counted.
_SHOWN = 3


def subject(view: BudgetView, what: str) -> str:
    """The second line of a chart: title, scenario, and what it shows."""
    return f"{view.title} · {view.scenario_title} · {what}"


def usd(cents) -> float:
    """Whole cents as USD, for tables and charts."""
    return float(cents) / 100


def amount(cents) -> str:
    """Cents as a sentence writes them: `USD 66.0k`."""
    return say(usd(cents), _USD)


def exact(cents: float | None) -> str | None:
    """Cents as a table of the ledger writes them: `66,000.00`; None stays None."""
    return None if cents is None else digits(round(float(cents)))


def no_export(view: BudgetView) -> Note:
    """What a plan without an export cannot show, and how to add one, or why it cannot be read."""
    if view.faults:
        return Note("Nothing is shown of this plan's weeks, as what was exported of them cannot be "
                    f"used. {_few(view.faults)}", warn=True)
    return Note(f"Nothing is known of this plan's weeks, from {view.plan.start} on; the invented "
                "example is of the sample quarter alone. Export bookings, outcomes and payments as "
                f"params/budget/{catalog.own_name(catalog.EVENTS, view.scenario)} (“{COMMAND}” "
                "lists the columns), or name a file as “events” in the parameters cell.")


def _few(faults: Sequence[str]) -> str:
    """The first sentences of many, and how many more there are."""
    more = len(faults) - _SHOWN
    rest = f" {count(more, 'more line')} cannot be used either." if more > 0 else ""
    return " ".join(faults[:_SHOWN]) + rest


def of_review(draw: Callable) -> Callable:
    """What is drawn from a view and its review; a note where there is no export."""
    @wraps(draw)
    def once(view: BudgetView, *args, **options):
        if view.review:
            return draw(view, view.review, *args, **options)
        how = "why there is none that can be used" if view.faults else "how to add one"
        return Note("This needs an export of the plan's weeks, of which nothing is known; “How "
                    f"full is the envelope?” says {how}.")

    return once


@cell
def plan(view: BudgetView) -> Block:
    """What the total is divided into at the opening."""
    budget = view.plan
    opening = [usd(cents) for cents in budget.opening]
    buckets = [at for at, cents in enumerate(budget.opening) if cents]
    figure = charts.bars(view.names(buckets), [opening[at] for at in buckets], unit=_USD,
                         subtitle=subject(view, "planned at the opening · USD"))
    most = max(buckets, key=lambda at: budget.opening[at])
    floor = int(budget.equity_floor.sum())
    reserve = (f"{amount(floor)} of it {'is' if floor else 'are'} reserved for learners of the "
               f"equity floor until week {budget.whole('equity.release_week')}") if floor else \
        "nothing is reserved for learners of an equity floor"
    release = "" if not budget.on("outcome.funding") else (
        f" {amount(budget.released_at_opening)} is released at the start; the rest follows "
        "verified outcomes.")
    empty = view.names(at for at, cents in enumerate(budget.opening) if not cents)
    opens = f" {listed(empty)} {'opens' if len(empty) == 1 else 'open'} empty." if empty else ""
    return Block(
        f"{amount(budget.total)} is planned for {budget.weeks} weeks, from {budget.start} to "
        f"{budget.end}; {format_value(budget.opening[most] / budget.total, 'fraction')} of it for "
        f"{inside(view.bucket(BUCKETS[most]))}, and {reserve}.{release}",
        figure, "bar chart", "planned money by bucket",
        f"Buckets by priority, the first comes first when money is short.{opens}",
        [_buckets(view), _numbers(view)], summary="Buckets and every number of the plan")


def _buckets(view: BudgetView) -> Table:
    budget = view.plan
    order = list(budget.by_priority)
    return Table("Buckets", view.names(order), {
        "Opens with": [exact(budget.opening[at]) for at in order],
        "Share": [budget.opening[at] / budget.total for at in order],
        "Equity floor": [exact(budget.equity_floor[at] or None) for at in order],
        "Pays": [budget.buckets[BUCKETS[at]].pays for at in order]},
        units={"Opens with": _USD, "Share": "fraction", "Equity floor": _USD}, corner="Bucket")


def _numbers(view: BudgetView) -> Table:
    """Every number of the plan; those of the simulator belong to the comparison of strategies."""
    budget = view.plan
    paths = [path for path in budget.entries if not path.startswith("simulation.")]
    values = [budget.values[path] for path in paths]
    return Table("Numbers of the plan", [budget.entries[path].label for path in paths], {
        "Value": [", ".join(f"{part:g}" for part in value) if isinstance(value, tuple)
                  else _value(value, budget.entries[path].unit)
                  for path, value in zip(paths, values, strict=True)],
        "Path": paths, "Source": [budget.entries[path].source for path in paths],
        CONFIDENCE: [budget.entries[path].confidence for path in paths]}, corner="Number")


def _value(value: float, unit: str) -> str:
    if unit in ("fraction", "flag"):
        return format_value(value, unit)
    return f"{value:,.10g} {unit.replace('/', ' per ')}"


@cell
def envelope(view: BudgetView) -> Block | Note:
    """Planned, committed and spent of each bucket by week, and what is expected."""
    review = view.review
    if review is None:
        return no_export(view)
    used = review.balances.opening + review.balances.planned
    panels = {view.bucket(code): _flow(view, at) for at, code in enumerate(BUCKETS) if used[at]}
    figure = charts.envelope(view.weeks, panels, unit=_USD, subtitle=subject(
        view, "USD · by week · solid: spent, pale: committed, line: planned, dashed: expected"))
    shown = {name: getattr(review.balances, name) for name in COLUMNS}
    return Block(
        _envelope_message(view), figure, "small multiples",
        "money of each bucket by week",
        f"{view.mark}Each bucket has a scale of its own; the figure beside its name is what is "
        "planned at the end. The band is the forecast's interval.",
        [Table("Ledger, as of " + str(review.records.as_of),
               [*view.names(range(len(BUCKETS))), "Total"],
               {name.capitalize(): [exact(cents) for cents in (*amounts, amounts.sum())]
                for name, amounts in shown.items()},
               units=_USD, totals=("Total",), corner="Bucket"),
         _by_week(view)], summary="The ledger, and spending by week")


def _flow(view: BudgetView, at: int) -> charts.Flow:
    weeks, forecast = view.review.weeks, view.review.forecast[at]
    complete = len(weeks)
    planned = [usd(week.balances.planned[at]) for week in weeks]
    planned += [usd(view.review.balances.planned[at])] * (view.plan.weeks - complete)

    def later(path: np.ndarray) -> list[float]:
        ahead = [math.nan] * complete
        return ahead + [usd(cents) for cents in path[complete:]]

    return charts.Flow(
        planned, [usd(week.balances.spent[at]) for week in weeks],
        [usd(week.balances.committed[at]) for week in weeks],
        later(forecast.path), later(forecast.path_low), later(forecast.path_high))


def _by_week(view: BudgetView) -> Table:
    signals = view.review.signals
    columns = {f"Week {week + 1}": [exact(cents) for cents in signals.spent[week]]
               for week in range(signals.complete)}
    return Table("Spent in each complete week", view.names(range(len(BUCKETS))),
                 columns or {"No complete week": [None] * len(BUCKETS)}, units=_USD,
                 corner="Bucket")


def _envelope_message(view: BudgetView) -> str:
    review, complete = view.review, view.review.signals.complete
    spending, commitments = int(review.balances.spent.sum()), int(review.balances.committed.sum())
    used = format_value(spending / view.plan.total, "fraction")
    pace = ""
    if complete:
        report = int(review.signals.spent[:complete].sum())
        due = int(view.plan.to_date[complete].sum())
        side = "less than" if report < due else "more than"
        pace = f"; by the end of week {complete} the export says {amount(report)}, " + (
            "as planned" if report == due else
            f"{side} the {amount(due)} that the plan would have used")
    beyond = f" {amount(review.misfit)} more is reported and not in the ledger, for the reasons " \
        "above." if review.misfit else ""
    return (f"{amount(spending)} is spent, {used} of the total, and {amount(commitments)} committed"
            f"{pace}.{beyond}")


@cell
@of_review
def moves(view: BudgetView, review: Review) -> Block | Note:
    """Moves that were made, and those that open proposals would make."""
    waiting = [each for each in review.open if each.proposal.kind == "move"]
    past_moves = review.log.answers.moves
    rows = {}
    for each in past_moves:
        pair = BUCKETS[each.source], BUCKETS[each.destination], each.rule or "by hand"
        rows.setdefault(pair, [0, 0, 0])[0] += each.cents
    for each in waiting:
        pair = each.proposal.source, each.proposal.destination, each.proposal.rule
        cells = rows.setdefault(pair, [0, 0, 0])
        cells[1] += each.proposal.cents
        cells[2] += 0 if each.competes else each.proposal.cents
    if not rows:
        return Note(f"{view.mark}No money has moved between buckets, and no rule asks for a move.")
    heads = "Made", "Proposed", "Possible together"
    table = Table("Moves between buckets", [f"{view.bucket(source)} → {view.bucket(destination)}"
                                            for source, destination, _ in rows], {
        "Rule": [view.plan.rules[rule].label if rule in view.plan.rules else rule
                 for *_, rule in rows],
        **{head: [exact(cells[at]) for cells in rows.values()] for at, head in enumerate(heads)}},
        units=dict.fromkeys(heads, _USD), corner="From and to")
    return Block(_moves_message(view, past_moves, waiting), *_after(view, waiting),
                 [table, _caps(view)], summary="Moves, and what caps leave")


def _after(view: BudgetView, waiting: Sequence[Standing]) -> tuple:
    """The chart: changes of planned money since the opening, with open proposals."""
    review = view.review
    change = review.balances.planned - review.balances.opening
    for each in waiting:
        if each.competes:
            continue
        change = change.copy()
        change[INDEX[each.proposal.source]] -= each.proposal.cents
        change[INDEX[each.proposal.destination]] += each.proposal.cents
    buckets = [at for at in range(len(BUCKETS)) if change[at]]
    figure = charts.bars(view.names(buckets), [usd(change[at]) for at in buckets], unit=_USD,
                         subtitle=subject(view, "change of planned money since the opening, with "
                                                "what can be approved together · USD"))
    return (figure, "bar chart", "change of planned money by bucket",
            f"{view.mark}To the left what a bucket gives, to the right what it gets; both sums are "
            "equal. Open proposals count in the order listed, as far as money and caps let them.")


def _moves_message(view: BudgetView, past_moves: Sequence[PastMove],
                   waiting: Sequence[Standing]) -> str:
    cents = sum(each.cents for each in past_moves)
    total = sum(each.proposal.cents for each in waiting)
    first = f"{amount(cents)} has moved between buckets" if past_moves else \
        "No money has moved between buckets"
    number = len(waiting)
    if not number:
        return f"{first}; no proposal is open."
    what = "one open proposal asks" if number == 1 else f"{number} open proposals ask"
    fit = [each.proposal.cents for each in waiting if not each.competes]
    most = "" if len(fit) == number else (
        f" In the order listed {len(fit)} of them, for {amount(sum(fit))}, can be approved; the "
        f"other{'s' * (number - len(fit) > 1)} would find too little left.")
    return (f"{first}; {what} for {amount(total)}, "
            f"{format_value(total / view.plan.total, 'fraction')} of the total.{most}")


def _caps(view: BudgetView) -> Table:
    from model.budget.accounts import moves

    balances = view.review.balances
    sources = [at for at in range(len(BUCKETS)) if balances.opening[at]]
    return Table("What may still leave a bucket this quarter", view.names(sources), {
        "Left so far": [exact(balances.outflow[at] + balances.gated_outflow[at]) for at in sources],
        "Within the cap": [exact(moves.headroom(view.plan, balances, at)) for at in sources],
        "Past the gate": [exact(moves.headroom(view.plan, balances, at, "R13")) for at in sources]},
        units=_USD, corner="Bucket")


@cell
@of_review
def forecast(view: BudgetView, review: Review) -> Block:
    """Spending to the plan's end, its interval, and how such forecasts have done."""
    whole = review.forecast[-1]
    planned = [usd(cents) for cents in view.plan.to_date[1:].sum(axis=1)]
    levels = {0.5: [usd(cents) for cents in whole.path]}
    if whole.low is not None and whole.low != whole.high:
        tail = (1 - whole.coverage) / 2
        levels |= {tail: [usd(cents) for cents in whole.path_low],
                   1 - tail: [usd(cents) for cents in whole.path_high]}
    figure = None if whole.expected is None else charts.fan(
        view.weeks, levels, base=planned, base_label="plan", unit=_USD,
        subtitle=subject(view, "spent, and expected, up to the end of each week · USD"),
        include=(0,))
    rows, heads = review.forecast, ("Planned", "Spent", "Expected", "Low", "High")
    return Block(
        _forecast_message(view, whole), figure, "fan chart",
        "spending up to the end of each week",
        f"{view.mark}What was spent for each active learner in the last weeks goes on, with the "
        "learners that the plan still expects, and no bucket spends more than it has. The error is "
        "that of forecasts one week ahead, as a share of what was spent in those weeks; few large "
        f"payments can make it 100% and more. {held_sentence(review)}".rstrip(),
        Table("Spending by the end of the plan",
              [view.bucket(each.bucket) if each.bucket in BUCKETS else "All" for each in rows], {
                  **{head: [exact(getattr(each, head.lower())) for each in rows]
                     for head in heads},
                  "Error": [each.error for each in rows],
                  "From weeks": [str(each.origins) for each in rows],
                  "Why not": [each.reason or each.unsure or "" for each in rows]},
              units=dict.fromkeys(heads, _USD) | {"Error": "fraction"}, totals=("All",),
              corner="Bucket"),
        summary="By bucket")


def _forecast_message(view: BudgetView, whole: Forecast) -> str:
    if whole.expected is None:
        return f"Nothing can be said of spending by the end, as {whole.reason}."
    spending = amount(round(whole.expected))
    if view.review.signals.complete >= view.plan.weeks:
        return f"The plan's weeks are over: {spending} was spent of {amount(whole.planned)}."
    between = f" (no interval: {whole.unsure})" if whole.low is None else (
        f" ({amount(round(whole.low))} to {amount(round(whole.high))} with "
        f"{format_value(whole.coverage, 'fraction')} confidence)")
    past = "" if whole.error is None else (
        f"; one week ahead such forecasts were off by {format_value(whole.error, 'fraction')} of "
        "what was spent")
    rest, more = whole.planned - round(whole.expected), view.review.overrun
    end = f", and {amount(more)} more would be needed" if more else \
        f", so {amount(rest)} would be left" if rest > 0 else ", all that there is"
    short = [view.bucket(each.bucket) for each in view.review.forecast[:-1] if each.runs_out]
    runs = f" {listed(short)} would run out." if short else ""
    return f"{spending} is expected to be spent by the end{between}{end}{past}.{runs}"
