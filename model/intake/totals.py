"""Totals of an export, which are checked to be what they say and then left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from model.intake.mapping import Map
from model.problems import nearest, quoted

# The words with which programs call totals, before or behind what is totalled.
_TOTAL = re.compile(r"(sub-?total|grand total|total|summen?|gesamt(summe)?|zwischensumme|ytd"
                    r"|year to date)\b[ :]*(?P<of>.*)|(?P<before>.+?)[ ,:]+(total|gesamt|summe)",
                    re.IGNORECASE)
# No total has a longer name. [characters]
_LONGEST = 200
# Amounts in cents tie to the cent; a spreadsheet's binary fractions come near it.
_CENT = Decimal("0.005")

Amounts = tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Line:
    """A row with its name, how far it is indented, and its amounts by column, None where it has
    none."""

    row: int
    name: str
    indent: int
    amounts: Amounts

    @property
    def is_empty(self) -> bool:
        return all(amount is None for amount in self.amounts)


def is_total(name: str, found: Map) -> bool:
    """Whether a name is that of a total: in the map, or by its words where the map has no other use
    for it."""
    if name in found.totals:
        return True
    return name not in found.accounts and name not in found.left_out and is_called_total(name)


def is_heading(line: Line, found: Map) -> bool:
    """Whether a line is a heading: without amounts, and no account that has none this time."""
    return line.is_empty and line.name not in found.accounts and line.name not in found.left_out


def is_called_total(name: str) -> bool:
    """Whether a name has the words of a total."""
    return bool(_match(name))


def _match(name: str) -> re.Match | None:
    return _TOTAL.fullmatch(name) if len(name) <= _LONGEST else None


def subject_of(name: str) -> str:
    """What a total's words name, `Income` of `Total Income`; empty where they name nothing."""
    match = _match(name)
    return ((match["of"] or match["before"] or "") if match else "").strip()


def check_rows(lines: Sequence[Line], found: Map,
               say: Callable[[int, str], None]) -> list[str]:
    """Check the totals among lines, and say of each that differs by how much; returns the names of
    those that agree."""
    agreeing = []
    for place, line in enumerate(lines):
        if not is_total(line.name, found) or line.is_empty:
            continue
        rule = found.totals.get(line.name)
        if rule is not None:
            sums, fault = _by_rule(lines, rule.plus, rule.minus, found)
            candidates = [sums]
        else:
            candidates, fault = _above(lines, place, found), ""
        if not fault:
            fault = difference(line.amounts, candidates)
        if fault:
            say(line.row, f"{quoted(line.name)} {fault}")
        else:
            agreeing.append(line.name)
    return agreeing


def difference(amounts: Amounts, candidates: Sequence[Amounts]) -> str:
    """The end of a sentence where amounts are none of what they may total: by how much they differ
    from the nearest. Empty amounts are not compared."""
    gaps = [_gaps(amounts, sums) for sums in candidates]
    nearest_gaps = min(gaps, key=lambda each: (len(each), sum(abs(gap) for _, _, gap in each)))
    if not nearest_gaps:
        return ""
    amount, total, gap = nearest_gaps[0]
    more = f", and in {len(nearest_gaps) - 1} more columns" if len(nearest_gaps) > 1 else ""
    return (f"is {amount:,}, where what it totals makes {total:,}: {gap:+,} of difference{more}. "
            "Is a row missing? Or say under totals what it adds up; if it is no total, name it in "
            "the map as what it is, or under left_out.")


def _gaps(amounts: Amounts, sums: Amounts) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(amount, total or Decimal(0), amount - (total or Decimal(0)))
            for amount, total in zip(amounts, sums, strict=True)
            if amount is not None and abs(amount - (total or Decimal(0))) >= _CENT]


def sums_of(lines: Sequence[Line], width: int) -> Amounts:
    """The sums of lines by column."""
    return tuple(sum((line.amounts[at] or Decimal(0) for line in lines), Decimal(0))
                 for at in range(width))


def _above(lines: Sequence[Line], place: int, found: Map) -> list[Amounts]:
    """What a total without a rule may add up: the section that it names, or what stands between the
    total before it and itself, or all lines above it."""
    own, width = lines[place], len(lines[place].amounts)
    above = [line for line in lines[:place] if not is_total(line.name, found)]
    name = subject_of(own.name).casefold()
    starts = [at for at, line in enumerate(lines[:place]) if line.name.casefold() == name]
    if name and starts:
        section = [line for line in lines[starts[-1]:place] if not is_total(line.name, found)]
        return [sums_of(section, width)]
    last = max((at for at, line in enumerate(lines[:place])
                if is_total(line.name, found) and not line.is_empty), default=-1)
    since = [line for line in lines[last + 1:place] if not is_total(line.name, found)]
    return [sums_of(since, width), sums_of(above, width)]


def _by_rule(lines: Sequence[Line], plus: Sequence[str], minus: Sequence[str],
           found: Map) -> tuple[Amounts, str]:
    """What a rule makes of the lines, and what is wrong with it."""
    width = len(lines[0].amounts)
    sums = (Decimal(0),) * width
    for names, sign in ((plus, 1), (minus, -1)):
        for name in names:
            if not (part := part_of(lines, name, found)):
                there = list(dict.fromkeys(line.name for line in lines))
                return sums, (f"is to total {quoted(name)}, which is no row of the file; "
                              f"{nearest(name, there, lists='see its rows.')}")
            sums = tuple(one + sign * other
                         for one, other in zip(sums, sums_of(part, width), strict=True))
    return sums, ""


def part_of(lines: Sequence[Line], name: str, found: Map) -> list[Line]:
    """The lines of a part of a total: those under a heading, up to the next heading that is not
    further in, or to its total; or those of the name itself."""
    part = []
    for place, line in enumerate(lines):
        if line.name != name:
            continue
        if not is_heading(line, found):
            part.append(line)
            continue
        for below in lines[place + 1:]:
            if (is_heading(below, found) and below.indent <= line.indent) or \
                    subject_of(below.name).casefold() == name.casefold():
                break
            if not is_total(below.name, found):
                part.append(below)
    return part
