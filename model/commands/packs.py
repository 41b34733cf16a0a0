"""The command `compare-packs`: what has changed since a plan was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from model.commands import DONE
from model.counts import count
from model.problems import visible
from model.terminal import aligned

if TYPE_CHECKING:
    from model.packs.comparison import Comparison, Difference, Figure
    from model.packs.steps import Kind, Way

_NONE, _ABSENT = "nothing", "not there"


def add_compare(command) -> None:
    """Add the options of `compare-packs`."""
    command.add_argument("one", metavar="A", help="a pack by name or file, or an older workbook")
    command.add_argument("other", metavar="B", nargs="?", default="now",
                         help="another one; the plan of this folder by default")
    command.add_argument("--format", choices=("table", "json"), default="table")


def compare_packs(options) -> int:
    """Print what differs between two packs, and the way of each headline."""
    from model.packs import pack
    from model.packs.comparison import compare

    one = pack.found(options.one)
    found = compare(one, pack.found(options.other, like=one))
    if options.format == "json":
        print(json.dumps(found.as_dict(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        print(*map(visible, _lines(found)), sep="\n")
    return DONE


def _lines(found: Comparison) -> Iterator[str]:
    from model.views.formats import sentence_case

    one, other = found.one, found.other
    yield f"{other.plan.title} ({other.company}), from {one.name} to {other.name}"
    yield from (f"  {pack.name}: {pack.origin}" for pack in (one, other))
    yield from (f"  {sentence}." for sentence in found.missing)
    yield from (f"  {sentence_case(sentence)}."
                for sentence in found.years.sentences(one.name, other.name))
    missing = {what for pack in (one, other) for what in pack.missing}
    assumptions = [line for change in found.assumptions for line in change.lines()]
    for title, lines in (("Plan", list(_differences(found.head))), ("Assumptions", assumptions),
                         *((what, list(_differences(getattr(found, what), what != "actuals")))
                           for what in ("actuals", "formulas", "definitions"))):
        if lines or title != "Plan":
            yield ""
            otherwise = " not compared." if title in missing else " nothing has changed."
            yield f"{title.capitalize()}:{'' if lines else otherwise}"
            yield from (f"  {line}" for line in lines)
    yield from _headlines(found)
    yield from _verdicts(found)
    yield from _bridges(found)


def _differences(found: Iterable[Difference], labels: bool = False) -> Iterator[str]:
    for each in found:
        name = f"{each.label} ({each.name})" if labels else each.name
        if each.what == "changed":
            yield f"{name}: {each.old or _NONE} → {each.new or _NONE}"
        else:
            yield f"{name}: {each.what}, {each.new or each.old}"


def _headlines(found: Comparison) -> Iterator[str]:
    from model.views.formats import unit_label

    rows = [["", found.one.name, found.other.name]]
    for each in found.headlines:
        # The month itself says it in words.
        if each.differs and each.unit != "months":
            unit = "" if each.unit == "month" else f", {unit_label(each.unit)}"
            rows.append([f"{each.label}{unit}", *_pair(each, _value)])
    yield ""
    same = sum(not each.differs for each in found.headlines)
    yield f"Headlines: {count(same, 'figure')} of {len(found.headlines)} as before."
    if len(rows) > 1:
        yield from (f"  {line}" for line in aligned(rows, 1))


def _pair(figure: Figure, written: Callable[[float | str | None, str], str]) -> list[str]:
    """A figure before and after; what a pack does not have is not there."""
    absent = {"added": 0, "removed": 1}.get(figure.what)
    return [_ABSENT if at == absent else written(value, figure.unit)
            for at, value in enumerate((figure.old, figure.new))]


def _value(value: float | str | None, unit: str) -> str:
    from model.views.formats import format_month, with_cents

    if value is None:
        return "never" if unit == "month" else "undefined"
    if unit == "month":
        return format_month(value)
    return with_cents(value) if unit == "USD" else f"{value:g}"


def _verdicts(found: Comparison) -> Iterator[str]:
    """The KPIs whose verdict differs, and how many figures do."""
    from model.views.formats import format_value

    changed: dict[tuple[str, str], list[str]] = {}
    for each in found.kpis:
        if each.verdicts[0] != each.verdicts[1]:
            old, new = (f"{value} {verdict}".strip() for value, verdict in zip(
                _pair(each, format_value), each.verdicts, strict=True))
            changed.setdefault((each.label, f"{old} → {new}"), []).append(each.period)
    yield ""
    if not found.kpis:
        yield "KPIs by year: nothing has changed."
        return
    yield (f"KPIs by year: {count(len(found.kpis), 'figure')} changed, and "
           f"{count(sum(map(len, changed.values())), 'verdict')}{':' if changed else '.'}")
    for (label, said), years in changed.items():
        yield f"  {label} {', '.join(years)}: {said}"


def _bridges(found: Comparison) -> Iterator[str]:
    """A table for each kind of headline, with a column a year."""
    from model.packs.steps import by_kind

    yield ""
    if not found.ways:
        yield "Bridges: none, as the two plans have other months or years."
        return
    kinds = by_kind(found.ways)
    if not kinds:
        yield "Bridges: none, as no headline of the plan moves."
        return
    yield ("Bridges: what each change adds, on average over all orders of changing; to the cent, "
           "or to a hundredth of a month.")
    for kind in kinds:
        yield ""
        yield from (f"  {line}" for line in aligned(_table(found, kind), 1))


def _table(found: Comparison, kind: Kind) -> list[list[str]]:
    from model.views.formats import unit_label, with_cents

    first, *steps, last = kind.rows(found.one.name, found.other.name)
    return [[f"{kind.label}, {unit_label(kind.unit)}", *kind.heads],
            [first[0], *map(_end, kind.ways, first[1])],
            *([step, *(with_cents(amount) if amount else "" for amount in amounts)]
              for step, amounts in steps),
            [last[0], *map(_end, kind.ways, last[1])]]


def _end(way: Way, value: float | None) -> str:
    from model.views.formats import with_cents

    return f"never, as {way.counted:g}" if value is None else with_cents(value)
