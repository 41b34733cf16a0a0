"""From one scenario to another: what each assumption that differs does to an outcome."""

from __future__ import annotations

import math

from model.analysis import bridge as bridging
from model.analysis.bridge import Bridge, Group
from model.analysis.register import Row, register
from model.analysis.sensitivity import Outcome
from model.pages import assumptions as register_page
from model.pages import frame
from model.pages.comparison.view import Comparison
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.controls import Choice, Panel
from model.views.formats import MINUS, format_month, say

NAMED = 3  # parts that a sentence names; the others are added up
NOTHING = 0.005  # what is not seen when it is written to the cent, or to a hundredth of a month
YEARLY = ("ebitda", "cash")


def bridges(comparison: Comparison, outcome: str | None = None) -> Several:
    """From the scenario that the page is opened with, as a rule base, to every other one."""
    title = dict(zip(comparison.views, comparison.titles, strict=True))
    start = comparison.view.assumptions.scenario
    others = [name for name in comparison.views if name != start]
    alike = [name for name in others if not _differing(comparison, start, name)]
    found = [bridge(comparison, start, name, outcome) for name in others if name not in alike]
    if alike:
        names = frame.listed([title[name] for name in alike])
        found.append(Note(f"{names} {'has' if len(alike) == 1 else 'have'} the assumptions of "
                          f"{title[start]}, so there is nothing to explain."))
    return Several(found or [Note("There is no other scenario to compare with.")])


def bridge(comparison: Comparison, start: str, end: str, outcome: str | None = None,
           by: str = "path") -> Block:
    """What moves an outcome from one scenario to another, by assumption or by section."""
    title = dict(zip(comparison.views, comparison.titles, strict=True))
    one, other = comparison.views[start], comparison.views[end]
    wanted = _outcome(one, outcome)
    if not _differing(comparison, start, end):
        which = "one scenario" if start == end else "two scenarios with the same assumptions"
        return Block(f"{title[start]} and {title[end]} are {which}: nothing differs.")
    found = bridging.bridge(one.assumptions, other.assumptions, wanted, by)
    ends = title[start], title[end]
    names = [_label(one, part.group) for part in found.parts]
    message = _message(one, found, names, *ends)
    if wanted.unit != "USD":
        message += "".join(_without_cash(name, view)
                           for name, view in zip(ends, (one, other), strict=True))
    if math.isnan(found.start) and math.isnan(found.end):
        return Block(message)
    subject = f"{wanted.label} from {ends[0]} to {ends[1]}"
    return Block(message, _figure(one, found, names, *ends), "waterfall chart", subject,
                 _reading(found), _table(one, other, found, names, ends),
                 alt_message=f"it goes from {_said(one, found, found.start)} to "
                             f"{_said(one, found, found.end)}")


def _without_cash(title: str, view: View) -> str:
    """That a plan first breaks even when its cash has run out."""
    plan = view.breakeven
    return (f" In {title} cash has run out before that, in {format_month(plan.out_of_cash)}."
            if plan.too_late else "")


def _differing(comparison: Comparison, start: str, end: str) -> tuple[str, ...]:
    return bridging.differing(*(comparison.views[name].assumptions for name in (start, end)))


def _outcome(view: View, name: str | None) -> Outcome:
    """An outcome by name; by default EBITDA of the third year, as on the sensitivity page."""
    years = view.projection.years
    return bridging.bridged(years)[name or f"ebitda_{years[min(2, len(years) - 1)]}"]


def _label(view: View, group: Group) -> str:
    if not group.name:
        return f"The other {len(group.paths)} together"
    if len(group.paths) == 1:
        return view.label(group.paths[0])
    return group.name.replace("_", " ").replace(".", ", ").capitalize()


def _figure(view: View, found: Bridge, names: list[str], start: str, end: str):
    wanted, who = found.outcome, f"{view.assumptions.title} · {start} to {end}"
    moved = [(name, part.amount) for name, part in zip(names, found.parts, strict=True)
             if abs(part.amount) >= NOTHING]
    if not moved:
        return None
    if wanted.unit == "USD":
        steps = [(start, found.start, "subtotal"),
                 *((name, amount, "flow") for name, amount in moved),
                 (end, found.end, "subtotal")]
        return charts.waterfall(steps, unit="USD", subtitle=f"{who} · {wanted.label} · USD")
    # Turned round, so that a gain is above zero here as in every other chart.
    steps = [*((name, -amount, "flow") for name, amount in moved),
             ("Together", -found.difference, "subtotal")]
    return charts.waterfall(steps, unit="months",
                            subtitle=f"{who} · first break-even · months earlier (−: later)")


def _message(view: View, found: Bridge, names: list[str], start: str, end: str) -> str:
    wanted = found.outcome
    if math.isnan(found.start) and math.isnan(found.end):
        return (f"Neither {start} nor {end} breaks even within the horizon, so there is no "
                "difference in months to explain.")
    why = _why(found, names)
    change = found.difference
    if wanted.unit != "USD":
        return _months_message(view, found, start, end, why)
    if abs(change) < NOTHING:
        return (f"{wanted.label} is {say(found.start, 'USD')} in {start} and in {end}"
                + (f", as what differs cancels out: {why}." if why else
                   ": nothing that differs moves it."))
    moves = "rises" if change > 0 else "falls"
    return (f"From {start} to {end}, {frame.inside(wanted.label)} {moves} by "
            f"{say(abs(change), 'USD')}, from {say(found.start, 'USD')} to "
            f"{say(found.end, 'USD')}: {why}.")


def _months_message(view: View, found: Bridge, start: str, end: str, why: str) -> str:
    change = found.difference
    ends = _said(view, found, found.start), _said(view, found, found.end)
    later = f"{say(abs(change), 'months')} {'later' if change > 0 else 'earlier'}"
    if math.isnan(found.start) or math.isnan(found.end):
        lost = "lost" if math.isnan(found.end) else "gained"
        return (f"From {start} to {end}, the first break-even is {lost}: {ends[0]} becomes "
                f"{ends[1]}. With never counted as month {found.counted:.0f}, the first beyond "
                f"the horizon, that is at least {later}: {why}.")
    if abs(change) < NOTHING:
        return (f"The first break-even is in {ends[0]} in {start} and in {end}"
                + (f", as what differs cancels out: {why}." if why else
                   ": nothing that differs moves it."))
    return (f"From {start} to {end}, the first break-even comes {later}, in {ends[1]} instead of "
            f"{ends[0]}: {why}.")


def _said(view: View, found: Bridge, value: float) -> str:
    """`USD 1.2m`, `month 22 (Oct 2027)`, or `never within the horizon`."""
    if found.outcome.unit == "USD":
        return say(value, "USD")
    if math.isnan(value):
        return "never within the horizon"
    return f"month {value:.0f} ({format_month(view.projection.months[round(value) - 1])})"


def _why(found: Bridge, names: list[str]) -> str:
    """`A takes USD 2.0m; B brings USD 0.5m; the rest takes USD 0.1m`."""
    unit = found.outcome.unit
    gain, loss = ("brings", "takes") if unit == "USD" else ("adds", "saves")
    seen = [(name, part.amount) for name, part in zip(names, found.parts, strict=True)
            if abs(part.amount) >= NOTHING]
    said = [f"{frame.inside(name)} {gain if amount > 0 else loss} {say(abs(amount), unit)}"
            for name, amount in seen[:NAMED]]
    rest = sum(amount for _, amount in seen[NAMED:])
    if abs(rest) >= NOTHING:
        verb = gain if rest > 0 else loss
        said.append(f"the rest {verb} {say(abs(rest), unit)}")
    # Labels hold commas of their own.
    return "; ".join(said)


def _reading(found: Bridge) -> str:
    count = len(found.parts)
    if count == 1:
        said = ["One thing differs, so the whole difference is due to it."]
    else:
        orders = "both" if count == 2 else f"all {math.factorial(count):,}"
        said = [f"Each amount is the mean of what it moves over {orders} orders in which the "
                f"{count} could be changed (the Shapley value), so it depends on no order"
                + ("." if found.outcome.unit == "USD" else "; there may be parts of a month.")]
    still = sum(abs(part.amount) < NOTHING for part in found.parts)
    if still:
        said.append(f"{still} of the {count} {'moves' if still == 1 else 'move'} nothing and "
                    f"{'has' if still == 1 else 'have'} no bar.")
    if found.never:
        said.append(f"{found.never} of {found.combinations:,} combinations never break even and "
                    f"count as month {found.counted:.0f}.")
    if any(part.group.name.endswith(".mix") and len(part.group.paths) > 1
           for part in found.parts):
        said.append("The shares of a mix move together.")
    rest = next((part for part in found.parts if not part.group.name), None)
    if rest:
        said.append(f"Of all that differs, the {len(rest.group.paths)} that move it least stand "
                    "together.")
    return " ".join(said)


def _table(one: View, other: View, found: Bridge, names: list[str],
           ends: tuple[str, str]) -> Table:
    unit = found.outcome.unit
    rows = [{row.path: row for row in register(view.assumptions)} for view in (one, other)]
    years = one.projection.years
    amounts = bridging.to_cents([part.amount for part in found.parts], found.difference)
    total = [sum(getattr(part, name) for part in found.parts) for name in ("first", "last")]
    return Table(
        f"From {ends[0]} to {ends[1]}: {found.outcome.label} by what differs",
        [*names, "Difference"], {
            f"In {ends[0]}": [*(_value(part.group, rows[0], years) for part in found.parts), ""],
            f"In {ends[1]}": [*(_value(part.group, rows[1], years) for part in found.parts), ""],
            "Due to it": [*map(_written, amounts), _written(round(sum(amounts), 2))],
            "Changed first": [*(part.first for part in found.parts), total[0]],
            "Changed last": [*(part.last for part in found.parts), total[1]]},
        units=dict.fromkeys(("Due to it", "Changed first", "Changed last"), unit),
        corner="What differs", totals=("Difference",))


def _written(amount: float) -> str:
    return f"{MINUS if amount < 0 else ''}{abs(amount):,.2f}"


def _value(group: Group, rows: dict[str, Row], years) -> str:
    if len(group.paths) > 1:
        return f"{len(group.paths)} assumptions"
    row = rows[group.paths[0]]
    return register_page.here(row, years)


def controls(comparison: Comparison) -> object:
    """Choose two scenarios, the outcome and its year, and how what differs is grouped."""
    names = dict(zip(comparison.titles, comparison.views, strict=True))
    years = comparison.view.projection.years
    start = comparison.view.assumptions.scenario
    end = next((name for name in names.values() if _differing(comparison, start, name)), start)
    first = {"start": start, "end": end, "what": "ebitda", "year": years[min(2, len(years) - 1)],
             "by": "path"}
    wanted = {
        "start": Choice("From", names), "end": Choice("To", names),
        "what": Choice("Outcome", {"EBITDA of a year": "ebitda", "Cash at the end of a year":
                                   "cash", "Lowest cash": "lowest_cash",
                                   "First break-even": "months_to_breakeven"}),
        "year": Choice("Year (of EBITDA or cash)", {str(year): year for year in years}),
        "by": Choice("Bars by", {"assumption": "path", "section": "section"})}

    def drawn(values: dict) -> str:
        what = values["what"]
        outcome = f"{what}_{values['year']}" if what in YEARLY else what
        return bridge(comparison, values["start"], values["end"], outcome,
                      values["by"]).screen_html

    return Panel(wanted, first, lambda values: (drawn(values), ""), drawn(first)).show()
