"""What has changed since a plan was sent: the packs of a company beside the plan as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from model.counts import count
from model.packs import pack as packs
from model.packs.assumptions import AssumptionChange
from model.packs.comparison import Comparison as Changes
from model.packs.comparison import Difference, compare
from model.packs.pack import Pack
from model.packs.steps import Kind, Way, by_kind
from model.pages import frame
from model.pages.comparison.bridge import PARTS_IN_SENTENCE
from model.pages.comparison.view import Comparison
from model.pages.what_if import Choice, choose
from model.params.calendar import MONTH
from model.problems import InputError
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import (
    format_month,
    say,
    sentence_case,
    typed,
    unit_label,
    with_cents,
)

# What the plan that was sent has become, and the plan that the page is of: another scenario, maybe.
_NOW, _PAGE = "Now", "Plan of this page"
_ABSENT = "not there"
_DAY = re.compile(rf"({MONTH.pattern})(?:-([0-9]{{2}}))?")


def since(comparison: Comparison) -> Several:
    """Every pack beside now, and what has changed since the youngest."""
    kept, unusable = comparison.packs
    parts = [Note("What was sent and cannot be used any more, as a file was changed or another "
                  f"version of the model wrote it: {frame.listed(unusable)}.")] if unusable else []
    if not kept:
        return Several([*parts, Note("No plan of this company that was sent is kept here, so there "
                                     "is nothing to compare with.")])
    return Several([*parts, _changes(comparison, kept[0]), _table_of(comparison, kept)])


def since_controls(comparison: Comparison) -> object:
    """Choose which pack the plan is compared with."""
    kept, _ = comparison.packs
    if not kept:
        return Note("There is nothing to choose.")
    by_name = {each.name: each for each in kept}
    return choose(Choice("Sent", {_title(each): each.name for each in kept}),
                  lambda name: _changes(comparison, by_name[name]), kept[0].name)


def _changes(comparison: Comparison, sent: Pack) -> Block:
    """What has changed since a pack, and what that does to the chief outcome."""
    try:
        now = packs.now(sent.company, sent.plan.scenario)
    except InputError:
        return Block(f"{_called(sent)} is of the scenario {sent.record['scenario_title']}, which "
                     "is no longer there.")
    found = compare(sent, now)
    way = next((way for way in found.ways if way.name == comparison.view.chief_outcome), None)
    tables = [*_what(found), *(_bridge(found, kind) for kind in by_kind(found.ways))]
    return Block(_message(found, way), _figure(comparison, sent, way), "waterfall chart",
                 f"{way.label} from {_title(sent)} to now" if way else "",
                 _reading(found) if tables else "", tables, summary="What has changed, to the cent",
                 alt_message=way and f"it goes from {say(way.start, 'USD')} to "
                                     f"{say(way.end, 'USD')}")


def _title(sent: Pack) -> str:
    """The name of a pack as readers see it: `October 2026`."""
    return sentence_case(sent.name.replace("_", " "))


def _called(sent: Pack) -> str:
    return f"{_title(sent)}, sent on {_day(sent)},"


def _day(sent: Pack) -> str:
    """The day of a pack, as 31 Oct 2026."""
    return _spoken(sent.record["made"])


def _spoken(text: str) -> str:
    """A text of the plan as a whole with its days and months as readers write them."""
    return _DAY.sub(lambda match: f"{int(match[2] or 0) or ''} {format_month(match[1])}".lstrip(),
                    text)


def _message(found: Changes, way: Way | None) -> str:
    counts = [count(len(several), *nouns) for several, *nouns in (
        (found.assumptions, "assumption"),
        (found.actuals, "entry of actuals", "entries of actuals"),
        (found.formulas, "formula"), (found.definitions, "definition")) if several]
    if found.head:
        counts.append("the plan as a whole")
    since = f"Since {_called(found.one)}"
    if not counts:
        return f"{since} nothing has changed."
    what = f"{since} {frame.listed(counts)} changed"
    if way is None:
        return f"{what}; its months or years are others, so nothing is bridged."
    start, end = way.start, way.end
    if abs(end - start) < 0.005:
        return f"{what}, and {frame.inside(way.label)} stays {say(end, 'USD')}."
    return (f"{what}, and {way.label} goes from {say(start, 'USD')} to {say(end, 'USD')}: "
            f"{_why(way)}.")


def _why(way: Way) -> str:
    moved = sorted(((name, amount) for name, amount in way.steps.items() if amount),
                   key=lambda each: -abs(each[1]))
    parts = [f"{name} {say(amount, 'USD')}" for name, amount in moved[:PARTS_IN_SENTENCE]]
    if rest := sum(amount for _, amount in moved[PARTS_IN_SENTENCE:]):
        parts.append(f"the rest {say(rest, 'USD')}")
    # Labels hold commas of their own.
    return "; ".join(parts)


def _figure(comparison: Comparison, sent: Pack, way: Way | None):
    if way is None or not any(way.steps.values()):
        return None
    steps = [(_title(sent), way.start, "subtotal"),
             *((name, amount, "flow") for name, amount in way.steps.items() if amount),
             (_NOW, way.end, "subtotal")]
    return charts.waterfall(steps, unit="USD", subtitle=(
        f"{comparison.view.assumptions.title} · {_title(sent)} to now · {way.label} · USD"))


def _reading(found: Changes) -> str:
    said = ("Each amount is the mean of what a change adds over all orders in which the changes "
            "could be made, with the formulas of today.")
    if found.formulas:
        said += " What formulas did is a step of its own."
    apart = found.years.sentences(_title(found.one), "the plan of now")
    return " ".join([*(f"{sentence_case(each)}." for each in apart), *([said] * bool(found.ways))])


def _what(found: Changes) -> Iterator[Table]:
    """What has changed: assumptions by value, then actuals, formulas and definitions."""
    one, other = _title(found.one), _NOW
    if found.head:
        yield _table(f"The plan as a whole, changed since {one}", "Of the plan", tuple(replace(
            each, label=sentence_case(each.name), old=_spoken(each.old), new=_spoken(each.new))
            for each in found.head))
    rows = [row for change in found.assumptions for row in _rows(change)]
    if rows:
        yield Table(f"Assumptions that changed since {one}", [label for label, *_ in rows],
                    {"When": [when for _, when, _, _ in rows],
                     "Then": [old for _, _, old, _ in rows], other: [new for *_, new in rows]},
                    corner="Assumption")
    for what, corner, several in (("Actuals", "Actual", found.actuals),
                                  ("Formulas", "Line or KPI", found.formulas),
                                  ("Definitions", "Line, KPI or rule", found.definitions)):
        if several:
            yield _table(f"{what} that changed since {one}", corner, several)


def _rows(change: AssumptionChange) -> Iterator[tuple[str, str, str, str]]:
    for value in change.values:
        when = " to ".join(map(format_month, dict.fromkeys((value.first, value.last))))
        yield (change.label, when or "all months", _figure_of(value.old, change.unit),
               _figure_of(value.new, change.unit))
    for word, (old, new) in change.about.items():
        yield change.label, word, old or "nothing", new or "nothing"


def _figure_of(value: float | None, unit: str) -> str:
    """A typed figure with its unit: `75%`, `900,000 USD`."""
    if value is None:
        return _ABSENT
    name = unit_label(unit)
    return f"{typed(value, unit)}{'' if name.startswith('%') else ' '}{name}".strip()


def _table(caption: str, corner: str, several: tuple[Difference, ...]) -> Table:
    return Table(caption, [each.label for each in several],
                 {head: [format_month(said) if said else _ABSENT for said in values]
                  for head, values in (("Then", [each.old for each in several]),
                                       (_NOW, [each.new for each in several]))}, corner=corner,
                 stacked=True)


def _bridge(found: Changes, kind: Kind) -> Table:
    """The ways of one kind of headline, to the cent."""
    sent = _title(found.one)
    rows = {name: ["never" if amount is None else with_cents(amount) for amount in amounts]
            for name, amounts in kind.rows(sent, _NOW)}
    return Table.of_rows(f"{kind.label}: {sent} to now, {unit_label(kind.unit)}",
                         [head or kind.label for head in kind.heads], rows,
                         corner="What adds", totals=(sent, _NOW))


def _table_of(comparison: Comparison, kept: list[Pack]) -> Block:
    """Every pack beside the plan of the page, by its recorded figures; what its year is depends on
    its calendar."""
    now, name = comparison.view, comparison.view.chief_outcome
    year = now.settled_year
    span = now.projection.calendar.spans[year]
    column, ebitda = f"{now.line('ebitda')} {year}", now.by_year("ebitda")[now.years.index(year)]
    recorded = [each.record["headlines"] for each in kept]
    same_year = [each.plan.calendar.reported.spans.get(year) == span for each in kept]
    table = Table("Plans that were sent, beside the plan of this page",
                  [*map(_title, kept), _PAGE],
                  {"Sent on": [*map(_day, kept), ""],
                   "Scenario": [*(each.record["scenario_title"] for each in kept),
                                now.assumptions.scenario_title],
                   "First break-even": [*(frame.or_never(each["first"]["value"])
                                          if "first" in each else _ABSENT for each in recorded),
                                        frame.or_never(now.breakeven.first)],
                   "Lowest cash": [*(_value(each, "lowest_cash") for each in recorded),
                                   now.breakeven.trough_cash],
                   column: [*(_value(each, name) if same else "other months"
                              for each, same in zip(recorded, same_year, strict=True)), ebitda]},
                  units=dict.fromkeys(("Lowest cash", column), "USD"), corner="Plan")
    return Block("", table=table, open=True)


def _value(headlines: Mapping[str, Mapping], name: str) -> float | str | None:
    return headlines[name]["value"] if name in headlines else _ABSENT
