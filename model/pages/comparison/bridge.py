"""From one scenario to another: what each assumption that differs does to an outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable

from model.analysis import bridge as bridging
from model.analysis.bridge import Bridge
from model.analysis.register import Row, register
from model.pages import assumptions as register_page
from model.pages import frame
from model.pages.comparison.view import Comparison
from model.pages.view import View
from model.pages.what_if import Choice, panel
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import format_month, say, with_cents

PARTS_IN_SENTENCE = 3  # parts that a sentence names; the others are added up
NOTHING = 0.005  # what is not seen when it is written to the cent, or to a hundredth of a month
YEARLY = ("ebitda", "cash")


def bridges(comparison: Comparison) -> Several:
    """From the scenario that the page is opened with, as a rule base, to every other one."""
    title = dict(zip(comparison.views, comparison.titles, strict=True))
    start = comparison.view.assumptions.scenario
    others = [name for name in comparison.views if name != start]
    alike = [name for name in others if not _differing(comparison, start, name)]
    blocks = [bridge(comparison, start, name) for name in others if name not in alike]
    if alike:
        names = frame.listed([title[name] for name in alike])
        blocks.append(Note(f"{names} {'has' if len(alike) == 1 else 'have'} the assumptions of "
                           f"{title[start]}, so there is nothing to explain."))
    return Several(blocks or [Note("There is no other scenario to compare with.")])


def bridge(comparison: Comparison, start: str, end: str, outcome: str | None = None,
           by: str = "path") -> Block:
    """What moves an outcome from one scenario to another, by assumption or by section."""
    title = dict(zip(comparison.views, comparison.titles, strict=True))
    one, other = comparison.views[start], comparison.views[end]
    # By default the outcome of the sensitivity page.
    target = bridging.bridged(one.years)[outcome or one.chief_outcome]
    if not _differing(comparison, start, end):
        which = "one scenario" if start == end else "two scenarios with the same assumptions"
        return Block(f"{title[start]} and {title[end]} are {which}: nothing differs.")
    result = bridging.bridge(one.assumptions, other.assumptions, target, by)
    ends = title[start], title[end]
    entries = {**one.assumptions.entries, **other.assumptions.entries}
    names = [part.group.label(entries) for part in result.parts]
    message = _message(one, result, names, *ends)
    if target.unit != "USD":
        message += "".join(
            f" In {name} cash has run out before that, in {format_month(plan.out_of_cash)}."
            for name, plan in zip(ends, (one.breakeven, other.breakeven), strict=True)
            if plan.too_late)
    if math.isnan(result.start) and math.isnan(result.end):
        return Block(message)
    subject = f"{target.label} from {ends[0]} to {ends[1]}"
    return Block(message, _figure(one, result, names, *ends), "waterfall chart", subject,
                 _reading(result), _table(one, other, result, names, ends),
                 alt_message=f"it goes from {_in_words(one, result, result.start)} to "
                             f"{_in_words(one, result, result.end)}")


def _differing(comparison: Comparison, start: str, end: str) -> tuple[str, ...]:
    return bridging.differing(*(comparison.views[name].assumptions for name in (start, end)))


def _figure(view: View, result: Bridge, names: list[str], start: str, end: str):
    target, who = result.outcome, f"{view.assumptions.title} · {start} to {end}"
    amounts = _amounts(result, names)
    if not amounts:
        return None
    if target.unit == "USD":
        steps = [(start, result.start, "subtotal"),
                 *((name, amount, "flow") for name, amount in amounts),
                 (end, result.end, "subtotal")]
        return charts.waterfall(steps, unit="USD", subtitle=f"{who} · {target.label} · USD")
    # Turned round, so that a gain is above zero here as in every other chart.
    steps = [*((name, -amount, "flow") for name, amount in amounts),
             ("Together", -result.difference, "subtotal")]
    return charts.waterfall(steps, unit="months",
                            subtitle=f"{who} · first break-even · months earlier (−: later)")


def _amounts(result: Bridge, names: list[str]) -> list[tuple[str, float]]:
    """The parts that move the outcome so that it is seen, by name."""
    return [(name, part.amount) for name, part in zip(names, result.parts, strict=True)
            if abs(part.amount) >= NOTHING]


def _message(view: View, result: Bridge, names: list[str], start: str, end: str) -> str:
    target = result.outcome
    if math.isnan(result.start) and math.isnan(result.end):
        return (f"Neither {start} nor {end} breaks even within the horizon, so there is no "
                "difference in months to explain.")
    why = _why(result, names)
    change = result.difference
    if target.unit != "USD":
        return _months_message(view, result, start, end, why)
    if abs(change) < NOTHING:
        return f"{target.label} is {say(result.start, 'USD')} in {start} and in {end}{_alike(why)}"
    moves = "rises" if change > 0 else "falls"
    return (f"From {start} to {end}, {frame.inside(target.label)} {moves} by "
            f"{say(abs(change), 'USD')}, from {say(result.start, 'USD')} to "
            f"{say(result.end, 'USD')}: {why}.")


def _months_message(view: View, result: Bridge, start: str, end: str, why: str) -> str:
    change = result.difference
    ends = _in_words(view, result, result.start), _in_words(view, result, result.end)
    later = f"{say(abs(change), 'months')} {'later' if change > 0 else 'earlier'}"
    if math.isnan(result.start) or math.isnan(result.end):
        direction = "lost" if math.isnan(result.end) else "gained"
        return (f"From {start} to {end}, the first break-even is {direction}: {ends[0]} becomes "
                f"{ends[1]}. With never counted as month {result.counted:.0f}, the first beyond "
                f"the horizon, that is at least {later}: {why}.")
    if abs(change) < NOTHING:
        return f"The first break-even is in {ends[0]} in {start} and in {end}{_alike(why)}"
    return (f"From {start} to {end}, the first break-even comes {later}, in {ends[1]} instead of "
            f"{ends[0]}: {why}.")


def _alike(why: str) -> str:
    return (f", as what differs cancels out: {why}." if why else
            ": nothing that differs moves it.")


def _in_words(view: View, result: Bridge, value: float) -> str:
    """`USD 1.2m`, `month 22 (Oct 2027)`, or `never within the horizon`."""
    if result.outcome.unit == "USD":
        return say(value, "USD")
    if math.isnan(value):
        return "never within the horizon"
    return f"month {value:.0f} ({format_month(view.months[round(value) - 1])})"


def _why(result: Bridge, names: list[str]) -> str:
    """`A takes USD 2.0m; B brings USD 0.5m; the rest takes USD 0.1m`."""
    unit = result.outcome.unit
    gain, loss = ("brings", "takes") if unit == "USD" else ("adds", "saves")
    amounts = _amounts(result, names)
    parts = [f"{frame.inside(name)} {gain if amount > 0 else loss} {say(abs(amount), unit)}"
             for name, amount in amounts[:PARTS_IN_SENTENCE]]
    rest = sum(amount for _, amount in amounts[PARTS_IN_SENTENCE:])
    if abs(rest) >= NOTHING:
        parts.append(f"the rest {gain if rest > 0 else loss} {say(abs(rest), unit)}")
    # Labels hold commas of their own.
    return "; ".join(parts)


def _reading(result: Bridge) -> str:
    count = len(result.parts)
    if count == 1:
        parts = ["One thing differs, so the whole difference is due to it."]
    else:
        orders = "both" if count == 2 else f"all {math.factorial(count):,}"
        parts = [f"Each amount is the mean of what it moves over {orders} orders in which the "
                 f"{count} could be changed (the Shapley value), so it depends on no order"
                 + ("." if result.outcome.unit == "USD" else "; there may be parts of a month.")]
    still = sum(abs(part.amount) < NOTHING for part in result.parts)
    if still:
        parts.append(f"{still} of the {count} {'moves' if still == 1 else 'move'} nothing and "
                     f"{'has' if still == 1 else 'have'} no bar.")
    if result.never:
        parts.append(f"{result.never} of {result.combinations:,} combinations never break even and "
                     f"count as month {result.counted:.0f}.")
    if any(part.group.name.endswith(".mix") and len(part.group.paths) > 1
           for part in result.parts):
        parts.append("The shares of a mix move together.")
    rest = next((part for part in result.parts if not part.group.name), None)
    if rest:
        parts.append(f"Of all that differs, the {len(rest.group.paths)} that move it least stand "
                     "together.")
    return " ".join(parts)


def _table(one: View, other: View, result: Bridge, names: list[str],
           ends: tuple[str, str]) -> Table:
    # One of them may open with what the other does not.
    before, after = (_values(view, register(view.assumptions.opened(beside.entries)), result)
                     for view, beside in ((one, other), (other, one)))
    amounts = bridging.to_cents([part.amount for part in result.parts], result.difference)
    total = [sum(getattr(part, name) for part in result.parts) for name in ("first", "last")]
    return Table(
        f"From {ends[0]} to {ends[1]}: {result.outcome.label} by what differs",
        [*names, "Difference"], {
            f"In {ends[0]}": [*before, ""], f"In {ends[1]}": [*after, ""],
            "Due to it": [*map(with_cents, amounts), with_cents(round(sum(amounts), 2))],
            "Changed first": [*(part.first for part in result.parts), total[0]],
            "Changed last": [*(part.last for part in result.parts), total[1]]},
        units=dict.fromkeys(("Due to it", "Changed first", "Changed last"), result.outcome.unit),
        corner="What differs", totals=("Difference",))


def _values(view: View, every: Iterable[Row], result: Bridge) -> list[str]:
    rows = {row.path: row for row in every}
    groups = [part.group.paths for part in result.parts]
    return [f"{len(paths)} assumptions" if len(paths) > 1 else
            register_page.here(rows[paths[0]], view.years) for paths in groups]


def controls(comparison: Comparison) -> object:
    """Choose two scenarios, the outcome and its year, and how what differs is grouped."""
    names = dict(zip(comparison.titles, comparison.views, strict=True))
    start = comparison.view.assumptions.scenario
    end = next((name for name in names.values() if _differing(comparison, start, name)), start)
    what, _, year = comparison.view.chief_outcome.partition("_")
    first = {"start": start, "end": end, "what": what, "year": int(year), "by": "path"}
    choices = {
        "start": Choice("From", names), "end": Choice("To", names),
        "what": Choice("Outcome", {"EBITDA of a year": "ebitda", "Cash at the end of a year":
                                   "cash", "Lowest cash": "lowest_cash",
                                   "First break-even": "months_to_breakeven"}),
        "year": Choice("Year (of EBITDA or cash)",
                       {str(year): year for year in comparison.view.years}),
        "by": Choice("Bars by", {"assumption": "path", "section": "section"})}

    def draw(start: str, end: str, what: str, year: int, by: str) -> Block:
        return bridge(comparison, start, end, f"{what}_{year}" if what in YEARLY else what, by)

    return panel(choices, first, draw, draw(**first))
